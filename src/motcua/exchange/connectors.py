"""Registers as plug-ins: what each can say about a person, and how it is asked. One registry, one small protocol.

Which are connected is said by ``MOTCUA_REGISTERS``: ``key=address`` pairs with blanks between. An address is
``http(s)://…`` (:class:`HttpRegister`), ``demo:<file>`` (a file of invented people) or ``fail:<how>`` (one that fails
on purpose, so that every screen of a bad day can be walked by hand). Without the setting nothing is connected, and
everything is typed. The names of what is asked are the national portal's (domain-data §2.5), as in a form's ``prefill``.
"""

from __future__ import annotations

import http.client
import json
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_noop as N_

from motcua.exchange.rules import Policy
from motcua.kernel.caching import Kept
from motcua.kernel.registry import Registry

By = Literal["citizen_id", "tax_code"]
LARGEST_ANSWER: Final = 256 * 1024
_TRUNK: Final = {"demo", "fail", "http", "https"}


class Silent(Exception):
    """No answer in time, or none that helps (5xx). The register may be asked again later."""


class Junk(Exception):
    """Something came that cannot be an answer. Counted as a failure: a register that babbles is not asked on."""


@dataclass(frozen=True, slots=True)
class Known:
    """A register that Motcua knows of, connected or not. ``gives``: claims it answers for its owner."""

    key: str
    title: str
    gives: frozenset[str]
    by: By = "citizen_id"
    policy: Policy = field(default=Policy())


#: What is asked of whom. The databases are those of NQ 66.7/2025/NQ-CP; what each gives is to be agreed with its owner.
KNOWN: Final[tuple[Known, ...]] = (
    Known(
        "dan-cu",
        N_("Cơ sở dữ liệu quốc gia về dân cư"),
        frozenset(
            {"HoVaTen", "NgayThangNamSinh", "GioiTinh", "DanToc", "TonGiao", "QuocTich", "QueQuan", "ThuongTru",
             "NoiOHienNay", "TinhTrangHonNhan", "Cha", "Me", "VoChong", "ChuHo", "NoiDangKyKhaiSinh"}
        ),
    ),
    Known("bao-hiem", N_("Cơ sở dữ liệu quốc gia về bảo hiểm"), frozenset({"MaBHXH"})),
    Known(
        "doanh-nghiep",
        N_("Cơ sở dữ liệu quốc gia về đăng ký doanh nghiệp"),
        frozenset({"MaSoThue", "MaSoDoanhNghiep", "TenDoanhNghiep", "DiaChi", "NguoiDaiDien"}),
        by="tax_code",
    ),
)  # fmt: skip
TITLES: Final = {known.key: known.title for known in KNOWN}


class Connector(Protocol):
    """A connected register."""

    @property
    def key(self) -> str: ...
    @property
    def known(self) -> Known: ...
    def ask(self, number: str, names: Iterable[str], *, purpose: str) -> Mapping[str, Any]:
        """What it says under ``names`` about the holder of ``number``; {} for nobody it knows.

        Raises :class:`Silent` or :class:`Junk`. Never called inside a transaction.
        """
        ...


@dataclass(frozen=True, slots=True)
class HttpRegister:
    """Asked by ``POST {"number", "names", "purpose"}`` → ``{"values": {…}}``; 404 for nobody it knows."""

    known: Known
    address: str

    @property
    def key(self) -> str:
        return self.known.key

    def ask(self, number: str, names: Iterable[str], *, purpose: str) -> Mapping[str, Any]:
        wanted = sorted(names)
        ends = time.monotonic() + self.known.policy.timeout
        target = urlsplit(self.address)
        body = json.dumps({"number": number, "names": wanted, "purpose": purpose}).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        connection = self._connection(target.scheme, target.hostname or "", target.port)
        try:
            connection.request("POST", target.path or "/", body, headers)
            answer = connection.getresponse()
            if answer.status == 404:
                return {}
            if answer.status != 200:
                raise Silent(f"status {answer.status}")
            content = _read(connection, answer, ends)
        except (OSError, http.client.HTTPException) as error:
            raise Silent(type(error).__name__) from error
        finally:
            connection.close()
        return read_values(content, wanted)

    def _connection(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        limit = self.known.policy.timeout
        if scheme == "https":
            return http.client.HTTPSConnection(
                host, port, timeout=limit, context=ssl.create_default_context()
            )
        return http.client.HTTPConnection(host, port, timeout=limit)


def _read(connection: http.client.HTTPConnection, answer: http.client.HTTPResponse, ends: float) -> bytes:
    """The whole body before ``ends``: a register that sends a byte a second must not hold a page for ever."""
    content = b""
    while True:
        left = ends - time.monotonic()
        if left <= 0:
            raise Silent("too slow")
        if connection.sock is not None:
            connection.sock.settimeout(left)
        part = answer.read1(65_536)
        if not part:
            return content
        content += part
        if len(content) > LARGEST_ANSWER:
            raise Junk("too long")


def read_values(content: bytes, names: Iterable[str]) -> dict[str, Any]:
    """The values of an answer, of those asked for and no others."""
    try:
        values = json.loads(content)["values"]
    except (ValueError, KeyError, TypeError) as error:
        raise Junk(type(error).__name__) from error
    if not isinstance(values, dict):
        raise Junk("values are no object")
    return {name: values[name] for name in names if values.get(name) not in (None, "", {}, [])}


@dataclass(frozen=True, slots=True)
class DemoRegister:
    """Answers from invented people: ``{number: {name: value}}``."""

    known: Known
    people: Mapping[str, Mapping[str, Any]] = field(repr=False)

    @property
    def key(self) -> str:
        return self.known.key

    def ask(self, number: str, names: Iterable[str], *, purpose: str) -> Mapping[str, Any]:
        said = self.people.get(number, {})
        return {name: said[name] for name in names if name in said}


@dataclass(frozen=True, slots=True)
class FailingRegister:
    """Fails on purpose: ``silent`` at once, ``slow`` after its time, ``junk`` with nonsense."""

    known: Known
    how: str = "silent"

    @property
    def key(self) -> str:
        return self.known.key

    def ask(self, number: str, names: Iterable[str], *, purpose: str) -> Mapping[str, Any]:
        if self.how == "junk":
            return read_values(b"<html>502 Bad Gateway</html>", names)
        if self.how == "slow":
            time.sleep(self.known.policy.timeout)
        raise Silent(self.how)


def connect(text: str) -> Registry[Connector]:
    """The registry that a value of ``MOTCUA_REGISTERS`` describes; raises ImproperlyConfigured."""
    registry: Registry[Connector] = Registry("registers")
    known = {one.key: one for one in KNOWN}
    for pair in text.split():
        key, _, address = pair.partition("=")
        scheme, _, rest = address.partition(":")
        if key not in known or scheme not in _TRUNK:
            raise ImproperlyConfigured(
                f"MOTCUA_REGISTERS: {pair!r} is not key=address with a key of {', '.join(known)} "
                "and an address http(s)://…, demo:<file> or fail:<how>."
            )
        if scheme == "demo":
            people = json.loads(Path(rest).read_text(encoding="utf-8"))
            registry.register(DemoRegister(known[key], people))
        elif scheme == "fail":
            registry.register(FailingRegister(known[key], rest or "silent"))
        else:
            registry.register(HttpRegister(known[key], address))
    return registry


#: The connected registers of this process.
connected: Kept[None, Registry[Connector]] = Kept(lambda _: connect(settings.REGISTERS), seconds=None)
