"""Reads of figures, and of the dossiers behind each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Count, Q

from motcua.dossiers.audience import DossierQuerySet
from motcua.dossiers.models import Dossier
from motcua.kernel.actors import Actor
from motcua.measurement.models import Fact, Measure, UsualTime


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of a period. Shares are per mille of their base, None where the base is 0: no figure is invented."""

    filed: int = 0
    online: int = 0
    remote: int = 0
    finished: int = 0
    late: int = 0
    ended_otherwise: int = 0
    rated: int = 0
    satisfied: int = 0

    @property
    def online_share(self) -> float | None:
        """Filed online ÷ filed."""
        return self.online / self.filed if self.filed else None

    @property
    def remote_share(self) -> float | None:
        """Filed remotely ÷ filed (R5.4): online dossiers keyed at the one-stop centre do not count."""
        return self.remote / self.filed if self.filed else None

    @property
    def on_time_share(self) -> float | None:
        """Finished within the term ÷ finished; dossiers whose law gives no term are never late."""
        return (self.finished - self.late) / self.finished if self.finished else None

    @property
    def satisfied_share(self) -> float | None:
        """Rated satisfied or very satisfied ÷ rated."""
        return self.satisfied / self.rated if self.rated else None


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of one agency, or one month (``key``: agency code, or first day)."""

    key: str
    label: str
    figures: Figures


_COLUMNS = f"""
    coalesce(sum(amount) FILTER (WHERE measure = {Measure.FILED}), 0),
    coalesce(sum(rollup.online) FILTER (WHERE measure = {Measure.FILED}), 0),
    coalesce(sum(rollup.remote) FILTER (WHERE measure = {Measure.FILED}), 0),
    coalesce(sum(amount) FILTER (WHERE measure = {Measure.FINISHED}), 0),
    coalesce(sum(rollup.late) FILTER (WHERE measure = {Measure.FINISHED}), 0),
    coalesce(sum(amount) FILTER (WHERE measure = {Measure.ENDED_OTHERWISE}), 0),
    coalesce(sum(amount) FILTER (WHERE measure = {Measure.RATED}), 0),
    coalesce(sum(rollup.satisfied) FILTER (WHERE measure = {Measure.RATED}), 0)
"""


def by_agency(since: date, until: date, *, under: str) -> list[Row]:
    """Figures per agency at or below the code ``under``, of the months from ``since`` to ``until`` (both whole)."""
    return _rows("agency.code", "agency.short_name", since, until, under)


def by_month(since: date, until: date, *, under: str) -> list[Row]:
    """Figures per month of an agency and all below it."""
    return _rows("rollup.month::text", "to_char(rollup.month, 'MM/YYYY')", since, until, under)


def total(rows: Sequence[Row]) -> Figures:
    """Sum of rows."""
    return Figures(
        *(sum(getattr(row.figures, name) for row in rows) for name in Figures.__dataclass_fields__)
    )


def _rows(key: str, label: str, since: date, until: date, under: str) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {key}, {label}, {_COLUMNS}
              FROM measurement_monthrollup AS rollup
              JOIN organisations_agency AS agency ON agency.id = rollup.agency_id
             WHERE rollup.month BETWEEN date_trunc('month', %s::date) AND %s
               AND (agency.code = %s OR agency.code LIKE %s)
             GROUP BY 1, 2 ORDER BY 1
            """,  # noqa: S608 - column expressions are the two constants above
            [since, until, under, under + ".%"],
        )
        return [Row(row[0], row[1], Figures(*(int(n) for n in row[2:]))) for row in cursor.fetchall()]


#: What a number on a page counts, as a filter over the facts behind it.
COUNTS: dict[str, tuple[Measure, dict[str, bool | int]]] = {
    "filed": (Measure.FILED, {}),
    "online": (Measure.FILED, {"facts__online": True}),
    "remote": (Measure.FILED, {"facts__remote": True}),
    "finished": (Measure.FINISHED, {}),
    "late": (Measure.FINISHED, {"facts__late": True}),
    "ended_otherwise": (Measure.ENDED_OTHERWISE, {}),
    "rated": (Measure.RATED, {}),
    "satisfied": (Measure.RATED, {"facts__level__gte": 2}),
    "on_time": (Measure.FINISHED, {"facts__late": False}),
}


def behind(number: str, *, actor: Actor, since: date, until: date, under: str) -> DossierQuerySet:
    """The dossiers that a number counts, as far as ``actor`` may open them (the same facts, the same filter)."""
    measure, more = COUNTS[number]
    # One filter() call: all conditions on the same fact, and no dossier twice (a fact is unique by measure).
    return (
        Dossier.objects.visible_to(actor)
        .filter(
            Q(agency__code=under) | Q(agency__code__startswith=f"{under}."),
            facts__measure=measure,
            facts__day__range=(since, until),
            **more,
        )
        .order_by("-submitted_at", "-pk")
    )


def usual_time(procedure: int) -> UsualTime | None:
    """What finished dossiers of a procedure took; None until five are finished: fewer are no usual time."""
    return UsualTime.objects.filter(procedure=procedure, finished__gte=5).first()


def page_behind(found: DossierQuerySet, *, after: int | None) -> DossierQuerySet:
    """The dossiers behind a number from the key ``after`` on, newest key first, with what a list shows of them."""
    if after is not None:
        found = found.filter(pk__lt=after)
    return found.select_related("procedure", "agency").order_by("-pk")


@dataclass(frozen=True, slots=True)
class FullProcess:
    """Returned dossiers of a period by the full-process test (R2.11), and which step broke the others."""

    returned: int
    full: int
    broken: dict[str, int]

    @property
    def share(self) -> float | None:
        """Full-process ÷ returned with a result; None when there is none."""
        return self.full / self.returned if self.returned else None


def full_process(since: date, until: date, *, under: str) -> FullProcess:
    """The test over a period (days included) for an agency and all below it: one query over the facts."""
    rows = (
        Fact.objects.filter(
            Q(agency__code=under) | Q(agency__code__startswith=f"{under}."),
            measure=Measure.RETURNED,
            day__gte=since,
            day__lte=until,
            full_process__isnull=False,
        )
        .values_list("full_process", "broken_by")
        .annotate(n=Count("pk"))
    )
    found = {(full, step): count for full, step, count in rows}
    broken: dict[str, int] = {}
    for (full, step), count in sorted(found.items(), key=lambda one: -one[1]):
        if not full:
            broken[step] = broken.get(step, 0) + count
    full = sum(count for (was_full, _), count in found.items() if was_full)
    return FullProcess(full + sum(broken.values()), full, broken)
