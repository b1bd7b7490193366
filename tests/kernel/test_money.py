import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.kernel.money import dong_words, format_dong, parse_dong


def test_format() -> None:
    assert format_dong(1_234_567) == "1.234.567\u00a0đ"
    assert format_dong(0) == "0\u00a0đ"


@given(st.integers(min_value=0, max_value=10**15))
def test_what_is_written_can_be_read(amount: int) -> None:
    assert parse_dong(format_dong(amount)) == amount


@pytest.mark.parametrize(
    "text, amount", [("8,000 VNĐ", 8000), ("150.000 Việt Nam Đồng", 150_000), ("50000", 50_000)]
)
def test_parse(text: str, amount: int) -> None:
    assert parse_dong(text) == amount


@pytest.mark.parametrize("text", ["10 USD", "5.5", "", "700.000 đồng/cơ sở", "-5", "1.2345"])
def test_what_is_not_one_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_dong(text)


def test_words() -> None:
    assert dong_words(8000) == "Tám nghìn đồng"
