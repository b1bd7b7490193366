"""The ten national statuses and every lawful way between them.

The codes are those of the National Portal (R1.11). The table is the only place where a way is opened: no
action writes ``status`` except through :func:`move`. ``docs/lifecycle.md`` is generated from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from motcua.kernel.refusals import Conflict


class Status(IntEnum):
    """TrangThaiHoSo of the National Portal."""

    REGISTERED = 1
    RECEIVED = 2
    NOT_RECEIVED = 3
    PROCESSING = 4
    SUPPLEMENT = 5
    FINANCIAL_DUTY = 6
    WITHDRAWN = 7
    STOPPED = 8
    FINISHED = 9
    RETURNED = 10


OPEN = frozenset(
    {Status.REGISTERED, Status.RECEIVED, Status.PROCESSING, Status.SUPPLEMENT, Status.FINANCIAL_DUTY}
)
#: Nothing more will be done: what an officer's lists leave out.
CLOSED = frozenset({Status.NOT_RECEIVED, Status.WITHDRAWN, Status.STOPPED, Status.RETURNED})
#: The clock rests: the dossier waits for the applicant.
PAUSED = frozenset({Status.SUPPLEMENT, Status.FINANCIAL_DUTY})


@dataclass(frozen=True, slots=True)
class Edge:
    """One lawful move, the action that makes it, and the article that allows it."""

    before: Status | None
    after: Status
    action: str
    article: str


S = Status
EDGES: tuple[Edge, ...] = (
    Edge(None, S.REGISTERED, "submit", "NĐ 118/2025 Đ.17 k.2 (nộp trực tuyến); NĐ 45/2020 Đ.9"),
    Edge(S.REGISTERED, S.RECEIVED, "receive", "NĐ 118/2025 Đ.17 k.2; TT 03/2025/TT-VPCP mẫu 01"),
    Edge(S.REGISTERED, S.NOT_RECEIVED, "refuse", "NĐ 118/2025 Đ.17; TT 03/2025/TT-VPCP mẫu 03"),
    Edge(
        S.REGISTERED,
        S.SUPPLEMENT,
        "ask_supplement",
        "NĐ 118/2025 Đ.17; NQ 66.7/2025 (≤ 08 giờ làm việc); mẫu 02",
    ),
    Edge(S.REGISTERED, S.WITHDRAWN, "withdraw", "NĐ 118/2025 Đ.21"),
    Edge(S.RECEIVED, S.PROCESSING, "hand_over", "NĐ 118/2025 Đ.18 (chuyển trong ngày)"),
    Edge(S.RECEIVED, S.STOPPED, "stop", "NĐ 118/2025 Đ.21; TT 03/2025/TT-VPCP Đ.7, mẫu 05"),
    Edge(S.SUPPLEMENT, S.REGISTERED, "answer_supplement", "NĐ 118/2025 Đ.17 (bổ sung trước khi tiếp nhận)"),
    Edge(S.SUPPLEMENT, S.PROCESSING, "answer_supplement", "NĐ 118/2025 Đ.19 (tính lại sau khi đủ hồ sơ)"),
    Edge(S.SUPPLEMENT, S.WITHDRAWN, "withdraw", "NĐ 118/2025 Đ.21"),
    Edge(S.SUPPLEMENT, S.STOPPED, "stop", "NĐ 118/2025 Đ.21; TT 03/2025/TT-VPCP Đ.7, mẫu 05"),
    Edge(S.SUPPLEMENT, S.STOPPED, "close_silent", "NĐ 297/2025 (15 ngày làm việc không bổ sung)"),
    Edge(
        S.PROCESSING,
        S.SUPPLEMENT,
        "ask_supplement",
        "Luật chuyên ngành cho phép yêu cầu bổ sung khi thẩm định; mẫu 02",
    ),
    Edge(
        S.PROCESSING,
        S.SUPPLEMENT,
        "return_ineligible",
        "NĐ 118/2025 Đ.19; NĐ 61/2018 Đ.19 k.4 (≤ 03 ngày làm việc, tính lại từ đầu)",
    ),
    Edge(S.PROCESSING, S.FINANCIAL_DUTY, "ask_payment", "NĐ 118/2025 Đ.24"),
    Edge(S.FINANCIAL_DUTY, S.PROCESSING, "duty_done", "NĐ 118/2025 Đ.24"),
    Edge(S.PROCESSING, S.STOPPED, "reject", "NĐ 118/2025 Đ.19 k.8 (từ chối sau thẩm định); mẫu 03"),
    Edge(S.PROCESSING, S.STOPPED, "stop", "NĐ 118/2025 Đ.21; TT 03/2025/TT-VPCP Đ.7, mẫu 05"),
    Edge(S.FINANCIAL_DUTY, S.STOPPED, "stop", "NĐ 118/2025 Đ.21; TT 03/2025/TT-VPCP Đ.7, mẫu 05"),
    Edge(S.PROCESSING, S.FINISHED, "finish", "NĐ 118/2025 Đ.22; NĐ 45/2020 Đ.14 (kết quả điện tử)"),
    Edge(S.FINISHED, S.RETURNED, "return_result", "NĐ 118/2025 Đ.22"),
    # What was wrong is put right by the agency, at its own cost; nobody has to file anew.
    Edge(S.NOT_RECEIVED, S.REGISTERED, "reopen", "NĐ 61/2018 Đ.21 (cơ quan khắc phục sai sót)"),
    Edge(S.STOPPED, S.PROCESSING, "reopen", "NĐ 61/2018 Đ.21 (cơ quan khắc phục sai sót)"),
    Edge(S.FINISHED, S.PROCESSING, "reopen", "NĐ 61/2018 Đ.21 (cơ quan khắc phục sai sót)"),
    Edge(S.RETURNED, S.PROCESSING, "reopen", "NĐ 61/2018 Đ.21 (cơ quan khắc phục sai sót)"),
)


def move(before: Status | None, action: str, *, towards: Status | None = None) -> Edge:
    """The edge that ``action`` takes from ``before``; ``towards`` decides where one action leads two ways.

    Raises :class:`Conflict` with the present status when the law opens no such way.
    """
    for edge in EDGES:
        if edge.before == before and edge.action == action and (towards is None or edge.after == towards):
            return edge
    raise Conflict("dossier.illegal_move", status=int(before or 0), action=action)


def allowed(before: Status) -> frozenset[str]:
    """Names of the actions that lead on from ``before``."""
    return frozenset(edge.action for edge in EDGES if edge.before == before)
