"""The judged level beside the level that the national data state, for every procedure described in detail; pure.

The data say how a procedure is filed, paid and returned, not how it is decided. What they leave open is assumed, and each
assumption that was needed is named beside the result: a disagreement is explained, never hidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from motcua.law.registry import Law
from motcua.programme.review import rules
from motcua.programme.review.findings import Findings, Requirement, read
from motcua.programme.review.proposals import from_definition
from motcua.programme.review.words import level_words, reason_line

#: What the data do not say, and what is taken instead.
ASSUMPTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "resolution": (
        "việc giải quyết diễn ra trên hệ thống khi thủ tục nhận hồ sơ trực tuyến",
        "the case is resolved in the system when it can be filed online",
    ),
    "result": (
        "kết quả điện tử được trả khi thủ tục nhận hồ sơ trực tuyến và kết quả không phải thẻ, biển số",
        "an electronic result is returned when it can be filed online and is no card or plate",
    ),
    "payment": (
        "phí trả được trực tuyến khi có kênh nộp trực tuyến",
        "a fee can be paid online where filing can",
    ),
    "channels": (
        "không nêu kênh nộp: coi như có kênh trực tuyến và bưu chính",
        "no channels stated: online and post are taken to exist",
    ),
}
#: Why a judged level may differ from the stated one.
EXPLANATIONS: Final[Mapping[str, tuple[str, str]]] = {
    "no_ground": (
        "dữ liệu ghi một phần nhưng không nêu lý do nào; theo các điều kiện nêu trong dữ liệu thì đủ toàn trình",
        "the data say partial and name no ground; by what they describe it meets full-process",
    ),
    "ground_found": (
        "dữ liệu ghi toàn trình nhưng chính mô tả nêu vướng mắc: {causes}",
        "the data say full-process, but their own description names what stands in the way: {causes}",
    ),
    "record_incomplete": (
        (
            "bản mô tả trong dữ liệu thiếu căn cứ, kết quả hoặc trường hợp nên chưa coi là công bố đầy đủ; "
            "thiếu ở dữ liệu, chưa hẳn ở thủ tục"
        ),
        (
            "the description lacks legal basis, results or cases, so it is not taken for fully published; "
            "the data lack it, perhaps not the procedure"
        ),
    ),
    "not_online_yet": (
        "dữ liệu ghi chưa cung cấp trực tuyến, nhưng có nêu kênh nộp trực tuyến",
        "the data say not online yet, but state an online channel",
    ),
    "no_online_channel": (
        "dữ liệu ghi {stated} nhưng các kênh nêu ra không có trực tuyến",
        "the data say {stated}, but none of the stated channels is online",
    ),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One procedure: what the data state, what the judge says, and why they differ (empty when they agree)."""

    code: str
    name: str
    stated: str
    certain: bool
    judged: str
    reasons: tuple[str, ...]
    explanation: str
    assumed: tuple[str, ...]
    causes: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        return self.stated == self.judged

    def explained(self, *, english: bool = False) -> str:
        """The explanation as a sentence."""
        if not self.explanation:
            return ""
        causes = reason_line([{"cause": cause} for cause in self.causes], english=english).lower()
        return EXPLANATIONS[self.explanation][english].format(
            causes=causes, stated=level_words(self.stated, english=english).lower()
        )


def assumed_findings(definition: Mapping[str, Any]) -> tuple[Findings, tuple[str, ...]]:
    """What the description of a procedure comes to as findings, and which assumptions it took."""
    said = from_definition(definition, ()).document
    channels = definition.get("channels") or []
    online = not channels or "online" in channels
    hand = said["physical_result"]["required"]
    used = ["resolution"] if online else []
    used += ["result"] if online and not hand else []
    used += ["channels"] if not channels else []
    if said["payment"] is None:
        used.append("payment")
    return (
        Findings(
            information_complete=bool(said["information_complete"]),
            electronic_form=online,
            electronic_resolution=online,
            electronic_result=online and not hand,
            result_by_post=not channels or "post" in channels,
            payment=said["payment"] or ("online" if online else "offline"),
            presence=Requirement(**said["presence"]),
            onsite=Requirement(**said["onsite"]),
            physical_result=Requirement(**said["physical_result"]),
        ),
        tuple(used),
    )


def compare(code: str, name: str, definition: Mapping[str, Any], law: Law, on: date) -> Compared:
    """Judge one description and set it beside the level the data state."""
    found, used = assumed_findings(definition)
    judged = rules.judge(read(found.document()), law, on)
    causes = tuple(blocker.cause for blocker in judged.blockers)
    stated = str(definition.get("level") or "unknown")
    return Compared(
        code=code,
        name=name,
        stated=stated,
        certain=bool(definition.get("level_certain")),
        judged=judged.level,
        reasons=tuple(reason["vi"] for reason in judged.reasons),
        explanation=_why(stated, judged.level, found, causes),
        assumed=used,
        causes=causes,
    )


def _why(stated: str, judged: str, found: Findings, causes: tuple[str, ...]) -> str:
    if stated == judged:
        return ""
    if not found.electronic_form:
        return "no_online_channel"
    if stated in {"information", "unknown"}:
        return "not_online_yet"
    if judged == "full":
        return "no_ground"
    return "record_incomplete" if causes == ("information_complete",) else "ground_found"
