"""The dossiers of the past two years, made by the same actions that the screens call, with every turn the law knows.

Nothing is written past the actions: codes, events, facts, slips, signatures and clocks are what they would have
been, with ``now`` given as it was then. What would have been deferred is done on the spot, mail excepted.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

import pikepdf

from motcua.catalogue.models import ProcedureCase, Service
from motcua.config.wiring import follow
from motcua.demo.answers import answers_for
from motcua.demo.province import Person
from motcua.dossiers import actions as filing
from motcua.dossiers import drafts
from motcua.dossiers.bundles import case_bundle, form_of, newest_form
from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Channel, Dossier, Draft, DraftUpload
from motcua.dossiers.posting import Envelope
from motcua.dossiers.rules import AssistanceKind, asked
from motcua.feedback import actions as feedback
from motcua.feedback.models import Level
from motcua.kernel import jobs, working_time
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import VIETNAM, local_day
from motcua.kernel.models import Event
from motcua.organisations.models import Agency
from motcua.organisations.queries import calendar_for, officer
from motcua.processing import actions as desk
from motcua.processing.clock import calendar_of, extend_until
from motcua.processing.models import StepRun
from motcua.results.actions import sign_at
from motcua.results.models import ResultDocument
from motcua.results.suggestions import suggest

#: How a dossier of the demo ends, and how often, by how old it is.
_OLD = [
    ("returned", 66), ("completed", 5), ("consulted", 4), ("refused", 4), ("extended", 7), ("rejected", 3), ("withdrawn", 3),
    ("stopped", 2), ("transferred", 2), ("finished", 1), ("reopened", 3),
]  # fmt: skip
_FRESH = [
    ("registered", 16), ("received", 12), ("processing", 18), ("supplement", 9), ("payment", 5),
    ("proposed", 12), ("finished", 8), ("returned", 20), ("consulted", 5), ("stop_asked", 2), ("transferred", 2),
]  # fmt: skip
#: What happens once in the life of a dossier that comes to its result all the same.
_BY_THE_WAY = frozenset({"completed", "consulted", "extended", "transferred", "reopened"})
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
_REASONS = (
    "Bản chụp giấy tờ bị mờ, không đọc được số và ngày cấp; đề nghị chụp lại rõ nét cả hai mặt.",
    "Thông tin nơi cư trú khai chưa khớp với dữ liệu dân cư; đề nghị kiểm tra và khai lại.",
)


@dataclass
class Seeder:
    """Makes dossiers for the people of the demo province. ``rng`` is seeded: every demo province is the same."""

    people: Sequence[Person]
    now: datetime
    rng: random.Random = field(default_factory=lambda: random.Random(1284))  # noqa: S311 - demo data, no secret

    def __post_init__(self) -> None:
        self.decks: dict[bool, list[str]] = {}
        self.citizens = [p for p in self.people if p.staff is None and p.username != "nguoila"]
        self.lan = next(p for p in self.people if p.username == "lan")
        self.cases = {
            (service.agency_id, service.procedure.national_code): service.procedure
            for service in Service.objects.select_related("procedure")
        }
        self.agencies = {agency.code: agency for agency in Agency.objects.all()}
        self.officers: dict[tuple[str, Role], list[Actor]] = {}
        for person in self.people:
            if person.staff:
                actor = officer(person.account.pk, person.account.full_name, local_day(self.now))
                assert actor is not None
                self.officers.setdefault((person.staff["agency"], Role(person.staff["role"])), []).append(
                    actor
                )

    def make(self, count: int, tell: Callable[[int], None]) -> int:
        """Make ``count`` dossiers, oldest first; returns how many there are."""
        moments = sorted(
            [self.now - SPAN * self.rng.random() ** 1.25 for _ in range(count - 60)]
            + [self.now - timedelta(days=9) * self.rng.random() for _ in range(60)]
        )
        for number, moment in enumerate(moments, 1):
            with jobs.held() as held:
                self._one(self._filing_moment(moment), held)
            if number % 50 == 0:
                tell(number)
        return len(moments) + self._joint()

    # --- joint dossiers ---------------------------------------------------------------------------------

    def _joint(self) -> int:
        """Joint dossiers in different states, the newest of Lan: how many, their parts not counted."""
        for days, code, username, fates in _JOINT:
            procedure = self.cases.get((self.agencies["H56.201"].pk, code))
            person = next((one for one in self.people if one.username == username), None)
            if procedure is None or person is None:
                continue
            case = ProcedureCase.objects.filter(version=procedure.current_version_id).order_by("position")[0]
            with jobs.held() as held:
                at = self._filing_moment(self.now - timedelta(days=days))
                whole = self._file_online(person, case.pk, self.agencies["H56.201"], at)
                self._follow(held)
                self._play(
                    whole, self.agencies["H56.201"], person, "received" if fates else "registered", at, held
                )
                for key, fate in fates.items():
                    part = (
                        Dossier.objects.select_related("agency").filter(joint=whole, joint_part=key).first()
                    )
                    if part is not None and part.received_at is not None:
                        # One after the other: what happens to a part stands in the history of the whole.
                        last = Event.objects.filter(stream=whole.stream).latest("seq").at
                        self._play(part, part.agency, person, fate, max(part.received_at, last), held)
        return len(_JOINT)

    # --- one dossier ------------------------------------------------------------------------------------

    def _filing_moment(self, moment: datetime) -> datetime:
        local = moment.astimezone(VIETNAM).replace(
            hour=self.rng.randint(6, 21), minute=self.rng.randint(0, 59)
        )
        return min(local, self.now - timedelta(minutes=30))

    def _pick(self, choices: Sequence[tuple[str, int]]) -> str:
        return self.rng.choices([name for name, _ in choices], [weight for _, weight in choices])[0]

    def _fate(self, choices: list[tuple[str, int]]) -> str:
        """Drawn as from a deck of cards, so that a small demo meets the rare ones too."""
        deck = self.decks.setdefault(choices is _OLD, [])
        if not deck:
            deck += [name for name, weight in choices for _ in range(weight)]
            self.rng.shuffle(deck)
        return deck.pop()

    def _one(self, at: datetime, held: jobs.Held) -> None:
        code = self._pick([("1.001193", 26), ("1.004873", 20), ("2.000815", 22), ("1.001612", 14), ("1.013225", 8),
                           ("1.000656", 4), ("2.000635", 6)])  # fmt: skip
        agency = self.agencies[self._pick([("H56.201", 5), ("H56.202", 3), ("H56.203", 2)])]
        if (agency.pk, code) not in self.cases:
            return
        procedure = self.cases[agency.pk, code]
        case = ProcedureCase.objects.filter(version=procedure.current_version_id).order_by("position")[0]
        # The share filed remotely grows with time, as the programme wants it to.
        progress = 1 - (self.now - at) / SPAN
        online = self.rng.random() < 0.35 + 0.4 * progress
        person = self.lan if self.rng.random() < 0.04 else self.rng.choice(self.citizens)
        if not online:
            at = self._at_desk(agency, at)
        dossier = self._file_online(person, case.pk, agency, at) if online else self._file_at_counter(
            person, case.pk, agency, at
        )  # fmt: skip
        self._follow(held)
        fate = self._fate(_FRESH if self.now - at < timedelta(days=9) else _OLD)
        self._play(dossier, agency, person, fate, at, held)

    def _at_desk(self, agency: Agency, at: datetime) -> datetime:
        opening = working_time.next_opening(calendar_for(agency.code), at)
        return min(opening + timedelta(minutes=self.rng.randint(5, 180)), self.now - timedelta(minutes=30))

    def _draft(
        self, actor: Actor, person: Person, case: int, agency: Agency, at: datetime, channel: Channel
    ) -> Draft:
        bundle = case_bundle(case)
        form = newest_form(bundle.form_key) if bundle.form_key else None
        draft = Draft(
            account_id=actor.account or 0, case_id=case, form_id=form, agency=agency, channel=channel, created_at=at,
            saved_at=at,
        )  # fmt: skip
        draft.answers = (
            answers_for(form_of(form), person.claims, today=local_day(at), rng=self.rng)
            if form is not None
            else {}
        )
        draft.save(force_insert=True)
        if channel == Channel.ONLINE:
            blob = drafts.keep_content(sample_scan(), "application/pdf", at)
            for paper in bundle.components:
                if paper.required and asked(paper):
                    DraftUpload.objects.create(
                        draft=draft, component_id=paper.pk, filename="ban-chup.pdf", size=blob.size,
                        offset=blob.size, state=DraftUpload.State.KEPT, blob=blob, created_at=at,
                    )  # fmt: skip
        return draft

    def _applicant(self, person: Person, *, account: bool) -> filing.ApplicantDetails:
        claims = person.claims
        business = claims.get("LoaiTaiKhoan") == "2"
        return filing.ApplicantDetails(
            kind="business" if business else "citizen",
            name=claims["TenDoanhNghiep"] if business else claims["HoVaTen"],
            number=claims["SoDinhDanh"],
            account=person.account.pk if account else None,
            phone=claims["SoDienThoai"],
            address=claims["ThuongTru"]["ChiTiet"],
        )

    def _file_online(self, person: Person, case: int, agency: Agency, at: datetime) -> Dossier:
        actor = Actor(kind="person", account=person.account.pk, name=person.account.full_name)
        draft = self._draft(actor, person, case, agency, at, Channel.ONLINE)
        help_given: AssistanceKind = self._pick([("none", 70), ("outreach", 12), ("kiosk", 14), ("proxy", 4)])  # type: ignore[assignment]
        return filing.submit(
            actor=actor, draft_id=draft.pk, applicant=self._applicant(person, account=True), assistance=help_given,
            return_by=self._pick([("online", 8), ("post", 1), ("counter", 1)]), now=at,
        )  # fmt: skip

    def _file_at_counter(self, person: Person, case: int, agency: Agency, at: datetime) -> Dossier:
        clerk = self.rng.choice(self.officers[agency.code, Role.ONE_STOP])
        draft = self._draft(clerk, person, case, agency, at, Channel.COUNTER)
        return desk.intake_at_counter(
            actor=clerk, draft_id=draft.pk, applicant=self._applicant(person, account=False), return_by="counter",
            now=at,
        )  # fmt: skip

    def _posting(self, dossier: Dossier) -> Envelope:
        """The result goes by post to the address that was given."""
        return Envelope(
            number=f"RM{self.rng.randrange(10**9):09d}VN",
            party=dossier.applicant_name,
            address=dossier.contacts.get("address") or dossier.agency.name,
        )

    # --- its way ------------------------------------------------------------------------------------------

    def _follow(self, held: jobs.Held) -> None:
        """Do what follows: slips and messages. Mail to the demo's invented people is not sent."""
        waiting, held[:] = list(held), []
        for job, arguments in waiting:
            if job is follow:
                job.run(**arguments)

    def _actor(self, run: StepRun, agency: Agency) -> Actor:
        fitting = [
            actor
            for actor in self.officers.get((agency.code, Role(run.role)), ())
            if any(seat.unit == run.unit_id for seat in actor.seats)
        ]
        return next(
            (actor for actor in fitting if actor.account == run.claimed_by_id), self.rng.choice(fitting)
        )

    def _later(self, dossier: Dossier, at: datetime, low: int, high: int) -> datetime:
        """``low``–``high`` working minutes later, inside working hours."""
        return working_time.add_minutes(calendar_of(dossier), at, self.rng.randint(low, high))

    def _play(
        self, dossier: Dossier, agency: Agency, person: Person, fate: str, at: datetime, held: jobs.Held
    ) -> None:
        """Bring a filed dossier to its fate, as far as the present allows."""
        moment = at
        late = self.rng.random() < 0.07
        for _ in range(10):
            run = (
                StepRun.objects.select_related("step", "agency")
                .filter(dossier=dossier, closed_at=None)
                .first()
            )
            if run is None:
                return
            key = run.step.key
            stop = {"registered": "receive", "received": "appraise", "proposed": "sign", "finished": "return"}
            if stop.get(fate) == key:
                return
            slow = (900, 2400) if late and key == "appraise" else (20, 200)
            moment = self._later(dossier, moment, *slow)
            if moment >= self.now:
                return
            actor = self._actor(run, run.agency)
            if fate in _BY_THE_WAY:
                aside = self._aside(dossier, run, actor, person, fate, moment, held)
                if aside is None:
                    return
                if aside != moment:
                    fate, moment = "returned", aside
                    dossier.refresh_from_db()
                    continue
            if not self._turn(dossier, run, key, actor, person, fate, moment, held):
                if fate == "reopened":
                    self._reopen(dossier, agency, person, moment, held)
                return
            dossier.refresh_from_db()

    def _turn(
        self,
        dossier: Dossier,
        run: StepRun,
        key: str,
        actor: Actor,
        person: Person,
        fate: str,
        at: datetime,
        held: jobs.Held,
    ) -> bool:
        """One turn; False when the dossier has come to its fate."""
        if key == "receive" and fate == "withdrawn":
            citizen = _applicant_of(person)
            filing.withdraw(actor=citizen, code=dossier.code, reason="", now=at)
            return False
        if key == "receive" and fate == "refused":
            desk.refuse(
                actor=actor, run_id=run.pk,
                reason="Hồ sơ thuộc thẩm quyền giải quyết của cơ quan khác theo quy định về nơi cư trú.", now=at,
            )  # fmt: skip
            self._follow(held)
            return False
        if key == "receive":
            desk.receive(actor=actor, run_id=run.pk, now=at)
        elif key == "appraise":
            self._claim(run, actor, at)
            if fate == "processing":
                return False
            if fate in ("stopped", "stop_asked"):
                self._stop(dossier, person, at, held, answered=fate == "stopped")
                return False
            if fate == "supplement":
                self._ask_supplement(dossier, run, actor, at)
                self._follow(held)
                return False
            if fate == "payment":
                desk.ask_payment(
                    actor=actor, run_id=run.pk, amount=75_000,
                    reason="Lệ phí theo nghị quyết của Hội đồng nhân dân tỉnh.", now=at,
                )  # fmt: skip
                self._follow(held)
                return False
            if fate == "rejected":
                desk.reject(
                    actor=actor, run_id=run.pk,
                    reason="Không đủ điều kiện giải quyết theo quy định của pháp luật chuyên ngành.", now=at,
                )  # fmt: skip
                self._follow(held)
                return False
            desk.propose(actor=actor, run_id=run.pk, content=suggest(dossier), now=at)
        elif key == "sign":
            desk.sign(actor=actor, run_id=run.pk, now=at)
            sign_at(
                ResultDocument.objects.values_list("pk", flat=True).get(dossier=dossier),
                at + timedelta(seconds=2),
            )
        else:
            desk.return_result(
                actor=actor, run_id=run.pk, posting=self._posting(dossier) if dossier.return_by == "post" else None, now=at
            )  # fmt: skip
            self._follow(held)
            if fate != "reopened":
                self._rate(dossier, person, at)
            return False
        self._follow(held)
        return True

    @staticmethod
    def _claim(run: StepRun, actor: Actor, at: datetime) -> None:
        """Taken in hand, if it is not yet."""
        if run.claimed_by_id is None:
            desk.claim(actor=actor, run_id=run.pk, now=at)
            run.claimed_by_id = actor.account

    # --- by the way ---------------------------------------------------------------------------------------

    def _aside(
        self,
        dossier: Dossier,
        run: StepRun,
        actor: Actor,
        person: Person,
        fate: str,
        at: datetime,
        held: jobs.Held,
    ) -> datetime | None:
        """What happens by the way, if this is the step for it: the moment it was over (``at``: nothing happened), or
        None where the present comes first.
        """
        over: datetime | None
        if fate == "transferred" and run.step.key == "receive":
            over = self._transfer(dossier, run, actor, at)
        elif run.step.key != "appraise" or fate not in ("completed", "consulted", "extended"):
            return at
        else:
            self._claim(run, actor, at)
            if fate == "completed":
                over = self._complete(dossier, run, actor, person, at, held)
            elif fate == "consulted":
                over = self._consult(dossier, run, actor, at, held)
            else:
                over = self._extend(dossier, at)
        self._follow(held)
        return over

    def _transfer(self, dossier: Dossier, run: StepRun, actor: Actor, at: datetime) -> datetime:
        """On to a commune that offers the procedure too."""
        others = [
            code
            for code in ("H56.201", "H56.202", "H56.203")
            if code != run.agency.code
            and (self.agencies[code].pk, dossier.procedure.national_code) in self.cases
        ]
        if not others:
            return at
        desk.transfer(
            actor=actor, run_id=run.pk, to=self.rng.choice(others),
            reason="Nơi cư trú của người nộp thuộc địa bàn xã, phường tiếp nhận mới.", now=at,
        )  # fmt: skip
        return at + timedelta(minutes=10)

    def _complete(
        self, dossier: Dossier, run: StepRun, actor: Actor, person: Person, at: datetime, held: jobs.Held
    ) -> datetime | None:
        """Given back, and completed by the applicant a day or so later."""
        citizen = _applicant_of(person)
        if not _sees(citizen, dossier):
            return at
        self._ask_supplement(dossier, run, actor, at)
        self._follow(held)
        over = self._later(dossier, at, 300, 1400)
        if over >= self.now:
            return None
        draft = desk.start_supplement(actor=citizen, code=dossier.code, now=over - timedelta(minutes=20))
        blob = drafts.keep_content(sample_scan(), "application/pdf", over)
        for paper in [c for c in case_bundle(dossier.case_id).components if asked(c)][:1]:
            DraftUpload.objects.create(
                draft=draft, component_id=paper.pk, filename="ban-chup-lai.pdf", size=blob.size, offset=blob.size,
                state=DraftUpload.State.KEPT, blob=blob, created_at=over,
            )  # fmt: skip
        desk.answer_supplement(actor=citizen, draft_id=draft.pk, now=over)
        return over

    def _consult(
        self, dossier: Dossier, run: StepRun, actor: Actor, at: datetime, held: jobs.Held
    ) -> datetime | None:
        """Another unit of the agency is asked, and answers where there is time."""
        asked_of = [
            (other, seat.unit)
            for other in self.officers.get((run.agency.code, Role.CIVIL_SERVANT), ())
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
        self._follow(held)
        over = self._later(dossier, at, 60, 420)
        if over >= self.now:
            return None
        desk.answer_consultation(
            actor=other, consultation_id=consultation.pk, agrees=True, answer="Thống nhất; nội dung khai đúng với sổ theo dõi.",
            now=over,
        )  # fmt: skip
        return over

    def _extend(self, dossier: Dossier, at: datetime) -> datetime:
        """The head apologises, while there is still time to."""
        dossier.refresh_from_db()
        if dossier.due_at is None or at > extend_until(dossier.due_at, at):
            return at  # a short term leaves no time for it
        desk.extend(
            actor=self.officers[dossier.agency.code, Role.HEAD][0], dossier_id=dossier.pk, working_days=2, now=at,
            reason="Phải xác minh lại thông tin với nơi cư trú trước đây của người nộp.",
        )  # fmt: skip
        return self._later(dossier, at, 400, 900)

    def _stop(
        self, dossier: Dossier, person: Person, at: datetime, held: jobs.Held, *, answered: bool
    ) -> None:
        """The applicant asks to stop it; the desk answers."""
        citizen = _applicant_of(person)
        if not _sees(citizen, dossier):
            return
        desk.request_stop(
            actor=citizen, code=dossier.code, reason="Tôi không còn cần giấy tờ này nữa.", now=at
        )
        self._follow(held)
        later = self._later(dossier, at, 20, 200)
        if answered and later < self.now:
            clerk = self.officers[dossier.agency.code, Role.ONE_STOP][0]
            desk.stop(actor=clerk, dossier_id=dossier.pk, now=later)
            self._follow(held)

    def _reopen(
        self, dossier: Dossier, agency: Agency, person: Person, at: datetime, held: jobs.Held
    ) -> None:
        """A mistake is found in what was handed over: taken up again, the result revoked, and returned anew."""
        dossier.refresh_from_db()
        moment = self._later(dossier, at, 500, 2000)
        if dossier.status != Status.RETURNED or moment >= self.now:
            return
        desk.reopen(
            actor=self.officers[dossier.agency.code, Role.HEAD][0], dossier_id=dossier.pk,
            reason="Kết quả ghi sai ngày sinh do lỗi của cơ quan; thu hồi và cấp lại.", now=moment,
        )  # fmt: skip
        self._follow(held)
        dossier.refresh_from_db()
        self._play(dossier, agency, person, "returned", moment, held)

    def _ask_supplement(self, dossier: Dossier, run: StepRun, actor: Actor, at: datetime) -> None:
        bundle = case_bundle(dossier.case_id)
        papers = [c for c in bundle.components if asked(c)]
        items = [
            {
                "kind": "component",
                "key": str(paper.pk),
                "label": paper.name,
                "note": "Bản chụp bị mờ, mất góc.",
            }
            for paper in papers[:1]
        ] or [
            {
                "kind": "field",
                "key": next(iter(form_of(dossier.form_id or 0).by_id)),
                "label": "Họ tên",
                "note": "Kiểm tra lại.",
            }
        ]
        desk.return_ineligible(
            actor=actor, run_id=run.pk, reason=self.rng.choice(_REASONS), items=items, now=at
        )

    def _rate(self, dossier: Dossier, person: Person, at: datetime) -> None:
        if self.rng.random() > 0.55 or dossier.applicant_id is None:
            return
        if dossier.joint_id is not None:
            return  # a joint dossier is rated as a whole
        level = Level(self.rng.choices([3, 2, 1], [62, 31, 7])[0])
        moment = min(at + timedelta(hours=self.rng.randint(1, 40)), self.now)
        feedback.rate(
            actor=Actor(kind="person", account=person.account.pk),
            code=dossier.code,
            overall=level,
            convenience=level,
            timeliness=level,
            attitude=Level.VERY_SATISFIED,
            now=moment,
        )


def _applicant_of(person: Person) -> Actor:
    """Who they are to the portal."""
    index = person.account.citizen_id_index
    return Actor(kind="person", account=person.account.pk, identity_index=bytes(index) if index else None)


def _sees(actor: Actor, dossier: Dossier) -> bool:
    """Whether it is on their pages: what a business filed at a counter is not."""
    return Dossier.objects.visible_to(actor).filter(pk=dossier.pk).exists()


@cache
def sample_scan() -> bytes:
    """A one-page PDF that says it is a sample: the demo has no real papers."""
    pdf = pikepdf.new()
    font = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
    )
    page = pdf.add_blank_page(page_size=(595, 842))
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = pdf.make_stream(b"BT /F1 26 Tf 120 460 Td (BAN CHUP MAU - DU LIEU CHAY THU) Tj ET")
    buffer = io.BytesIO()
    pdf.save(buffer, deterministic_id=True)
    return buffer.getvalue()
