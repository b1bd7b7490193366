"""Folding facts into rollups, exactly once each, and proving it.

Every fact carries the id of the transaction that wrote it. A fold takes the facts of transactions between the
last horizon and the present one: the oldest transaction still running. What is below a horizon has ended and can
gain no more facts, so nothing is missed and nothing counted twice, whatever commits in which order.
"""

from __future__ import annotations

import structlog
from django.db import connection, transaction

from motcua.kernel.clock import now
from motcua.kernel.jobs import job
from motcua.measurement.models import FoldMark

log = structlog.get_logger(__name__)

_SUMS = """
    count(*), count(*) FILTER (WHERE online), count(*) FILTER (WHERE remote), count(*) FILTER (WHERE late),
    count(*) FILTER (WHERE level >= 2)
"""
_FOLD_DAYS = f"""
    INSERT INTO measurement_dayrollup AS kept (day, agency_id, measure, amount, online, remote, late, satisfied)
    SELECT day, agency_id, measure, {_SUMS} FROM measurement_fact
     WHERE xid >= %(since)s::xid8 AND xid < %(horizon)s::xid8
     GROUP BY day, agency_id, measure
    ON CONFLICT (agency_id, measure, day) DO UPDATE
       SET amount = kept.amount + excluded.amount, online = kept.online + excluded.online,
           remote = kept.remote + excluded.remote, late = kept.late + excluded.late,
           satisfied = kept.satisfied + excluded.satisfied
"""  # noqa: S608 - constants only
_FOLD_MONTHS = f"""
    INSERT INTO measurement_monthrollup AS kept
           (month, agency_id, procedure_id, measure, amount, online, remote, late, satisfied)
    SELECT date_trunc('month', day)::date, agency_id, procedure_id, measure, {_SUMS} FROM measurement_fact
     WHERE xid >= %(since)s::xid8 AND xid < %(horizon)s::xid8
     GROUP BY 1, agency_id, procedure_id, measure
    ON CONFLICT (month, agency_id, procedure_id, measure) DO UPDATE
       SET amount = kept.amount + excluded.amount, online = kept.online + excluded.online,
           remote = kept.remote + excluded.remote, late = kept.late + excluded.late,
           satisfied = kept.satisfied + excluded.satisfied
"""  # noqa: S608 - constants only
# Transactions are numbered over all databases of a server. One that runs in another database cannot write facts here
# and is left out; one that is no longer listed, or may not be looked at, counts as running, which is safe.
_HORIZON = """
    WITH present AS MATERIALIZED (SELECT pg_current_snapshot() AS seen)
    SELECT least(min(running), min(pg_snapshot_xmax(seen)), pg_current_xact_id())::text,
           min(pg_snapshot_xmax(seen)) < %s::xid8
      FROM present
      LEFT JOIN LATERAL pg_snapshot_xip(seen) AS running
             ON NOT EXISTS (SELECT FROM pg_stat_activity AS activity
                             WHERE activity.backend_xid = running::xid AND activity.datname <> current_database())
"""
_DIFFERENCE = """
    WITH counted AS (
        SELECT day, agency_id, measure, count(*) AS amount, count(*) FILTER (WHERE online) AS online,
               count(*) FILTER (WHERE remote) AS remote, count(*) FILTER (WHERE late) AS late,
               count(*) FILTER (WHERE level >= 2) AS satisfied
          FROM measurement_fact WHERE xid < %(horizon)s::xid8 GROUP BY day, agency_id, measure),
    monthly AS (
        SELECT date_trunc('month', day)::date AS month, agency_id, measure, sum(amount) AS amount,
               sum(online) AS online, sum(remote) AS remote, sum(late) AS late, sum(satisfied) AS satisfied
          FROM counted GROUP BY 1, agency_id, measure),
    kept_months AS (
        SELECT month, agency_id, measure, sum(amount) AS amount, sum(online) AS online, sum(remote) AS remote,
               sum(late) AS late, sum(satisfied) AS satisfied
          FROM measurement_monthrollup GROUP BY month, agency_id, measure)
    SELECT (SELECT count(*) FROM counted
              FULL JOIN measurement_dayrollup AS kept USING (day, agency_id, measure)
             WHERE (counted.amount, counted.online, counted.remote, counted.late, counted.satisfied)
                   IS DISTINCT FROM (kept.amount, kept.online, kept.remote, kept.late, kept.satisfied))
         + (SELECT count(*) FROM monthly FULL JOIN kept_months AS kept USING (month, agency_id, measure)
             WHERE (monthly.amount, monthly.online, monthly.remote, monthly.late, monthly.satisfied)
                   IS DISTINCT FROM (kept.amount, kept.online, kept.remote, kept.late, kept.satisfied))
"""


