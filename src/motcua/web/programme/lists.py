"""The list of a round: approving it, what it changes, its papers, and sending it to the Ministry."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import FileResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from motcua.kernel.actors import Actor, Role
from motcua.kernel.blobs import BlobStore
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import NotAllowed, Refused
from motcua.kernel.uploads import MIME
from motcua.programme.review import lists, queries
from motcua.programme.review.audience import STAFF, is_focal
from motcua.programme.review.documents import list_csv, list_docx, list_xlsx
from motcua.programme.review.models import Connection, Delivery, ReviewRound, ServiceList
from motcua.web.programme import typed, words
from motcua.web.programme.pages import HERE, Fault, is_english, said
from motcua.web.shared.staff import acting, navigation, staff

#: Changes shown on the page; the papers hold all of them.
SHOWN = 200
_FIELDS = {
    "list.no_number": "number", "list.number_taken": "number", "list.no_place": "place",
    "list.no_effective": "effective_on", "list.effective_past": "effective_on", "connection.bad_address": "address",
    "connection.no_collection": "collection", "connection.no_token": "token",
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@staff(*STAFF)
def service_list(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``/programme/rounds/<pk>/list/``."""
    actor = acting(request)
    found = queries.find_round(actor, pk)
    fault = Fault()
    if request.method == "POST":
        what = request.POST.get("what", "")
        try:
            _change(actor, found, what, request)
        except NotAllowed:
            raise
        except Refused as refusal:
            fault = Fault(request.POST.dict(), what, _FIELDS.get(refusal.code, ""), said(refusal))
        else:
            return HttpResponseRedirect(f"/programme/rounds/{pk}/list/?done={what}")
    context = _context(request, actor, found, fault)
    return render(request, "programme/list.html", context, status=422 if fault.said else 200)


def _change(actor: Actor, found: ReviewRound, what: str, request: HttpRequest) -> None:
    post, now = request.POST, clock_now()
    if what == "approve":
        lists.approve_list(
            actor=actor,
            round_id=found.pk,
            number=post.get("number", ""),
            place=post.get("place", ""),
            signer_title=post.get("signer_title", ""),
            effective_on=typed.needed_day(post, "effective_on", "list.no_effective"),
            now=now,
        )
    elif what == "connect":
        lists.connect(
            actor=actor,
            round_id=found.pk,
            address=post.get("address", ""),
            collection=post.get("collection", ""),
            token=post.get("token", ""),
            now=now,
        )
    elif what == "send":
        lists.send_list(actor=actor, round_id=found.pk, now=now)
    else:
        raise Refused("request.unreadable")


def _context(request: HttpRequest, actor: Actor, found: ReviewRound, fault: Fault) -> dict[str, Any]:
    english = is_english(request)
    made = queries.list_of(found)
    focal, head = is_focal(actor, found), lists.may_approve(actor, found)
    connection = Connection.objects.filter(agency=found.agency).first() if focal else None
    values = fault.values
    changed = queries.changes(made) if made else []
    counts: dict[str, int] = {}
    for one in changed:
        counts[one.kind] = counts.get(one.kind, 0) + 1
    deliveries = list(Delivery.objects.filter(list=made).order_by("-pk")) if made else []
    title = next((s for s in _titles(actor, found)), "")
    return {
        "staff": navigation(actor, HERE),
        "round": found,
        "made": made,
        "fault": fault,
        "focal": focal,
        "head": head,
        "left": lists.unfinished(found) if made is None else 0,
        "done": request.GET.get("done", ""),
        "levels": [
            (words.level_words(key, english=english), count)
            for key, count in (queries.levels_of(made) if made else {}).items()
        ],
        "form": {
            "number": values.get("number", ""),
            "place": values.get("place", found.agency.place),
            "signer_title": values.get("signer_title", title),
            "effective_on": typed.day_values(values, "effective_on", local_day(clock_now())),
        },
        "where": {
            "address": values.get("address", connection.address if connection else ""),
            "collection": values.get("collection", connection.collection if connection else ""),
            "has_token": connection is not None,
        },
        "changes": [words.difference_words(one, english=english) for one in changed[:SHOWN]],
        "changed": [(_(words.DIFFERENCES[kind]), count) for kind, count in counts.items()],
        "more": max(0, len(changed) - SHOWN),
        "deliveries": deliveries,
        "waiting": any(d.state == Delivery.State.WAITING for d in deliveries),
    }


def _titles(actor: Actor, found: ReviewRound) -> list[str]:
    """What the head's post is called, to print above the name."""
    from motcua.organisations.models import Post

    keys = [seat.post for seat in actor.seats_as(Role.HEAD) if seat.agency == found.agency_id]
    return list(Post.objects.filter(pk__in=keys).values_list("title", flat=True))


KINDS = {"docx": list_docx, "xlsx": list_xlsx, "csv": list_csv}


@require_safe
@staff(*STAFF)
def paper(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """``/programme/rounds/<pk>/list/<kind>/``: pdf (signed), docx, xlsx or csv."""
    made = queries.list_of(queries.find_round(acting(request), pk))
    if made is None:
        raise Http404
    return paper_of(made, kind)


def paper_of(made: ServiceList, kind: str) -> HttpResponseBase:
    """One paper of an approved list, as a download. Raises Http404 for another kind, or while it is being signed."""
    name = f"danh-muc-dvctt-{made.pk}.{kind}"
    if kind == "pdf":
        if made.pdf is None:
            raise Http404
        content = BlobStore(settings.DATA_DIR / "blobs").open(made.pdf.sha256)
        return FileResponse(content, filename=name, content_type=MIME["pdf"])
    if kind not in KINDS:
        raise Http404
    answer = HttpResponse(KINDS[kind](made), content_type=MIME.get(kind, "text/csv; charset=utf-8"))
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
