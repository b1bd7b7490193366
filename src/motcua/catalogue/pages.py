"""A procedure as its public page shows it. Pure: made from the stored definition.

The 11 items of the mandatory description (reference R1.22, the circular on online public services, art. 5) are:
1 name · 2 sequence · 3 manner · 4 components and number of sets · 5 time limit · 6 who · 7 resolving agency ·
8 result · 9 forms, conditions, fees · 10 filing and return channels · 11 legal basis and publication decision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text in Vietnamese, and in English when there is one."""

    vi: str
    en: str = ""

    def in_language(self, language: str) -> str:
        """English only where it exists: an official Vietnamese text is better than none."""
        return self.en if language.startswith("en") and self.en else self.vi


@dataclass(frozen=True, slots=True)
class HonestTime:
    """How long it really took lately: medians from measurement, in working minutes, with the number of dossiers."""

    p50: int
    p90: int
    dossiers: int


@dataclass(frozen=True, slots=True)
class TermView:
    """`value` null: the source gives no certain number; `rule` may still say something."""

    value: int | None
    unit: str  # same_day | working_hour | working_day | calendar_day | ""
    cutoff: str | None  # "15:00": received later counts from the next working day
    rule: str
    certain: bool


@dataclass(frozen=True, slots=True)
class FeeView:
    amount: int | None  # đồng
    channel: str  # online | counter | post | "" for all
    per: str
    rule: str
    formula: Mapping[str, int] | None
    valid_from: date | None
    valid_to: date | None
    certain: bool

    def in_force(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class PaperView:
    key: str
    name: str
    originals: int
    copies: int
    required: bool
    condition: str
    form_no: str
    replaced_by: str | None
    channel: str
    by_form: bool = False  # the declaration itself: the electronic form takes its place


@dataclass(frozen=True, slots=True)
class CaseView:
    key: str
    name: Bilingual
    condition: str
    term: TermView
    papers: tuple[PaperView, ...]
    fees: tuple[FeeView, ...]
    form_key: str | None

    def fees_on(self, day: date) -> tuple[FeeView, ...]:
        """The fee lines in force on a day: an expired discount is not shown as a price."""
        return tuple(fee for fee in self.fees if fee.in_force(day))


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the sequence, by a stable key with its words."""

    key: str
    text: Bilingual


@dataclass(frozen=True, slots=True)
class ProcedurePage:
    national_code: str
    name: str
    short_name: str
    name_en: str
    ministry: str
    sector_slug: str
    sector: Bilingual
    level: str
    level_certain: bool
    level_note: str
    citizen: bool | None
    business: bool | None
    essential: bool
    detailed: bool
    version_id: int | None
    version_number: int | None
    published_at: datetime | None
    sequence: tuple[Step, ...]
    channels: tuple[str, ...]
    sets: int
    cases: tuple[CaseView, ...]
    subjects: tuple[str, ...]
    executing_agencies: tuple[str, ...]
    results: tuple[tuple[str, str], ...]  # (name, national result code)
    legal_basis: tuple[str, ...]
    announced_by: str
    replacements: tuple[Mapping[str, str], ...]  # document, database, owner
    notes: tuple[str, ...]
    linked_codes: tuple[str, ...]
    life_events: tuple[tuple[str, Bilingual], ...]
    honest_time: HonestTime | None

    @property
    def can_file_here(self) -> bool:
        """Whether the green button leads to a form."""
        return any(case.form_key for case in self.cases)


# The source has no sequence of its own per procedure; this is the one every dossier goes by law (NĐ 118/2025/NĐ-CP:
# reception, resolution, return at the one-stop centre). Nothing in it is particular, so nothing in it is invented.
_SEQUENCE = {
    "file": Bilingual(
        "Nộp hồ sơ trực tuyến, tại bộ phận một cửa hoặc qua bưu chính công ích.",
        "File online, at the one-stop centre or by public post.",
    ),
    "receive": Bilingual(
        "Bộ phận một cửa kiểm tra hồ sơ và gửi giấy tiếp nhận có ngày hẹn trả; nếu thiếu, yêu cầu bổ sung đủ trong một lần.",
        "The one-stop centre checks your dossier and sends a receipt with the due date; if something is missing, "
        "it asks for all of it once.",
    ),
    "resolve": Bilingual(
        "Cơ quan có thẩm quyền thẩm định và giải quyết; bạn xem được tiến độ bất cứ lúc nào.",
        "The competent agency examines and decides; you can follow its progress at any time.",
    ),
    "return": Bilingual(
        "Nhận kết quả điện tử trong tài khoản, hoặc bản giấy tại bộ phận một cửa hay qua bưu chính.",
        "Receive the result in your account, or on paper at the one-stop centre or by post.",
    ),
}
_APPEAR = Bilingual(
    "Đến bộ phận một cửa theo hẹn để thực hiện phần phải có mặt.",
    "Come to the one-stop centre by appointment for the part that needs your presence.",
)


def sequence(level: str) -> tuple[Step, ...]:
    """Item 2 of the description. A partly online service has one step where the person must come."""
    steps = [Step(key, text) for key, text in _SEQUENCE.items()]
    if level == "partial":
        steps.insert(3, Step("appear", _APPEAR))
    return tuple(steps)


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _case(raw: Mapping[str, Any]) -> CaseView:
    return CaseView(
        key=raw["key"],
        name=Bilingual(raw["name_vi"], raw["name_en"]),
        condition=raw["condition"],
        term=TermView(**raw["term"]),
        papers=tuple(PaperView(**paper) for paper in raw["papers"]),
        fees=tuple(
            FeeView(**{**fee, "valid_from": _day(fee["valid_from"]), "valid_to": _day(fee["valid_to"])})
            for fee in raw["fees"]
        ),
        form_key=raw["form_key"],
    )


def build_page(
    *,
    code: str,
    name: str,
    short_name: str,
    name_en: str,
    ministry: str,
    sector: tuple[str, Bilingual],
    level: str,
    level_decided: bool = False,
    citizen: bool | None,
    business: bool | None,
    essential: bool,
    executing_agencies: Sequence[str],
    version: Mapping[str, Any] | None,
    life_events: tuple[tuple[str, Bilingual], ...],
    honest_time: HonestTime | None,
) -> ProcedurePage:
    """The page of a procedure; `version` null means that only the national index knows it."""
    definition: Mapping[str, Any] = version["definition"] if version else {}
    return ProcedurePage(
        national_code=code,
        name=name,
        short_name=short_name,
        name_en=name_en,
        ministry=ministry,
        sector_slug=sector[0],
        sector=sector[1],
        level=level,
        level_certain=level_decided or bool(definition.get("level_certain")),
        # The note explains the national data's level; a decided one is explained by the list itself.
        level_note="" if level_decided else definition.get("level_note", ""),
        citizen=citizen,
        business=business,
        essential=essential,
        detailed=version is not None,
        version_id=version["id"] if version else None,
        version_number=version["number"] if version else None,
        published_at=version["published_at"] if version else None,
        sequence=sequence(level),
        channels=tuple(definition.get("channels", ())),
        sets=1,  # the source states none; a dossier is filed once, and each paper has its own number of copies
        cases=tuple(_case(raw) for raw in definition.get("cases", ())),
        subjects=tuple(definition.get("subjects", ())),
        executing_agencies=tuple(definition.get("executing_agencies", executing_agencies)),
        results=tuple((r["name"], r["code"]) for r in definition.get("results", ())),
        legal_basis=tuple(definition.get("legal_basis", ())),
        announced_by=definition.get("announced_by", ""),
        replacements=tuple(definition.get("replacements", ())),
        notes=tuple(definition.get("notes", ())),
        linked_codes=tuple(definition.get("linked_codes", ())),
        life_events=life_events,
        honest_time=honest_time,
    )
