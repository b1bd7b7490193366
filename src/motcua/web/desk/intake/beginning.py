"""Which procedure, and for whom: the draft of an intake begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from motcua.catalogue.models import ProcedureCase, Service
from motcua.catalogue.queries import search
from motcua.dossiers import drafts
from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.looking import looked_up
from motcua.dossiers.models import Channel, Draft
from motcua.identity.queries import accounts_of_person
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import now as clock_now
from motcua.processing.queries import intake_drafts
from motcua.web.desk.intake.typed import envelope_errors, envelope_of, kept_person, number_problem
from motcua.web.shared.staff import acting, navigation, staff

#: What most people come for (share of a commune's counter in the demo year); a start, until the counter's own figures say.
_COMMON = ("2.000815", "1.001193", "1.004873", "2.000635", "1.000656", "1.001612")


def _agency(actor: Actor) -> int:
    """The agency at whose counter the officer sits."""
    return next(seat.agency for seat in actor.seats_as(Role.ONE_STOP))


def _offered(agency: int) -> dict[str, int]:
    """National code → case, of what this counter receives."""
    services = Service.objects.filter(agency=agency, active=True, procedure__current_version__isnull=False)
    versions = dict(services.values_list("procedure__current_version", "procedure__national_code"))
    cases = ProcedureCase.objects.filter(version__in=versions).order_by("-position")
    return {versions[version]: pk for version, pk in cases.values_list("version", "pk")}


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.ONE_STOP)
def begin(request: HttpRequest) -> HttpResponseBase:
    """``/desk/intake/?q=…``: which procedure; POST ``code`` and ``number`` begins a draft for the person present."""
    actor = acting(request)
    agency = _agency(actor)
    offered = _offered(agency)
    errors: list[tuple[str, str]] = []
    number = ""
    chosen = request.POST.get("code", request.GET.get("code", ""))
    by_post = request.POST.get("channel", request.GET.get("channel", "")) == "post"
    if request.method == "POST" and chosen in offered:
        number = "".join(request.POST.get("number", "").split())
        problem = number_problem(number)
        if problem:
            errors.append(("#number", problem))
        envelope = envelope_of(request.POST) if by_post else {}
        errors += envelope_errors(envelope) if by_post else []
        if not errors:
            return _start(actor, offered[chosen], agency, number, envelope)
    q = " ".join(request.GET.get("q", "").split())[:100]
    hits = [hit for hit in search(q, limit=50) if hit.national_code in offered][:12] if q else []
    context = {
        "staff": navigation(actor, "intake"),
        "q": q,
        "hits": hits,
        "chosen": chosen if chosen in offered else "",
        "procedure": case_bundle(offered[chosen]) if chosen in offered else None,
        "number": number,
        "by_post": by_post,
        "envelope": envelope_of(request.POST),
        "errors": errors,
        "drafts": [_begun(draft) for draft in intake_drafts(actor)],
        "common": [case_bundle(offered[code]) for code in _COMMON if code in offered],
    }
    return render(request, "desk/intake.html", context, status=422 if errors else 200)


def _begun(draft: Draft) -> dict[str, Any]:
    person = kept_person(draft)
    return {
        "url": f"/desk/intake/{draft.pk}/",
        "procedure": draft.case.version.procedure.short_name,
        "person": person.get("name") or _("chưa có tên"),
        "at": draft.saved_at,
    }


def _start(
    actor: Actor, case: int, agency: int, number: str, envelope: Mapping[str, str]
) -> HttpResponseBase:
    now = clock_now()
    accounts = accounts_of_person(number) if number else []
    account = accounts[0] if accounts else None
    claims = account.claim_values() if account else {}
    person = {
        "kind": "citizen",
        "name": account.full_name if account else "",
        "number": number,
        "phone": account.phone if account else "",
        "email": account.email if account else "",
        "address": _residence(claims),
        "return_by": "post" if envelope else "counter",
        **envelope,
    }
    if envelope and not account:
        person |= {"name": envelope["sender"], "address": envelope["sender_address"]}
    draft = drafts.start(
        actor=actor,
        case=case,
        agency=agency,
        claims=claims,
        now=now,
        channel=Channel.POST if envelope else Channel.COUNTER,
        person=orjson.dumps(person).decode(),
    )
    if number:
        looked_up(
            actor=actor, number=number, agency=agency, case=case, found=bool(accounts), draft=draft, now=now
        )
    return HttpResponseRedirect(f"/desk/intake/{draft.pk}/")


def _residence(claims: Mapping[str, Any]) -> str:
    for name in ("NoiOHienNay", "ThuongTru"):
        place = claims.get(name)
        if isinstance(place, Mapping) and place.get("ChiTiet"):
            return str(place["ChiTiet"])
    return ""
