"""Durations of steps as ISO 8601 writes them: days are working days (8 hours), hours and minutes are worked ones. Pure."""

from __future__ import annotations

import re

from motcua.processing.checks import DAY

_DURATION = re.compile(r"P(?:(?P<d>\d{1,3})D)?(?:T(?:(?P<h>\d{1,4})H)?(?:(?P<m>\d{1,6})M)?)?", re.ASCII)


def parse_duration(text: str) -> int | None:
    """Working minutes of ``P3D``, ``PT4H``, ``P1DT2H30M``; None for every other duration.

    Weeks, months, years, seconds and fractions are no lengths that a plan of steps has; ``P`` and ``PT`` say nothing.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None or text.strip().endswith("T"):
        return None
    days, hours, minutes = (int(match[name] or 0) for name in ("d", "h", "m"))
    return days * DAY + hours * 60 + minutes or None


def write_duration(minutes: int) -> str:
    """The inverse of :func:`parse_duration`: whole days as days, everything else as hours and minutes."""
    if minutes % DAY == 0:
        return f"P{minutes // DAY}D"
    hours, rest = divmod(minutes, 60)
    return "PT" + (f"{hours}H" if hours else "") + (f"{rest}M" if rest else "")
