"""What the administration offers: procedures, their published versions, cases, papers, fees and terms.

A dossier is bound for life to one `ProcedureVersion`. A version is written as a draft, filled, then published in the
same transaction; from that moment a trigger (migration 0001) refuses any change to it or to what hangs under it.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from motcua.organisations.models import Agency


def sort_key_field() -> models.TextField[str, str]:
    """A column filled with `kernel.text.sort_key`, compared byte by byte."""
    return models.TextField(db_collation="C", editable=False)


class Level(models.TextChoices):
    """How far a service goes online: NĐ 42/2022 art. 11; NĐ 224/2026 art. 14. Unknown is said, never guessed."""

    FULL = "full"
    PARTIAL = "partial"
    INFORMATION = "information"
    UNKNOWN = "unknown"


class Channel(models.TextChoices):
    """How a dossier comes in; an empty value on a row means every channel."""

    COUNTER = "counter"
    ONLINE = "online"
    POST = "post"


class TermUnit(models.TextChoices):
    SAME_DAY = "same_day"
    WORKING_HOUR = "working_hour"
    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"


class CatalogueState(models.Model):
    """One row. `stamp` grows with every change, in its transaction: what processes keep in memory goes by it.

    The row is also the subject of the catalogue's events (`kernel.events.Streamed`).
    """

    stamp = models.BigIntegerField(default=0)
    stream = models.UUIDField(default=uuid.uuid4)
    event_seq = models.IntegerField(default=0)
    event_hash = models.BinaryField(max_length=32, default=bytes(32))

    class Meta:
        constraints = [models.CheckConstraint(name="catalogue_state_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"catalogue at {self.stamp}"


class Sector(models.Model):
    """A field of administration (lĩnh vực), as the national list names it."""

    slug = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    sort_key = sort_key_field()

    def __str__(self) -> str:
        return self.name


class LifeEvent(models.Model):
    """What happens in a life or a business that makes people need procedures."""

    class Audience(models.TextChoices):
        CITIZEN = "citizen"
        BUSINESS = "business"

    slug = models.CharField(max_length=60, unique=True)
    title_vi = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    lead_vi = models.CharField(max_length=300)
    lead_en = models.CharField(max_length=300)
    audience = models.CharField(max_length=8, choices=Audience.choices)
    position = models.PositiveSmallIntegerField()
    procedures: models.ManyToManyField[Procedure, LifeEventProcedure] = models.ManyToManyField(
        "Procedure", through="LifeEventProcedure", related_name="life_events"
    )

    def __str__(self) -> str:
        return self.title_vi


class Procedure(models.Model):
    """What the law lets a citizen or firm ask for, known by its national code `d.dddddd`."""

    national_code = models.CharField(max_length=8, unique=True)
    name = models.TextField()
    short_name = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300, blank=True)
    ministry = models.CharField(max_length=120, blank=True)
    sector = models.ForeignKey(Sector, on_delete=models.PROTECT, related_name="procedures")
    executing_agencies = models.JSONField(
        default=list, help_text="Names of the agencies that resolve it, as published"
    )
    citizen = models.BooleanField(null=True, help_text="Null: the source does not say")
    business = models.BooleanField(null=True)
    level = models.CharField(max_length=12, choices=Level.choices, default=Level.UNKNOWN)
    decided_level = models.CharField(
        max_length=12, blank=True, default="", db_default="", help_text="Level of the published list in force"
    )
    decided_from = models.DateField(null=True)
    decided_by = models.CharField(
        max_length=120, blank=True, default="", db_default="", help_text="The act that published that list"
    )
    essential_no = models.PositiveSmallIntegerField(null=True, help_text="Number among the 25 of Đề án 06")
    synonyms = models.JSONField(default=list, help_text="What people call it; searched like its name")
    popularity = models.PositiveIntegerField(
        default=0, help_text="Weight in lists and ties; editorial, not measured"
    )
    detailed = models.BooleanField(default=False)
    listed = models.BooleanField(
        default=True, help_text="False once the national list drops it; never deleted"
    )
    sort_key = sort_key_field()
    current_version = models.ForeignKey(
        "ProcedureVersion",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Null: only in the index",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="procedure_code_form", condition=Q(national_code__regex=r"^[1-6]\.\d{6}$")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.national_code} {self.short_name}"


class LifeEventProcedure(models.Model):
    life_event = models.ForeignKey(LifeEvent, on_delete=models.CASCADE)
    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE)
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["life_event", "procedure"], name="life_event_procedure_once")
        ]

    def __str__(self) -> str:
        return f"{self.life_event_id}: {self.procedure_id}"


class ProcedureVersion(models.Model):
    """The frozen, published definition. `definition` holds all of it in one document, for reading a page at once;
    the rows below hold the parts that other tables point at. Both are written from one record.
    """

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField(null=True)
    definition = models.JSONField()
    content_hash = models.CharField(max_length=64)
    source = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["procedure", "number"], name="procedure_version_number"),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id} v{self.number}"


class ProcedureCase(models.Model):
    """A variant of a procedure with its own papers, term and fee. Most procedures have one, keyed `default`."""

    version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="cases")
    key = models.CharField(max_length=60)
    name_vi = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300, blank=True)
    condition = models.TextField(blank=True, help_text="When this case applies, in words")
    position = models.PositiveSmallIntegerField()
    term_value = models.PositiveSmallIntegerField(null=True)
    term_unit = models.CharField(max_length=12, choices=TermUnit.choices, blank=True)
    term_cutoff = models.TimeField(
        null=True, help_text="Received later than this: counted from the next working day"
    )
    term_rule = models.TextField(blank=True)
    term_certain = models.BooleanField(default=False)
    form_key = models.CharField(
        max_length=60, null=True, help_text="Key of the electronic form, when there is one"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="procedure_case_key"),
            models.CheckConstraint(
                name="procedure_case_term_has_unit",
                condition=Q(term_value=None, term_unit="") | (Q(term_value__gt=0) & ~Q(term_unit="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}/{self.key}"


class Component(models.Model):
    """One paper or data item of a dossier."""

    case = models.ForeignKey(ProcedureCase, on_delete=models.PROTECT, related_name="components")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=80)
    name = models.TextField()
    originals = models.PositiveSmallIntegerField(default=0)
    copies = models.PositiveSmallIntegerField(default=0)
    required = models.BooleanField()
    condition = models.TextField(blank=True)
    form_no = models.CharField(max_length=120, blank=True)
    replaced_by = models.CharField(
        max_length=200, null=True, help_text="The database that makes the paper unnecessary"
    )
    channel = models.CharField(max_length=8, choices=Channel.choices, blank=True)
    by_form = models.BooleanField(
        default=False, help_text="The declaration itself: the electronic form takes its place"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="component_key")]

    def __str__(self) -> str:
        return self.name


class Fee(models.Model):
    """One line of the fee table. An amount of null means: known to exist or not, but its size is not in the source."""

    case = models.ForeignKey(ProcedureCase, on_delete=models.PROTECT, related_name="fees")
    position = models.PositiveSmallIntegerField()
    channel = models.CharField(max_length=8, choices=Channel.choices, blank=True)
    amount = models.PositiveBigIntegerField(null=True, help_text="Đồng")
    per = models.CharField(max_length=60, blank=True, help_text="Unit: lần, bản, trang, người …")
    formula = models.JSONField(
        null=True, help_text='e.g. {"first_pages": 2, "first": 2000, "then": 1000, "cap": 200000}'
    )
    rule = models.TextField(blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    certain = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "position"], name="fee_position"),
            models.CheckConstraint(
                name="fee_period_in_order",
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.amount}"


class LegalBasis(models.Model):
    """An instrument the procedure rests on, by its number."""

    version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="legal_bases")
    position = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="legal_basis_once")]
        verbose_name_plural = "legal bases"

    def __str__(self) -> str:
        return self.number


class ResultKind(models.Model):
    """What the applicant gets, with the national result code where known (`KQ.G15.000031`)."""

    version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="results")
    position = models.PositiveSmallIntegerField()
    name = models.TextField()
    code = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "position"], name="result_kind_position")]

    def __str__(self) -> str:
        return self.name


class PaperReplacement(models.Model):
    """A paper a procedure may no longer ask for because a database holds it (NQ 66.7/2025/NQ-CP, appendix I).

    The code is text, not a key: the resolution names procedures of ministries whose lists are not imported yet.
    """

    number = models.PositiveIntegerField(help_text="Row of the imported list, from 1")
    national_code = models.CharField(max_length=8, db_index=True)
    procedure_name = models.TextField()
    document = models.TextField(blank=True)
    database = models.TextField(blank=True)
    owner = models.TextField(blank=True)
    instrument = models.TextField(blank=True)
    article = models.TextField(blank=True)
    certain = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["number"], name="paper_replacement_number")]

    def __str__(self) -> str:
        return f"{self.national_code}: {self.document}"


class Service(models.Model):
    """How one agency offers a procedure online, with its level and since when (NĐ 42/2022 art. 11)."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="services")
    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="services")
    level = models.CharField(max_length=12, choices=Level.choices)
    active = models.BooleanField(default=True)
    valid_from = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "procedure"], name="service_once")]

    def __str__(self) -> str:
        return f"{self.agency_id} offers {self.procedure_id}"
