// Without a network a press would lead to the browser's own page of errors, and what was typed would be gone: it is held, and
// the page says so ([data-offline]).

const said = document.querySelector("[data-offline]");

/** Whether there is no network; then the page has said so. Pages that cannot say it hold nothing. */
export function away() {
  if (!said || navigator.onLine) return false;
  said.hidden = false;
  said.scrollIntoView({ block: "center" });
  return true;
}

if (said) {
  const hold = (event) => away() && event.preventDefault();
  // Before once.js, which would count the press as sent.
  document.addEventListener("submit", hold, true);
  window.addEventListener("online", () => (said.hidden = true));
}
