"""Numbers given by agencies (R3.24): counted by agency, series and day, used or given back."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from motcua.dossiers import numbers
from motcua.dossiers.models import DayCounter
from motcua.kernel.codes import parse_dossier_code
from motcua.organisations.models import Agency

DAY = date(2026, 11, 24)


@pytest.fixture
def agencies(db: None) -> list[Agency]:
    return [
        Agency.objects.create(code=code, name=code, short_name=code, level="commune")
        for code in ("H56.201", "H56.202")
    ]


def test_each_series_counts_by_itself(agencies: list[Agency]) -> None:
    first, second = (agency.pk for agency in agencies)
    assert [numbers.take(first, "dossier", DAY) for _ in range(3)] == [1, 2, 3]
    assert numbers.take(second, "dossier", DAY) == 1
    assert numbers.take(first, "slip:01", DAY) == 1
    assert numbers.take(first, "dossier", DAY + timedelta(days=1)) == 1


def test_yearly_series_begin_anew_with_the_year(agencies: list[Agency]) -> None:
    agency = agencies[0].pk
    assert numbers.in_year(agency, "result:decision", date(2026, 1, 1)) == 1
    assert numbers.in_year(agency, "result:decision", date(2026, 12, 31)) == 2
    assert numbers.in_year(agency, "result:decision", date(2027, 1, 1)) == 1


def test_a_code_is_read_back_as_it_was_made(agencies: list[Agency]) -> None:
    code = numbers.dossier_code(agencies[0].pk, "H56.201", DAY)
    assert code == "H56.201-261124-0001"
    read = parse_dossier_code(code)
    assert (read.agency, read.day, read.sequence) == ("H56.201", DAY, 1)


TURNS = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from(["dossier", "slip:01"]), st.integers(0, 2), st.booleans()),
    max_size=40,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=TURNS)
def test_used_numbers_are_one_to_n_whatever_is_rolled_back(agencies: list[Agency], turns: list[Any]) -> None:
    with transaction.atomic():
        used: dict[tuple[int, str, date], list[int]] = {}
        for which, series, days, kept in turns:
            key = (agencies[which].pk, series, DAY + timedelta(days=days))
            with transaction.atomic():
                number = numbers.take(*key)
                if kept:
                    used.setdefault(key, []).append(number)
                else:
                    transaction.set_rollback(True)
        for taken in used.values():
            assert taken == list(range(1, len(taken) + 1))
        kept_counters = {(c.agency_id, c.series, c.day): c.last for c in DayCounter.objects.all()}
        assert kept_counters == {key: len(taken) for key, taken in used.items()}
        assert Counter(kept_counters.values())[0] == 0
        transaction.set_rollback(True)
