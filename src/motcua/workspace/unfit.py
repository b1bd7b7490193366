"""Telling those who write a process that it fits no more, since the catalogue or a form has changed: quietly, each thing once.

After whatever may have changed it, and every night. What was told is claimed together with its notices, so two workers tell
once; a process that cannot be judged is logged and never stops the others.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction

from motcua.catalogue.authorship import offering, writing
from motcua.kernel.actors import Role
from motcua.kernel.clock import now as clock_now
from motcua.kernel.events import Happened
from motcua.kernel.jobs import job
from motcua.processing import watching
from motcua.processing.watching import Line
from motcua.workspace.models import Notice
from motcua.workspace.notices import sitting

log = structlog.get_logger(__name__)

#: Processes told of in one run: a faulty import does not write to everybody in one night, and the next run goes on.
PER_RUN = 500


@job("workspace.tell_unfit", queue="upkeep", attempts=1, cron="43 1 * * *")
def tell_unfit() -> None:
    """Every night, and after publications: tell of processes that fit no more."""
    unfit_at(clock_now())


def soon(happened: Happened) -> None:
    """In the transaction of a publication: look when it has committed."""
    tell_unfit.defer_once()


def unfit_at(now: datetime, *, limit: int = PER_RUN) -> int:
    """How many misfits were told for the first time."""
    told = 0
    changed = watching.changed()
    for line in changed[:limit]:
        try:
            told += _tell(line, now)
        except Exception:
            log.exception("process.misfit_not_told", procedure=line[0], case=line[1])
    if told:
        log.info("processes.misfits_told", count=told, capped=len(changed) > limit)
    return told


@transaction.atomic
def _tell(line: Line, now: datetime) -> int:
    """Claim what is new of a process and tell it, both or neither."""
    standing, new = watching.settle(line, now=now)
    procedure = standing.case.version.procedure
    told = (
        sitting(
            now,
            post__unit__agency__code__in=writing(offering([procedure.pk])),
            post__role__in=(Role.HEAD, Role.OPERATOR),
        )
        if new
        else []
    )
    if new and not told:
        # Offered under two roofs, or every post that may write it is vacant: the studio still says it.
        log.warning("process.nobody_to_tell", version=standing.version.pk)
    for row, misfit in new:
        about = {
            "path": f"/studio/processes/{standing.case.pk}/",
            "procedure": procedure.short_name,
            "case": standing.case.name_vi if standing.case.key != "default" else "",
            "step": misfit.step,
        }
        for account in told:
            Notice.objects.get_or_create(
                key=f"{account}:process:{row.pk}",
                defaults={
                    "account_id": account,
                    "kind": f"process.{misfit.code}",
                    "about": about,
                    "urgent": False,
                    "at": now,
                },
            )
    return len(new)
