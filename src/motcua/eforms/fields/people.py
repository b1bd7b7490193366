"""Blocks about one person or one business: what every form asks of them, asked the same way everywhere.

`"pieces"` chooses and orders what is asked; `"optional"` names those that may stay empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from motcua.eforms.choices import Text
from motcua.eforms.fields.address import ADDRESS
from motcua.eforms.fields.base import Field, FieldError, part
from motcua.eforms.fields.citizen_id import CITIZEN_ID, SEXES
from motcua.eforms.fields.code import CHOICE
from motcua.eforms.fields.compound import Compound
from motcua.eforms.fields.date import DATE
from motcua.eforms.fields.email import EMAIL
from motcua.eforms.fields.name import NAME
from motcua.eforms.fields.phone_vn import PHONE
from motcua.eforms.fields.reference_list import ReferenceList
from motcua.eforms.fields.settings import Setting
from motcua.eforms.fields.tax_code import TAX_CODE
from motcua.eforms.fields.text import TEXT
from motcua.eforms.reference import reference
from motcua.kernel.personal_codes import citizen_id_doubts

REFERENCE = ReferenceList()


class Block(Compound):
    """Pieces chosen by the definition among those of the type."""

    offered: tuple[Field, ...] = ()
    usual: tuple[str, ...] = ()
    claims: Mapping[str, str] = {}

    def pieces(self, field: Field) -> tuple[Field, ...]:
        made: tuple[Field, ...] | None = field.made.get("pieces")
        if made is None:
            by_name = {piece.id: piece for piece in self.offered}
            optional = set(field.settings.get("optional", ()))
            wanted = [name for name in field.settings.get("pieces", self.usual) if name in by_name]
            made = tuple(replace(by_name[name], required=name not in optional) for name in wanted)
            field.made["pieces"] = made
        return made

    def from_claim(self, field: Field, claim: Any) -> Any:
        """The claims of an identity (`domain-data` 2.5), or pieces under our own names."""
        if not isinstance(claim, Mapping):
            return None
        found = {}
        for piece in self.pieces(field):
            paths = (piece.id, *self.claims.get(piece.id, "").split("|"))
            said = next((claim[path] for path in paths if claim.get(path)), None)
            raw = piece.kind.from_claim(piece, said) if said is not None else None
            if raw is not None:
                found[piece.id] = raw
        return found or None

    def faults(self, field: Field) -> tuple[Text, ...]:
        known = {piece.id for piece in self.offered}
        chosen = field.settings.get("pieces", self.usual)
        found = [Text(f"không có mục “{n}”", f"there is no piece {n!r}") for n in chosen if n not in known]
        found += [
            Text(f"mục “{n}” không bắt buộc nhưng không được hỏi", f"{n!r} is optional, but not asked")
            for n in field.settings.get("optional", ())
            if n not in chosen
        ]
        if len(set(chosen)) != len(chosen) or not chosen:
            found.append(Text("chọn ít nhất một mục, mỗi mục một lần", "choose pieces, each once"))
        return tuple(found)


def _choice_of(names: tuple[str, ...]) -> Mapping[str, Setting]:
    listed = {"type": "array", "items": {"type": "string", "enum": list(names)}}
    return {
        "pieces": Setting(Text("Hỏi những gì", "What is asked"), listed),
        "optional": Setting(Text("Không bắt buộc", "May stay empty"), listed),
    }


_PERSON = (
    part("name", NAME, "Họ, chữ đệm, tên", "Full name", upper=True),
    part("birth_date", DATE, "Ngày sinh", "Date of birth", settings={"max": "today", "partial": True}),
    part("sex", CHOICE, "Giới tính", "Sex", choices=reference("GIOI_TINH")),
    part("citizen_id", CITIZEN_ID, "Số định danh cá nhân", "Citizen ID"),
    part("ethnic_group", REFERENCE, "Dân tộc", "Ethnic group", choices=reference("DAN_TOC")),
    part("religion", REFERENCE, "Tôn giáo", "Religion", choices=reference("TON_GIAO")),
    part("nationality", REFERENCE, "Quốc tịch", "Nationality", choices=reference("QUOC_TICH")),
    part("occupation", REFERENCE, "Nghề nghiệp", "Occupation", choices=reference("NGHE_NGHIEP")),
    part("residence", ADDRESS, "Nơi cư trú", "Residence", settings={"abroad": True}),
    part("phone", PHONE, "Số điện thoại", "Phone number"),
    part("email", EMAIL, "Thư điện tử", "E-mail"),
)  # fmt: skip


class Person(Block):
    """Một người: name, birth date, sex, citizen ID … as chosen."""

    key = "person"
    title = Text("Thông tin một người", "A person")
    help = Text(
        "Họ tên, ngày sinh, giới tính, số định danh, nơi cư trú… của một người, hỏi như nhau ở mọi biểu mẫu.",
        "Name, birth date, sex, citizen ID, residence … of one person, asked the same way in every form.",
    )
    family = "person"
    says = "pieces"
    offered = _PERSON
    usual = ("name", "birth_date", "sex", "citizen_id", "nationality", "residence")
    options = _choice_of(tuple(piece.id for piece in _PERSON))
    messages = CITIZEN_ID.messages
    claims = {
        "name": "HoVaTen", "birth_date": "NgayThangNamSinh", "sex": "GioiTinh", "citizen_id": "SoDinhDanh",
        "ethnic_group": "DanToc", "religion": "TonGiao", "nationality": "QuocTich", "residence": "NoiOHienNay|ThuongTru",
        "phone": "SoDienThoai", "email": "ThuDienTu",
    }  # fmt: skip

    def doubts(self, field: Field, value: Any, values: Mapping[str, Any]) -> tuple[FieldError, ...]:
        """The citizen ID against the birth date and sex beside it."""
        number = value.get("citizen_id")
        if number is None:
            return ()
        birth, sex = value.get("birth_date"), SEXES.get(str(value.get("sex")))
        piece = next(p for p in self.pieces(field) if p.id == "citizen_id")
        return tuple(
            FieldError(f"citizen_id_{doubt}", {"piece": piece}, "citizen_id")
            for doubt in citizen_id_doubts(number, birth_date=birth, sex=sex)
        )


_BUSINESS = (
    part("name", TEXT, "Tên doanh nghiệp, hộ kinh doanh, tổ chức", "Name of the business", max_length=250),
    part("short_name", TEXT, "Tên viết tắt", "Short name", max_length=100),
    part("tax_code", TAX_CODE, "Mã số thuế (mã số doanh nghiệp)", "Tax code"),
    part("registration", TEXT, "Số giấy chứng nhận đăng ký", "Registration number", max_length=40),
    part("registered_on", DATE, "Ngày cấp", "Registered on", settings={"max": "today"}),
    part("address", ADDRESS, "Địa chỉ trụ sở", "Head office"),
    part("representative", NAME, "Người đại diện theo pháp luật", "Legal representative", upper=True),
    part(
        "representative_id", CITIZEN_ID, "Số định danh của người đại diện", "Citizen ID of the representative"
    ),
    part("position", TEXT, "Chức vụ", "Position", max_length=100),
    part("phone", PHONE, "Số điện thoại", "Phone number", settings={"landline": True}),
    part("email", EMAIL, "Thư điện tử", "E-mail"),
)


class Business(Block):
    """Một doanh nghiệp, hộ kinh doanh, tổ chức."""

    key = "business"
    title = Text("Thông tin doanh nghiệp, tổ chức", "A business")
    help = Text(
        "Tên, mã số thuế, trụ sở, người đại diện của doanh nghiệp, hộ kinh doanh, tổ chức.",
        "Name, tax code, head office and representative of a company, household business or organisation.",
    )
    family = "person"
    says = "pieces"
    offered = _BUSINESS
    usual = ("name", "tax_code", "address", "representative", "phone")
    options = _choice_of(tuple(piece.id for piece in _BUSINESS))
    claims = {
        "name": "TenDoanhNghiep|TenToChuc", "tax_code": "MaSoThue|MaSoDoanhNghiep", "address": "DiaChiTruSo",
        "representative": "HoVaTen", "representative_id": "SoDinhDanh", "phone": "SoDienThoai", "email": "ThuDienTu",
    }  # fmt: skip


TYPES = (Person(), Business())
