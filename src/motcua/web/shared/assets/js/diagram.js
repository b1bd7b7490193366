// The diagram of a process as a place to work: the panel of a box or a line opens beside it without leaving the page, and
// boxes, ends of lines and kinds of steps are dragged. Without a script boxes and lines are links, and the forms of the
// panel do the same; dragging sends those forms' requests (#draw), with the revision that was read.
import { away } from "./away.js";
import { post } from "./post.js";

const editor = document.querySelector("[data-diagram]");
const form = document.getElementById("draw");
const svg = editor?.querySelector("svg");
const view = svg?.parentElement;
const LINK = 'a[href*="?at="], a[href*="?line="]';
const START_PX = 6;
const EDGE_PX = 40;

// --- the panel -----------------------------------------------------------------------------------------------------------

const panel = () => editor.querySelector("#panel");
const revision = (page) => page.getElementById("draw")?.elements.revision.value;
let asked = 0;

function mark(href) {
  for (const one of svg.querySelectorAll(".is-chosen")) {
    one.classList.remove("is-chosen");
    one.removeAttribute("aria-current");
  }
  const link = [...svg.querySelectorAll(LINK)].find((one) => one.getAttribute("href") === href);
  link?.classList.add("is-chosen");
  link?.setAttribute("aria-current", "true");
  if (link?.dataset.lines) edge(link)?.classList.add("is-chosen");
}

const edge = (plus) => svg.querySelector(`[data-edge="${CSS.escape(plus.dataset.lines.split(" ")[0])}"]`);
const plusOf = (group) => [...svg.querySelectorAll("a[data-lines]")].find((one) => edge(one) === group);

/** Shows the panel of an address; `focus`: what of it gets the focus. A draft that has moved on is shown anew, whole. */
async function open(href, { extra = "", focus = "" } = {}) {
  const mine = ++asked;
  const url = href.replace("#", `${extra}#`);
  let page = null;
  try {
    const answer = await fetch(url);
    if (answer.ok && !answer.redirected) page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    if (away()) return;
  }
  if (mine !== asked) return;
  const found = page?.getElementById("panel");
  if (!found || revision(page) !== revision(document)) {
    location.assign(url);
    return;
  }
  panel()?.remove();
  editor.append(document.adoptNode(found));
  editor.classList.add("has-panel");
  mark(href);
  history.replaceState(null, "", url);
  (focus ? found.querySelector(focus) : found).focus();
}

function close() {
  asked++;
  const chosen = svg.querySelector("a.is-chosen");
  panel()?.remove();
  editor.classList.remove("has-panel");
  mark("");
  history.replaceState(null, "", `${editor.dataset.diagram}#picture`);
  (chosen ?? view).focus();
}

function follow(event) {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const group = event.target.closest(".mc-process__hit")?.parentNode;
  const link = event.target.closest(LINK) ?? (group && plusOf(group));
  if (event.target.closest("[data-close]")) {
    event.preventDefault();
    close();
  } else if (link) {
    event.preventDefault();
    open(link.getAttribute("href"));
  }
}

// --- dragging --------------------------------------------------------------------------------------------------------------

let held = null;
let ghost = null;
let target = null;
let rolling = 0;

/** What is taken hold of at a place: a kind of step, a box, or the end of a line. */
function taken(at) {
  const kind = at.closest("[data-palette] [data-kind]");
  if (kind) return { what: "kind", value: kind.dataset.kind, label: kind.textContent, onto: "line" };
  const grip = at.closest(".mc-process__grip");
  if (grip) return { what: "end", value: grip.dataset.lines, label: "→", onto: "row" };
  const box = at.closest("a[data-row]");
  if (box && svg.contains(box)) {
    const label = [...box.querySelectorAll("text:not(.mc-process__foot)")].map((text) => text.textContent).join(" ");
    return { what: "row", value: box.dataset.row, label, onto: "line" };
  }
  return null;
}

