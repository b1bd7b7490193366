"""`motcua review report`: every described procedure has a level with reasons, and every disagreement an explanation."""

from __future__ import annotations

import json

import pytest
from tests.cli.verbs import run

from motcua.cli import review
from motcua.programme.review.comparison import EXPLANATIONS

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("day", ["2023-04-10", "2026-07-01"])
def test_all_75_are_judged_and_no_disagreement_is_left_unexplained(capsys: Capture, day: str) -> None:
    status, out, err = run(review, capsys, "report", "--json", "--all", "--date", day)
    document = json.loads(out)
    assert (status, err, document["procedures"], len(document["rows"])) == (0, "", 75, 75)
    assert all(
        row["judged"] in {"full", "partial", "information"} and row["reasons"] for row in document["rows"]
    )
    differ = [row for row in document["rows"] if row["judged"] != row["stated"]]
    assert differ
    assert all(row["explanation"] for row in differ)
    assert not any(row["explanation"] for row in document["rows"] if row["judged"] == row["stated"])
    marriage = next(row for row in document["rows"] if row["code"] == "1.000894")
    assert (marriage["stated"], marriage["judged"]) == ("partial", "partial")


def test_every_explanation_is_met_in_the_data(capsys: Capture) -> None:
    _, out, _ = run(review, capsys, "report", "--json", "--lang", "en")
    said = " ".join(row["explanation"] for row in json.loads(out)["rows"])
    met = {key for key, (_, english) in EXPLANATIONS.items() if english.split("{")[0] in said}
    assert {"no_ground", "ground_found", "record_incomplete", "no_online_channel"} <= met


def test_as_text_in_both_languages(capsys: Capture) -> None:
    for language, word in (("vi", "Giả định"), ("en", "Assumed")):
        status, out, _ = run(review, capsys, "report", "--lang", language)
        assert status == 0
        assert word in out
        assert out.startswith("75 procedures")


@pytest.mark.parametrize("day", ["2021-01-01", "gestern"])
def test_a_day_without_law_is_one_sentence(capsys: Capture, day: str) -> None:
    status, out, err = run(review, capsys, "report", "--date", day)
    assert (status, out, len(err.splitlines())) == (2, "", 1)
