"""Pure rules of the desk: which columns and filters there are, when an officer is told something, what a cell may hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final, Literal, Self, get_args
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")

View = Literal["mine", "unit", "others", "late", "soon", "waiting", "opinions", "followed"]
VIEWS: Final[tuple[View, ...]] = get_args(View)

#: What a list can show, in the order it is offered. The first two are always there: when, and which.
COLUMNS: Final = (
    "due", "code", "procedure", "applicant", "step", "status", "claimed", "submitted",
    "labels", "unit", "channel", "age",
)  # fmt: skip
FIXED: Final = ("due", "code")
DEFAULT_COLUMNS: Final = COLUMNS[:9]

DUE: Final = ("late", "today", "tomorrow", "week", "later")
CLAIMED: Final = ("me", "nobody", "somebody")
#: More than a hand of values in one filter is a list, not a filter.
MAX_VALUES: Final = 20
#: As many dossiers one bulk run takes.
MAX_BULK: Final = 500


def columns(chosen: Iterable[object]) -> tuple[str, ...]:
    """The columns of a person, in the order of :data:`COLUMNS`; nothing chosen means the usual ones."""
    wanted = set(map(str, chosen))
    return tuple(c for c in COLUMNS if c in wanted or c in FIXED) if wanted else DEFAULT_COLUMNS


def _texts(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(dict.fromkeys(v[:60] for v in values if isinstance(v, str) and v))[:MAX_VALUES]


def _numbers(value: object) -> tuple[int, ...]:
    values = value if isinstance(value, list | tuple) else [value]
    kept = (int(v) for v in map(str, values) if v.isascii() and v.isdigit() and len(v) < 10)
    return tuple(dict.fromkeys(kept))[:MAX_VALUES]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which list, and what of it. Within one filter any value will do, between filters all must hold."""

    view: View = "mine"
    q: str = ""
    procedure: tuple[str, ...] = ()
    step: tuple[str, ...] = ()
    unit: tuple[int, ...] = ()
    status: tuple[int, ...] = ()
    channel: tuple[int, ...] = ()
    label: tuple[int, ...] = ()
    due: str = ""
    claimed: str = ""

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """From a form, an address or a stored row; what cannot be read is left out."""
        view = given.get("list", "")
        due, claimed = given.get("due", ""), given.get("claimed", "")
        q = given.get("q", "")
        return cls(
            view=view if view in VIEWS else "mine",
            q=" ".join(q.split())[:100] if isinstance(q, str) else "",
            procedure=_texts(given.get("procedure", ())),
            step=_texts(given.get("step", ())),
            unit=_numbers(given.get("unit", ())),
            status=tuple(n for n in _numbers(given.get("status", ())) if 1 <= n <= 10),
            channel=tuple(n for n in _numbers(given.get("channel", ())) if 1 <= n <= 3),
            label=_numbers(given.get("label", ())),
            due=due if due in DUE else "",
            claimed=claimed if claimed in CLAIMED else "",
        )

    def write(self) -> dict[str, Any]:
        """The same as plain JSON, without what says nothing."""
        named: dict[str, Any] = {"list": self.view, "q": self.q}
        named |= {name: list(getattr(self, name)) for name in LISTED}
        named |= {"due": self.due, "claimed": self.claimed}
        return {name: value for name, value in named.items() if value}

    @property
    def filters(self) -> dict[str, Any]:
        """What narrows the list, the list itself and the search left out."""
        return {name: value for name, value in self.write().items() if name not in {"list", "q"}}

    def without(self, name: str, value: str) -> Asked:
        """One chip taken away."""
        less: Any = None
        if name in {"due", "claimed"}:
            less = {name: ""}
        elif name in LISTED:
            less = {name: tuple(v for v in getattr(self, name) if str(v) != value)}
        return replace(self, **less) if less else self


LISTED: Final = ("procedure", "step", "unit", "status", "channel", "label")


