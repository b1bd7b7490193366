"""The work of a day, without end: people file and track, officers look, search and receive what was filed."""

from __future__ import annotations

import itertools
import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from motcua.dossiers.models import DraftUpload
from motcua.kernel import crypto
from tests.bench import data
from tests.bench.screens import Screens
from tests.factories import sample_scan
from tests.soak.client import Ask

#: Requests of each kind among twenty: as many dossiers are received as are filed.
MIX = {"submit": 2, "step": 2, "open": 4, "list": 3, "lists": 2, "search": 2, "track": 3, "public": 1,
       "upload": 1}  # fmt: skip
_SEEN = 500

_WAITING = """
    SELECT run.id, dossier.code, dossier.agency_id, dossier.lookup_secret, dossier.applicant_name
      FROM processing_steprun AS run
      JOIN processing_step AS step ON step.id = run.step_id
      JOIN dossiers_dossier AS dossier ON dossier.id = run.dossier_id
     WHERE run.closed_at IS NULL AND step.key = 'receive' AND dossier.id > %s
"""


@dataclass(frozen=True)
class Filed:
    """A dossier that this run has filed."""

    code: str
    agency: int
    secret: str
    name: str


class Work:
    """Says what to ask next. :meth:`feed` looks into the database (main thread), :meth:`next` only takes (client's)."""

    def __init__(
        self, world: data.World, screens: Screens, *, drafts: int, made: bool, now: datetime
    ) -> None:
        """``drafts``: how many can be filed at most, and half as many get a file; ``made``: whether the database has
        dossiers of ``data.py``."""
        self._screens = screens
        self._rng = random.Random(20261126)
        self._kinds: Iterator[str] = itertools.cycle(
            self._rng.sample(list(MIX), k=20, counts=list(MIX.values()))
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(id), 0) FROM dossiers_dossier")
            (self.since,) = cursor.fetchone() or (0,)
        begun = data.drafts(world, drafts + drafts // 2, now)
        self._filings = deque(begun[:drafts])
        self._uploads = deque(self._announced(begun[drafts:], now))
        self._steps: deque[bytes] = deque()
        self._known: set[int] = set()
        self._seen: deque[Filed] = deque(maxlen=_SEEN)
        steady = ["list", "lists", "public", *(["open", "search", "track"] if made else [])]
        self._steady = {name: itertools.cycle(self._shuffled(name)) for name in steady}

    def _shuffled(self, operation: str) -> list[bytes]:
        messages = [text.encode() for text in self._screens.of(operation, 0).real]
        self._rng.shuffle(messages)
        return messages

    def _announced(
        self, begun: list[tuple[str, int]], now: datetime
    ) -> Iterator[tuple[str, str, int, bytes]]:
        """A file announced for each of these drafts: (draft, upload, account, content), no two contents alike."""
        scan = sample_scan()
        for draft, account in begun:
            content = scan + b"%" + draft.encode() + b"\n"
            component = DraftUpload.objects.filter(draft=draft).values_list("component", flat=True).first()
            upload = DraftUpload.objects.create(
                draft_id=draft,
                component_id=component,
                filename="ban-chup-2.pdf",
                size=len(content),
                created_at=now,
            )
            yield draft, str(upload.pk), account, content

    def feed(self) -> None:
        """What has been filed since the last time waits to be received, and can be opened, found and tracked."""
        with connection.cursor() as cursor:
            cursor.execute(_WAITING, [self.since])
            rows = [row for row in cursor.fetchall() if row[0] not in self._known]
        for run, code, agency, secret, name in rows:
            self._known.add(run)
            self._steps.append(self._screens.receiving(run, code, agency).encode())
            opened = crypto.decrypt(secret, "dossiers_dossier.lookup_secret")
            self._seen.append(Filed(code, agency, opened, name))

    def next(self) -> Ask:
        """The next request; a list where there is nothing to file or to receive just now."""
        kind = next(self._kinds)
        if kind == "submit" and self._filings:
            draft, account = self._filings.popleft()
            return Ask(kind, self._screens.filing(draft, account).encode(), (302,))
        if kind == "step" and self._steps:
            return Ask(kind, self._steps.popleft(), (302,))
        if kind == "upload" and self._uploads:
            return Ask(kind, self._screens.uploading(*self._uploads.popleft()))
        if kind in ("open", "search", "track"):
            return self._about_one(kind)
        if kind not in self._steady:
            kind = "list"
        return Ask(kind, next(self._steady[kind]))

    def _about_one(self, kind: str) -> Ask:
        """About a dossier: of the old ones and of those just filed in turns, as far as there are any."""
        if self._seen and (kind not in self._steady or self._rng.random() < 0.5):
            one = self._seen[self._rng.randrange(len(self._seen))]
            q = self._rng.choice((one.code, one.name, one.name.rpartition(" ")[2]))
            message = {
                "open": lambda: self._screens.opening(one.code, one.agency),
                "search": lambda: self._screens.finding(q, one.agency),
                "track": lambda: self._screens.tracking(one.code, one.secret),
            }[kind]()
            return Ask(kind, message.encode())
        kind = kind if kind in self._steady else "public"
        return Ask(kind, next(self._steady[kind]))
