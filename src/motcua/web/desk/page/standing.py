"""Where a dossier stands for one officer: its open steps, whose they are, and which turns are theirs to take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from motcua.dossiers.lifecycle import OPEN, PAUSED
from motcua.dossiers.models import Dossier
from motcua.kernel.actors import Actor, Role
from motcua.processing import clock
from motcua.processing.actions.consulting import may_answer
from motcua.processing.definitions import process
from motcua.processing.joint.reading import is_open_whole, never_began
from motcua.processing.matters import Matters, Opinion
from motcua.processing.queries import RunLine, due_now
from motcua.processing.rules import Policy
from motcua.processing.runs import answers_for
from motcua.processing.turns import OF_DOSSIER, OpenStep, Standing, Turn, may_go_back, turns
from motcua.results.models import ResultDocument
from motcua.web.desk import words
from motcua.web.shared.wording import sentence


@dataclass(frozen=True, slots=True)
class Work:
    """An open step as the officer sees it: ``turns`` of the step itself, those that cannot be taken with why."""

    run: RunLine
    step: OpenStep
    turns: tuple[Turn, ...]

    @property
    def offered(self) -> list[str]:
        return [turn.name for turn in self.turns if turn.offered]


def works_of(
    dossier: Dossier, runs: Sequence[RunLine], actor: Actor, standing: Standing
) -> tuple[list[Work], tuple[Turn, ...]]:
    """Every open step, mine first, and the turns of the dossier itself."""
    works: list[Work] = []
    of_dossier: tuple[Turn, ...] = ()
    lines = [line for line in runs if line.closed_at is None]
    for line in lines:
        step = _open_step(line, runs, actor, dossier)
        possible = turns(step, standing)
        works.append(Work(line, step, tuple(turn for turn in possible if turn.name not in OF_DOSSIER)))
        of_dossier = tuple(turn for turn in possible if turn.name in OF_DOSSIER)
    if not lines:
        of_dossier = turns(None, standing)
    return sorted(works, key=lambda work: (not asks_me(work), work.run.due_at)), of_dossier


def asks_me(work: Work) -> bool:
    """Whether it waits for this officer now."""
    return work.step.mine and not work.step.waits_for and work.step.claimed != "other"


def _open_step(run: RunLine, runs: Sequence[RunLine], actor: Actor, dossier: Dossier) -> OpenStep:
    published = process(run.process)
    spec = published.step(run.step)
    mine = any(seat.unit == run.unit and seat.role == run.role for seat in actor.seats)
    claimed = "" if run.claimed_by is None else "me" if run.claimed_by == actor.account else "other"
    before = next((line for line in runs if line.id == run.previous), None)
    return OpenStep(
        tuple(spec.outcomes),
        mine,
        run.waits_for,
        claimed,
        spec.permits,
        before is not None
        and before.process == run.process
        and before.scope == run.scope
        and may_go_back(published.step(before.step), dossier.state),
    )


def standing_of(
    dossier: Dossier,
    runs: Sequence[RunLine],
    matters: Matters,
    actor: Actor,
    now: datetime,
    *,
    supplement_asked: bool,
) -> Standing:
    """What beside the step decides which turns are lawful."""
    newest = runs[-1].process if runs else None
    policy = process(newest).policy if newest is not None else Policy()
    lines = [line for line in runs if line.closed_at is None]
    return Standing(
        status=dossier.state,
        now=now,
        supplement_asked=supplement_asked,
        ineligible_until=clock.ineligible_until(dossier, policy),
        extended=matters.extension is not None,
        extend_until=clock.extend_until(dossier.due_at, now) if dossier.due_at is not None else None,
        stop_asked=matters.stop_asked is not None,
        signing=any(line.waits_for == "signature" for line in lines),
        heads=heads(dossier, actor),
        at_desk=any(seat.agency == dossier.agency_id for seat in actor.seats_as(Role.ONE_STOP)),
        whole=is_open_whole(dossier) or never_began(dossier),
        newer_version=newest is not None and matters.newest_version not in (None, newest),
    )


def heads(dossier: Dossier, actor: Actor) -> bool:
    """Whether the officer heads the agency that has the dossier, or one above it."""
    return answers_for(actor, dossier.agency_id, dossier.agency.code) is not None


def sees_looks(dossier: Dossier, actor: Actor) -> bool:
    """Who may know who has looked at it: its head, and colleagues with a seat in its agency; nobody who was only asked."""
    return heads(dossier, actor) or any(seat.agency == dossier.agency_id for seat in actor.seats)


def to_answer(matters: Matters, actor: Actor) -> list[Opinion]:
    """Consultations that wait for an opinion of this officer."""
    return [one for one in matters.opinions if one.open and may_answer(actor, one)]


def may_revoke(opinion: Opinion, runs: Iterable[RunLine], actor: Actor) -> bool:
    """Whether the officer sits where the question came from."""
    run = next((line for line in runs if line.id == opinion.run), None)
    return (
        opinion.open
        and run is not None
        and any(seat.unit == run.unit and seat.role == run.role for seat in actor.seats)
    )


# --- in words -------------------------------------------------------------------------------------------


def asked_words(
    dossier: Dossier, work: Work | None, result: ResultDocument | None, language: str
) -> dict[str, Any]:
    """The sentence above an open step: what it waits for, and whether it waits for me."""
    if work is None:
        if dossier.joint_id is not None and dossier.received_at is None and dossier.state in OPEN:
            what = _("Phần này chờ kết quả của phần khác để bắt đầu.")
        elif dossier.state in OPEN:
            what = _("Các phần đang được giải quyết ở cơ quan của từng phần.")
        else:
            what = _("Hồ sơ đã kết thúc, không còn việc cần làm.")
        return {"mine": False, "what": what, "who": ""}
    run, step = work.run, work.step
    name = run.name_en if language == "en" and run.name_en else run.name
    place = run.unit_name if run.agency == dossier.agency_id else f"{run.unit_name}, {run.agency_name}"
    who = place + (f" · {run.claimed_name}" if run.claimed_name else "")
    if run.waits_for == "signature" and result is not None and result.state == ResultDocument.State.SIGNING:
        return {"mine": False, "what": _("Kết quả đang được ký số."), "who": who}
    if run.waits_for and dossier.state in PAUSED:
        what = (
            _("Đang chờ người nộp bổ sung hồ sơ.")
            if dossier.status == 5
            else _("Đang chờ người nộp thực hiện nghĩa vụ tài chính.")
        )
        return {"mine": False, "what": what, "who": who}
    if step.mine and step.claimed == "other":
        return {
            "mine": False,
            "what": _("%(step)s: %(name)s đang xử lý.") % {"step": name, "name": run.claimed_name},
            "who": who,
        }
    if step.mine:
        return {"mine": True, "what": _("Việc của Ông/Bà: %(step)s") % {"step": name}, "who": who}
    return {"mine": False, "what": _("Đang ở bước: %(step)s") % {"step": name}, "who": who}


def work_row(
    dossier: Dossier,
    work: Work,
    result: ResultDocument | None,
    actor: Actor,
    now: datetime,
    language: str,
    standing: Standing,
    offered: Sequence[str],
) -> dict[str, Any]:
    """An open step for the template: what, who, due, and its turns."""
    paused = bool(work.run.waits_for) and dossier.state in PAUSED
    state, minutes = due_now(dossier.agency.code, work.run.due_at, paused=paused, actor=actor, now=now)
    return {
        "run": work.run,
        "asked": asked_words(dossier, work, result, language),
        "state": state,
        "minutes": minutes,
        "due_at": work.run.due_at,
        "turns": [turn_row(name, dossier) for name in offered],
        "withheld": withheld_rows(work.turns, standing),
    }


def at_once(name: str, dossier: Dossier) -> bool:
    """Whether one press takes it: returning a result asks for the post's number where it goes by post."""
    return name in words.AT_ONCE and not (name == "return_result" and dossier.return_by == "post")


def turn_row(name: str, dossier: Dossier) -> dict[str, Any]:
    """A turn as a button, with what it means."""
    button, means, _done = words.TURNS[name]
    return {
        "name": name,
        "text": _(button),
        "means": _(means),
        "at_once": at_once(name, dossier),
        "grave": name in words.GRAVE,
    }


def withheld_rows(possible: Iterable[Turn], standing: Standing) -> list[tuple[str, list[str]]]:
    """(why, names) of the turns that cannot be taken, with the date where there is one."""
    reasons: dict[str, list[str]] = {}
    for turn in possible:
        if turn.why:
            reasons.setdefault(turn.why, []).append(_(words.TURNS[turn.name][0]))
    return [(sentence(why, _facts(why, standing)), names) for why, names in reasons.items()]


def _facts(why: str, standing: Standing) -> Mapping[str, Any]:
    """What the sentence of a reason names."""
    if why == "ineligible.too_late":
        return {"until": standing.ineligible_until}
    return {"until": standing.extend_until} if why == "extension.too_late" else {}
