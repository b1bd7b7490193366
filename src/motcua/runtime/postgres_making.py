"""Making a cluster once: its files, its passwords, Motcua's role and database, and what PostgreSQL says when it cannot."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from motcua.runtime.binaries import Binaries
from motcua.runtime.errors import CannotRun
from motcua.runtime.postgres_home import Home
from motcua.runtime.private import write_private

ADMIN = "postgres"
OWNER = "motcua"
DATABASE = "motcua"


def environment() -> dict[str, str]:
    """PG* variables of the operator's shell must not steer our server; locale messages stay English."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}


def passwords(data: Path, home: Home) -> dict[str, str]:
    """Those of the two roles, by role; made where there is no cluster yet."""
    path = data / "postgres.json"
    try:
        found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        if {ADMIN, OWNER} <= found.keys():
            return found
    except FileNotFoundError:
        pass
    except ValueError as error:
        raise CannotRun(
            f"{path} cannot be read: it holds the database's passwords. Restore it from a backup, "
            f"or start anew with `make reset`."
        ) from error
    if home.made():
        raise CannotRun(
            f"{path}, with the database's passwords, is missing, but there is a database. Restore it from a "
            f"backup, or start anew with `make reset`."
        )
    found = {ADMIN: secrets.token_urlsafe(24), OWNER: secrets.token_urlsafe(24)}
    write_private(path, json.dumps(found))
    return found


def make_cluster(home: Home, binaries: Binaries, password: str, *, durable: bool) -> str:
    """``initdb`` beside the final place, then a rename: a cluster is there completely or not at all.

    Empty when it is made; else what PostgreSQL said.
    """
    new = home.folder / "cluster.new"
    shutil.rmtree(new, ignore_errors=True)
    note = home.folder / "password"
    write_private(note, password)
    home.owner.give(note)
    command = [
        binaries.program("initdb"), f"--pgdata={new}", f"--username={ADMIN}", f"--pwfile={note}",
        "--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums", "--no-instructions",
    ]  # fmt: skip
    if binaries.major >= 17:
        # Independent of the system's locales and of their changes between releases, which corrupt indexes.
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    else:
        command += ["--locale=C.UTF-8"]
    if not durable:
        command += ["--no-sync"]
    try:
        made = subprocess.run(
            command,
            env=environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **home.owner.popen_arguments(),
        )
    finally:
        note.unlink()
    if made.returncode != 0:
        shutil.rmtree(new, ignore_errors=True)
        return made.stderr or "nothing"
    new.rename(home.cluster)
    return ""


def ensure_database(url: str, password: str, *, can_create_databases: bool) -> None:
    """Motcua's role and database, where they are missing. ``url``: of the administrator."""
    with psycopg.connect(url, autocommit=True) as connection:
        role = sql.Identifier(OWNER)
        create = sql.SQL("CREATEDB" if can_create_databases else "NOCREATEDB")
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone():
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}").format(role, create, sql.Literal(password))
            )
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), role))


def explain(output: str, data: Path, log: Path) -> str:
    """What PostgreSQL said, as one sentence that says what to do."""
    if "No space left on device" in output:
        return f"The disk that holds {data} is full. Free some space and start again; nothing is lost."
    if "could not create shared memory" in output or "Cannot allocate memory" in output:
        return "There is not enough memory to start PostgreSQL. Stop other programs, or give this machine more memory."
    if "Permission denied" in output:
        return f"PostgreSQL may not read its own files in {data}. Restore their owner, or start anew with `make reset`."
    last = " / ".join(line.strip() for line in output.strip().splitlines()[-3:]) or "nothing"
    return f"PostgreSQL did not start; see {log}. Its last words: {last}"
