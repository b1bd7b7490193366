"""The dossier itself, and the units that work on it."""

from __future__ import annotations

from typing import Any

import orjson
from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q

from motcua.catalogue.models import Procedure, ProcedureCase, ProcedureVersion
from motcua.dossiers.audience import DossierQuerySet
from motcua.dossiers.lifecycle import OPEN, Status
from motcua.eforms.models import FormVersion
from motcua.kernel.events import GENESIS
from motcua.kernel.fields import EncryptedTextField
from motcua.kernel.ids import uuid7
from motcua.kernel.models import RulesSkipped
from motcua.organisations.models import Agency, Unit


class Channel(models.IntegerChoices):
    """KenhThucHien of the National Portal."""

    COUNTER = 1
    ONLINE = 2
    POST = 3


class Assistance(models.TextChoices):
    """Who keyed an online dossier, and where: it decides whether the dossier is remote (R5.4)."""

    NONE = "none"
    OUTREACH = "outreach"
    COUNTER_STAFF = "counter_staff"
    KIOSK = "kiosk"
    PROXY = "proxy"


class Dossier(models.Model):
    """One request, filed once, with one code. Changed by actions only."""

    stream = models.UUIDField(default=uuid7, unique=True, editable=False)
    code = models.CharField(max_length=60, unique=True)
    lookup_secret = EncryptedTextField()
    version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="dossiers")
    case = models.ForeignKey(ProcedureCase, on_delete=models.PROTECT, related_name="dossiers")
    # Where an index below begins with a key, it needs none of its own.
    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, related_name="dossiers", db_index=False
    )
    form = models.ForeignKey(FormVersion, null=True, on_delete=models.PROTECT, related_name="dossiers")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="dossiers", db_index=False)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="dossiers")
    status = models.SmallIntegerField(choices=[(s.value, s.name.lower()) for s in Status])

    channel = models.SmallIntegerField(choices=Channel.choices)
    assistance = models.CharField(max_length=14, choices=Assistance.choices, default=Assistance.NONE)
    remote = models.BooleanField()
    return_by = models.CharField(max_length=8, default="online", help_text="online, counter or post")

    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="dossiers",
        db_index=False,
    )
    applicant_kind = models.CharField(max_length=10)
    applicant_name = models.CharField(max_length=200)
    applicant_folded = models.CharField(max_length=200)
    applicant_number = EncryptedTextField(blank=True)
    applicant_index = models.BinaryField(max_length=32, null=True)
    contact = EncryptedTextField(blank=True, help_text="JSON: phone, email, address")
    authorised = EncryptedTextField(
        blank=True,
        default="",
        db_default="",
        help_text="JSON of the person authorised to file: name, number, address, phone, email, paper",
    )
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    joint = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="parts",
        db_index=False,
        help_text="Of a part: the joint dossier it belongs to",
    )
    joint_part = models.CharField(
        max_length=20, blank=True, default="", db_default="", help_text="Of a part: its key in the plan"
    )

    submitted_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)

    event_seq = models.IntegerField(default=0)
    event_hash = models.BinaryField(max_length=32, default=GENESIS)

    objects = DossierQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                "agency", "due_at", name="dossier_open_by_due", condition=Q(status__in=[int(s) for s in OPEN])
            ),
            models.Index(fields=["agency", "-submitted_at"], name="dossier_by_agency"),
            models.Index(fields=["applicant", "-submitted_at"], name="dossier_by_applicant"),
            models.Index(fields=["applicant_index", "-submitted_at"], name="dossier_by_person"),
            # For searching, within an agency: names from their beginning or any word of them, and procedures newest first.
            models.Index(
                "agency",
                OpClass("applicant_folded", "varchar_pattern_ops"),
                name="dossier_by_name",
                include=["id", "unit"],
            ),
            models.Index("procedure", "agency", "id", name="dossier_by_procedure", include=["unit"]),
            models.Index("joint", name="dossier_parts", condition=Q(joint__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def state(self) -> Status:
        return Status(self.status)

    @property
    def contacts(self) -> dict[str, str]:
        """Phone, e-mail and address as given for this dossier."""
        contacts: dict[str, str] = orjson.loads(self.contact) if self.contact else {}
        return contacts

    def involve(self, *, agency: int, unit: int) -> None:
        """A unit beside the one that answers for it works on it, or is asked: its people may see it from now on."""
        Involvement.objects.get_or_create(dossier=self, unit_id=unit, defaults={"agency_id": agency})

    @property
    def authorised_person(self) -> dict[str, str]:
        """Who filed it for the applicant with an authorisation; empty when nobody did."""
        person: dict[str, str] = orjson.loads(self.authorised) if self.authorised else {}
        return person

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise RulesSkipped(
            "A dossier is never deleted; archives and the removal of personal data are actions."
        )


class Involvement(models.Model):
    """A unit that works or has worked on a dossier beside its own: part of who may see it (``audience.py``)."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="involvements")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "unit"], name="involved_once")]

    def __str__(self) -> str:
        return f"unit {self.unit_id} on {self.dossier_id}"