/** Where what is held could be put down here. */
function under(x, y) {
  const at = document.elementFromPoint(x, y);
  if (!at || !svg.contains(at)) return null;
  if (held.onto === "row") return at.closest("a[data-row]");
  const group = at.closest(".mc-process__hit")?.parentNode;
  const plus = at.closest("a[data-lines]") ?? (group && plusOf(group));
  const own = held.what === "row" && plus?.dataset.lines.startsWith(`${held.value}:`);
  return own ? null : plus;
}

function aim(found) {
  if (found === target) return;
  target?.classList.remove("is-target");
  found?.classList.add("is-target");
  target = found;
}

function begin() {
  held.moved = true;
  ghost = document.createElement("div");
  ghost.className = "mc-process__ghost";
  ghost.textContent = held.label;
  ghost.setAttribute("aria-hidden", "true");
  document.body.append(ghost);
  svg.classList.add("is-dragging", `is-onto-${held.onto}`);
  rolling = setInterval(() => {
    const box = view.getBoundingClientRect();
    if (held.y < box.top || held.y > box.bottom) return;
    if (held.x > box.right - EDGE_PX) view.scrollLeft += 14;
    else if (held.x < box.left + EDGE_PX) view.scrollLeft -= 14;
  }, 30);
}

function move(event) {
  if (!held) return;
  if (!held.moved && Math.hypot(event.clientX - held.fromX, event.clientY - held.fromY) < START_PX) return;
  if (!held.moved) begin();
  held.x = event.clientX;
  held.y = event.clientY;
  ghost.style.translate = `${event.clientX + 12}px ${event.clientY + 12}px`;
  aim(under(event.clientX, event.clientY));
}

function letGo() {
  const was = held;
  clearInterval(rolling);
  ghost?.remove();
  svg.classList.remove("is-dragging", "is-onto-line", "is-onto-row");
  held = ghost = null;
  return was;
}

function drop() {
  if (!held) return;
  const onto = target;
  aim(null);
  const { what, value, moved } = letGo();
  if (!moved) return;
  // The press that ends here is no click on whatever lies below.
  const swallow = (event) => (event.preventDefault(), event.stopPropagation());
  document.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => document.removeEventListener("click", swallow, { capture: true }));
  if (!onto) return;
  if (what === "row") post(form, Object.entries({ what: "move_to", row: value, line: onto.dataset.lines }));
  else if (what === "end") post(form, Object.entries({ what: "lead", line: value, to: onto.dataset.row }));
  else open(onto.getAttribute("href"), { extra: `&kind=${value}`, focus: "#p-name" });
}

function cancel() {
  aim(null);
  letGo();
}

// --- where one was ---------------------------------------------------------------------------------------------------------

function back() {
  const place = `motcua.diagram.${location.pathname}`;
  view.scrollLeft = Number(sessionStorage.getItem(place) ?? 0);
  window.addEventListener("pagehide", () => sessionStorage.setItem(place, view.scrollLeft));
  const chosen = svg.querySelector("a.is-chosen");
  if (!chosen) return;
  const [box, own] = [view, chosen].map((one) => one.getBoundingClientRect());
  if (own.right > box.right || own.left < box.left) view.scrollLeft += own.left - box.left - box.width / 3;
  // Going to the #picture of the address takes the focus away once more, after the page has loaded.
  const here = () => setTimeout(() => chosen.focus({ preventScroll: true }));
  if (location.search.includes("saved=")) window.addEventListener("load", here);
}

if (svg && form) {
  svg.classList.add("is-live");
  const palette = document.querySelector("[data-palette]");
  if (palette) palette.hidden = false;
  editor.addEventListener("click", follow);
  svg.addEventListener("dragstart", (event) => event.preventDefault());
  document.addEventListener("pointerdown", (event) => {
    // A finger scrolls the picture; it has the panel.
    if (event.button || event.pointerType === "touch") return;
    const found = taken(event.target);
    if (found) held = { ...found, fromX: event.clientX, fromY: event.clientY };
  });
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", drop);
  document.addEventListener("pointercancel", cancel);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    if (held) cancel();
    else if (panel()) close();
  });
  back();
}
