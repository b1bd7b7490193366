// The pages on which a form is written: types dragged into the outline, what people will see beside what is typed, and
// the values a condition can compare with. All of it can be done without a script by the boxes and buttons of the page.
import "./away.js";
import "./order.js";
import { post } from "./post.js";

// --- types of questions, dragged to where the question shall stand --------------------------------------------------

const drop = document.getElementById("drop");
const palette = document.querySelector("[data-palette]");
let kind = "";

if (palette && drop) {
  palette.hidden = false;
  for (const one of palette.querySelectorAll("[data-kind]")) {
    one.draggable = true;
    one.addEventListener("dragstart", (event) => {
      kind = one.dataset.kind;
      event.dataTransfer.effectAllowed = "copy";
    });
    one.addEventListener("dragend", () => {
      kind = "";
      for (const list of document.querySelectorAll(".is-target")) list.classList.remove("is-target");
    });
  }
  for (const list of document.querySelectorAll("ol[data-order]")) {
    list.addEventListener("dragover", (event) => {
      if (!kind) return;
      event.preventDefault();
      list.classList.add("is-target");
    });
    list.addEventListener("dragleave", () => list.classList.remove("is-target"));
    list.addEventListener("drop", (event) => {
      if (!kind) return;
      event.preventDefault();
      const rows = [...list.children];
      const below = rows.findIndex((row) => {
        const box = row.getBoundingClientRect();
        return event.clientY < box.top + box.height / 2;
      });
      post(drop, Object.entries({ part: list.dataset.order, kind, place: below < 0 ? rows.length : below }));
    });
  }
}

// --- the form as on a phone or a desktop ---------------------------------------------------------------------------------

const frame = document.querySelector("[data-preview]");
for (const choice of document.querySelectorAll("[data-preview-width]")) {
  choice.addEventListener("change", () => frame.classList.toggle("mc-phone--desktop", choice.value === "desktop"));
}

// --- the question as it is being typed -----------------------------------------------------------------------------------

const question = document.querySelector("form[data-live-preview]");
const shown = document.querySelector("[data-preview-box]");
let waiting = 0;
let asked = 0;

async function redraw() {
  const mine = ++asked;
  try {
    const body = new URLSearchParams(new FormData(question));
    const answer = await fetch(question.dataset.livePreview, { method: "POST", body });
    // An older answer must not come over a newer one; what is half typed is judged when it is whole.
    if (mine !== asked || !(answer.ok || answer.status === 422)) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    shown.replaceChildren(...page.body.childNodes);
  } catch {
    // Without a network the page goes on; saving will say so.
  }
}

if (question && shown) {
  question.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(redraw, 400);
  });
  // What is shown is to be looked at: its boxes belong to no form.
  shown.addEventListener("submit", (event) => event.preventDefault());
}

// --- conditions: the values of the question that was chosen ------------------------------------------------------------------

for (const row of document.querySelectorAll("[data-condition]")) {
  const field = row.querySelector("select[name$='-field']");
  const value = row.querySelector("input[name$='-value']");
  field?.addEventListener("change", () => value.setAttribute("list", `values-${field.value}`));
}
