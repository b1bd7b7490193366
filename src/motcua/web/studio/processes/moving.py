"""Open dossiers of an older version, and moving them to the one in force, each by its own lawful turn."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from motcua.dossiers.models import Dossier
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import Refused
from motcua.processing import actions, authoring
from motcua.processing.definitions import process
from motcua.processing.models import ProcessVersion, StepRun
from motcua.processing.rules import Kind
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.shared.wording import sentence
from motcua.web.studio.processes import reading
from motcua.web.studio.processes.picture import name_of
from motcua.web.studio.processes.reading import Subject, subject_of

#: Moved in one press; each is a transaction of its own.
AT_ONCE = 100


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.HEAD, Role.OPERATOR)
def process_dossiers(request: HttpRequest, key: str) -> HttpResponseBase:
    """``/studio/processes/<case>/dossiers/?version=12``: who is still on a version, and to where they may move."""
    actor = acting(request)
    subject = subject_of(actor, key)
    version = _old(subject, request.GET.get("version", ""))
    if request.method != "POST":
        return _draw(request, actor, subject, version)
    if version is None:
        raise Http404
    post, target = request.POST, authoring.followed(subject.case)
    if target is None or post.get("target") != str(target.pk):
        return _draw(
            request, actor, subject, version, fault=sentence("process.newer_version", {}), status=409
        )
    wanted = [
        int(pk) for pk in post.getlist("dossier")[:AT_ONCE] if pk.isascii() and pk.isdigit() and len(pk) < 19
    ]
    if not wanted:
        return _draw(
            request, actor, subject, version, fault=_("Chọn ít nhất một hồ sơ."), at="dossier", status=422
        )
    if len(post.get("reason", "").strip()) < actions.MIN_REASON:
        fault = sentence("reason.too_short", {"minimum": actions.MIN_REASON})
        return _draw(request, actor, subject, version, fault=fault, at="reason", status=422)
    done = [
        _move(actor, dossier, target, post)
        for dossier in authoring.movable(actor, version.pk, subject.case).filter(pk__in=wanted)
    ]
    return _draw(request, actor, subject, version, done=done)


def _move(actor: Actor, dossier: Dossier, target: ProcessVersion, post: QueryDict) -> dict[str, Any]:
    """One dossier, and what came of it: a refusal is told and stops nobody else."""
    steps = {
        name[4:]: to for name, to in post.items() if name.startswith("map-") and isinstance(to, str) and to
    }
    try:
        with transaction.atomic():
            actions.move_version(
                actor=actor,
                dossier_id=dossier.pk,
                version=target.pk,
                reason=post.get("reason", "")[:2000],
                steps=steps,
                now=clock_now(),
            )
    except Refused as refusal:
        return {"code": dossier.code, "moved": False, "why": sentence(refusal.code, refusal.params)}
    return {"code": dossier.code, "moved": True, "why": ""}


def _old(subject: Subject, asked: str) -> ProcessVersion | None:
    """The version that is asked for, one that dossiers of the subject can be on; None when none is asked for."""
    if not asked:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        raise Http404
    version = authoring.followable(int(asked), subject.case)
    if version is None:
        raise Http404
    return version


def _draw(
    request: HttpRequest,
    actor: Actor,
    subject: Subject,
    version: ProcessVersion | None,
    *,
    done: list[dict[str, Any]] | None = None,
    fault: str = "",
    at: str = "",
    status: int = 200,
) -> HttpResponseBase:
    english = request.LANGUAGE_CODE == "en"
    target = authoring.followed(subject.case)
    counts: dict[int, int] = {}
    for (_case, on), number in authoring.open_by_version(subject.case).items():
        counts[on] = counts.get(on, 0) + number
    if subject.case is None:
        general = set(ProcessVersion.objects.filter(case=None).values_list("pk", flat=True))
        counts = {on: number for on, number in counts.items() if on in general}
    names = reading.version_names([*counts, *([version.pk] if version else [])])
    old = [
        (on, names[on], number) for on, number in sorted(counts.items()) if target is None or on != target.pk
    ]
    dossiers, steps = _waiting(actor, subject, version) if version is not None else ([], [])
    published = process(target.pk) if target is not None else None
    context = {
        "staff": navigation(actor, "processes"),
        "subject": subject,
        "target": target,
        "target_name": reading.version_names([target.pk])[target.pk] if target else "",
        "version": version,
        "version_name": names[version.pk] if version else "",
        "same": version is not None and target is not None and version.pk == target.pk,
        "old": old,
        "dossiers": dossiers,
        "mapping": [
            (key, name, request.POST.get(f"map-{key}", key if published and published.has(key) else ""))
            for key, name in steps
        ],
        "targets": [
            (step.key, name_of(step, english=english))
            for step in (published.steps if published else ())
            if step.kind == Kind.TASK
        ],
        "chosen": set(request.POST.getlist("dossier")) if fault else None,
        "reason": request.POST.get("reason", "") if fault else "",
        "moves": actor.holds(Role.HEAD),
        "done": done,
        "fault": fault,
        "at": at,
        "most": AT_ONCE,
    }
    return render(request, "studio/processes/dossiers.html", context, status=status)


def _waiting(
    actor: Actor, subject: Subject, version: ProcessVersion
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """Dossiers on a version with the steps they are at, and all those steps."""
    found = list(authoring.movable(actor, version.pk, subject.case).select_related("agency")[:AT_ONCE])
    runs = (
        StepRun.objects.filter(dossier__in=found, closed_at=None, step__process=version)
        .select_related("step")
        .order_by("step__position", "pk")
    )
    at: dict[int, list[str]] = {}
    steps: dict[str, str] = {}
    for run in runs:
        at.setdefault(run.dossier_id, []).append(run.step.name)
        steps[run.step.key] = run.step.name
    rows = [
        {
            "pk": dossier.pk,
            "code": dossier.code,
            "agency": dossier.agency.name,
            "steps": "; ".join(at.get(dossier.pk, [])),
            "filed": dossier.submitted_at,
            "due": dossier.due_at,
        }
        for dossier in found
    ]
    return rows, list(steps.items())
