import json
from pathlib import Path

import pytest

from motcua.cli import main


def test_a_dry_run_needs_no_database_and_reports_every_odd_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "odd.json"
    assert main(["catalogue", "import", "--dry-run", "--report", str(report)]) == 0
    out = capsys.readouterr().out
    assert "2652 procedures, 69 of them detailed" in out
    assert "nothing was written" in out
    rows = json.loads(report.read_text("utf-8"))
    assert {"dataset", "row", "reason", "handling", "detail"} == set(rows[0])
    assert any(r["reason"] == "fee_in_thousands" and r["row"] == "2.001827" for r in rows)


def test_report_as_table(tmp_path: Path) -> None:
    report = tmp_path / "odd.tsv"
    assert main(["catalogue", "import", "--dry-run", "--report", str(report)]) == 0
    lines = report.read_text("utf-8").splitlines()
    assert lines[0] == "dataset\trow\treason\thandling\tdetail"
    assert {line.count("\t") for line in lines} == {4}


def test_a_report_that_cannot_be_written_is_said_plainly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["catalogue", "import", "--dry-run", "--report", str(tmp_path / "none" / "x.tsv")]) == 1
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.django_db
def test_importing_twice_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalogue", "import", "--quiet"]) == 0
    assert "69 versions published" in capsys.readouterr().out
    assert main(["catalogue", "import", "--quiet"]) == 0
    assert (
        "0 procedures added, 0 changed, 0 no longer listed; 0 versions published" in capsys.readouterr().out
    )
