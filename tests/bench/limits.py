"""What PostgreSQL itself does: each operation's statements by pgbench, without Python.

The scripts write the rows that the screens write, in one transaction, copying them from rows that are there; the
programs come with the wheel (or the installed PostgreSQL). ``public`` reads nothing and has no limit.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from motcua.runtime.postgres import Cluster

_COLUMNS = """version_id, case_id, procedure_id, form_id, agency_id, unit_id, channel, assistance, remote, return_by,
    applicant_id, applicant_kind, applicant_name, applicant_folded, applicant_number, applicant_index, contact"""

SCRIPTS = {
    "submit": f"""
\\set one random(:low, :high)
BEGIN;
INSERT INTO dossiers_daycounter (agency_id, series, day, last)
SELECT agency_id, 'limit', current_date, 1 FROM dossiers_dossier WHERE id = :one
ON CONFLICT (agency_id, series, day) DO UPDATE SET last = dossiers_daycounter.last + 1;
INSERT INTO dossiers_dossier (stream, code, lookup_secret, {_COLUMNS}, status, submitted_at, event_seq, event_hash)
SELECT gen_random_uuid(), 'LIMIT-' || gen_random_uuid(), lookup_secret, {_COLUMNS}, 1, now(), 1, event_hash
  FROM dossiers_dossier WHERE id = :one RETURNING id AS made, stream AS stream \\gset
INSERT INTO kernel_event (stream, seq, kind, at, actor_kind, account_id, officer, data, hash)
VALUES (':stream', 1, 'dossier.submitted', now(), 'person', 1, '', '{{"status": 1}}', sha256(':stream'));
INSERT INTO dossiers_dossieranswers (dossier_id, number, body, filed_at)
SELECT :made, 1, body, now() FROM dossiers_dossieranswers WHERE dossier_id = :one AND number = 1;
INSERT INTO processing_steprun (dossier_id, step_id, agency_id, unit_id, role, opened_at, due_at, waits_for, outcome, note)
SELECT :made, step_id, agency_id, unit_id, role, now(), now(), '', '', '' FROM processing_steprun
 WHERE dossier_id = :one ORDER BY opened_at LIMIT 1;
INSERT INTO measurement_fact (measure, day, agency_id, procedure_id, dossier_id, online, remote)
SELECT 1, current_date, agency_id, procedure_id, :made, true, true FROM dossiers_dossier WHERE id = :one;
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, status)
VALUES ('documents', 'config.follow', 0, '{{"dossier": 1}}', 'todo');
COMMIT;
""",
    "list": """
\\set agency random(1, :agencies)
SELECT run.id, run.due_at, dossier.code, dossier.applicant_name, dossier.status, procedure.short_name, step.name
  FROM (SELECT run.* FROM processing_steprun AS run
         WHERE run.closed_at IS NULL AND run.role = 'one_stop'
           AND run.unit_id = (SELECT id FROM organisations_unit WHERE agency_id = :first_agency + :agency - 1 AND code = 'one-stop')
         ORDER BY run.due_at, run.id LIMIT 51) AS run
  JOIN dossiers_dossier AS dossier ON dossier.id = run.dossier_id
  JOIN catalogue_procedure AS procedure ON procedure.id = dossier.procedure_id
  JOIN processing_step AS step ON step.id = run.step_id
 ORDER BY run.due_at, run.id;
""",
    "open": """
\\set one random(:low, :high)
SELECT * FROM dossiers_dossier WHERE id = :one;
SELECT * FROM dossiers_dossieranswers WHERE dossier_id = :one ORDER BY number DESC LIMIT 1;
SELECT * FROM kernel_event WHERE stream = (SELECT stream FROM dossiers_dossier WHERE id = :one) ORDER BY seq;
SELECT run.*, step.name FROM processing_steprun AS run JOIN processing_step AS step ON step.id = run.step_id
 WHERE dossier_id = :one ORDER BY opened_at;
SELECT * FROM dossiers_paper WHERE dossier_id = :one;
SELECT * FROM dossiers_slip WHERE dossier_id = :one;
""",
    "step": """
\\set one random(:low, :high)
BEGIN;
SELECT run.id AS run, dossier.stream AS stream FROM processing_steprun AS run JOIN dossiers_dossier AS dossier ON dossier.id = run.dossier_id
 WHERE dossier.id = :one ORDER BY run.opened_at LIMIT 1 FOR UPDATE OF run, dossier \\gset
INSERT INTO kernel_event (stream, seq, kind, at, actor_kind, account_id, officer, data, hash)
VALUES (gen_random_uuid(), 1, 'dossier.received', now(), 'officer', 1, '', '{"status": 2}', sha256(':stream'));
UPDATE dossiers_dossier SET received_at = now(), due_at = now(), event_hash = event_hash WHERE id = :one;
UPDATE processing_steprun SET outcome = 'receive', note = '' WHERE id = :run;
INSERT INTO processing_steprun (dossier_id, step_id, agency_id, unit_id, role, opened_at, due_at, waits_for, closed_at, outcome, note)
SELECT dossier_id, step_id, agency_id, unit_id, role, now(), now(), '', now(), '', '' FROM processing_steprun WHERE id = :run;
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, status)
VALUES ('documents', 'config.follow', 0, '{"dossier": 1}', 'todo');
COMMIT;
""",
    "track": """
\\set one random(:low, :high)
SELECT status, lookup_secret FROM dossiers_dossier WHERE id = :one;
""",
}


def measure(cluster: Cluster, operation: str, folder: Path, seconds: int, connections: int) -> float | None:
    """Transactions a second, or None where an operation has no statements or pgbench is missing."""
    program = Path(cluster.binaries.program("pgbench"))
    if operation not in SCRIPTS or not program.exists():
        return None
    low, high, agency = _ranges()
    script = folder / f"limit-{operation}.sql"
    script.write_text(SCRIPTS[operation])
    command = [
        str(program), "-n", "-f", str(script), "-c", str(connections), "-j", "2", "-T", str(seconds), "-M", "simple",
        "-D", f"low={low}", "-D", f"high={high}", "-D", f"first_agency={agency}", "-D", "agencies=50",
        cluster.url(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if found is None or done.returncode != 0:
        raise SystemExit(f"bench: pgbench failed on {operation}: {done.stderr[-600:]}")
    return round(float(found[1]), 1)


def _ranges() -> tuple[int, int, int]:
    """Identifiers of the made dossiers (without those of earlier runs of pgbench), and the first commune."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(id), max(id) FILTER (WHERE returned_at IS NOT NULL),"
            " (SELECT min(id) FROM organisations_agency WHERE code = 'H56.301') FROM dossiers_dossier"
            " WHERE agency_id IN (SELECT id FROM organisations_agency WHERE code LIKE 'H56.3__')"
        )
        low, high, agency = cursor.fetchone() or (1, 1, 1)
    return low, high, agency
