"""What happened to a dossier, read from its rows and events for the full-process test: one query."""

from __future__ import annotations

from django.db import connection

from motcua.dossiers.models import Assistance, Channel, Dossier
from motcua.measurement.full_process import Trace
from motcua.processing.events import PAYMENT_ASKED

#: Kinds of help that are given at the one-stop centre: the person came (``dossiers.rules.is_remote``).
_AT_THE_CENTRE = frozenset({Assistance.COUNTER_STAFF, Assistance.KIOSK})
_READ = """
    SELECT EXISTS (SELECT 1 FROM dossiers_paper WHERE dossier_id = %s AND origin = 'scanned'),
           EXISTS (SELECT 1 FROM kernel_event WHERE stream = %s AND kind = %s),
           EXISTS (SELECT 1 FROM results_resultdocument WHERE dossier_id = %s AND state = 'final')
"""


def trace_of(dossier: Dossier) -> Trace:
    """The trace of a dossier. A financial duty is confirmed here by an officer who has seen the proof, so it was paid outside
    the platform; a visit on site leaves no trace of its own in this system and is never assumed."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [dossier.pk, dossier.stream, PAYMENT_ASKED, dossier.pk])
        scanned, asked, final = cursor.fetchone()
    online = dossier.channel == Channel.ONLINE
    return Trace(
        online=online,
        at_the_centre=dossier.channel == Channel.COUNTER or dossier.assistance in _AT_THE_CENTRE,
        paper_filed=scanned or not online,
        payment="outside" if asked else "none",
        onsite=False,
        finished=dossier.finished_at is not None,
        electronic_result=final,
        return_by=dossier.return_by,
    )
