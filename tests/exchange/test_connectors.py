"""Registers over real HTTP, in every mood of the simulator; and what may stand in the setting."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from motcua.exchange.connectors import (
    KNOWN,
    DemoRegister,
    FailingRegister,
    HttpRegister,
    Junk,
    Silent,
    connect,
    read_values,
)
from motcua.exchange.rules import Policy
from motcua.runtime.ports import free_port
from motcua.runtime.processes import end, wait_until
from motcua.runtime.services import answers_http

LAN = "038192186762"
PEOPLE, INSURANCE = KNOWN[0], KNOWN[1]


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    """The demo's registers in a process of their own."""
    port = free_port("127.0.0.1")
    process = subprocess.Popen(
        [sys.executable, "-m", "motcua.simulators.register", "--port", str(port)], process_group=0
    )
    assert wait_until(answers_http("127.0.0.1", port, "/healthz"), 20)
    yield f"http://127.0.0.1:{port}"
    end(process)


def mood(base: str, mode: str) -> None:
    with urllib.request.urlopen(f"{base}/mode/{mode}", timeout=5) as answer:
        assert json.load(answer) == {"mode": mode}


def register(base: str, timeout: float = 2.0) -> HttpRegister:
    known = replace(INSURANCE, policy=Policy(timeout=timeout))
    return HttpRegister(known, f"{base}/{known.key}")


def test_it_answers_what_was_asked_and_nothing_else(simulator: str) -> None:
    mood(simulator, "ok")
    assert register(simulator).ask(LAN, ["MaBHXH"], purpose="prefill") == {"MaBHXH": "3820114578"}
    assert register(simulator).ask(LAN, ["CoGiDau"], purpose="prefill") == {}
    assert register(simulator).ask("000000000000", ["MaBHXH"], purpose="prefill") == {}


@pytest.mark.parametrize(("mode", "error"), [("down", Silent), ("slow", Silent), ("junk", Junk)])
def test_a_bad_day_is_over_within_its_time_out(simulator: str, mode: str, error: type[Exception]) -> None:
    mood(simulator, mode)
    begun = time.monotonic()
    with pytest.raises(error):
        register(simulator, timeout=0.5).ask(LAN, ["MaBHXH"], purpose="prefill")
    assert time.monotonic() - begun < 2


def test_nobody_there_is_silence() -> None:
    with pytest.raises(Silent):
        register(f"http://127.0.0.1:{free_port('127.0.0.1')}").ask(LAN, ["MaBHXH"], purpose="prefill")


def test_a_register_that_sends_a_byte_now_and_then_does_not_hold_us() -> None:
    server = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        peer, _ = server.accept()
        with peer:
            peer.recv(65536)
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
            try:
                for _ in range(100):
                    peer.sendall(b" ")
                    time.sleep(0.1)
            except OSError:
                return

    threading.Thread(target=drip, daemon=True).start()
    begun = time.monotonic()
    with pytest.raises(Silent):
        register(f"http://127.0.0.1:{server.getsockname()[1]}", timeout=0.6).ask(LAN, ["MaBHXH"], purpose="x")
    assert time.monotonic() - begun < 2
    server.close()


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"values": []}', b'{"values": 3}', b"\xff\xfe", b'"values"']
)
def test_what_cannot_be_an_answer_is_junk(content: bytes) -> None:
    with pytest.raises(Junk):
        read_values(content, ["MaBHXH"])


def test_the_failing_register_fails_in_each_way() -> None:
    quick = replace(PEOPLE, policy=Policy(timeout=0.05))
    for how, error in (("silent", Silent), ("slow", Silent), ("junk", Junk)):
        with pytest.raises(error):
            FailingRegister(quick, how).ask(LAN, ["DanToc"], purpose="prefill")


def test_the_setting_says_which_are_connected(tmp_path: Path) -> None:
    people = tmp_path / "people.json"
    people.write_text(json.dumps({LAN: {"MaBHXH": "1", "TonGiao": "x"}}))
    registry = connect(f"dan-cu=https://lgsp.example/dan-cu bao-hiem=demo:{people} doanh-nghiep=fail:junk")
    assert registry.keys() == ("dan-cu", "bao-hiem", "doanh-nghiep")
    assert isinstance(registry.get("bao-hiem"), DemoRegister)
    assert registry.get("bao-hiem").ask(LAN, ["MaBHXH"], purpose="x") == {"MaBHXH": "1"}
    assert len(connect("")) == 0
    for wrong in ("la=http://x", "dan-cu=ftp://x", "dan-cu"):
        with pytest.raises(ImproperlyConfigured, match="MOTCUA_REGISTERS"):
            connect(wrong)
