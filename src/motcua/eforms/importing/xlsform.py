"""A form written as XLSForm (ODK, KoboToolbox, SurveyCTO) as a definition. Pure.

Groups become sections, repeats lists of rows. `relevant`, `required` and `constraint` are read as expressions
(`expressions.py`): what our conditions and settings can say becomes one, the rest a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from motcua.eforms.fields import FIELD_TYPES
from motcua.eforms.importing import (
    MAX_OPTIONS,
    MAX_QUESTIONS,
    Imported,
    Unreadable,
    bounds,
    expressions,
    rows,
    workbook,
)
from motcua.eforms.importing.expressions import Inexpressible, Node, Target
from motcua.eforms.importing.languages import Languages
from motcua.eforms.importing.making import (
    GENERAL,
    MOST_COLUMNS,
    MOST_OPTIONS,
    Names,
    Notes,
    human,
    joined,
    settle,
    tidy_words,
)

_COLUMNS = frozenset(
    {"text", "textarea", "int", "number", "date", "time", "code", "multi", "reference", "declaration"}
)
_YES, _NO = frozenset({"yes", "true", "true()", "1"}), frozenset({"no", "false", "false()", "0", ""})
_OTHER, _SPECIFY = {"vi": "Khác", "en": "Other"}, {"vi": "Nội dung khác là gì?", "en": "What is it?"}


@dataclass
class _Item:
    """A question on its way: its row, its field, and the conditions of the groups around it that became no section."""

    row: Mapping[str, Any]
    made: dict[str, Any]
    around: tuple[str, ...] = ()
    columns: list[_Item] = field(default_factory=list)


@dataclass
class _Part:
    id: str
    title: dict[str, str]
    show: str = ""
    items: list[_Item] = field(default_factory=list)


def read(data: bytes, *, name: str) -> Imported:
    """The form in a workbook; `name` is the file's. Raises Unreadable."""
    return _Reader(workbook.tree(data, name), name).imported()


