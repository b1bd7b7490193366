"""What is being filled in: drafts, their files, and who helps."""

from __future__ import annotations

import uuid
from typing import Any

import orjson
from django.conf import settings
from django.db import models
from django.db.models import Q

from motcua.catalogue.models import Component, ProcedureCase
from motcua.dossiers.models.dossier import Channel, Dossier
from motcua.eforms.models import FormVersion
from motcua.kernel.fields import EncryptedTextField
from motcua.kernel.ids import uuid7
from motcua.kernel.models import Blob
from motcua.kernel.planned import PlannedQuerySet
from motcua.organisations.models import Agency


class Draft(models.Model):
    """What a person is filling in. It belongs to the account, and survives sessions, networks and form versions."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="drafts")
    case = models.ForeignKey(ProcedureCase, on_delete=models.PROTECT, related_name="+")
    form = models.ForeignKey(FormVersion, null=True, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    channel = models.SmallIntegerField(choices=Channel.choices, default=Channel.ONLINE)
    for_person = EncryptedTextField(blank=True, help_text="JSON of the person present, for counter intake")
    body = EncryptedTextField()
    # By field; beside them _touched {field: revision}, _filled, _later {field: register}, _compared, _by {field: account}.
    sources = models.JSONField(default=dict, help_text="Where a prefilled value came from, by field")
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    reminded_at = models.DateTimeField(
        null=True, help_text="When its owner was last told that it will be removed"
    )
    dossier = models.OneToOneField(Dossier, null=True, on_delete=models.PROTECT, related_name="draft")
    supplements = models.OneToOneField(
        Dossier,
        null=True,
        on_delete=models.PROTECT,
        related_name="supplement_draft",
        help_text="Dossier it completes",
    )

    objects = PlannedQuerySet["Draft"].as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["account", "-saved_at"], name="draft_by_account", condition=Q(dossier=None)),
            models.Index(
                "saved_at", name="draft_unfiled_by_age", condition=Q(dossier=None, supplements=None)
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def answers(self) -> dict[str, Any]:
        body: dict[str, Any] = orjson.loads(self.body) if self.body else {}
        return body

    @answers.setter
    def answers(self, values: dict[str, Any]) -> None:
        self.body = orjson.dumps(values).decode()


class Invitation(models.Model):
    """Somebody asked to fill in parts of a draft. Whoever signs in with the link first is the one; the owner revokes.

    Of the link only a digest is kept, so that nobody who reads the table can use it.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="invitations")
    name = models.CharField(max_length=80, help_text="What the owner calls them")
    sections = models.JSONField(help_text="Ids of the sections they may fill in")
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="Until when the link can be taken up")
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="invitations"
    )
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["accepted_by", "-accepted_at"],
                name="invitation_taken_up",
                condition=Q(revoked_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"invitation to {self.draft_id}"


class DraftUpload(models.Model):
    """A file on its way into a draft: received in chunks, then checked, then kept or refused with its reason.

    It belongs to a component, or (a portrait) to a field of the form. ``mark`` is what the browser knows the file by:
    chosen again, it goes on where it stopped.
    """

    class State(models.TextChoices):
        RECEIVING = "receiving"
        KEPT = "kept"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="uploads")
    component = models.ForeignKey(Component, null=True, on_delete=models.PROTECT, related_name="+")
    field = models.CharField(max_length=80, blank=True, default="", db_default="")
    filename = models.CharField(max_length=200)
    mark = models.CharField(max_length=64, blank=True, default="", db_default="")
    size = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVING)
    problem = models.CharField(max_length=60, blank=True)
    blob = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="uploads")
    created_at = models.DateTimeField()

    objects = PlannedQuerySet["DraftUpload"].as_manager()

    def __str__(self) -> str:
        return f"{self.filename} {self.offset}/{self.size}"
