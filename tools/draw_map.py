"""Draw the map of the house and the lifecycle of a dossier from the code, so that neither can lie.

    python tools/draw_map.py            write docs/images/map.svg and docs/lifecycle.md
    python tools/draw_map.py --check    exit code 1 when they are not what the code says now

The floors and their order come from the contract in ``.importlinter`` that `make check` holds, a room's sentence from
the first line of its docstring, the lifecycle from ``motcua.dossiers.lifecycle.EDGES``. Standard library and Motcua only.
"""

from __future__ import annotations

import ast
import configparser
import sys
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "motcua"
CONTRACT = ROOT / ".importlinter"
MAP = ROOT / "docs" / "images" / "map.svg"
LIFECYCLE = ROOT / "docs" / "lifecycle.md"

#: What a floor is for. A room of the contract that is on none of them stops the drawing.
FLOORS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("improve", ("programme",)),
    ("measure", ("measurement",)),
    ("work", ("workspace",)),
    ("connect", ("exchange", "messaging")),
    ("serve", ("processing", "results", "feedback", "dossiers")),
    ("offer", ("catalogue", "eforms")),
    ("ground", ("identity", "organisations", "law")),
    ("kernel", ("kernel",)),
)


class MapError(Exception):
    """The contract, the folders and this file do not tell the same story."""


@dataclass(frozen=True)
class House:
    """Rooms by dotted name below ``motcua``: ``layers`` from the top down, ``faces``, and what stands ``outside``."""

    layers: tuple[str, ...]
    faces: tuple[str, ...]
    outside: tuple[str, ...]
    sentences: dict[str, str]

    @property
    def rooms(self) -> tuple[str, ...]:
        return (*self.faces, "web.shared", *self.layers, *self.outside)


def read_house() -> House:
    """The house as the import contract and the folders have it."""
    contract = configparser.ConfigParser()
    contract.read(CONTRACT, encoding="utf-8")
    lines = contract["importlinter:contract:floors"]["layers"].split()
    named = [line for line in lines if line != "|"]
    optional = {line.strip("()") for line in named if line.startswith("(")}
    inside = [line for line in named if not line.startswith("(")]
    faces = [
        name.removeprefix("motcua.") for name in contract["importlinter:contract:faces"]["modules"].split()
    ]
    layers = [room for room in inside if room not in {"web", "api"}]
    drawn = [room for _, rooms in FLOORS for room in rooms]
    if drawn != layers:
        raise MapError(f"the contract's layers are {layers}, the floors drawn are {drawn}")
    packages = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    if missing := set(layers) - packages:
        raise MapError(f"rooms of the contract without a folder: {sorted(missing)}")
    # The command line is a face that the contract need not name: nothing imports it.
    if "cli" in packages:
        faces.append("cli")
    outside = sorted((packages | optional) - set(layers) - {"web", "api", "cli"})
    sentences = {
        room: _sentence(SOURCE / room.replace(".", "/") / "__init__.py")
        for room in (*faces, "web.shared", *layers, *outside)
    }
    return House(tuple(layers), tuple(faces), tuple(outside), sentences)


