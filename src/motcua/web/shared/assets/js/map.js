// A place on the ground beside the box in which it is typed: the phone's own position, and a plain grid to draw on. No map
// of anybody's is loaded. The box stays the answer: everything here writes into it, and reads it again when it is typed in.

const NS = "http://www.w3.org/2000/svg";
const SIZE = 320;
const CELLS = 8;
const METRES = 111320; // of a degree of latitude

/** `lat, lon` lines as [[lat, lon], …]; what is not a place is left out. */
export function places(text) {
  return text
    .split("\n")
    .map((line) => line.trim().match(/^\(?([+-]?\d{1,3}(?:[.,]\d+)?)\s*(?:[;,]\s*|\s+)([+-]?\d{1,3}(?:[.,]\d+)?)\)?$/))
    .filter(Boolean)
    .map((found) => [Number(found[1].replace(",", ".")), Number(found[2].replace(",", "."))])
    .filter(([lat, lon]) => Math.abs(lat) <= 90 && Math.abs(lon) <= 180);
}

export const line = ([lat, lon]) => `${lat.toFixed(6)}, ${lon.toFixed(6)}`;

function make(tag, attributes, parent) {
  const element = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  parent?.append(element);
  return element;
}

function button(text, press, parent) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "govuk-button govuk-button--secondary eforms-map__button";
  element.textContent = text;
  element.addEventListener("click", press);
  parent.append(element);
  return element;
}

function enhance(box) {
  const input = box.querySelector("input, textarea");
  const words = JSON.parse(box.dataset.words);
  const area = box.dataset.map === "area";
  const tools = document.createElement("div");
  tools.className = "eforms-map__tools";
  const said = document.createElement("p");
  said.className = "govuk-hint";
  said.setAttribute("aria-live", "polite");
  box.append(tools, said);

  const write = (points) => {
    input.value = points.map(line).join("\n");
    // autosave.js and forms.js listen for what a person would have typed
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
    draw();
  };
  const add = (point) => {
    write(area ? [...places(input.value), point] : [point]);
    said.textContent = `${words.added}: ${line(point)}`;
  };

  if (navigator.geolocation) {
    button(words.here, () => {
      said.textContent = words.wait;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => add([coords.latitude, coords.longitude]),
        () => (said.textContent = words.failed),
        { enableHighAccuracy: true, timeout: 20000 },
      );
    }, tools);
  }
  if (area) button(words.undo, () => write(places(input.value).slice(0, -1)), tools);

  let metres = 20; // of a cell
  let centre = null;
  const grid = document.createElement("div");
  grid.className = "eforms-map__grid";
  box.append(grid);
  const view = () => {
    const cos = Math.cos((centre[0] * Math.PI) / 180) || 1;
    const degree = SIZE / (CELLS * metres);
    return {
      to: ([lat, lon]) => [SIZE / 2 + (lon - centre[1]) * METRES * cos * degree, SIZE / 2 - (lat - centre[0]) * METRES * degree],
      from: (x, y) => [centre[0] + (SIZE / 2 - y) / degree / METRES, centre[1] + (x - SIZE / 2) / degree / METRES / cos],
    };
  };

  function draw() {
    const points = places(input.value);
    if (!points.length) {
      grid.hidden = true;
      return;
    }
    grid.hidden = false;
    centre ??= points[0];
    const { to, from } = view();
    grid.replaceChildren();
    const svg = make("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, class: "eforms-map__svg", role: "img", "aria-label": words.grid.replace("{metres}", metres) }, grid);
    for (let i = 0; i <= CELLS; i++) {
      const at = (i * SIZE) / CELLS;
      make("path", { d: `M${at} 0V${SIZE}M0 ${at}H${SIZE}`, class: "eforms-map__line" }, svg);
    }
    const drawn = points.map(to);
    if (area && drawn.length > 1) make("polygon", { points: drawn.map((p) => p.join(",")).join(" "), class: "eforms-map__area" }, svg);
    for (const [x, y] of drawn) make("circle", { cx: x, cy: y, r: 5, class: "eforms-map__point" }, svg);
    svg.addEventListener("click", (event) => {
      const frame = svg.getBoundingClientRect();
      add(from(((event.clientX - frame.left) / frame.width) * SIZE, ((event.clientY - frame.top) / frame.height) * SIZE));
    });
    const zoom = document.createElement("div");
    zoom.className = "eforms-map__tools";
    button(words.closer, () => { metres = Math.max(1, metres / 2); draw(); }, zoom);
    button(words.wider, () => { metres = Math.min(5000, metres * 2); draw(); }, zoom);
    const scale = document.createElement("p");
    scale.className = "govuk-hint";
    scale.textContent = words.grid.replace("{metres}", metres);
    grid.append(scale, zoom);
  }

  input.addEventListener("change", draw);
  draw();
}

for (const box of globalThis.document?.querySelectorAll("[data-map]") ?? []) enhance(box);
