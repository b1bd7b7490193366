"""The way of one dossier of the demo, from filing to its fate, by the actions that the screens call.

A life is a generator: it gives the moment of what happens next, and lets it happen when it is asked to go on. So the
lives of many dossiers run side by side in the order of time (``history.py``).
"""

from __future__ import annotations

import random
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from motcua.demo import filed
from motcua.demo.cast import Cast, applicant_of
from motcua.demo.plan import BY_THE_WAY, Planned
from motcua.demo.province import Person
from motcua.dossiers import actions as filing
from motcua.dossiers.bundles import case_bundle, form_of
from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Dossier
from motcua.dossiers.posting import Envelope
from motcua.dossiers.rules import asked
from motcua.feedback import actions as feedback
from motcua.feedback.models import Level
from motcua.kernel import working_time
from motcua.kernel.actors import Actor, Role
from motcua.kernel.models import Event
from motcua.processing import actions as desk
from motcua.processing.clock import calendar_of, extend_until, ineligible_until, policy_of
from motcua.processing.models import StepRun
from motcua.results.actions import sign_at
from motcua.results.models import ResultDocument
from motcua.results.suggestions import suggest

#: What goes on over some time: gives moments, and ends with the moment it was over, or None where the present comes first.
Course = Generator[datetime, None, datetime | None]

_STOPS = {"registered": "receive", "received": "appraise", "proposed": "sign", "finished": "return"}
_REASONS = (
    "Bản chụp giấy tờ bị mờ, không đọc được số và ngày cấp; đề nghị chụp lại rõ nét cả hai mặt.",
    "Thông tin nơi cư trú khai chưa khớp với dữ liệu dân cư; đề nghị kiểm tra và khai lại.",
)


def single(cast: Cast, planned: Planned) -> Iterator[datetime]:
    """The life of a planned dossier."""
    rng = planned.rng()
    agency = cast.agencies[planned.agency]
    person = cast.by_name["lan"] if rng.random() < 0.04 else rng.choice(cast.citizens)
    case = filed.first_case(cast, planned.agency, planned.procedure)
    at = planned.at if planned.online else filed.at_counter(cast, agency, planned.at, rng)
    yield at
    if planned.online:
        dossier = filed.online(person, case, agency, at, rng, planned.draft)
    else:
        dossier = filed.keyed(cast, person, case, agency, at, rng, planned.draft)
    cast.follow()
    yield from Life(cast, dossier, person, rng).to(planned.fate, at)


def joint(
    cast: Cast,
    person: Person,
    case: int,
    agency: str,
    fates: dict[str, str],
    at: datetime,
    rng: random.Random,
) -> Iterator[datetime]:
    """The life of a joint dossier: received, and then the fates of its parts, one after the other."""
    yield at
    whole = filed.online(person, case, cast.agencies[agency], at, rng)
    cast.follow()
    yield from Life(cast, whole, person, rng).to("received" if fates else "registered", at)
    for key, fate in fates.items():
        part = Dossier.objects.select_related("agency").filter(joint=whole, joint_part=key).first()
        if part is not None and part.received_at is not None:
            # What happens to a part stands in the history of the whole.
            last = Event.objects.filter(stream=whole.stream).latest("seq").at
            yield from Life(cast, part, person, rng).to(fate, max(part.received_at, last))


