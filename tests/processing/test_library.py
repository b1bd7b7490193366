"""The processes that ship: each may be published, and a dossier goes through it end to end in its legal time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from motcua.catalogue.models import Fee
from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Dossier
from motcua.kernel import working_time
from motcua.kernel.actors import Actor
from motcua.measurement.models import Fact, Measure
from motcua.organisations import queries as organisations
from motcua.organisations.queries import calendar_for
from motcua.processing import actions
from motcua.processing.checks import over_term, problems
from motcua.processing.definitions import process
from motcua.processing.library import publish_shipped, shipped
from motcua.processing.models import ProcessVersion, StepRun
from motcua.results.actions import sign_at
from motcua.results.models import ResultDocument
from motcua.results.suggestions import suggest
from tests import factories
from tests.factories import World

LIBRARY = shipped()
#: What takes a dossier on.
ONWARD = ("receive", "complete", "approve", "propose", "sign", "return_result")
#: A Monday morning: the whole week is worked.
MONDAY = datetime.fromisoformat("2026-11-30T08:00:00+07:00")


def test_there_are_twenty_at_least() -> None:
    assert len(LIBRARY) >= 20


@pytest.mark.parametrize("code", sorted(LIBRARY))
def test_each_may_be_published(code: str) -> None:
    assert problems(LIBRARY[code].steps) == []
    assert all(step.name_en for step in LIBRARY[code].steps), "both languages"


@pytest.mark.parametrize("code", sorted(LIBRARY))
def test_a_dossier_goes_through_it_in_its_legal_time(world: World, code: str) -> None:
    assert publish_shipped(world.now, [code]) >= 1, "every role has a seat in every agency that offers it"
    assert publish_shipped(world.now, [code]) == 0
    bundle = case_bundle(world.case(code))
    assert over_term(LIBRARY[code].steps, bundle.term) == []
    dossier = factories.filed_dossier(world, code=code, at=MONDAY, return_by="counter")
    version = ProcessVersion.objects.get(case=dossier.case_id)
    walker = _Walker(world, dossier, MONDAY)
    walker.walk()
    dossier.refresh_from_db()
    assert dossier.status == Status.RETURNED
    assert walker.passed >= {step.key for step in process(version.pk).steps if step.kind == "task"} - {
        "receive"
    }
    finished = Fact.objects.get(dossier=dossier, measure=Measure.FINISHED)
    assert finished.late is False, f"due {dossier.due_at}, finished {dossier.finished_at}"
    assert finished.minutes is not None


class _Walker:
    """Does what takes the dossier on, a little before the step is due; asks for the fee where one is set."""

    def __init__(self, world: World, dossier: Dossier, now: datetime) -> None:
        self.world, self.dossier, self.now = world, dossier, now
        self.passed: set[str] = set()
        self.paid = False

    def walk(self) -> None:
        for _ in range(40):
            runs = StepRun.objects.filter(dossier=self.dossier, closed_at=None).select_related(
                "step", "agency", "unit"
            )
            run = runs.order_by("due_at", "pk").first()
            if run is None:
                return
            self._do(run)
            self.dossier.refresh_from_db()
        raise AssertionError("it never ends")

    def _do(self, run: StepRun) -> None:
        spec = process(run.step.process_id).by_pk(run.step_id)
        planned = spec.working_minutes or 60
        calendar = calendar_for(run.agency.code)
        # A plan that takes all of its time still keeps the term.
        self.now = max(self.now, working_time.add_minutes(calendar, run.opened_at, planned - 1))
        actor = self._actor(run)
        self.passed.add(spec.key)
        if "ask_payment" in spec.permits and not self.paid and (amount := self._fee()):
            self.paid = True
            actions.ask_payment(
                actor=actor, run_id=run.pk, amount=amount, reason="Lệ phí theo quy định.", now=self.now
            )
            self.now += timedelta(days=1)
            actions.confirm_duty(actor=actor, run_id=run.pk, now=self.now)
            return
        outcome = next(turn for turn in ONWARD if turn in spec.outcomes)
        at = {"actor": actor, "run_id": run.pk, "now": self.now}
        with factories.after_commit():
            if outcome == "receive":
                actions.receive(**at)
            elif outcome in ("complete", "approve"):
                actions.complete(outcome=outcome, **at)
            elif outcome == "propose":
                actions.propose(content=suggest(Dossier.objects.get(pk=self.dossier.pk)), **at)
            elif outcome == "sign":
                actions.sign(**at)
                sign_at(
                    ResultDocument.objects.values_list("pk", flat=True).get(dossier=self.dossier), self.now
                )
            else:
                actions.return_result(**at)

    def _actor(self, run: StepRun) -> Actor:
        """Whoever of the province sits at the step."""
        for person in self.world.people.values():
            if (
                person.staff
                and person.staff["agency"] == run.agency.code
                and person.staff["role"] == run.role
            ):
                found = organisations.officer(person.account.pk, person.account.full_name, self.now.date())
                if found and any(seat.unit == run.unit_id and seat.role == run.role for seat in found.seats):
                    return found
        raise AssertionError(f"nobody sits at {run}")

    def _fee(self) -> int:
        amounts = Fee.objects.filter(case=self.dossier.case_id, amount__gt=0).values_list("amount", flat=True)
        return min((int(amount) for amount in amounts if amount is not None), default=0)
