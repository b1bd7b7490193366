"""Money is a whole number of đồng. No floats, no other currency."""

import re

from motcua.kernel.text import words

_AMOUNT = re.compile(
    r"(?P<digits>\d{1,3}(?:[.,\u00a0 ]\d{3})+|\d+)\s*(?P<unit>đồng|việt nam đồng|vnđ|vnd|đ|₫)?", re.IGNORECASE
)


def format_dong(amount: int) -> str:
    """`1234567` → `1.234.567 đ` with a no-break space, so that the sign never lands alone on the next line."""
    return f"{amount:,}".replace(",", ".") + "\u00a0đ"


def parse_dong(text: str) -> int:
    """`1.234.567 đ`, `8,000 VNĐ`, `50000` → đồng. Dot, comma and space only ever separate thousands in đồng.

    Raises ValueError when the text is not exactly one amount ("10 USD", "5.5", "700.000 đồng/cơ sở").
    """
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not an amount in đồng: {text!r}")
    return int(re.sub(r"\D", "", match["digits"]))


def dong_words(amount: int) -> str:
    """`8000` → `Tám nghìn đồng`: the line in words on a receipt."""
    text = words(amount)
    return f"{text[0].upper()}{text[1:]} đồng"
