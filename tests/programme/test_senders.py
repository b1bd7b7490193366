"""Who owes a list on which day."""

from __future__ import annotations

from datetime import date

import pytest

from motcua.eforms.divisions import provinces
from motcua.kernel.text import fold
from motcua.programme.models import AccessToken, Reminder, Submission
from motcua.programme.review import senders


@pytest.mark.parametrize(
    ("day", "ministries", "provinces_"),
    [
        (date(2023, 4, 21), 22, 63),  # the dispatch
        (date(2025, 2, 28), 22, 63),
        (date(2025, 3, 1), 17, 63),  # Resolution 176/2025/QH15
        (date(2025, 6, 30), 17, 63),
        (date(2025, 7, 1), 17, 34),  # Resolution 202/2025/QH15
        (date(2026, 11, 24), 17, 34),
    ],
)
def test_how_many(day: date, ministries: int, provinces_: int) -> None:
    found = senders.on_day(day)
    assert sum(1 for one in found if one.kind == "ministry") == ministries
    assert sum(1 for one in found if one.kind == "province") == provinces_
    assert len({one.code for one in found if one.code}) == sum(1 for one in found if one.code)


def test_the_provinces_of_today_are_those_of_the_bundled_list() -> None:
    def short(name: str) -> str:
        words = fold(name)
        for kind in ("thanh pho ", "tinh "):
            words = words.removeprefix(kind)
        return words

    ours = {short(one.name) for one in senders.on_day(date(2026, 11, 24)) if one.kind == "province"}
    assert ours == {short(option.label.vi) for option in provinces().options}


def test_whoever_is_gone_has_a_successor_that_exists_today() -> None:
    today = {one.key for one in senders.on_day(date(2026, 11, 24))}
    for one in senders.every():
        assert one.exists(date(2026, 11, 24)) == (not one.successor)
        if one.successor:
            assert one.successor in today
        for model in (AccessToken, Submission, Reminder):
            assert len(one.key) <= (model._meta.get_field("sender").max_length or 0)


def test_codes_that_were_seen_are_marked() -> None:
    """QĐ 20/2020/QĐ-TTg: those found in published data, and no other."""
    seen = {one.code for one in senders.every() if one.code_confidence == "seen"}
    assert {
        "H05",
        "H12",
        "H13",
        "H21",
        "H35",
        "H42",
        "H48",
        "H50",
        "H56",
        "H61",
        "G01",
        "G12",
        "G15",
        "G17",
        "G10",
    } == seen
