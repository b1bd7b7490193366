"""A question as the boxes of its page, and back: what was typed becomes its definition."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from motcua.catalogue.forms import drafts
from motcua.eforms import editing
from motcua.eforms.fields import FIELD_TYPES
from motcua.kernel.text import clean
from motcua.web.studio import conditions
from motcua.web.studio.conditions import Askable
from motcua.web.studio.forms import boxes, options, reading
from motcua.web.studio.forms.reading import Subject
from motcua.web.studio.saving import Typed

Json = dict[str, Any]
#: Wordings of a question with the longest each may be.
WORDINGS = {"label": 500, "hint": 500, "help": 2000, "subject": 200}


# --- from the page ----------------------------------------------------------------------------------------------------


def typed_field(subject: Subject, definition: Json, path: str, post: QueryDict, lang: str) -> Json:
    """The question as typed. Raises :class:`Typed`."""
    old = editing.field_of(definition, path)
    kind_key = post.get("type", "")
    if kind_key not in FIELD_TYPES:
        raise Typed("type", _("Chọn kiểu câu hỏi."))
    kind = FIELD_TYPES.get(kind_key)
    made: Json = {"id": _id(subject, definition, path, post), "type": kind_key}
    for name, longest in WORDINGS.items():
        if name == "label" and post.get("label_en") and not post.get("label_vi"):
            raise Typed("label_vi", _("Nhập lời hỏi."))
        if words := boxes.wording(post, name, longest, lines=name == "help"):
            made[name] = words
    if "label" not in made:
        raise Typed("label_vi", _("Nhập lời hỏi."))
    inside = "." in path
    known = [] if inside else reading.askable(definition, lang, but=old["id"])
    if kind.asks:
        made |= _required(post, old, known)
        made |= {name: True for name in ("upper", "officer_only") if post.get(name) == "1"}
    made |= _bounds(post)
    if kind.family == "choice" or kind.chooses:
        made |= options.read(post, old)
    if "columns" in old and kind.family == "several":
        made["columns"] = deepcopy(old["columns"])
    if not inside:
        made |= _dependence(post, old, known)
    return made | boxes.read(kind, post)


def _id(subject: Subject, definition: Json, path: str, post: QueryDict) -> str:
    parent, _dot, old = path.rpartition(".")
    name = post.get("id", "").strip() or old
    if name == old:
        return old
    if not editing.ID.fullmatch(name):
        raise Typed("id", _("Mã chỉ gồm chữ thường không dấu, chữ số và gạch dưới, bắt đầu bằng chữ."))
    if not parent and old in drafts.settled_ids(subject.key):
        raise Typed(
            "id", _("Câu hỏi đã công bố giữ nguyên mã: câu trả lời của người dân được tìm theo mã này.")
        )
    taken = (
        [str(c["id"]) for c in editing.field_of(definition, parent).get("columns", ())]
        if parent
        else editing.ids(definition)
    )
    if name in taken:
        raise Typed("id", _("Mã này đã dùng cho câu hỏi khác."))
    return name


def _required(post: QueryDict, old: Json, known: list[Askable]) -> Json:
    match post.get("required", ""):
        case "yes":
            return {"required": True}
        case "when":
            when = conditions.read(post, "required_if", known, old.get("required_if"))
            if when is None:
                raise Typed("required_if-0-field", _("Chọn ít nhất một điều kiện."))
            return {"required_if": when}
    return {}


def _bounds(post: QueryDict) -> Json:
    made: Json = {}
    text = post.get("max_length", "").strip()
    if text:
        if not (text.isascii() and text.isdigit() and 0 < int(text[:6]) <= 20_000):
            raise Typed("max_length", _("Nhập số từ 1 đến 20.000, hoặc để trống."))
        made["max_length"] = int(text)
    prefill = clean(post.get("prefill", ""))[:200]
    return made | ({"prefill": prefill} if prefill else {})


def _dependence(post: QueryDict, old: Json, known: list[Askable]) -> Json:
    made: Json = {}
    when = conditions.read(post, "show_if", known, old.get("show_if"))
    if when is not None:
        made["show_if"] = when
    source = post.get("copy_field", "")
    if source:
        if source not in {one.id for one in alike(known, post.get("type", ""))}:
            raise Typed("copy_field", _("Chỉ lấy được từ câu hỏi cùng kiểu."))
        copy_if = conditions.read(post, "copy_if", known, (old.get("copy_from") or {}).get("if"))
        if copy_if is None:
            raise Typed("copy_if-0-field", _("Chọn khi nào lấy theo câu hỏi kia."))
        made["copy_from"] = {"field": source, "if": copy_if}
    return made


def alike(known: list[Askable], kind: str) -> list[Askable]:
    """The questions of the same type: only their answers fit."""
    return [one for one in known if one.field is not None and one.field.kind.key == kind]


# --- to the page ------------------------------------------------------------------------------------------------------


def values(definition: Json, field: Json, lang: str) -> QueryDict:
    """A question as its page would post it."""
    found = QueryDict(mutable=True)
    found["id"], found["type"] = str(field["id"]), str(field.get("type", "")).partition(":")[0]
    for name in WORDINGS:
        boxes.spread_wording(found, name, field.get(name))
    found["required"] = "when" if field.get("required_if") else "yes" if field.get("required") else "no"
    for name in ("upper", "officer_only"):
        found[name] = "1" if field.get(name) else ""
    found["max_length"], found["prefill"] = str(field.get("max_length") or ""), str(field.get("prefill", ""))
    copy = field.get("copy_from") or {}
    found["copy_field"] = str(copy.get("field", ""))
    by_id = {one.id: one for one in reading.askable(definition, lang)}
    for at, condition in (
        ("show_if", field.get("show_if")),
        ("required_if", field.get("required_if")),
        ("copy_if", copy.get("if")),
    ):
        conditions.spread(
            found, at, condition, lambda name, value: conditions.in_words(by_id.get(name), value)
        )
    options.values(field, found)
    if (kind := str(found["type"])) in FIELD_TYPES:
        boxes.values(FIELD_TYPES.get(kind), field, found)
    return found