def due_between(due: str, now: datetime) -> tuple[datetime | None, datetime | None]:
    """The moments [from, to) that a due filter means: days of Vietnam; *week* are the seven days from today."""
    midnight = datetime.combine(now.astimezone(ZONE).date(), time(), ZONE)
    day = [(midnight + timedelta(days=n)).astimezone(UTC) for n in range(8)]
    return {
        "late": (None, now),
        "today": (day[0], day[1]),
        "tomorrow": (day[1], day[2]),
        "week": (day[0], day[7]),
        "later": (day[7], None),
    }[due]


# --- telling officers ------------------------------------------------------------------------------------

#: Kinds of notices; those that cannot wait come first.
URGENT: Final = ("assigned", "soon_late", "answered")
QUIET: Final = ("followed",)


@dataclass(frozen=True, slots=True)
class Telling:
    """How an officer wants to hear. Hours are of Vietnam; ``quiet`` from which hour to which nothing is sent."""

    digest: bool = True
    digest_at: int = 8
    instant: tuple[str, ...] = URGENT
    quiet_from: int = 18
    quiet_to: int = 7

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        standard = cls()
        hour = {
            name: given[name]
            if isinstance(given.get(name), int) and 0 <= given[name] <= 23
            else getattr(standard, name)
            for name in ("digest_at", "quiet_from", "quiet_to")
        }
        instant = given.get("instant", URGENT)
        return cls(
            digest=bool(given.get("digest", True)),
            instant=tuple(kind for kind in URGENT if kind in instant),
            **hour,
        )

    def write(self) -> dict[str, Any]:
        return {
            "digest": self.digest,
            "digest_at": self.digest_at,
            "instant": list(self.instant),
            "quiet_from": self.quiet_from,
            "quiet_to": self.quiet_to,
        }


def is_quiet(telling: Telling, moment: datetime) -> bool:
    """Whether nothing is sent at this moment. Equal hours mean that there are no quiet ones."""
    hour, begin, end = moment.astimezone(ZONE).hour, telling.quiet_from, telling.quiet_to
    return begin <= hour < end if begin <= end else hour >= begin or hour < end


def instant_at(telling: Telling, kind: str, now: datetime) -> datetime | None:
    """When an e-mail about this goes out by itself: now, when the quiet hours end, or never (the digest has it)."""
    if kind not in telling.instant:
        return None
    if not is_quiet(telling, now):
        return now
    local = now.astimezone(ZONE)
    end = local.replace(hour=telling.quiet_to, minute=0, second=0, microsecond=0)
    return (end if end > local else end + timedelta(days=1)).astimezone(UTC)


def digest_due(telling: Telling, last: datetime | None, now: datetime) -> bool:
    """Whether today's digest is to go out: its hour has come, and none went out since."""
    if not telling.digest:
        return False
    local = now.astimezone(ZONE)
    hour = local.replace(hour=telling.digest_at, minute=0, second=0, microsecond=0)
    return local >= hour and (last is None or last < hour)


# --- exports ---------------------------------------------------------------------------------------------

_ACTIVE = re.compile(r"^[\s\x00]*[=+\-@|%\t\r\n＝＋－＠]")


def cell(text: str) -> str:
    """A value that no spreadsheet takes for a formula: an apostrophe goes before what begins like one (OWASP)."""
    return f"'{text}" if _ACTIVE.match(text) else text


@dataclass(frozen=True, slots=True)
class Progress:
    """How far something ordered is, by state of its items."""

    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def left(self) -> int:
        return self.counts.get("waiting", 0)

    def of(self, *states: str) -> int:
        return sum(self.counts.get(state, 0) for state in states)


def unique(lines: Sequence[str]) -> tuple[str, ...]:
    """Lines chosen on a page, each once, in their order, no more than a bulk run takes."""
    return tuple(dict.fromkeys(lines))[:MAX_BULK]
