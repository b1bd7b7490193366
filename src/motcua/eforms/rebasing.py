"""Moving what somebody is filling in to a newer version of its form. Pure; every rule is here and tested.

1. An answer stays under its question, as typed, while the question keeps its kind.
2. Between kinds that write the same (one line and several lines, whole and decimal, one choice and several) it stays too.
3. Of a question that left, or whose kind cannot read it, the answer is *set aside*: kept with the draft, never filed.
4. A question that comes back in its old kind finds its answer again.
5. Nothing is ever made up: a new question begins blank.

What the drafter is told is what concerns their answers, not every difference (`changes.compare` has those).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from motcua.eforms.choices import Text
from motcua.eforms.compiled import Form
from motcua.eforms.fields.base import Context, Field, Invalid
from motcua.eforms.rules import Validation, validate

ASIDE = "_aside"
"""Under this word, which is no field's id, a draft keeps what was set aside: `{id: [{"kind", "value", "label", "shown"?}]}`, oldest first."""

_LINES = frozenset({"text", "agency", "textarea", "name"})
_AMOUNTS = frozenset({"int", "number", "money"})
_ONE_OF = frozenset({"code", "linked", "reference"})


@dataclass(frozen=True, slots=True)
class Moved:
    """`kind` is a key of `KINDS`; `field` its id."""

    kind: str
    field: str
    label: Text

    def as_data(self) -> dict[str, str]:
        return {"kind": self.kind, "field": self.field, "vi": self.label.vi, "en": self.label.en}

    @classmethod
    def of(cls, data: Mapping[str, str]) -> Moved:
        return cls(data["kind"], data["field"], Text(data["vi"], data["en"]))


KINDS: Mapping[str, Text] = {
    "removed": Text(
        "“{label}” không còn được hỏi. Nội dung đã khai được giữ riêng, không gửi đi.",
        "“{label}” is no longer asked. What you entered is kept aside and will not be sent.",
    ),
    "set_aside": Text(
        "“{label}” nay hỏi theo cách khác. Nội dung đã khai được giữ riêng; vui lòng khai lại.",
        "“{label}” is now asked in another way. What you entered is kept aside; please answer again.",
    ),
    "back": Text("“{label}” được hỏi lại; nội dung đã khai trước đây được đưa trở lại.",
                 "“{label}” is asked again; what you entered before is back."),
    "added": Text("Câu hỏi mới: “{label}”.", "A new question: “{label}”."),
    "added_required": Text("Câu hỏi mới, bắt buộc: “{label}”.", "A new question, required: “{label}”."),
    "required": Text("“{label}” nay bắt buộc.", "“{label}” is now required."),
    "wrong": Text(
        "“{label}”: nội dung đã khai không còn phù hợp với mẫu mới. Vui lòng xem lại.",
        "“{label}”: what you entered no longer fits. Please check it.",
    ),
    "reworded": Text("“{label}”: lời hỏi đã đổi. Vui lòng xem lại câu trả lời.",
                     "“{label}”: the question is worded anew. Please check your answer."),
    "hidden": Text("“{label}” không phải trả lời nữa, theo những gì đã khai.",
                   "“{label}” need not be answered any more, by what you entered."),
    "shown": Text("“{label}” nay phải xem và trả lời, theo những gì đã khai.",
                  "“{label}” now has to be answered, by what you entered."),
}  # fmt: skip


def describe(moved: Moved, lang: str) -> str:
    return KINDS[moved.kind](lang).format(label=moved.label(lang))


@dataclass(frozen=True, slots=True)
class Rebased:
    """`answers` for the new version, what was set aside among them under `ASIDE`; `touched` are fields whose answer or
    question is another now, so that a tab that is still open on the old version cannot write into them unseen."""

    answers: dict[str, Any]
    changes: tuple[Moved, ...]
    touched: frozenset[str]


