"""`motcua due`: reasoning, then the deadline as the last line; one sentence for what cannot be read."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests.cli.verbs import run

from motcua.cli import due

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("arguments", "deadline"),
    [
        ("--received 2026-02-12T15:30 --term 5wd", "2026-02-26T17:30:00+07:00"),
        ("--received 2026-02-12T15:30 --term 5wd --cutoff 15:00", "2026-02-27T17:30:00+07:00"),
        ("--received 2026-02-12T15:30 --term 12wh", "2026-02-23T09:30:00+07:00"),
        ("--received 2026-02-12T15:30 --term same-day", "2026-02-12T17:30:00+07:00"),
        ("--received 2026-02-12T15:30 --term 30d", "2026-03-16T17:30:00+07:00"),
        ("--received 2026-02-12T08:30Z --term 5wd", "2026-02-26T17:30:00+07:00"),
        ("--received 2026-02-12T15:30+07:00 --term 1month", "2026-03-12T17:30:00+07:00"),
        (
            "--received 2026-03-02T09:00 --term 5wd --pause 2026-03-03T07:30/2026-03-03T17:30 --pause 2026-03-10T07:30/2026-03-10T17:30",
            "2026-03-11T17:30:00+07:00",
        ),
        ("--received 2026-03-02T09:00 --term 5wd --restart 2026-03-05T10:00", "2026-03-12T17:30:00+07:00"),
    ],
)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_last_line_is_the_deadline(capsys: Capture, arguments: str, deadline: str, language: str) -> None:
    status, out, err = run(due, capsys, *arguments.split(), "--lang", language)
    assert (status, err) == (0, "")
    assert out.splitlines()[-1] == deadline


def test_every_day_is_explained(capsys: Capture) -> None:
    _, out, _ = run(due, capsys, "--received", "2026-01-01T10:00", "--term", "7wd")
    lines = {line[:10]: line for line in out.splitlines() if line.startswith("2026-01-")}
    assert (
        len([line for line in out.splitlines() if line.startswith("2026-01-") and "T17:30" not in line]) == 13
    )
    assert "Tết Dương lịch" in lines["2026-01-01"]
    assert "làm bù ngày 10/01/2026" in lines["2026-01-02"]
    assert "Điều 147" in lines["2026-01-05"]
    assert "5/7; làm bù cho ngày 02/01/2026" in lines["2026-01-10"]
    assert "nghỉ hằng tuần" in lines["2026-01-11"]


def test_expected_holidays_are_said_to_be_expected(capsys: Capture) -> None:
    _, out, _ = run(due, capsys, "--received", "2027-02-03T10:00", "--term", "1wd")
    assert "dự kiến" in out


def test_every_code_and_unit_has_words() -> None:
    assert set(due.DAYS) == set(due.DayCode)
    assert set(due.UNITS) == {"wh", "wd", "d", "month", "minutes", "same-day"}


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "--term 5wd",
        "--received 2026-02-12T15:30",
        "--received yesterday --term 5wd",
        "--received 2026-02-30T15:30 --term 5wd",
        "--received 2026-02-12T15:30 --term 5",
        "--received 2026-02-12T15:30 --term 0wd",
        "--received 2026-02-12T15:30 --term 99999wd",
        "--received 2026-02-12T15:30 --term 99999999999wd",
        "--received 2026-02-12T15:30 --term 99999month",
        "--received 1999-02-12T15:30 --term 5wd",
        "--received 9999-12-31T23:59Z --term 5wd",
        "--received 2026-02-12T15:30 --term 5wd --cutoff 25:00",
        "--received 2026-02-12T15:30 --term 5wd --cutoff 15h",
        "--received 2026-02-12T15:30 --term 5wd --pause 2026-02-13T10:00",
        "--received 2026-02-12T15:30 --term 5wd --pause 2026-02-13T10:00/",
        "--received 2026-02-12T15:30 --term 5wd --pause 2026-02-13T10:00/2026-02-13T09:00",
        "--received 2026-02-12T15:30 --term 5wd --restart 2026-02-11T10:00",
        "--received 2026-02-12T15:30 --term 5wd --restart never",
    ],
)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_one_sentence_for_what_cannot_be_read(capsys: Capture, arguments: str, language: str) -> None:
    status, out, err = run(due, capsys, *arguments.split(), "--lang", language)
    assert status == 2
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "Error" not in err


def test_no_django_without_an_agency() -> None:
    """The list of verbs imports this module: it has to stay cheap."""
    script = (
        "import sys, argparse; from motcua.cli import due; p = argparse.ArgumentParser(); due.configure(p);"
        "due.run(p.parse_args(['--received', '2026-02-12T15:30', '--term', '5wd']));"
        "sys.exit(any(name.split('.')[0] in ('django', 'holidays') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "2026-02-26T17:30:00+07:00"
