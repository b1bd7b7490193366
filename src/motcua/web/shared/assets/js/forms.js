// What a form can do at once that the server does at the next page: questions that apply only after an answer, and the
// communes of the province just chosen. The server judges both again (eforms.rules.validate).

/** The answer of a question as a condition sees it: text, a list, true, or "" for nothing; a date is YYYY-MM-DD. */
export function answer(form, field) {
  const group = form.querySelector(`[data-field="${CSS.escape(field)}"]`);
  if (!group || group.hidden) return "";
  const list = [...group.querySelectorAll("input:not([type=hidden]), select, textarea")].filter((c) => c.name);
  const part = (end) => list.find((c) => c.name === `${field}.${end}`)?.value.trim() ?? "";
  if (list.some((c) => c.type === "radio")) return list.find((c) => c.checked)?.value ?? "";
  const boxes = list.filter((c) => c.type === "checkbox");
  if (boxes.length === 1 && !group.querySelector("fieldset")) return boxes[0].checked ? true : "";
  if (boxes.length) return boxes.filter((c) => c.checked).map((c) => c.value);
  if (list.some((c) => c.name === `${field}.year`)) {
    const [day, month, year] = ["day", "month", "year"].map(part);
    return year && month && day ? `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}` : year;
  }
  const said = list[0]?.value.trim() ?? "";
  // A name typed with the help of a list stands for its code, as the server will find it.
  const named = list[0]?.list && [...list[0].list.options].find((o) => o.value.toLowerCase() === said.toLowerCase());
  return named?.dataset.code ?? said;
}

const blank = (value) => value === "" || value == null || (Array.isArray(value) && value.length === 0);

/** A condition of eforms.conditions over `read(field)`; says what the server's `compile_test` says. */
export function holds(condition, read) {
  if (condition.all) return condition.all.every((part) => holds(part, read));
  if (condition.any) return condition.any.some((part) => holds(part, read));
  if (condition.not) return !holds(condition.not, read);
  const { op } = condition;
  const left = read(condition.field);
  if (op === "filled") return !blank(left) && left !== false;
  if (op === "blank") return blank(left) || left === false;
  const right = condition.other ? read(condition.other) : condition.value;
  if (blank(left) || (condition.other && blank(right))) return op === "ne" || op === "not_in";
  const is = (one, other) => (typeof other === "number" ? Number(String(one).replace(/\./g, "")) === other : one === other);
  if (op === "eq" || op === "ne") {
    const same = Array.isArray(left) && !Array.isArray(right) ? left.some((one) => is(one, right)) : is(left, right);
    return same === (op === "eq");
  }
  if (op === "in" || op === "not_in") {
    const choices = [].concat(right);
    const inside = [].concat(left).some((one) => choices.some((choice) => is(one, choice)));
    return inside === (op === "in");
  }
  const [a, b] = typeof right === "number" ? [Number(String(left).replace(/\./g, "")), right] : [String(left), String(right)];
  return op === "lt" ? a < b : op === "le" ? a <= b : op === "gt" ? a > b : a >= b;
}

function reveal(form) {
  const groups = [...form.querySelectorAll("[data-show-if]")];
  // A question that goes away takes those that hang on it along, so the list is walked until nothing changes.
  for (let round = 0; round <= groups.length; round++) {
    let changed = false;
    for (const group of groups) {
      const shown = holds(JSON.parse(group.dataset.showIf), (field) => answer(form, field));
      if (group.hidden === shown) {
        group.hidden = !shown;
        changed = true;
      }
    }
    if (!changed) return;
  }
}

/** Communes of a province: GET data-communes?province=01 → [[code, name], …]. */
async function refill(form, select, province) {
  const url = new URL(form.dataset.communes, location.href);
  url.searchParams.set("province", province);
  const kept = select.value;
  select.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    if (!response.ok) return;
    const options = await response.json();
    const first = select.querySelector('option[value=""]');
    select.replaceChildren(...(first ? [first] : []), ...options.map(([code, name]) => new Option(name, code, false, code === kept)));
  } catch {
    // without a network the button that asks the server is still there
    form.querySelectorAll(".eforms-refresh").forEach((button) => (button.hidden = false));
  } finally {
    select.removeAttribute("aria-busy");
  }
}

for (const form of document.querySelectorAll("form")) {
  if (form.querySelector("[data-show-if]")) {
    form.addEventListener("input", () => reveal(form));
    form.addEventListener("change", () => reveal(form));
    reveal(form);
  }
  const live = "communes" in form.dataset;
  for (const select of form.querySelectorAll("[data-communes-of]")) {
    const province = document.getElementById(select.dataset.communesOf);
    if (live && province) province.addEventListener("change", () => refill(form, select, province.value));
  }
  for (const element of form.querySelectorAll("[data-nojs]")) {
    element.hidden = !element.classList.contains("eforms-refresh") || live;
  }
}
