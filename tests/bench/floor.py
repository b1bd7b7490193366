"""The floor: the rows each screen reads or writes, in a bare Django view.

No middleware, no session, no rights, no validation, no templates, no translation; plain ORM, as somebody would write
it who had no other requirement. What the real screen costs above this is what it does for its people.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path

from motcua.dossiers.models import DayCounter, Dossier, DossierAnswers, Draft, Slip
from motcua.kernel.ids import uuid7
from motcua.kernel.models import Event
from motcua.measurement.models import Fact
from motcua.organisations.models import Unit
from motcua.processing.models import Step, StepRun

_JOB = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, status)
    VALUES ('documents', 'config.follow', 0, %s, 'todo')
"""
_steps: dict[str, Step] = {}
_units: dict[tuple[int, str], int] = {}


def _step(key: str) -> Step:
    if not _steps:
        _steps.update({step.key: step for step in Step.objects.all()})
    return _steps[key]


def _unit(agency: int, code: str) -> int:
    if (agency, code) not in _units:
        _units.update({(u.agency_id, u.code): u.pk for u in Unit.objects.all()})
    return _units[agency, code]


def _event(dossier: Dossier, kind: str, now: datetime) -> None:
    dossier.event_seq += 1
    Event(
        stream=dossier.stream,
        seq=dossier.event_seq,
        kind=kind,
        at=now,
        actor_kind="person",
        account_id=dossier.applicant_id,
        data={"status": dossier.status},
        hash=os.urandom(32),
    ).save_base(force_insert=True)


def _later(dossier: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_JOB, [f'{{"kind": "bench", "dossier": {dossier}}}'])


@transaction.atomic
def submit(request: HttpRequest) -> HttpResponse:
    now = datetime.now(UTC)
    draft = Draft.objects.select_for_update().get(pk=request.GET["draft"])
    uploads = list(draft.uploads.all())
    counter, _ = DayCounter.objects.select_for_update().get_or_create(
        agency_id=draft.agency_id, series="floor", day=now.date(), defaults={"last": 0}
    )
    counter.last += 1
    counter.save(update_fields=["last"])
    dossier = Dossier(
        code=f"FLOOR-{draft.agency_id}-{counter.last}",
        lookup_secret="K7M2Q9XA",
        version_id=int(request.GET["version"]),
        case_id=draft.case_id,
        procedure_id=int(request.GET["procedure"]),
        form_id=draft.form_id,
        agency_id=draft.agency_id,
        unit_id=_unit(draft.agency_id, "civil"),
        status=1,
        channel=2,
        remote=True,
        applicant_id=draft.account_id,
        applicant_kind="citizen",
        applicant_name="Nguyễn Thị Lan",
        applicant_folded="nguyen thi lan",
        applicant_number="038190000001",
        submitted_at=now,
        stream=uuid7(),
        applicant_index=os.urandom(32),
        contact="{}",
    )
    dossier.save(force_insert=True)
    _event(dossier, "dossier.submitted", now)
    dossier.save(update_fields=["event_seq"])
    DossierAnswers.objects.create(dossier=dossier, body=draft.body, filed_at=now)
    for upload in uploads:
        dossier.papers.create(
            component_id=upload.component_id, blob_id=upload.blob_id, filename="a.pdf", added_at=now
        )
    draft.dossier = dossier
    draft.save(update_fields=["dossier"])
    StepRun.objects.create(
        dossier=dossier,
        step=_step("receive"),
        agency_id=draft.agency_id,
        unit_id=_unit(draft.agency_id, "one-stop"),
        role="one_stop",
        opened_at=now,
        due_at=now + timedelta(days=1),
    )
    Fact.objects.create(
        measure=1,
        day=now.date(),
        agency_id=draft.agency_id,
        procedure_id=dossier.procedure_id,
        dossier=dossier,
        online=True,
        remote=True,
    )
    _later(dossier.pk)
    return HttpResponse(dossier.code)


def worklist(request: HttpRequest) -> HttpResponse:
    rows = StepRun.objects.filter(unit=request.GET["unit"], role="one_stop", closed_at=None).select_related(
        "dossier__procedure", "step"
    )
    cells = "".join(
        f"<tr><td>{run.dossier.code}<td>{run.dossier.applicant_name}<td>{run.dossier.procedure.short_name}"
        f"<td>{run.step.name}<td>{run.due_at:%d/%m/%Y %H:%M}"
        for run in rows.order_by("due_at", "id")[:50]
    )
    return HttpResponse(f"<table>{cells}</table>")


def dossier(request: HttpRequest) -> HttpResponse:
    found = Dossier.objects.select_related("procedure", "agency", "unit").get(code=request.GET["code"])
    answers = DossierAnswers.objects.filter(dossier=found).latest("number")
    events = "".join(
        f"<li>{e.at} {e.kind}" for e in Event.objects.filter(stream=found.stream).order_by("seq")
    )
    runs = "".join(f"<li>{r.step.name}" for r in StepRun.objects.filter(dossier=found).select_related("step"))
    papers = "".join(f"<li>{p.filename}" for p in found.papers.all())
    slips = "".join(f"<li>{s.kind}" for s in Slip.objects.filter(dossier=found))
    return HttpResponse(f"<h1>{found.code}</h1>{len(answers.body)}<ul>{events}{runs}{papers}{slips}</ul>")


@transaction.atomic
def step(request: HttpRequest) -> HttpResponse:
    now = datetime.now(UTC)
    run = (
        StepRun.objects.select_for_update(of=("self", "dossier"))
        .select_related("dossier")
        .get(pk=request.GET["run"])
    )
    received = run.dossier
    received.status, received.received_at, received.due_at = 2, now, now + timedelta(days=3)
    _event(received, "dossier.received", now)
    received.save(update_fields=["status", "received_at", "due_at", "event_seq"])
    run.closed_at, run.outcome = now, "receive"
    run.save(update_fields=["closed_at", "outcome"])
    StepRun.objects.create(
        dossier=received,
        step=_step("appraise"),
        agency_id=run.agency_id,
        unit_id=_unit(run.agency_id, "civil"),
        role="civil_servant",
        opened_at=now,
        due_at=now + timedelta(days=3),
    )
    _later(received.pk)
    return HttpResponse("ok")


def track(request: HttpRequest) -> HttpResponse:
    found = Dossier.objects.get(code=request.GET["code"])
    return HttpResponse(f"{found.code} {found.status} {found.due_at}")


def public(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<h1>Motcua</h1>")


urlpatterns = [
    path("readyz", public),
    path("submit", submit),
    path("list", worklist),
    path("open", dossier),
    path("step", step),
    path("track", track),
    path("public", public),
]