def _sentence(path: Path) -> str:
    """First paragraph of a package's docstring, reStructuredText marks removed."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    if not text:
        raise MapError(f"{path.relative_to(ROOT)} does not say what its room is")
    return " ".join(text.split("\n\n")[0].split()).replace("``", "")


# --- the map -----------------------------------------------------------------------------------------------

WIDTH, LEFT, GAP, PAD, LINE = 1040, 118, 12, 14, 17
STYLE = """
  text { font-family: "Be Vietnam Pro", "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: #1C1917; }
  .floor { font-size: 15px; font-weight: 700; fill: #7A1414; }
  .room { font-family: ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; font-size: 15px; font-weight: 700; }
  .says { font-size: 12.5px; fill: #57534E; }
  .note { font-size: 13px; fill: #57534E; }
  .arrow { font-size: 18px; fill: #9B1C1C; }
  .band { fill: #FBF7F2; stroke: #D9D2C9; }
  .box { fill: #FFFFFF; stroke: #8A8580; }
  .waist { fill: #FFFFFF; stroke: #9B1C1C; stroke-width: 2.5; }
  .outside { fill: #FFFFFF; stroke: #8A8580; stroke-dasharray: 5 4; }
"""


def draw_map(house: House) -> str:
    """The whole picture as SVG."""
    parts: list[str] = []
    y = 16
    y = _band(parts, y, "faces", house.faces, house, arrow="")
    y = _band(parts, y, "", ("web.shared",), house, arrow="")
    for title, rooms in FLOORS:
        y = _band(parts, y, title, rooms, house, arrow="▸")
    parts.append(
        f'<text class="note" x="16" y="{y + 16}">'
        + escape(
            "An import goes down, or along ▸; never up, never between faces. What a lower room has to tell an upper one is an "
            "event (config/wiring.py)."
        )
        + "</text>"
    )
    y += 34
    y = _band(parts, y, "outside", house.outside, house, arrow="", kind="outside")
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}" role="img" '
        f'aria-labelledby="title">\n<title id="title">The rooms of Motcua, from faces to kernel</title>\n'
        f'<style>{STYLE}</style>\n<rect width="{WIDTH}" height="{y}" fill="#FFFFFF"/>\n{body}\n</svg>\n'
    )


def _band(
    parts: list[str],
    y: int,
    title: str,
    rooms: Iterable[str],
    house: House,
    *,
    arrow: str,
    kind: str = "box",
) -> int:
    names = list(rooms)
    between = 26 if arrow else GAP
    width = (WIDTH - LEFT - 16 - PAD - between * (len(names) - 1)) / len(names)
    wrapped = [textwrap.wrap(house.sentences[name], int((width - 2 * PAD) / 6.8)) for name in names]
    height = 2 * PAD + 20 + LINE * max(len(lines) for lines in wrapped)
    parts.append(
        f'<rect class="band" x="8" y="{y}" width="{WIDTH - 16}" height="{height + 2 * GAP}" rx="4"/>'
    )
    parts.append(f'<text class="floor" x="24" y="{y + GAP + PAD + 14}">{title}</text>')
    for index, (name, lines) in enumerate(zip(names, wrapped, strict=True)):
        x = LEFT + index * (width + between)
        look = "waist" if name == "dossiers" else kind
        parts.append(
            f'<rect class="{look}" x="{x:.0f}" y="{y + GAP}" width="{width:.0f}" height="{height}" rx="3"/>'
        )
        parts.append(f'<text class="room" x="{x + PAD:.0f}" y="{y + GAP + PAD + 14}">{escape(name)}</text>')
        for row, line in enumerate(lines):
            at = y + GAP + PAD + 34 + LINE * row
            parts.append(f'<text class="says" x="{x + PAD:.0f}" y="{at}">{escape(line)}</text>')
        if arrow and index + 1 < len(names):
            middle = y + GAP + height / 2 + 6
            parts.append(
                f'<text class="arrow" x="{x + width + between / 2:.0f}" y="{middle:.0f}" text-anchor="middle">{arrow}</text>'
            )
    return y + height + 2 * GAP + 10


# --- the lifecycle -----------------------------------------------------------------------------------------


def draw_lifecycle() -> str:
    """The table of lawful turns as a Markdown page with a diagram that forges draw."""
    sys.path.insert(0, str(SOURCE.parent))
    from motcua.dossiers.lifecycle import CLOSED, EDGES, PAUSED, Status

    def named(status: Status | None) -> str:
        return "–" if status is None else f"{status.value} {status.name.lower()}"

    out = [
        "# The lifecycle of a dossier",
        "",
        "Drawn by `tools/draw_map.py` from `EDGES` in `src/motcua/dossiers/lifecycle.py`; change the table there. The codes are",
        "TrangThaiHoSo of the National Portal. No action writes a status except through `lifecycle.move`.",
        "",
        "```mermaid",
        "stateDiagram-v2",
    ]
    out += [f"    {status.name} : {status.value} {status.name.lower()}" for status in Status]
    for edge in EDGES:
        before = edge.before.name if edge.before is not None else "[*]"
        out.append(f"    {before} --> {edge.after.name} : {edge.action}")
    out += [f"    {status.name} --> [*]" for status in sorted(CLOSED)]
    out += ["```", "", "| From | Action | To | Article |", "|---|---|---|---|"]
    out += [
        f"| {named(edge.before)} | `{edge.action}` | {named(edge.after)} | {edge.article} |" for edge in EDGES
    ]
    paused = ", ".join(named(status) for status in sorted(PAUSED))
    closed = ", ".join(named(status) for status in sorted(CLOSED))
    out += [
        "",
        f"The clock rests in {paused}: the dossier waits for the applicant. Nothing more is done in {closed}.",
        "",
    ]
    return "\n".join(out)


def drawings() -> dict[Path, str]:
    """What each drawn file should hold now."""
    return {MAP: draw_map(read_house()), LIFECYCLE: draw_lifecycle()}


def main(arguments: list[str]) -> int:
    stale = []
    for path, text in drawings().items():
        if "--check" in arguments:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(str(path.relative_to(ROOT)))
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
    if stale:
        print(f"draw_map: not up to date: {', '.join(stale)}; run python tools/draw_map.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
