// The confirmation slip is made by the worker, seconds after filing: the part of the page that waits for it is fetched
// again until it is there. Without this script a link does the same.

const TRIES = 20;

async function ask(box, attempt) {
  if (attempt >= TRIES) return;
  await new Promise((resolve) => setTimeout(resolve, 1000 + 500 * attempt));
  try {
    const response = await fetch(box.dataset.readySlip, { credentials: "same-origin", redirect: "error" });
    if (response.ok) {
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.getElementById(box.id);
      if (fresh && !("readySlip" in fresh.dataset)) {
        box.replaceWith(fresh);
        return;
      }
    }
  } catch {
    // no network, or signed out: the next try, or the link
  }
  ask(box, attempt + 1);
}

document.querySelectorAll("[data-ready-slip]").forEach((box) => ask(box, 0));
