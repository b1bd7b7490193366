"""A reasonable form for every procedure of the catalogue that lists its fields, so that each can be filed online.

The catalogue says what is asked (key, label, type, required, prefill); this adds what a form needs: one section per
person or topic, English labels, options and columns, and claims for the first person named, who is the one signed in.
An official improves the result in the studio; those in `definitions/` were written by hand and win.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PIECES: Mapping[str, tuple[str, str, str]] = {
    # suffix: (English, claim, type when the catalogue only says text)
    "ho_ten": ("Full name", "HoVaTen", "name"),
    "so_dinh_danh": ("Citizen ID", "SoDinhDanh", ""),
    "ngay_sinh": ("Date of birth", "NgayThangNamSinh", ""),
    "dan_toc": ("Ethnic group", "DanToc", ""),
    "quoc_tich": ("Nationality", "QuocTich", ""),
    "noi_cu_tru": ("Residence", "ThuongTru|NoiOHienNay", ""),
    "giay_to": ("Identity paper", "SoDinhDanh", ""),
}
ACCOUNT = {"so_dien_thoai": "SoDienThoai", "email": "ThuDienTu"}
HOLDER = {
    "dan_toc": "DanToc",
    "ton_giao": "TonGiao",
    "gioi_tinh": "GioiTinh",
    "ma_bhxh": "MaBHXH",
    "mst": "MaSoThue",
}
PAST = {"ngay_chet", "ngay_dang_ky", "ngay_cap", "ngay_cham_dut", "thoi_diem_su_dung"}
# Without this list of places a code would be a guess; words are honest.
AS_WORDS = {"noi_kcb"}


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = json.loads(
        (HERE / "reference" / "catalogue_words.json").read_text(encoding="utf-8")
    )
    return words


def bundled_definition(code: str) -> dict[str, Any] | None:
    """The hand-written definition of a procedure, by national code."""
    path = HERE / "definitions" / f"{code}.json"
    if not path.is_file() or path.parent != HERE / "definitions":
        return None
    definition: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return definition


def bundled_codes() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (HERE / "definitions").glob("*.json")))


def definition_for(code: str, name: str, form_fields: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The bundled definition, else one built from the catalogue's fields, else None when it lists none."""
    return bundled_definition(code) or (build(code, name, form_fields) if form_fields else None)


