"""What must never be readable: identity numbers at rest, personal data in logs and addresses, demo secrets in service."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import structlog
from django.db import connection

from motcua.dossiers.models import Dossier
from motcua.kernel.models import Event
from tests import factories
from tests.factories import World

#: Columns that are public on purpose: names of officers, who act in public (R2.6), and of the agencies.
SECRETS = ("038192186762", "0900000001", "lan@example.com")


def everything_at_rest() -> dict[str, str]:
    """Every row of every table of ours as text, ``bytea`` as hexadecimal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        content = {}
        for table in tables:
            cursor.execute(f'SELECT string_agg(row_.*::text, chr(10)) FROM "{table}" AS row_')
            content[table] = (cursor.fetchone() or ("",))[0] or ""
    return content


def test_no_table_holds_an_identity_number_a_phone_or_an_address_in_the_clear(world: World) -> None:
    dossier = factories.filed_dossier(world, code=factories.BIRTH)
    factories.draft(world, "lan", factories.MARITAL)
    factories.advance(world, dossier, "returned")
    rest = everything_at_rest()
    assert dossier.code in rest["dossiers_dossier"], "the search itself must work"
    for secret in SECRETS:
        spellings = (secret, secret.encode().hex(), secret[::-1])
        found = {table for table, text in rest.items() for spelling in spellings if spelling in text}
        assert not found, f"{secret} stands in the clear in {sorted(found)}"


def test_events_hold_no_personal_data(world: World) -> None:
    dossier = factories.filed_dossier(world, code=factories.BIRTH)
    factories.advance(world, dossier, "returned")
    told = " ".join(f"{e.data} {e.officer}" for e in Event.objects.filter(stream=dossier.stream))
    assert "Lê Quang Minh" in told, "officers act in public"
    for private in (*SECRETS, "Nguyễn Thị Lan", dossier.applicant_number, dossier.lookup_secret):
        assert private not in told


def test_logs_hold_no_personal_data(world: World) -> None:
    with structlog.testing.capture_logs() as lines:
        client = world.client("lan")
        client.get("/account/", {"q": SECRETS[0]})
        dossier = factories.filed_dossier(world)
        client.get(f"/account/dossiers/{dossier.code}/")
        client.post("/track/", {"code": dossier.code, "secret": "WRONG234"})
    text = repr(lines)
    assert "request" in text
    for private in (*SECRETS, "Nguyễn Thị Lan", "WRONG234", Dossier.objects.get(pk=dossier.pk).lookup_secret):
        assert private not in text


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("MOTCUA_")}
    return subprocess.run(
        [sys.executable, "-c", "import django; django.setup()"],
        env={**clean, "DJANGO_SETTINGS_MODULE": "motcua.config.settings", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


REAL = {
    "MOTCUA_SECRET_KEY": "p5" * 30,
    "MOTCUA_FIELD_KEYS": "1:" + "QUJD" * 10 + "QUI=",
    "MOTCUA_INDEX_KEY": "QUJE" * 10 + "QUI=",
    "MOTCUA_SIGNER": "test-ca",
}


@pytest.mark.parametrize("name", ["MOTCUA_SECRET_KEY", "MOTCUA_FIELD_KEYS", "MOTCUA_INDEX_KEY"])
def test_a_demo_secret_stops_the_start_outside_demo_mode(name: str) -> None:
    demo = "1:demo-key" if name == "MOTCUA_FIELD_KEYS" else "demo-key"
    outcome = start(**{**REAL, name: demo})
    assert outcome.returncode != 0
    assert name in outcome.stderr
    assert "demo secret" in outcome.stderr


@pytest.mark.parametrize("name", ["MOTCUA_SECRET_KEY", "MOTCUA_FIELD_KEYS", "MOTCUA_INDEX_KEY"])
def test_a_missing_secret_stops_the_start_with_its_name(name: str) -> None:
    outcome = start(**{key: value for key, value in REAL.items() if key != name})
    assert outcome.returncode != 0
    assert f"{name} is not set" in outcome.stderr


def test_the_test_signer_stops_the_start_outside_demo_mode() -> None:
    outcome = start(**REAL)
    assert outcome.returncode != 0
    assert "MOTCUA_SIGNER" in outcome.stderr
