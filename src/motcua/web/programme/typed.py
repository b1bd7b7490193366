"""What people typed on the programme's pages, read once at the edge."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import QueryDict
from django.http.request import HttpRequest

from motcua.kernel.refusals import Refused
from motcua.programme.review.findings import READINESS, REQUIREMENTS
from motcua.programme.review.sheets import MAX_BYTES

PARTS = ("day", "month", "year")


def day(post: Mapping[str, str], name: str) -> date | None:
    """A date typed in three boxes; None when there is no such day between 2000 and 2099."""
    try:
        year, month, number = (int(post.get(f"{name}-{part}", "")[:4]) for part in ("year", "month", "day"))
        found = date(year, month, number)
    except ValueError:
        return None
    return found if 2000 <= found.year < 2100 else None


def needed_day(post: Mapping[str, str], name: str, code: str) -> date:
    found = day(post, name)
    if found is None:
        raise Refused(code)
    return found


def day_values(post: Mapping[str, str], name: str, usual: date | None) -> dict[str, str]:
    """The three boxes as typed, else as usual."""
    return {part: post.get(f"{name}-{part}", str(getattr(usual, part)) if usual else "") for part in PARTS}


def whole(text: str) -> int:
    """A key or revision from a form; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def chosen(post: QueryDict) -> list[tuple[int, int]]:
    """Ticked rows: ``key:revision`` each."""
    found = []
    for value in post.getlist("chosen")[:500]:
        key, _, revision = value.partition(":")
        found.append((whole(key), whole(revision)))
    return found


def flag(text: str | None) -> bool | None:
    return {"yes": True, "no": False}.get(text or "")


def findings_document(post: QueryDict) -> dict[str, Any]:
    """The boxes of an assessment as a document for ``findings.read``; a box left open is None."""
    document: dict[str, Any] = {name: flag(post.get(name)) for name in READINESS}
    for name in REQUIREMENTS:
        required = flag(post.get(name))
        document[name] = (
            None
            if required is None
            else {
                "required": required,
                "basis": post.get(f"{name}-basis", ""),
                "evidence": post.get(f"{name}-evidence", ""),
            }
        )
    document["payment"] = post.get("payment", "")
    found = day(post, "fixed_by")
    blank = not any(post.get(f"fixed_by-{part}", "").strip() for part in PARTS)
    document["fixed_by"] = None if blank else found.isoformat() if found else "?"
    document["replaced"] = [whole(value) for value in post.getlist("replaced")[:60] if whole(value)]
    document["note"] = post.get("note", "")
    return document


def boxes(document: Mapping[str, Any]) -> dict[str, Any]:
    """The other way: a document as the values of the form's boxes."""
    words: dict[Any, str] = {True: "yes", False: "no"}
    values: dict[str, Any] = {name: words.get(document.get(name), "") for name in READINESS}
    for name in REQUIREMENTS:
        one = document.get(name) or {}
        values[name] = words.get(one.get("required"), "")
        values[f"{name}-basis"], values[f"{name}-evidence"] = one.get("basis", ""), one.get("evidence", "")
    values["payment"] = document.get("payment") or ""
    year, month, number = [*str(document.get("fixed_by") or "--").split("-"), "", ""][:3]
    values |= {"fixed_by-day": number.lstrip("0"), "fixed_by-month": month.lstrip("0"), "fixed_by-year": year}
    values["replaced"] = [str(number) for number in document.get("replaced") or []]
    values["note"] = document.get("note") or ""
    return values


def file_content(request: HttpRequest, name: str) -> bytes:
    """The bytes of an uploaded table; of one that is far too large only so much as shows it. Raises Refused without one."""
    upload = request.FILES.get(name)
    if upload is None:
        raise Refused("file.none_chosen")
    if upload.size is not None and upload.size > MAX_BYTES:
        raise Refused("file.too_large", megabytes=f"{upload.size / 1024 / 1024:.1f}".replace(".", ","))
    content: bytes = upload.read()
    return content
