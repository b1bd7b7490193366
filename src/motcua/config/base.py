"""What every installation starts with: the catalogue, its forms, the default process, the national calendar."""

from __future__ import annotations

from datetime import datetime

from motcua.catalogue.importing import bundled_sources
from motcua.catalogue.models import ProcedureCase
from motcua.eforms import actions as eforms
from motcua.eforms.from_catalogue import definition_for, shipped_blocks
from motcua.eforms.models import FormBlock, FormVersion
from motcua.kernel.actors import SYSTEM
from motcua.organisations.actions import seed_national_calendar
from motcua.organisations.models import CalendarDay
from motcua.processing.definitions import ensure_default
from motcua.processing.joint.process import ensure_processes
from motcua.processing.models import ProcessVersion


def needed() -> bool:
    """Whether something of the base is missing (cheap: a few EXISTS)."""
    keys = set(ProcedureCase.objects.exclude(form_key=None).values_list("form_key", flat=True).distinct())
    return (
        not CalendarDay.objects.filter(agency=None).exists()
        or not ProcessVersion.objects.filter(case=None).exists()
        or bool(keys - set(FormVersion.objects.values_list("key", flat=True).distinct()))
        or not FormBlock.objects.exists()
    )


def bring_up(now: datetime) -> str:
    """Make what is missing; harmless when nothing is."""
    ensure_default(now)
    ensure_processes(now)
    seed_national_calendar(now)
    publish_blocks(now)
    return f"{publish_forms(now)} forms"


def publish_blocks(now: datetime) -> None:
    """The first version of each block that ships; what people made of them since stays."""
    there = set(FormBlock.objects.values_list("key", flat=True))
    for key, section in shipped_blocks().items():
        if key not in there:
            eforms.publish_block(
                actor=SYSTEM, key=key, number=1, section=section, by=None, reason="", now=now
            )


def publish_forms(now: datetime) -> int:
    """Publish the bundled forms and those built from the catalogue's fields, but never over one that a person published."""
    published = 0
    own = set(FormVersion.objects.exclude(published_by=None).values_list("key", flat=True).distinct())
    for entry in bundled_sources().details:
        code = entry["national_code"]
        if (
            code
            and code not in own
            and (definition := definition_for(code, entry["name"], entry["form_fields"] or []))
        ):
            eforms.publish(key=code, definition=definition, now=now)
            published += 1
    return published
