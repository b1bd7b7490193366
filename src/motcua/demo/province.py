"""The demo province: agencies, units, posts, people and the services they offer, from ``people.json``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from motcua.catalogue.actions import offer_service
from motcua.catalogue.models import Level, Procedure
from motcua.identity.actions import remember
from motcua.identity.claims import parse, subject_of
from motcua.identity.models import Account
from motcua.identity.settings import IDENTITY
from motcua.kernel.actors import SYSTEM, Role
from motcua.organisations.models import Agency, Holding, Post, Unit

#: Sectors by the kind of unit that answers for them.
_CIVIL = ("ho-tich", "chung-thuc", "nuoi-con-nuoi", "bao-tro-xa-hoi", "giam-ngheo", "van-bang-chung-chi")
_ECONOMY = (
    "hoat-dong-xay-dung",
    "dat-dai",
    "thanh-lap-va-hoat-dong-doanh-nghiep-ho-kinh-doanh",
    "thanh-lap-va-hoat-dong-cua-doanh-nghiep",
    "luu-thong-hang-hoa-trong-nuoc",
)
_STREETS = {
    "H56": "35 Đại lộ Lê Lợi, phường Hạc Thành", "H56.10": "Đại lộ Lê Lợi, phường Hạc Thành",
    "H56.15": "34 Đại lộ Lê Lợi, phường Hạc Thành", "H56.201": "Số 2 đường Tống Duy Tân, phường Hạc Thành",
    "H56.202": "Số 1 đường Lê Lợi, phường Sầm Sơn", "H56.203": "Thôn Trung, xã Hoằng Hóa",
    "H56.08": "17 Hạc Thành, phường Hạc Thành",
    "G01.56.201": "Số 10 đường Hạc Thành, phường Hạc Thành", "G01.56.202": "Số 5 đường Lê Lợi, phường Sầm Sơn",
    "G01.56.203": "Thôn Trung, xã Hoằng Hóa", "G24.56": "Số 6 đường Hạc Thành, phường Hạc Thành",
}  # fmt: skip
#: What communes offer online in the demo, beside every procedure that has a form and is theirs.
_DEPARTMENT_SECTORS = {"H56.10": {"hoat-dong-xay-dung"}, "H56.15": {"ly-lich-tu-phap"}}
#: What the police of a commune and the social insurance decide: parts of joint dossiers, and filed alone as well.
_POLICE, _INSURANCE = {"1.004222", "1.003197"}, {"1.001939"}


@dataclass(frozen=True)
class Person:
    """A demo person with the account and, for staff, where they sit."""

    username: str
    group: str
    account: Account
    claims: dict[str, Any]
    staff: dict[str, str] | None


def cast_file() -> dict[str, Any]:
    """The cast as shipped."""
    cast: dict[str, Any] = json.loads((Path(__file__).parent / "people.json").read_text(encoding="utf-8"))
    return cast


def build(now: datetime) -> list[Person]:
    """Make the province; harmless when it is there already."""
    cast = cast_file()
    agencies: dict[str, Agency] = {}
    units: dict[tuple[str, str], Unit] = {}
    for number, entry in enumerate(cast["agencies"]):
        code = entry["code"]
        agency, _ = Agency.objects.update_or_create(
            code=code,
            defaults={
                "name": entry["name"],
                "name_en": entry["name_en"],
                "short_name": entry["short_name"],
                "level": entry["level"],
                "parent": agencies.get(entry["parent"] or ""),
                "place": entry["place"],
                "ward_code": entry["ward_code"],
                "address": _STREETS[code],
                "phone": f"0237 3000 {number:03d}",
                "email": f"{code.lower().replace('.', '-')}@example.com",
                # The demo's own stand-in for the network of a one-stop centre (TEST-NET-2).
                "one_stop_networks": [f"198.51.100.{number * 16}/28"],
            },
        )
        agencies[code] = agency
        for unit in entry["units"]:
            sectors = {"culture": _CIVIL, "civil-status": _CIVIL, "economy": _ECONOMY, "permits": _ECONOMY}
            units[code, unit["code"]], _ = Unit.objects.update_or_create(
                agency=agency,
                code=unit["code"],
                defaults={
                    "name": unit["name"],
                    "name_en": unit["name_en"],
                    "one_stop": unit["one_stop"],
                    "sectors": list(sectors.get(unit["code"], ())),
                },
            )
    people = [_person(entry, units, now) for entry in cast["people"]]
    _offer(agencies, now)
    return people


def people() -> list[Person]:
    """Everybody, of a province that is built."""
    cast = cast_file()["people"]
    subjects = [subject_of(IDENTITY["issuer_id"], parse(entry["claims"]).sub) for entry in cast]
    accounts = {account.subject: account for account in Account.objects.filter(subject__in=subjects)}
    return [
        Person(entry["username"], entry["group"], accounts[subject], entry["claims"], entry.get("staff"))
        for entry, subject in zip(cast, subjects, strict=True)
    ]


def _person(entry: dict[str, Any], units: dict[tuple[str, str], Unit], now: datetime) -> Person:
    account = remember(claims=parse(entry["claims"]), issuer=IDENTITY["issuer_id"], now=now)
    staff = entry.get("staff")
    if staff:
        post = _post(units[staff["agency"], staff["unit"]], staff, account)
        Holding.objects.get_or_create(
            post=post, officer=account, until=None, defaults={"since": date(2025, 7, 1)}
        )
    return Person(entry["username"], entry["group"], account, entry["claims"], staff)


def _post(unit: Unit, staff: dict[str, str], account: Account) -> Post:
    held = Post.objects.filter(unit=unit, title=staff["title"], holdings__officer=account).first()
    return held or Post.objects.create(
        unit=unit, title=staff["title"], title_en=staff["title_en"], role=Role(staff["role"])
    )


def _offer(agencies: dict[str, Agency], now: datetime) -> None:
    """Communes offer what the catalogue resolves at a commune; departments what is theirs."""
    offered = set(
        Agency.objects.filter(services__isnull=False).values_list(
            "code", "services__procedure__national_code"
        )
    )
    since = date(2025, 7, 1)
    procedures = Procedure.objects.filter(detailed=True, current_version__isnull=False).select_related(
        "sector", "current_version"
    )
    for procedure in procedures:
        definition = procedure.current_version.definition if procedure.current_version else {}
        if not any(case.get("form_key") for case in definition.get("cases", [])):
            continue
        at_commune = (
            any("xã" in name for name in procedure.executing_agencies) or not procedure.executing_agencies
        )
        for code, agency in agencies.items():
            national = procedure.national_code
            fits = (
                (agency.level == Agency.Level.COMMUNE and at_commune and national not in _INSURANCE)
                or procedure.sector.slug in _DEPARTMENT_SECTORS.get(code, set())
                or (code.startswith("G01.") and national in _POLICE)
                or (code.startswith("G24.") and national in _INSURANCE)
            )
            if fits and (code, procedure.national_code) not in offered:
                offer_service(
                    actor=SYSTEM,
                    agency=agency,
                    procedure=procedure,
                    level=Level(procedure.level),
                    since=since,
                    now=now,
                )
