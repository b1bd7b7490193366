// The rows of a process are dragged into another order; without a script the buttons beside each row do the same.
// The new order is sent as one form, with the revision that was read, so that another author is never overwritten.

const table = document.querySelector("table[data-order]");
const form = document.getElementById("order");
let held = null;

function rows() {
  return [...table.querySelectorAll("tbody tr[data-key]")];
}

function send() {
  for (const row of rows()) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "order";
    field.value = row.dataset.key;
    form.append(field);
  }
  form.submit();
}

if (table && form) {
  let before = "";
  for (const row of rows()) {
    row.draggable = true;
    row.addEventListener("dragstart", (event) => {
      // Text inside a row can still be selected and links dragged.
      if (event.target !== row) return;
      held = row;
      before = rows().map((one) => one.dataset.key).join();
      event.dataTransfer.effectAllowed = "move";
      row.classList.add("is-held");
    });
    row.addEventListener("dragover", (event) => {
      if (!held || held === row) return;
      event.preventDefault();
      const box = row.getBoundingClientRect();
      row.parentNode.insertBefore(held, event.clientY > box.top + box.height / 2 ? row.nextSibling : row);
    });
    row.addEventListener("drop", (event) => event.preventDefault());
    row.addEventListener("dragend", () => {
      row.classList.remove("is-held");
      held = null;
      if (rows().map((one) => one.dataset.key).join() !== before) send();
    });
  }
}
