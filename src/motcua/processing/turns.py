"""What an officer may do to a dossier now, and why not what they may not: pure, so that the page and the tests agree.

The actions judge again under their locks; this only decides what is offered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from motcua.dossiers.lifecycle import Status, allowed
from motcua.processing.checks import MOVES
from motcua.processing.rules import StepSpec

#: The move of the lifecycle that a turn makes; those left out move nothing (the step does).
_MOVES = {
    **MOVES,
    "ask_supplement": "ask_supplement",
    "return_ineligible": "return_ineligible",
    "ask_payment": "ask_payment",
}
#: Order on the page: what brings the dossier on first, what ends it last.
ORDER = (
    "confirm_duty", "stop", "decline_stop", "receive", "sign", "return_result", "claim", "complete", "approve",
    "propose", "send_back", "consult", "ask_supplement", "return_ineligible", "ask_payment", "transfer", "extend",
    "assign", "go_back", "reject", "refuse", "move_version", "reopen", "release",
)  # fmt: skip
#: Done to the dossier itself, whichever of its steps are open.
OF_DOSSIER = frozenset({"stop", "decline_stop", "extend", "reopen", "move_version"})


@dataclass(frozen=True, slots=True)
class OpenStep:
    """An open step of a dossier, as an officer with (``mine``) or without a seat for it sees it.

    ``claimed``: "me", "other" or "". ``outcomes`` and ``permits`` as the process defines them. ``before``: whether it
    may be returned one step.
    """

    outcomes: Collection[str]
    mine: bool
    waits_for: str = ""
    claimed: str = ""
    permits: Collection[str] = ()
    before: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What beside the step decides which turns are lawful.

    ``ineligible_until``: until when it may be given back as not eligible. ``extend_until``: until when an apology with
    a new appointment may be given. ``stop_asked``: the applicant waits for an answer. ``heads``, ``at_desk``: the
    officer heads the agency, sits at its one-stop desk. ``whole``: a joint dossier, which is decided on its parts, or a
    part of one that has not begun.
    """

    status: Status
    now: datetime
    supplement_asked: bool = False
    ineligible_until: datetime | None = None
    extended: bool = False
    extend_until: datetime | None = None
    stop_asked: bool = False
    signing: bool = False
    heads: bool = False
    at_desk: bool = False
    newer_version: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that can be done. ``why`` is a refusal code when it cannot (worded by the face), else empty."""

    name: str
    why: str = ""

    @property
    def offered(self) -> bool:
        return not self.why


def turns(step: OpenStep | None, at: Standing) -> tuple[Turn, ...]:
    """The turns of an open step and of the dossier itself, in the order of the page."""
    found = [*_of_step(step, at), *_of_dossier(step, at)]
    return tuple(sorted(found, key=lambda turn: ORDER.index(turn.name) if turn.name in ORDER else len(ORDER)))


def _of_step(step: OpenStep | None, at: Standing) -> Iterable[Turn]:
    if step is None:
        return
    for name in (*step.outcomes, *step.permits):
        yield Turn(name, _why_not(name, step, at))
    if step.mine and not step.waits_for:
        if not step.claimed:
            yield Turn("claim")
        elif step.claimed == "me":
            yield Turn("release")
        if step.before:
            yield Turn("go_back")
    if (step.mine or at.heads) and not step.waits_for:
        yield Turn("assign")
    if at.status == Status.FINANCIAL_DUTY:
        yield Turn("confirm_duty", "" if step.mine else "step.not_yours")


def _of_dossier(step: OpenStep | None, at: Standing) -> Iterable[Turn]:
    """What is done to the dossier rather than at a step: by its head, or by the one-stop desk."""
    if at.stop_asked and at.at_desk:
        yield Turn("stop", "result.being_signed" if at.signing else "")
        yield Turn("decline_stop")
    if not at.heads or at.whole:
        return
    if at.status in (Status.RECEIVED, Status.PROCESSING) and at.extend_until is not None:
        yield Turn("extend", _why_not_extend(at, at.extend_until))
    if "reopen" in allowed(at.status):
        yield Turn("reopen", "result.being_signed" if at.signing else "")
    if at.newer_version and step is not None:
        yield Turn("move_version", "result.being_signed" if at.signing else "")


def _why_not_extend(at: Standing, until: datetime) -> str:
    if at.extended:
        return "extension.already"
    return "extension.too_late" if at.now > until else ""


def _why_not(name: str, step: OpenStep, at: Standing) -> str:
    if not step.mine:
        return "step.not_yours"
    if at.status in (Status.SUPPLEMENT, Status.FINANCIAL_DUTY):
        return "step.waits_for_applicant"
    if step.waits_for:
        return "result.being_signed"
    if name in ("ask_supplement", "return_ineligible") and at.supplement_asked:
        return "supplement.already_asked"
    if name == "return_ineligible" and at.ineligible_until is not None and at.now > at.ineligible_until:
        return "ineligible.too_late"
    if name == "transfer" and at.status not in (Status.REGISTERED, Status.RECEIVED):
        return "transfer.taken_up"
    move = _MOVES.get(name)
    return "dossier.illegal_move" if move is not None and move not in _moves_from(at.status) else ""


def _moves_from(status: Status) -> frozenset[str]:
    """Lawful moves; a received dossier is handed over by the first turn that needs it to be in processing."""
    return allowed(status) | (allowed(Status.PROCESSING) if status == Status.RECEIVED else frozenset())


def may_go_back(before: StepSpec, status: Status) -> bool:
    """Whether a step can be done once more in a status: one of the moves it can make is lawful there."""
    moves = {MOVES[outcome] for outcome in before.outcomes if outcome in MOVES}
    return not moves or bool(moves & _moves_from(status))


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
