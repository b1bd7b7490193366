// A button pressed twice acts once, and an error summary is where the page begins. The server refuses a second
// submission by itself; this only spares the person the doubt.

const HELD_MS = 10000;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  const button = event.submitter;
  if (!button?.hasAttribute("data-once")) return;
  form.dataset.sent = "1";
  // aria-disabled, not disabled: the button's name and value must still go with the form.
  button.setAttribute("aria-disabled", "true");
  // A request that died on the way must not leave the person before a dead button.
  setTimeout(() => release(form), HELD_MS);
});

// Coming back with the browser's button shows the page as it was left: the buttons must work again.
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

function release(form) {
  delete form.dataset.sent;
  form.querySelectorAll("[data-once][aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
}

document.querySelector("[data-error-summary]")?.focus();
