"""What must be so when the load is over and the queue is empty: nothing missing, nothing twice, no gap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from django.db import connection

from motcua.dossiers.drafts import blob_store
from motcua.dossiers.models import DraftUpload
from motcua.kernel.events import broken_at
from motcua.kernel.models import Event
from motcua.measurement import folding
from motcua.messaging.models import Email
from motcua.simulators.mail_catcher import KEPT

_COUNTS = """
    SELECT count(*), count(received_at) FROM dossiers_dossier WHERE id > %s
"""
#: Each filed dossier has one confirmation and one message of it; each received one has its receipt likewise.
_FOLLOWED = """
    SELECT dossier.code, followed.slip
      FROM dossiers_dossier AS dossier
      JOIN (VALUES ('ack', 'submitted'), ('01', 'received')) AS followed (slip, message)
        ON followed.slip = 'ack' OR dossier.received_at IS NOT NULL
     WHERE dossier.id > %s
       AND ((SELECT count(*) FROM dossiers_slip AS slip
              WHERE slip.dossier_id = dossier.id AND slip.kind = followed.slip) <> 1
            OR (SELECT count(*) FROM messaging_message AS message
                 WHERE message.dossier_id = dossier.id AND message.kind = followed.message) <> 1)
"""
_SLIPS = """
    SELECT blob_id FROM dossiers_slip WHERE dossier_id > %s
"""
_STREAMS = """
    SELECT stream, event_seq, code FROM dossiers_dossier WHERE id > %s ORDER BY stream
"""
#: Series of numbers: of codes by agency and day, of slips and of the register by agency and year. Of old dossiers of
#: ``tests/bench/data.py`` the numbers are not taken from the counters, so only what came after ``since`` is looked at.
_SERIES = {
    "codes": """
        SELECT regexp_replace(code, '-[0-9]+$', ''), count(*), count(DISTINCT number), min(number), max(number)
          FROM (SELECT code, substring(code FROM '[0-9]+$')::int AS number FROM dossiers_dossier WHERE id > %(since)s) AS it
         GROUP BY 1
    """,
    "slips": """
        SELECT agency_id || ' ' || kind || ' ' || year, count(*), count(DISTINCT number), min(number), max(number)
          FROM dossiers_slip AS slip JOIN dossiers_dossier AS dossier ON dossier.id = slip.dossier_id
         WHERE dossier.id > %(since)s GROUP BY 1
    """,
    "the register": """
        SELECT agency_id || ' ' || year, count(*), count(DISTINCT number), min(number), max(number)
          FROM dossiers_registerentry WHERE dossier_id > %(since)s GROUP BY 1
    """,
}


def problems(since: int, *, filed: int, received: int, uploaded: int, mail: Path) -> list[str]:
    """Sentences on what is wrong with the dossiers after ``since``; ``filed`` and so on: as the screens answered."""
    found = [*_counts(since, filed, received), *_uploads(uploaded), *_followed(since), *_broken(since)]
    found += [*_gaps(since), *_mail(mail)]
    folding.fold.run()
    if differing := folding.differences():
        found.append(f"{differing} rows of the rollups disagree with the facts")
    return found


def _rows(sql: str, values: object) -> Sequence[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def _counts(since: int, filed: int, received: int) -> Iterator[str]:
    ((there, taken),) = _rows(_COUNTS, [since])
    if there != filed:
        yield f"{filed:,} filings were confirmed, and there are {there:,} dossiers"
    if taken != received:
        yield f"{received:,} receipts were confirmed, and {taken:,} dossiers are received"


def _uploads(uploaded: int) -> Iterator[str]:
    """Of drafts that were not filed; their filed companions have a file that ``data.py`` gave them."""
    kept = DraftUpload.objects.filter(filename="ban-chup-2.pdf", state=DraftUpload.State.KEPT)
    if (there := kept.count()) != uploaded:
        yield f"{uploaded:,} files were taken, and {there:,} are kept"
    store = blob_store()
    if missing := sum(not store.exists(sha) for sha in kept.values_list("blob_id", flat=True)):
        yield f"{missing:,} files that were taken are not there"


def _followed(since: int) -> Iterator[str]:
    missing = _rows(_FOLLOWED, [since])
    if missing:
        code, slip = missing[0]
        yield f"{len(missing):,} slips or messages are missing or there twice, the first of {code} ({slip})"
    store = blob_store()
    for (sha,) in _rows(_SLIPS, [since]):
        if not store.exists(str(sha)):
            yield f"the slip {sha} is not there"
            continue
        with store.open(str(sha)) as content:
            if content.read(5) != b"%PDF-":
                yield f"the slip {sha} is no PDF"


def _broken(since: int) -> Iterator[str]:
    """Streams in blocks of a hundred, so that a long run fits into memory."""
    heads = _rows(_STREAMS, [since])
    for at in range(0, len(heads), 100):
        block = {row[0]: (row[1], row[2]) for row in heads[at : at + 100]}
        history = Event.objects.filter(stream__in=list(block)).order_by("stream", "seq")
        ends = {}
        for stream, group in groupby(history, key=lambda event: event.stream):
            events = list(group)
            ends[stream] = events[-1].seq
            if (broken := broken_at(events)) is not None:
                yield f"the chain of {block[stream][1]} is broken at its event {broken}"
        for stream, (head, code) in block.items():
            if ends.get(stream) != head:
                yield f"{code} says it has {head} events, and the last is {ends.get(stream)}"


def _gaps(since: int) -> Iterator[str]:
    for what, sql in _SERIES.items():
        for series, many, different, first, last in _rows(sql, {"since": since}):
            if (first, last) != (1, many) or different != many:
                yield f"numbers of {what} ({series}) have gaps: {many} from {first} to {last}"


def _mail(folder: Path) -> Iterator[str]:
    sent = Email.objects.filter(state=Email.State.SENT).count()
    if waiting := Email.objects.exclude(state=Email.State.SENT).count():
        yield f"{waiting:,} e-mails were not sent"
    arrived = len(list(folder.glob("*.eml")))
    if not sent:
        yield "no e-mail was sent"
    elif arrived < min(sent, KEPT):
        yield f"{sent:,} e-mails were sent, and {arrived:,} arrived"
