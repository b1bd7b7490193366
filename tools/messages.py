"""Screen texts: Vietnamese in the sources, English in each room's own catalogue.

    python tools/messages.py update    collect new strings into every room's locale/en/LC_MESSAGES/django.po
    python tools/messages.py check     fail on strings that are missing, untranslated, fuzzy or stale, and on bad placeholders
    python tools/messages.py compile   write the .mo files next to them (not committed)

Babel does the work, so that no gettext tools are needed on the machine.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "motcua"
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {
    "**/templates/**.html": {
        "newstyle_gettext": "true",
        "trimmed": "true",
        "silent": "false",
        "extensions": "jinja2.ext.do,jinja2.ext.loopcontrols",
    }
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]")


def rooms() -> list[Path]:
    """Every room; a face is a room of its own below ``web``."""
    flat = [path for path in SOURCE.iterdir() if (path / "__init__.py").exists() and path.name != "web"]
    faces = [path for path in (SOURCE / "web").iterdir() if (path / "__init__.py").exists()]
    return sorted([*flat, *faces])


def extracted(room: Path) -> Catalog:
    """The strings of a room, as its sources have them now."""
    catalog = Catalog(locale="en", project="Motcua", fuzzy=False)
    for filename, line, message, comments, context in extract_from_dir(
        room, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=("i18n:",), strip_comment_tags=True
    ):
        catalog.add(
            message, None, [(f"{room.name}/{filename}", line)], auto_comments=comments, context=context
        )
    return catalog


def po_file(room: Path) -> Path:
    return room / "locale" / "en" / "LC_MESSAGES" / "django.po"


def existing(room: Path) -> Catalog:
    path = po_file(room)
    if not path.exists():
        return Catalog(locale="en", project="Motcua", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale="en")


def text(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def update() -> int:
    for room in rooms():
        found = extracted(room)
        if not len(found):
            continue
        catalog = existing(room)
        catalog.update(found, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        target = po_file(room)
        target.parent.mkdir(parents=True, exist_ok=True)
        buffer = io.BytesIO()
        # No line numbers and no dates: a catalogue changes only when a text does.
        write_po(buffer, catalog, no_location=True, omit_header=True, sort_output=True, width=100)
        header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        target.write_text(header + buffer.getvalue().decode().strip() + "\n", encoding="utf-8")
        empty = sum(1 for message in catalog if message.id and not message.string)
        print(f"{room.relative_to(SOURCE)}: {len(catalog)} texts, {empty} to translate")
    return 0


def problems(room: Path) -> Iterator[str]:
    found, catalog = extracted(room), existing(room)
    name = room.relative_to(SOURCE)
    for message in found:
        if not message.id:
            continue
        kept = catalog.get(message.id, message.context)
        if kept is None:
            yield f"{name}: not collected: {text(message)!r}"
        elif not (kept.string if isinstance(kept.string, str) else all(kept.string)):
            yield f"{name}: not translated: {text(message)!r}"
        elif kept.fuzzy:
            yield f"{name}: fuzzy: {text(message)!r}"
        elif isinstance(kept.id, str) and isinstance(kept.string, str):
            wanted, given = set(PLACEHOLDER.findall(kept.id)), set(PLACEHOLDER.findall(kept.string))
            if wanted != given:
                yield f"{name}: placeholders differ: {text(message)!r}"
    for message in catalog:
        if message.id and found.get(message.id, message.context) is None:
            yield f"{name}: no longer used: {text(message)!r}"


def check() -> int:
    found = [problem for room in rooms() for problem in problems(room)]
    for problem in found:
        print(problem)
    print(f"{len(found)} problem(s) in screen texts" if found else "Screen texts: all translated.")
    return 1 if found else 0


def compile_all() -> int:
    for path in sorted(SOURCE.rglob("locale/*/LC_MESSAGES/django.po")):
        with path.open("rb") as file:
            catalog = read_po(file, locale=path.parents[1].name)
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalog)
    return 0


if __name__ == "__main__":
    verbs = {"update": update, "check": check, "compile": compile_all}
    if len(sys.argv) != 2 or sys.argv[1] not in verbs:
        sys.exit(__doc__)
    sys.exit(verbs[sys.argv[1]]())
