"""The judge of a form: what is asked, what is right, what is known already. Pure; the server's word is the only one.

Everything works on the *stored version*: visibility is worked out again from the answers before they are judged, so a
hidden, unknown, computed or copied field can't be forged in. Answers may be raw or cleaned, in any mix.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from motcua.eforms.conditions import is_blank
from motcua.eforms.fields.base import ABSENT, Context, Field, FieldError, Invalid, PostData
from motcua.eforms.fields.compound import MAX_ROWS, Table, add_row, remove_row
from motcua.eforms.forms import BadDefinition, Form, Plan, Problem, Section, check_definition, load_definition
from motcua.eforms.outcomes import Outcome, outcome
from motcua.eforms.schema import form_schema

__all__ = [
    "BadDefinition",
    "Form",
    "Problem",
    "Section",
    "State",
    "Validation",
    "anchor",
    "check_definition",
    "computed",
    "content_hash",
    "export_columns",
    "export_row",
    "form_schema",
    "load_definition",
    "outcome_of",
    "parse_field",
    "parse_fields",
    "parse_section",
    "prefill",
    "press",
    "section_errors",
    "sections_asked",
    "state",
    "validate",
    "visible",
]

Errors = Mapping[str, tuple[FieldError, ...]]


def content_hash(data: Mapping[str, Any]) -> str:
    """SHA-256 of a definition, the same for the same content whatever the order of its keys."""
    return hashlib.sha256(
        json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()


@dataclass(frozen=True, slots=True)
class Validation:
    """`cleaned` holds only answers that are visible and right; `errors` and `warnings` are by field id, all at once.
    `asked` are the fields shown as questions; a copied answer is in `cleaned` and not in `asked`."""

    cleaned: dict[str, Any]
    errors: dict[str, tuple[FieldError, ...]]
    warnings: dict[str, tuple[FieldError, ...]]
    asked: frozenset[str]

    @property
    def ok(self) -> bool:
        return not self.errors


def validate(
    form: Form,
    answers: Mapping[str, Any],
    *,
    today: dt.date,
    is_working_day: Callable[[dt.date], bool] | None = None,
    officer: bool = False,
) -> Validation:
    """Judge all answers against the form. Officer-only fields count only when `officer`."""
    context = Context(today, is_working_day)
    values: dict[str, Any] = {}
    errors: dict[str, tuple[FieldError, ...]] = {}
    asked: set[str] = set()
    for plan in form.plans:
        field = plan.field
        if not _applies(plan, values, officer):
            continue
        if not field.kind.asks:
            _store(values, field.id, field.kind.compute(field, values))
            asked.add(field.id)
            continue
        if plan.copy_if is not None and plan.copy_if(values) and not is_blank(values.get(field.copy_from)):
            values[field.id] = values[field.copy_from]
            continue
        asked.add(field.id)
        raw = answers.get(field.id)
        if field.kind.blank(field, raw):
            if field.required or (plan.required_if is not None and plan.required_if(values)):
                errors[field.id] = (FieldError("required"),)
            continue
        try:
            values[field.id] = field.kind.clean(field, raw, context)
        except Invalid as wrong:
            errors[field.id] = wrong.errors
    warnings = _doubts(form, values)
    _run_checks(form, values, errors, warnings)
    cleaned = {name: values[name] for name in form.by_id if name in values}
    ordered = {name: errors[name] for name in form.by_id if name in errors} if errors else errors
    return Validation(cleaned, ordered, warnings, frozenset(asked))


def _applies(plan: Plan, values: Mapping[str, Any], officer: bool) -> bool:
    if plan.field.officer_only and not officer:
        return False
    return all(test(values) for test in plan.show)


def _store(values: dict[str, Any], name: str, value: Any) -> None:
    if value is not None:
        values[name] = value


def _doubts(form: Form, values: Mapping[str, Any]) -> dict[str, tuple[FieldError, ...]]:
    warnings = {}
    for name, value in values.items():
        field = form.by_id[name]
        if found := field.kind.doubts(field, value, values):
            warnings[name] = found
    return warnings


def _run_checks(
    form: Form,
    values: Mapping[str, Any],
    errors: dict[str, tuple[FieldError, ...]],
    warnings: dict[str, tuple[FieldError, ...]],
) -> None:
    for check in form.checks:
        # A check over a wrong answer would blame the wrong thing.
        if check.needs & errors.keys() or not check.test(values):
            continue
        found = errors if check.level == "error" else warnings
        found[check.field] = (*found.get(check.field, ()), FieldError("check", {"message": check.message}))


@dataclass(frozen=True, slots=True)
class State:
    """What a page must know to be drawn: the fields that are asked, and the values that decide or make something."""

    asked: frozenset[str]
    values: Mapping[str, Any]


def state(
    form: Form, answers: Mapping[str, Any], *, today: dt.date | None = None, officer: bool = False
) -> State:
    """Given the answers so far. Cleans only what decides or is reckoned with, so it is cheap at each save."""
    return _state(form, answers, form.watched, Context(today), officer)


def visible(
    form: Form, answers: Mapping[str, Any], *, today: dt.date | None = None, officer: bool = False
) -> frozenset[str]:
    """Ids of the fields that are asked, given the answers so far."""
    return _state(form, answers, form.drivers, Context(today), officer).asked


def _state(
    form: Form, answers: Mapping[str, Any], wanted: frozenset[str], context: Context, officer: bool
) -> State:
    values: dict[str, Any] = {}
    asked: set[str] = set()
    for plan in form.plans:
        field = plan.field
        if not _applies(plan, values, officer):
            continue
        if plan.copy_if is not None and plan.copy_if(values) and not is_blank(values.get(field.copy_from)):
            values[field.id] = values[field.copy_from]
            continue
        asked.add(field.id)
        if not field.kind.asks:
            if field.id in wanted or wanted is form.watched:
                _store(values, field.id, field.kind.compute(field, values))
            continue
        raw = answers.get(field.id)
        if field.id not in wanted or field.kind.blank(field, raw):
            continue
        try:
            values[field.id] = field.kind.clean(field, raw, context)
        except Invalid:
            continue
    return State(frozenset(asked), values)


def sections_asked(form: Form, answers: Mapping[str, Any], *, officer: bool = False) -> tuple[Section, ...]:
    """The sections that have something to ask, given the answers so far."""
    asked = visible(form, answers, officer=officer)
    return tuple(s for s in form.sections if any(f.id in asked and f.kind.asks for f in s.fields))


def computed(form: Form, field_id: str, answers: Mapping[str, Any]) -> Any:
    """What a computed field would be with the answers so far; None while its sources are missing, wrong or hidden."""
    return state(form, answers).values.get(field_id)


def outcome_of(form: Form, cleaned: Mapping[str, Any]) -> Outcome:
    """What cleaned answers bring about: refusal, papers, case, unit, fee. A question about a paper that is asked and
    required makes the paper required too."""
    found = outcome(form.outcomes, cleaned)
    papers = [plan for plan in form.plans if plan.field.kind.key == "file"]
    if not papers:
        return found
    wanted = {
        str(plan.field.settings["component"])
        for plan in papers
        if _applies(plan, cleaned, officer=False)
        and (plan.field.required or (plan.required_if is not None and plan.required_if(cleaned)))
    }
    return replace(found, components=found.components | wanted)


def section_errors(form: Form, validation: Validation, section_id: str) -> dict[str, tuple[FieldError, ...]]:
    """The errors of one section, for a page that asks only that."""
    return {name: found for name, found in validation.errors.items() if form.section_of[name] == section_id}


def anchor(form: Form, field_id: str, part: str = "") -> str:
    """The id of the control an error leads to: `f-tre_noi_sinh-commune`."""
    field = form.by_id[field_id]
    return field.kind.anchor(field, part, f"f-{field_id}")


# --- what a browser posts -------------------------------------------------------------------------------------------


def parse_section(form: Form, section_id: str, data: PostData, *, officer: bool = False) -> dict[str, Any]:
    """Raw answers of a posted section. A field that was not in the post is left out, so merging loses nothing."""
    return _parse(form.section(section_id).fields, data, officer)


def parse_fields(fields: Iterable[Field], data: PostData, *, officer: bool = False) -> dict[str, Any]:
    """The same for the fields of a page."""
    return _parse(fields, data, officer)


def parse_field(form: Form, field_id: str, data: PostData, *, officer: bool = False) -> dict[str, Any]:
    """The same for one field (autosave); empty when it was not posted. Raises KeyError for an unknown field."""
    return _parse((form.by_id[field_id],), data, officer)


def _parse(fields: Iterable[Field], data: PostData, officer: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields:
        if not field.kind.asks or (field.officer_only and not officer):
            continue
        raw = field.kind.parse(field, data, field.id)
        if raw is not ABSENT:
            found[field.id] = raw
    return found


def press(form: Form, answers: Mapping[str, Any], data: PostData) -> tuple[dict[str, Any], str] | None:
    """What a small button in a form does without JavaScript: `_add`, `_remove` (rows) and `_refresh` (communes).

    Gives the answers after it and the field to come back to, or None when no such button was pressed.
    """
    changed = dict(answers)
    if name := _pressed(data, "_add"):
        field = form.by_id.get(name)
        if field is None or not isinstance(field.kind, Table):
            return None
        limit = int(field.settings.get("max_rows", MAX_ROWS))
        # A required table shows one empty row that is not yet in the answers.
        shown = changed.get(name) or ([{}] if field.required else [])
        changed[name] = add_row(shown, limit)
        return changed, name
    if target := _pressed(data, "_remove"):
        name, _, index = target.rpartition(".")
        if name not in form.by_id or not (index.isascii() and index.isdigit()):
            return None
        changed[name] = remove_row(changed.get(name), int(index))
        return changed, name
    name = _pressed(data, "_refresh").partition(".")[0]
    return (changed, name) if name in form.by_id else None


def _pressed(data: PostData, button: str) -> str:
    values = data.get(button)
    return values[-1] if values else ""


# --- once only: what is known already ---------------------------------------------------------------------------------


def prefill(form: Form, claims: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Answers taken from identity claims or a register (`domain-data` 2.5 names), and where each came from (the path).

    A claim that does not fit its field is left out; a compound one may come in part and is completed by the person.
    """
    answers: dict[str, Any] = {}
    sources: dict[str, str] = {}
    context = Context()
    for field in form.fields:
        if not field.prefill or not field.kind.asks:
            continue
        path, claim = _claim(claims, field.prefill)
        if claim in (None, "", {}, []):
            continue
        raw = field.kind.from_claim(field, claim)
        if raw is None or field.kind.blank(field, raw):
            continue
        try:
            answers[field.id] = field.kind.clean(field, raw, context)
        except Invalid:
            if not field.kind.completes:
                continue
            answers[field.id] = raw
        sources[field.id] = path
    return answers, sources


def _claim(claims: Mapping[str, Any], paths: str) -> tuple[str, Any]:
    """`NoiOHienNay|ThuongTru`: the first path that says something. A dot goes into an object."""
    for path in paths.split("|"):
        value: Any = claims
        for step in path.split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        if value not in (None, "", {}, []):
            return path, value
    return paths, None


# --- other shapes of a form -------------------------------------------------------------------------------------------


def export_columns(form: Form, lang: str) -> list[str]:
    """Column titles of an export, in the form's order."""
    return [title for field in form.fields for title in field.kind.export_columns(field, lang)]


def export_row(form: Form, cleaned: Mapping[str, Any], lang: str) -> list[str]:
    """Cells of one dossier, one per name of `export_columns`."""
    return [
        cell for field in form.fields for cell in field.kind.export_cells(field, cleaned.get(field.id), lang)
    ]
