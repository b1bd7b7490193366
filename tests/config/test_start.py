"""What an installation in service refuses to start with."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SERVICE = {
    "MOTCUA_DEMO": "0",
    "MOTCUA_SECRET_KEY": "k" * 50,
    "MOTCUA_FIELD_KEYS": "1:" + "A" * 43 + "=",
    "MOTCUA_INDEX_KEY": "i" * 40,
    "MOTCUA_OIDC_CLIENT_SECRET": "c" * 40,
}


def start(**more: str) -> subprocess.CompletedProcess[str]:
    """Make Django ready in a process of its own; nothing asks the database."""
    return subprocess.run(
        [sys.executable, "-c", "import django; django.setup(); print('ready')"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "motcua.config.settings", **SERVICE, **more},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("signer", ["test-ca", "failing", "no-such-signer"])
def test_a_signer_without_legal_value_stops_the_start(signer: str) -> None:
    ended = start(MOTCUA_SIGNER=signer)
    assert ended.returncode != 0
    assert "MOTCUA_SIGNER" in ended.stderr
    assert "ready" not in ended.stdout


def test_a_demo_secret_stops_the_start() -> None:
    ended = start(MOTCUA_INDEX_KEY="demo-index-key")
    assert ended.returncode != 0
    assert "MOTCUA_INDEX_KEY is a demo secret" in ended.stderr


def test_in_demo_mode_both_are_welcome() -> None:
    ended = start(MOTCUA_DEMO="1", MOTCUA_SIGNER="test-ca", MOTCUA_INDEX_KEY="demo-index-key")
    assert "ready" in ended.stdout, ended.stderr
