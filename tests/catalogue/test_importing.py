"""The data traps, one by one, and the bundled data as a whole."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from motcua.catalogue.importing import Sources, bundled_sources, parse
from motcua.catalogue.importing.fees import read_fees
from motcua.catalogue.importing.names import (
    canonical_spellings,
    database_name,
    public_text,
    rejoin,
    short_name,
)
from motcua.catalogue.importing.papers import read_components, read_replacements
from motcua.catalogue.importing.terms import read_term
from motcua.catalogue.records import FeeLine, Handling, OddRow, Parsed, Term


def line(
    value: int | None = None, unit: str = "unspecified", raw: str = "", channel: str = "online"
) -> dict[str, Any]:
    return {
        "channel": channel,
        "duration": {"value": value, "unit": unit} if value is not None else None,
        "fee": {"amount_vnd": None, "raw": raw},
    }


def reasons(odd: list[OddRow]) -> set[str]:
    return {row.reason for row in odd}


# --- terms ------------------------------------------------------------------------------------------------------------


def test_the_law_decides_and_a_bare_portal_number_is_only_reported() -> None:
    legal = {"rule": "03 ngày làm việc (NĐ 168/2025)", "working_days": 3}
    term, odd = read_term("x", legal, [line(1)], verified=True)
    assert term == Term(3, "working_day", None, "03 ngày làm việc (NĐ 168/2025)", certain=True)
    assert reasons(odd) == {"duration_without_unit", "term_disagrees_with_portal"}


@pytest.mark.parametrize("number", [1100, 125])
def test_impossible_durations_are_seen(number: int) -> None:
    _, odd = read_term("x", {"rule": "03 ngày làm việc", "working_days": 3}, [line(number)], verified=True)
    assert "duration_impossible" in reasons(odd)


def test_a_portal_number_alone_never_becomes_a_term() -> None:
    term, odd = read_term("x", None, [line(5, "working_day")], verified=True)
    assert term.value is None
    assert not term.certain
    assert "term_missing" in reasons(odd)


@pytest.mark.parametrize(
    "rule",
    [
        "10 ngày làm việc (NĐ 219/2025 — kiểm tra)",
        "10 ngày làm việc theo NĐ 176/2025 (from memory)",
        "10 ngày làm việc (bản chụp); NĐ 101/2024",
        "Khoảng 10 ngày làm việc",
    ],
)
def test_what_the_compiler_doubted_is_uncertain_and_not_shown_as_doubt(rule: str) -> None:
    term, odd = read_term("x", {"rule": rule, "working_days": 10}, [], verified=True)
    assert not term.certain
    assert "term_unverified" in reasons(odd)
    assert "kiểm tra" not in term.rule
    assert "from memory" not in term.rule
    assert "bản chụp" not in term.rule


def test_a_rule_that_says_another_number_makes_it_uncertain() -> None:
    legal = {"rule": "Liên thông tổng 16 ngày làm việc (3 + 3 + 10)", "working_days": 10}
    term, odd = read_term("x", legal, [], verified=True)
    assert not term.certain
    assert "term_rule_conflict" in reasons(odd)


def test_same_day_with_a_cutoff() -> None:
    legal = {
        "rule": "Ngay trong ngày làm việc; sau 15 giờ thì ngày làm việc tiếp theo",
        "working_hours": 8,
        "cutoff": "15:00",
    }
    term, odd = read_term("x", legal, [line(1)], verified=False)
    assert (term.value, term.unit, term.cutoff, term.certain) == (1, "same_day", "15:00", True)
    assert "term_disagrees_with_portal" not in reasons(odd)


def test_channels_with_different_terms_are_reported() -> None:
    channels = [line(12, "working_day"), line(22, "working_day", channel="in_person")]
    term, odd = read_term("x", {"working_days": 12}, channels, verified=True)
    assert "term_differs_by_channel" in reasons(odd)
    assert not term.certain  # the number has no other witness than the portal


# --- fees -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw, amount, reason",
    [
        ("Miễn phí", 0, None),
        ("Miễn phí(Miễn lệ phí. Phí cấp bản sao theo Thông tư số 281/2016/TT-BTC)", 0, None),
        ("Miễn phí(Mức lệ phí cụ thể do Hội đồng nhân dân tỉnh quyết định)", None, "fee_free_but_local"),
        ("Miễn phí(Theo quy định của Hội đồng nhân dân cấp tỉnh)", None, "fee_free_but_local"),
        ("Miễn phí(- Lệ phí cấp giấy phép lái xe: 135.000 đồng/lần)", None, "fee_free_with_amount"),
        ("700 VNĐ(Phí thẩm định: 700.000 đồng/cơ sở.)", 700_000, "fee_in_thousands"),
        ("100 VNĐ", None, "fee_below_a_thousand"),
        ("VNĐ(Phí công bố: 100.000 đồng/lần)", None, "fee_without_amount"),
        ("8,000 VNĐ", 8_000, None),
        ("150,000 Việt Nam Đồng(ghi chú)", 150_000, None),
        ("10 USD(/bản)", None, "fee_foreign_currency"),
        ("Không có thông tin", None, "fee_unknown"),
        ("Theo thỏa thuận", None, "fee_unreadable"),
    ],
)
def test_portal_fee_lines(raw: str, amount: int | None, reason: str | None) -> None:
    fees, odd = read_fees("x", None, [line(raw=raw)])
    assert fees[0].amount == amount
    assert fees[0].channel == "online"
    assert reasons(odd) == ({reason} if reason else set())
    assert fees[0].certain is (amount is not None and reason is None)


def test_the_fee_sentence_is_read_part_by_part() -> None:
    fees, _ = read_fees("x", "Trực tuyến 10.000đ; trực tiếp 20.000đ/lần", [])
    assert [(f.amount, f.channel, f.per, f.certain) for f in fees] == [
        (10_000, "online", "", True),
        (20_000, "counter", "lần", True),
    ]


def test_a_local_fee_has_no_amount_even_when_a_usual_one_is_named() -> None:
    fees, odd = read_fees("x", "Theo NQ HĐND tỉnh (thường 75.000đ nhà ở riêng lẻ, 150.000đ công trình)", [])
    assert [(f.amount, f.certain) for f in fees] == [(None, False)]
    assert "fee_set_locally" in reasons(odd)


def test_an_expired_discount_ends_on_its_day() -> None:
    fees, odd = read_fees("x", "135.000đ/lần; trực tuyến 115.000đ (đến 31/12/2025 — kiểm tra)", [])
    assert [(f.amount, f.valid_to) for f in fees] == [(135_000, None), (115_000, "2025-12-31")]
    assert "fee_discount_dated" in reasons(odd)


def test_a_discount_mentioned_beside_a_fee_does_not_end_the_fee() -> None:
    fees, _ = read_fees(
        "x", "50.000đ/thẻ (giảm 50% khi nộp trực tuyến đến hết 31/12/2025; gia hạn — kiểm tra)", []
    )
    assert [(f.amount, f.per, f.rule, f.valid_to) for f in fees] == [(50_000, "thẻ", "50.000đ/thẻ", None)]


def test_sums_ranges_and_exemptions() -> None:
    assert [f.amount for f in read_fees("x", "trực tiếp 50.000đ + 100.000đ", [])[0]] == [150_000]
    assert [f.amount for f in read_fees("x", "5.000đ / 7.000đ", [])[0]] == [None]
    assert [f.amount for f in read_fees("x", "Miễn lệ phí", [])[0]] == [0]
    assert [f.amount for f in read_fees("x", "Không thu phí", [])[0]] == [0]


def test_fee_per_page() -> None:
    table = {"per_page_first2": 2000, "per_page_from3": 1000, "cap_per_copy": 200000, "note": "2.000đ/trang"}
    fees, _ = read_fees("x", table, [])
    assert fees == (
        FeeLine(
            2000,
            certain=True,
            per="trang",
            rule="2.000đ/trang",
            formula={"first_pages": 2, "first": 2000, "then": 1000, "cap": 200000},
        ),
    )


def test_fee_contradictions_are_reported() -> None:
    channels = [line(raw="150,000 Việt Nam Đồng"), line(raw="50,000 VNĐ", channel="in_person")]
    _, odd = read_fees("x", "100.000đ", channels)
    assert {"fee_differs_by_channel", "fee_disagrees_with_portal"} <= reasons(odd)


# --- names, papers ------------------------------------------------------------------------------------------------------


def test_split_subjects_are_put_together_again() -> None:
    parts = ["Hợp tác xã", "Tổ chức (không bao gồm doanh nghiệp", "HTX)", "Cán bộ", "công chức", "viên chức"]
    assert rejoin(parts) == (
        ["Hợp tác xã", "Tổ chức (không bao gồm doanh nghiệp, HTX)", "Cán bộ, công chức, viên chức"],
        True,
    )
    assert rejoin(["Công dân Việt Nam"]) == (["Công dân Việt Nam"], False)


def test_one_sector_in_two_unicode_forms_is_one_sector() -> None:
    decomposed, composed = "Cấp, quản lý căn cước", "Cấp, quản lý căn cước"
    spellings = canonical_spellings([decomposed, composed, composed])
    assert set(spellings.values()) == {composed}


def test_remarks_go_official_words_stay() -> None:
    assert (
        public_text('03 ngày làm việc (NĐ 168/2025) — bản chụp ghi "1" không đơn vị')
        == "03 ngày làm việc (NĐ 168/2025)"
    )
    assert public_text("Mẫu số 15 (NĐ 151/2025) — kiểm tra") == "Mẫu số 15 (NĐ 151/2025)"
    assert public_text("Phiếu kiểm tra sức khỏe") == "Phiếu kiểm tra sức khỏe"
    assert database_name("CSDLQG về dân cư") == "Cơ sở dữ liệu quốc gia về dân cư"
    assert short_name("Thủ tục đăng ký khai sinh") == "Đăng ký khai sinh"
    assert len(short_name("từ " * 200)) <= 161


def component(name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "original": 1,
        "copy": 0,
        "condition": None,
        "form_no": None,
        "required": True,
        **more,
    }


def test_notes_among_components_become_notes() -> None:
    papers, notes, odd = read_components(
        "x", [component("Tờ khai"), component("Lưu ý: mang bản chính để đối chiếu"), component("tờ  khai")]
    )
    assert [p.name for p in papers] == ["Tờ khai"]
    assert notes == ("Lưu ý: mang bản chính để đối chiếu",)
    assert reasons(odd) == {"note_among_components", "component_twice"}


def test_a_component_held_only_as_data() -> None:
    papers, _, odd = read_components(
        "x", [component("Giấy tờ xe", original=0, replaceable_by_db="CSDL đăng kiểm")]
    )
    assert papers[0].replaced_by == "Cơ sở dữ liệu đăng kiểm"
    assert reasons(odd) == {"component_without_copies"}


def replacement(**more: Any) -> dict[str, Any]:
    row = {
        "stt": 1,
        "code": "1.001193",
        "name": "Thủ tục đăng ký khai sinh",
        "document": "Căn cước",
        "database": "CSDL quốc gia về dân cư",
        "db_owner": "Bộ Công An",
        "legal": "Nghị định số 1",
        "article": "Điều 2",
    }
    return {**row, **more}


def test_shifted_columns_are_moved_back_and_marked() -> None:
    shifted = replacement(
        document="Cơ sở dữ liệu quốc gia về dân cư",
        database="Bộ Công an",
        db_owner="Thông tư 07/2023/TT-BNG",
        legal="khoản 2 Điều 4",
        article="",
    )
    records, odd = read_replacements([shifted], {"1.001193": "Thủ tục đăng ký khai sinh"})
    assert (records[0].document, records[0].database, records[0].owner) == (
        "",
        "Cơ sở dữ liệu quốc gia về dân cư",
        "Bộ Công an",
    )
    assert (records[0].instrument, records[0].article) == ("Thông tư 07/2023/TT-BNG", "khoản 2 Điều 4")
    assert not records[0].certain
    assert reasons(odd) == {"columns_shifted"}


def test_replacement_rows_are_compared_with_the_index() -> None:
    rows = [
        replacement(),
        replacement(),
        replacement(stt=2, code="9.9", name="?"),
        replacement(stt=3, code="1.000001"),
    ]
    records, odd = read_replacements(rows, {"1.001193": "Tên khác"})
    assert [r.owner for r in records] == ["Bộ Công an"] * 3
    assert {"number_twice", "row_twice", "name_differs", "code_unreadable", "not_in_index"} == reasons(odd)


# --- the whole ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(bundled_sources())


def test_all_that_has_a_code_comes_in(parsed: Parsed) -> None:
    detailed = [r for r in parsed.procedures if r.definition]
    assert len(parsed.procedures) == 2652  # 2,639 in the index and 13 that only the detailed list has
    assert len(detailed) == 69  # of 75: five without a code, one whose code nobody could confirm
    assert len(parsed.replacements) == 761
    counts = Counter(o.reason for o in parsed.odd if o.dataset == "details")
    assert counts["code_missing"] == 5
    assert [o.handling for o in parsed.odd if o.row == "1.005142"] == [Handling.SKIPPED]


def test_no_sector_is_left_in_two_spellings(parsed: Parsed) -> None:
    folded = Counter(name.casefold() for name in parsed.sectors)
    assert max(folded.values()) == 1
    assert sum(1 for o in parsed.odd if o.reason == "sector_variant") == 3


def test_levels_are_unknown_for_index_rows(parsed: Parsed) -> None:
    assert {r.level for r in parsed.procedures if not r.definition} == {"unknown"}
    assert {r.citizen for r in parsed.procedures if not r.definition} == {None}


def test_the_compilers_doubts_never_reach_a_page(parsed: Parsed) -> None:
    for record in parsed.procedures:
        if record.definition:
            text = json.dumps(record.definition.document(), ensure_ascii=False)
            assert "from memory" not in text
            assert "bản chụp ghi" not in text
            assert "— kiểm tra" not in text


def test_building_permit_has_two_cases_with_their_terms(parsed: Parsed) -> None:
    definition = next(r.definition for r in parsed.procedures if r.national_code == "1.013225")
    assert definition is not None
    assert [(c.key, c.term.value, c.term.unit) for c in definition.cases] == [
        ("house", 15, "calendar_day"),
        ("works", 20, "calendar_day"),
    ]


def test_what_lists_its_fields_has_a_form(parsed: Parsed) -> None:
    keys = {
        r.national_code: {c.form_key for c in r.definition.cases} for r in parsed.procedures if r.definition
    }
    for code in ("1.001193", "1.004873", "1.001612", "1.013225", "2.000815"):
        assert keys[code] == {code}
    assert keys["2.002622"] == {"2.002622"}


def test_a_family_business_needs_the_family_to_agree(parsed: Parsed) -> None:
    definition = next(r.definition for r in parsed.procedures if r.national_code == "1.001612")
    assert definition is not None
    alone, family = definition.cases
    assert not any("thành viên hộ gia đình" in p.name for p in alone.papers)
    assert any("thành viên hộ gia đình" in p.name and p.required for p in family.papers)


def test_every_curated_code_exists(parsed: Parsed) -> None:
    unknown = [o.row for o in parsed.odd if o.reason == "curated_code_unknown"]
    assert unknown == []
    assert 12 <= len(parsed.life_events) <= 16
    for event in parsed.life_events:
        assert len(event.procedures) >= 3


def test_a_name_unlike_the_official_list_is_reported_and_the_list_wins() -> None:
    sources = bundled_sources()
    details: list[Mapping[str, Any]] = [dict(sources.details[0], name="Thủ tục của trang khác")]
    parsed = parse(Sources(details, {"1.001193": sources.index["1.001193"]}, [], {}))
    assert [r.name for r in parsed.procedures] == ["Thủ tục đăng ký khai sinh"]
    assert "name_differs" in reasons(parsed.odd)


def test_two_runs_say_the_same() -> None:
    one, other = parse(bundled_sources()), parse(bundled_sources())
    assert one == other
