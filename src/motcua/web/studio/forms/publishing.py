"""A draft against what is in force, what publishing it would do, and its publication, by one person or by two."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from motcua.catalogue.authorship import offering
from motcua.catalogue.forms import actions, drafts
from motcua.catalogue.models import ProcedureCase
from motcua.dossiers import rebasing
from motcua.eforms.forms import BadDefinition, load_definition
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import Refused
from motcua.processing.watching import Broken, broken_by
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.studio.forms import advising, reading
from motcua.web.studio.forms.editor import version_of
from motcua.web.studio.forms.reading import Subject, subject_of
from motcua.web.studio.processes.fit import said as said_of
from motcua.web.studio.processes.reading import case_name
from motcua.web.studio.saving import kept_revision, said

#: Refusals that are about one input.
_AT = {"form.no_reason": "reason", "form.breaks_processes": "seen"}


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.HEAD, Role.OPERATOR)
def form_publish(request: HttpRequest, key: str) -> HttpResponseBase:
    """``/studio/forms/<key>/publish/``."""
    actor = acting(request)
    subject = subject_of(actor, key, writing=request.method == "POST")
    if request.method != "POST":
        return _draw(request, actor, subject)
    reason, revision, now = request.POST.get("reason", "")[:2000], kept_revision(request.POST), clock_now()
    try:
        with transaction.atomic():
            match request.POST.get("what", ""):
                case "ask":
                    actions.ask_publication(actor=actor, key=key, revision=revision, reason=reason, now=now)
                    to = f"{subject.path}publish/?saved=asked"
                case "decline":
                    actions.decline_publication(
                        actor=actor, key=key, revision=revision, reason=reason, now=now
                    )
                    to = f"{subject.path}publish/?saved=declined"
                case "publish":
                    _seen(key, request.POST.get("seen", ""))
                    version = actions.publish_draft(
                        actor=actor, key=key, revision=revision, reason=reason, now=now
                    )
                    to = f"{subject.path}?saved=published-{version.number}"
                case _:
                    raise Http404
    except Refused as refusal:
        return _draw(request, actor, subject, reason=reason, refusal=refusal)
    return HttpResponseRedirect(to)


def _broken(key: str, definition: Mapping[str, Any]) -> list[Broken]:
    """What of the processes in force would fit no more; nothing of a definition that cannot be published as it is."""
    try:
        return broken_by(load_definition(definition))
    except BadDefinition:
        return []


def _mark(broken: Sequence[Broken]) -> str:
    """What a person who confirms has seen: if a process is published meanwhile, it is asked again."""
    text = repr([(one.case.pk, one.misfit) for one in broken])
    return hashlib.sha256(text.encode()).hexdigest()[:16] if broken else ""


def _seen(key: str, mark: str) -> None:
    """Raises :class:`Refused` unless what publication takes from processes was confirmed.

    Not refused for good: form and process may have different authors, and one of them has to go first.
    """
    broken = _broken(key, drafts.written(key).definition)
    if mark != _mark(broken):
        raise Refused("form.breaks_processes", count=len(broken))


def _draw(
    request: HttpRequest, actor: Actor, subject: Subject, *, reason: str = "", refusal: Refused | None = None
) -> HttpResponseBase:
    lang, written, version = request.LANGUAGE_CODE, drafts.written(subject.key), drafts.newest(subject.key)
    definition = written.definition
    new_here = ProcedureCase.objects.filter(
        version__in=drafts.procedures_of(subject.key).values("current_version"), form_key=None
    )
    broken = _broken(subject.key, definition)
    context: dict[str, Any] = {
        "staff": navigation(actor, "forms"),
        "subject": subject,
        "writes": subject.author.writes,
        "written": written,
        "version": version,
        "lines": reading.differences(version.definition, definition, lang) if version else [],
        "judged": reading.judge(definition, subject.path, lang),
        "hints": advising.hints(subject.key, definition, lang),
        "effect": rebasing.effect(subject.key),
        "told": reading.told(subject.key, definition, local_day(clock_now()), lang) if version else [],
        "broken": [
            {
                "code": one.case.version.procedure.national_code,
                "name": case_name(one.case),
                "href": f"/studio/processes/{one.case.pk}/",
                "what": said_of(one.misfit),
            }
            for one in broken
        ],
        "mark": _mark(broken),
        "offering": len(offering(drafts.procedures_of(subject.key).values_list("pk", flat=True))),
        "opens": new_here.exists(),
        "second": drafts.second_needed(subject.key),
        "own": written.asked_by is not None and written.asked_by == actor.account,
        "reason": reason,
        "minimum": actions.MIN_REASON,
        "fault": said(refusal) if refusal else "",
        "at": _AT.get(refusal.code, "") if refusal else "",
        "saved": request.GET.get("saved", "") if refusal is None else "",
    }
    return render(request, "studio/forms/publish.html", context, status=refusal.status if refusal else 200)


@require_safe
@staff(Role.HEAD, Role.OPERATOR)
def form_compare(request: HttpRequest, key: str) -> HttpResponseBase:
    """``?from=12&to=15``: what differs between two versions; without ``to``, between one and the draft."""
    actor = acting(request)
    subject = subject_of(actor, key)
    lang, versions = request.LANGUAGE_CODE, drafts.versions(subject.key)
    old = version_of(subject, request.GET.get("from", "") or (str(versions[0].pk) if versions else ""))
    new = version_of(subject, request.GET.get("to", ""))
    after = new.definition if new else drafts.written(subject.key).definition
    context = {
        "staff": navigation(actor, "forms"),
        "subject": subject,
        "versions": versions,
        "old": old,
        "new": new,
        "lines": reading.differences(old.definition, after, lang) if old else [],
    }
    return render(request, "studio/forms/compare.html", context)
