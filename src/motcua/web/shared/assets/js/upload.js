// Sends papers one by one in chunks of at most 1 MiB, goes on where it stopped, can be paused and cancelled. A file that
// is chosen again, after the page was closed in the middle, goes on too: the server knows it by its mark.
//
//   POST data-upload           {component or field, filename, size, mark} → {id, offset, max_chunk}
//   PUT  data-upload + id + /  header Upload-Offset, body bytes → {offset, done, error?, url?}
//                              409 {offset}: the server has another part than we think; it knows better
//   DELETE data-upload + id + /

import { fill, pause, send } from "./net.js";

const MIB = 1024 * 1024;
let turn = Promise.resolve(); // one file after another, also across pickers: a phone's line carries no two

export const size = (bytes) =>
  bytes < 1024 ? `${bytes}\u00a0B`
  : bytes < MIB ? `${Math.round(bytes / 1024)}\u00a0KB`
  : `${(bytes / MIB).toFixed(1).replace(".0", "").replace(".", ",")}\u00a0MB`;

/** What a file is known by when it is chosen again: its size, its date, and its beginning and end. Not a secret. */
export async function markOf(file) {
  const ends = [file.slice(0, 65536), file.slice(Math.max(0, file.size - 65536))];
  let a = 0xdeadbeef, b = 0x41c6ce57; // cyrb53: crypto.subtle is not there on plain http
  for (const part of ends) {
    for (const byte of new Uint8Array(await part.arrayBuffer())) {
      a = Math.imul(a ^ byte, 2654435761);
      b = Math.imul(b ^ byte, 1597334677);
    }
  }
  const hex = (n) => (n >>> 0).toString(16).padStart(8, "0");
  return `${file.size.toString(16)}-${file.lastModified.toString(16)}-${hex(a)}${hex(b)}`;
}

const PICTURE = /\.(jpe?g|jpe|png|heic|heif)$/i;

class Row {
  constructor(box, file) {
    this.box = box;
    this.file = file;
    this.url = box.dataset.upload;
    this.id = null;
    this.offset = 0;
    this.chunk = MIB;
    this.item = document.createElement("li");
    this.item.className = "mc-file";
    this.name = this.part("span", "mc-file__name");
    this.name.textContent = file.name;
    this.note = this.part("span", "mc-file__note");
    this.bar = this.part("progress", "mc-file__bar");
    this.bar.max = 100;
    this.bar.setAttribute("aria-label", file.name);
    this.actions = this.part("span", "mc-file__actions");
    box.querySelector("[data-files]").append(this.item);
  }

  part(tag, className) {
    const element = document.createElement(tag);
    element.className = className;
    this.item.append(element);
    return element;
  }

  text(name, values = {}) {
    return fill(this.box.dataset[`text${name}`], values);
  }

  get percent() {
    return this.file.size ? Math.floor((100 * this.offset) / this.file.size) : 0;
  }

