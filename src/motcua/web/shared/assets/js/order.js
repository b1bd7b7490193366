// Rows of a table, or questions of the parts of a form, are dragged into another order; without a script the buttons
// beside each do the same. The new order is sent as one form (#order), with the revision that was read, so that another
// author is never overwritten. A list is `[data-order]`; where it has a name, a row is sent as `name/key`.
import { post } from "./post.js";

const lists = [...document.querySelectorAll("[data-order]")];
const form = document.getElementById("order");
let held = null;

const homeOf = (list) => list.querySelector("tbody") ?? list;

function order() {
  return lists.flatMap((list) => {
    const name = list.dataset.order;
    return [...homeOf(list).children].filter((row) => row.dataset.key).map((row) => (name ? `${name}/${row.dataset.key}` : row.dataset.key));
  });
}

function over(event) {
  if (!held) return;
  event.preventDefault();
  const row = event.target.closest("[data-key]");
  const home = homeOf(event.currentTarget);
  if (row === held) return;
  if (row && row.parentNode === home) {
    const box = row.getBoundingClientRect();
    home.insertBefore(held, event.clientY > box.top + box.height / 2 ? row.nextSibling : row);
  } else if (!home.contains(held)) home.append(held);
}

if (lists.length && form) {
  let before = "";
  for (const list of lists) {
    list.addEventListener("dragover", over);
    list.addEventListener("drop", (event) => event.preventDefault());
    for (const row of homeOf(list).children) {
      row.draggable = true;
      row.addEventListener("dragstart", (event) => {
        // Text inside a row can still be selected and links dragged.
        if (event.target !== row) return;
        held = row;
        before = order().join();
        event.dataTransfer.effectAllowed = "move";
        row.classList.add("is-held");
      });
      row.addEventListener("dragend", () => {
        row.classList.remove("is-held");
        held = null;
        if (order().join() !== before) post(form, order().map((value) => ["order", value]));
      });
    }
  }
}
