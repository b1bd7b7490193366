"""``python -m motcua.runtime.prepare``: makes tables, static files, catalogue and demo data ready.

One process for all of it, because loading Django costs more than every check together: a second start asks
each step whether it is needed and is through in a moment. Lines that begin with ``step`` are shown to the
person who waits, ``cannot`` is the sentence of a refusal; the rest stays in the log.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from motcua.runtime.errors import CannotRun

OLDEST_SERVER = 150_000
# Any number, as long as every process that prepares this database takes the same.
_ADVISORY_LOCK = 0x6D6F7463


@dataclass(frozen=True)
class Step:
    """``needed`` is cheap and has no effects; ``do`` returns a few words about what it made."""

    name: str
    needed: Callable[[], bool]
    do: Callable[[], str]


def tell(text: str) -> None:
    print(f"step {text}", flush=True)


def main() -> int:
    try:
        with _alone():
            import django

            django.setup()
            for step in steps():
                _perform(step)
    except CannotRun as error:
        print(f"cannot {error}", flush=True)
        return 1
    return 0


def steps() -> list[Step]:
    """All steps in order. Everything after the tables may use them."""
    demo = os.environ.get("MOTCUA_DEMO") == "1"
    found = [
        Step("tables", _tables_needed, _make_tables),
        Step("static files", static_needed, collect_static),
        Step("catalogue", _catalogue_needed, _import_catalogue),
        Step("forms, process and calendar", _base_needed, _make_base),
    ]
    if demo:
        found.append(Step("demo province", _demo_needed, _make_demo))
    return found


def _perform(step: Step) -> None:
    if not step.needed():
        return
    tell(f"{step.name}: being made")
    begin = time.monotonic()
    made = step.do()
    tell(f"{step.name} ready in {time.monotonic() - begin:.1f} s" + (f" ({made})" if made else ""))


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Only one process prepares a database at a time; the version of the server is looked at on the way."""
    url = os.environ["DATABASE_URL"]
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).split())
        raise CannotRun(
            f"The database of DATABASE_URL cannot be reached: {reason}. Start it or correct DATABASE_URL; without "
            f"DATABASE_URL Motcua brings its own."
        ) from error
    with connection:
        version = connection.info.server_version
        if version < OLDEST_SERVER:
            raise CannotRun(
                f"The database of DATABASE_URL is PostgreSQL {version // 10_000}; Motcua needs 15 or later. Upgrade it, or "
                f"leave DATABASE_URL out: then Motcua brings its own."
            )
        connection.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY_LOCK])
        _forget_half_a_demo(connection)
        yield


# -- tables -----------------------------------------------------------------------------------------


