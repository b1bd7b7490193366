"""What an identity provider says about a person, read into one shape. Pure.

Names of claims are the national portal's and VNeID's (domain-data §2.5); their formats are not published, so
dates are taken in the three shapes seen, codes as digits or words, addresses as objects or lines. The standard
OpenID names serve as fall-backs, so that an ordinary provider (Keycloak for staff) works as well. What cannot be
read is left out, never guessed; only a missing subject or name stops a sign-in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal

from motcua.kernel import crypto
from motcua.kernel.text import clean

SUBJECT_LENGTH: Final = 190

# Kept to fill in forms; everything else a provider may send is dropped at the door (data minimisation).
KEPT: Final = (
    "LoaiTaiKhoan", "SoDinhDanh", "SoCMND", "HoVaTen", "NgayThangNamSinh", "GioiTinh", "DanToc",
    "TonGiao", "TinhTrangHonNhan", "NoiDangKyKhaiSinh", "QueQuan", "ThuongTru", "NoiOHienNay",
    "QuocTich", "Cha", "Me", "VoChong", "ChuHo", "NguoiDaiDien", "SoDienThoai", "ThuDienTu",
    "MaSoThue", "MaSoDoanhNghiep", "TenDoanhNghiep", "DiaChi", "MaBHXH", "HoChieu",
)  # fmt: skip

_STANDARD: Final = {
    "HoVaTen": "name",
    "NgayThangNamSinh": "birthdate",
    "GioiTinh": "gender",
    "SoDienThoai": "phone_number",
    "ThuDienTu": "email",
}

Gender = Literal["male", "female", ""]
Kind = Literal["citizen", "business"]

_GENDERS: Final[dict[str, Gender]] = {
    "1": "male", "nam": "male", "m": "male", "male": "male",
    "2": "female", "nữ": "female", "nu": "female", "f": "female", "female": "female",
}  # fmt: skip


class ClaimsError(ValueError):
    """Nobody can be signed in with these claims; ``code`` is ``no_subject`` or ``no_name``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A date of birth as far as it is known: old papers bear only a year."""

    year: int | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Claims:
    """A person or business as described at sign-in. Empty text where nothing usable was said."""

    sub: str
    kind: Kind
    full_name: str
    citizen_id: str = field(default="", repr=False)
    tax_code: str = field(default="", repr=False)
    business_name: str = ""
    birth: BirthDate = field(default=BirthDate(), repr=False)
    gender: Gender = ""
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    level_of_assurance: int = 1
    kept: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def is_one_person(self) -> bool:
        """Whether the account and the person of ``citizen_id`` are the same before the law.

        True for a citizen and a household business; false for a company, whose account must not see what its
        representative files as a private person.
        """
        return self.kind == "citizen" or not self.tax_code or self.tax_code == self.citizen_id


def subject_of(issuer: str, sub: str) -> str:
    """Key of an account: the provider and its name for the person (OpenID Connect Core §5.7).

    A ``sub`` that may be an identity number, or is too long for the column, is replaced by its keyed digest.
    """
    if re.fullmatch(r"\d{9,13}", sub) or len(issuer) + 1 + len(sub) > SUBJECT_LENGTH:
        sub = "hmac:" + crypto.blind_index(sub, f"subject {issuer}").hex()
    return f"{issuer}|{sub}"


def parse(raw: Mapping[str, Any]) -> Claims:
    """``raw`` (user info over ID token) as :class:`Claims`; raises :class:`ClaimsError`."""
    sub = raw.get("sub")
    if not isinstance(sub, str) or not sub.strip():
        raise ClaimsError("no_subject")
    kept = {name: value for name in KEPT if (value := _tidy(_value(raw, name))) not in (None, "", {}, [])}
    kind: Kind = "business" if _text(kept, "LoaiTaiKhoan") == "2" else "citizen"
    business_name = _text(kept, "TenDoanhNghiep")
    full_name = person_name(_text(kept, "HoVaTen")) or (business_name if kind == "business" else "")
    if not full_name:
        raise ClaimsError("no_name")
    return Claims(
        sub=sub.strip(),
        kind=kind,
        full_name=full_name[:200],
        citizen_id=_digits(_text(kept, "SoDinhDanh"), 12),
        tax_code=_tax_code(_text(kept, "MaSoThue")),
        business_name=business_name[:300],
        birth=birth_date(_text(kept, "NgayThangNamSinh")),
        gender=_GENDERS.get(_text(kept, "GioiTinh").lower(), ""),
        phone=phone(_text(kept, "SoDienThoai")),
        email=_email(_text(kept, "ThuDienTu")),
        level_of_assurance=_level(raw),
        kept=kept,
    )


def birth_date(text: str) -> BirthDate:
    """``yyyyMMdd``, ``dd/MM/yyyy``, ISO ``yyyy-MM-dd`` or a year alone; an impossible day keeps its year."""
    text = text.strip()
    if found := re.fullmatch(r"(\d{4})(?:-?(\d{2})-?(\d{2}))?(?:T.*)?", text):
        year, month, day = found.groups()
    elif found := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text):
        day, month, year = found.groups()
    else:
        return BirthDate()
    number = int(year)
    if not 1850 <= number <= 2150:
        return BirthDate()
    if not month or not int(month) or not int(day):
        return BirthDate(number)
    try:
        return BirthDate(number, date(number, int(month), int(day)))
    except ValueError:
        return BirthDate(number)


def person_name(text: str) -> str:
    """A name as people write it: registers send capitals (``NGUYỄN THỊ LAN``)."""
    if text.isupper():
        return " ".join(word.capitalize() for word in text.split(" "))
    return text


def phone(text: str) -> str:
    """A Vietnamese number in its national form (``0912345678``); any other as digits and a leading plus."""
    compact = re.sub(r"[\s.\-()]", "", text)
    if found := re.fullmatch(r"(?:\+?84|0)(\d{8,10})", compact):
        return f"0{found[1]}"
    return compact if re.fullmatch(r"\+?\d{6,15}", compact) else ""


def _value(raw: Mapping[str, Any], name: str) -> Any:
    value = raw.get(name)
    return raw.get(_STANDARD[name]) if value in (None, "") and name in _STANDARD else value


def _tidy(value: Any) -> Any:
    """Text in NFC without stray spaces, JSON in text opened, nothing deeper than a small object."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        text = clean(value)[:500]
        if text.startswith("{") and text.endswith("}"):
            try:
                opened = json.loads(value)
            except ValueError:
                return text
            return _tidy(opened)
        return text
    if isinstance(value, Mapping):
        pairs = (
            (str(key)[:60], _tidy(part))
            for key, part in list(value.items())[:20]
            if not isinstance(part, list)
        )
        return {key: part for key, part in pairs if part not in (None, "", {})}
    return None


def _text(kept: Mapping[str, Any], name: str) -> str:
    value = kept.get(name, "")
    return value if isinstance(value, str) else ""


def _digits(text: str, count: int) -> str:
    compact = re.sub(r"[\s.]", "", text)
    return compact if re.fullmatch(rf"[0-9]{{{count}}}", compact) else ""


def _tax_code(text: str) -> str:
    """10 digits, 10 with a branch (``0312345678-001``), or 12 for persons and households."""
    compact = re.sub(r"[\s.]", "", text)
    return compact if re.fullmatch(r"[0-9]{10}(-?[0-9]{3})?|[0-9]{12}", compact) else ""


def _email(text: str) -> str:
    return text if re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+", text) and len(text) <= 254 else ""


def _level(raw: Mapping[str, Any]) -> int:
    """The level of assurance: ``loAs`` or ``acr`` as ``2``, ``"2"``, ``"LoA2"``, or a list of them; else 1."""
    said = raw.get("loAs") or raw.get("acr") or ""
    numbers = [int(digit) for digit in re.findall(r"(?<!\d)[1-4](?!\d)", json.dumps(said))]
    return max(numbers, default=1)