def rebase(old: Form, new: Form, answers: Mapping[str, Any], *, today: dt.date) -> Rebased:
    """Move answers (raw or cleaned, in any mix) from one version to another."""
    aside: dict[str, Any] = dict(answers.get(ASIDE) or {})
    kept: dict[str, Any] = {}
    told: dict[str, str] = {}
    touched: set[str] = set()
    for name, raw in answers.items():
        if name == ASIDE:
            continue
        before, after = old.by_id.get(name), new.by_id.get(name)
        if before is None:
            # Nobody's answer (a forged one, or of a version before): kept where it is, for no version reads it.
            kept[name] = raw
            continue
        if before.kind.blank(before, raw):
            if after is not None and after.kind.key == before.kind.key:
                kept[name] = raw
            continue
        moved = (False, None) if after is None else carry(before, after, raw)
        if moved[0]:
            kept[name] = moved[1]
            continue
        entry = {"kind": before.kind.key, "value": raw, "label": before.label.vi, **_shown(before, raw)}
        aside[name] = [*aside.get(name, ()), entry]
        told[name] = "removed" if after is None or not after.kind.asks else "set_aside"
        touched.add(name)
    for name in list(aside):
        field = new.by_id.get(name)
        fitting = [e for e in aside[name] if field is not None and e["kind"] == field.kind.key]
        if field is None or not fitting:
            continue
        if name not in kept or field.kind.blank(field, kept[name]):
            kept[name] = fitting[-1]["value"]
            aside[name] = [e for e in aside[name] if e is not fitting[-1]]
            told[name] = "back"
            touched.add(name)
    aside = {name: entries for name, entries in aside.items() if entries}
    if aside:
        kept[ASIDE] = aside
    told = {**dict(_judged(old, new, answers, kept, today)), **told}
    touched |= set(old.by_id.keys() ^ new.by_id.keys())
    touched |= {n for n, f in new.by_id.items() if n in old.by_id and old.by_id[n].kind.key != f.kind.key}
    order = [*new.by_id, *(name for name in old.by_id if name not in new.by_id)]
    named = {**old.by_id, **new.by_id}
    changes = tuple(Moved(told[name], name, named[name].label) for name in order if name in told)
    return Rebased(kept, changes, frozenset(touched))


def carry(before: Field, after: Field, raw: Any) -> tuple[bool, Any]:
    """Whether the answer can stay under a question of this kind, and as what."""
    a, b = before.kind.key, after.kind.key
    if a == b:
        return True, raw
    if a in _LINES and b in _LINES:
        return isinstance(raw, str), raw
    if a in _AMOUNTS and b in _AMOUNTS:
        return _reads(after, raw), raw
    if a in _ONE_OF and b in _ONE_OF:
        return _reads(after, raw), raw
    if a in _ONE_OF and b == "multi":
        return _reads(after, [raw]), [raw]
    if a == "multi" and b in _ONE_OF and isinstance(raw, list) and len(raw) == 1:
        return _reads(after, raw[0]), raw[0]
    return False, None


def _reads(field: Field, raw: Any) -> bool:
    try:
        field.kind.clean(field, raw, Context())
    except Invalid:
        return False
    return True


def _shown(field: Field, raw: Any) -> dict[str, str]:
    """What a person reads, where that is not what is stored: nobody can ask the question's list once it is gone."""
    try:
        text = field.kind.display(field, field.kind.clean(field, raw, Context()), "vi")
    except Invalid:
        return {}
    return {"shown": text} if text != raw else {}


def _judged(
    old: Form, new: Form, answers: Mapping[str, Any], kept: Mapping[str, Any], today: dt.date
) -> Iterator[tuple[str, str]]:
    """What the new version says of the moved answers that the old one did not."""
    was: Validation = validate(old, answers, today=today)
    now: Validation = validate(new, kept, today=today)
    for name, field in new.by_id.items():
        if field.officer_only or not field.kind.asks:
            continue
        before = old.by_id.get(name)
        answered = not field.kind.blank(field, kept.get(name))
        if before is None:
            if name in now.asked:
                yield name, "added_required" if name in now.errors and not answered else "added"
        elif answered and name in was.asked and name not in now.asked:
            yield name, "hidden"
        elif name not in now.asked:
            continue
        elif not answered and name in now.errors and name not in was.errors:
            yield name, "required" if name in was.asked else "shown"
        elif name in now.errors and name not in was.errors:
            yield name, "wrong"
        elif answered and before.label != field.label:
            yield name, "reworded"
        elif name not in was.asked:
            yield name, "shown"


__all__ = ["ASIDE", "Moved", "Rebased", "carry", "describe", "rebase"]
