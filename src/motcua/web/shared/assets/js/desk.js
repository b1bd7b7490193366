// The desk by keyboard: j and k move, Enter opens, x marks, / searches, ? tells; n, p and u on a dossier's page. Never
// while somebody types, and never with a modifier, so that a screen reader's and the browser's own keys stay theirs.

const table = document.querySelector("table[data-desk]");
const links = () => [...(table?.querySelectorAll("[data-row-link]") ?? [])];
const PLACE = `motcua.desk.${location.pathname}${location.search}`;

function here() {
  return links().findIndex((link) => link.closest("tr").contains(document.activeElement));
}

function go(number) {
  const all = links();
  const link = all[Math.max(0, Math.min(number, all.length - 1))];
  if (!link) return;
  link.focus({ preventScroll: true });
  link.closest("tr").scrollIntoView({ block: "nearest" });
}

function mark() {
  const at = here();
  if (at < 0) return;
  const box = links()[at].closest("tr").querySelector('input[name="line"]');
  box.checked = !box.checked;
  told();
}

function follow(selector) {
  const link = document.querySelector(selector);
  if (link) link.click();
  return Boolean(link);
}

const KEYS = {
  "/": () => {
    const box = document.querySelector('form[role="search"] input[type="search"]');
    box?.focus();
    return Boolean(box);
  },
  "?": () => {
    const help = document.querySelector("dialog[data-keyhelp]");
    if (help && !help.open) help.showModal();
    return Boolean(help);
  },
  j: () => table && (go(here() + 1), true),
  k: () => table && (go(Math.max(here() - 1, 0)), true),
  x: () => table && (mark(), true),
  n: () => follow('a[data-key="n"]'),
  p: () => follow('a[data-key="p"]'),
  u: () => !table && follow("a.govuk-back-link"),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return;
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  if (typing && !(typing.type === "checkbox" && table?.contains(typing))) return;
  if (Object.hasOwn(KEYS, event.key) && KEYS[event.key]()) event.preventDefault();
});

// How many are marked, said where the choice is made; and one box for the whole page.
const boxes = () => [...(table?.querySelectorAll('input[name="line"]') ?? [])];
const chosen = document.querySelector('#which option[value="chosen"]');

function told() {
  if (!chosen) return;
  const count = boxes().filter((box) => box.checked).length;
  chosen.textContent = chosen.dataset.text.replace("{count}", count);
  const all = table.querySelector("[data-pick-all] input");
  if (all) {
    all.checked = count > 0 && count === boxes().length;
    all.indeterminate = count > 0 && count < boxes().length;
  }
}

const place = table?.querySelector("[data-pick-all]");
if (place) {
  const label = document.createElement("label");
  const all = document.createElement("input");
  all.type = "checkbox";
  all.setAttribute("aria-label", place.dataset.text);
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    told();
  });
  label.append(all);
  place.append(label);
  table.addEventListener("change", told);
  told();
}

// Coming back from a dossier to the list lands on the row one left from.
table?.addEventListener("click", (event) => {
  const link = event.target.closest("[data-row-link]");
  if (link) sessionStorage.setItem(PLACE, link.getAttribute("href"));
});
const left = table && sessionStorage.getItem(PLACE);
if (left) {
  sessionStorage.removeItem(PLACE);
  const at = links().findIndex((link) => link.getAttribute("href") === left);
  if (at >= 0) go(at);
}
