"""Agencies, their units and posts, who holds them when, and the calendars they work by."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from motcua.kernel.actors import Role


class Agency(models.Model):
    """An agency with a code of QĐ 20/2020/QĐ-TTg; the tree is the code itself (``H56.201`` lies in ``H56``)."""

    class Level(models.TextChoices):
        MINISTRY = "ministry"
        PROVINCE = "province"
        DEPARTMENT = "department"
        COMMUNE = "commune"

    code = models.CharField(max_length=35, unique=True)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    short_name = models.CharField(max_length=80)
    level = models.CharField(max_length=12, choices=Level.choices)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    place = models.CharField(
        max_length=80, blank=True, help_text="Place name before the date on its documents"
    )
    address = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    ward_code = models.IntegerField(
        null=True, blank=True, help_text="Code of the commune in the national list"
    )
    one_stop_networks = models.JSONField(
        default=list,
        blank=True,
        help_text="Networks (CIDR) of its one-stop centre: what is filed online from there was not filed remotely",
    )
    second_publisher = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Forms that it or an agency below it uses are published by somebody else than who wrote them",
    )
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "agencies"

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Unit(models.Model):
    """A part of an agency that does work: its one-stop desk, a division, its leaders."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="units")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    one_stop = models.BooleanField(default=False)
    sectors = models.JSONField(
        default=list, blank=True, help_text="Slugs of the sectors it is responsible for"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "code"], name="unit_agency_code")]

    def __str__(self) -> str:
        return f"{self.agency_id}/{self.code} {self.name}"


class Post(models.Model):
    """A seat in a unit. Rights belong to the post, for as long as somebody holds it."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    title = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])

    def __str__(self) -> str:
        return f"{self.title} ({self.role})"


class Holding(models.Model):
    """Who holds a post from when to when; an open end is the present."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holdings")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="holdings")
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="holding_in_order", condition=Q(until=None) | Q(until__gte=F("since"))
            ),
            models.UniqueConstraint(name="holding_once", fields=["post", "officer"], condition=Q(until=None)),
        ]
        indexes = [models.Index(name="holding_by_officer", fields=["officer"], condition=Q(until=None))]

    def __str__(self) -> str:
        return f"{self.officer_id} in {self.post_id} since {self.since}"


class Absence(models.Model):
    """An officer is away, and somebody sits in their seats meanwhile; both days included."""

    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="absences")
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="substitutions"
    )
    since = models.DateField()
    until = models.DateField()
    note = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="Taken back early")

    class Meta:
        constraints = [
            models.CheckConstraint(name="absence_in_order", condition=Q(until__gte=F("since"))),
            models.CheckConstraint(name="absence_of_two", condition=~Q(officer=F("substitute"))),
        ]
        indexes = [
            models.Index("substitute", "until", name="absence_by_substitute", condition=Q(ended_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.substitute_id} for {self.officer_id}, {self.since} to {self.until}"


class WorkingCalendar(models.Model):
    """Weekly hours of an agency and all below it that have none of their own, for a period.

    ``hours`` maps ISO weekdays "1".."7" to lists of ["HH:MM", "HH:MM"]. An agency of null is the national one.
    """

    agency = models.ForeignKey(
        Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="calendars"
    )
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    hours = models.JSONField()
    reception = models.JSONField(
        default=dict, blank=True, help_text="Hours in which dossiers are only received, in the same form"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "valid_from"], name="calendar_agency_from")]

    def __str__(self) -> str:
        return f"{self.agency_id or 'national'} from {self.valid_from}"


class CalendarDay(models.Model):
    """A day unlike its weekday: off (a holiday) or worked (a swapped day), for an agency and all below it."""

    class Kind(models.TextChoices):
        OFF = "off"
        WORKED = "worked"

    agency = models.ForeignKey(Agency, null=True, blank=True, on_delete=models.PROTECT, related_name="days")
    day = models.DateField()
    kind = models.CharField(max_length=6, choices=Kind.choices)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    provisional = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "day"], name="calendar_day_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.name}"


class CalendarChange(models.Model):
    """The calendars' own history (who changed what when); its newest id is the version caches go by."""

    at = models.DateTimeField()
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+")
    change = models.JSONField()

    def __str__(self) -> str:
        return f"{self.at} {self.change}"
