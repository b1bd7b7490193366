"""The process of joint requests, the same for each."""

from __future__ import annotations

from datetime import datetime

from motcua.catalogue.models import ProcedureCase
from motcua.dossiers.joint.plans import plans
from motcua.kernel.actors import Role
from motcua.processing.definitions import own_versions, publish
from motcua.processing.rules import ON, Kind, StepSpec

#: A joint request is received (or refused, or completed) as a whole; from then on its parts are worked on.
JOINT = (
    StepSpec(0, "receive", "Tiếp nhận hồ sơ liên thông", "Receive the joint dossier", Role.ONE_STOP, "one_stop", 480,
             {"receive": "parts", "refuse": None}, ("ask_supplement", "transfer"),
             result="Giấy tiếp nhận hồ sơ và hẹn trả kết quả"),
    StepSpec(0, "parts", "Chuyển các phần đến cơ quan giải quyết", "Hand the parts to the agencies that decide them",
             "", "one_stop", None, {ON: None}, kind=Kind.AUTO, does="open_parts",
             result="Từng phần được giải quyết và trả kết quả"),
)  # fmt: skip


def ensure_processes(now: datetime) -> None:
    """Publish the process of joint requests for each case of a joint procedure that has none."""
    cases = ProcedureCase.objects.filter(
        version__procedure__national_code__in=list(plans()), version__published_at__isnull=False
    )
    for case in cases.values_list("pk", flat=True):
        if not own_versions(case).exists():
            publish(case=case, name="Quy trình liên thông", steps=JOINT, now=now)
