"""The desk's words for what the domain says in codes, a module a subject; callers use the names given here."""

from motcua.web.desk.words.dossiers import (
    ASSISTANCE,
    CHANNELS,
    ORIGINS,
    PAUSES,
    RETURN_BY,
    dossier_url,
    due_words,
)
from motcua.web.desk.words.events import EVENTS, article_of, event_name, event_note, slip_name
from motcua.web.desk.words.lists import (
    BULK,
    BULK_STATES,
    BULK_TONES,
    COLOURS,
    EXPORT_STATES,
    FORMATS,
    URGENT,
    VIEWS,
    bulk_choices,
)
from motcua.web.desk.words.turns import AT_ONCE, GRAVE, INTAKES, TURNS, conflict_words

__all__ = [
    "ASSISTANCE",
    "AT_ONCE",
    "BULK",
    "BULK_STATES",
    "BULK_TONES",
    "CHANNELS",
    "COLOURS",
    "EVENTS",
    "EXPORT_STATES",
    "FORMATS",
    "GRAVE",
    "INTAKES",
    "ORIGINS",
    "PAUSES",
    "RETURN_BY",
    "TURNS",
    "URGENT",
    "VIEWS",
    "article_of",
    "bulk_choices",
    "conflict_words",
    "dossier_url",
    "due_words",
    "event_name",
    "event_note",
    "slip_name",
]
