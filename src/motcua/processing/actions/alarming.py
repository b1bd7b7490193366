"""What the sweepers say: each claims its row by comparing what has been said, so that two of them never say it twice."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from motcua.dossiers import actions as filing
from motcua.dossiers.models import Dossier
from motcua.kernel import working_time
from motcua.kernel.actions import action
from motcua.kernel.actors import SYSTEM
from motcua.kernel.refusals import Conflict
from motcua.law import keys, limits
from motcua.organisations.queries import calendar_for, units_of
from motcua.processing import clock
from motcua.processing.checks import term_minutes
from motcua.processing.events import APOLOGY_DUE, DUE_SOON, ESCALATED, LATE, OPINION_LATE, OPINION_SOON
from motcua.processing.models import Consultation, Extension, StepRun
from motcua.processing.rules import Alarm, next_alarm, ringing

#: Of what rings at once only the last step up the line is said: whoever comes to it late is told where it stands.
_LINE = ((Alarm.SUPERIOR, ESCALATED, "superior"), (Alarm.HEAD, ESCALATED, "head"), (Alarm.LATE, LATE, "unit"),
         (Alarm.SOON, DUE_SOON, "unit"))  # fmt: skip


@transaction.atomic
def look_at(*, run_id: int, now: datetime) -> bool:
    """Whether something was said about the due time of an open step; when the next word is due is noted either way.

    Nothing is said of a step that is done, waits, or has more time now, nor when another sweeper was first.
    """
    dossier = Dossier.objects.select_for_update(of=("self",)).get(runs=run_id)
    run = StepRun.objects.select_for_update(of=("self",)).select_related("step").get(pk=run_id)
    if run.closed_at is not None or run.waits_for or run.alarm_at is None or run.alarm_at > now:
        return False
    extended = Extension.objects.filter(dossier=dossier).exists()
    coming = clock.alarms_of(run, dossier, extended=extended, now=now)
    said = Alarm(run.alarms)
    come = ringing(coming, said, now)
    run.alarms = int(said | come)
    run.alarm_at = next_alarm(coming, said | come)
    run.save(update_fields=["alarms", "alarm_at"])
    if come:
        raise_alarm(dossier=dossier, run=run, come=come, now=now)
    return bool(come)


@action("processing.raise_alarm")
def raise_alarm(*, dossier: Dossier, run: StepRun, come: Alarm, now: datetime) -> None:
    """Say what has come: the last step up the line, and that an apology is still possible."""
    if Alarm.APOLOGY in come and not _apology_said(dossier, run):
        filing.record(dossier, APOLOGY_DUE, actor=SYSTEM, now=now, data=_facts(dossier, run, "head", now))
    for alarm, kind, to in _LINE:
        if alarm in come:
            filing.record(dossier, kind, actor=SYSTEM, now=now, data=_facts(dossier, run, to, now))
            break


def _facts(dossier: Dossier, run: StepRun, to: str, now: datetime) -> dict[str, object]:
    return {
        "run": run.pk,
        "step": run.step.key,
        "due_at": run.due_at.isoformat(),
        "to": to,
        "dossier_late": dossier.due_at is not None and now > dossier.due_at,
    }


def _apology_said(dossier: Dossier, run: StepRun) -> bool:
    """Whether another branch of the dossier has said it."""
    others = StepRun.objects.filter(dossier=dossier).exclude(pk=run.pk).values_list("alarms", flat=True)
    return any(Alarm.APOLOGY in Alarm(said) for said in others)


#: Stages of a consultation: nothing said, reminded, told that it is overdue.
QUIET, REMINDED, OVERDUE = 0, 1, 2


@action("processing.remind_of_opinion")
def remind_of_opinion(*, consultation_id: int, now: datetime) -> Consultation:
    """Remind the unit whose opinion is awaited; once it is overdue, the head of the one-stop desk is told (R3.9)."""
    dossier = Dossier.objects.select_for_update(of=("self",)).get(consultations=consultation_id)
    consultation = Consultation.objects.select_for_update(of=("self",)).get(pk=consultation_id)
    stage = stage_at(consultation, now)
    done = consultation.answered_at is not None or consultation.revoked_at is not None
    if done or stage <= consultation.stage:
        raise Conflict("alarm.given")
    consultation.stage = stage
    consultation.save(update_fields=["stage"])
    filing.record(
        dossier,
        OPINION_LATE if stage == OVERDUE else OPINION_SOON,
        actor=SYSTEM,
        now=now,
        data={"consultation": consultation.pk, "unit": consultation.unit_id, "run": consultation.run_id},
    )
    return consultation


def stage_at(consultation: Consultation, now: datetime) -> int:
    """Which stage a consultation has come to by its due time and the lead of warnings."""
    if now >= consultation.due_at:
        return OVERDUE
    lead = term_minutes(limits.term(keys.LATE_WARNING_LEAD, now))
    calendar = calendar_for(units_of(consultation.agency_id).agency.code)
    return REMINDED if now >= working_time.minutes_before(calendar, consultation.due_at, lead) else QUIET
