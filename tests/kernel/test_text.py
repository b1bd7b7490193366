import datetime as dt
import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.kernel.text import (
    clean,
    date_words,
    fold,
    old_style_tones,
    person_sort_key,
    slug,
    sort_key,
    words,
)

VIETNAMESE = st.text(alphabet="aàảãáạăằâấbcdđeèêếghiìklmnoòôồơờpqrstuùưừvxyỳ AĂÂĐÊÔƠƯ-.,", max_size=30)


@pytest.mark.parametrize(
    "text, folded",
    [
        ("Đăng ký khai sinh", "dang ky khai sinh"),
        (unicodedata.normalize("NFD", "Đăng ký khai sinh"), "dang ky khai sinh"),
        ("  CẤP,  quản lý\tcăn cước ", "cap quan ly can cuoc"),
        ("Ðặng", "dang"),  # U+00D0, not U+0110
        ("hoà", "hoa"),
        ("hòa", "hoa"),
        ("220/380V", "220 380v"),
        ("", ""),
        ("!!!", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(VIETNAMESE)
def test_fold_is_the_same_for_both_normal_forms_and_stays_put(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(text) == fold(fold(text))
    assert fold(text).isascii()


def test_clean_drops_what_cannot_be_seen() -> None:
    assert clean(" Nguyễn\u200b  Thị\u202e\u00a0Lan\x00\n") == "Nguyễn Thị Lan"
    assert clean("một\r\nhai\n", multiline=True) == "một\nhai"
    assert clean("một\r\nhai") == "một hai"
    assert clean(unicodedata.normalize("NFD", "Hộ tịch")) == unicodedata.normalize("NFC", "Hộ tịch")


@pytest.mark.parametrize(
    "one, other",
    [
        ("hoà", "hòa"),
        ("Thuý", "Thúy"),
        ("loè", "lòe"),
        ("khoẻ", "khỏe"),
        ("uỷ ban", "ủy ban"),
        ("hoá đơn", "hóa đơn"),
    ],
)
def test_both_tone_placements_compare_equal(one: str, other: str) -> None:
    assert old_style_tones(one) == old_style_tones(other) == other


@pytest.mark.parametrize("text", ["quý", "quỳ", "hoàn", "hoạt", "thuyền", "đăng ký", "Quảng"])
def test_syllables_with_one_right_placement_are_left_alone(text: str) -> None:
    assert old_style_tones(text) == text


def test_dictionary_order() -> None:
    letters = [
        "a",
        "à",
        "ả",
        "ã",
        "á",
        "ạ",
        "ă",
        "ằ",
        "â",
        "ấ",
        "b",
        "d",
        "đ",
        "e",
        "ê",
        "o",
        "ô",
        "ơ",
        "u",
        "ư",
        "y",
    ]
    names = ["An", "An Giang", "Ánh", "Ăn", "Dung", "Dũng", "Đặng", "Em", "Êm", "Ngô", "Ngơ"]
    for ordered in (letters, names):
        shuffled = random.Random(1).sample(ordered, len(ordered))
        assert sorted(shuffled, key=sort_key) == ordered


def test_tone_decides_only_after_all_letters() -> None:
    assert sorted(["ma b", "má a"], key=sort_key) == ["má a", "ma b"]


def test_lower_case_first_and_digits_before_letters() -> None:
    assert sorted(["Lan", "lan", "9", "10", " "], key=sort_key) == [" ", "10", "9", "lan", "Lan"]


def test_people_are_listed_by_given_name() -> None:
    people = ["Trần Thị Ánh", "Lê Văn An", "Nguyễn An", "Nguyễn Bình An", "Phạm Đức"]
    assert sorted(people, key=person_sort_key) == [
        "Lê Văn An",
        "Nguyễn An",
        "Nguyễn Bình An",
        "Trần Thị Ánh",
        "Phạm Đức",
    ]


@given(VIETNAMESE, VIETNAMESE)
def test_keys_tell_apart_what_differs_and_hold_no_zero_byte(one: str, other: str) -> None:
    same = unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)
    assert (sort_key(one) == sort_key(other)) == same
    assert "\x00" not in sort_key(one)


def test_slug() -> None:
    assert slug("Cấp, quản lý căn cước") == "cap-quan-ly-can-cuoc"
    assert len(slug("một hai ba bốn " * 30)) <= 80
    assert not slug("một hai ba bốn " * 30).endswith("-")


@pytest.mark.parametrize(
    "number, text",
    [
        (0, "không"),
        (4, "bốn"),
        (5, "năm"),
        (10, "mười"),
        (14, "mười bốn"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (55, "năm mươi lăm"),
        (100, "một trăm"),
        (101, "một trăm linh một"),
        (111, "một trăm mười một"),
        (1000, "một nghìn"),
        (2005, "hai nghìn không trăm linh năm"),
        (2025, "hai nghìn không trăm hai mươi lăm"),
        (8000, "tám nghìn"),
        (150_000, "một trăm năm mươi nghìn"),
        (1_000_001, "một triệu không trăm linh một"),
        (1_021_000, "một triệu không trăm hai mươi mốt nghìn"),
        (2_000_000_000, "hai tỷ"),
        (1_000_000_015, "một tỷ không trăm mười lăm"),
        (
            1_234_567_890_000,
            "một nghìn hai trăm ba mươi tư tỷ năm trăm sáu mươi bảy triệu tám trăm chín mươi nghìn",
        ),
        (-3, "âm ba"),
    ],
)
def test_words(number: int, text: str) -> None:
    assert words(number) == text


def test_date_words() -> None:
    assert date_words(dt.date(2024, 4, 5)) == "ngày năm tháng tư năm hai nghìn không trăm hai mươi tư"
    assert date_words(dt.date(1990, 12, 31)) == (
        "ngày ba mươi mốt tháng mười hai năm một nghìn chín trăm chín mươi"
    )
