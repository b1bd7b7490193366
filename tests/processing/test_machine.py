"""Random lawful and unlawful turns over several dossiers, people and clock moves; what must always hold is held after each.

The machine knows nothing of the rules: it tries turns with whoever and whenever, and the actions take or refuse them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from motcua.dossiers import actions as filing
from motcua.dossiers.lifecycle import CLOSED, EDGES, PAUSED, Status
from motcua.dossiers.models import Dossier
from motcua.kernel import working_time
from motcua.kernel.actors import Actor
from motcua.kernel.events import broken_at
from motcua.kernel.models import Event
from motcua.kernel.refusals import Refused
from motcua.kernel.working_time import Term
from motcua.organisations.models import Unit
from motcua.organisations.queries import calendar_for
from motcua.processing import actions, checks, clock, definitions, sweeps
from motcua.processing.models import Extension, Pause, StepRun, Supplement
from motcua.processing.rules import Policy
from motcua.results.actions import sign_at
from motcua.results.models import ResultDocument
from motcua.results.suggestions import suggest
from tests import factories
from tests.factories import MARITAL, NOW, World
from tests.processing.test_checks import fork, join
from tests.processing.test_engine import BRANCHED, step

WHO = ("minh", "nhung", "hoa", "dung", "tuan", "hai", "linh", "cuong", "hung")
WHY = "Lý do được ghi đầy đủ để người nộp hiểu."
ITEMS = [{"kind": "field", "key": "muc_dich", "label": "Mục đích", "note": "Kiểm tra lại."}]
#: Turns at a step; each is tried with whatever step is open, lawful or not.
TURNS: dict[str, Callable[..., Any]] = {
    "receive": lambda **at: actions.receive(**at),
    "refuse": lambda **at: actions.refuse(reason=WHY, **at),
    "ask_supplement": lambda **at: actions.ask_supplement(reason=WHY, items=ITEMS, **at),
    "return_ineligible": lambda **at: actions.return_ineligible(reason=WHY, items=ITEMS, **at),
    "ask_payment": lambda **at: actions.ask_payment(amount=50_000, reason=WHY, **at),
    "confirm_duty": lambda **at: actions.confirm_duty(**at),
    "complete": lambda **at: actions.complete(**at),
    "approve": lambda **at: actions.complete(outcome="approve", **at),
    "send_back": lambda **at: actions.send_back(reason=WHY, **at),
    "reject": lambda **at: actions.reject(reason=WHY, **at),
    "sign": lambda **at: actions.sign(**at),
    "return_result": lambda **at: actions.return_result(**at),
    "claim": lambda **at: actions.claim(**at),
    "release": lambda **at: actions.release(**at),
    "go_back": lambda **at: actions.go_back(reason=WHY, **at),
    "transfer": lambda **at: actions.transfer(to=factories.OTHER_AGENCY, reason=WHY, **at),
}
_world: list[World] = []
#: The branched process with one opinion less, and with other steps in its branches.
FEWER = tuple(
    fork("opinions", "met", "culture", "economy") if one.key == "opinions" else one
    for one in BRANCHED
    if one.key != "department"
)
OTHERWISE = (
    BRANCHED[0],
    fork("opinions", "met", "culture", "land"),
    step("culture", "civil_servant", "responsible", {"complete": "culture-head"}),
    step("culture-head", "civil_servant", "responsible", {"approve": "met"}),
    step("land", "civil_servant", "named", {"complete": "met"}, unit="economy"),
    join("met", "draft"),
    *BRANCHED[7:],
)


class Desk(RuleBasedStateMachine):
    """A few dossiers at two communes and a department, and everything that may be tried with them."""

    @initialize(
        branched=st.booleans(),
        silent=st.booleans(),
        ways=st.lists(st.integers(0, 6), min_size=2, max_size=2),
        moved=st.booleans(),
    )
    def set_up(self, branched: bool, silent: bool, ways: list[int], moved: bool) -> None:
        self.world = _world[0]
        self.now: datetime = NOW
        self.dossiers: list[int] = []
        specs = BRANCHED if branched else definitions.DEFAULT
        policy = Policy.read({"silence_closes": "15wd"} if silent else {})
        case = self.world.case(MARITAL)
        self.versions = [
            definitions.publish(case=case, name="Máy", steps=steps, now=NOW, policy=policy).pk
            for steps in (FEWER, OTHERWISE, definitions.DEFAULT, BRANCHED, specs)
        ]
        for steps in ways:  # two somewhere on their way: what is interesting seldom happens at the beginning
            self._file("online" if steps % 2 else "counter")
            self._onward(self.dossiers[-1], steps)
            if moved:
                self._move(self.dossiers[-1], self.versions[-2], "tuan", {}, [])

    # --- moves ------------------------------------------------------------------------------------------------

    @rule(return_by=st.sampled_from(["online", "counter"]))
    @precondition(lambda self: len(self.dossiers) < 4)
    def file(self, return_by: str) -> None:
        self._file(return_by)

    def _file(self, return_by: str) -> None:
        self.dossiers.append(factories.filed_dossier(self.world, return_by=return_by, at=self.now).pk)

    @rule(minutes=st.sampled_from([1, 30, 240, 1440, 3 * 1440, 9 * 1440, 40 * 1440]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(data=st.data(), turn=st.sampled_from(sorted(TURNS)), who=st.sampled_from(WHO))
    @precondition(lambda self: self.dossiers)
    def try_turn(self, data: st.DataObject, turn: str, who: str) -> None:
        runs = list(
            StepRun.objects.filter(dossier__in=self.dossiers).order_by("pk").values_list("pk", flat=True)
        )
        run = data.draw(st.sampled_from(runs))
        self.tried(TURNS[turn], actor=self.world.officer(who), run_id=run)

    @rule(data=st.data(), steps=st.integers(1, 6))
    @precondition(lambda self: self.dossiers)
    def go_on(self, data: st.DataObject, steps: int) -> None:
        """The lawful way on by whoever may: without it random turns would hardly ever come to a signature."""
        self._onward(data.draw(st.sampled_from(self.dossiers)), steps)

    def _onward(self, dossier: int, steps: int) -> None:
        for _ in range(steps):
            run = self._open(dossier)
            if run is None:
                return
            if run.waits_for == "signature":
                self.signature_comes()
                continue
            spec = definitions.process(run.step.process_id).by_pk(run.step_id)
            onward = [name for name in spec.outcomes if name not in ("refuse", "reject", "send_back")]
            self._take(run, onward[0])
            self.now += timedelta(minutes=20)

    @rule(data=st.data(), nth=st.integers(0, 2))
    @precondition(lambda self: self.dossiers)
    def plausible_turn(self, data: st.DataObject, nth: int) -> None:
        """Anything an open step allows, by whoever may; the law may still refuse it."""
        run = self._open(data.draw(st.sampled_from(self.dossiers)), nth)
        if run is None:
            return
        spec = definitions.process(run.step.process_id).by_pk(run.step_id)
        allowed = sorted({*spec.outcomes, *spec.permits, "go_back", "claim", "confirm_duty"})
        self._take(run, data.draw(st.sampled_from(allowed)))

    def _open(self, dossier: int, nth: int = 0) -> StepRun | None:
        runs = list(
            StepRun.objects.filter(dossier=dossier, closed_at=None).select_related("step").order_by("pk")
        )
        return runs[nth % len(runs)] if runs else None

    def _take(self, run: StepRun, turn: str) -> None:
        actor = self._whoever_may(run)
        if actor is None:
            return
        if turn == "propose":
            content = suggest(Dossier.objects.get(pk=run.dossier_id))
            self.tried(actions.propose, actor=actor, run_id=run.pk, content=content)
        elif turn == "consult":
            self.tried(
                actions.consult,
                actor=actor,
                run_id=run.pk,
                unit=self._unit(),
                question=WHY,
                within=Term(2, "wd"),
            )
        else:
            self.tried(TURNS[turn], actor=actor, run_id=run.pk)

    def _unit(self) -> int:
        return Unit.objects.get(agency__code=factories.OTHER_AGENCY, code="culture").pk

    def _whoever_may(self, run: StepRun) -> Actor | None:
        for who in WHO:
            found = self.world.officer(who)
            if any(seat.unit == run.unit_id and seat.role == run.role for seat in found.seats):
                return found
        return None

    @rule()
    def signature_comes(self) -> None:
        waiting = ResultDocument.objects.filter(dossier__in=self.dossiers, state="signing")
        for result in waiting.values_list("pk", flat=True):
            with transaction.atomic():
                sign_at(result, self.now)

    @rule(
        data=st.data(),
        what=st.sampled_from(["withdraw", "request_stop", "answer"]),
        who=st.sampled_from(["lan", "binh"]),
    )
    @precondition(lambda self: self.dossiers)
    def applicant_does(self, data: st.DataObject, what: str, who: str) -> None:
        dossier = Dossier.objects.get(pk=data.draw(st.sampled_from(self.dossiers)))
        person = self.world.person(who)
        if what == "withdraw":
            self.tried(filing.withdraw, actor=person, code=dossier.code, reason="")
        elif what == "request_stop":
            self.tried(actions.request_stop, actor=person, code=dossier.code, reason="")
        else:
            self.tried(_answer, actor=person, code=dossier.code)

    @rule(
        data=st.data(),
        what=st.sampled_from(["extend", "stop", "decline_stop", "reopen", "close_silent"]),
        who=st.sampled_from(["tuan", "minh", "hung", "linh"]),
    )
    @precondition(lambda self: self.dossiers)
    def office_does(self, data: st.DataObject, what: str, who: str) -> None:
        dossier = data.draw(st.sampled_from(self.dossiers))
        actor = self.world.officer(who)
        if what == "close_silent":
            self.tried(actions.close_silent, dossier_id=dossier)
        elif what == "stop":
            self.tried(actions.stop, actor=actor, dossier_id=dossier)
        elif what == "extend":
            self.tried(actions.extend, actor=actor, dossier_id=dossier, working_days=2, reason=WHY)
        else:
            act = actions.reopen if what == "reopen" else actions.decline_stop
            self.tried(act, actor=actor, dossier_id=dossier, reason=WHY)

    @rule(data=st.data(), who=st.sampled_from(["tuan", "tuan", "hung", "minh"]), alike=st.booleans())
    @precondition(lambda self: self.dossiers)
    def is_moved(self, data: st.DataObject, who: str, alike: bool) -> None:
        """To any version, each open step to its like or anywhere; what would not be lawful there is refused."""
        dossier = data.draw(st.sampled_from(self.dossiers))
        version = data.draw(st.sampled_from(self.versions))
        tasks = [step.key for step in definitions.process(version).steps if step.kind == "task"]
        runs = StepRun.objects.filter(dossier=dossier, closed_at=None).values_list("step__key", flat=True)
        steps = {} if alike else {key: data.draw(st.sampled_from(tasks)) for key in runs}
        done = data.draw(st.lists(st.sampled_from(tasks), unique=True, max_size=3))
        self._move(dossier, version, who, steps, done)

    def _move(self, dossier: int, version: int, who: str, steps: dict[str, str], done: list[str]) -> None:
        self.tried(
            actions.move_version, actor=self.world.officer(who), dossier_id=dossier, version=version, reason=WHY,
            steps=steps, done=done,
        )  # fmt: skip

    @rule(data=st.data(), pause=st.booleans(), days=st.integers(0, 6), accept=st.booleans())
    @precondition(lambda self: self.dossiers)
    def is_asked_to_stop(self, data: st.DataObject, pause: bool, days: int, accept: bool) -> None:
        """Its applicant asks to stop, perhaps while it waits for them; the one-stop desk answers days later."""
        dossier = Dossier.objects.get(pk=data.draw(st.sampled_from(self.dossiers)))
        run = self._open(dossier.pk)
        if pause and run is not None:
            self._take(run, data.draw(st.sampled_from(["return_ineligible", "ask_payment"])))
        self.tried(actions.request_stop, actor=self.world.person("lan"), code=dossier.code, reason="")
        self.now += timedelta(days=days)
        minh = self.world.officer("minh")
        if accept:
            self.tried(actions.stop, actor=minh, dossier_id=dossier.pk)
        else:
            self.tried(actions.decline_stop, actor=minh, dossier_id=dossier.pk, reason=WHY)

    @rule()
    def sweep(self) -> None:
        sweeps.alarms_at(self.now)
        sweeps.opinions_at(self.now)
        sweeps.silence_at(self.now)

    def tried(self, act: Callable[..., Any], **given: Any) -> None:
        """Take a turn, or be refused without a trace."""
        before = self._rows()
        try:
            with transaction.atomic():
                act(**given, now=self.now)
        except Refused:
            assert self._rows() == before

    def _rows(self) -> list[tuple[Any, ...]]:
        wanted = Dossier.objects.filter(pk__in=self.dossiers).order_by("pk")
        return list(wanted.values_list("pk", "status", "event_seq", "event_hash", "due_at"))

    # --- what always holds --------------------------------------------------------------------------------------

    @invariant()
    def events_replay_to_the_row(self) -> None:
        for dossier in self._all():
            history = list(Event.objects.filter(stream=dossier.stream).order_by("seq"))
            assert broken_at(history) is None
            assert (history[-1].seq, bytes(history[-1].hash)) == (
                dossier.event_seq,
                bytes(dossier.event_hash),
            )
            status: Status | None = None
            for event in history:
                if "status" in event.data:
                    after = Status(event.data["status"])
                    assert any((e.before, e.after) == (status, after) for e in EDGES), (
                        status,
                        after,
                        event.kind,
                    )
                    status = after
            assert status == dossier.state

    @invariant()
    def at_most_one_of_each(self) -> None:
        for dossier in self._all():
            kinds = list(Event.objects.filter(stream=dossier.stream).values_list("kind", flat=True))
            asked = kinds.count("dossier.supplement_asked") + kinds.count("dossier.ineligible")
            assert asked == Supplement.objects.filter(dossier=dossier).count() <= 1
            assert kinds.count("dossier.extended") == Extension.objects.filter(dossier=dossier).count() <= 1

    @invariant()
    def what_is_open_has_work_and_what_is_closed_has_none(self) -> None:
        for dossier in self._all():
            runs = StepRun.objects.filter(dossier=dossier, closed_at=None)
            assert runs.exists() == (dossier.state not in CLOSED), (dossier.state, list(runs))
            pauses = Pause.objects.filter(dossier=dossier, until=None).count()
            assert pauses == (1 if dossier.state in PAUSED and dossier.received_at is not None else 0)
            waits = set(runs.values_list("waits_for", flat=True))
            assert (waits == {"applicant"}) == (dossier.state in PAUSED)
            assert not runs.exclude(waits_for="").filter(alarm_at__isnull=False).exists()

    @invariant()
    def what_is_open_follows_one_version_in_branches_of_it(self) -> None:
        for dossier in self._all():
            runs = list(
                StepRun.objects.filter(dossier=dossier, closed_at=None).select_related("step", "scope__step")
            )
            assert len({run.step.process_id for run in runs}) <= 1
            for run in runs:
                inside = {
                    fork_.key
                    for fork_ in definitions.process(run.step.process_id).steps
                    if fork_.kind == "fork"
                    and run.step.key in checks.inside(definitions.process(run.step.process_id).steps, fork_)
                }
                around = set() if run.scope is None else {run.scope.step.key}
                assert inside == around, (run, inside, around)
                assert run.scope is None or run.scope.step.process_id == run.step.process_id

    @invariant()
    def total_is_worked_and_paused(self) -> None:
        for dossier in self._all():
            if dossier.received_at is None:
                continue
            calendar = calendar_for(dossier.agency.code)
            end = max(self.now, dossier.received_at)
            counted = clock.counted_minutes(dossier, end)
            paused = sum(
                working_time.worked_minutes(calendar, max(since, dossier.received_at), until or end)
                for since, until in Pause.objects.filter(dossier=dossier).values_list("since", "until")
            )
            assert counted is not None
            assert counted + paused == working_time.worked_minutes(calendar, dossier.received_at, end)

    @invariant()
    def the_due_time_is_what_the_course_gives(self) -> None:
        for dossier in self._all():
            if (
                dossier.received_at is not None
                and dossier.state not in PAUSED | CLOSED
                and dossier.finished_at is None
            ):
                assert dossier.due_at == clock.due_at(dossier, dossier.received_at)

    def _all(self) -> list[Dossier]:
        return list(Dossier.objects.filter(pk__in=self.dossiers).select_related("agency"))


def _answer(*, actor: Actor, code: str, now: datetime) -> None:
    draft = actions.start_supplement(actor=actor, code=code, now=now)
    actions.answer_supplement(actor=actor, draft_id=draft.pk, now=now)


def test_whatever_is_tried_the_dossiers_stay_lawful(world: World) -> None:
    _world[:] = [world]

    def run() -> RuleBasedStateMachine:
        return _RolledBack()

    class _RolledBack(Desk):
        """Each example in a savepoint: the next one finds the world as it was."""

        def __init__(self) -> None:
            super().__init__()
            self.savepoint = transaction.savepoint()

        def teardown(self) -> None:
            transaction.savepoint_rollback(self.savepoint)
            definitions.current_process.forget()
            definitions.process.forget()

    run_state_machine_as_test(
        run,
        settings=settings(
            max_examples=int(os.environ.get("MACHINE_EXAMPLES", "25")),
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
