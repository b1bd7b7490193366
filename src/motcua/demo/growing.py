"""The rest of a large demo, made by the worker while people look around already.

A piece is some twenty dossiers, whole lives in one transaction together with the job of the next piece: a worker may be
killed at any moment, and a job may run twice. Each piece is followed by a rest as long as it took, so that it never has
more than half a core, and any other job goes before it.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from motcua.demo.cast import Cast
from motcua.demo.history import make
from motcua.demo.plan import COMMUNES, FIRST, Planned, parts, plan
from motcua.demo.province import people
from motcua.dossiers.models import Draft
from motcua.kernel import jobs, locks
from motcua.kernel.clock import now as clock_now
from motcua.measurement import folding

PIECE = 20
LEAST_REST = timedelta(seconds=1)


def begin(*, begun: datetime, dossiers: int, made: int) -> None:
    """Leave the rest to the worker. ``begun``: the end of the demo's past; ``made``: how many there are already."""
    _note(made, made + len(_rest(Cast(people(), begun), dossiers)))
    go_on.defer(begun=begun.isoformat(), dossiers=dossiers, before=made, done=0)


@jobs.job("demo.go_on", queue="demo", attempts=jobs.A_DAY, priority=-10)
def go_on(begun: str, dossiers: int, before: int, done: int) -> None:
    """Make the piece that begins after ``done`` dossiers of the rest. ``before``: what was there before the rest."""
    with locks.alone("demo") as ours:
        if ours:
            _piece(datetime.fromisoformat(begun), dossiers, before, done)


def _piece(begun: datetime, dossiers: int, before: int, done: int) -> None:
    cast = Cast(people(), begun, apart=[code for code in COMMUNES if code != FIRST])
    rest = _rest(cast, dossiers)
    piece = rest[done : done + PIECE]
    if not piece:
        return
    started = time.monotonic()
    with transaction.atomic():
        if Draft.objects.filter(pk=piece[0].draft).exists():
            return  # made, and the next piece was left to a job in the same transaction
        make(cast, piece)
        done += len(piece)
        if done < len(rest):
            pause = max(LEAST_REST, timedelta(seconds=time.monotonic() - started))
            go_on.defer_at(
                clock_now() + pause, begun=begun.isoformat(), dossiers=dossiers, before=before, done=done
            )
    _note(before + done, before + len(rest))
    if done == len(rest):
        folding.usual_times.run()


def _rest(cast: Cast, dossiers: int) -> list[Planned]:
    return parts(plan(dossiers, cast.now, cast.cases))[1]


def _note(made: int, of: int) -> None:
    """For whoever watches: the supervisor tells it."""
    folder = Path(settings.DATA_DIR) / "run"
    if folder.is_dir():
        (folder / "demo").write_text(f"{made} {of}\n")
