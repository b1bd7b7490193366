"""Published processes: the default one, and which process a case follows."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from motcua.kernel.actors import Role
from motcua.kernel.caching import Kept
from motcua.processing.models import ProcessVersion, Step
from motcua.processing.rules import Process, StepSpec, problems

#: Receive → appraise → sign → return. Internal steps are planned in working minutes, 8 hours a day (R3.21);
#: the intake answer is due in 8 working hours (R3.19).
DEFAULT = (
    StepSpec(0, "receive", "Tiếp nhận hồ sơ", "Receive the dossier", Role.ONE_STOP, "one_stop", 480,
             {"receive": "appraise", "refuse": None, "ask_supplement": "receive"}),
    StepSpec(0, "appraise", "Thẩm định hồ sơ", "Appraise the dossier", Role.CIVIL_SERVANT, "responsible", None,
             {"propose": "sign", "ask_supplement": "appraise", "ask_payment": "appraise", "reject": None}),
    StepSpec(0, "sign", "Ký duyệt kết quả", "Sign the result", Role.HEAD, "leaders", 240,
             {"sign": "return", "send_back": "appraise"}),
    StepSpec(0, "return", "Trả kết quả", "Return the result", Role.ONE_STOP, "one_stop", 240, {"return_result": None}),
)  # fmt: skip


@transaction.atomic
def publish(*, case: int | None, name: str, steps: tuple[StepSpec, ...], now: datetime) -> ProcessVersion:
    """Publish a process version; a faulty definition is refused whole (ValueError naming step and reason)."""
    wrong = problems(steps)
    if wrong:
        raise ValueError("; ".join(f"{p.code} {p.step} {p.detail}".strip() for p in wrong))
    last = (
        ProcessVersion.objects.filter(case=case).order_by("-number").values_list("number", flat=True).first()
    )
    version = ProcessVersion.objects.create(case_id=case, number=(last or 0) + 1, name=name, published_at=now)
    Step.objects.bulk_create(
        Step(
            process=version,
            position=position,
            key=step.key,
            name=step.name,
            name_en=step.name_en,
            role=step.role,
            unit_rule=step.unit_rule,
            working_minutes=step.working_minutes,
            outcomes=dict(step.outcomes),
        )
        for position, step in enumerate(steps, 1)
    )
    current_process.forget()
    return version


def ensure_default(now: datetime) -> None:
    """Publish the default process where none is yet."""
    if not ProcessVersion.objects.filter(case=None).exists():
        publish(case=None, name="Quy trình chung", steps=DEFAULT, now=now)


def _load(pk: int) -> Process:
    return Process(
        pk,
        tuple(
            StepSpec(s.pk, s.key, s.name, s.name_en, s.role, s.unit_rule, s.working_minutes, s.outcomes)
            for s in Step.objects.filter(process=pk).order_by("position")
        ),
    )


#: A version is immutable (trigger).
process: Kept[int, Process] = Kept(_load, seconds=None)


def _current(case: int) -> int:
    versions = ProcessVersion.objects.order_by("-number").values_list("pk", flat=True)
    found = versions.filter(case=case).first() or versions.filter(case=None).first()
    if found is None:
        raise LookupError("No process is published: run `motcua setup-base`, or publish one in the studio.")
    return found


#: The version that a dossier filed now follows; a newly published one is followed within ten seconds.
current_process: Kept[int, int] = Kept(_current, seconds=10)
