"""Open dossiers of an older version, and moving them to the one in force, each by its own lawful turn."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
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
from motcua.processing.actions.common import SIGNATURE
from motcua.processing.definitions import process
from motcua.processing.models import ProcessVersion, StepRun
from motcua.processing.moving import At, ForkAt, choices, place, standing
from motcua.processing.rules import Kind, Process
from motcua.processing.runs import FORKED
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
    try:
        with transaction.atomic():
            actions.move_version(
                actor=actor,
                dossier_id=dossier.pk,
                version=target.pk,
                reason=post.get("reason", "")[:2000],
                steps=_steps(post),
                done=_done(post),
                now=clock_now(),
            )
    except Refused as refusal:
        return {"code": dossier.code, "moved": False, "why": sentence(refusal.code, refusal.params)}
    return {"code": dossier.code, "moved": True, "why": ""}


def _steps(post: QueryDict) -> dict[str, str]:
    """From the key of an open step to that of the new version; nothing: dossiers at it stay."""
    return {name[4:]: str(to)[:30] for name, to in post.items() if name.startswith("map-")}


def _done(post: QueryDict) -> list[str]:
    """First steps of branches of the new version that count as done."""
    return [one[:30] for one in post.getlist("done")[:100]]


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
    published = process(target.pk) if target is not None else None
    waiting = _waiting(actor, subject, version) if version is not None else _Waiting([], [], False)
    mapping = [
        (
            key,
            name,
            request.POST.get(f"map-{key}", key if published and published.has(key) else ""),
        )
        for key, name in waiting.steps
    ]
    if version is not None and published is not None:
        waiting.judge(
            process(version.pk), published, {key: to for key, _name, to in mapping}, _done(request.POST)
        )
    kept = set(request.POST.getlist("dossier")) if fault else None
    for row in waiting.rows:
        row["chosen"] = not row["why"] if kept is None else str(row["pk"]) in kept
    context = {
        "staff": navigation(actor, "processes"),
        "subject": subject,
        "target": target,
        "target_name": reading.version_names([target.pk])[target.pk] if target else "",
        "version": version,
        "version_name": names[version.pk] if version else "",
        "same": version is not None and target is not None and version.pk == target.pk,
        "old": old,
        "dossiers": waiting.rows,
        "mapping": mapping,
        "branches": [(step.key, name_of(step, english=english)) for step in choices(published)]
        if published is not None and waiting.branched
        else [],
        "counted": _done(request.POST),
        "targets": [
            (step.key, name_of(step, english=english))
            for step in (published.steps if published else ())
            if step.kind == Kind.TASK
        ],
        "reason": request.POST.get("reason", "") if fault else "",
        "moves": actor.holds(Role.HEAD),
        "done": done,
        "fault": fault,
        "at": at,
        "most": AT_ONCE,
    }
    return render(request, "studio/processes/dossiers.html", context, status=status)


@dataclass
class _Waiting:
    """Dossiers on a version with the steps they are at, all those steps, and whether any of them is in branches."""

    rows: list[dict[str, Any]]
    steps: list[tuple[str, str]]
    branched: bool

    def judge(self, here: Process, there: Process, steps: Mapping[str, str], done: Collection[str]) -> None:
        """Say of each dossier why it could not go on where its steps are mapped to."""
        for row in self.rows:
            row["why"] = _why_not(row, here, there, steps, done)


def _why_not(
    row: Mapping[str, Any], here: Process, there: Process, steps: Mapping[str, str], done: Collection[str]
) -> str:
    runs: list[StepRun] = row["runs"]
    if any(run.waits_for == SIGNATURE for run in runs):
        return sentence("result.being_signed", {})
    try:
        place(
            here,
            there,
            standing(row["status"], row["resume"]),
            [At(run.pk, run.step.key, run.scope_id or 0) for run in runs],
            [ForkAt(fork.pk, fork.step.key, fork.scope_id or 0) for fork in row["forks"]],
            steps,
            done,
        )
    except Refused as refusal:
        return sentence(refusal.code, refusal.params)
    return ""


def _waiting(actor: Actor, subject: Subject, version: ProcessVersion) -> _Waiting:
    """As many queries for a hundred dossiers as for one."""
    found = list(
        authoring.movable(actor, version.pk, subject.case).select_related("agency", "supplement")[:AT_ONCE]
    )
    rows = (
        StepRun.objects.filter(
            Q(closed_at=None) | Q(outcome=FORKED), dossier__in=found, step__process=version
        )
        .select_related("step")
        .order_by("step__position", "pk")
    )
    at: dict[int, list[StepRun]] = {}
    forks: dict[int, list[StepRun]] = {}
    steps: dict[str, str] = {}
    for run in rows:
        if run.closed_at is not None:
            forks.setdefault(run.dossier_id, []).append(run)
            continue
        at.setdefault(run.dossier_id, []).append(run)
        steps[run.step.key] = run.step.name
    told = [
        {
            "pk": dossier.pk,
            "code": dossier.code,
            "agency": dossier.agency.name,
            "steps": "; ".join(run.step.name for run in at.get(dossier.pk, [])),
            "filed": dossier.submitted_at,
            "due": dossier.due_at,
            "status": dossier.state,
            "resume": dossier.supplement.resume if hasattr(dossier, "supplement") else None,
            "runs": at.get(dossier.pk, []),
            "forks": forks.get(dossier.pk, []),
            "why": "",
        }
        for dossier in found
    ]
    branched = any(run.scope_id is not None for runs in at.values() for run in runs)
    return _Waiting(told, list(steps.items()), branched)
