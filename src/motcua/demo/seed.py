"""Making the demo: the province, then its past two years, then the sums of both."""

from __future__ import annotations

from django.db import connection

from motcua.demo import growing, review
from motcua.demo.cast import Cast
from motcua.demo.history import make
from motcua.demo.plan import at_once, parts, plan
from motcua.demo.province import build
from motcua.dossiers.models import Dossier
from motcua.kernel.clock import now as clock_now
from motcua.measurement import folding

#: A full province.
DOSSIERS = 2000


def needed() -> bool:
    """Whether there is no demo yet."""
    return not Dossier.objects.exists()


def seed(*, dossiers: int = DOSSIERS, if_empty: bool = True, go_on: bool = False) -> str:
    """Make the demo; returns a few words about it.

    ``go_on``: of many dossiers only the first part is made here; the worker makes the rest (``growing.py``).
    """
    if if_empty and not needed():
        return ""
    now = clock_now()
    with connection.cursor() as cursor:
        # A demo that the power fails on is begun anew: it need not wait for the disk at each of its commits.
        cursor.execute("SET synchronous_commit = off")
    people = build(now)
    cast = Cast(people, now)
    planned = plan(dossiers, now, cast.cases)
    later = go_on and not at_once(dossiers)
    first = parts(planned)[0] if later else planned
    if later:
        cast.apart = ()
    made = make(cast, first, joint=True, tell=_tell)
    folding.fold.run()
    folding.usual_times.run()
    reviewed = review.seed(people, now)
    if later:
        growing.begin(begun=now, dossiers=dossiers, made=made)
        return f"{len(people)} people, {made} dossiers of {dossiers + made - len(first)} to come, {reviewed}"
    return f"{len(people)} people, {made} dossiers, {reviewed}"


def _tell(number: int) -> None:
    if number % 100 == 0:
        print(f"step demo dossiers: {number}", flush=True)
