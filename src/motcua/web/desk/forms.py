"""What the turns ask for: reading the posted form into the action's arguments. Nothing is decided here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.models import Dossier
from motcua.dossiers.posting import Envelope
from motcua.kernel.text import clean
from motcua.processing.actions import MIN_REASON
from motcua.processing.actions.ending import MOST_EXTENDED
from motcua.processing.documents import fields_of, papers_of
from motcua.results.rendering import template_for
from motcua.results.rules import missing
from motcua.results.templates_ import Field, Template

Errors = list[tuple[str, str]]

MAX_ROWS = 30


def typed(post: QueryDict) -> dict[str, Any]:
    """Everything that was posted, for drawing the form again."""
    return {name: values if len(values) > 1 else values[0] for name, values in post.lists() if values}


def anchor(code: str) -> str:
    """The control a refusal of an action is about."""
    return {
        "reason.too_short": "#reason",
        "supplement.nothing_marked": "#items",
        "payment.no_amount": "#amount",
        "transfer.not_offered": "#to",
        "consult.unknown_unit": "#unit",
        "consult.not_in_unit": "#expert",
        "assign.cannot_act": "#officer",
        "extension.days": "#days",
        "move.branch_open": "#done",
        **dict.fromkeys(MOVES, "#steps"),
        "post.number_needed": "#number",
        "post.incomplete": "#address",
        "post.dates": "#posted",
    }.get(code, "")


#: Why a dossier cannot go on where it was said: about the steps that were chosen.
MOVES = ("move.no_such_step", "move.left", "move.unlawful", "move.no_fork", "move.into_branch", "move.other_forks",
         "move.same_branch")  # fmt: skip
#: Turns that say why: the reason reaches the applicant, or the colleague who goes on.
REASONED = frozenset(
    {"refuse", "reject", "send_back", "ask_supplement", "return_ineligible", "ask_payment", "transfer", "go_back",
     "extend", "decline_stop", "reopen", "move_version"}
)  # fmt: skip


def whole(text: str, *, most: int) -> int:
    """A whole number from 1 to ``most`` as typed; 0 for anything else."""
    digits = text.strip()
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 0
    return number if number <= most else 0


def _key(post: QueryDict, name: str) -> int:
    """A key chosen from a list; 0 for nothing that could be one."""
    return whole_key(post.get(name, ""))


def whole_key(text: str) -> int:
    """A primary key as posted; 0 for what cannot be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def day(text: str) -> date | None:
    """A day from a date control; None for what is none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def read(turn: str, post: QueryDict, dossier: Dossier) -> tuple[dict[str, Any], Errors]:
    """The arguments of a turn, and what is wrong with them by control."""
    given: dict[str, Any] = {
        "reason": clean(post.get("reason", ""), multiline=True)[:4000],
        "note": clean(post.get("note", ""), multiline=True)[:2000],
    }
    errors: Errors = []
    if turn in REASONED and len(given["reason"]) < MIN_REASON:
        errors.append(("#reason", _("Nêu rõ lý do (ít nhất %(minimum)s ký tự).") % {"minimum": MIN_REASON}))
    if turn in {"ask_supplement", "return_ineligible"}:
        given["items"] = _items(post, dossier)
        if not given["items"]:
            errors.append(("#items", _("Đánh dấu ít nhất một mục khai hoặc một giấy tờ cần bổ sung.")))
    elif turn == "ask_payment":
        amount = re.sub(r"[.\s,đ₫]", "", post.get("amount", ""))
        given["amount"] = int(amount) if amount.isascii() and amount.isdigit() and len(amount) <= 15 else 0
        if given["amount"] <= 0:
            errors.append(("#amount", _("Nhập số tiền lớn hơn 0 đồng, ví dụ 75.000.")))
    elif turn == "propose":
        template = template_for(case_bundle(dossier.case_id).national_code)
        given["content"] = content(template, post)
        lacking = set(missing(template.required, given["content"]))
        errors += [
            (f"#result-{field.key}", _("Nhập: %(label)s") % {"label": _(field.label)})
            for field in template.fields
            if field.key in lacking
        ]
    elif turn in _READERS:
        _READERS[turn](post, dossier, given, errors)
    return given, errors


def _transfer(post: QueryDict, dossier: Dossier, given: dict[str, Any], errors: Errors) -> None:
    given["to"] = post.get("to", "")[:40]
    if not given["to"]:
        errors.append(("#to", _("Chọn cơ quan có thẩm quyền.")))


def _consult(post: QueryDict, dossier: Dossier, given: dict[str, Any], errors: Errors) -> None:
    given["unit"], given["expert"] = _key(post, "unit"), _key(post, "expert") or None
    given["question"] = clean(post.get("question", ""), multiline=True)[:4000]
    given["days"] = whole(post.get("days", ""), most=MOST_DAYS)
    if not given["unit"]:
        errors.append(("#unit", _("Chọn đơn vị được hỏi.")))
    if len(given["question"]) < MIN_REASON:
        errors.append(
            ("#question", _("Nêu rõ nội dung cần hỏi (ít nhất %(minimum)s ký tự).") % {"minimum": MIN_REASON})
        )
    if not given["days"]:
        errors.append(("#days", _("Nhập số ngày làm việc từ 1 đến %(most)s.") % {"most": MOST_DAYS}))


def _opinion(post: QueryDict, dossier: Dossier, given: dict[str, Any], errors: Errors) -> None:
    given["agrees"] = {"yes": True, "no": False}.get(post.get("agrees", ""))
    given["answer"] = clean(post.get("answer", ""), multiline=True)[:4000]
    if given["agrees"] is None:
        errors.append(("#agrees", _("Chọn đồng ý hoặc không đồng ý.")))
    if len(given["answer"]) < MIN_REASON:
        errors.append(
            ("#answer", _("Nêu rõ ý kiến và căn cứ (ít nhất %(minimum)s ký tự).") % {"minimum": MIN_REASON})
        )


def _assign(post: QueryDict, dossier: Dossier, given: dict[str, Any], errors: Errors) -> None:
    given["officer"] = _key(post, "officer")
    if not given["officer"]:
        errors.append(("#officer", _("Chọn người được giao.")))


def _extend(post: QueryDict, dossier: Dossier, given: dict[str, Any], errors: Errors) -> None:
    given["days"] = whole(post.get("days", ""), most=MOST_EXTENDED)
    if not given["days"]:
        errors.append(("#days", _("Nhập số ngày làm việc từ 1 đến %(most)s.") % {"most": MOST_EXTENDED}))


def _move(post: QueryDict, dossier: Dossier, given: dict[str, Any], errors: Errors) -> None:
    """A step of the new version for each open one, by its key, and branches that count as done."""
    given["version"] = _key(post, "version")
    given["steps"] = {
        name[5:]: str(to)[:30] for name, to in post.items() if name.startswith("step-") and len(name) < 40
    }
    given["done"] = [one[:30] for one in post.getlist("done")[:100]]
    if not given["steps"] or not all(given["steps"].values()):
        errors.append(("#steps", _("Chọn bước tiếp tục trong phiên bản mới.")))


def _return(post: QueryDict, dossier: Dossier, given: dict[str, Any], errors: Errors) -> None:
    """By post, with its number and address; or into the hands of somebody who came for it after all."""
    given["in_person"], given["posting"] = post.get("handed", "") == "counter", None
    if dossier.return_by != "post" or given["in_person"]:
        return
    number = "".join(post.get("number", "").split())[:40]
    party = clean(post.get("party", ""))[:200] or dossier.applicant_name
    address = clean(post.get("address", ""))[:300]
    if not number:
        errors.append(("#number", _("Nhập số hiệu bưu gửi trên phiếu gửi.")))
    if not address:
        errors.append(("#address", _("Nhập địa chỉ nhận.")))
    posted = day(post.get("posted", ""))
    if post.get("posted", "").strip() and posted is None:
        errors.append(("#posted", _("Nhập ngày gửi đúng dạng.")))
    given["posting"] = Envelope(number=number, party=party, address=address, posted=posted)


#: An opinion is asked for within this many working days: beyond it, it would be a slip of the keyboard.
MOST_DAYS = 60
_READERS = {
    "transfer": _transfer,
    "consult": _consult,
    "answer_consultation": _opinion,
    "assign": _assign,
    "extend": _extend,
    "move_version": _move,
    "return_result": _return,
}


def _items(post: QueryDict, dossier: Dossier) -> list[dict[str, str]]:
    """The marked fields and papers with the officer's remark; keys that are not the dossier's are dropped."""
    marked = set(post.getlist("items"))
    known = [("field", key, label) for key, label in fields_of(dossier)]
    known += [("component", str(key), label) for key, label in papers_of(dossier)]
    return [
        {
            "kind": kind,
            "key": key,
            "label": label,
            "note": clean(post.get(f"note-{kind}-{key}", ""))[:500],
        }
        for kind, key, label in known
        if f"{kind}:{key}" in marked
    ]


def content(template: Template, post: QueryDict) -> dict[str, Any]:
    """The facts of a result as typed; blank ones are left out."""
    values = {field.key: _value(field, post) for field in template.fields}
    return {key: value for key, value in values.items() if value}


def _value(field: Field, post: QueryDict) -> Any:
    name = f"result-{field.key}"
    if field.kind == "activities":
        rows = (
            {
                "name": clean(post.get(f"{name}-name-{row}", ""))[:300],
                "code": clean(post.get(f"{name}-code-{row}", ""))[:10],
            }
            for row in range(MAX_ROWS)
        )
        return [row for row in rows if row["name"] or row["code"]]
    if field.kind == "list":
        lines = clean(post.get(name, "")[:20_000], multiline=True).split("\n")
        return [line.strip() for line in lines if line.strip()]
    return clean(post.get(name, "")[:5000], multiline=field.kind == "long")


def result_fields(template: Template, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The drafting form of a template with ``values`` in it, for the page."""
    drawn = []
    for field in template.fields:
        value = values.get(field.key)
        if field.kind == "list" and isinstance(value, list):
            value = "\n".join(str(line) for line in value)
        rows = value if isinstance(value, list) else []
        drawn.append(
            {
                "name": f"result-{field.key}",
                "label": _(field.label),
                "kind": field.kind,
                "required": field.required,
                "value": "" if field.kind == "activities" else str(value or ""),
                "rows": [*rows, {"name": "", "code": ""}, {"name": "", "code": ""}][:MAX_ROWS],
            }
        )
    return drawn
