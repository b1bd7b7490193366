"""The dossiers of the past two years, made by the same actions that the screens call, with every turn the law knows.

Nothing is written past the actions: codes, events, facts, slips, signatures and clocks are what they would have
been, with ``now`` given as it was then. What would have been deferred is done on the spot, mail excepted.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from motcua.demo import turns
from motcua.demo.by_the_way import BY_THE_WAY, aside, reopen
from motcua.demo.filing import file_at_counter, file_online
from motcua.demo.province import Person
from motcua.demo.scene import Scene, Turn
from motcua.dossiers.models import Dossier
from motcua.kernel import jobs
from motcua.kernel.clock import VIETNAM
from motcua.kernel.models import Event
from motcua.processing.models import StepRun

#: How a dossier of the demo ends, and how often, by how old it is.
_OLD = [
    ("returned", 66), ("completed", 5), ("consulted", 4), ("refused", 4), ("extended", 7), ("rejected", 3), ("withdrawn", 3),
    ("stopped", 2), ("transferred", 2), ("finished", 1), ("reopened", 3),
]  # fmt: skip
_FRESH = [
    ("registered", 16), ("received", 12), ("processing", 18), ("supplement", 9), ("payment", 5),
    ("proposed", 12), ("finished", 8), ("returned", 20), ("consulted", 5), ("stop_asked", 2), ("transferred", 2),
]  # fmt: skip
#: At which step a dossier stops whose fate is to wait there.
_WAITS_AT = {"registered": "receive", "received": "appraise", "proposed": "sign", "finished": "return"}
#: What people ask for, where, and how often.
_PROCEDURES = [
    ("1.001193", 26), ("1.004873", 20), ("2.000815", 22), ("1.001612", 14), ("1.013225", 8), ("1.000656", 4), ("2.000635", 6),
]  # fmt: skip
_AGENCIES = [("H56.201", 5), ("H56.202", 3), ("H56.203", 2)]
SPAN = timedelta(days=2 * 365 - 2)
#: Joint dossiers: how many days ago, of whom, and the fate of each part in the order they are played.
_JOINT: tuple[tuple[int, str, str, dict[str, str]], ...] = (
    (60, "2.000986", "thao", {"birth": "returned", "residence": "returned", "insurance": "returned"}),
    (45, "2.002622", "binh", {"death": "returned", "removal": "returned", "funeral": "rejected"}),
    (30, "2.002622", "khanh", {"death": "returned", "removal": "returned", "funeral": "returned"}),
    (25, "2.000986", "yen", {"birth": "rejected", "insurance": "rejected"}),
    (7, "2.000986", "lan", {"birth": "returned", "insurance": "supplement", "residence": "processing"}),
    (3, "2.002622", "sung", {"death": "received"}),
    (1, "2.000986", "nga", {}),
)


class Seeder:
    """Makes dossiers for the people of the demo province. ``rng`` is seeded: every demo province is the same."""

    def __init__(self, people: Sequence[Person], now: datetime, rng: random.Random | None = None) -> None:
        self.now = now
        self.rng = rng or random.Random(1284)  # noqa: S311 - demo data, no secret
        self.scene = Scene(people, now, self.rng)
        self.decks: dict[bool, list[str]] = {}

    def make(self, count: int, tell: Callable[[int], None]) -> int:
        """Make ``count`` dossiers, oldest first; returns how many there are."""
        moments = sorted(
            [self.now - SPAN * self.rng.random() ** 1.25 for _ in range(count - 60)]
            + [self.now - timedelta(days=9) * self.rng.random() for _ in range(60)]
        )
        for number, moment in enumerate(moments, 1):
            with jobs.held() as self.scene.held:
                self._one(self._filing_moment(moment))
            if number % 50 == 0:
                tell(number)
        return len(moments) + self._joint()

    def _one(self, at: datetime) -> None:
        """One dossier of somebody, from filing to its fate."""
        scene = self.scene
        code = scene.pick(_PROCEDURES)
        agency = scene.agencies[scene.pick(_AGENCIES)]
        case = scene.case(agency, code)
        if case is None:
            return
        # The share filed remotely grows with time, as the programme wants it to.
        progress = 1 - (self.now - at) / SPAN
        online = self.rng.random() < 0.35 + 0.4 * progress
        person = scene.lan if self.rng.random() < 0.04 else self.rng.choice(scene.citizens)
        if not online:
            at = scene.at_desk(agency, at)
        dossier = (file_online if online else file_at_counter)(scene, person, case, agency, at)
        scene.follow()
        fate = self._fate(_FRESH if self.now - at < timedelta(days=9) else _OLD)
        self._play(dossier, person, fate, at)

    def _joint(self) -> int:
        """Joint dossiers in different states, the newest of Lan: how many, their parts not counted."""
        agency = self.scene.agencies["H56.201"]
        for days, code, username, fates in _JOINT:
            case = self.scene.case(agency, code)
            person = next((one for one in self.scene.people if one.username == username), None)
            if case is None or person is None:
                continue
            with jobs.held() as self.scene.held:
                at = self._filing_moment(self.now - timedelta(days=days))
                whole = file_online(self.scene, person, case, agency, at)
                self.scene.follow()
                self._play(whole, person, "received" if fates else "registered", at)
                for key, fate in fates.items():
                    part = (
                        Dossier.objects.select_related("agency").filter(joint=whole, joint_part=key).first()
                    )
                    if part is not None and part.received_at is not None:
                        # One after the other: what happens to a part stands in the history of the whole.
                        last = Event.objects.filter(stream=whole.stream).latest("seq").at
                        self._play(part, person, fate, max(part.received_at, last))
        return len(_JOINT)

    def _filing_moment(self, moment: datetime) -> datetime:
        local = moment.astimezone(VIETNAM).replace(
            hour=self.rng.randint(6, 21), minute=self.rng.randint(0, 59)
        )
        return min(local, self.now - timedelta(minutes=30))

    def _fate(self, choices: list[tuple[str, int]]) -> str:
        """Drawn as from a deck of cards, so that a small demo meets the rare ones too."""
        deck = self.decks.setdefault(choices is _OLD, [])
        if not deck:
            deck += [name for name, weight in choices for _ in range(weight)]
            self.rng.shuffle(deck)
        return deck.pop()

    def _play(self, dossier: Dossier, person: Person, fate: str, at: datetime) -> None:
        """Bring a filed dossier to its fate, as far as the present allows."""
        scene, moment = self.scene, at
        late = self.rng.random() < 0.07
        for _ in range(10):
            run = (
                StepRun.objects.select_related("step", "agency")
                .filter(dossier=dossier, closed_at=None)
                .first()
            )
            if run is None or _WAITS_AT.get(fate) == run.step.key:
                return
            slow = (900, 2400) if late and run.step.key == "appraise" else (20, 200)
            moment = scene.later(dossier, moment, *slow)
            if moment >= self.now:
                return
            turn = Turn(dossier, run, scene.officer_of(run), person, moment)
            if fate in BY_THE_WAY:
                over = aside(scene, turn, fate)
                if over is None:
                    return
                if over != moment:
                    fate, moment = "returned", over
                    dossier.refresh_from_db()
                    continue
            if not turns.take(scene, turn, fate):
                if fate == "reopened" and (again := reopen(scene, dossier, moment)):
                    self._play(dossier, person, "returned", again)
                return
            dossier.refresh_from_db()
