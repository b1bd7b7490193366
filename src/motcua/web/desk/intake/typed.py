"""What an officer types of the person and of the envelope: read, and judged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.http import QueryDict
from django.utils.translation import gettext as _

from motcua.dossiers.models import Draft
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.kernel.personal_codes import WrongCode, parse_citizen_id, parse_tax_code
from motcua.kernel.text import clean
from motcua.web.desk import forms

PERSON = ("kind", "name", "number", "phone", "email", "address", "return_by")
ENVELOPE = ("post_number", "sender", "sender_address", "posted", "arrived")


def kept_person(draft: Draft) -> dict[str, Any]:
    """Who is present, as typed so far; with what the envelope says, where there is one."""
    person: dict[str, Any] = orjson.loads(draft.for_person) if draft.for_person else {}
    return person


def number_problem(number: str) -> str:
    """Why a citizen ID or tax code cannot be one; nothing when none was given (a person without papers is received)."""
    if not number:
        return ""
    for parse in (parse_citizen_id, parse_tax_code):
        try:
            parse(number)
        except WrongCode:
            continue
        return ""
    return _(
        "Số định danh có 12 chữ số, mã số thuế có 10 hoặc 13 chữ số. Kiểm tra lại trên giấy tờ, hoặc để trống."
    )


def envelope_of(post: QueryDict) -> dict[str, str]:
    """What is written on the envelope and on the post's slip, as typed."""
    return {name: clean(post.get(name, ""))[:300] for name in ENVELOPE}


def envelope_errors(envelope: Mapping[str, str]) -> list[tuple[str, str]]:
    """(address on the page, sentence) of each mistake."""
    errors = []
    today = local_day(clock_now())
    posted, arrived = forms.day(envelope["posted"]), forms.day(envelope["arrived"])
    if not envelope["post_number"]:
        errors.append(("#post_number", _("Nhập số hiệu bưu gửi trên bì thư")))
    if len(envelope["sender"]) < 2:
        errors.append(("#sender", _("Nhập người gửi trên bì thư")))
    if envelope["posted"] and (posted is None or posted > today):
        errors.append(("#posted", _("Nhập ngày gửi theo dấu bưu điện, không sau hôm nay")))
    if arrived is None or arrived > today:
        errors.append(("#arrived", _("Nhập ngày bì thư đến cơ quan, không sau hôm nay")))
    elif posted is not None and arrived < posted:
        errors.append(("#arrived", _("Ngày đến không trước ngày gửi")))
    return errors


def person_of(post: QueryDict) -> dict[str, str]:
    """Who is present, as typed."""
    person = {name: clean(post.get(f"person-{name}", ""))[:300] for name in PERSON}
    person["number"] = "".join(person["number"].split())
    person["kind"] = "business" if person["kind"] == "business" else "citizen"
    person["return_by"] = (
        person["return_by"] if person["return_by"] in {"online", "counter", "post"} else "counter"
    )
    return person


def person_errors(person: Mapping[str, str]) -> list[tuple[str, str]]:
    """(address on the page, sentence) of each mistake."""
    errors = []
    if len(person.get("name", "")) < 2:
        errors.append(("#person-name", _("Nhập họ, chữ đệm, tên của người nộp")))
    problem = number_problem(person.get("number", ""))
    if problem:
        errors.append(("#person-number", problem))
    if not person.get("phone") and not person.get("email") and not person.get("address"):
        errors.append(
            ("#person-phone", _("Nhập ít nhất một cách liên hệ: điện thoại, thư điện tử hoặc địa chỉ"))
        )
    return errors
