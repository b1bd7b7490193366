"""The wording assistant: each rule on what it should flag, and on what it should leave alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from motcua.catalogue.known_data import known_data
from motcua.eforms.advice import ADVICE, LABEL_WORDS, LIST_OPTIONS, Known, KnownPaper, advise, jargon, say
from motcua.eforms.forms import load_definition
from motcua.eforms.from_catalogue import bundled_codes, bundled_definition

from .test_catalogue_forms import IDS, PROCEDURES, definition
from .test_schema import ANYTHING

BUSINESS = KnownPaper(
    "Giấy chứng nhận đăng ký doanh nghiệp", "Cơ sở dữ liệu quốc gia về đăng ký doanh nghiệp"
)
IDENTITY = KnownPaper(
    "Căn cước", "Cơ sở dữ liệu quốc gia về dân cư", "Điều 10, Nghị định số 1/2020/NĐ-CP", here=True
)
KNOWN = Known(
    (BUSINESS, IDENTITY), frozenset({"HoVaTen", "SoDienThoai", "NgayThangNamSinh", "GioiTinh", "MaSoThue"})
)


def question(label="Nội dung đề nghị", /, en="Content", **rest):
    made = {"id": "x", "type": "text", **rest}
    return {**made, "label": {"vi": label, "en": en} if en else {"vi": label}}


def form(*fields, title="Thông tin", **section):
    part = {"id": "phan", "title": {"vi": title, "en": "Details"}, "fields": list(fields), **section}
    return {"key": "k", "title": {"vi": "Đơn", "en": "Form"}, "sections": [part]}


def codes(made, known=KNOWN):
    found = advise(made, known)
    for one in found:
        assert say(one, "vi")
        assert say(one, "en")
        assert "{" not in say(one, "vi") + say(one, "en")
    return {one.code for one in found}


def options(count, en="One"):
    return [{"code": f"c{i}", "label": {"vi": f"Mục {i}", "en": en}} for i in range(count)]


LONG = " ".join(["chữ"] * (LABEL_WORDS + 1))

FLAGGED = [
    ("long_label", question(LONG)),
    ("long_label", question("Ngắn", en=LONG)),
    ("long_hint", question(hint={"vi": LONG * 3, "en": "x"})),
    ("jargon", question("Số CMND")),
    ("jargon", question("Nơi đăng ký HKTT của chủ hộ")),
    ("jargon", question("Nêu rõ lý do")),
    ("jargon", question("Giấy tờ khác v.v.")),
    ("jargon", question("Lý do", hint={"vi": "Ghi theo quy định.", "en": "x"})),
    ("jargon", question("Cơ quan", en="The competent authority")),
    ("abbreviation", question("Số QTDA của đơn vị")),
    ("hint_missing", question(mask="99-99")),
    ("hint_missing", question(pattern="[A-Z]{2}", example="AB")),
    ("hint_missing", question(type="number", unit="m²")),
    ("paper_hint_missing", question("Bản vẽ", type="file", component="ban-ve")),
    ("english_missing", question(en="")),
    ("options_english_missing", question(type="code", options=options(2, en=""))),
    ("colon", question("Họ tên:")),
    ("colon", question("Họ tên", en="Name: ")),
    ("capitals", question("NỘI DUNG ĐỀ NGHỊ")),
    ("two_questions", question("Chữ ký và/hoặc dấu")),
    ("two_questions", question("Mã dự án/số quyết định")),
    ("two_questions", question("Ai nhận? Nhận ở đâu?")),
    ("if_any_required", question("Người làm chứng (nếu có)", required=True)),
    ("email_required", question("Thư điện tử", type="email", required=True, prefill="ThuDienTu")),
    ("long_list", question(type="code", options=options(LIST_OPTIONS + 1))),
    ("long_list", question(type="code", reference="DAN_TOC")),
    ("long_list", question(type="code:DAN_TOC")),
    ("negative", question("Không có tranh chấp", type="bool")),
    ("negative", question("Bạn chưa từng nộp hồ sơ này", type="bool")),
    ("double_negative", question("Không thuộc trường hợp không phải nộp")),
    ("database", question("Số và ngày cấp căn cước")),
    ("database", question("Bản sao căn cước", type="file", component="cc", hint="Hai mặt")),
    ("database_elsewhere", question("Số giấy chứng nhận đăng ký doanh nghiệp")),
    ("prefill", question("Họ và tên", type="name")),
    ("prefill", question("Họ, chữ đệm, tên của người yêu cầu", type="name")),
    ("prefill", question("Liên hệ nhanh", type="phone_vn")),
    ("prefill", question("Gì đó", id="nguoi_yeu_cau_ho_ten", type="name")),
    ("prefill", question("Gì đó", id="mst", type="tax_code")),
]  # fmt: skip

LEFT_ALONE = [
    ("long_label", question(" ".join(["chữ"] * LABEL_WORDS))),
    ("long_label", question(LONG, type="explanation")),
    ("jargon", question("Nơi thường trú")),
    ("jargon", question("Số", hint={"vi": "Theo Quyết định 36/2025/QĐ-UBND.", "en": "x"})),
    ("jargon", question("Căn cước")),
    ("abbreviation", question("Mã số CMND")),
    ("abbreviation", question("Tệp PDF")),
    ("abbreviation", question("Ý kiến (xác nhận qua VNeID)")),
    ("abbreviation", question("Phụ lục II của Nghị định 01/2021/NĐ-CP")),
    ("abbreviation", question("NỘI DUNG ĐỀ NGHỊ")),
    ("hint_missing", question(mask="99-99", hint={"vi": "Ví dụ 12-34", "en": "12-34"})),
    ("hint_missing", question()),
    ("hint_missing", question(type="int")),
    ("paper_hint_missing", question("Bản vẽ", type="file", component="b", help={"vi": "Đủ các tờ", "en": "x"})),
    ("english_missing", question()),
    ("options_english_missing", question(type="code", reference="GIOI_TINH")),
    ("options_english_missing", question(type="code", options=options(2))),
    ("colon", question("Tỷ lệ 1:500")),
    ("capitals", question("Nội dung")),
    ("capitals", question("VSIC")),
    ("two_questions", question("Họ tên vợ/chồng")),
    ("two_questions", question("Tốc độ (km/h)")),
    ("two_questions", question("Ai nhận?")),
    ("two_questions", question("Chữ ký và/hoặc dấu", type="heading")),
    ("if_any_required", question("Người làm chứng (nếu có)")),
    ("if_any_required", question("Người làm chứng", required=True)),
    ("email_required", question("Thư điện tử", type="email")),
    ("long_list", question(type="code", options=options(LIST_OPTIONS))),
    ("long_list", question(type="reference", reference="DAN_TOC")),
    ("negative", question("Có công trình liền kề không?", type="bool")),
    ("negative", question("Ông/Bà đã kết hôn hay chưa?", type="bool")),
    ("negative", question("Tôi không khai sai", type="declaration")),
    ("negative", question("Lý do không có giấy chứng sinh")),
    ("double_negative", question("Lý do không có giấy chứng sinh")),
    ("double_negative", question("Không gian chung có hay không?", type="bool")),
    ("database", question("Số căn cước", prefill="SoDinhDanh")),
    ("database", question("Số căn cước", copy_from={"field": "y", "if": "y"})),
    ("database", question("Số căn cước", officer_only=True)),
    ("database", question("Số căn cước", type="citizen_id")),
    ("database", question("Đã có căn cước", type="bool")),
    ("database", question("Tên căn cứ")),
    ("database_elsewhere", question("Số căn cước")),
    ("database_elsewhere", question("Tên doanh nghiệp")),
    ("prefill", question("Họ và tên", type="name", prefill="HoVaTen")),
    ("prefill", question("Họ, chữ đệm, tên của trẻ", type="name")),
    ("prefill", question("Gì đó", id="me_ho_ten", type="name", officer_only=True)),
    ("prefill", question("Quốc tịch")),  # signing in does not tell it here
    ("prefill", question("Nội dung")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "asked"), FLAGGED, ids=lambda v: v if isinstance(v, str) else v["label"]["vi"][:30]
)
def test_what_is_flagged(code, asked):
    assert code in codes(form(asked))


@pytest.mark.parametrize(
    ("code", "asked"), LEFT_ALONE, ids=lambda v: v if isinstance(v, str) else v["label"]["vi"][:30]
)
def test_what_is_left_alone(code, asked):
    assert code not in codes(form(asked))


def test_every_rule_is_in_both_tables_or_in_a_test_below():
    others = {"long_section", "all_required", "asked_twice"}
    assert {code for code, _ in FLAGGED} | others == set(ADVICE)
    assert {code for code, _ in LEFT_ALONE} >= set(ADVICE) - others - {"long_hint"}


def test_a_plain_question_gets_no_advice():
    assert codes(form(question())) == set()


@pytest.mark.parametrize(("count", "flagged"), [(12, False), (13, True)])
def test_sections_that_are_too_long(count, flagged):
    fields = [question(f"Câu {i}", id=f"c{i}") for i in range(count)]
    assert ("long_section" in codes(form(*fields, question("Mục", id="h", type="heading")))) == flagged


def test_a_form_where_everything_is_required():
    fields = [question(f"Câu {i}", id=f"c{i}", required=True) for i in range(6)]
    assert "all_required" in codes(form(*fields))
    assert "all_required" not in codes(form(*fields[:5]))
    assert "all_required" not in codes(form(*fields, question("Thêm", id="t")))


def test_the_same_question_twice():
    one, two = question("Họ tên của cha", id="a"), question("HỌ TÊN CỦA CHA", id="b")
    found = [a for a in advise(form(one, two), KNOWN) if a.code == "asked_twice"]
    assert [(a.where, a.params["id"]) for a in found] == [("b", "a")]
    sometimes = [{**one, "show_if": "c"}, {**two, "show_if": "d"}]
    assert "asked_twice" not in codes(form(*sometimes))
    assert "asked_twice" in codes(form(one, sometimes[1]))
    assert "asked_twice" not in codes(form(one, {**two, "officer_only": True}))
    assert "asked_twice" not in codes(form(one, question("Họ tên của mẹ", id="b")))


def test_titles_and_columns_are_read_too():
    made = form(
        question(type="table", columns=[question("Số CMND:", id="so", en="")]), title="Thông tin CMND:"
    )
    found = {(a.code, a.where) for a in advise(made, KNOWN)}
    assert {("jargon", "phan"), ("colon", "phan")} <= found
    assert {("jargon", "x.so"), ("colon", "x.so"), ("english_missing", "x.so")} <= found
    made = form(question())
    del made["title"]["en"]
    del made["sections"][0]["title"]["en"]
    assert {(a.code, a.where) for a in advise(made, KNOWN)} == {
        ("english_missing", ""),
        ("english_missing", "phan"),
    }


def test_a_claim_is_advised_once_and_not_for_others():
    first, second = (
        question("Số điện thoại", id="a", type="phone_vn"),
        question("Điện thoại", id="b", type="phone_vn"),
    )
    assert [a.where for a in advise(form(first, second), KNOWN) if a.code == "prefill"] == ["a"]
    carried = {**first, "prefill": "ThuDienTu|SoDienThoai"}
    assert "prefill" not in codes(form(carried, second))
    mother = form(question("Họ và tên", type="name"))
    mother["sections"][0]["id"] = "me"
    assert "prefill" not in codes(mother)


def test_what_the_law_says_of_this_procedure_is_said_with_its_article():
    found = next(
        a
        for a in advise(form(question("Bản sao căn cước", type="file", component="c")), KNOWN)
        if a.code == "database"
    )
    assert "Nghị quyết 66.7/2025/NQ-CP; Điều 10, Nghị định số 1/2020/NĐ-CP" in say(found, "vi")
    assert "Cơ sở dữ liệu quốc gia về dân cư" in say(found, "vi")


def test_the_longer_term_is_told_and_not_the_one_inside():
    assert list(jargon("Ghi theo quy định của pháp luật")) == [
        ("theo quy định của pháp luật", "tên văn bản và điều khoản cụ thể, hoặc bỏ hẳn")
    ]
    assert [term for term, _ in jargon("GCNQSDĐ, GCN")] == ["GCNQSDĐ", "GCN"]


# --- the forms that ship ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", bundled_codes())
def test_the_shipped_forms_are_asked_nothing_that_they_prefill(code):
    made = bundled_definition(code)
    fields = {f["id"]: f for section in made["sections"] for f in section["fields"]}
    for known in (known_data(), known_data(code)):
        found = advise(made, known)
        assert not [a for a in found if a.code.startswith("database") and fields[a.where].get("prefill")]
        assert not [
            a for a in found if a.code in ("prefill", "asked_twice", "colon", "capitals", "all_required")
        ]


@pytest.mark.parametrize("procedure", PROCEDURES, ids=IDS)
def test_a_form_and_its_definition_get_the_same_advice(procedure):
    made = definition(procedure)
    assert advise(load_definition(made), known_data()) == advise(made, known_data())


def test_a_catalogue_form_without_its_prefill_is_advised_to_have_it():
    made = bundled_definition("1.001193")
    for field in made["sections"][0]["fields"]:
        field.pop("prefill", None)
    found = {a.where: a.params["claim"] for a in advise(made, known_data()) if a.code == "prefill"}
    assert found["nguoi_yeu_cau_ho_ten"] == "HoVaTen"
    assert found["so_dien_thoai"] == "SoDienThoai"
    assert not any(name.startswith(("me_", "cha_", "tre_")) for name in found)


def test_the_words_are_complete():
    for code, text in ADVICE.items():
        assert text.vi, code
        assert text.en, code


@settings(max_examples=300, deadline=None)
@given(ANYTHING)
def test_any_json_gets_advice_and_breaks_nothing(data):
    for made in (
        data,
        {"sections": data},
        {"sections": [{"fields": data}]},
        {"sections": [{"fields": [data]}]},
    ):
        codes(made)
