// Lists of the desk by keyboard: j and k move, Enter opens, / goes to the search box. Never while somebody types,
// and never with a modifier, so that a screen reader's and the browser's own keys stay theirs.

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

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  if (event.key === "/") {
    const box = document.querySelector('form[role="search"] input[type="search"]');
    if (!box) return;
    event.preventDefault();
    box.focus();
  } else if (table && (event.key === "j" || event.key === "k")) {
    event.preventDefault();
    const at = here();
    go(at < 0 ? 0 : at + (event.key === "j" ? 1 : -1));
  }
});

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
