"""What the turns ask for: reading the posted form into the action's arguments. Nothing is decided here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.models import Dossier
from motcua.kernel.text import clean
from motcua.processing.actions import MIN_REASON
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
    }.get(code, "")


def read(turn: str, post: QueryDict, dossier: Dossier) -> tuple[dict[str, Any], Errors]:
    """The arguments of a turn, and what is wrong with them by control."""
    given: dict[str, Any] = {
        "reason": clean(post.get("reason", ""), multiline=True)[:4000],
        "note": clean(post.get("note", ""), multiline=True)[:2000],
    }
    errors: Errors = []
    if (
        turn in {"refuse", "reject", "send_back", "ask_supplement", "return_ineligible", "ask_payment"}
        and len(given["reason"]) < MIN_REASON
    ):
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
    return given, errors


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
