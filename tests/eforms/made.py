"""A form with everything a form can do, for tests of what an author does to it; and all forms those tests go over."""

from __future__ import annotations

from typing import Any

from motcua.eforms.from_catalogue import bundled_codes, bundled_definition


def q(name: str, kind: str = "text", **rest: Any) -> dict[str, Any]:
    return {"id": name, "type": kind, "label": {"vi": f"Câu {name}", "en": f"Question {name}"}, **rest}


def options(*codes: str) -> list[dict[str, Any]]:
    return [{"code": code, "label": {"vi": f"Lựa chọn {code}", "en": f"Option {code}"}} for code in codes]


def words(text: str) -> dict[str, str]:
    return {"vi": text, "en": text}


SEX = [{"code": "1", "label": words("Nam")}, {"code": "2", "label": words("Nữ")}]
BIG = {"field": "so_ban", "op": "gt", "value": 5}

RICH: dict[str, Any] = {
    "key": "rich",
    "title": words("Đủ thứ"),
    "source": "made for tests",
    "layout": "sections",
    "sections": [
        {
            "id": "nguoi",
            "title": words("Người khai"),
            "fields": [
                q("ten", "name", required=True),
                q("gioi_tinh", "code", options=SEX, required=True),
                q("ngay_sinh", "date", max="today"),
                q("so_dinh_danh", "citizen_id", birth_date="ngay_sinh", sex="gioi_tinh"),
                q("quan_he", "code", options=options("me", "khac"), required=True),
                q("nam_sinh", "computed", formula="ngay_sinh == '' ? 0 : year(ngay_sinh)", **{"as": "whole"}),
            ],
        },
        {
            "id": "ten",  # a section may have the id of a question
            "title": words("Mẹ"),
            "help": words("Chỉ khi là mẹ"),
            "show_if": {"not": {"field": "quan_he", "value": "khac"}},
            "fields": [
                q("me_ten", "name", copy_from={"field": "ten", "if": {"field": "quan_he", "value": "me"}}),
                q("me_so", "citizen_id", sex="2"),
                q("me_nghe", show_if="me_ten", required_if={"field": "quan_he", "op": "in", "value": ["me"]}),
            ],
        },
        {
            "id": "dat",
            "title": words("Đất"),
            "fields": [
                q("thua", "table", one_of="chinh", max_rows=5,
                  columns=[q("ma"), q("dien_tich", "number", required=True), q("chinh", "bool")]),
                q("so_ban", "int", min=1, max=90, required=True),
                q("so_trang", "int", min=1, max=900),
                q("tong", "computed", formula="sum(thua.map(r, r.dien_tich)) + double(so_ban)", **{"as": "number"}),
                q("gap_doi", "computed", formula="tong * 2.0"),
                q("cong", "computed", compute={"kind": "sum", "of": ["so_ban", "so_trang"]}),
                q("bang_chu", "computed", compute={"kind": "number_words", "of": "so_ban"}),
                q("loi", "computed", formula="ten + ' có so_ban bản: ' + string(so_ban)"),
                q("vi_sao", "textarea",
                  show_if={"any": [BIG, {"all": [{"field": "so_ban", "op": "lt", "other": "so_trang"}, "ngay_sinh"]}]}),
                q("y_kien", "textarea", officer_only=True),
            ],
        },
    ],
    "checks": [
        {"if": {"field": "so_trang", "op": "gt", "value": 500}, "field": "so_trang", "level": "warning",
         "message": words("Nhiều trang")},
        {"if": {"field": "so_ban", "op": "gt", "other": "so_trang"}, "field": "so_ban", "message": words("Nhiều bản")},
    ],
    "outcomes": {
        "blocks": [{"if": {"field": "so_ban", "op": "gt", "value": 80}, "message": words("Quá nhiều")}],
        "components": [{"if": BIG, "component": "to_khai"}, {"if": "me_nghe", "component": "anh"}],
        "cases": [{"if": BIG, "case": "nhieu"}],
        "routes": [{"if": {"field": "thua", "op": "filled"}, "sector": "dat-dai"}],
        "fee": {"formula": "so_ban * so_trang * 2000", "blanks": "zero"},
    },
}  # fmt: skip


def shipped() -> dict[str, dict[str, Any]]:
    """The definitions that were written by hand, and the rich one, by key."""
    found = {code: definition for code in bundled_codes() if (definition := bundled_definition(code))}
    return {**found, "rich": RICH}