@dataclass
class Life:
    """A filed dossier and what is to become of it."""

    cast: Cast
    dossier: Dossier
    person: Person
    rng: random.Random

    def to(self, fate: str, at: datetime) -> Iterator[datetime]:
        """Bring it to its fate, as far as the present allows."""
        moment = at
        late = self.rng.random() < 0.07
        for _ in range(10):
            run = (
                StepRun.objects.select_related("step", "agency")
                .filter(dossier=self.dossier, closed_at=None)
                .first()
            )
            if run is None or _STOPS.get(fate) == run.step.key:
                return
            moment = self._later(moment, *((900, 2400) if late and run.step.key == "appraise" else (20, 200)))
            if moment >= self.cast.now:
                return
            yield moment
            actor = self._actor(run)
            if fate in BY_THE_WAY:
                over = yield from self._aside(run, actor, fate, moment)
                if over is None:
                    return
                if over != moment:
                    fate, moment = "returned", over
                    self.dossier.refresh_from_db()
                    continue
            going_on = yield from self._turn(run, actor, fate, moment)
            if not going_on:
                return
            self.dossier.refresh_from_db()

    def _later(self, at: datetime, low: int, high: int) -> datetime:
        """``low`` to ``high`` working minutes later, inside working hours."""
        return working_time.add_minutes(calendar_of(self.dossier), at, self.rng.randint(low, high))

    def _actor(self, run: StepRun) -> Actor:
        fitting = [
            actor
            for actor in self.cast.officers.get((run.agency.code, Role(run.role)), ())
            if any(seat.unit == run.unit_id for seat in actor.seats)
        ]
        return next(
            (actor for actor in fitting if actor.account == run.claimed_by_id), self.rng.choice(fitting)
        )

    def _head(self) -> Actor:
        return self.cast.officers[self.dossier.agency.code, Role.HEAD][0]

    def _seen_by_applicant(self) -> bool:
        """Whether it is on their pages: what a business filed at a counter is not."""
        mine = Dossier.objects.visible_to(applicant_of(self.person))
        return mine.filter(pk=self.dossier.pk).exists()

    # --- turns ------------------------------------------------------------------------------------------

    def _turn(self, run: StepRun, actor: Actor, fate: str, at: datetime) -> Generator[datetime, None, bool]:
        """One turn; False when the dossier has come to its fate."""
        key = run.step.key
        if key == "receive":
            return self._receive(run, actor, fate, at)
        if key == "appraise":
            going_on = yield from self._appraise(run, actor, fate, at)
            return going_on
        if key == "sign":
            desk.sign(actor=actor, run_id=run.pk, now=at)
            result = ResultDocument.objects.values_list("pk", flat=True).get(dossier=self.dossier)
            sign_at(result, at + timedelta(seconds=2))
            self.cast.follow()
            return True
        desk.return_result(
            actor=actor, run_id=run.pk, posting=self._posting() if self.dossier.return_by == "post" else None, now=at
        )  # fmt: skip
        self.cast.follow()
        yield from self._reopened(at) if fate == "reopened" else self._rated(at)
        return False

    def _receive(self, run: StepRun, actor: Actor, fate: str, at: datetime) -> bool:
        if fate == "withdrawn":
            filing.withdraw(actor=applicant_of(self.person), code=self.dossier.code, reason="", now=at)
        elif fate == "refused":
            desk.refuse(
                actor=actor, run_id=run.pk,
                reason="Hồ sơ thuộc thẩm quyền giải quyết của cơ quan khác theo quy định về nơi cư trú.", now=at,
            )  # fmt: skip
        else:
            desk.receive(actor=actor, run_id=run.pk, now=at)
        self.cast.follow()
        return fate not in ("withdrawn", "refused")

    def _appraise(
        self, run: StepRun, actor: Actor, fate: str, at: datetime
    ) -> Generator[datetime, None, bool]:
        self._claim(run, actor, at)
        if fate == "processing":
            return False
        if fate in ("stopped", "stop_asked"):
            yield from self._stopped(at, answered=fate == "stopped")
            return False
        if fate == "supplement":
            if self._may_ask(at):
                self._ask_supplement(run, actor, at)
            return False
        if fate == "payment":
            desk.ask_payment(
                actor=actor, run_id=run.pk, amount=75_000,
                reason="Lệ phí theo nghị quyết của Hội đồng nhân dân tỉnh.", now=at,
            )  # fmt: skip
        elif fate == "rejected":
            desk.reject(
                actor=actor, run_id=run.pk,
                reason="Không đủ điều kiện giải quyết theo quy định của pháp luật chuyên ngành.", now=at,
            )  # fmt: skip
        else:
            desk.propose(actor=actor, run_id=run.pk, content=suggest(self.dossier), now=at)
        self.cast.follow()
        return fate not in ("payment", "rejected")

    @staticmethod
    def _claim(run: StepRun, actor: Actor, at: datetime) -> None:
        """Taken in hand, if it is not yet."""
        if run.claimed_by_id is None:
            desk.claim(actor=actor, run_id=run.pk, now=at)
            run.claimed_by_id = actor.account

    def _posting(self) -> Envelope:
        """The result goes by post to the address that was given."""
        return Envelope(
            number=f"RM{self.rng.randrange(10**9):09d}VN",
            party=self.dossier.applicant_name,
            address=self.dossier.contacts.get("address") or self.dossier.agency.name,
        )

    def _may_ask(self, at: datetime) -> bool:
        """Whether it may still be given back as not eligible: whoever is late has to decide."""
        self.dossier.refresh_from_db()
        until = ineligible_until(self.dossier, policy_of(self.dossier))
        return until is not None and at <= until

    def _ask_supplement(self, run: StepRun, actor: Actor, at: datetime) -> None:
        papers = [c for c in case_bundle(self.dossier.case_id).components if asked(c)]
        items = [
            {"kind": "component", "key": str(paper.pk), "label": paper.name, "note": "Bản chụp bị mờ, mất góc."}
            for paper in papers[:1]
        ] or [
            {
                "kind": "field", "key": next(iter(form_of(self.dossier.form_id or 0).by_id)), "label": "Họ tên",
                "note": "Kiểm tra lại.",
            }
        ]  # fmt: skip
        desk.return_ineligible(
            actor=actor, run_id=run.pk, reason=self.rng.choice(_REASONS), items=items, now=at
        )
        self.cast.follow()

    # --- by the way -------------------------------------------------------------------------------------

    def _aside(self, run: StepRun, actor: Actor, fate: str, at: datetime) -> Course:
        """What happens by the way, if this is the step for it; over at ``at`` where nothing happened."""
        if fate == "transferred" and run.step.key == "receive":
            return self._transfer(run, actor, at)
        if run.step.key != "appraise" or fate not in ("completed", "consulted", "extended"):
            return at
        self._claim(run, actor, at)
        if fate == "completed":
            return (yield from self._complete(run, actor, at))
        if fate == "consulted":
            return (yield from self._consult(run, actor, at))
        return self._extend(at)

    def _transfer(self, run: StepRun, actor: Actor, at: datetime) -> datetime | None:
        """On to a commune that offers the procedure too."""
        national = self.dossier.procedure.national_code
        others = [
            code
            for code in self.cast.apart
            if code != run.agency.code and (code, national) in self.cast.cases
        ]
        if run.agency.code not in self.cast.apart or not others:
            return at
        desk.transfer(
            actor=actor, run_id=run.pk, to=self.rng.choice(others),
            reason="Nơi cư trú của người nộp thuộc địa bàn xã, phường tiếp nhận mới.", now=at,
        )  # fmt: skip
        self.cast.follow()
        return at + timedelta(minutes=10)

    def _complete(self, run: StepRun, actor: Actor, at: datetime) -> Course:
        """Given back, and completed by the applicant a day or so later."""
        citizen = applicant_of(self.person)
        if not self._seen_by_applicant() or not self._may_ask(at):
            return at
        self._ask_supplement(run, actor, at)
        over = self._later(at, 300, 1400)
        if over >= self.cast.now:
            return None
        yield over
        draft = desk.start_supplement(actor=citizen, code=self.dossier.code, now=over - timedelta(minutes=20))
        for paper in [c for c in case_bundle(self.dossier.case_id).components if asked(c)][:1]:
            filed.scan(draft, paper.pk, "ban-chup-lai.pdf", over)
        desk.answer_supplement(actor=citizen, draft_id=draft.pk, now=over)
        self.cast.follow()
        return over

    def _consult(self, run: StepRun, actor: Actor, at: datetime) -> Course:
        """Another unit of the agency is asked, and answers where there is time."""
        asked_of = [
            (other, seat.unit)
            for other in self.cast.officers.get((run.agency.code, Role.CIVIL_SERVANT), ())
            for seat in other.seats
            if seat.unit != run.unit_id
        ]
        if not asked_of:
            return at
        other, unit = self.rng.choice(asked_of)
        consultation = desk.consult(
            actor=actor, run_id=run.pk, unit=unit, question="Đề nghị cho biết ý kiến về nội dung khai trong hồ sơ.",
            within=working_time.Term(1, "wd"), now=at,
        )  # fmt: skip
        self.cast.follow()
        over = self._later(at, 60, 420)
        if over >= self.cast.now:
            return None
        yield over
        desk.answer_consultation(
            actor=other, consultation_id=consultation.pk, agrees=True, answer="Thống nhất; nội dung khai đúng với sổ theo dõi.",
            now=over,
        )  # fmt: skip
        self.cast.follow()
        return over

    def _extend(self, at: datetime) -> datetime:
        """The head apologises, while there is still time to."""
        self.dossier.refresh_from_db()
        if self.dossier.due_at is None or at > extend_until(self.dossier.due_at, at):
            return at  # a short term leaves no time for it
        desk.extend(
            actor=self._head(), dossier_id=self.dossier.pk, working_days=2, now=at,
            reason="Phải xác minh lại thông tin với nơi cư trú trước đây của người nộp.",
        )  # fmt: skip
        self.cast.follow()
        return self._later(at, 400, 900)

    def _stopped(self, at: datetime, *, answered: bool) -> Iterator[datetime]:
        """The applicant asks to stop it; the desk answers."""
        if not self._seen_by_applicant():
            return
        desk.request_stop(
            actor=applicant_of(self.person), code=self.dossier.code, reason="Tôi không còn cần giấy tờ này nữa.", now=at
        )  # fmt: skip
        self.cast.follow()
        later = self._later(at, 20, 200)
        if answered and later < self.cast.now:
            yield later
            clerk = self.cast.officers[self.dossier.agency.code, Role.ONE_STOP][0]
            desk.stop(actor=clerk, dossier_id=self.dossier.pk, now=later)
            self.cast.follow()

    def _reopened(self, at: datetime) -> Iterator[datetime]:
        """A mistake is found in what was handed over: taken up again, the result revoked, and returned anew."""
        self.dossier.refresh_from_db()
        moment = self._later(at, 500, 2000)
        if self.dossier.status != Status.RETURNED or moment >= self.cast.now:
            return
        yield moment
        desk.reopen(
            actor=self._head(), dossier_id=self.dossier.pk,
            reason="Kết quả ghi sai ngày sinh do lỗi của cơ quan; thu hồi và cấp lại.", now=moment,
        )  # fmt: skip
        self.cast.follow()
        self.dossier.refresh_from_db()
        yield from self.to("returned", moment)

    def _rated(self, at: datetime) -> Iterator[datetime]:
        dossier = self.dossier
        # A joint dossier is rated as a whole.
        if self.rng.random() > 0.55 or dossier.applicant_id is None or dossier.joint_id is not None:
            return
        level = Level(self.rng.choices([3, 2, 1], [62, 31, 7])[0])
        moment = min(at + timedelta(hours=self.rng.randint(1, 40)), self.cast.now)
        yield moment
        feedback.rate(
            actor=Actor(kind="person", account=self.person.account.pk), code=dossier.code, overall=level,
            convenience=level, timeliness=level, attitude=Level.VERY_SATISFIED, now=moment,
        )  # fmt: skip
