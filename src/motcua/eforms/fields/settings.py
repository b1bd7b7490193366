"""Settings of a field type: what a definition may give beside the common words, its shape and its name for an author."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from motcua.eforms.choices import Text

WORDING: Mapping[str, Any] = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {"vi": {"type": "string"}, "en": {"type": "string"}},
            "required": ["vi"],
            "additionalProperties": False,
        },
    ]
}


@dataclass(frozen=True, slots=True)
class Setting:
    """`schema` is JSON Schema; `names` tells what the value is a name of: `field` (another question) or nothing.

    `besides`: values that are no name though others are."""

    label: Text
    schema: Mapping[str, Any]
    names: str = ""
    besides: frozenset[str] = frozenset()


def flag(vi: str, en: str) -> Setting:
    return Setting(Text(vi, en), {"type": "boolean"})


def whole(vi: str, en: str, *, low: int = 0, high: int = 1_000_000) -> Setting:
    return Setting(Text(vi, en), {"type": "integer", "minimum": low, "maximum": high})


def number(vi: str, en: str) -> Setting:
    return Setting(Text(vi, en), {"type": "number"})


def words(vi: str, en: str) -> Setting:
    """Shown to people: both languages."""
    return Setting(Text(vi, en), WORDING)


def plain(vi: str, en: str, *, longest: int = 200) -> Setting:
    return Setting(Text(vi, en), {"type": "string", "maxLength": longest})


def one_of(vi: str, en: str, *codes: str) -> Setting:
    return Setting(Text(vi, en), {"type": "string", "enum": list(codes)})


def field_name(vi: str, en: str, *besides: str) -> Setting:
    return Setting(Text(vi, en), {"type": "string", "maxLength": 64}, "field", frozenset(besides))


def day(vi: str, en: str) -> Setting:
    """A date, `today`, or so long before or after it (`today-18y`)."""
    return Setting(
        Text(vi, en), {"type": "string", "pattern": r"^(\d{4}-\d{2}-\d{2}|today([+-]\d{1,4}[ymd])?)$"}
    )


AUTOCOMPLETE = plain("Từ khóa tự điền của trình duyệt", "Browser autocomplete keyword", longest=40)
