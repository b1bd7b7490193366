"""Form 06: the way of a dossier through the offices, each hand-over with its time and whether it was in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from motcua.dossiers.slips.parts import Slip, common
from motcua.dossiers.slips.wording import appointment_words, clock_words
from motcua.kernel import pdf

Timeliness = Literal["early", "on_time", "late", ""]
_RESULTS: Mapping[Timeliness, str] = {
    "early": "Trước hạn",
    "on_time": "Đúng hạn",
    "late": "Quá hạn",
    "": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A row: one unit hands over, another receives. `result` is how the giving unit kept its own time."""

    at: datetime
    given_by: str
    received_by: str
    giver: str = ""  # the officer's name
    receiver: str = ""
    result: Timeliness = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSlip(Slip):
    """Form 06 (kept by the system as the dossier moves; R3.28)."""

    resolving: str
    received_at: datetime
    due_at: datetime | None
    rows: Sequence[Handover]
    coordinating: Sequence[str] = ()


def control(slip: ControlSlip) -> bytes:
    """Form 06, PDF/A-2b."""
    data = common(slip, "Phiếu kiểm soát quá trình giải quyết hồ sơ", "Mẫu số 06") | {
        "resolving": slip.resolving,
        "coordinating": "; ".join(slip.coordinating),
        "received_at": clock_words(slip.received_at),
        "due_at": appointment_words(slip.due_at) if slip.due_at else "",
        "rows": [
            {
                "at": clock_words(row.at),
                "given_by": row.given_by,
                "received_by": row.received_by,
                "giver": row.giver,
                "receiver": row.receiver,
                "result": _RESULTS[row.result],
                "late": row.result == "late",
                "note": row.note,
            }
            for row in slip.rows
        ],
    }
    return pdf.render("dossiers/control", data, at=slip.issued_at)
