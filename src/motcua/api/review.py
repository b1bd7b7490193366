"""The list of online services over the API: open data of this agency, and the door through which others hand in theirs.

Receiving needs the ``national`` role and a sender's token; everything else is for everybody. A list is taken whole or not at
all, and every fault is named with its row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from motcua.kernel.clock import now as clock_now
from motcua.kernel.ratelimit import Limiter, client_address
from motcua.kernel.refusals import NotAllowed
from motcua.programme.review import queries, receiving, rules, senders
from motcua.programme.review.documents import list_csv
from motcua.programme.review.lists import payload
from motcua.programme.review.national_models import Collection, Submission

router = Router(tags=["service list"])
#: Wrong tokens from one network in an hour. A token has 256 random bits; this keeps the log quiet, not the token safe.
WRONG_TOKENS = Limiter("review-token", 30, 3600)

PROBLEMS = {
    "not_an_object": "the document must be one JSON object",
    "unknown_format": "unknown format {detail!r}",
    "missing": "{detail} is missing",
    "too_long": "{detail} is too long",
    "bad_date": "{detail} must be a date like 2023-04-20",
    "no_entries": "the list has no entries",
    "too_many_rows": "more than {detail} entries",
    "code_missing": "the procedure code is missing",
    "code_unreadable": "{detail!r} is no procedure code",
    "row_twice": "the procedure stands twice: {detail}",
    "unknown_level": "{detail!r} is no level; use full, partial or information",
    "name_missing": "the name of {detail} is missing",
    "reason_missing": "{detail} is partial without a reason",
}


class Receipt(Schema):
    """What a sender gets for a list, and keeps."""

    receipt: str
    collection: str
    sender: str
    received_at: str
    late_days: int
    entries: int
    sha256: str


def answer(data: object, status: int = 200, *, public: bool = False) -> HttpResponse:
    response = HttpResponse(orjson.dumps(data), status=status, content_type="application/json; charset=utf-8")
    response["Cache-Control"] = "public, max-age=60" if public and status == 200 else "no-store"
    return response


def problem(code: str, message: str, status: int, errors: list[dict[str, Any]] | None = None) -> HttpResponse:
    return answer({"code": code, "message": message, "errors": errors or []}, status)


def _receipt(row: Submission) -> dict[str, Any]:
    return {
        "receipt": row.receipt,
        "collection": row.collection.key,
        "sender": row.sender,
        "received_at": row.received_at.isoformat(),
        "late_days": row.late_days,
        "entries": row.amount,
        "sha256": row.content_hash,
    }


def _sender(request: HttpRequest) -> str | HttpResponse:
    """Whose token came along, or the answer that says no."""
    where = client_address(request)
    if (wait := WRONG_TOKENS.blocked(where)) is not None:
        refused = problem("rate.limited", "Too many wrong tokens from this network.", 429)
        refused["Retry-After"] = str(wait)
        return refused
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    sender = receiving.sender_of(token.strip()) if kind.lower() == "bearer" else None
    if sender is None:
        WRONG_TOKENS.fail(where)
        refused = problem("token.invalid", "A valid token is needed: Authorization: Bearer mtc_…", 401)
        refused["WWW-Authenticate"] = "Bearer"
        return refused
    return sender


def _national(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For an installation that receives lists; elsewhere the address does not exist."""
    from functools import wraps

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "national" not in settings.ROLES:
            return problem("not_found", "This installation receives no lists.", 404)
        return view(request, *args, **kwargs)

    return guarded


@router.get("/service-list", summary="Danh mục dịch vụ công trực tuyến · List of online services")
def service_list(request: HttpRequest) -> HttpResponse:
    """The newest approved list of this agency, as JSON open data."""
    made = queries.published(settings.SITE_AGENCY)
    if made is None:
        return problem("not_found", "No list has been published yet.", 404)
    return answer({**payload(made), "sha256": made.content_hash}, public=True)


@router.get("/service-list.csv", summary="Danh mục dạng CSV · The list as CSV")
def service_list_csv(request: HttpRequest) -> HttpResponse:
    """The same as CSV (UTF-8 with a byte-order mark)."""
    made = queries.published(settings.SITE_AGENCY)
    if made is None:
        return problem("not_found", "No list has been published yet.", 404)
    response = HttpResponse(list_csv(made), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="danh-muc-dvctt.csv"'
    response["Cache-Control"] = "public, max-age=60"
    return response


@router.get("/review/collections", summary="Các đợt thu danh mục · Collections of lists")
@_national
def collections(request: HttpRequest) -> HttpResponse:
    """What is asked for, until when, and how many have sent."""
    now = clock_now()
    return answer(
        [
            {
                "key": found.key,
                "name": found.name,
                "instrument": found.instrument,
                "deadline": found.deadline.isoformat(),
                "senders": len(senders.on_day(found.deadline)),
                "late_days": rules.lateness(found.deadline, None, now),
            }
            for found in Collection.objects.order_by("-deadline", "-pk")
        ],
        public=True,
    )


@router.post(
    "/review/collections/{key}/submissions",
    response={201: Receipt, 200: Receipt},
    summary="Gửi danh mục · Hand in a list",
)
@_national
def submit(request: HttpRequest, key: str) -> HttpResponse:
    """Take a list (`motcua.service-list/1`) from the agency whose token comes along. 201 with a receipt; the very same list
    again is 200 with the receipt it had. 422 names every row that is wrong, and nothing is kept."""
    sender = _sender(request)
    if isinstance(sender, HttpResponse):
        return sender
    try:
        document = orjson.loads(request.body)
    except RequestDataTooBig:
        return problem("too_large", "The list is larger than 2 MB.", 413)
    except orjson.JSONDecodeError as error:
        return problem("not_json", f"The body is not JSON: {error}"[:200], 422)
    try:
        incoming = receiving.read_list(document)
        made = receiving.receive(sender=sender, collection=key, incoming=incoming, now=clock_now())
    except receiving.BadList as bad:
        errors = [
            {"row": one.row, "code": one.code, "problem": PROBLEMS[one.code].format(detail=one.detail)}
            for one in bad.problems
        ]
        first = errors[0]
        where = f"row {first['row']}: " if first["row"] else ""
        return problem("list.invalid", f"{where}{first['problem']}", 422, errors)
    except receiving.AlreadyHere as same:
        return answer(_receipt(same.submission))
    except NotAllowed:
        return problem("not_found", "There is no such collection for this sender.", 404)
    return answer(_receipt(made), 201)


@router.get("/review/collections/{key}/standing", summary="Tình trạng của mình · One's own standing")
@_national
def standing(request: HttpRequest, key: str) -> HttpResponse:
    """What the sender has handed in, how late it is, and the reminders it was sent."""
    sender = _sender(request)
    if isinstance(sender, HttpResponse):
        return sender
    found = Collection.objects.filter(key=key).first()
    if found is None or sender not in {one.key for one in senders.on_day(found.deadline)}:
        return problem("not_found", "There is no such collection for this sender.", 404)
    row = (
        Submission.objects.filter(collection=found, sender=sender, current=True)
        .select_related("collection")
        .first()
    )
    return answer(
        {
            "sender": sender,
            "deadline": found.deadline.isoformat(),
            "received": _receipt(row) if row else None,
            "late_days": row.late_days if row else rules.lateness(found.deadline, None, clock_now()),
            "reminders": [
                at.isoformat()
                for at in found.reminders.filter(sender=sender).order_by("at").values_list("at", flat=True)
            ],
        }
    )
