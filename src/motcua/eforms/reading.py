"""Reads a definition into a form, gathering every problem instead of stopping at the first. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from motcua.eforms import conditions, fitting, schema
from motcua.eforms.choices import EMPTY, Choices, Option, Text
from motcua.eforms.compiled import SECTIONS, Check, Form, Plan, Problem, Section
from motcua.eforms.conditions import BadCondition, Condition
from motcua.eforms.fields.base import Field, FieldType
from motcua.eforms.formulas import BadFormula, compile_formula
from motcua.eforms.outcomes import NO_OUTCOMES, Block, Choice, Fee, Outcomes
from motcua.eforms.reference import NAMES, reference
from motcua.kernel.registry import Registry

_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
MAX_FIELDS = 500
_TWO_LISTS = Text(
    "chỉ dùng một trong hai: tự lập lựa chọn hoặc danh mục", "give either options or a reference list"
)


class Reader:
    """Reads one definition, gathering problems instead of stopping at the first."""

    def __init__(self, types: Registry[FieldType]) -> None:
        self.types = types
        self.problems: list[Problem] = []

    def say(self, code: str, where: str, detail: str | Text = "") -> None:
        said = detail if isinstance(detail, Text) else EMPTY
        self.problems.append(Problem(code, where, said.en if said else str(detail), said))

    def read(self, data: Any) -> tuple[Form | None, list[Problem]]:
        for where, wrong in schema.definition_errors(data, self.types):
            self.say("bad_shape", where, wrong)
        if self.problems:
            return None, self.problems
        for name in set(data) - {"key", "title", "source", "layout", "sections", "checks", "outcomes"}:
            self.say("unknown_option", "", name)
        raw_sections = data.get("sections")
        if not data.get("key"):
            self.say("no_key", "")
        if not Text.of(data.get("title")):
            self.say("no_title", "")
        if not isinstance(raw_sections, list) or not raw_sections:
            self.say("no_sections", "sections")
            return None, self.problems
        sections: list[Section] = []
        for raw in raw_sections:
            sections.append(self.section(raw))
        self.unique([section.id for section in sections], "sections")
        all_fields = [(section, f) for section in sections for f in section.fields]
        self.unique([f.id for _, f in all_fields], "fields")
        if len(all_fields) > MAX_FIELDS:
            self.say("too_many_fields", "sections", str(len(all_fields)))
        by_id = {f.id: f for _, f in all_fields}
        self.link(all_fields, by_id)
        checks = tuple(self.check(raw, by_id, i) for i, raw in enumerate(data.get("checks", ())))
        brought = self.outcomes(data.get("outcomes") or {}, by_id)
        self.references(sections, by_id)
        plans = self.order(all_fields, by_id)
        if self.problems:
            return None, self.problems
        drivers = self.drivers(sections, by_id)
        form = Form(
            key=str(data["key"]),
            title=Text.of(data["title"]),
            source=str(data.get("source", "")),
            sections=tuple(sections),
            checks=tuple(c for c in checks if c is not None),
            plans=plans,
            by_id=by_id,
            section_of={f.id: section.id for section, f in all_fields},
            drivers=drivers,
            watched=_closure(
                drivers | {n for f in by_id.values() if not f.kind.asks for n in f.kind.depends(f)}, by_id
            ),
            outcomes=brought,
            layout=str(data.get("layout") or SECTIONS),
        )
        return form, self.problems

    def link(self, all_fields: list[tuple[Section, Field]], by_id: Mapping[str, Field]) -> None:
        """A formula over a formula comes after it: only then is it known what the other gives."""
        needs = {f.id: {n for n in f.kind.mentions(f) if n in by_id and by_id[n].kind.mentions(by_id[n])}
                 for _, f in all_fields}  # fmt: skip
        waiting = list(all_fields)
        done: set[str] = set()
        while waiting:
            ready = [(section, f) for section, f in waiting if needs[f.id] <= done]
            if not ready:
                self.say("cycle", "fields", ", ".join(_circle({f.id for _, f in waiting}, needs)))
                return
            for section, f in ready:
                for code, detail in f.kind.link(f, by_id):
                    self.say(code, f"sections.{section.id}.fields.{f.id}", detail)
            done |= {f.id for _, f in ready}
            waiting = [(section, f) for section, f in waiting if f.id not in done]

    def fit(self, condition: Condition | None, by_id: Mapping[str, Field], where: str) -> None:
        for code, detail in fitting.misfits(condition, by_id):
            self.say(code, where, detail)

    def public(self, condition: Condition | None, by_id: Mapping[str, Field], where: str) -> None:
        """What the public is asked, and what filing brings about, cannot hang on what an officer writes later."""
        for name in sorted(conditions.references(condition)):
            if name in by_id and by_id[name].officer_only:
                self.say("officer_field", where, name)

    def outcomes(self, raw: Mapping[str, Any], by_id: Mapping[str, Field]) -> Outcomes:
        if not raw:
            return NO_OUTCOMES
        choices = {
            name: tuple(
                made
                for i, one in enumerate(raw.get(name, ()))
                if (made := self.choice(one, word, by_id, f"outcomes.{name}.{i}")) is not None
            )
            for name, word in (("components", "component"), ("cases", "case"), ("routes", "sector"))
        }
        blocks = []
        for i, one in enumerate(raw.get("blocks", ())):
            where = f"outcomes.blocks.{i}"
            test = self.when(one.get("if"), by_id, where)
            if not Text.of(one.get("message")):
                self.say("bad_outcome", where, "a block needs a message")
            elif test is not None:
                blocks.append(Block(test, conditions.compile_test(test), Text.of(one["message"])))
        return Outcomes(blocks=tuple(blocks), fee=self.fee(raw.get("fee"), by_id), **choices)

    def choice(
        self, one: Mapping[str, Any], word: str, by_id: Mapping[str, Field], where: str
    ) -> Choice | None:
        test = self.when(one.get("if"), by_id, where)
        if not one.get(word):
            self.say("bad_outcome", where, f"names no {word}")
            return None
        return Choice(test, conditions.compile_test(test), str(one[word])) if test else None

    def when(self, raw: Any, by_id: Mapping[str, Field], where: str) -> Condition | None:
        """The condition of an outcome; one is needed."""
        if raw is None:
            self.say("bad_outcome", where, "needs a condition")
            return None
        condition = self.condition(raw, where)
        self.fit(condition, by_id, where)
        self.public(condition, by_id, where)
        return condition

    def fee(self, raw: Mapping[str, Any] | None, by_id: Mapping[str, Field]) -> Fee | None:
        if not raw:
            return None
        try:
            formula = compile_formula(str(raw["formula"]), by_id)
        except BadFormula as wrong:
            self.say(wrong.code, "outcomes.fee", str(wrong))
            return None
        if formula.gives not in ("whole", "number"):
            self.say("formula_type", "outcomes.fee", f"gives {formula.gives}, not an amount")
        return Fee(formula, raw.get("blanks") == "zero")

    def unique(self, ids: list[str], where: str) -> None:
        seen: set[str] = set()
        for one in ids:
            if one in seen:
                self.say("duplicate_id", where, one)
            seen.add(one)

    def section(self, raw: Mapping[str, Any]) -> Section:
        where = f"sections.{raw.get('id', '?')}"
        if not _ID.fullmatch(str(raw.get("id", ""))):
            self.say("bad_id", where, str(raw.get("id", "")))
        for name in set(raw) - {"id", "title", "help", "show_if", "fields", "block"}:
            self.say("unknown_option", where, name)
        if not Text.of(raw.get("title")):
            self.say("no_title", where)
        made = [self.field(f, f"{where}.fields") for f in raw.get("fields", ())]
        fields = tuple(f for f in made if f is not None)
        if not made:
            self.say("no_fields", where)
        show_if = self.condition(raw.get("show_if"), where)
        return Section(
            str(raw.get("id", "")), Text.of(raw.get("title")), Text.of(raw.get("help")), fields, show_if
        )

    def condition(self, raw: Any, where: str) -> Condition | None:
        if raw is None:
            return None
        try:
            return conditions.parse(raw)
        except BadCondition as wrong:
            self.say("bad_condition", where, str(wrong))
            return None

    def field(self, raw: Mapping[str, Any], parent: str, *, inner: bool = False) -> Field | None:
        name = str(raw.get("id", ""))
        where = f"{parent}.{name or '?'}"
        if not _ID.fullmatch(name):
            self.say("bad_id", where, name)
        # Older catalogues write the list into the type: "code:DAN_TOC".
        type_key, _, list_name = str(raw.get("type", "")).partition(":")
        if type_key not in self.types:
            self.say("unknown_type", where, type_key)
            return None
        kind = self.types.get(type_key)
        for option in set(raw) - schema.COMMON - kind.options.keys():
            self.say("unknown_option", where, option)
        if not Text.of(raw.get("label")):
            self.say("no_label", where)
        if inner and (
            raw.get("show_if") is not None or raw.get("copy_from") or raw.get("required_if") is not None
        ):
            self.say("condition_inside", where)
        columns = tuple(
            column
            for column in (self.field(c, f"{where}.columns", inner=True) for c in raw.get("columns", ()))
            if column is not None
        )
        self.unique([column.id for column in columns], f"{where}.columns")
        copy = raw.get("copy_from") or {}
        made = Field(
            id=name,
            kind=kind,
            label=Text.of(raw.get("label")),
            hint=Text.of(raw.get("hint")),
            help=Text.of(raw.get("help")),
            required=bool(raw.get("required", False)),
            required_if=self.condition(raw.get("required_if"), where),
            upper=bool(raw.get("upper", False)),
            max_length=int(raw.get("max_length", 0)),
            choices=self.choices(raw, raw.get("reference") or list_name, where),
            columns=columns,
            prefill=str(raw.get("prefill", "")),
            show_if=self.condition(raw.get("show_if"), where),
            copy_from=str(copy.get("field", "")),
            copy_if=self.condition(copy.get("if"), where),
            officer_only=bool(raw.get("officer_only", False)),
            subject=Text.of(raw.get("subject")),
            settings={key: raw[key] for key in kind.options if key in raw},
        )
        for fault in kind.faults(made):
            self.say("bad_setting", where, fault)
        return made

    def choices(self, raw: Mapping[str, Any], list_name: str, where: str) -> Choices | None:
        inline = raw.get("options")
        if inline and list_name:
            self.say("bad_setting", where, _TWO_LISTS)
        if list_name:
            if list_name not in NAMES:
                self.say("unknown_reference", where, list_name)
                return None
            return reference(list_name)
        if not inline:
            return None
        options = []
        for one in inline:
            if not isinstance(one, Mapping) or not one.get("code") or not Text.of(one.get("label")):
                self.say("bad_option", where, str(one))
                continue
            options.append(
                Option(
                    str(one["code"]),
                    Text.of(one["label"]),
                    Text.of(one.get("hint")),
                    str(one.get("group", "")),
                )
            )
        self.unique([option.code for option in options], f"{where}.options")
        return Choices(where, tuple(options))

    def check(self, raw: Mapping[str, Any], by_id: Mapping[str, Field], index: int) -> Check | None:
        where = f"checks.{index}"
        test = self.condition(raw.get("if"), where)
        message, at, level = (
            Text.of(raw.get("message")),
            str(raw.get("field", "")),
            str(raw.get("level", "error")),
        )
        if test is None or not message or at not in by_id or level not in ("error", "warning"):
            self.say("bad_check", where)
            return None
        self.fit(test, by_id, where)
        return Check(test, conditions.compile_test(test), message, at, level, conditions.references(test))

    def references(self, sections: list[Section], by_id: Mapping[str, Field]) -> None:
        for section in sections:
            self.fit(section.show_if, by_id, f"sections.{section.id}")
            self.public(section.show_if, by_id, f"sections.{section.id}")
            for f in section.fields:
                where = f"sections.{section.id}.fields.{f.id}"
                for condition in (f.show_if, f.required_if, f.copy_if):
                    self.fit(condition, by_id, where)
                    if not f.officer_only:
                        self.public(condition, by_id, where)
                for unknown in _named(f) - by_id.keys():
                    self.say("unknown_field", where, unknown)
                source = by_id.get(f.copy_from)
                if source is not None and source.kind is not f.kind:
                    self.say("copy_type", where, f"{source.kind.key} into {f.kind.key}")
                if f.copy_from and f.copy_if is None:
                    self.say("bad_condition", where, "copy_from needs a condition")

    def order(self, all_fields: list[tuple[Section, Field]], by_id: Mapping[str, Field]) -> tuple[Plan, ...]:
        needs = {
            f.id: {n for n in _own_needs(f) | conditions.references(section.show_if) if n in by_id}
            for section, f in all_fields
        }
        done: set[str] = set()
        plans: list[Plan] = []
        waiting = list(all_fields)
        while waiting:
            ready = [(s, f) for s, f in waiting if needs[f.id] <= done]
            if not ready:
                self.say("cycle", "fields", ", ".join(_circle({f.id for _, f in waiting}, needs)))
                return ()
            for section, f in ready:
                tests = tuple(
                    conditions.compile_test(c) for c in (section.show_if, f.show_if) if c is not None
                )
                plans.append(
                    Plan(
                        f,
                        section.id,
                        tests,
                        conditions.compile_test(f.required_if) if f.required_if else None,
                        conditions.compile_test(f.copy_if) if f.copy_if else None,
                    )
                )
            done |= {f.id for _, f in ready}
            waiting = [(s, f) for s, f in waiting if f.id not in done]
        return tuple(plans)

    def drivers(self, sections: list[Section], by_id: Mapping[str, Field]) -> frozenset[str]:
        """Fields whose value decides what else is shown; only these are cleaned to know what is visible."""
        wanted: set[str] = set()
        for section in sections:
            wanted |= conditions.references(section.show_if)
            for f in section.fields:
                wanted |= conditions.references(f.show_if) | conditions.references(f.copy_if)
                if f.copy_from:
                    wanted.add(f.copy_from)
        return _closure(wanted, by_id)


def _closure(wanted: Iterable[str], by_id: Mapping[str, Field]) -> frozenset[str]:
    """Fields, and those that computed ones among them are made from."""
    found: set[str] = set()
    frontier = set(wanted)
    while frontier:
        found |= frontier
        frontier = {n for name in frontier for n in by_id[name].kind.depends(by_id[name])} - found
    return frozenset(found)


def _circle(waiting: set[str], needs: Mapping[str, set[str]]) -> list[str]:
    """Those that need each other in a circle, without those that merely wait for them."""
    while True:
        wanted = {n for name in waiting for n in needs[name]} & waiting
        if wanted == waiting:
            return sorted(waiting)
        waiting = wanted


def _named(f: Field) -> frozenset[str]:
    """Fields that are named outside of conditions."""
    named = frozenset(
        str(f.settings[name])
        for name, setting in f.kind.options.items()
        if setting.names == "field" and name in f.settings and f.settings[name] not in setting.besides
    )
    return named | f.kind.depends(f) | (frozenset({f.copy_from}) if f.copy_from else frozenset())


def _own_needs(f: Field) -> frozenset[str]:
    own = (
        conditions.references(f.show_if)
        | conditions.references(f.required_if)
        | conditions.references(f.copy_if)
    )
    return own | f.kind.depends(f) | (frozenset({f.copy_from}) if f.copy_from else frozenset())
