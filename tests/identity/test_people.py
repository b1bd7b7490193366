"""The demo cast is usable: every claim reads, every post has its place, nobody shares a number."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from vietnam_provinces import Province, Ward

from motcua.identity.claims import parse
from motcua.kernel.actors import Role
from motcua.kernel.personal_codes import citizen_id_doubts, parse_tax_code
from motcua.simulators.identity_provider.__main__ import DEFAULT_PEOPLE

DOCUMENT: dict[str, Any] = json.loads(DEFAULT_PEOPLE.read_text(encoding="utf-8"))
PEOPLE: list[dict[str, Any]] = DOCUMENT["people"]
STAFF = [person for person in PEOPLE if "staff" in person]
WARDS = {
    int(ward.code): ward.name
    for province in Province.iter_all()
    for ward in Ward.iter_by_province(province.code)
}


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person["username"])
def test_claims_read_and_agree_with_the_number(person: dict[str, Any]) -> None:
    read = parse(person["claims"])
    assert read.citizen_id
    assert read.gender
    assert read.phone
    assert read.email.endswith("@example.com")
    assert read.birth.year
    day = read.birth.day.isoformat() if read.birth.day else str(read.birth.year)
    assert citizen_id_doubts(read.citizen_id, birth_date=day, sex=read.gender) == ()
    assert int(person["claims"]["ThuongTru"]["MaPhuongXa"]) in WARDS
    assert read.level_of_assurance == 2
    if read.kind == "business":
        assert read.business_name
        parse_tax_code(read.tax_code)


@pytest.mark.parametrize("claim", ["sub", "SoDinhDanh", "SoDienThoai", "TechID", "ThuDienTu"])
def test_nobody_shares_a_number(claim: str) -> None:
    assert max(Counter(person["claims"][claim] for person in PEOPLE).values()) == 1


def test_every_post_is_in_a_unit_that_exists() -> None:
    units = {(agency["code"], unit["code"]) for agency in DOCUMENT["agencies"] for unit in agency["units"]}
    for person in STAFF:
        post = person["staff"]
        assert (post["agency"], post["unit"]) in units, person["username"]
        assert post["role"] in set(Role)


def test_every_one_stop_can_take_a_dossier_all_the_way() -> None:
    for agency in DOCUMENT["agencies"]:
        if agency["level"] == "province" or "one-stop" not in {unit["code"] for unit in agency["units"]}:
            continue
        roles = {person["staff"]["role"] for person in STAFF if person["staff"]["agency"] == agency["code"]}
        assert roles >= {"one_stop", "civil_servant", "head"}, agency["code"]


def test_communes_are_the_real_ones() -> None:
    names = {
        agency["code"]: WARDS[agency["ward_code"]]
        for agency in DOCUMENT["agencies"]
        if agency["ward_code"] and agency["level"] == "commune"
    }
    assert names == {"H56.201": "Phường Hạc Thành", "H56.202": "Phường Sầm Sơn", "H56.203": "Xã Hoằng Hóa"}


def test_the_named_cast_is_there() -> None:
    roles = {person["username"]: person.get("staff", {}).get("role", person["group"]) for person in PEOPLE}
    assert {name: roles[name] for name in ("lan", "binh", "minh", "hoa", "tuan", "an", "nguoila")} == {
        "lan": "citizen",
        "binh": "business",
        "minh": "one_stop",
        "hoa": "civil_servant",
        "tuan": "head",
        "an": "outreach",
        "nguoila": "citizen",
    }


def test_birth_dates_show_all_three_shapes() -> None:
    shapes = {
        "/" if "/" in born else str(len(born)) for p in PEOPLE for born in [p["claims"]["NgayThangNamSinh"]]
    }
    assert shapes == {"/", "8", "4"}
