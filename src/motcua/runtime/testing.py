"""pytest plugin (``-p motcua.runtime.testing``): an embedded PostgreSQL and the settings the tests need.

Loaded by name rather than from a conftest, because pytest-django reads the settings before any conftest. One
server per run, shared by all xdist workers, kept in ``build/test-postgres-<n>`` so that the next run finds it
made; two runs at once take two folders. ``MOTCUA_TEST_DATABASE_URL`` names another PostgreSQL instead, whose
role may create databases.

Tables are made once per state of the migrations, in a template database; every run copies it (0.1 s instead
of all migrations again).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

import motcua
from motcua.runtime.errors import CannotRun
from motcua.runtime.postgres import Cluster

ROOT = Path(motcua.__file__).resolve().parents[2]
SLOTS = 8
# Public on purpose; the settings refuse them outside demo mode.
ENVIRONMENT = {
    "MOTCUA_DEMO": "1",
    "MOTCUA_SECRET_KEY": "demo-tests-only-not-a-secret-key-for-anything-else",
    "MOTCUA_FIELD_KEYS": "1:demo-tests-field-key",
    "MOTCUA_INDEX_KEY": "demo-tests-index-key",
    "MOTCUA_BASE_URL": "http://127.0.0.1:8000",
    "MOTCUA_HOSTS": "127.0.0.1,localhost,[::1],testserver",
    "MOTCUA_OIDC_ISSUER": "http://127.0.0.1:8001",
    "MOTCUA_OIDC_CLIENT_ID": "motcua",
    "MOTCUA_OIDC_CLIENT_SECRET": "demo-tests-client-secret",
    "MOTCUA_SMTP_HOST": "127.0.0.1",
    "MOTCUA_SMTP_PORT": "1",
    # Playwright's synchronous interface runs a loop in the thread that also asks the database.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
}
_server: Cluster | None = None


def start() -> None:
    """Set the environment and start a server, once for the run (workers inherit both)."""
    global _server
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    for name in list(os.environ):
        if name.startswith("MOTCUA_") and name in ENVIRONMENT:
            del os.environ[name]
    os.environ.update(ENVIRONMENT)
    given = os.environ.get("MOTCUA_TEST_DATABASE_URL")
    build = ROOT / "build"
    for slot in range(1, SLOTS + 1):
        folder = build / f"test-postgres-{slot}"
        folder.mkdir(parents=True, exist_ok=True)
        if given:
            url = given
            break
        cluster = Cluster(folder, durable=False, can_create_databases=True)
        try:
            cluster.start()
        except CannotRun as error:
            if "in use by another" in str(error) and slot < SLOTS:
                continue
            raise
        _server, url = cluster, cluster.url()
        break
    os.environ["DATABASE_URL"] = url
    os.environ["MOTCUA_DATA"] = str(build / "test-data" / folder.name)
    os.environ["MOTCUA_HEALTH_DIR"] = str(build / "test-data" / folder.name / "run")
    Path(os.environ["MOTCUA_DATA"]).mkdir(parents=True, exist_ok=True)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, object, object]:
    """Before pytest-django looks at the settings: a wrapper runs outside every plain hook."""
    try:
        start()
    except CannotRun as error:
        raise pytest.UsageError(str(error)) from error
    return (yield)


def pytest_unconfigure() -> None:
    """The server ends with the run that started it."""
    stop()


def stop() -> None:
    """Stop the server of this process; its data stays for the next run."""
    global _server
    if _server is not None:
        _server.stop()
        _server = None


def _fingerprint() -> str:
    """State of everything migrations are made of, and of the packages that bring their own."""
    digest = hashlib.sha256()
    source = ROOT / "src" / "motcua"
    files = [*source.glob("**/migrations/*.py"), *source.glob("**/*.sql"), *source.glob("*/data/*")]
    for path in [*files, ROOT / "requirements" / "dev.lock", source / "config" / "settings.py"]:
        if path.is_file():
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


@pytest.fixture(scope="session")
def _migrated_template(django_db_blocker: Any) -> str:
    """Name of a database with all tables, made when the migrations have changed."""
    from django.core.management import call_command
    from django.db import connection

    url = os.environ["DATABASE_URL"]
    template = f"motcua_template_{_fingerprint()}"
    Path(os.environ["MOTCUA_DATA"]).mkdir(parents=True, exist_ok=True)
    with (Path(os.environ["MOTCUA_DATA"]) / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with psycopg.connect(url, autocommit=True) as admin:
            found = {str(row[0]) for row in admin.execute("SELECT datname FROM pg_database").fetchall()}
            if template not in found:
                for old in found:
                    if old.startswith("motcua_template_"):
                        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(old)))
                making = f"{template}_new"
                admin.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(making))
                )
                admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(making)))
                with django_db_blocker.unblock():
                    plain = connection.settings_dict["NAME"]
                    connection.close()
                    connection.settings_dict["NAME"] = making
                    try:
                        call_command("migrate", interactive=False, verbosity=0)
                    finally:
                        connection.close()
                        connection.settings_dict["NAME"] = plain
                # The name says that it is complete, so it gets it last.
                admin.execute(
                    sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                        sql.Identifier(making), sql.Identifier(template)
                    )
                )
    return template


@pytest.fixture(scope="session")
def database_from_template(_migrated_template: str) -> None:
    """Let Django make the test database as a copy of the template; conftest's settings fixture asks for it."""
    from django.db import connection

    connection.settings_dict["TEST"]["TEMPLATE"] = _migrated_template
