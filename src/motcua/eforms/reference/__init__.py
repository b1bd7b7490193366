"""Reference lists: what the national portal calls "danh mục" (DAN_TOC, QUOC_TICH, …). One JSON file per list.

Shape: `{"source": …, "options": [[code, Vietnamese, English], …]}`.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from motcua.eforms.choices import Choices, Option, Text

FOLDER = Path(__file__).parent
_FILES = {
    "DAN_TOC": "ethnic_groups",
    "TON_GIAO": "religions",
    "QUOC_TICH": "countries",
    "GIOI_TINH": "sex",
    "QUAN_HE": "family_relations",
    "TINH_TRANG_HON_NHAN": "marital_status",
    "GIAY_TO": "identity_papers",
    "NGAN_HANG": "banks",
    "HANG_GPLX": "driving_classes",
    "NGHE_NGHIEP": "occupations",
}
NAMES = (*_FILES, "TINH", "TINH_QUOC_GIA")


@cache
def reference(name: str) -> Choices:
    """The list, loaded once. Raises KeyError for an unknown name."""
    # Imported here: divisions need the same small classes and are only read when an address is shown.
    from motcua.eforms import divisions

    if name == "TINH":
        return divisions.provinces()
    if name == "TINH_QUOC_GIA":
        abroad = tuple(o for o in reference("QUOC_TICH").options if o.code != "VN")
        return Choices(name, divisions.provinces().options + abroad)
    data = json.loads((FOLDER / f"{_FILES[name]}.json").read_text(encoding="utf-8"))
    return Choices(name, tuple(Option(code, Text(vi, en)) for code, vi, en in data["options"]))
