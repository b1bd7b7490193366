"""Start-up check: the law files parse, nothing overlaps, every key in `keys.py` has a value today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's name

from motcua.kernel.working_time import ZONE, national_days

from . import keys
from .registry import Law, LawError, load


@register("law")
def check_law(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    try:
        law = load()
    except LawError as error:
        return [Error(str(error), hint="Correct the file in motcua/law/parameters.", id="law.E001")]
    today = datetime.now(ZONE).date()
    return [*missing(law, today), *calendar_ends(today)]


def missing(law: Law, on: date) -> list[CheckMessage]:
    """One error per key the code uses that has no value on the day."""
    return [
        Error(
            f"No law parameter {key} holds on {on}.",
            hint="Add a row to motcua/law/parameters.",
            id="law.E002",
        )
        for key in sorted(keys.ALL)
        if law.find(key, on) is None
    ]


def calendar_ends(on: date) -> list[CheckMessage]:
    """A warning while the shipped holidays end within the year: deadlines would soon fall outside them."""
    last = national_days().last
    if last.toordinal() - on.toordinal() >= 365:
        return []
    return [
        Warning(
            f"The shipped holidays end on {last}.", hint="Run tools/seed_holidays.py --last.", id="law.W003"
        )
    ]