@job("measurement.fold", queue="upkeep", attempts=1, cron="* * * * * */30")
def fold() -> None:
    """Fold what has been written since the last fold. Two folds at once wait for each other on the mark."""
    with transaction.atomic():
        mark, _ = FoldMark.objects.get_or_create(pk=1)
        mark = FoldMark.objects.select_for_update().get(pk=1)
        with connection.cursor() as cursor:
            cursor.execute(_HORIZON, [mark.horizon])
            horizon, restored = cursor.fetchone() or ("0", False)
            if restored:
                # Restored into a new cluster, whose transactions are numbered anew: the old numbers say nothing.
                log.warning("measurement.restored", horizon=mark.horizon, now=horizon)
                _number_anew(mark)
                return
            span = {"since": mark.horizon, "horizon": horizon}
            cursor.execute(_FOLD_DAYS, span)
            cursor.execute(_FOLD_MONTHS, span)
        mark.horizon, mark.folded_at = horizon, now()
        mark.save()


def _number_anew(mark: FoldMark) -> None:
    """Give all facts the number of this transaction and empty the sums: the next fold counts everything once.

    The facts themselves stay as they are. The table is locked for as long as it is written anew (a minute for
    ten million facts); it happens once, after a restore.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "LOCK TABLE measurement_fact IN ACCESS EXCLUSIVE MODE;"
            "ALTER TABLE measurement_fact DROP COLUMN xid;"
            "ALTER TABLE measurement_fact ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();"
            "CREATE INDEX fact_by_transaction ON measurement_fact (xid);"
            "DELETE FROM measurement_dayrollup; DELETE FROM measurement_monthrollup;"
        )
    mark.horizon = "0"
    mark.save()


@job("measurement.recount", queue="upkeep", attempts=1, cron="23 2 * * *")
def recount() -> None:
    """Every night: does the recount of the facts agree with the sums? A disagreement is an error in the log."""
    wrong = differences()
    if wrong:
        log.error("measurement.differs", rows=wrong)


def differences() -> int:
    """Rows of the day and month rollups that a recount of the folded facts disagrees with; 0 is the promise."""
    mark = FoldMark.objects.filter(pk=1).first()
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCE, {"horizon": mark.horizon if mark else "0"})
        (count,) = cursor.fetchone() or (0,)
    return int(count)


_USUAL = """
    INSERT INTO measurement_usualtime AS kept (procedure_id, finished, p50, p90, computed_at)
    SELECT procedure_id, count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY minutes),
           percentile_disc(0.9) WITHIN GROUP (ORDER BY minutes), %(now)s
      FROM (SELECT procedure_id, minutes, day FROM measurement_fact WHERE measure = 2
            UNION ALL
            SELECT procedure_id, minutes, day FROM measurement_fact WHERE measure = 7) AS finished
     WHERE minutes IS NOT NULL AND day > (%(now)s AT TIME ZONE 'Asia/Ho_Chi_Minh')::date - 90
     GROUP BY procedure_id
    ON CONFLICT (procedure_id) DO UPDATE
       SET finished = excluded.finished, p50 = excluded.p50, p90 = excluded.p90, computed_at = excluded.computed_at
"""


@job("measurement.usual_times", queue="upkeep", attempts=1, cron="17 * * * *")
def usual_times() -> None:
    """The usual time of each procedure: median and 90th percentile of counted time, last 90 days, pauses excluded.

    Parts of joint dossiers are worked on like any dossier of their procedure, and count here with them.
    """
    moment = now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_USUAL, {"now": moment})
        cursor.execute("DELETE FROM measurement_usualtime WHERE computed_at < %s", [moment])
