"""A form version, compiled from its JSON definition, and the checks a definition must pass. Pure.

Definition: `{key, title, source, sections: [{id, title, help, show_if, fields: [{id, type, label, hint, help, required,
required_if, upper, max_length, options | reference, columns, show_if, prefill, copy_from, officer_only, subject,
…settings of the type}]}], checks: [{if, message, field, level}]}`. Wordings are `{"vi": …, "en": …}`. Ids are stable: an
answer is found by them for the life of a dossier.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from motcua.eforms.compiled import (
    QUESTIONS,
    SECTIONS,
    BadDefinition,
    Check,
    Form,
    Plan,
    Problem,
    Section,
)
from motcua.eforms.fields import FIELD_TYPES
from motcua.eforms.fields.base import FieldType
from motcua.eforms.reading import Reader
from motcua.kernel.registry import Registry


def check_definition(data: Any, types: Registry[FieldType] = FIELD_TYPES) -> list[Problem]:
    """Everything wrong with a definition at once; an empty list means it may be published. Takes any JSON."""
    return Reader(types).read(data)[1]


def load_definition(data: Mapping[str, Any], types: Registry[FieldType] = FIELD_TYPES) -> Form:
    """Compile. Raises BadDefinition with all problems."""
    form, problems = Reader(types).read(data)
    if problems or form is None:
        raise BadDefinition(problems)
    return form


__all__ = [
    "QUESTIONS",
    "SECTIONS",
    "BadDefinition",
    "Check",
    "Form",
    "Plan",
    "Problem",
    "Section",
    "check_definition",
    "load_definition",
]
