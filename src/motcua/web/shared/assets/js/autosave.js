// Saves each field of a draft when it changes. What cannot be sent is kept on this machine, by draft, and sent when
// it can: through a lost network, a busy server, an ended session. The page's form works without any of it.
//
//   POST data-autosave  {field, values: [[name, value], …], version}
//     200 {saved_at: "HH:MM", version, before, errors: {field: [text]}, warnings: {field: [text]}}
//     409 {version, server_value}   somebody saved this field since: the person chooses
//
// `version` is the one this field was last seen at, not the draft's newest: what another tab or person has changed
// meanwhile is unseen here, however much we have saved ourselves, and must be asked about before it is replaced.

import { fill, pause, send } from "./net.js";

const TYPING_MS = 1200;
const WEEK_MS = 7 * 24 * 3600 * 1000;
const KEY = "motcua.draft.";

/** The controls of one field; a field may be several (day, month, year; radios). */
const controls = (form, field) => {
  const group = form.querySelector(`[data-field="${CSS.escape(field)}"]`);
  return group ? [...group.querySelectorAll("input, select, textarea")].filter((c) => c.name && c.type !== "file") : [];
};

/** Form pairs as a browser would submit them. */
export const pairs = (list) =>
  list.flatMap((c) => {
    if (c.type === "checkbox" || c.type === "radio") return c.checked ? [[c.name, c.value]] : [];
    if (c.tagName === "SELECT" && c.multiple) return [...c.selectedOptions].map((o) => [c.name, o.value]);
    return [[c.name, c.value]];
  });

/** Puts form pairs back into the controls. */
export function restore(list, values) {
  for (const c of list) {
    const own = values.filter(([name]) => name === c.name).map(([, value]) => value);
    if (c.type === "checkbox" || c.type === "radio") c.checked = own.includes(c.value);
    else if (own.length) c.value = own[0];
  }
}

/**
 * What waits to be sent, kept per draft in localStorage (in memory where that is refused): per field the values and the
 * version they were typed on, so that what was typed last week does not replace what was saved elsewhere yesterday.
 * `submitted` is the version of the page whose form was sent: a page with a later version has what the form carried,
 * a page with the same one means that the form never arrived.
 */
class Waiting {
  constructor(draft, version) {
    this.key = KEY + draft;
    this.fields = new Map();
    try {
      const kept = JSON.parse(localStorage.getItem(this.key) ?? "{}");
      if (kept.submitted == null || kept.submitted >= version) {
        // An older page kept the values alone: unseen, so that they ask before they replace anything.
        const read = (entry) => (Array.isArray(entry) ? { values: entry, version: 0 } : entry);
        this.fields = new Map(Object.entries(kept.fields ?? {}).map(([field, entry]) => [field, read(entry)]));
      }
    } catch {
      // unreadable or refused storage: begin with nothing
    }
    this.#write(null);
  }

  put(field, values, version) {
    // Typed on: the version stays that of when the person last saw what stands on the server.
    const entry = { values, version: this.fields.get(field)?.version ?? version };
    this.fields.delete(field);
    this.fields.set(field, entry);
    this.#write(null);
  }

  /** The person has seen what stands on the server at `version` (a save of ours, or a choice between two). */
  seen(field, version) {
    const entry = this.fields.get(field);
    if (entry) this.fields.set(field, { ...entry, version });
    this.#write(null);
  }

  /** Forgets what was sent, unless the person typed on meanwhile. */
  sent(field, values) {
    if (this.fields.get(field)?.values === values) this.fields.delete(field);
    this.#write(null);
  }

  submitted(version) {
    this.#write(version);
  }

  #write(submitted) {
    try {
      if (this.fields.size) {
        const kept = { fields: Object.fromEntries(this.fields), submitted, at: Date.now() };
        localStorage.setItem(this.key, JSON.stringify(kept));
      } else localStorage.removeItem(this.key);
    } catch {
      // full or refused storage: the copy in memory still goes out
    }
  }
}

/** Personal data does not stay on a machine: not after the dossier is filed, not for more than a week. */
function tidy() {
  try {
    for (const element of document.querySelectorAll("[data-draft-done]")) localStorage.removeItem(KEY + element.dataset.draftDone);
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(KEY) && !(Date.now() - JSON.parse(localStorage.getItem(key)).at < WEEK_MS)) localStorage.removeItem(key);
    }
  } catch {
    // storage is refused: there is nothing in it
  }
}