def _plan() -> int:
    """How many migrations are missing."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _tables_needed() -> bool:
    return _plan() > 0


def _make_tables() -> str:
    from django.core.management import call_command
    from django.db import connection

    missing = _plan()
    with connection.cursor() as cursor:
        # A migration that waits for a lock makes everybody behind it wait: it gives up instead.
        cursor.execute("SET lock_timeout = '10s'")
        call_command("migrate", interactive=False, verbosity=1)
        cursor.execute("RESET lock_timeout")
    return f"{missing} migrations"


# -- static files -----------------------------------------------------------------------------------


def _tree(folder: Path) -> str:
    """A fingerprint of the files below ``folder``: names, sizes and times of change."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            state = path.stat()
            digest.update(f"{path.relative_to(folder)}:{state.st_size}:{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _static_paths() -> tuple[Path, Path]:
    from django.conf import settings

    root = Path(settings.STATIC_ROOT)
    return root.parent / "static", root


def static_needed() -> bool:
    source, collected = _static_paths()
    stamp = collected.with_name("collected.stamp")
    if not source.is_dir():
        raise CannotRun(
            f"The style sheets and scripts have not been built: {source} is missing. Run `make setup`."
        )
    return not collected.is_dir() or not stamp.exists() or stamp.read_text() != _tree(source)


def collect_static() -> str:
    from django.core.management import call_command

    source, collected = _static_paths()
    # Several Motcuas may start from one clone, and they share these files.
    with collected.with_name("collected.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if static_needed():
            print(call_command("collectstatic", interactive=False, verbosity=0, clear=True))
            collected.with_name("collected.stamp").write_text(_tree(source))
    return ""


# -- catalogue and demo -----------------------------------------------------------------------------


def _stamp(name: str) -> Path:
    """Where it is noted what ``name`` was last made from, for this database."""
    database = hashlib.sha256(os.environ["DATABASE_URL"].encode()).hexdigest()[:12]
    return Path(os.environ["MOTCUA_DATA"]) / "run" / f"{name}-{database}.stamp"


def _made_from(name: str) -> str | None:
    try:
        return _stamp(name).read_text()
    except OSError:
        return None


def _catalogue_sources() -> str:
    """A fingerprint of the published data and of the code that reads it."""
    folder = Path(__file__).resolve().parents[1] / "catalogue"
    digest = hashlib.sha256()
    for path in sorted([*(folder / "data").iterdir(), *(folder / "importing").glob("*.py")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _catalogue_needed() -> bool:
    from motcua.catalogue.models import Procedure

    return _made_from("catalogue") != _catalogue_sources() or not Procedure.objects.exists()


def _import_catalogue() -> str:
    from datetime import UTC, datetime

    from motcua.catalogue.actions import import_catalogue
    from motcua.catalogue.importing import bundled_sources, parse
    from motcua.kernel.actors import SYSTEM

    parsed = parse(bundled_sources())
    import_catalogue(actor=SYSTEM, parsed=parsed, now=datetime.now(UTC))
    _stamp("catalogue").write_text(_catalogue_sources())
    detailed = sum(1 for record in parsed.procedures if record.definition)
    return f"{len(parsed.procedures)} procedures, {detailed} in detail, {len(parsed.odd)} odd rows reported"


def _base_needed() -> bool:
    from motcua.config import base

    return base.needed()


def _make_base() -> str:
    from datetime import UTC, datetime

    from motcua.config import base

    return base.bring_up(datetime.now(UTC))


def _demo_needed() -> bool:
    from motcua.dossiers.models import Dossier

    return _made_from("demo") is None or not Dossier.objects.exists()


def _make_demo() -> str:
    from django.db import connection

    from motcua.cli import demo
    from motcua.dossiers.models import Dossier

    parser = argparse.ArgumentParser()
    demo.configure(parser)
    if not Dossier.objects.exists():  # else nothing will be made, and nothing may ever be emptied
        _stamp("demo-begun").write_text("begun")
    with connection.cursor() as cursor:
        # Nobody relies on a demo that is being made: a crash of the machine makes it again from the start.
        cursor.execute("SET synchronous_commit = off")
        many = os.environ.get("MOTCUA_DEMO_DOSSIERS")
        code = demo.run(parser.parse_args(["--if-empty", "--go-on", *(["--dossiers", many] if many else [])]))
        cursor.execute("RESET synchronous_commit")
    if code:
        raise CannotRun(
            "The demo province could not be made; the log of `prepare` says why. `make reset` starts anew."
        )
    _stamp("demo").write_text("made")
    return ""


def _forget_half_a_demo(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Empty a database in which the making of the demo was interrupted (Ctrl-C at the first start).

    Half a province would look whole and be wrong. Nobody can have filed anything in it: the web process starts
    after the demo. Only our own embedded database is emptied; a database of somebody else's is left to them.
    """
    if _made_from("demo-begun") is None or _made_from("demo") is not None:
        return
    if os.environ.get("MOTCUA_EMBEDDED") != "1":
        raise CannotRun(
            "The demo province was interrupted while it was being made, and its database is not ours to empty. Name an "
            "empty database in DATABASE_URL, or delete all tables of this one, then start again."
        )
    tell("the demo province had been interrupted; starting it from the beginning")
    connection.execute("DROP SCHEMA public CASCADE")
    connection.execute("CREATE SCHEMA public")
    _stamp("demo-begun").unlink()


if __name__ == "__main__":
    sys.exit(main())
