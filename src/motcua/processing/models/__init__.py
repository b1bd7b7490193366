"""Tables of processing, a module a subject; everybody imports them from here."""

from motcua.processing.models.doing import Pause, StepRun
from motcua.processing.models.turns import (
    Consultation,
    Extension,
    Reopening,
    StopRequest,
    Supplement,
    Transfer,
)
from motcua.processing.models.written import ProcessDraft, ProcessDraftRevision, ProcessVersion, Step, Unfit

__all__ = [
    "Consultation",
    "Extension",
    "Pause",
    "ProcessDraft",
    "ProcessDraftRevision",
    "ProcessVersion",
    "Reopening",
    "Step",
    "StepRun",
    "StopRequest",
    "Supplement",
    "Transfer",
    "Unfit",
]
