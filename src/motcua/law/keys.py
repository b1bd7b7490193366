"""Keys of the law parameters the code reads. The start-up check holds each to a value today."""

from __future__ import annotations

from typing import Final

INTAKE_ONLINE_ANSWER: Final = "intake.online_answer"
INTAKE_COUNTER_ANSWER: Final = "intake.counter_answer"
INTAKE_CUTOFF: Final = "intake.cutoff"
INTAKE_SUPPLEMENT_REQUESTS: Final = "intake.supplement_requests"

NOT_ELIGIBLE_NOTICE: Final = "processing.not_eligible_notice"
RESTART_WHEN_COMPLETE: Final = "processing.restart_when_complete"
APOLOGY_BEFORE_EXPIRY: Final = "processing.apology_before_expiry"
EXTENSIONS: Final = "processing.extensions"
SILENCE_CLOSES: Final = "processing.silence_closes"
HOURS_PER_DAY: Final = "processing.hours_per_day"
LATE_WARNING_LEAD: Final = "processing.late_warning_lead"
LATE_TO_HEAD: Final = "processing.late_to_head"
LATE_TO_SUPERIOR: Final = "processing.late_to_superior"
USUAL_TIME_WINDOW: Final = "processing.usual_time_window"
DRAFTS_KEPT: Final = "drafts.kept"
EXPORTS_KEPT: Final = "exports.kept"
DRAFTS_REMINDER_LEAD: Final = "drafts.reminder_lead"
DRAFT_INVITATION_VALID: Final = "drafts.invitation_valid"

FORM_RECEIPT: Final = "forms.receipt"
FORM_SUPPLEMENT: Final = "forms.supplement"
FORM_REFUSAL: Final = "forms.refusal"
FORM_APOLOGY: Final = "forms.apology"
FORM_STOP: Final = "forms.stop"
FORM_CONTROL_SLIP: Final = "forms.control_slip"
FORM_REGISTER: Final = "forms.register"

DOSSIER_CODE_FORMAT: Final = "codes.dossier_format"
DOSSIER_SEQUENCE_DIGITS: Final = "codes.sequence_digits"

SERVICE_DESCRIPTION_ITEMS: Final = "service.description_items"
SERVICE_CLICKS: Final = "service.clicks"
SERVICE_PROGRESS_AFTER: Final = "service.progress_after"
SERVICE_MAINTENANCE_NOTICE: Final = "service.maintenance_notice"
UPLOAD_MAX_FILE_BYTES: Final = "uploads.max_file_bytes"
UPLOAD_MAX_TOTAL_BYTES: Final = "uploads.max_total_bytes"
UPLOAD_MAX_FILES_PER_COMPONENT: Final = "uploads.max_files_per_component"

SATISFACTION_LEVELS: Final = "feedback.levels"
SATISFACTION_ASPECTS: Final = "feedback.aspects"

REMOTE_SHARE_TARGET: Final = "targets.remote_share"
FULL_OF_ELIGIBLE_TARGET: Final = "targets.full_of_eligible"

FULL_INFORMATION_COMPLETE: Final = "eligibility.full.information_complete"
FULL_FILES_ONLINE: Final = "eligibility.full.files_online"
FULL_RESOLVED_ONLINE: Final = "eligibility.full.resolved_online"
FULL_RESULT_BY: Final = "eligibility.full.result_by"
GROUND_PRESENCE: Final = "eligibility.ground.presence_required"
GROUND_ONSITE: Final = "eligibility.ground.onsite_verification"
GROUND_TECHNICAL: Final = "eligibility.ground.technical_blocker"
PARTIAL_NEEDS_REASON: Final = "eligibility.partial_needs_reason"

ALL: Final = frozenset(
    value for name, value in list(globals().items()) if name.isupper() and isinstance(value, str)
)
