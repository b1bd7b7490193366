"""`motcua assess`: facts on stdin, level and reasons as JSON on stdout."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tests.cli.verbs import run

from motcua.catalogue.eligibility import FACTS
from motcua.catalogue.eligibility_words import CHANGES
from motcua.cli import assess

READY = {"information_complete": True, "files_online": True, "resolved_online": True, "result_by": "online"}
Capture = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch


def ask(capsys: Capture, monkeypatch: Patch, facts: object, *arguments: str) -> tuple[int, str, str]:
    raw = facts if isinstance(facts, bytes) else json.dumps(facts).encode()
    return run(assess, capsys, *arguments, stdin=raw, monkeypatch=monkeypatch)


def test_a_full_service(capsys: Capture, monkeypatch: Patch) -> None:
    status, out, err = ask(capsys, monkeypatch, READY, "--date", "2023-04-10")
    answer = json.loads(out)
    assert (status, err) == (0, "")
    assert (answer["level"], answer["instrument"], answer["blockers"]) == ("full", "42/2022/NĐ-CP", [])
    assert {reason["fact"] for reason in answer["reasons"]} == set(READY)
    assert {reason["article"] for reason in answer["reasons"]} == {"Điều 11 khoản 1 điểm a"}
    assert all(reason["text"].startswith("Đạt: ") for reason in answer["reasons"])


def test_a_partial_service_says_who_can_change_it(capsys: Capture, monkeypatch: Patch) -> None:
    facts = {
        **READY,
        "result_by": "counter",
        "presence_required": {"value": True, "legal_basis": "Luật Hộ tịch"},
    }
    _, out, _ = ask(capsys, monkeypatch, facts, "--date", "2026-07-01", "--lang", "en")
    answer = json.loads(out)
    assert (answer["level"], answer["instrument"]) == ("partial", "224/2026/NĐ-CP")
    assert [(blocker["fact"], blocker["owner"], blocker["lawful"]) for blocker in answer["blockers"]] == [
        ("result_by", "resolving_agency", False),
        ("presence_required", "lawmaker", True),
    ]
    assert answer["blockers"][1]["legal_basis"] == "Luật Hộ tịch"
    assert all(reason["text"].endswith(".") for reason in answer["reasons"])


def test_information_only(capsys: Capture, monkeypatch: Patch) -> None:
    _, out, _ = ask(
        capsys, monkeypatch, {"files_online": False, "resolved_online": False}, "--date", "2023-04-10"
    )
    assert json.loads(out)["level"] == "information"


@pytest.mark.parametrize(
    ("facts", "arguments"),
    [
        (READY, []),
        (READY, ["--date", "10/04/2023"]),
        (READY, ["--date", "2021-01-01"]),
        ({**READY, "colour": True}, ["--date", "2023-04-10"]),
        ({**READY, "files_online": "yes"}, ["--date", "2023-04-10"]),
        ({**READY, "result_by": "fax"}, ["--date", "2023-04-10"]),
        ({**READY, "files_online": False, "resolved_online": False}, ["--date", "2023-04-10"]),
        ({}, ["--date", "2023-04-10"]),
        ([READY], ["--date", "2023-04-10"]),
        (b"", ["--date", "2023-04-10"]),
        (b"{not json", ["--date", "2023-04-10"]),
        (b"\xff\xfe", ["--date", "2023-04-10"]),
        (b'{"files_online": true, "files_online": false}', ["--date", "2023-04-10"]),
        (b"[" * 100_000, ["--date", "2023-04-10"]),
        (b" " * (1024 * 1024 + 1), ["--date", "2023-04-10"]),
    ],
)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_one_sentence_for_what_cannot_be_used(
    capsys: Capture, monkeypatch: Patch, facts: object, arguments: list[str], language: str
) -> None:
    status, out, err = ask(capsys, monkeypatch, facts, *arguments, "--lang", language)
    assert (status, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert "Traceback" not in err


def test_every_fact_has_words() -> None:
    assert set(CHANGES) == set(FACTS)


def test_needs_no_django() -> None:
    script = "import sys; from motcua.cli import assess; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
