"""The history of a dossier: what, who and for whom, the article it stands on, the slip it brought, the reason given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from motcua.dossiers.models import Dossier
from motcua.processing import events as turned
from motcua.processing.matters import Matters
from motcua.processing.models import Supplement
from motcua.processing.queries import EventLine, FileLine, RunLine, events_of
from motcua.web.desk import words
from motcua.web.desk.page.papers import slip_row

#: Events whose reason is what was written when the step was closed.
_BY_STEP = frozenset(
    {
        turned.REFUSED,
        turned.REJECTED,
        turned.SENT_BACK,
        turned.PROPOSED,
        turned.RECEIVED,
        turned.RETURNED,
        turned.COMPLETED,
        turned.WENT_BACK,
        turned.MOVED,
    }
)

_ABOUT_A_STEP = frozenset(
    {
        turned.COMPLETED,
        turned.CLAIMED,
        turned.RELEASED,
        turned.ASSIGNED,
        turned.DUE_SOON,
        turned.LATE,
        turned.ESCALATED,
    }
)
_ABOUT_AN_OPINION = frozenset(
    {
        turned.CONSULTED,
        turned.OPINION_GIVEN,
        turned.CONSULTATION_REVOKED,
        turned.OPINION_SOON,
        turned.OPINION_LATE,
    }
)


def timeline(
    dossier: Dossier,
    files: Sequence[FileLine],
    runs: Sequence[RunLine],
    matters: Matters,
    supplement: Supplement | None,
    language: str,
) -> list[dict[str, Any]]:
    """Newest first; one query."""
    slips: dict[str, list[FileLine]] = {}
    for line in files:
        if line.kind == "slip":
            slips.setdefault(line.name, []).append(line)
    closed = {(line.closed_at, line.closed_name): line for line in runs if line.closed_at}
    reasons = _reasons(matters, supplement)
    units = {line.unit: line.unit_name for line in runs}
    told = []
    for event in events_of(dossier.stream):
        by_step = closed.get((event.at, event.officer))
        slip = _slip(slips, event) if event.kind == "slip.issued" else None
        reason = reasons.get((event.kind, event.at), "")
        if not reason and by_step is not None and event.kind in _BY_STEP:
            reason = by_step.note
        told.append(
            {
                "what": words.event_name(event.kind),
                "at": event.at,
                "who": event.officer or (_("Người nộp") if event.actor_kind == "person" else _("Hệ thống")),
                "instead": by_step.instead_of if by_step is not None else "",
                "article": words.article_of(event.kind, event.data),
                "note": ""
                if slip
                else words.event_note(event.kind, event.data) or _note(event, runs, matters, units, language),
                "reason": reason,
                "slip": slip_row(slip, dossier.code) if slip else None,
            }
        )
    return told


def _slip(slips: Mapping[str, Sequence[FileLine]], event: EventLine) -> FileLine | None:
    """The slip an event issued: of its kind, and of its moment where there are several."""
    of_kind = slips.get(str(event.data.get("kind", "")), ())
    return next((line for line in of_kind if line.at == event.at), of_kind[0] if of_kind else None)


def _reasons(matters: Matters, supplement: Supplement | None) -> dict[tuple[str, datetime], str]:
    """What was written with the turns that leave no closed step, by kind and moment."""
    found: dict[tuple[str, datetime], str] = {}
    if supplement is not None:
        found[turned.SUPPLEMENT_ASKED, supplement.asked_at] = supplement.reason
        found[turned.INELIGIBLE, supplement.asked_at] = supplement.reason
    if matters.extension is not None:
        found[turned.EXTENDED, matters.extension.at] = matters.extension.reason
    for sent in matters.transfers:
        found[turned.TRANSFERRED, sent.at] = sent.reason
    for again in matters.reopenings:
        found[turned.REOPENED, again.at] = again.reason
    for asked in matters.stops:
        found[turned.STOP_ASKED, asked.at] = asked.reason
        if asked.answered_at is not None:
            found[turned.STOP_DECLINED, asked.answered_at] = asked.answer
    for opinion in matters.opinions:
        found[turned.CONSULTED, opinion.at] = opinion.question
        if opinion.answered_at is not None:
            found[turned.OPINION_GIVEN, opinion.answered_at] = opinion.answer
    return found


def _note(
    event: EventLine, runs: Sequence[RunLine], matters: Matters, units: Mapping[int, str], language: str
) -> str:
    """What an event's codes mean in this dossier: steps, units and agencies by their names."""
    data = event.data
    if event.kind == "dossier.submitted":
        return _place(data.get("place"), units)
    if event.kind == turned.TRANSFERRED:
        sent = next((sent for sent in matters.transfers if sent.at == event.at), None)
        return f"{sent.before} → {sent.after}" if sent else ""
    if event.kind == turned.MOVED:  # events of before name the one step
        steps = data.get("steps") or {"": data.get("step", "")}
        return "; ".join(_step(str(key), runs, language) for key in steps.values())
    if event.kind in _ABOUT_A_STEP:
        return _step(str(data.get("step", "")), runs, language)
    if event.kind == turned.WENT_BACK:
        return f"{_step(str(data.get('from', '')), runs, language)} → {_step(str(data.get('to', '')), runs, language)}"
    if event.kind in _ABOUT_AN_OPINION:
        asked = next((one for one in matters.opinions if one.id == data.get("consultation")), None)
        return asked.unit if asked else ""
    return ""


def _step(key: str, runs: Sequence[RunLine], language: str) -> str:
    """A step by its key, in words; the newest run of that key names it."""
    line = next((line for line in reversed(runs) if line.step == key), None)
    if line is None:
        return key
    return line.name_en if language == "en" and line.name_en else line.name


def _place(place: Any, units: Mapping[int, str]) -> str:
    """Where an officer keyed it, as the system recorded it."""
    if not isinstance(place, Mapping):
        return ""
    said = {"unit": units.get(int(place.get("unit") or 0), _("bộ phận một cửa"))}
    if place.get("in_network"):
        return _("Nhập tại %(unit)s, trong mạng của bộ phận một cửa") % said
    if place.get("in_network") is False:
        return _("Nhập từ vị trí ở %(unit)s, ngoài mạng của bộ phận một cửa") % said
    return _("Nhập từ vị trí ở %(unit)s") % said
