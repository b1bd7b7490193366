"""Making the demo: the province, then its past two years, then the sums of both."""

from __future__ import annotations

from django.db import connection

from motcua.demo import review
from motcua.demo.history import Seeder
from motcua.demo.province import build
from motcua.dossiers.models import Dossier
from motcua.kernel.clock import now as clock_now
from motcua.measurement import folding


def needed() -> bool:
    """Whether there is no demo yet."""
    return not Dossier.objects.exists()


def seed(*, dossiers: int = 300, if_empty: bool = True) -> str:
    """Make the demo; returns a few words about it."""
    if if_empty and not needed():
        return ""
    now = clock_now()
    with connection.cursor() as cursor:
        # A demo that the power fails on is begun anew: it need not wait for the disk at each of its 4,000 commits.
        cursor.execute("SET synchronous_commit = off")
    people = build(now)
    made = Seeder(people, now).make(
        dossiers, lambda number: print(f"step demo dossiers: {number}", flush=True)
    )
    folding.fold.run()
    folding.usual_times.run()
    reviewed = review.seed(people, now)
    return f"{len(people)} people, {made} dossiers, {reviewed}"
