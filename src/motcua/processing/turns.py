"""What an officer may do to a dossier now, and why not what they may not: pure, so that the page and the tests agree.

The actions judge again under their locks; this only decides what is offered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from motcua.dossiers.lifecycle import Status, allowed

#: The move of the lifecycle that an outcome of a step makes; those left out move nothing (the step does).
_MOVES = {
    "receive": "receive",
    "refuse": "refuse",
    "ask_supplement": "ask_supplement",
    "ask_payment": "ask_payment",
    "reject": "reject",
    "return_result": "return_result",
}
#: Order on the page: what brings the dossier on first, what ends it last.
ORDER = (
    "confirm_duty", "receive", "sign", "return_result", "claim", "propose", "send_back",
    "ask_supplement", "ask_payment", "reject", "refuse", "release",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OpenStep:
    """The open step of a dossier, as an officer with (``mine``) or without a seat for it sees it.

    ``claimed``: "me", "other" or "". ``outcomes`` as the process defines them.
    """

    outcomes: Collection[str]
    mine: bool
    waiting: bool
    claimed: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that can be done. ``why`` is a refusal code when it cannot (worded by the face), else empty."""

    name: str
    why: str = ""

    @property
    def offered(self) -> bool:
        return not self.why


def turns(step: OpenStep | None, status: Status, *, supplement_asked: bool) -> tuple[Turn, ...]:
    """The turns of the open step, in the order of the page; none when nothing is left to do."""
    if step is None:
        return ()
    found = [Turn(name, _why_not(name, step, status, supplement_asked)) for name in step.outcomes]
    if step.mine and not step.waiting:
        if not step.claimed:
            found.append(Turn("claim"))
        elif step.claimed == "me":
            found.append(Turn("release"))
    if status == Status.FINANCIAL_DUTY:
        found.append(Turn("confirm_duty", "" if step.mine else "step.not_yours"))
    return tuple(sorted(found, key=lambda turn: ORDER.index(turn.name) if turn.name in ORDER else len(ORDER)))


def _why_not(name: str, step: OpenStep, status: Status, supplement_asked: bool) -> str:
    if not step.mine:
        return "step.not_yours"
    if step.waiting:
        return {
            Status.SUPPLEMENT: "step.waits_for_applicant",
            Status.FINANCIAL_DUTY: "step.waits_for_applicant",
        }.get(status, "result.being_signed")
    if name == "ask_supplement" and supplement_asked:
        return "supplement.already_asked"
    move = _MOVES.get(name)
    # A received dossier is handed over by the first turn that needs it to be in processing.
    moves = allowed(status) | (allowed(Status.PROCESSING) if status == Status.RECEIVED else frozenset())
    return "dossier.illegal_move" if move is not None and move not in moves else ""


def offered(found: Iterable[Turn]) -> tuple[Turn, ...]:
    """Those that can be taken."""
    return tuple(turn for turn in found if turn.offered)


def withheld(found: Iterable[Turn]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(why, names) of those that cannot, one entry a reason."""
    reasons: dict[str, list[str]] = {}
    for turn in found:
        if turn.why:
            reasons.setdefault(turn.why, []).append(turn.name)
    return tuple((why, tuple(names)) for why, names in reasons.items())
