"""Who looked: at a dossier, and at what is known of a person. Written beside the work, never slowing it."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from motcua.dossiers.models import Draft, LookupLog
from motcua.kernel import crypto
from motcua.kernel.actors import Actor
from motcua.kernel.clock import local_day
from motcua.kernel.refusals import NotAllowed

_LOOKED = """
    INSERT INTO dossiers_dossierview AS seen (dossier_id, officer_id, day, first_at, last_at, count)
    SELECT %(dossier)s, %(officer)s, %(day)s, %(now)s, %(now)s, 1 {source}
        ON CONFLICT (dossier_id, officer_id, day) DO UPDATE SET last_at = excluded.last_at, count = seen.count + 1
"""
# On its own the statement is its transaction, and does not wait for the disk: a crash may lose the last moments of
# who looked, never a dossier. Inside another transaction it must not loosen what that one promises.
_QUICKLY = (
    "WITH quick AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))"
    + _LOOKED.format(source="FROM quick")
)
_WITH_THE_REST = _LOOKED.format(source="")


def looked(dossier: int, actor: Actor, *, now: datetime) -> None:
    """An officer has opened a dossier: one row an officer and day; one statement."""
    if actor.kind != "officer" or actor.account is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _WITH_THE_REST if connection.in_atomic_block else _QUICKLY,
            {"dossier": dossier, "officer": actor.account, "day": local_day(now), "now": now},
        )


def looked_up(
    *, actor: Actor, number: str, agency: int, case: int, found: bool, draft: Draft | None, now: datetime
) -> None:
    """An officer asked for a person's data by citizen ID or tax code, to file for them."""
    if actor.account is None:
        raise NotAllowed("intake.only_one_stop")
    LookupLog.objects.create(
        at=now,
        officer_id=actor.account,
        agency_id=agency,
        case_id=case,
        person_index=crypto.blind_index(number, crypto.CITIZEN_ID),
        found=found,
        draft=draft,
    )
