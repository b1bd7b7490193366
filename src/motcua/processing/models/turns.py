"""What the lawful turns leave behind, a table a turn."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from motcua.dossiers.models import Dossier
from motcua.kernel.planned import PlannedQuerySet
from motcua.organisations.models import Agency, Unit
from motcua.processing.models.doing import StepRun


class Supplement(models.Model):
    """The one request to complete a dossier (NĐ 61/2018 art. 11, 15; NĐ 118/2025 art. 17): one, by constraint.

    ``restart``: it was given back as not eligible after appraisal, and the term is counted anew when it is complete
    (NĐ 61/2018 art. 19 cl. 4).
    """

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="supplement")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    items = models.JSONField(help_text="List of {kind: field|component, key, label, note}")
    resume = models.SmallIntegerField(help_text="Status to go back to when answered")
    restart = models.BooleanField(default=False, db_default=False)
    answered_at = models.DateTimeField(null=True)

    objects = PlannedQuerySet["Supplement"].as_manager()

    def __str__(self) -> str:
        return f"supplement of {self.dossier_id}"


class Extension(models.Model):
    """The one re-appointment of a dossier, with its apology (NĐ 61/2018 art. 19 cl. 9; mẫu 04): one, by constraint."""

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="extension")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=200)
    by_title = models.CharField(max_length=200)
    reason = models.TextField()
    working_days = models.PositiveSmallIntegerField(help_text="Added to the term, as the apology promises")
    before = models.DateTimeField()
    after = models.DateTimeField()

    objects = PlannedQuerySet["Extension"].as_manager()

    def __str__(self) -> str:
        return f"{self.dossier_id}: {self.before} → {self.after}"


class StopRequest(models.Model):
    """The applicant asks to stop a dossier that has been received (NĐ 118/2025 art. 21); the one-stop desk answers.

    Open while ``answered_at`` is null. ``accepted`` false: a decision was there already, or it is not the person's to
    stop; the answer says why.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="stop_requests")
    asked_at = models.DateTimeField()
    reason = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    accepted = models.BooleanField(null=True)
    answer = models.TextField(blank=True)

    objects = PlannedQuerySet["StopRequest"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(answered_at=None), name="stop_request_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"stop request of {self.dossier_id}"


class Consultation(models.Model):
    """An opinion asked of another unit or agency (lấy ý kiến; NĐ 61/2018 art. 19 cl. 5). The term runs on meanwhile.

    Who may answer is whoever sits in the unit when it is read, or only ``expert``. ``stage`` counts what has been said
    about its deadline: 1 reminded, 2 the head of the one-stop desk told that it is overdue.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="consultations")
    run = models.ForeignKey(StepRun, on_delete=models.PROTECT, related_name="consultations")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    expert = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    question = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    stage = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    agrees = models.BooleanField(null=True)
    answer = models.TextField(blank=True)
    revoked_at = models.DateTimeField(null=True)

    objects = PlannedQuerySet["Consultation"].as_manager()

    class Meta:
        indexes = [
            models.Index(
                "unit", "due_at", name="consultation_open", condition=Q(answered_at=None, revoked_at=None)
            ),
            models.Index("dossier", "asked_at", name="consultation_of_dossier"),
        ]

    def __str__(self) -> str:
        return f"consultation on {self.dossier_id} of unit {self.unit_id}"


class Transfer(models.Model):
    """A dossier sent on to the agency that is competent for it (NĐ 118/2025 art. 17, 18: intake whatever the place)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="transfers")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    from_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    to_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()

    objects = PlannedQuerySet["Transfer"].as_manager()

    def __str__(self) -> str:
        return f"{self.dossier_id}: {self.from_agency_id} → {self.to_agency_id}"


class Reopening(models.Model):
    """A dossier that had ended and is taken up again, because the agency was wrong (NĐ 61/2018 art. 21)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="reopenings")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    status_before = models.SmallIntegerField()

    objects = PlannedQuerySet["Reopening"].as_manager()

    def __str__(self) -> str:
        return f"{self.dossier_id} reopened at {self.at}"
