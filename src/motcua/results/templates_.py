"""The results that can be made: each template's facts and words, and a document out of them. Pure.

A template is one typst file in `typst/` plus its entry here; `templates` is the registry. The face builds the official's
drafting form from `Template.fields`, so a new result needs no new screen. Words on a result are Vietnamese by law.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from motcua.kernel import pdf, qr
from motcua.kernel.clock import VIETNAM
from motcua.kernel.registry import Registry
from motcua.results import rules

# text: one line. long: several lines. list: lines of text. activities: rows {"name", "code"}.
FieldKind = Literal["text", "long", "list", "activities"]

_BLANK: Mapping[str, pdf.JSON] = {
    "text": "……………",
    "long": "……………",
    "list": ["……………"],
    "activities": [{"name": "……………", "code": "……"}],
}


@dataclass(frozen=True, slots=True)
class Field:
    """A fact a result states. `label` is what the drafting form asks (Vietnamese msgid)."""

    key: str
    label: str
    kind: FieldKind = "text"
    required: bool = True


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of result. `abbreviation` goes into its number (`15/XN-UBND`)."""

    key: str
    title: str
    abbreviation: str
    fields: tuple[Field, ...]

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(f.key for f in self.fields if f.required)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureNote:
    """What the paper says about its signature; must be what the signature itself says."""

    name: str
    organisation: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A result about to be printed.

    `values` by field key: text, or lists for the kinds that say so; dates already worded dd/mm/yyyy. `authority` and `post`
    are the two lines above the signer's name ("TM. Ủy ban nhân dân", "Chủ tịch"). `verify_url` is the address behind
    the QR code and holds only the verification code.
    """

    template: str
    dossier_code: str
    agency: str
    superior: str
    place: str
    number: str
    issued_at: datetime
    values: Mapping[str, pdf.JSON]
    post: str
    signer: str
    authority: str
    verify_code: str
    verify_url: str
    issuer: str = (
        ""  # who decides, in a decision ("Chủ tịch Ủy ban nhân dân phường Hoa Lư"); the agency when empty
    )


class IncompleteError(ValueError):
    """Required facts are missing; `keys` names them, in the template's order."""

    def __init__(self, keys: list[str]) -> None:
        super().__init__(", ".join(keys))
        self.keys = keys


templates: Registry[Template] = Registry("result templates")

