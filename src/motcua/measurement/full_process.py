"""Was this dossier full-process, and if not, which step broke it? Pure (R2.11: NĐ 307/2025/NĐ-CP).

Filed online by whoever did not come; no paper handed in; whatever had to be paid, paid through the payment platform;
nobody went to look on site; an electronic result; returned online, where a paper copy may follow by post but is not fetched
at the counter. The rate is such dossiers ÷ all dossiers resolved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Payment = Literal["none", "platform", "outside"]
#: The steps in the order in which a dossier meets them; the first that is not so broke it.
STEPS: Final = (
    "filed_online",
    "no_visit",
    "no_paper",
    "paid_on_platform",
    "no_onsite",
    "electronic_result",
    "returned_online",
)


@dataclass(frozen=True, slots=True)
class Trace:
    """What happened to one dossier. ``finished``: it ended with a result; ``return_by``: online, post or counter."""

    online: bool
    at_the_centre: bool
    paper_filed: bool
    payment: Payment
    onsite: bool
    finished: bool
    electronic_result: bool
    return_by: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """``full`` is None for a dossier without a result: it is in neither part of the rate. ``broken_by`` is the first step
    that was not so, ``failed`` all of them."""

    full: bool | None
    broken_by: str
    failed: tuple[str, ...]


def judge(trace: Trace) -> Verdict:
    """The test of one dossier."""
    holds = {
        "filed_online": trace.online,
        # On-line from a machine of the one-stop centre, or keyed there by an officer: the person had to come.
        "no_visit": not trace.at_the_centre,
        "no_paper": not trace.paper_filed,
        "paid_on_platform": trace.payment != "outside",
        "no_onsite": not trace.onsite,
        "electronic_result": trace.electronic_result,
        "returned_online": trace.return_by in {"online", "post"},
    }
    failed = tuple(step for step in STEPS if not holds[step])
    if not trace.finished:
        return Verdict(None, failed[0] if failed else "", failed)
    return Verdict(not failed, failed[0] if failed else "", failed)
