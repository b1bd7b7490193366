"""Provinces and communes in force since 1 July 2025, from the `vietnam-provinces` package (34 and 3,321 units).

Read from the package's JSON on first use (its Python tables build 3,355 objects and enums at import). Codes are the
General Statistics Office's: two digits for a province, five for a commune.
"""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

from motcua.eforms.choices import Choices, Option, Text
from motcua.kernel.text import fold, sort_key

_KIND_WORDS = ("thanh pho ", "tinh ", "tp ", "phuong ", "xa ", "dac khu ", "thi tran ")


@cache
def _nested() -> list[dict[str, Any]]:
    # The file's place is found without importing the package.
    spec = importlib.util.find_spec("vietnam_provinces")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package vietnam-provinces is not installed")
    path = Path(spec.origin).parent / "data" / "nested-divisions.json"
    nested: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return nested


def _bare(name: str) -> str:
    """`Thành phố Hà Nội` → `ha noi`: people leave the kind of unit out."""
    folded = fold(name)
    for word in _KIND_WORDS:
        if folded.startswith(word) and len(folded) > len(word):
            return folded[len(word) :]
    return folded


@cache
def provinces() -> Choices:
    """In Vietnamese order of the name without "Thành phố", as people look for it."""
    rows = sorted(_nested(), key=lambda row: sort_key(row["name"].removeprefix("Thành phố ")))
    return Choices("TINH", tuple(Option(f"{row['code']:02}", Text(row["name"])) for row in rows))


@cache
def _wards() -> dict[str, list[dict[str, Any]]]:
    return {f"{row['code']:02}": row["wards"] for row in _nested()}


def communes(province: str) -> Choices | None:
    """Communes, wards and special zones of a province, by its two-digit code; None for an unknown code."""
    # Anybody may ask for any text here, and none of it is kept but what is a province.
    return _communes(province) if province in _wards() else None


@cache
def _communes(province: str) -> Choices:
    options = (Option(f"{row['code']:05}", Text(row["name"])) for row in _wards()[province])
    return Choices(
        f"XA-{province}", tuple(sorted(options, key=lambda o: sort_key(_without_kind(o.label.vi))))
    )


def _without_kind(name: str) -> str:
    for word in ("Phường ", "Xã ", "Đặc khu "):
        if name.startswith(word):
            return name[len(word) :]
    return name


@cache
def _by_name(province: str) -> dict[str, Option | None]:
    """Options by whole folded name, and by bare name where only one unit has it (None where two do)."""
    choices = provinces() if not province else communes(province)
    found: dict[str, Option | None] = {}
    for option in choices.options if choices else ():
        bare = _bare(option.label.vi)
        found[bare] = None if bare in found else option
    for option in choices.options if choices else ():
        found[fold(option.label.vi)] = option
    return found


def _find(province: str, said: str) -> Option | None:
    names = _by_name(province)
    folded = fold(said)
    return names.get(folded) or names.get(_bare(said))


def find_province(said: str) -> Option | None:
    """By code (`38`, `1` for `01`) or by name, with or without "tỉnh", "thành phố" and diacritics."""
    if not said:
        return None
    if said.isascii() and said.isdigit():
        return provinces().by_code.get(said.zfill(2))
    return _find("", said)


def find_commune(province: str, said: str) -> Option | None:
    """By code or by name, inside one province."""
    choices = communes(province)
    if choices is None or not said:
        return None
    if said.isascii() and said.isdigit():
        return choices.by_code.get(said.zfill(5))
    return _find(province, said)


def read_address(text: str) -> dict[str, str] | None:
    """`Thôn 3, Xã Hà Trung, Tỉnh Thanh Hóa` → raw address. Codes only where the units still exist under that name."""
    pieces = [piece.strip() for piece in text.split(",") if piece.strip()]
    if pieces and fold(pieces[-1]) in ("viet nam", "vietnam"):
        pieces.pop()
    if not pieces:
        return None
    province = find_province(pieces[-1])
    if province is None:
        return {"detail": ", ".join(pieces)}
    pieces.pop()
    commune = find_commune(province.code, pieces[-1]) if pieces else None
    if commune is not None:
        pieces.pop()
    raw = {"province": province.code, "detail": ", ".join(pieces)}
    return {**raw, "commune": commune.code} if commune else raw
