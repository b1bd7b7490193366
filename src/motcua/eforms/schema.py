"""Forms as JSON Schema (2020-12): of a definition, so that an uploaded one is refused at the edge, and of the answers.

jsonschema-rs judges: linear regular expressions, all errors at once. What it cannot say (a cycle, an unknown field, a
condition that decides whether something is required) is said by `reading.py` and `rules.validate`. Pure.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from motcua.eforms.fields.base import FieldType
from motcua.eforms.fields.settings import WORDING
from motcua.kernel.registry import Registry

if TYPE_CHECKING:
    from motcua.eforms.compiled import Form

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MAX_PROBLEMS = 50
_CONDITION: dict[str, Any] = {
    # Their inside is judged by `conditions.parse`, which bounds the depth and words its own errors.
    "type": ["object", "string", "null"]
}
_SHORT = {"type": "string", "maxLength": 200}
_WHEN = {"if": _CONDITION}


def _words_of_a_field() -> dict[str, Any]:
    """The words every type knows."""
    return {
        "id": {"type": "string"},
        "type": {"type": "string"},
        "label": WORDING,
        "hint": WORDING,
        "help": WORDING,
        "subject": WORDING,
        "required": {"type": "boolean"},
        "required_if": _CONDITION,
        "upper": {"type": "boolean"},
        "max_length": {"type": "integer", "minimum": 0, "maximum": 20_000},
        "options": {"type": "array", "maxItems": 2000, "items": {"type": "object"}},
        "reference": {"type": "string"},
        "columns": {"type": "array", "maxItems": 30, "items": {"$ref": "#/$defs/field"}},
        "show_if": _CONDITION,
        "prefill": _SHORT,
        "copy_from": {
            "type": "object",
            "properties": {"field": {"type": "string"}, "if": _CONDITION},
            "required": ["field"],
            "additionalProperties": False,
        },
        "officer_only": {"type": "boolean"},
    }


COMMON = frozenset(_words_of_a_field())


def _rules(**target: Any) -> dict[str, Any]:
    return {"type": "array", "maxItems": 200, "items": {"type": "object", "properties": {**_WHEN, **target}}}


def definition_schema(types: Registry[FieldType]) -> dict[str, Any]:
    """JSON Schema of a definition: the settings of every type are its module's."""
    settings = [
        {
            "if": {"properties": {"type": {"type": "string", "pattern": f"^{kind.key}(:|$)"}}},
            "then": {
                "properties": {name: dict(setting.schema) for name, setting in kind.options.items()},
            },
        }
        for kind in types
    ]
    return {
        "$schema": DIALECT,
        "type": "object",
        "properties": {
            "key": {"type": "string", "minLength": 1, "maxLength": 60},
            "title": WORDING,
            "source": {"type": "string", "maxLength": 500},
            "layout": {"enum": ["sections", "questions"]},
            "sections": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "id": {"type": "string"},
                        "title": WORDING,
                        "help": WORDING,
                        "show_if": _CONDITION,
                        # Which block of the library it was copied from: `nguoi-yeu-cau@2`.
                        "block": {"type": "string", "pattern": r"^[a-z0-9-]{1,60}@[0-9]{1,6}$"},
                        "fields": {"type": "array", "items": {"$ref": "#/$defs/field"}},
                    },
                },
            },
            "checks": _rules(message=WORDING, field={"type": "string"}, level={"enum": ["error", "warning"]}),
            "outcomes": {
                "type": "object",
                "properties": {
                    "blocks": _rules(message=WORDING),
                    "components": _rules(component=_SHORT),
                    "cases": _rules(case=_SHORT),
                    "routes": _rules(sector=_SHORT),
                    "fee": {
                        "type": "object",
                        "properties": {"formula": {"type": "string"}, "blanks": {"enum": ["zero"]}},
                        "required": ["formula"],
                        "additionalProperties": False,
                    },
                },
                "additionalProperties": False,
            },
        },
        "$defs": {
            "field": {
                "type": "object",
                "properties": _words_of_a_field(),
                "required": ["id", "type"],
                "allOf": settings,
            }
        },
    }


_VALIDATORS: weakref.WeakKeyDictionary[Registry[FieldType], tuple[int, Any]] = weakref.WeakKeyDictionary()


def definition_errors(data: Any, types: Registry[FieldType]) -> list[tuple[str, str]]:
    """(path, what is wrong) for everything in an uploaded definition that has not the shape of one."""
    size, validator = _VALIDATORS.get(types, (0, None))
    if validator is None or size != len(types):
        validator = _validator(definition_schema(types))
        _VALIDATORS[types] = (len(types), validator)
    found = []
    for error in validator.iter_errors(data):
        found.append((".".join(map(str, error.instance_path)), error.message[:200]))
        if len(found) == MAX_PROBLEMS:
            break
    return found


def form_schema(form: Form) -> dict[str, Any]:
    """JSON Schema (2020-12) of the cleaned answers, for the API. Conditions make presence undecidable there, so only
    fields that are always asked are `required`; `validate` stays the judge."""
    shown = [plan for plan in form.plans if plan.field.kind.asks and not plan.field.officer_only]
    always = {
        plan.field.id for plan in shown if plan.field.required and not plan.show and plan.copy_if is None
    }
    fields = [f for f in form.fields if not f.officer_only and f.kind.speaks(f) != "nothing"]
    return {
        "$schema": DIALECT,
        "title": form.title.vi,
        "type": "object",
        "properties": {f.id: {"title": f.label.vi, **f.kind.json_schema(f)} for f in fields},
        "required": [f.id for f in fields if f.id in always],
        "additionalProperties": False,
    }


def answer_errors(form: Form, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(path, what is wrong) for answers that come as data, before `validate` judges what they mean."""
    validator = _validator(form_schema(form))
    return [
        (".".join(map(str, error.instance_path)), error.message[:200])
        for error in validator.iter_errors(dict(answers))
    ]


def _validator(schema: dict[str, Any]) -> Any:
    # The linear engine of Rust's regex: a pattern of ours or an author's cannot hang.
    return jsonschema_rs.Draft202012Validator(
        schema, validate_formats=False, pattern_options=jsonschema_rs.RegexOptions()
    )


__all__ = ["COMMON", "answer_errors", "definition_errors", "definition_schema", "form_schema"]
