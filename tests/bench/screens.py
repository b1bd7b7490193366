"""The operations as a browser sends them, and the same rows asked of the floor.

Requests are whole HTTP/1.1 messages made beforehand. ``once``: a request that changes something is sent once, as its
draft or step run can be used once; half of the drafts and runs go to the real screens, half to the floor.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from django.db import connection

from motcua.web.desk import place
from motcua.workspace.rules import VIEWS, Asked
from tests.bench import data

_CSRF = "bench0bench0bench0bench0bench0be"


@dataclass(frozen=True)
class Screen:
    """What to send for an operation, to the real screens and to the floor."""

    real: list[str]
    floor: list[str]
    once: bool
    accept: tuple[int, ...] = (200,)


def _get(path: str, port: int, session: str | None = None) -> str:
    cookie = f"Cookie: motcua_session={session}\r\n" if session else ""
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: bench\r\nAccept: text/html\r\n"
        f"Accept-Language: vi\r\n{cookie}\r\n"
    )


def _post(path: str, fields: dict[str, str], port: int, session: str | None = None) -> str:
    cookie = f"Cookie: motcua_session={session}; motcua_csrf={_CSRF}\r\n" if session else ""
    body = urlencode({**({"csrfmiddlewaretoken": _CSRF} if session else {}), **fields})
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: bench\r\nAccept: text/html\r\n"
        f"Accept-Language: vi\r\nOrigin: http://127.0.0.1:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n{cookie}\r\n{body}"
    )


def _rows(sql: str, *values: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


class Screens:
    """Makes the requests of each operation for a database of the bench."""

    def __init__(self, world: data.World, now: datetime, port: int, floor_port: int) -> None:
        self.world, self.now, self.port, self.floor_port = world, now, port, floor_port
        staff = [account for officers in world.officers.values() for account in officers.values()]
        self.sessions = data.sessions([*world.citizens, *staff, data.joint_clerk()], now)
        self.rng = random.Random(20260101)

    def of(self, operation: str, many: int) -> Screen:
        """``many``: how many requests that can be sent once are wanted for each side."""
        made: dict[str, Callable[[int], Screen]] = {
            "submit": self.submit,
            "list": self.list,
            "open": self.open,
            "step": self.step,
            "track": self.track,
            "public": self.public,
            "lists": self.lists,
            "search": self.search,
            "joint": self.joint,
        }
        return made[operation](many)

    def _clerk(self, agency: int) -> str:
        return self.sessions[self.world.officers[agency]["one_stop"]]

    # --- one message each, of a given draft, step run or dossier -----------------------------------------------

    def filing(self, draft: str, account: int) -> str:
        """The button under "check your answers"."""
        fields = {"return_by": "online", "declared": "1"}
        return _post(f"/drafts/{draft}/check/", fields, self.port, self.sessions[account])

    def receiving(self, run: int, code: str, agency: int) -> str:
        """The one-stop officer's button "receive"."""
        fields = {"turn": "receive", "run": str(run)}
        return _post(f"/desk/dossiers/{code}/", fields, self.port, self._clerk(agency))

    def opening(self, code: str, agency: int) -> str:
        """A dossier's page at the desk."""
        return _get(f"/desk/dossiers/{code}/", self.port, self._clerk(agency))

    def finding(self, q: str, agency: int) -> str:
        """A search at the desk, its words sealed in the address."""
        return _get(f"/desk/?s={quote(place.pack(Asked(q=q)))}", self.port, self._clerk(agency))

    def tracking(self, code: str, secret: str) -> str:
        """Tracking without an account."""
        return _post("/track/", {"code": code, "secret": secret}, self.port)

    def uploading(self, draft: str, upload: str, account: int, content: bytes) -> bytes:
        """All of an announced file in one chunk, as the script of the page sends it."""
        head = (
            f"PUT /drafts/{draft}/uploads/{upload}/ HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nUser-Agent: bench\r\n"
            f"Accept: application/json\r\nAccept-Language: vi\r\nOrigin: http://127.0.0.1:{self.port}\r\n"
            f"X-Requested-With: fetch\r\nContent-Type: application/octet-stream\r\nUpload-Offset: 0\r\n"
            f"Content-Length: {len(content)}\r\nCookie: motcua_session={self.sessions[account]}\r\n\r\n"
        )
        return head.encode() + content

    # --- the operations ---------------------------------------------------------------------------------------

    def submit(self, many: int) -> Screen:
        """The button under "check your answers" of a finished draft."""
        made = data.drafts(self.world, 2 * many, self.now)
        ((version, procedure),) = _rows(
            "SELECT version.id, version.procedure_id FROM catalogue_procedurecase AS own"
            " JOIN catalogue_procedureversion AS version ON version.id = own.version_id WHERE own.id = %s",
            self.world.case,
        )
        return Screen(
            [self.filing(draft, who) for draft, who in made[:many]],
            [
                _get(f"/submit?draft={draft}&version={version}&procedure={procedure}", self.floor_port)
                for draft, _who in made[many:]
            ],
            once=True,
            accept=(302,),
        )

    def list(self, many: int) -> Screen:
        """The worklist of one-stop officers of all communes, 50 rows each."""
        units = dict(_rows("SELECT agency_id, id FROM organisations_unit WHERE code = 'one-stop'"))
        return Screen(
            [_get("/desk/", self.port, self._clerk(agency)) for agency in self.world.officers],
            [_get(f"/list?unit={units[agency]}", self.floor_port) for agency in self.world.officers],
            once=False,
        )

    def lists(self, many: int) -> Screen:
        """Each of the desk's lists, with the counts of all, of one-stop officers, civil servants and heads in turn."""
        return Screen(
            [
                _get(f"/desk/?list={view}", self.port, self.sessions[officers[role]])
                for officers in self.world.officers.values()
                for role in ("one_stop", "civil_servant", "head")
                for view in VIEWS
            ],
            [],
            once=False,
        )

    def search(self, many: int) -> Screen:
        """What one-stop officers search for: a person's number, names (their beginning and a word of them), a code."""
        found = []
        for agency in self.world.officers:
            code, name = _rows(
                "SELECT code, applicant_name FROM dossiers_dossier WHERE agency_id = %s ORDER BY id DESC LIMIT 1",
                agency,
            )[0]
            for q in (data.NUMBER, str(name), str(name).rpartition(" ")[2], str(code), data.PROCEDURE):
                found.append(self.finding(q, agency))
        return Screen(found, [], once=False)

    def joint(self, many: int) -> Screen:
        """The page of a joint dossier with its parts, of the one-stop officer who keeps it together."""
        whole = _rows("SELECT code FROM dossiers_dossier WHERE id IN (SELECT joint_id FROM dossiers_dossier)")
        clerk = self.sessions[data.joint_clerk()]
        return Screen(
            [_get(f"/desk/dossiers/{code}/", self.port, clerk) for (code,) in whole], [], once=False
        )

    def _dossiers(self, many: int) -> Sequence[tuple[str, int]]:
        """Random dossiers over the whole table, old and new alike."""
        low, high = _rows("SELECT min(id), max(id) FROM dossiers_dossier")[0]
        asked = [self.rng.randint(int(str(low)), int(str(high))) for _ in range(many * 2)]
        found = _rows(
            # Those of data.py have their slip; what this run has filed has another secret, and no worker makes its slip.
            "SELECT code, agency_id FROM dossiers_dossier AS dossier WHERE id = ANY(%s) AND agency_id = ANY(%s)"
            " AND EXISTS (SELECT FROM dossiers_slip AS slip WHERE slip.dossier_id = dossier.id) ORDER BY md5(code)",
            asked,
            list(self.world.officers),
        )
        return [(str(code), int(str(agency))) for code, agency in found[:many]]

    def open(self, many: int) -> Screen:
        """An officer's dossier page."""
        some = self._dossiers(3000)
        return Screen(
            [self.opening(code, agency) for code, agency in some],
            [_get(f"/open?code={code}", self.floor_port) for code, _agency in some],
            once=False,
        )

    def step(self, many: int) -> Screen:
        """The one-stop officer receives a dossier."""
        runs = _rows(
            "SELECT run.id, run.agency_id, dossier.code FROM processing_steprun AS run"
            " JOIN processing_step AS step ON step.id = run.step_id"
            " JOIN dossiers_dossier AS dossier ON dossier.id = run.dossier_id"
            " WHERE run.closed_at IS NULL AND step.key = 'receive' AND dossier.code NOT LIKE 'FLOOR%%'"
            " AND run.agency_id = ANY(%s) ORDER BY md5(run.id::text)",
            list(self.world.officers),
        )
        half = len(runs) // 2
        return Screen(
            [
                self.receiving(int(str(run)), str(code), int(str(agency)))
                for run, agency, code in runs[:half][:many]
            ],
            [_get(f"/step?run={run}", self.floor_port) for run, _agency, _code in runs[half:][:many]],
            once=True,
            accept=(302,),
        )

    def track(self, many: int) -> Screen:
        """Public tracking by code and secret."""
        codes = [code for code, _agency in self._dossiers(3000)]
        return Screen(
            [self.tracking(code, data.SECRET) for code in codes],
            [_get(f"/track?code={code}", self.floor_port) for code in codes],
            once=False,
        )

    def public(self, many: int) -> Screen:
        """The home page and a procedure's page, for a visitor nobody knows."""
        paths = ("/", f"/procedures/{data.PROCEDURE}/")
        return Screen(
            [_get(path, self.port) for path in paths], [_get("/public", self.floor_port)], once=False
        )
