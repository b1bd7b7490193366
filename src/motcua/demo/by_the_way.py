"""What happens in the life of a demo dossier beside its ordinary turns: completed, consulted, extended, transferred, reopened.

Each answers when it was over (the moment given: it did not happen), or None where the present comes first.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from motcua.demo.filing import attach_scan
from motcua.demo.scene import Scene, Turn, applicant_of, sees
from motcua.dossiers.bundles import case_bundle, form_of
from motcua.dossiers.lifecycle import Status
from motcua.dossiers.models import Dossier
from motcua.dossiers.rules import asked
from motcua.kernel.actors import Role
from motcua.kernel.working_time import Term
from motcua.processing import actions as desk
from motcua.processing.clock import extend_until

#: What happens once in the life of a dossier that comes to its result all the same.
BY_THE_WAY = frozenset({"completed", "consulted", "extended", "transferred", "reopened"})
_REASONS = (
    "Bản chụp giấy tờ bị mờ, không đọc được số và ngày cấp; đề nghị chụp lại rõ nét cả hai mặt.",
    "Thông tin nơi cư trú khai chưa khớp với dữ liệu dân cư; đề nghị kiểm tra và khai lại.",
)


def aside(scene: Scene, turn: Turn, fate: str) -> datetime | None:
    """What the fate wants at this step, if this is the step for it."""
    over: datetime | None
    key = turn.run.step.key
    if fate == "transferred" and key == "receive":
        over = _transfer(scene, turn)
    elif key != "appraise" or fate not in ("completed", "consulted", "extended"):
        return turn.at
    else:
        scene.claim(turn)
        if fate == "completed":
            over = _complete(scene, turn)
        elif fate == "consulted":
            over = _consult(scene, turn)
        else:
            over = _extend(scene, turn)
    scene.follow()
    return over


def _transfer(scene: Scene, turn: Turn) -> datetime:
    """On to a commune that offers the procedure too."""
    procedure = turn.dossier.procedure.national_code
    others = [
        code
        for code in ("H56.201", "H56.202", "H56.203")
        if code != turn.run.agency.code and (scene.agencies[code].pk, procedure) in scene.services
    ]
    if not others:
        return turn.at
    desk.transfer(
        actor=turn.actor,
        run_id=turn.run.pk,
        to=scene.rng.choice(others),
        reason="Nơi cư trú của người nộp thuộc địa bàn xã, phường tiếp nhận mới.",
        now=turn.at,
    )
    return turn.at + timedelta(minutes=10)


def _complete(scene: Scene, turn: Turn) -> datetime | None:
    """Given back, and completed by the applicant a day or so later."""
    citizen = applicant_of(turn.person)
    if not sees(citizen, turn.dossier):
        return turn.at
    ask_supplement(scene, turn)
    scene.follow()
    over = scene.later(turn.dossier, turn.at, 300, 1400)
    if over >= scene.now:
        return None
    draft = desk.start_supplement(actor=citizen, code=turn.dossier.code, now=over - timedelta(minutes=20))
    papers = [c for c in case_bundle(turn.dossier.case_id).components if asked(c)]
    attach_scan(draft, papers[:1], "ban-chup-lai.pdf", over)
    desk.answer_supplement(actor=citizen, draft_id=draft.pk, now=over)
    return over


def ask_supplement(scene: Scene, turn: Turn) -> None:
    """Given back: the first paper is to be photographed again, or where there is none, a name to be looked at."""
    papers = [c for c in case_bundle(turn.dossier.case_id).components if asked(c)]
    if papers:
        item = {"kind": "component", "key": str(papers[0].pk), "label": papers[0].name}
        item["note"] = "Bản chụp bị mờ, mất góc."
    else:
        first = next(iter(form_of(turn.dossier.form_id or 0).by_id))
        item = {"kind": "field", "key": first, "label": "Họ tên", "note": "Kiểm tra lại."}
    desk.return_ineligible(
        actor=turn.actor, run_id=turn.run.pk, reason=scene.rng.choice(_REASONS), items=[item], now=turn.at
    )


def _consult(scene: Scene, turn: Turn) -> datetime | None:
    """Another unit of the agency is asked, and answers where there is time."""
    asked_of = [
        (other, seat.unit)
        for other in scene.officers.get((turn.run.agency.code, Role.CIVIL_SERVANT), ())
        for seat in other.seats
        if seat.unit != turn.run.unit_id
    ]
    if not asked_of:
        return turn.at
    other, unit = scene.rng.choice(asked_of)
    consultation = desk.consult(
        actor=turn.actor,
        run_id=turn.run.pk,
        unit=unit,
        question="Đề nghị cho biết ý kiến về nội dung khai trong hồ sơ.",
        within=Term(1, "wd"),
        now=turn.at,
    )
    scene.follow()
    over = scene.later(turn.dossier, turn.at, 60, 420)
    if over >= scene.now:
        return None
    desk.answer_consultation(
        actor=other,
        consultation_id=consultation.pk,
        agrees=True,
        answer="Thống nhất; nội dung khai đúng với sổ theo dõi.",
        now=over,
    )
    return over


def _extend(scene: Scene, turn: Turn) -> datetime:
    """The head apologises, while there is still time to."""
    dossier = turn.dossier
    dossier.refresh_from_db()
    if dossier.due_at is None or turn.at > extend_until(dossier.due_at, turn.at):
        return turn.at  # a short term leaves no time for it
    desk.extend(
        actor=scene.officers[dossier.agency.code, Role.HEAD][0],
        dossier_id=dossier.pk,
        working_days=2,
        now=turn.at,
        reason="Phải xác minh lại thông tin với nơi cư trú trước đây của người nộp.",
    )
    return scene.later(dossier, turn.at, 400, 900)


def ask_to_stop(scene: Scene, turn: Turn, *, answered: bool) -> None:
    """The applicant asks to stop it; the desk answers."""
    citizen = applicant_of(turn.person)
    if not sees(citizen, turn.dossier):
        return
    desk.request_stop(
        actor=citizen, code=turn.dossier.code, reason="Tôi không còn cần giấy tờ này nữa.", now=turn.at
    )
    scene.follow()
    later = scene.later(turn.dossier, turn.at, 20, 200)
    if answered and later < scene.now:
        clerk = scene.officers[turn.dossier.agency.code, Role.ONE_STOP][0]
        desk.stop(actor=clerk, dossier_id=turn.dossier.pk, now=later)
        scene.follow()


def reopen(scene: Scene, dossier: Dossier, at: datetime) -> datetime | None:
    """A mistake is found in what was handed over: taken up again, the result revoked."""
    dossier.refresh_from_db()
    moment = scene.later(dossier, at, 500, 2000)
    if dossier.status != Status.RETURNED or moment >= scene.now:
        return None
    desk.reopen(
        actor=scene.officers[dossier.agency.code, Role.HEAD][0],
        dossier_id=dossier.pk,
        reason="Kết quả ghi sai ngày sinh do lỗi của cơ quan; thu hồi và cấp lại.",
        now=moment,
    )
    scene.follow()
    dossier.refresh_from_db()
    return moment
