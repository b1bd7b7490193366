"""The one place that reads the clock; rules and actions are given ``now``."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The present moment, aware, UTC."""
    return datetime.now(UTC)


def local_day(moment: datetime) -> date:
    """The day it is in Vietnam at ``moment``."""
    return moment.astimezone(VIETNAM).date()