def build(code: str, name: str, form_fields: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A definition from the catalogue's `form_fields`. Sections follow the people named in the keys."""
    # The catalogue repeats a few keys (2.000986 asks the phone number twice); the first one stands.
    form_fields = list({str(f["key"]): f for f in reversed(form_fields)}.values())[::-1]
    holder = next((person for f in form_fields if (person := split_key(str(f["key"]))[0])), "")
    keys = {str(f["key"]) for f in form_fields}
    sections: dict[str, list[dict[str, Any]]] = {}
    for raw in form_fields:
        person, _ = split_key(str(raw["key"]))
        section = "lien_he" if raw["key"] in ACCOUNT else person or _topic(str(raw["key"]), sections)
        sections.setdefault(section, []).append(_field(code, raw, holder, keys))
    ordered = sorted(sections, key=lambda s: (s == "lien_he", list(sections).index(s)))
    return {
        "key": code,
        "title": {"vi": name},
        "source": "Danh mục thủ tục hành chính; đối chiếu biểu mẫu trước khi vận hành",
        "sections": [
            {"id": section, "title": _wording(_words()["sections"][section]), "fields": sections[section]}
            for section in ordered
        ],
    }


def split_key(key: str) -> tuple[str, str]:
    """`nguoi_chet_ngay_sinh` → (`nguoi_chet`, `ngay_sinh`); (`""`, key) for a key that is no person's."""
    for piece in PIECES:
        person = key.removesuffix(f"_{piece}")
        if person != key and person in _words()["sections"]:
            return person, piece
    return "", key


def _topic(key: str, sections: Iterable[str]) -> str:
    """A field like `tre_gioi_tinh` joins the person's section, when there is one already."""
    known = [s for s in sections if key.startswith(f"{s}_") and s != "noi_dung"]
    return max(known, key=len) if known else "noi_dung"


def _wording(pair: Sequence[str]) -> dict[str, str]:
    return {"vi": pair[0], "en": pair[1]}


def _field(code: str, raw: Mapping[str, Any], holder: str, keys: set[str]) -> dict[str, Any]:
    key, kind = str(raw["key"]), str(raw["type"])
    person, piece = split_key(key)
    field: dict[str, Any] = {
        "id": key,
        "type": kind,
        "label": {"vi": _label(raw), "en": _english(key, person, piece)},
    }
    if raw.get("required"):
        field["required"] = True
    if raw.get("upper"):
        field["upper"] = True
    if raw.get("show_if"):
        field["show_if"] = raw["show_if"]
        # A number of copies that shows only when copies are asked for is then needed.
        field["required"] = True
    if piece in PIECES and person:
        field["type"] = PIECES[piece][2] or kind
        if person == holder:
            field["prefill"] = PIECES[piece][1]
    elif key in ACCOUNT or (key in HOLDER and raw.get("prefill")):
        field["prefill"] = {**ACCOUNT, **HOLDER}[key]
    _settings(code, field, raw, keys)
    return field


def _settings(code: str, field: dict[str, Any], raw: Mapping[str, Any], keys: set[str]) -> None:
    key, kind = field["id"], field["type"]
    match kind.partition(":")[0]:
        case "date" if key.endswith("ngay_sinh"):
            field.update(max="today", partial=True)
        case "date" if key in PAST:
            field.update(max="today", partial=True)
        case "citizen_id" if key.replace("so_dinh_danh", "ngay_sinh") in keys:
            field["birth_date"] = key.replace("so_dinh_danh", "ngay_sinh")
        case "address":
            field["abroad"] = True
        case "int":
            field.update(min=1, max=1000)
        case "daterange":
            if "02 năm" in str(raw["label"]):
                field["max_years"] = 2
        case "computed":
            source = key.removesuffix("_chu")
            field["compute"] = {"kind": "date_words", "of": source}
        case "code" if ":" not in kind:
            _options(code, field, raw)
        case "group" | "table":
            _columns(field, raw)
        case "photo":
            field["spec"] = {
                "vi": str(raw.get("spec") or "Ảnh 4x6, nền trắng, JPG hoặc PNG"),
                "en": "4x6, white ground, JPG or PNG",
            }


def _options(code: str, field: dict[str, Any], raw: Mapping[str, Any]) -> None:
    known = _words()["options"]
    rows = known.get(f"{code}.{field['id']}") or known.get(field["id"])
    if field["id"] == "hang":
        field["reference"] = "HANG_GPLX"
    elif rows and field["id"] not in AS_WORDS:
        field["options"] = [{"code": row[0], "label": _wording(row[1:])} for row in rows]
    elif raw.get("options"):
        field["options"] = [
            {"code": str(i), "label": {"vi": str(o)}} for i, o in enumerate(raw["options"], 1)
        ]
    else:
        field["type"] = "text"


def _columns(field: dict[str, Any], raw: Mapping[str, Any]) -> None:
    words = _words()
    names = raw.get("columns") or words["column_sets"].get(field["id"], ["noi_dung_moi"])
    columns = []
    for name in names:
        kind, vi, en, required, settings = words["columns"][name]
        column = {"id": name, "type": kind, "label": {"vi": vi, "en": en}, **settings}
        if required:
            column["required"] = True
        columns.append(column)
    field["columns"] = columns
    if "nganh_chinh" in names:
        field["one_of"] = "nganh_chinh"


def _label(raw: Mapping[str, Any]) -> str:
    label = str(raw["label"]).strip()
    # Some labels were cut ("Họ, chữ đệm, tên "): the section then says whose.
    return label if label else str(raw["key"])


def _english(key: str, person: str, piece: str) -> str:
    words = _words()
    if person:
        return f"{PIECES[piece][0]} of {words['sections'][person][2]}"
    return str(words["labels"].get(key, ""))


def shipped_blocks() -> dict[str, dict[str, Any]]:
    """The sections that every installation begins its library with, by key."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((HERE / "blocks").glob("*.json"))
    }