class Autosave {
  constructor(form, line) {
    this.form = form;
    this.line = line;
    this.text = line.querySelector("[data-autosave-text]");
    this.version = Number(form.dataset.version);
    this.waiting = new Waiting(form.dataset.draft, this.version);
    this.timers = new Map();
    this.asking = new Set();
    this.own = new Map(); // field → version of our own last save of it
    this.busy = false;
    this.dead = false;

    for (const [field, { values }] of this.waiting.fields) restore(controls(form, field), values);
    if (this.waiting.fields.size) form.dispatchEvent(new Event("change")); // for forms.js: what shows may differ
    form.addEventListener("input", (event) => this.changed(event, TYPING_MS));
    form.addEventListener("change", (event) => this.changed(event, 0));
    // A form that is submitted carries everything itself; sending fields beside it would only race with it.
    form.addEventListener("submit", () => this.stop());
    window.addEventListener("online", () => this.flush());
    window.addEventListener("offline", () => this.waiting.fields.size && this.say("waiting", line.dataset.textWaiting));
    // Back from a page that failed to load, out of the browser's memory: go on saving.
    window.addEventListener("pageshow", (event) => event.persisted && ((this.dead = false), this.flush()));
    document.addEventListener("visibilitychange", () => {
      // Leaving the page, or coming back from signing in in another tab.
      this.now();
      if (!document.hidden && this.line.dataset.state === "signed-out") this.flush();
    });
    this.flush();
  }

  changed(event, wait) {
    const field = event.target.closest("[data-field]")?.dataset.field;
    if (!field || event.target.type === "file" || this.dead) return;
    this.waiting.put(field, pairs(controls(this.form, field)), this.own.get(field) ?? this.version);
    clearTimeout(this.timers.get(field));
    this.timers.set(field, setTimeout(() => this.flush(), wait));
  }

  now() {
    this.timers.forEach(clearTimeout);
    this.timers.clear();
    this.flush();
  }

  stop() {
    this.dead = true;
    this.timers.forEach(clearTimeout);
    this.waiting.submitted(this.version);
    // A submission that a script refused leaves the page here and the person typing on.
    setTimeout(() => (this.dead = false), 3000);
  }

  next() {
    for (const entry of this.waiting.fields) if (!this.asking.has(entry[0])) return entry;
    return undefined;
  }

  async flush() {
    if (this.busy || this.dead) return;
    this.busy = true;
    let attempt = 0;
    try {
      for (let entry = this.next(); entry && !this.dead; entry = this.next()) {
        const [field, { values, version }] = entry;
        if (!this.asking.size) this.say("saving", this.line.dataset.textSaving);
        const answer = await send(this.form.dataset.autosave, { json: { field, values, version } });
        if (this.dead) return;
        if (answer.outcome === "ok") {
          attempt = 0;
          this.saved(field, values, answer.data);
        } else if (answer.outcome === "conflict") {
          this.ask(field, values, answer.data);
        } else if (answer.outcome === "signed-out") {
          this.signedOut();
          return;
        } else if (answer.outcome === "gone" || answer.outcome === "invalid") {
          this.say("conflict", this.line.dataset.textGone);
          return;
        } else {
          const offline = answer.outcome === "offline";
          this.say("waiting", offline ? this.line.dataset.textWaiting : this.line.dataset.textRetry);
          await pause(attempt++);
        }
      }
    } finally {
      this.busy = false;
    }
  }

  saved(field, values, data) {
    this.own.set(field, data.version);
    this.waiting.seen(field, data.version);
    // Only ours came since the page was made: then the whole page is of the new version.
    if (data.before === this.version) this.version = data.version;
    this.form.dataset.version = this.version;
    const hidden = this.form.elements.namedItem("version");
    if (hidden) hidden.value = this.version;
    this.waiting.sent(field, values);
    this.judge(field, data.errors?.[field] ?? [], data.warnings?.[field] ?? []);
    if (!this.asking.size) this.say("saved", fill(this.line.dataset.textSaved, { time: data.saved_at }));
    this.form.dispatchEvent(new CustomEvent("motcua:saved", { bubbles: true, detail: { field, data } }));
  }

