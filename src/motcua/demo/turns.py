"""The ordinary turns of the demo's officers: receive, decide, sign, hand over; and what comes instead."""

from __future__ import annotations

from datetime import datetime, timedelta

from motcua.demo.by_the_way import ask_supplement, ask_to_stop
from motcua.demo.province import Person
from motcua.demo.scene import Scene, Turn, applicant_of
from motcua.dossiers import actions as dossiers
from motcua.dossiers.models import Dossier
from motcua.dossiers.posting import Envelope
from motcua.feedback import actions as feedback
from motcua.feedback.models import Level
from motcua.kernel.actors import Actor
from motcua.processing import actions as desk
from motcua.results.actions import sign_at
from motcua.results.models import ResultDocument
from motcua.results.suggestions import suggest


def take(scene: Scene, turn: Turn, fate: str) -> bool:
    """One turn; False when the dossier has come to its fate."""
    steps = {"receive": _receive, "appraise": _appraise, "sign": _sign}
    goes_on = steps.get(turn.run.step.key, _return)(scene, turn, fate)
    scene.follow()
    return goes_on


def _receive(scene: Scene, turn: Turn, fate: str) -> bool:
    if fate == "withdrawn":
        dossiers.withdraw(actor=applicant_of(turn.person), code=turn.dossier.code, reason="", now=turn.at)
        return False
    if fate == "refused":
        desk.refuse(
            actor=turn.actor,
            run_id=turn.run.pk,
            reason="Hồ sơ thuộc thẩm quyền giải quyết của cơ quan khác theo quy định về nơi cư trú.",
            now=turn.at,
        )
        return False
    desk.receive(actor=turn.actor, run_id=turn.run.pk, now=turn.at)
    return True


def _appraise(scene: Scene, turn: Turn, fate: str) -> bool:
    scene.claim(turn)
    if fate == "processing":
        return False
    if fate in ("stopped", "stop_asked"):
        ask_to_stop(scene, turn, answered=fate == "stopped")
        return False
    if fate == "supplement":
        ask_supplement(scene, turn)
        return False
    if fate == "payment":
        desk.ask_payment(
            actor=turn.actor,
            run_id=turn.run.pk,
            amount=75_000,
            reason="Lệ phí theo nghị quyết của Hội đồng nhân dân tỉnh.",
            now=turn.at,
        )
        return False
    if fate == "rejected":
        desk.reject(
            actor=turn.actor,
            run_id=turn.run.pk,
            reason="Không đủ điều kiện giải quyết theo quy định của pháp luật chuyên ngành.",
            now=turn.at,
        )
        return False
    desk.propose(actor=turn.actor, run_id=turn.run.pk, content=suggest(turn.dossier), now=turn.at)
    return True


def _sign(scene: Scene, turn: Turn, fate: str) -> bool:
    desk.sign(actor=turn.actor, run_id=turn.run.pk, now=turn.at)
    result = ResultDocument.objects.values_list("pk", flat=True).get(dossier=turn.dossier)
    sign_at(result, turn.at + timedelta(seconds=2))
    return True


def _return(scene: Scene, turn: Turn, fate: str) -> bool:
    by_post = turn.dossier.return_by == "post"
    desk.return_result(
        actor=turn.actor,
        run_id=turn.run.pk,
        posting=_posting(scene, turn.dossier) if by_post else None,
        now=turn.at,
    )
    scene.follow()
    if fate != "reopened":
        _rate(scene, turn.dossier, turn.person, turn.at)
    return False


def _posting(scene: Scene, dossier: Dossier) -> Envelope:
    """The result goes by post to the address that was given."""
    return Envelope(
        number=f"RM{scene.rng.randrange(10**9):09d}VN",
        party=dossier.applicant_name,
        address=dossier.contacts.get("address") or dossier.agency.name,
    )


def _rate(scene: Scene, dossier: Dossier, person: Person, at: datetime) -> None:
    if scene.rng.random() > 0.55 or dossier.applicant_id is None:
        return
    if dossier.joint_id is not None:
        return  # a joint dossier is rated as a whole
    level = Level(scene.pick([(3, 62), (2, 31), (1, 7)]))
    moment = min(at + timedelta(hours=scene.rng.randint(1, 40)), scene.now)
    feedback.rate(
        actor=Actor(kind="person", account=person.account.pk),
        code=dossier.code,
        overall=level,
        convenience=level,
        timeliness=level,
        attitude=Level.VERY_SATISFIED,
        now=moment,
    )
