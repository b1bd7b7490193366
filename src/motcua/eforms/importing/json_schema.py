"""A JSON Schema (draft 7 to 2020-12) as a definition. Pure; nothing is fetched.

Objects at the top become sections, deeper ones a group of small questions, lists of objects tables. `if`/`then`/`else` and
`dependentRequired` become conditions where ours can say them (`json_rules.py`). What `schema.form_schema` writes of a form of
ours reads back with the same ids.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from motcua.eforms.importing import MAX_BYTES, MAX_OPTIONS, MAX_QUESTIONS, Imported, Unreadable, json_rules
from motcua.eforms.importing.json_types import Schema, fill, leftover, listed, named, own_pieces, plain_words
from motcua.eforms.importing.making import GENERAL, MOST_COLUMNS, Names, Notes, human, settle

MAX_DEPTH: Final = 40
#: Schemas looked at, references followed anew each time: a small file may unfold into a large one.
MAX_VISITS: Final = 4 * MAX_QUESTIONS
MAX_VALUES: Final = 200_000
HINT_WORDS: Final = 40
"""A longer description is help, which opens on demand."""
_SHAPE = ("properties", "allOf", "if", "then", "else", "dependentRequired", "dependentSchemas", "dependencies",
          "minProperties", "maxProperties")  # fmt: skip


def read(data: Any, *, name: str = "") -> Imported:
    """The form in a schema, given as JSON or as the bytes or text of a file. Raises Unreadable."""
    return _Reader(_loaded(data), name).imported()


def _loaded(data: Any) -> Schema:
    if isinstance(data, bytes | bytearray | str):
        if len(data) > MAX_BYTES:
            raise Unreadable("too_large", f"{MAX_BYTES // 1024 // 1024} MB")
        try:
            data = json.loads(data if isinstance(data, str) else bytes(data).decode("utf-8-sig"))
        except RecursionError as error:
            raise Unreadable("too_deep") from error
        except ValueError as error:
            raise Unreadable("not_json") from error
    _judge(data)
    if not isinstance(data, Mapping):
        raise Unreadable("not_an_object_schema")
    return data


def _judge(data: Any) -> None:
    """So deep and so large that everything after this may recurse."""
    layer, seen = [data], 0
    for _ in range(MAX_DEPTH):
        layer = [
            inner
            for value in layer
            for inner in (
                value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
            )
        ]
        seen += len(layer)
        if seen > MAX_VALUES:
            raise Unreadable("too_large", f"{MAX_VALUES:,}".replace(",", "."))
        if not layer:
            return
    raise Unreadable("too_deep")


class Elsewhere(Exception):
    """A reference that leads out of the file, or nowhere."""


@dataclass
class Shape:
    """An object with its references followed and its `allOf` put together."""

    node: dict[str, Any]
    trail: tuple[str, ...] = ()
    """The references that were followed to it: one that comes again is a circle."""
    properties: dict[str, tuple[Any, tuple[str, ...]]] = field(default_factory=dict)
    required: list[str] = field(default_factory=list)
    rules: list[tuple[Schema, tuple[str, ...]]] = field(default_factory=list)


@dataclass
class Place:
    """Where questions of an object go: the section, the properties that lead there."""

    section: dict[str, Any]
    path: tuple[str, ...]


class _Reader:
    def __init__(self, root: Schema, name: str) -> None:
        self.root = root
        self.name = name
        self.notes = Notes()
        self.names = Names()
        self.section_names = Names()
        self.sections: list[dict[str, Any]] = []
        self.made: dict[tuple[str, ...], dict[str, Any]] = {}
        """Fields by the properties that lead to them: what conditions look up."""
        self.without_lowest: list[str] = []
        self.visits = self.options = 0

    def imported(self) -> Imported:
        try:
            shape = self.shape(self.root, ("#",))
        except Elsewhere as error:
            raise Unreadable("not_an_object_schema") from error
        if not shape.properties or named(shape.node) not in ("object", ""):
            raise Unreadable("not_an_object_schema")
        title = plain_words(shape.node.get("title"))[:300]
        if not title:
            title = human(self.name.rsplit(".", 1)[0]) if self.name else GENERAL["vi"]
            self.notes.add("title_missing", "", title)
        definition = {
            "key": Names().give(title, "mau")[:60],
            "title": {"vi": title},
            "source": f"JSON Schema: {plain_words(self.name)}"[:500],
            "sections": self.sections,
        }
        self.top(shape)
        leftover(shape.node, _SHAPE, "", self.notes)
        if self.without_lowest:
            self.notes.add("no_lowest", "", ", ".join(self.without_lowest))
        return Imported(settle(definition, self.notes), self.notes.all())

    # --- references and shapes --------------------------------------------------------------------------------------------------

    def resolved(self, node: Any, trail: tuple[str, ...]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """A schema without `$ref` and without `null` among its alternatives. Raises Elsewhere, and Unreadable for a circle."""
        self.visits += 1
        if self.visits > MAX_VISITS:
            raise Unreadable("too_many_questions", str(MAX_QUESTIONS))
        made = dict(node) if isinstance(node, Mapping) else {}
        while "$ref" in made:
            said = made.pop("$ref")
            if not isinstance(said, str):
                break
            if said in trail:
                raise Unreadable("cycle", said)
            trail = (*trail, said)
            made = {**self.pointed(said), **made}
        for word in ("anyOf", "oneOf"):
            parts = made.get(word)
            if isinstance(parts, list) and {"type": "null"} in parts:
                rest = [part for part in parts if part != {"type": "null"}]
                made[word] = rest
                if len(rest) == 1:
                    del made[word]
                    inner, trail = self.resolved(rest[0], trail)
                    made = {**inner, **made}
        return made, trail

    def pointed(self, said: str) -> Schema:
        found: Any = self.root
        if not said.startswith("#/"):
            raise Elsewhere(said)
        for step in said[2:].split("/"):
            step = step.replace("~1", "/").replace("~0", "~").replace("%20", " ")
            if isinstance(found, list) and step.isascii() and step.isdigit() and int(step) < len(found):
                found = found[int(step)]
            elif isinstance(found, Mapping) and step in found:
                found = found[step]
            else:
                raise Elsewhere(said)
        if not isinstance(found, Mapping):
            raise Elsewhere(said)
        return found

    def shape(self, node: Any, trail: tuple[str, ...]) -> Shape:
        """Raises Elsewhere, Unreadable."""
        made, trail = self.resolved(node, trail)
        out = Shape(made, trail)
        properties = made.get("properties")
        for name, inner in properties.items() if isinstance(properties, Mapping) else ():
            out.properties.setdefault(str(name), (inner, trail))
        required = made.get("required")
        out.required += (
            [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
        )
        if set(made) & {"if", "dependentRequired", "dependentSchemas", "dependencies"}:
            out.rules.append((made, trail))
        parts = made.pop("allOf", None)
        for part in parts if isinstance(parts, list) else ():
            try:
                inner = self.shape(part, trail)
            except Elsewhere as away:
                self.notes.add("remote_reference", "", f"allOf: {away}")
                continue
            for name, found in inner.properties.items():
                out.properties.setdefault(name, found)
            out.required += inner.required
            out.rules += inner.rules
            for word, value in inner.node.items():
                if word not in (*_SHAPE, "required"):
                    made.setdefault(word, value)
        return out

    # --- sections ---------------------------------------------------------------------------------------------------------------

    def top(self, shape: Shape) -> None:
        loose: Place | None = None
        home: Place | None = None  # where questions go that a rule brings
        for name, (node, trail) in shape.properties.items():
            inner = self.peek(node, trail, name)
            if inner is None:
                continue
            if inner.properties and named(inner.node) in ("object", "") and not _one_question(inner):
                self.section(name, inner, (name,), required=name in shape.required)
                loose = None
                continue
            if loose is None:
                loose = home = Place(self.begin("thong_tin", dict(GENERAL)), ())
            self.question(name, inner, loose, required=name in shape.required)
        if home is None:
            home = Place(self.sections[-1] if self.sections else self.begin("thong_tin", dict(GENERAL)), ())
        json_rules.apply(self, shape.rules, home)

    def peek(self, node: Any, trail: tuple[str, ...], name: str) -> Shape | None:
        """The shape of a property; None, and a note, for one that can't be had."""
        if node is False:
            self.notes.add("question_left_out", "", f"{human(name)}: false")
            return None
        try:
            return self.shape(node, trail)
        except Elsewhere as away:
            self.notes.add("remote_reference", "", f"{human(name)}: {away}")
            return None

    def begin(self, name: str, title: dict[str, str]) -> dict[str, Any]:
        section: dict[str, Any] = {"id": self.section_names.give(name, "phan"), "title": title, "fields": []}
        self.sections.append(section)
        return section

    def section(
        self, name: str, shape: Shape, path: tuple[str, ...], *, required: bool, show: Any = None
    ) -> None:
        title = plain_words(shape.node.get("title"))
        section = self.begin(name, {"vi": title or human(name)})
        if not title:
            self.notes.add("title_missing", section["id"], section["title"]["vi"])
        if said := plain_words(shape.node.get("description")):
            section["help"] = {"vi": said}
        if not required and shape.required:
            self.notes.add("optional_part", section["id"])
        leftover(shape.node, _SHAPE, section["id"], self.notes)
        place = Place(section, path)
        for inner, (node, trail) in shape.properties.items():
            found = self.peek(node, trail, inner)
            if found is not None:
                self.question(inner, found, place, required=inner in shape.required)
        json_rules.apply(self, shape.rules, place)

    # --- questions --------------------------------------------------------------------------------------------------------------

    def question(self, name: str, shape: Shape, place: Place, *, required: bool, show: Any = None) -> None:
        path = (*place.path, name)
        if path in self.made:
            return
        if shape.properties and named(shape.node) in ("object", "") and not own_pieces(shape.node):
            self.inner_object(name, shape, place, required=required, show=show)
            return
        made = self.one(name, shape, self.names)
        if made is None:
            return
        if required and made["type"] != "bool":
            made["required"] = True
        if show is not None:
            made["show_if"] = show
        place.section["fields"].append(made)
        self.made[path] = made
        if sum(len(section["fields"]) for section in self.sections) > MAX_QUESTIONS:
            raise Unreadable("too_many_questions", str(MAX_QUESTIONS))

    def inner_object(self, name: str, shape: Shape, place: Place, *, required: bool, show: Any) -> None:
        """A group of small questions; one with rules or lists of its own stands flat under a heading."""
        inner = [
            (n, found)
            for n, (node, trail) in shape.properties.items()
            if (found := self.peek(node, trail, n))
        ]
        simple = not shape.rules and len(inner) <= MOST_COLUMNS
        simple = simple and all(_single(found) for _, found in inner)
        made = self.started(name, shape, self.names, "group" if simple else "heading")
        if show is not None:
            made["show_if"] = show
        place.section["fields"].append(made)
        if simple:
            made["columns"] = self.columns(inner, shape.required)
            if required:
                made["required"] = True
            self.made[(*place.path, name)] = made
            leftover(shape.node, _SHAPE, made["id"], self.notes)
            if not made["columns"]:
                place.section["fields"].remove(made)
                self.notes.add("group_empty", "", made["label"]["vi"])
            return
        self.notes.add("group_flattened", made["id"], made["label"]["vi"])
        deeper = Place(place.section, (*place.path, name))
        for n, found in inner:
            self.question(n, found, deeper, required=required and n in shape.required, show=show)
        json_rules.apply(self, shape.rules, deeper, within=show)

    def columns(self, inner: list[tuple[str, Shape]], required: list[str]) -> list[dict[str, Any]]:
        names, columns = Names(), []
        for name, found in inner[:MOST_COLUMNS]:
            column = self.one(name, found, names, inside=True)
            if column is not None and column["type"] != "file":
                if name in required and column["type"] != "bool":
                    column["required"] = True
                columns.append(column)
            elif column is not None:
                self.notes.add("column_left_out", "", column["label"]["vi"])
        if len(inner) > MOST_COLUMNS:
            self.notes.add("too_many_columns", "", ", ".join(human(name) for name, _ in inner[MOST_COLUMNS:]))
        return columns

    def started(self, name: str, shape: Shape, names: Names, kind: str) -> dict[str, Any]:
        made: dict[str, Any] = {"id": names.give(name, "cau"), "type": kind}
        if made["id"] != name:
            self.notes.add("renamed", made["id"], f"{name} → {made['id']}")
        title = plain_words(shape.node.get("title"))
        made["label"] = {"vi": title or human(name)}
        if not title:
            self.notes.add("label_missing", made["id"], made["label"]["vi"])
        if said := plain_words(shape.node.get("description")):
            made["hint" if len(said.split()) <= HINT_WORDS else "help"] = {"vi": said}
        return made

    def one(self, name: str, shape: Shape, names: Names, *, inside: bool = False) -> dict[str, Any] | None:
        """A field that is not an object of the file's own making."""
        node = shape.node
        made = self.started(name, shape, names, "")
        if kind := own_pieces(node):
            made["type"] = kind
            return made
        if named(node) == "array" and not inside and (table := self.table(shape, made)):
            return table if table["type"] else None
        if named(node) == "object" or shape.properties:
            self.notes.add("type_left_out", "", f"object: {made['label']['vi']}")
            return None
        if not fill(node, made, self.notes):
            return None
        self.options += len(made.get("options", ()))
        if self.options > MAX_OPTIONS:
            raise Unreadable("too_many_options_in_all", f"{MAX_OPTIONS:,}".replace(",", "."))
        if made["type"] in ("int", "number") and "min" not in made and "minimum" not in node:
            self.without_lowest.append(made["id"])
        return made

    def table(self, shape: Shape, made: dict[str, Any]) -> dict[str, Any] | None:
        """A list of objects, or of single values as one column; None for a choice of several. Without type: left out."""
        node = shape.node
        if not isinstance(node.get("items"), Mapping):
            return None
        row = self.peek(node["items"], shape.trail, made["id"])
        if row is None:
            return made
        node["items"] = row.node
        if listed(row.node) is not None:
            return None
        inner = [
            (n, found) for n, (part, trail) in row.properties.items() if (found := self.peek(part, trail, n))
        ]
        if not inner:
            if named(row.node) not in ("string", "integer", "number"):
                return None
            single = Shape({"title": made["label"]["vi"], **row.node})
            inner, row.required = [("gia_tri", single)], ["gia_tri"]
            self.notes.add("type_changed", made["id"], "array → table")
        kept = [(n, found) for n, found in inner if _single(found)]
        for n, found in inner:
            if not _single(found):
                self.notes.add(
                    "column_left_out", made["id"], plain_words(found.node.get("title")) or human(n)
                )
        if row.rules:
            self.notes.add(
                "condition_in_list", made["id"], ", ".join(sorted(set(row.rules[0][0]) & set(_SHAPE)))
            )
        made["columns"] = self.columns(kept, row.required)
        if not made["columns"]:
            self.notes.add("group_empty", "", made["label"]["vi"])
            return made
        made["type"] = "table"
        for word, side, least in (("minItems", "min_rows", 1), ("maxItems", "max_rows", 1)):
            said = node.get(word)
            if isinstance(said, int) and least <= said < 50:
                made[side] = int(said)
            elif isinstance(said, int) and said > 50:
                self.notes.add("constraint_left_out", made["id"], f"{word} {said}")
        leftover(node, ("items", "minItems", "maxItems"), made["id"], self.notes)
        return made


def _single(shape: Shape) -> bool:
    """It fits into a column: one value, a choice, or one of our own types of pieces."""
    if own_pieces(shape.node):
        return True
    if named(shape.node) == "array":
        items = shape.node.get("items")
        return isinstance(items, Mapping) and listed(items) is not None
    return not shape.properties and named(shape.node) != "object" and shape.node.get("readOnly") is not True


def _one_question(shape: Shape) -> bool:
    """An object at the top that is asked as one: of our own making, or titled while none of its pieces is."""
    if own_pieces(shape.node):
        return True
    titled = any(isinstance(node, Mapping) and node.get("title") for node, _ in shape.properties.values())
    return bool(shape.node.get("title")) and not titled and shape.node.get("additionalProperties") is False