  /** Errors under the field as soon as they are known; an empty field that was only passed by is not scolded. */
  judge(field, errors, warnings) {
    const group = this.form.querySelector(`[data-field="${CSS.escape(field)}"]`);
    if (!group) return;
    const error = this.lineFor(group, "error", errors.length > 0);
    if (error) {
      (error.querySelector("[data-error-text]") ?? error).textContent = errors.join(" ");
      error.hidden = errors.length === 0;
    }
    group.classList.toggle("govuk-form-group--error", errors.length > 0);
    for (const c of controls(this.form, field)) {
      if (errors.length) c.setAttribute("aria-invalid", "true");
      else c.removeAttribute("aria-invalid");
      for (const kind of ["input", "textarea", "select"]) {
        if (c.classList.contains(`govuk-${kind}`)) c.classList.toggle(`govuk-${kind}--error`, errors.length > 0);
      }
      if (error) this.describe(c, error.id, errors.length > 0);
    }
    const warning = this.lineFor(group, "warning", warnings.length > 0);
    if (warning) {
      warning.textContent = warnings.join(" ");
      warning.hidden = warnings.length === 0;
      controls(this.form, field).forEach((c) => this.describe(c, warning.id, warnings.length > 0));
    }
  }

  /** The paragraph of a field's errors or warnings; made where the server drew none, when there is something to say. */
  lineFor(group, kind, needed) {
    const classes = kind === "error" ? "govuk-error-message" : "mc-warning";
    const within = group.querySelector(":scope > fieldset") ?? group;
    const drawn = group.querySelector(`[data-${kind}-for]`) ?? within.querySelector(`:scope > .${classes}`);
    if (drawn || !needed) return drawn;
    const line = document.createElement("p");
    line.className = classes;
    line.id = `f-${group.dataset.field}-${kind}`;
    const before = within.querySelector(":scope > .govuk-hint") ?? within.querySelector(":scope > label, :scope > legend");
    if (kind === "error" && before) before.after(line);
    else group.append(line);
    return line;
  }

  describe(control, id, wanted) {
    const ids = new Set((control.getAttribute("aria-describedby") ?? "").split(/\s+/).filter(Boolean));
    if (wanted) ids.add(id);
    else ids.delete(id);
    if (ids.size) control.setAttribute("aria-describedby", [...ids].join(" "));
    else control.removeAttribute("aria-describedby");
  }

  say(state, words) {
    this.line.dataset.state = state;
    this.text.textContent = words;
    this.line.querySelector("a")?.remove();
  }

  signedOut() {
    this.say("signed-out", this.line.dataset.textSignedOut);
    const link = document.createElement("a");
    link.className = "govuk-link";
    link.href = this.line.dataset.signIn;
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = this.line.dataset.textSignIn;
    this.line.append(" ", link);
  }

  /** Two versions of one field: nothing is overwritten until the person says which. */
  ask(field, mine, data) {
    this.asking.add(field);
    this.own.set(field, data.version);
    const theirs = asPairs(data.server_value, field);
    const group = this.form.querySelector(`[data-field="${CSS.escape(field)}"]`);
    const label = group?.querySelector("legend, label")?.textContent.trim() ?? field;
    const texts = this.line.dataset;
    this.say("conflict", fill(texts.textConflict, { label }));
    group?.querySelector(".mc-choice")?.remove();
    const box = document.createElement("div");
    box.className = "mc-choice";
    box.setAttribute("role", "group");
    const words = document.createElement("p");
    words.textContent = fill(texts.textConflict, { label });
    box.append(words);
    const shown = theirs.map(([, value]) => value).filter(Boolean).join(" / ") || texts.textEmpty;
    const choose = (text, act) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "govuk-button govuk-button--secondary govuk-button--small";
      button.textContent = text;
      button.addEventListener("click", () => {
        box.remove();
        this.asking.delete(field);
        act();
        this.flush();
      });
      box.append(button, " ");
    };
    choose(fill(texts.textTheirs, { value: shown }), () => {
      restore(controls(this.form, field), theirs);
      this.form.dispatchEvent(new Event("change"));
      this.waiting.sent(field, this.waiting.fields.get(field)?.values);
      this.say("saved", "");
    });
    choose(texts.textMine, () => {
      this.waiting.put(field, this.waiting.fields.get(field)?.values ?? mine, data.version);
      this.waiting.seen(field, data.version);
    });
    (group ?? this.form).append(box);
  }
}

/** The server's value as form pairs: it may send pairs, one text, or several parts by name. */
export function asPairs(value, field) {
  if (Array.isArray(value)) return value.every(Array.isArray) ? value : value.map((v) => [field, String(v)]);
  if (value && typeof value === "object") return Object.entries(value).map(([k, v]) => [`${field}.${k}`, String(v ?? "")]);
  return [[field, value == null ? "" : String(value)]];
}

tidy();
for (const form of document.querySelectorAll("form[data-autosave]")) {
  const line = form.querySelector("[data-autosave-status]") ?? document.querySelector("[data-autosave-status]");
  if (line) new Autosave(form, line);
}