  show(state, words, actions = []) {
    this.item.dataset.state = state;
    this.note.textContent = words;
    this.bar.hidden = state !== "sending";
    this.bar.value = this.percent;
    this.actions.replaceChildren(
      ...actions.map(([text, act]) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "mc-linklike";
        button.textContent = this.text(text);
        const whose = document.createElement("span");
        whose.className = "govuk-visually-hidden";
        whose.textContent = ` ${this.file.name}`;
        button.append(whose);
        button.addEventListener("click", act);
        return button;
      }),
    );
  }

  fail(words) {
    this.show("failed", words, [["Retry", () => this.start()], ["Remove", () => this.remove()]]);
  }

  sending(name) {
    this.show("sending", this.text(name, { percent: this.percent }), [["Pause", () => this.pause()], ["Cancel", () => this.remove()]]);
  }

  pause() {
    this.stopper.abort();
    this.show("paused", this.text("Paused", { percent: this.percent }), [["Continue", () => this.start()], ["Remove", () => this.remove()]]);
    this.actions.querySelector("button").focus();
  }

  start() {
    this.stopper = new AbortController();
    this.show("sending", this.text("Queued"), [["Cancel", () => this.remove()]]);
    const mine = this.stopper;
    turn = turn.then(() => (mine.signal.aborted ? undefined : this.send(mine.signal))).catch(() => this.fail(this.text("Failed")));
  }

  /** The whole file, from wherever it stopped; resolves when it is there, refused or cancelled. */
  async send(signal) {
    let attempt = 0;
    while (!signal.aborted) {
      const answer = this.id === null ? await this.announce(signal) : await this.step(signal);
      const { outcome, data } = answer;
      if (outcome === "cancelled") return;
      if (outcome === "ok") {
        attempt = 0;
        if (data.error) return this.fail(data.error);
        if (data.done) return this.done(data);
        this.sending(answer.resumed ? "Resume" : "Sending");
      } else if (outcome === "conflict" && Number.isInteger(data.offset)) {
        // The last answer was lost on the way, not the bytes: go on from what the server has.
        this.offset = data.offset;
        if (attempt++ > 5) return this.fail(this.text("Failed"));
      } else if (outcome === "signed-out") {
        return this.fail(this.text("SignedOut"));
      } else if (outcome === "offline" || outcome === "busy") {
        this.sending("Offline");
        if (outcome === "busy" && attempt >= 6) return this.fail(this.text("Failed"));
        await pause(attempt++);
      } else {
        return this.fail(data.error ?? data.message ?? this.text("Failed"));
      }
    }
  }

  async announce(signal) {
    const { name: filename, size: bytes } = this.file;
    const { component, field } = this.box.dataset;
    const mark = await markOf(this.file).catch(() => "");
    const answer = await send(this.url, { json: { component, field: component ? "" : field, filename, size: bytes, mark }, signal });
    if (answer.outcome === "ok" && !answer.data.error) {
      this.id = answer.data.id;
      this.offset = answer.data.offset ?? 0;
      answer.resumed = this.offset > 0;
      // The row the server drew for the part of before is this one now.
      if (mark) this.box.querySelector(`[data-files] [data-mark="${CSS.escape(mark)}"]`)?.remove();
      this.chunk = Math.min(MIB, answer.data.max_chunk || MIB);
    }
    return answer;
  }

  async step(signal) {
    const bytes = this.file.slice(this.offset, this.offset + this.chunk);
    const answer = await send(`${this.url}${encodeURIComponent(this.id)}/`, {
      method: "PUT",
      bytes,
      headers: { "Upload-Offset": String(this.offset), "Content-Type": "application/octet-stream" },
      signal,
      timeout: 120000,
    });
    if (answer.outcome === "ok") this.offset = answer.data.offset ?? this.offset + bytes.size;
    return answer;
  }

  done(data) {
    this.offset = this.file.size;
    this.show("done", this.text("Done", { size: size(data.size ?? this.file.size) }), [["Remove", () => this.remove()]]);
    const name = data.name ?? this.file.name; // a phone's HEIC is kept as JPEG
    this.name.textContent = name;
    const join = this.box.parentElement.querySelector("[data-join]");
    if (join && PICTURE.test(name)) join.hidden = false;
    if (data.url) {
      const link = document.createElement("a");
      link.className = "govuk-link";
      link.href = data.url;
      link.textContent = name;
      this.name.replaceChildren(link);
    }
    this.box.dispatchEvent(new CustomEvent("motcua:uploaded", { bubbles: true, detail: data }));
  }

  async remove() {
    this.stopper?.abort();
    if (this.id !== null) {
      const answer = await send(`${this.url}${encodeURIComponent(this.id)}/`, { method: "DELETE" });
      // Not removed there, so not removed here: the row must not lie.
      if (!["ok", "gone"].includes(answer.outcome)) return this.fail(this.text("Failed"));
    }
    this.item.remove();
    this.box.querySelector('input[type="file"]').focus();
  }
}

/** A picker and its list. `single`: one picture, which takes the place of the one before. */
function watch(box, picker, single = false) {
  const limit = Number(box.dataset.maxSize);
  const take = (files) => {
    for (const file of files) {
      if (single) box.querySelectorAll("[data-files] li, .eforms-file").forEach((old) => old.remove());
      const row = new Row(box, file);
      const refuse = (words) => row.show("failed", words, [["Remove", () => row.remove()]]);
      if (file.size === 0) refuse(row.text("Empty"));
      else if (limit && file.size > limit) refuse(row.text("TooBig", { limit: size(limit) }));
      else row.start();
    }
  };
  picker.multiple = !single;
  picker.addEventListener("change", () => {
    take([...picker.files]);
    // Emptied, so that the form does not send the same bytes again and the same file can be picked anew.
    picker.value = "";
  });
  box.addEventListener("dragover", (event) => event.preventDefault());
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    take([...event.dataTransfer.files].slice(0, single ? 1 : undefined));
  });
}

for (const box of document.querySelectorAll("div[data-upload]")) {
  const picker = box.querySelector('input[type="file"]');
  if (box.dataset.upload && picker) watch(box, picker);
}

// A picture among the questions of a form: what it says and where it goes stands once in the page.
const pictures = document.querySelector("[data-picture-box]");
for (const picker of pictures ? document.querySelectorAll('input[type="file"][data-upload="photo"]') : []) {
  const box = picker.closest("[data-field]");
  for (const [name, value] of Object.entries(pictures.dataset)) if (name !== "pictureBox") box.dataset[name] = value;
  box.dataset.upload = pictures.dataset.url;
  const list = document.createElement("ul");
  list.className = "mc-files";
  list.dataset.files = "";
  list.setAttribute("aria-live", "polite");
  picker.after(list);
  watch(box, picker, true);
}

// Leaving while a file is on its way asks first; the part that arrived is kept by the server either way.
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector('.mc-file[data-state="sending"] button')) event.preventDefault();
});
