"""A condition on a form: some comparisons with "and" or "or" between them. A deeper one is shown, and kept or replaced.

Boxes of the condition ``at``: ``<at>-<n>-field``, ``-op``, ``-value``, ``-other`` (another question to compare with),
``<at>-word`` (``all`` or ``any``), ``<at>-keep``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.eforms.fields.base import Context, Field, Invalid
from motcua.kernel.text import clean
from motcua.web.studio.saving import Typed

MAX_PARTS = 5
OPERATORS: dict[str, str] = {
    "eq": N_("là"),
    "ne": N_("không là"),
    "in": N_("là một trong"),
    "not_in": N_("không thuộc"),
    "lt": N_("nhỏ hơn"),
    "le": N_("không quá"),
    "gt": N_("lớn hơn"),
    "ge": N_("từ"),
    "filled": N_("có điền"),
    "blank": N_("để trống"),
}
#: Operators that take no value.
BARE = ("filled", "blank")
#: Values that are told in a list beside the boxes; letters of the values that one comparison takes.
MOST_VALUES, MOST_TYPED = 60, 5000


@dataclass(frozen=True)
class Askable:
    """What a condition may look at: a question, or a fact of the dossier, with the values it can have in words."""

    id: str
    label: str
    values: tuple[tuple[str, str], ...] = ()
    field: Field | None = None
    yes_no: bool = False

    @classmethod
    def of(cls, field: Field, lang: str) -> Askable:
        options = field.choices.options if field.choices else ()
        return cls(
            field.id,
            field.label(lang),
            tuple((o.code, o.label(lang)) for o in options[:MOST_VALUES]),
            field,
            field.kind.speaks(field) == "yes_no",
        )


def operators() -> list[tuple[str, str]]:
    """For the boxes."""
    return [(key, _(name)) for key, name in OPERATORS.items()]


# --- from the form --------------------------------------------------------------------------------------------------


def read(post: QueryDict, at: str, known: Sequence[Askable], kept: Any = None) -> Any:
    """The condition that was typed, in its JSON shape; None for none. Raises :class:`Typed`.

    ``kept``: the one that was there, which stays where its box to keep it is ticked.
    """
    if f"{at}-keep" in post and kept is not None:
        return kept
    by_id = {one.id: one for one in known}
    parts = [part for n in range(MAX_PARTS) if (part := _comparison(post, f"{at}-{n}", by_id)) is not None]
    if not parts:
        return None
    word = "any" if post.get(f"{at}-word") == "any" else "all"
    return parts[0] if len(parts) == 1 else {word: parts}


def _comparison(post: QueryDict, at: str, known: Mapping[str, Askable]) -> dict[str, Any] | None:
    name, op = post.get(f"{at}-field", ""), post.get(f"{at}-op", "")
    text, other = clean(post.get(f"{at}-value", ""))[:MOST_TYPED], post.get(f"{at}-other", "")
    if not name:
        return None
    if name not in known:
        raise Typed(f"{at}-field", _("Mục này không có trong biểu mẫu."))
    if op not in OPERATORS:
        raise Typed(f"{at}-op", _("Chọn cách so sánh."))
    if op in BARE:
        return {"field": name, "op": op}
    if other and not text:
        if other not in known:
            raise Typed(f"{at}-other", _("Mục này không có trong biểu mẫu."))
        return {"field": name, "op": op, "other": other}
    if not text:
        raise Typed(f"{at}-value", _("Nhập giá trị so sánh."))
    if op in ("in", "not_in"):
        listed = [one.strip() for one in text.split(",") if one.strip()]
        return {"field": name, "op": op, "value": [_value(known[name], one, at) for one in listed]}
    return {"field": name, "op": op, "value": _value(known[name], text, at)}


def _value(asked: Askable, text: str, at: str) -> Any:
    """What was typed as the value the answer would have: a code of a list by its code or name, a number as one."""
    options = list(asked.values)
    if asked.field is not None and asked.field.choices:
        options += [(o.code, o.label(lang)) for lang in ("vi", "en") for o in asked.field.choices.options]
    for code, label in options:
        if text in (code, label):
            return code
    if options:
        shown = ", ".join(label for _code, label in asked.values[:12]) or _("theo danh mục")
        raise Typed(f"{at}-value", _("Giá trị phải là một trong: %(values)s.") % {"values": shown})
    if asked.yes_no:
        if text.lower() in ("có", "không", "co", "khong", "yes", "no"):
            return text.lower() in ("có", "co", "yes")
        raise Typed(f"{at}-value", _("Nhập “có” hoặc “không”."))
    if asked.field is None:
        return text
    try:
        value = asked.field.kind.clean(asked.field, text, Context())
    except Invalid as wrong:
        raise Typed(f"{at}-value", _("Giá trị không đúng loại của mục này.")) from wrong
    return value if isinstance(value, str | int | float | bool) else text


# --- to the form ----------------------------------------------------------------------------------------------------


def spread(found: QueryDict, at: str, condition: Any, shown: Callable[[str, Any], str]) -> None:
    """A condition over its boxes; one that does not fit stays as it is (``keep``). ``shown`` words a value of a field."""
    if isinstance(condition, str):
        condition = {"field": condition, "op": "filled"}
    if not isinstance(condition, Mapping):
        return
    word = next((w for w in ("all", "any") if w in condition), "")
    parts = condition[word] if word else [condition]
    fits = len(parts) <= MAX_PARTS and all(isinstance(part, Mapping) and "field" in part for part in parts)
    if not fits:
        found[f"{at}-keep"] = "1"
        return
    found[f"{at}-word"] = word or "all"
    for place, part in enumerate(parts):
        here = f"{at}-{place}"
        found[f"{here}-field"] = part["field"]
        found[f"{here}-op"] = part.get("op", "eq" if "value" in part else "filled")
        found[f"{here}-other"] = str(part.get("other", ""))
        value = part.get("value", "")
        words = [shown(part["field"], one) for one in (value if isinstance(value, list) else [value])]
        found[f"{here}-value"] = ", ".join(words)


def places(post: QueryDict, at: str) -> range:
    """The comparisons to draw: those that are there, and one more."""
    used = [n for n in range(MAX_PARTS) if post.get(f"{at}-{n}-field")]
    return range(min(MAX_PARTS, (used[-1] + 2) if used else 1))


def in_words(asked: Askable | None, value: Any) -> str:
    """A value of a question as one would type it: its name in a list, yes or no."""
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if asked is not None:
        options = dict(asked.values)
        if asked.field is not None and asked.field.choices and str(value) not in options:
            return asked.field.choices.label(str(value), "vi")
        return options.get(str(value), str(value))
    return str(value)
