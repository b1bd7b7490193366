"""A form version, compiled from its JSON definition, and the checks a definition must pass. Pure.

Definition: `{key, title, source, sections: [{id, title, help, show_if, fields: [{id, type, label, hint, help, required,
required_if, upper, max_length, options | reference, columns, show_if, prefill, copy_from, officer_only, subject,
…settings of the type}]}], checks: [{if, message, field, level}]}`. Wordings are `{"vi": …, "en": …}`. Ids are stable: an
answer is found by them for the life of a dossier.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from motcua.eforms import conditions
from motcua.eforms.conditions import BadCondition, Condition, Test
from motcua.eforms.fields import FIELD_TYPES
from motcua.eforms.fields.base import Choices, Field, FieldType, Option, Text
from motcua.eforms.reference import NAMES, reference
from motcua.kernel.registry import Registry

COMMON = frozenset(
    [
        "id",
        "type",
        "label",
        "hint",
        "help",
        "required",
        "required_if",
        "upper",
        "max_length",
        "options",
        "reference",
        "columns",
        "show_if",
        "prefill",
        "copy_from",
        "officer_only",
        "subject",
    ]
)
_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
MAX_FIELDS = 500


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a definition can't be published; `where` is a path like `sections.tre.fields.tre_ho_ten`."""

    code: str
    where: str
    detail: str = ""


class BadDefinition(ValueError):
    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{p.where}: {p.code} {p.detail}".strip() for p in problems[:5]))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Section:
    id: str
    title: Text
    help: Text
    fields: tuple[Field, ...]
    show_if: Condition | None = None


@dataclass(frozen=True)
class Check:
    """A rule over several answers. `level` is `error` (stops filing) or `warning`."""

    test: Test
    message: Text
    field: str
    level: str
    needs: frozenset[str]


@dataclass(frozen=True)
class Plan:
    """How one field is judged: its tests, compiled, in the order of dependence."""

    field: Field
    section: str
    show: tuple[Test, ...]
    required_if: Test | None
    copy_if: Test | None


@dataclass(frozen=True)
class Form:
    """One version of a form. Immutable; compile once and share."""

    key: str
    title: Text
    source: str
    sections: tuple[Section, ...]
    checks: tuple[Check, ...]
    plans: tuple[Plan, ...]
    by_id: Mapping[str, Field]
    section_of: Mapping[str, str]
    drivers: frozenset[str] = field(default=frozenset())

    @property
    def fields(self) -> Iterable[Field]:
        return self.by_id.values()

    def section(self, section_id: str) -> Section:
        """Raises KeyError."""
        for section in self.sections:
            if section.id == section_id:
                return section
        raise KeyError(section_id)


def check_definition(data: Mapping[str, Any], types: Registry[FieldType] = FIELD_TYPES) -> list[Problem]:
    """Everything wrong with a definition at once; an empty list means it may be published."""
    return _Reader(types).read(data)[1]


def load_definition(data: Mapping[str, Any], types: Registry[FieldType] = FIELD_TYPES) -> Form:
    """Compile. Raises BadDefinition with all problems."""
    form, problems = _Reader(types).read(data)
    if problems or form is None:
        raise BadDefinition(problems)
    return form


class _Reader:
    """Reads one definition, gathering problems instead of stopping at the first."""

    def __init__(self, types: Registry[FieldType]) -> None:
        self.types = types
        self.problems: list[Problem] = []

    def say(self, code: str, where: str, detail: str = "") -> None:
        self.problems.append(Problem(code, where, detail))

    def read(self, data: Mapping[str, Any]) -> tuple[Form | None, list[Problem]]:
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
        checks = tuple(self.check(raw, by_id, i) for i, raw in enumerate(data.get("checks", ())))
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
        )
        return form, self.problems

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
        for name in set(raw) - {"id", "title", "help", "show_if", "fields"}:
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
        for option in set(raw) - COMMON - kind.options:
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
            self.say("bad_setting", where, "give either options or a reference list")
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
            options.append(Option(str(one["code"]), Text.of(one["label"]), Text.of(one.get("hint"))))
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
        for unknown in conditions.references(test) - by_id.keys():
            self.say("unknown_field", where, unknown)
        return Check(conditions.compile_test(test), message, at, level, conditions.references(test))

    def references(self, sections: list[Section], by_id: Mapping[str, Field]) -> None:
        for section in sections:
            for unknown in conditions.references(section.show_if) - by_id.keys():
                self.say("unknown_field", f"sections.{section.id}", unknown)
            for f in section.fields:
                where = f"sections.{section.id}.fields.{f.id}"
                for unknown in _own_needs(f) - by_id.keys():
                    self.say("unknown_field", where, unknown)
                source = by_id.get(f.copy_from)
                if source is not None and source.kind is not f.kind:
                    self.say("copy_type", where, f"{source.kind.key} into {f.kind.key}")
                if f.copy_from and f.copy_if is None:
                    self.say("bad_condition", where, "copy_from needs a condition")
                self.judge_condition_values(f, by_id, where)

    def judge_condition_values(self, f: Field, by_id: Mapping[str, Field], where: str) -> None:
        """A comparison with a code the list does not have can never hold: nearly always a slip of the author."""
        for one in _comparisons(f.show_if, f.required_if, f.copy_if):
            target = by_id.get(one.field)
            if target is None or target.choices is None or one.value is None:
                continue
            wanted = one.value if isinstance(one.value, tuple) else (one.value,)
            for value in wanted:
                if value not in target.choices.by_code:
                    self.say("condition_value", where, f"{one.field} has no option {value!r}")

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
                self.say("cycle", "fields", ", ".join(sorted(f.id for _, f in waiting)))
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
        frontier = set(wanted)
        while frontier:
            frontier = {n for name in frontier for n in by_id[name].kind.depends(by_id[name])} - wanted
            wanted |= frontier
        return frozenset(wanted)


def _own_needs(f: Field) -> frozenset[str]:
    own = (
        conditions.references(f.show_if)
        | conditions.references(f.required_if)
        | conditions.references(f.copy_if)
    )
    return own | f.kind.depends(f) | (frozenset({f.copy_from}) if f.copy_from else frozenset())


def _comparisons(*parts: Condition | None) -> Iterable[conditions.Comparison]:
    for part in parts:
        if isinstance(part, conditions.Comparison):
            yield part
        elif part is not None:
            yield from _comparisons(*part.parts)


__all__ = [
    "BadDefinition",
    "Check",
    "Form",
    "Plan",
    "Problem",
    "Section",
    "check_definition",
    "load_definition",
]