templates.register(
    Template(
        "marital_status",
        "Giấy xác nhận tình trạng hôn nhân",
        "XN",
        (
            Field("requester", "Người yêu cầu"),
            Field("name", "Họ, chữ đệm, tên của người được xác nhận"),
            Field("born_on", "Ngày, tháng, năm sinh"),
            Field("gender", "Giới tính", required=False),
            Field("ethnicity", "Dân tộc", required=False),
            Field("nationality", "Quốc tịch"),
            Field("citizen_id", "Số định danh cá nhân"),
            Field("residence", "Nơi cư trú"),
            Field("period", "Trong thời gian cư trú tại (nơi, từ ngày, đến ngày)", "long", required=False),
            Field("status", "Tình trạng hôn nhân", "long"),
            Field("purpose", "Mục đích sử dụng", "long"),
            Field("validity", "Thời hạn giá trị", required=False),
        ),
    )
)
templates.register(
    Template(
        "birth",
        "Giấy khai sinh",
        "KS",
        (
            Field("name", "Họ, chữ đệm, tên của trẻ"),
            Field("born_on", "Ngày, tháng, năm sinh"),
            Field("born_on_words", "Ngày sinh ghi bằng chữ"),
            Field("gender", "Giới tính"),
            Field("ethnicity", "Dân tộc"),
            Field("nationality", "Quốc tịch"),
            Field("born_at", "Nơi sinh", "long"),
            Field("home_place", "Quê quán", "long"),
            Field("citizen_id", "Số định danh cá nhân của trẻ", required=False),
            Field("mother_name", "Họ, chữ đệm, tên của mẹ", required=False),
            Field("mother_born_on", "Năm sinh của mẹ", required=False),
            Field("mother_nationality", "Dân tộc, quốc tịch của mẹ", required=False),
            Field("mother_residence", "Nơi cư trú của mẹ", "long", required=False),
            Field("father_name", "Họ, chữ đệm, tên của cha", required=False),
            Field("father_born_on", "Năm sinh của cha", required=False),
            Field("father_nationality", "Dân tộc, quốc tịch của cha", required=False),
            Field("father_residence", "Nơi cư trú của cha", "long", required=False),
            Field("requester", "Họ, chữ đệm, tên người đi khai sinh"),
            Field("requester_paper", "Giấy tờ tùy thân của người đi khai sinh", required=False),
            Field("registered_on", "Ngày đăng ký"),
        ),
    )
)
templates.register(
    Template(
        "household_business",
        "Giấy chứng nhận đăng ký hộ kinh doanh",
        "HKD",
        (
            Field("code", "Mã số hộ kinh doanh"),
            Field("registration_note", "Đăng ký lần đầu, thay đổi (ngày)"),
            Field("name", "Tên hộ kinh doanh"),
            Field("address", "Địa chỉ trụ sở", "long"),
            Field("phone", "Điện thoại", required=False),
            Field("email", "Thư điện tử", required=False),
            Field("activities", "Ngành, nghề kinh doanh", "activities"),
            Field("capital", "Vốn kinh doanh"),
            Field("owner", "Chủ hộ kinh doanh"),
            Field("owner_born_on", "Ngày sinh của chủ hộ", required=False),
            Field("owner_citizen_id", "Số định danh cá nhân của chủ hộ"),
            Field("owner_address", "Địa chỉ liên lạc của chủ hộ", "long", required=False),
            Field("founder", "Chủ thể thành lập", required=False),
            Field("starts_on", "Ngày bắt đầu hoạt động", required=False),
        ),
    )
)
templates.register(
    Template(
        "building_permit",
        "Giấy phép xây dựng",
        "GPXD",
        (
            Field("investor", "Chủ đầu tư"),
            Field("representative", "Người đại diện", required=False),
            Field("address", "Địa chỉ chủ đầu tư", "long"),
            Field("work", "Tên, loại công trình"),
            Field("design", "Hồ sơ thiết kế"),
            Field("designer", "Đơn vị thiết kế", required=False),
            Field("site", "Địa điểm xây dựng (thửa, tờ bản đồ, diện tích)", "long"),
            Field("ground_level", "Cốt nền xây dựng", required=False),
            Field("density", "Mật độ xây dựng, hệ số sử dụng đất", required=False),
            Field("setback", "Chỉ giới đường đỏ, chỉ giới xây dựng", required=False),
            Field("footprint", "Diện tích xây dựng tầng 1 (m²)"),
            Field("floor_area", "Tổng diện tích sàn (m²)"),
            Field("height", "Chiều cao công trình (m)"),
            Field("floors", "Số tầng"),
            Field("land_paper", "Giấy tờ về quyền sử dụng đất"),
            Field("validity", "Hiệu lực khởi công"),
            Field("conditions", "Chủ đầu tư phải thực hiện", "long", required=False),
        ),
    )
)
templates.register(
    Template(
        "certified_copy",
        "Lời chứng chứng thực bản sao từ bản chính",
        "CT",
        (
            Field("document", "Loại giấy tờ"),
            Field("document_number", "Số, ký hiệu bản chính", required=False),
            Field("document_issuer", "Nơi cấp, ngày cấp bản chính", required=False),
            Field("pages", "Số trang bản chính"),
            Field("copies", "Số bản sao"),
            Field("requester", "Người yêu cầu chứng thực"),
            Field("certification_number", "Số chứng thực, quyển số"),
            Field("fingerprint", "Mã băm của bản sao điện tử", required=False),
        ),
    )
)
templates.register(
    Template(
        "decision",
        "Quyết định",
        "QĐ",
        (
            Field("subject", "Về việc"),
            Field("bases", "Các căn cứ", "list"),
            Field("articles", "Các điều", "list"),
            Field("recipients", "Nơi nhận", "list", required=False),
        ),
    )
)


def render(document: Document, *, draft: bool, signature: SignatureNote | None = None) -> bytes:
    """The PDF/A-2b of a result, not yet signed.

    A draft carries the watermark "BẢN NHÁP – CHƯA CÓ GIÁ TRỊ" and dots where facts are missing. A final one needs
    `signature` (printed, then made real by `signing.sign`). Raises IncompleteError, NotRegistered.
    """
    template = templates.get(document.template)
    lacking = rules.missing(template.required, document.values)
    if not draft and lacking:
        raise IncompleteError(lacking)
    if not draft and signature is None:
        raise ValueError("a final result says who signs it")
    # pdf.render would print a forgotten fact as nothing; a draft shows the gap instead.
    blanks = {f.key: _BLANK[f.kind] for f in template.fields if f.key in lacking}
    local = document.issued_at.astimezone(VIETNAM)
    data: dict[str, pdf.JSON] = {
        "title": template.title,
        "keywords": [document.dossier_code, document.verify_code],
        "draft": draft,
        "superior": document.superior,
        "agency": document.agency,
        "issuer": document.issuer or document.agency,
        "number": document.number or "……/" + template.abbreviation,
        "place_date": f"{document.place}, ngày {local.day:02d} tháng "
        f"{f'{local.month:02d}' if local.month < 3 else local.month} năm {local.year}",
        "dossier_code": document.dossier_code,
        "values": {**document.values, **blanks},
        "authority": document.authority,
        "post": document.post,
        "signer": document.signer,
        "signature": None if draft or signature is None else _note(signature),
        "qr": qr.svg(document.verify_url),
        "verify_code": document.verify_code,
        "verify_host": document.verify_url.partition("?")[0],
    }
    return pdf.render(f"results/{template.key}", data, at=document.issued_at)


def _note(signature: SignatureNote) -> pdf.JSON:
    at = signature.at.astimezone(VIETNAM)
    # Day, month, hour and zone as NĐ 30/2020 appendix I asks of a digital signature.
    stamp = f"{at:%H:%M:%S %d/%m/%Y} +07:00"
    return {"name": signature.name, "organisation": signature.organisation, "at": stamp}
