"""From events to facts: in the transaction of the event, one append, no counter."""

from __future__ import annotations

from django.db import connection

from motcua.dossiers.models import Channel, Dossier
from motcua.kernel.clock import local_day
from motcua.kernel.events import Happened
from motcua.measurement.full_process import judge
from motcua.measurement.models import Measure
from motcua.measurement.tracing import trace_of

_INSERT = """
    INSERT INTO measurement_fact
           (measure, day, agency_id, procedure_id, dossier_id, online, remote, late, level, minutes, full_process,
            broken_by)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (dossier_id, measure) DO NOTHING
"""

#: Which fact an event is. A dossier has each at most once.
COUNTED: dict[str, Measure] = {
    "dossier.submitted": Measure.FILED,
    "dossier.finished": Measure.FINISHED,
    "dossier.returned": Measure.RETURNED,
    "dossier.refused": Measure.ENDED_OTHERWISE,
    "dossier.rejected": Measure.ENDED_OTHERWISE,
    "dossier.withdrawn": Measure.ENDED_OTHERWISE,
    "dossier.stopped": Measure.ENDED_OTHERWISE,
    "dossier.rated": Measure.RATED,
    "dossier.supplement_asked": Measure.SUPPLEMENT_ASKED,
    "dossier.ineligible": Measure.SUPPLEMENT_ASKED,
    "joint.finished": Measure.FINISHED,
    "joint.returned": Measure.RETURNED,
    "joint.ended": Measure.ENDED_OTHERWISE,
}

#: A joint dossier is one request: filed, finished, returned, rated once, by its whole. What a part is counted as.
COUNTED_OF_PART: dict[str, Measure] = {
    "dossier.finished": Measure.PART_FINISHED,
    "dossier.supplement_asked": Measure.SUPPLEMENT_ASKED,
    "dossier.ineligible": Measure.SUPPLEMENT_ASKED,
}


def count(happened: Happened) -> None:
    """Subscriber of the counted kinds: append the fact of this event."""
    dossier: Dossier = happened.subject
    measure = COUNTED[happened.kind]
    if dossier.joint_id is not None:
        if happened.kind not in COUNTED_OF_PART:
            return
        measure = COUNTED_OF_PART[happened.kind]
        if measure == Measure.SUPPLEMENT_ASKED and dossier.joint is not None:
            # The request was asked to be completed: once, however many of its parts ask.
            dossier = dossier.joint
    full, broken_by = None, ""
    if measure == Measure.RETURNED:
        verdict = judge(trace_of(dossier))
        full, broken_by = verdict.full, verdict.broken_by
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                measure,
                local_day(happened.at),
                dossier.agency_id,
                dossier.procedure_id,
                dossier.pk,
                dossier.channel == Channel.ONLINE,
                dossier.remote,
                happened.data.get("late"),
                happened.data.get("overall"),
                happened.data.get("minutes"),
                full,
                broken_by,
            ],
        )
