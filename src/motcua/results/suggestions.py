"""What a result will probably say: its facts, worked out from the answers the dossier was filed with.

A suggestion saves typing and typing errors; the official reads it, changes what must be changed, and answers for it.
Where the answers do not tell, nothing is invented: the field stays empty, or says that the dossier's papers tell.
Everything but :func:`suggest` is pure. Words are Vietnamese: a result is an official document (NĐ 30/2020/NĐ-CP).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from motcua.dossiers.bundles import case_bundle, form_of
from motcua.dossiers.models import Dossier
from motcua.eforms.forms import Form
from motcua.kernel.clock import local_day
from motcua.results.rendering import template_for

Values = dict[str, Any]

#: Acts in the order in which a decision cites them (NĐ 30/2020/NĐ-CP, appendix I: the higher first).
_ACTS = (
    ("QH", "Luật số"),
    ("NQ", "Nghị quyết số"),
    ("NĐ-CP", "Nghị định số"),
    ("QĐ", "Quyết định số"),
    ("TT", "Thông tư số"),
)
_ACTS_CITED = 6


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a dossier besides its answers. ``number`` is the citizen ID or tax code; ``today`` the local day."""

    code: str
    procedure: str
    result: str
    agency: str
    applicant: str
    number: str
    address: str
    today: date
    legal_basis: Sequence[str] = field(default=())


@dataclass(frozen=True)
class Answers:
    """Cleaned answers, read as a person would read them aloud."""

    values: Mapping[str, Any]
    form: Form | None

    def say(self, name: str) -> str:
        """The answer in Vietnamese words on one line; empty when it was not asked or not given."""
        value = self.values.get(name)
        if value is None or self.form is None or name not in self.form.by_id:
            return ""
        question = self.form.by_id[name]
        return one_line(question.kind.display(question, value, "vi"))

    def upper(self, name: str) -> str:
        """A name as it is printed on a paper."""
        return self.say(name).upper()

    def part(self, name: str, piece: str) -> Any:
        """A piece of a compound answer, raw; None when there is none."""
        value = self.values.get(name)
        return value.get(piece) if isinstance(value, Mapping) else None


def one_line(text: str) -> str:
    """Lines joined with semicolons, spaces single."""
    return "; ".join(" ".join(line.split()) for line in text.split("\n") if line.strip())


def day(value: date) -> str:
    """`09/06/2026`."""
    return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"


def joined(*parts: str, between: str = ", ") -> str:
    """The parts that say something."""
    return between.join(part for part in parts if part)


def _birth(a: Answers, facts: Facts) -> Values:
    values: Values = {
        "name": a.upper("tre_ho_ten"),
        "born_on": a.say("tre_ngay_sinh"),
        "born_on_words": a.say("tre_ngay_sinh_chu"),
        "gender": a.say("tre_gioi_tinh"),
        "ethnicity": a.say("tre_dan_toc"),
        "nationality": a.say("tre_quoc_tich"),
        "born_at": a.say("tre_noi_sinh"),
        "home_place": a.say("tre_que_quan"),
        "requester": a.upper("nguoi_yeu_cau_ho_ten") or facts.applicant.upper(),
        "requester_paper": a.say("nguoi_yeu_cau_giay_to"),
        "registered_on": day(facts.today),
    }
    for ours, theirs in (("mother", "me"), ("father", "cha")):
        values |= {
            f"{ours}_name": a.upper(f"{theirs}_ho_ten"),
            f"{ours}_born_on": a.say(f"{theirs}_ngay_sinh")[-4:],
            f"{ours}_nationality": joined(a.say(f"{theirs}_dan_toc"), a.say(f"{theirs}_quoc_tich")),
            f"{ours}_residence": a.say(f"{theirs}_noi_cu_tru"),
        }
    return values


def _marital_status(a: Answers, facts: Facts) -> Values:
    # The form copies the requester's own data when the certificate is for themselves; older answers may lack it.
    def of(piece: str) -> str:
        return a.say(f"nguoi_duoc_cap_{piece}") or a.say(f"nguoi_yeu_cau_{piece}")

    residence = of("noi_cu_tru")
    period = a.say("thoi_gian_cu_tru")
    status = a.say("tinh_trang_hon_nhan")
    ground = joined(a.say("so_ban_an"), a.say("giay_chung_tu"), a.say("vo_chong_hien_tai"), between="; ")
    purpose = a.say("muc_dich")
    if a.values.get("muc_dich_loai") == "ket_hon":
        spouse = str(a.part("ket_hon_voi", "ho_ten") or "").upper()
        purpose = joined(
            joined("Đăng ký kết hôn", f"với {spouse}" if spouse else "", between=" "),
            f"tại {a.say('noi_dang_ky_ket_hon')}" if a.say("noi_dang_ky_ket_hon") else "",
        )
    return {
        "requester": a.upper("nguoi_yeu_cau_ho_ten") or facts.applicant.upper(),
        "name": of("ho_ten").upper(),
        "born_on": of("ngay_sinh"),
        "ethnicity": of("dan_toc"),
        "nationality": of("quoc_tich"),
        "citizen_id": of("so_dinh_danh"),
        "residence": residence,
        "period": joined(residence, period, between=": ") if period else "",
        "status": f"{status} ({ground})" if ground else status,
        "purpose": purpose or "Theo đề nghị của người yêu cầu",
        "validity": "06 tháng kể từ ngày cấp",  # NĐ 123/2015/NĐ-CP art. 23 cl. 1
    }