class _Reader:
    def __init__(self, tree: Mapping[str, Any], name: str) -> None:
        self.tree = tree
        self.name = name
        self.notes = Notes()
        self.names = Names()
        self.sections = Names()
        self.parts: list[_Part] = []
        self.scope: dict[str, Target | None] = {}
        self.languages = Languages(str(tree.get("default_language") or ""), self.notes)
        self.checks: list[dict[str, Any]] = []
        self.without_lowest: list[str] = []
        self.count = 0
        self.options_in_all = 0

    def imported(self) -> Imported:
        self.walk(rows.children_of(self.tree), None, ())
        sections = [self.section(part) for part in self.parts]
        title = tidy_words(self.tree.get("title") or "", longest=300)
        key = str(self.tree.get("id_string") or workbook.stem(self.name))[:60]
        if not title or title == key:
            title = title or human(workbook.stem(self.name))
            self.notes.add("title_missing", "", title)
        definition: dict[str, Any] = {
            "key": key,
            "title": {"vi": title},
            "source": f"XLSForm: {tidy_words(self.name)}"[:500],
            "sections": sections,
        }
        if self.checks:
            definition["checks"] = self.checks[:200]
            for lost in self.checks[200:]:
                self.notes.add("constraint_left_out", lost["field"], lost["message"]["vi"])
        if self.without_lowest:
            self.notes.add("no_lowest", "", ", ".join(self.without_lowest))
        return Imported(settle(definition, self.notes), self.notes.all())

    # --- the tree, flat -----------------------------------------------------------------------------------------------------

    def walk(self, given: list[Mapping[str, Any]], part: _Part | None, around: tuple[str, ...]) -> None:
        """`part` None: the top, where each group is a section and questions between groups make one of their own."""
        loose = part
        for place, row in enumerate(given):
            kind = str(row.get("type") or "")
            if kind == "group":
                if row.get("name") == "meta" and (row.get("control") or {}).get("bodyless"):
                    continue
                self.group(row, part, around)
                loose = part
                continue
            if kind == "repeat" and part is None:
                loose = self.begin(row, self.words(row, "", silent=True) or {"vi": human(rows.name_of(row))})
                self.question(row, loose, around)
                loose = None
                continue
            if loose is None:
                loose = self.begin({"name": "thong_tin"}, dict(GENERAL))
            self.question(row, loose, around, after=given[place + 1] if place + 1 < len(given) else None)

    def begin(self, row: Mapping[str, Any], title: dict[str, str]) -> _Part:
        part = _Part(self.sections.give(rows.name_of(row), "phan"), title)
        self.parts.append(part)
        return part

    def group(self, row: Mapping[str, Any], part: _Part | None, around: tuple[str, ...]) -> None:
        show = str(rows.bind_of(row).get("relevant") or "")
        title = self.words(row, "", silent=True)
        if part is None:
            part = self.begin(row, title or {"vi": human(rows.name_of(row))})
            part.show = show
            if title is None:
                self.notes.add("title_missing", part.id, part.title["vi"])
            self.looks(row, part.id)
            self.walk(rows.children_of(row), part, around)
            return
        around = (*around, show) if show else around
        if title is not None:
            made: dict[str, Any] = {
                "id": self.names.give(rows.name_of(row), "nhom"),
                "type": "heading",
                "label": title,
            }
            part.items.append(_Item({}, made, around))
            self.count_one()
            self.notes.add("group_flattened", made["id"], title["vi"])
        else:
            self.notes.add("group_flattened", "", human(rows.name_of(row)))
        self.walk(rows.children_of(row), part, around)

    def count_one(self) -> None:
        self.count += 1
        if self.count > MAX_QUESTIONS:
            raise Unreadable("too_many_questions", str(MAX_QUESTIONS))

    def question(
        self,
        row: Mapping[str, Any],
        part: _Part,
        around: tuple[str, ...],
        after: Mapping[str, Any] | None = None,
    ) -> None:
        item = self.item(row, self.names, after)
        if item is not None:
            item.around = around
            part.items.append(item)

    def item(
        self, row: Mapping[str, Any], names: Names, after: Mapping[str, Any] | None, *, inside: bool = False
    ) -> _Item | None:
        """The field without its conditions, which may name questions that come later."""
        kind, name = str(row.get("type") or ""), rows.name_of(row)
        if kind == "repeat":
            return self.repeat(row)
        if name.startswith("reserved_name_for_field_list_labels_") or (
            name.endswith("_count")
            and kind == "calculate"
            and "label" not in row
            and rows.counts(self.tree, name)
        ):
            return None
        if kind.lower() in rows.METADATA:
            self.notes.add("metadata_left_out", "", kind)
            return None
        found = rows.TYPES.get(kind) or rows.TYPES.get(kind.lower())
        if found is None:
            self.notes.add("type_left_out", "", f"{kind}: {self.called(row)}")
            return None
        made: dict[str, Any] = {"id": names.give(name, "cau"), "type": found[0], **found[1]}
        if made["id"] != name:
            self.notes.add("renamed", made["id"], f"{name} → {made['id']}")
        made["label"] = self.words(row, made["id"]) or self.stand_in(row, made["id"])
        for theirs, ours in (("hint", "hint"), ("guidance_hint", "help")):
            if row.get(theirs) and (said := self.languages.both(row[theirs], made["id"], self.notes)):
                made[ours] = said
        if not self.settings(row, made, after):
            return None
        self.looks(row, made["id"])
        self.left_out(row, made["id"])
        self.count_one()
        self.announce(name, made, inside=inside)
        return _Item(row, made)

    def announce(self, name: str, made: Mapping[str, Any], *, inside: bool) -> None:
        says = FIELD_TYPES.get(made["type"]).says
        codes = frozenset(option["code"] for option in made.get("options", ()))
        target = Target(made["id"], says, codes, inside)
        # Two groups may each have a question of this name: which one an expression means is not to be told.
        self.scope[name] = None if name in self.scope else target

    def repeat(self, row: Mapping[str, Any]) -> _Item | None:
        made: dict[str, Any] = {"id": self.names.give(rows.name_of(row), "danh_sach"), "type": "table"}
        if made["id"] != rows.name_of(row):
            self.notes.add("renamed", made["id"], f"{rows.name_of(row)} → {made['id']}")
        made["label"] = self.words(row, made["id"]) or self.stand_in(row, made["id"])
        names, columns, surplus = Names(), list[_Item](), list[str]()
        for inner in self.flat(row, made["id"]):
            kind = str(inner.get("type") or "")
            if kind == "repeat":
                self.notes.add("repeat_nested", made["id"], self.called(inner))
                continue
            if kind.lower() not in rows.METADATA and (rows.TYPES.get(kind) or ("",))[0] not in _COLUMNS:
                self.notes.add("column_left_out", made["id"], self.called(inner))
                continue
            if len(columns) == MOST_COLUMNS:
                surplus.append(self.called(inner))
                continue
            column = self.item(inner, names, None, inside=True)
            if column is not None:
                columns.append(column)
        if surplus:
            self.notes.add("too_many_columns", made["id"], ", ".join(surplus))
        if not columns:
            self.notes.add("group_empty", "", made["label"]["vi"])
            return None
        self.how_many(row, made)
        self.count_one()
        self.announce(rows.name_of(row), made, inside=False)
        return _Item(row, made, columns=columns)

    def flat(self, row: Mapping[str, Any], where: str) -> Iterator[Mapping[str, Any]]:
        for inner in rows.children_of(row):
            if inner.get("type") == "group":
                self.notes.add("group_flattened", where, self.called(inner))
                if show := rows.bind_of(inner).get("relevant"):
                    self.notes.add("condition_in_list", where, show)
                yield from self.flat(inner, where)
            else:
                yield inner

    def how_many(self, row: Mapping[str, Any], made: dict[str, Any]) -> None:
        said = str((row.get("control") or {}).get("jr:count") or "")
        if not said:
            return
        helper = rows.found(self.tree, said.removeprefix("${").removesuffix("}"))
        reckoned = str(rows.bind_of(helper).get("calculate") or said) if helper else said
        if reckoned.isdigit() and 1 <= int(reckoned) <= 50:
            made.update(min_rows=int(reckoned), max_rows=int(reckoned))
        else:
            self.notes.add("rows_left_out", made["id"], reckoned)

    # --- what a question is -------------------------------------------------------------------------------------------------

    def called(self, row: Mapping[str, Any]) -> str:
        said = self.words(row, "", silent=True)
        return said["vi"] if said else human(rows.name_of(row))

    def words(self, row: Mapping[str, Any], where: str, *, silent: bool = False) -> dict[str, str] | None:
        raw = row.get("label")
        if raw == "Specify other.":
            return dict(_SPECIFY)
        return self.languages.both(raw, where, Notes() if silent else self.notes)

    def stand_in(self, row: Mapping[str, Any], where: str) -> dict[str, str]:
        word = human(rows.name_of(row))
        self.notes.add("label_missing", where, word)
        return {"vi": word}

    def settings(self, row: Mapping[str, Any], made: dict[str, Any], after: Mapping[str, Any] | None) -> bool:
        """Fill in what the type needs; False when it can't be had and the question is left out."""
        look = rows.looks_of(row)
        match made["type"]:
            case "code" | "multi":
                return self.options(row, made, after)
            case "text":
                if "multiline" in look:
                    made["type"] = "textarea"
                elif "numbers" in look:
                    made["inputmode"] = "numeric"
            case "date":
                if str(row.get("type")).lower() == "datetime":
                    self.notes.add("time_left_out", made["id"])
                if look & {"month-year", "year"}:
                    made["precision"] = "month" if "month-year" in look else "year"
            case "number" if row.get("type") == "range":
                self.range(row, made)
            case "file":
                made["component"] = made["id"]
                self.notes.add("component_to_choose", made["id"], made["id"])
        return True

    def range(self, row: Mapping[str, Any], made: dict[str, Any]) -> None:
        said = row.get("parameters") or {}
        whole = all("." not in str(said.get(name, "1")) for name in ("start", "end", "step"))
        made["type"] = "int" if whole else "number"
        for name, ours, usual in (("start", "min", "0"), ("end", "max", "10")):
            try:
                made[ours] = int(said.get(name, usual)) if whole else float(said.get(name, usual))
            except (ValueError, TypeError):
                self.notes.add("constraint_left_out", made["id"], f"{name}={said.get(name)}")
        if str(said.get("step", "1")) not in ("1", "1.0"):
            self.notes.add("constraint_left_out", made["id"], f"step={said.get('step')}")

    def options(self, row: Mapping[str, Any], made: dict[str, Any], after: Mapping[str, Any] | None) -> bool:
        given = row.get("choices")
        if not isinstance(given, list) or not given:
            self.notes.add("options_elsewhere", "", f"{row.get('itemset') or ''}: {made['label']['vi']}")
            return False
        if len(given) > MOST_OPTIONS:
            self.notes.add("too_many_options", "", made["label"]["vi"])
            return False
        self.options_in_all += len(given)
        if self.options_in_all > MAX_OPTIONS:
            raise Unreadable("too_many_options_in_all", f"{MAX_OPTIONS:,}".replace(",", "."))
        asks_other = after is not None and after.get("name") == f"{rows.name_of(row)}_other"
        options: dict[str, dict[str, Any]] = {}
        for one in given:
            code = str(one.get("name") or "")
            label = self.languages.both(one.get("label"), made["id"], self.notes)
            if code == "other" and rows.added(one.get("label")):
                # Added to the whole list when one question asks for it; others of that list did not.
                if not asks_other:
                    continue
                label = dict(_OTHER)
            if label is None:
                label = {"vi": human(code)}
                self.notes.add("option_label_missing", made["id"], code)
            options.setdefault(code, {"code": code, "label": label})
        made["options"] = list(options.values())
        if row.get("choice_filter"):
            self.notes.add("filter_left_out", made["id"], row["choice_filter"])
        look = rows.looks_of(row)
        if made["type"] == "code" and "autocomplete" in look:
            made["type"] = "reference"
        elif made["type"] == "code" and "minimal" in look:
            made["widget"] = "select"
        return True

    def looks(self, row: Mapping[str, Any], where: str) -> None:
        for word in sorted(rows.looks_of(row)):
            if word not in rows.HARMLESS and not re.fullmatch(r"columns-\d+|w\d+|h\d+", word):
                self.notes.add("appearance_left_out", where, word)

    def left_out(self, row: Mapping[str, Any], where: str) -> None:
        if row.get("default") not in (None, ""):
            self.notes.add("default_left_out", where, row["default"])
        if str(rows.bind_of(row).get("readonly") or "").lower() in _YES and row.get("type") != "calculate":
            self.notes.add("read_only_dropped", where)
        if row.get("media"):
            self.notes.add("media_left_out", where)
        if row.get("trigger"):
            self.notes.add("calculation_left_out", where, f"trigger {row['trigger']}")
        reckoned = rows.bind_of(row).get("calculate")
        if reckoned and row.get("type") != "calculate":
            self.notes.add("calculation_left_out", where, reckoned)
        parameters = row.get("parameters") or {}
        if row.get("type") != "range" and isinstance(parameters, Mapping) and "randomize" in parameters:
            self.notes.add("appearance_left_out", where, "randomize")

    # --- conditions, when every question has its id -------------------------------------------------------------------------

    def section(self, part: _Part) -> dict[str, Any]:
        made: dict[str, Any] = {"id": part.id, "title": part.title}
        if part.show and (show := self.condition(part.show, part.id)) is not None:
            made["show_if"] = show
        made["fields"] = [done for item in part.items if (done := self.finished(item)) is not None]
        return made

    def finished(self, item: _Item) -> dict[str, Any] | None:
        made, bind = item.made, rows.bind_of(item.row)
        own = self.scope.get(rows.name_of(item.row)) if item.row else None
        if made["type"] == "computed":
            try:
                made["formula"] = expressions.formula(
                    expressions.parse(str(bind.get("calculate") or "")), self.scope
                )
            except Inexpressible:
                self.notes.add("calculation_left_out", made["id"], bind.get("calculate") or "")
                return None
        shows = [*item.around, *([str(bind["relevant"])] if bind.get("relevant") else [])]
        found = [c for show in shows if (c := self.condition(show, made["id"])) is not None]
        if (show_if := joined(found)) is not None:
            made["show_if"] = show_if
        self.requirement(bind, made)
        if item.columns:
            made["columns"] = [self.column(column) for column in item.columns]
        self.constraint(bind, made, own, inside=False)
        self.lowest(made)
        return made

    def column(self, item: _Item) -> dict[str, Any]:
        made, bind = item.made, rows.bind_of(item.row)
        if bind.get("relevant"):
            self.notes.add("condition_in_list", made["id"], bind["relevant"])
        self.requirement(bind, made, inside=True)
        self.constraint(bind, made, Target(made["id"], FIELD_TYPES.get(made["type"]).says), inside=True)
        self.lowest(made)
        return made

    def lowest(self, made: Mapping[str, Any]) -> None:
        if made["type"] in ("int", "number") and "min" not in made:
            self.without_lowest.append(made["id"])

    def condition(self, text: str, where: str) -> Any:
        try:
            return expressions.condition(expressions.parse(text), self.scope)
        except Inexpressible:
            self.notes.add("condition_left_out", where, text)
            return None

    def requirement(self, bind: Mapping[str, Any], made: dict[str, Any], *, inside: bool = False) -> None:
        said = str(bind.get("required") or "").strip()
        made.pop("required", None)
        if said.lower() in _YES:
            made["required"] = True
        elif said.lower() not in _NO:
            try:
                if inside:
                    raise Inexpressible("a column")
                made["required_if"] = expressions.condition(expressions.parse(said), self.scope)
            except Inexpressible:
                self.notes.add("required_left_out", made["id"], said)
        if message := bind.get("jr:requiredMsg"):
            self.lost_message(message, made["id"])

    def lost_message(self, raw: Any, where: str) -> None:
        said = self.languages.both(raw, where, Notes())
        if said:
            self.notes.add("message_left_out", where, said["vi"])

    # --- constraints --------------------------------------------------------------------------------------------------------

    def constraint(
        self, bind: Mapping[str, Any], made: dict[str, Any], own: Target | None, *, inside: bool
    ) -> None:
        text, message = str(bind.get("constraint") or ""), bind.get("jr:constraintMsg")
        if not text:
            return
        try:
            node = expressions.parse(text)
        except Inexpressible:
            self.notes.add("constraint_left_out", made["id"], text)
            return
        rest = [
            part
            for part in (node.parts if node.word == "and" else (node,))
            if not bounds.put(part, made, self.notes)
        ]
        said = self.languages.both(message, made["id"], self.notes) if message else None
        if not rest:
            if message:
                self.lost_message(message, made["id"])
            return
        try:
            if own is None or inside:
                raise Inexpressible("a column, or a name that two questions have")
            together = rest[0] if len(rest) == 1 else Node("and", parts=tuple(rest))
            kept = expressions.condition(together, self.scope, own)
        except Inexpressible:
            self.notes.add("constraint_left_out", made["id"], text)
            return
        wrong = {"all": [{"field": made["id"], "op": "filled"}, {"not": kept}]}
        usual = {"vi": f"{made['label']['vi']}: câu trả lời chưa phù hợp với các câu trả lời khác"}
        self.checks.append({"if": wrong, "field": made["id"], "level": "error", "message": said or usual})
