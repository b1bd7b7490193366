// Requests of the other modules: JSON or bytes out, JSON back, and one word for how it went.

const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/**
 * Sends a request and never throws.
 * @returns {Promise<{outcome: "ok"|"conflict"|"invalid"|"signed-out"|"gone"|"busy"|"offline"|"cancelled", status: number, data: object}>}
 * busy: worth another try (5xx, 429, time-out); gone: not worth one (403, 404, 410).
 */
export async function send(url, { method = "POST", json, bytes, headers = {}, signal, timeout = 30000 } = {}) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeout);
  signal?.addEventListener("abort", () => limit.abort(), { once: true });
  let response;
  try {
    response = await fetch(url, {
      method,
      body: json === undefined ? bytes : JSON.stringify(json),
      headers: {
        Accept: "application/json",
        "X-CSRFToken": token(),
        ...(json === undefined ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      credentials: "same-origin",
      // A redirect is the sign-in page: the session has ended, and following it would only fetch HTML.
      redirect: "manual",
      signal: limit.signal,
    });
  } catch {
    if (signal?.aborted) return { outcome: "cancelled", status: 0, data: {} };
    return { outcome: limit.signal.aborted ? "busy" : "offline", status: 0, data: {} };
  } finally {
    clearTimeout(timer);
  }
  const data = await response.json().catch(() => ({}));
  return { outcome: outcome(response), status: response.status, data };
}

function outcome(response) {
  if (response.type === "opaqueredirect" || response.status === 401) return "signed-out";
  if (response.ok) return "ok";
  if (response.status === 409) return "conflict";
  if ([400, 413, 415, 422].includes(response.status)) return "invalid";
  if ([403, 404, 410].includes(response.status)) return "gone";
  return "busy";
}

/** Fills `{name}` places of a sentence that the page gave in a data attribute. */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/** Waits before try number `attempt` (0, 1, 2 …): 1 s, 2 s, 4 s … at most 30 s, or until the network is back. */
export const pause = (attempt) =>
  new Promise((resolve) => {
    const timer = setTimeout(done, Math.min(30000, 1000 * 2 ** attempt));
    function done() {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    }
    window.addEventListener("online", done);
  });
