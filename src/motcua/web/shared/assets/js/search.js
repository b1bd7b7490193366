// Search as you type: an ARIA combobox over the same search as the form's button. Enter without a choice submits.
//
//   GET data-search?q=…  → [{name, url?, national_code?, note?}] or {items: [...]}

import { fill } from "./net.js";

const TYPING_MS = 180;
const SHOWN = 7;

class Search {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector('input[type="search"]');
    this.known = new Map();
    this.at = -1;
    this.list = document.createElement("ul");
    this.list.className = "mc-suggestions";
    this.list.id = `${this.input.id}-list`;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", form.querySelector("label").textContent.trim());
    this.list.hidden = true;
    this.voice = document.createElement("p");
    this.voice.className = "govuk-visually-hidden";
    this.voice.setAttribute("role", "status");
    form.append(this.list, this.voice);
    const set = (name, value) => this.input.setAttribute(name, value);
    set("role", "combobox");
    set("aria-autocomplete", "list");
    set("aria-expanded", "false");
    set("aria-controls", this.list.id);
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    form.addEventListener("focusout", (event) => form.contains(event.relatedTarget) || this.close());
  }

  typed() {
    clearTimeout(this.timer);
    const query = this.input.value.normalize("NFC").trim();
    if (query.length < 2) return this.close();
    this.timer = setTimeout(() => this.ask(query), TYPING_MS);
  }

  async ask(query) {
    this.asked = query;
    if (!this.known.has(query)) {
      try {
        const url = new URL(this.form.dataset.search, location.href);
        url.searchParams.set("q", query);
        const audience = this.form.elements.namedItem("audience");
        if (audience) url.searchParams.set("audience", audience.value);
        const response = await fetch(url, { headers: { Accept: "application/json" } });
        if (!response.ok) return; // no suggestions is no fault: the button still searches
        const data = await response.json();
        this.known.set(query, Array.isArray(data) ? data : (data.items ?? []));
      } catch {
        return;
      }
    }
    // An answer that comes after the next letter is for a question nobody asks any more.
    if (this.asked === query && document.activeElement === this.input) this.show(this.known.get(query));
  }

  show(items) {
    this.at = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.items = items.slice(0, SHOWN);
    if (!this.items.length) {
      this.close();
      this.voice.textContent = this.form.dataset.textNone;
      return;
    }
    this.list.replaceChildren(
      ...this.items.map((item, number) => {
        const row = document.createElement("li");
        row.id = `${this.list.id}-${number}`;
        row.setAttribute("role", "option");
        row.setAttribute("aria-selected", "false");
        const link = document.createElement("a");
        link.href = item.url ?? `/procedures/${encodeURIComponent(item.national_code)}/`;
        link.tabIndex = -1;
        link.lang = "vi";
        link.textContent = item.name;
        if (item.note) {
          const note = document.createElement("small");
          note.textContent = item.note;
          link.append(note);
        }
        row.append(link);
        // The press would take the focus, and with it the list, before the click arrives.
        row.addEventListener("mousedown", (event) => event.preventDefault());
        return row;
      }),
    );
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.voice.textContent = fill(this.form.dataset.textCount, { count: this.items.length });
  }

  close() {
    clearTimeout(this.timer);
    this.asked = null;
    this.at = -1;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (event.isComposing) return; // a Vietnamese input method is still putting the marks on
    if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      return this.close();
    }
    if (this.list.hidden) return;
    const rows = [...this.list.children];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      // -1 is the text itself: arrows go round through it.
      this.at = ((this.at + 1 + step + rows.length + 1) % (rows.length + 1)) - 1;
      rows.forEach((row, number) => row.setAttribute("aria-selected", String(number === this.at)));
      if (this.at >= 0) {
        this.input.setAttribute("aria-activedescendant", rows[this.at].id);
        rows[this.at].scrollIntoView({ block: "nearest" });
      } else this.input.removeAttribute("aria-activedescendant");
    } else if (event.key === "Enter" && this.at >= 0) {
      event.preventDefault();
      rows[this.at].querySelector("a").click();
    }
  }
}

document.querySelectorAll("form[data-search]").forEach((form) => new Search(form));