def _household_business(a: Answers, facts: Facts) -> Values:
    owner_id = a.say("chu_hkd_so_dinh_danh")
    rows = a.values.get("nganh_nghe") or []
    return {
        # Since 1 July 2025 a household's tax code is its owner's citizen ID (domain-data §2.10).
        "code": owner_id,
        "registration_note": f"Đăng ký lần đầu ngày {day(facts.today)}",
        "name": a.upper("ten_hkd"),
        "address": a.say("tru_so"),
        "phone": a.say("dien_thoai_hkd"),
        "activities": [
            {
                "name": one_line(str(row.get("ten_nganh", "")))
                + (" (chính)" if row.get("nganh_chinh") else ""),
                "code": str(row.get("ma_nganh", "")),
            }
            for row in rows
        ],
        "capital": a.say("von_kinh_doanh"),
        "owner": a.upper("chu_hkd_ho_ten") or facts.applicant.upper(),
        "owner_born_on": a.say("chu_hkd_ngay_sinh"),
        "owner_citizen_id": owner_id,
        "owner_address": facts.address,
        "founder": a.say("chu_the_thanh_lap"),
        "starts_on": a.say("ngay_bat_dau"),
    }


def _building_permit(a: Answers, facts: Facts) -> Values:
    def bare(name: str) -> str:
        # The template prints the unit in its label.
        return a.say(name).replace("\u00a0", " ").removesuffix(" m²").removesuffix(" m")

    return {
        "investor": a.say("chu_dau_tu") or facts.applicant,
        "representative": a.upper("nguoi_dai_dien"),
        "address": a.say("dia_chi_lien_he"),
        "work": joined(a.say("loai_cong_trinh"), a.say("cap_cong_trinh").replace("Cấp", "cấp", 1)),
        "design": f"Hồ sơ thiết kế kèm theo hồ sơ {facts.code}",
        "designer": str(a.part("don_vi_thiet_ke", "ten_don_vi") or ""),
        "site": a.say("dia_diem"),
        "footprint": bare("dien_tich_xd"),
        "floor_area": bare("tong_dien_tich_san"),
        "height": bare("chieu_cao"),
        "floors": a.say("so_tang"),
        "land_paper": f"Giấy tờ về quyền sử dụng đất kèm theo hồ sơ {facts.code}",
        # Luật Xây dựng art. 90 cl. 10: 12 months to begin the works.
        "validity": "trong thời hạn 12 tháng kể từ ngày cấp",
    }


def _certified_copy(a: Answers, facts: Facts) -> Values:
    return {
        "document": a.say("ten_giay_to") or a.say("loai_giay_to"),
        "pages": a.say("so_trang"),
        "copies": a.say("so_ban"),
        "requester": facts.applicant.upper(),
        "certification_number": f"Ghi theo mã hồ sơ {facts.code}",
    }


def cited(number: str) -> str:
    """`Căn cứ Nghị định số 123/2015/NĐ-CP;` from an act's number; a kind we do not know is cited as a document."""
    kind = next((words for sign, words in _ACTS if sign in number.split("/")[-1]), "Văn bản số")
    return f"Căn cứ {kind} {number};"


def _rank(number: str) -> int:
    last = number.split("/")[-1]
    return next((place for place, (sign, _) in enumerate(_ACTS) if sign in last), len(_ACTS))


def _decision(a: Answers, facts: Facts) -> Values:
    acts = sorted(facts.legal_basis, key=_rank)[:_ACTS_CITED]
    who = facts.applicant.upper()
    return {
        "subject": f"Về việc giải quyết thủ tục {facts.procedure}",
        "bases": [
            *(cited(number) for number in acts),
            f"Xét hồ sơ số {facts.code} của {who}.",
        ],
        "articles": [
            f"Giải quyết thủ tục “{facts.procedure}” theo đề nghị của {who}. Kết quả: {facts.result}.",
            f"{facts.agency} và {who} chịu trách nhiệm thi hành Quyết định này.",
            "Quyết định này có hiệu lực kể từ ngày ký.",
        ],
        "recipients": ["Như Điều 2;", "Lưu: VT, hồ sơ."],
    }


_BUILDERS: Mapping[str, Callable[[Answers, Facts], Values]] = {
    "birth": _birth,
    "marital_status": _marital_status,
    "household_business": _household_business,
    "building_permit": _building_permit,
    "certified_copy": _certified_copy,
    "decision": _decision,
}


def values_for(template: str, answers: Mapping[str, Any], form: Form | None, facts: Facts) -> Values:
    """Values by field key for a result template. Dates are worded dd/mm/yyyy and names are upper case.

    Keys without a value are left out. KeyError for an unknown template.
    """
    drafted = _BUILDERS[template](Answers(answers, form), facts)
    return {key: value for key, value in drafted.items() if value}


def suggest(dossier: Dossier, *, today: date | None = None) -> Values:
    """The suggestion for a dossier's result on ``today`` (local; the day it was received when not given)."""
    bundle = case_bundle(dossier.case_id)
    latest = dossier.answer_sets.order_by("-number").first()
    template = template_for(bundle.national_code).key
    definition = dossier.version.definition if template == "decision" else {}
    facts = Facts(
        code=dossier.code,
        procedure=bundle.name,
        result=bundle.result_name,
        agency=dossier.agency.name,
        applicant=dossier.applicant_name,
        number=dossier.applicant_number,
        address=dossier.contacts.get("address", ""),
        today=today or local_day(dossier.received_at or dossier.submitted_at),
        legal_basis=tuple(definition.get("legal_basis", ())),
    )
    form = form_of(dossier.form_id) if dossier.form_id else None
    return values_for(template, latest.values if latest else {}, form, facts)
