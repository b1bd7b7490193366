"""Who plays the past of the demo province: its people, offices and officers, and the dice they share."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from motcua.catalogue.models import ProcedureCase, Service
from motcua.config.wiring import follow
from motcua.demo.province import Person
from motcua.dossiers.models import Dossier
from motcua.kernel import jobs, working_time
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import local_day
from motcua.organisations.models import Agency
from motcua.organisations.queries import calendar_for, officer
from motcua.processing import actions as desk
from motcua.processing.clock import calendar_of
from motcua.processing.models import StepRun

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Turn:
    """An officer has the open step of somebody's dossier before them, at a moment."""

    dossier: Dossier
    run: StepRun
    actor: Actor
    person: Person
    at: datetime


class Scene:
    """The province on the day it is made. What is deferred meanwhile is gathered in ``held``."""

    def __init__(self, people: Sequence[Person], now: datetime, rng: random.Random) -> None:
        self.people = people
        self.now = now
        self.rng = rng
        self.held: jobs.Held = []
        self.citizens = [p for p in people if p.staff is None and p.username != "nguoila"]
        self.lan = next(p for p in people if p.username == "lan")
        self.services = {
            (service.agency_id, service.procedure.national_code): service.procedure
            for service in Service.objects.select_related("procedure")
        }
        self.agencies = {agency.code: agency for agency in Agency.objects.all()}
        self.officers: dict[tuple[str, Role], list[Actor]] = {}
        for person in people:
            if person.staff:
                actor = officer(person.account.pk, person.account.full_name, local_day(now))
                assert actor is not None
                seat = person.staff["agency"], Role(person.staff["role"])
                self.officers.setdefault(seat, []).append(actor)

    # -- what there is ------------------------------------------------------------------------------

    def case(self, agency: Agency, code: str) -> int | None:
        """The first case of a procedure as it is published now; None where the agency does not offer it."""
        procedure = self.services.get((agency.pk, code))
        if procedure is None:
            return None
        return ProcedureCase.objects.filter(version=procedure.current_version_id).order_by("position")[0].pk

    def officer_of(self, run: StepRun) -> Actor:
        """Who does a step: whoever has taken it up, or one of those whose unit it is."""
        fitting = [
            actor
            for actor in self.officers.get((run.agency.code, Role(run.role)), ())
            if any(seat.unit == run.unit_id for seat in actor.seats)
        ]
        return next(
            (actor for actor in fitting if actor.account == run.claimed_by_id), self.rng.choice(fitting)
        )

    # -- chance and time ----------------------------------------------------------------------------

    def pick(self, choices: Sequence[tuple[T, int]]) -> T:
        """One of the choices, by their weights."""
        return self.rng.choices([name for name, _ in choices], [weight for _, weight in choices])[0]

    def at_desk(self, agency: Agency, at: datetime) -> datetime:
        """When somebody who sets out at ``at`` is served at the counter."""
        opening = working_time.next_opening(calendar_for(agency.code), at)
        return min(opening + timedelta(minutes=self.rng.randint(5, 180)), self.now - timedelta(minutes=30))

    def later(self, dossier: Dossier, at: datetime, low: int, high: int) -> datetime:
        """``low``–``high`` working minutes later, inside working hours."""
        return working_time.add_minutes(calendar_of(dossier), at, self.rng.randint(low, high))

    # -- what everybody does ------------------------------------------------------------------------

    def follow(self) -> None:
        """Do what follows: slips and messages. Mail to the demo's invented people is not sent."""
        waiting, self.held[:] = list(self.held), []
        for job, arguments in waiting:
            if job is follow:
                job.run(**arguments)

    @staticmethod
    def claim(turn: Turn) -> None:
        """Taken in hand, if it is not yet."""
        if turn.run.claimed_by_id is None:
            desk.claim(actor=turn.actor, run_id=turn.run.pk, now=turn.at)
            turn.run.claimed_by_id = turn.actor.account


def applicant_of(person: Person) -> Actor:
    """Who they are to the portal."""
    index = person.account.citizen_id_index
    return Actor(kind="person", account=person.account.pk, identity_index=bytes(index) if index else None)


def sees(actor: Actor, dossier: Dossier) -> bool:
    """Whether it is on their pages: what a business filed at a counter is not."""
    return Dossier.objects.visible_to(actor).filter(pk=dossier.pk).exists()
