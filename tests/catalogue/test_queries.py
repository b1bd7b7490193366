import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from motcua.catalogue import queries
from motcua.catalogue.models import CatalogueState, Procedure
from motcua.catalogue.pages import HonestTime, sequence

pytestmark = pytest.mark.usefixtures("catalogue")


def test_home_has_life_events_for_both_and_popular_services() -> None:
    home = queries.home()
    assert home.procedures == 2652
    assert 6 <= len(home.citizen) <= 12
    assert 4 <= len(home.business) <= 8
    assert home.popular[0].national_code == "1.001193"
    assert all(event.procedures for event in (*home.citizen, *home.business))
    assert all(event.title.en and event.title.vi for event in home.citizen)


def test_reading_lists_costs_no_query_once_loaded(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    queries.home()
    with django_assert_num_queries(0):
        queries.home()
        queries.sectors()
        queries.life_event("having-a-baby")
        queries.search("khai sinh")


def test_a_page_costs_one_query_and_then_none(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    queries.home()
    with django_assert_num_queries(1):
        queries.procedure_page("1.001193")
    with django_assert_num_queries(0):
        queries.procedure_page("1.001193")


def test_a_page_holds_the_eleven_items() -> None:
    honest = HonestTime(p50=240, p90=900, dossiers=41)
    page = queries.procedure_page("1.001193", honest_time=honest)
    assert page is not None
    case = page.cases[0]
    assert page.name == "Thủ tục đăng ký khai sinh"  # 1 (R1.23: as published)
    assert [step.key for step in page.sequence] == ["file", "receive", "resolve", "return"]  # 2
    assert page.channels == ("online", "post", "counter")  # 3, 10
    assert (len(case.papers), page.sets) == (7, 1)  # 4
    assert (case.term.value, case.term.unit, case.term.cutoff) == (1, "same_day", "15:00")  # 5
    assert page.subjects[0] == "Công dân Việt Nam"  # 6
    assert page.executing_agencies == ("Ủy ban nhân dân cấp xã",)  # 7
    assert page.results == (("Giấy khai sinh", "KQ.G15.000031"),)  # 8
    assert case.fees[0].amount == 0  # 9
    assert len(page.legal_basis) == 12  # 11
    assert page.announced_by == "163/QĐ-BTP"
    assert page.honest_time == honest
    assert page.can_file_here
    assert {slug for slug, _ in page.life_events} >= {"having-a-baby"}


def test_an_index_row_says_what_is_known_and_no_more() -> None:
    page = queries.procedure_page("1.015027")
    assert page is not None
    assert not page.detailed
    assert page.level == "unknown"
    assert page.cases == ()
    assert page.executing_agencies == ("Ủy ban nhân dân cấp xã",)
    assert not page.can_file_here


def test_an_unknown_code_has_no_page() -> None:
    assert queries.procedure_page("1.999999") is None


def test_an_expired_discount_is_no_price() -> None:
    page = queries.procedure_page("3.000347")
    assert page is not None
    amounts = [fee.amount for fee in page.cases[0].fees_on(dt.date(2026, 11, 23))]
    assert amounts == [135_000]
    assert len(page.cases[0].fees_on(dt.date(2025, 11, 23))) == 2


def test_filters() -> None:
    assert all(h.sector_slug == "ho-tich" for h in queries.search("đăng ký", sector="ho-tich"))
    assert queries.search("", sector="no-such") == []
    assert [h.national_code for h in queries.search("thai sản", life_event="having-a-baby", limit=1)] == [
        "2.000693"
    ]
    assert queries.search("", life_event="no-such") == []
    assert all(h.business is not False for h in queries.search("đăng ký", audience="business", limit=50))


def test_sector_lists_are_in_dictionary_order() -> None:
    names = [s.name.vi for s in queries.sectors()]
    assert names.index("Dữ liệu") < names.index("Đất đai") < names.index("Hộ tịch")
    assert len(queries.sector_procedures("ho-tich")) == next(
        s.count for s in queries.sectors() if s.slug == "ho-tich"
    )


def test_a_change_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    queries.home()
    row = Procedure.objects.get(national_code="1.001193")
    row.short_name = "Khai sinh mới"
    row.save()
    state = CatalogueState.objects.get()
    state.stamp += 1
    state.save()
    assert queries.hit("1.001193").short_name == "Đăng ký khai sinh"
    monkeypatch.setattr(queries, "STAMP_SECONDS", 0.0)
    assert queries.hit("1.001193").short_name == "Khai sinh mới"


def test_a_partly_online_service_says_when_to_come() -> None:
    assert "appear" in [s.key for s in sequence("partial")]
