"""Rules of results: verification codes, numbers, what a template still lacks. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

# Crockford's base 32: no I, L, O, U, so a code read aloud or off paper has one spelling.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 12
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})


def verify_code(random: bytes) -> str:
    """A verification code `XXXX-XXXX-XXXX` (60 bits) out of at least 8 random bytes: nobody can count through them."""
    if len(random) < 8:
        raise ValueError("a verification code needs 8 random bytes")
    bits = int.from_bytes(random[:8], "big") >> 4
    letters = "".join(ALPHABET[bits >> shift & 31] for shift in range(5 * (_CODE_LENGTH - 1), -1, -5))
    return "-".join(letters[i : i + 4] for i in range(0, _CODE_LENGTH, 4))


def read_verify_code(text: str) -> str | None:
    """The code a person typed, in its written form; None when it cannot be one. Case, spaces, I/L/O do not matter."""
    letters = re.sub(r"[\s\-–—.]", "", text).upper().translate(_READ_AS)
    if len(letters) != _CODE_LENGTH or any(c not in ALPHABET for c in letters):
        return None
    return "-".join(letters[i : i + 4] for i in range(0, _CODE_LENGTH, 4))


def number_text(number: int, abbreviation: str) -> str:
    """`15/GXN-UBND`; numbers below 10 with a zero (NĐ 30/2020/NĐ-CP appendix I, item 3)."""
    return f"{number:02d}/{abbreviation}-UBND"


def missing(required: Iterable[str], values: Mapping[str, Any]) -> list[str]:
    """The required keys that are absent or blank, in order: a result with one of them cannot be signed."""
    return [key for key in required if not _filled(values.get(key))]


def _filled(value: Any) -> bool:
    return bool(value.strip()) if isinstance(value, str) else bool(value)
