"""The check at start."""

from __future__ import annotations

from datetime import date

import pytest

from motcua.law import checks, keys, registry
from motcua.law.registry import Law, LawError, load


def test_the_shipped_law_passes() -> None:
    assert checks.check_law(None) == []


def test_a_key_without_a_value_is_an_error() -> None:
    found = checks.missing(Law([], []), date(2026, 11, 23))
    assert len(found) == len(keys.ALL)
    assert {error.id for error in found} == {"law.E002"}


def test_a_broken_file_is_an_error_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Law:
        raise LawError("intake.toml: two values hold")

    monkeypatch.setattr(checks, "load", broken)
    (error,) = checks.check_law(None)
    assert error.id == "law.E001"
    assert "intake.toml" in error.msg


def test_a_broken_file_names_itself(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "bad.toml").write_text("[[parameter]]\nkey = \n", encoding="utf-8")
    monkeypatch.setattr(registry.resources, "files", lambda _: tmp_path)
    load.cache_clear()
    try:
        with pytest.raises(LawError, match=r"bad\.toml"):
            load()
    finally:
        load.cache_clear()


def test_the_end_of_the_shipped_holidays_is_told_a_year_before() -> None:
    assert checks.calendar_ends(date(2029, 12, 31)) == []
    assert [found.id for found in checks.calendar_ends(date(2030, 1, 2))] == ["law.W003"]
