// How dragging becomes the request of a button: a form of the page, sent with more fields than it has.
import { away } from "./away.js";

/** @param {HTMLFormElement} form @param {Iterable<[string, string]>} pairs */
export function post(form, pairs) {
  if (away()) return;
  for (const [name, value] of pairs) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }
  form.submit();
}
