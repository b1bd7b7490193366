"""A real Motcua and a real Chromium: what ``make run`` starts, used by hand as people use it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from tools.chromium import find

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(data: Path, **environment: str) -> Iterator[str]:
    """Address of a fresh Motcua in a folder of its own, started as ``make run`` starts it."""
    port = free_port()
    clean = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("MOTCUA_", "DATABASE_URL", "DJANGO_", "PYTEST_"))
    }
    with (data / "run.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "motcua.cli", "run", "--port", str(port), "--data", str(data / "data")],
            cwd=ROOT,
            env=clean | environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        base = f"http://127.0.0.1:{port}"
        try:
            _wait(base, process, data / "run.log")
            yield base
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
    shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a Motcua with a small demo province."""
    with running(tmp_path_factory.mktemp("motcua"), MOTCUA_DEMO_DOSSIERS="40") as base:
        yield base


def _wait(base: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 240
    while time.monotonic() < end:
        if process.poll() is not None:
            pytest.fail(f"Motcua did not start:\n{log.read_text(errors='replace')[-4000:]}")
        try:
            with urllib.request.urlopen(f"{base}/healthz", timeout=2) as answer:
                if json.load(answer)["status"] == "ok":
                    return
        except (urllib.error.URLError, OSError, ValueError, KeyError):
            time.sleep(0.5)
    pytest.fail(f"Motcua was not ready in time:\n{log.read_text(errors='replace')[-4000:]}")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = find()
    if path is None:
        pytest.fail("No Chromium: run `make test`, which installs it or says what to install.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Visitor:
    """Somebody at a screen. Complaints of the browser (errors, policy violations) are gathered and fail the test."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context, self.base = context, base
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))

    def _heard(self, message: ConsoleMessage) -> None:
        # A page that is rightly refused (404, 409, 422) is logged by Chromium as a failed resource: not a fault.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def go(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def sign_in(self, username: str, then: str = "/account/") -> Page:
        """Through the real provider page, as a person does it."""
        page = self.go(f"/sign-in/?next={then}")
        page.locator("main form button[type=submit]").first.click()
        page.locator("#username").fill(username)
        page.locator("#pin").fill("123456")
        page.get_by_role("button", name="Đăng nhập", exact=True).click()
        page.wait_for_url(lambda url: url.startswith(self.base))
        return page

    def axe(self) -> list[str]:
        """What axe finds wrong with the present page (WCAG 2.2 A and AA), in short."""
        # The strict policy forbids injected scripts; the debugger's evaluation is not one.
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: dict[str, Any] = self.page.evaluate(
            "() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
        )
        return [
            f"{violation['id']}: {violation['help']} at {', '.join(str(node['target']) for node in violation['nodes'][:3])}"
            for violation in found["violations"]
        ]

    def sideways(self) -> int:
        """Pixels by which the page is wider than the screen."""
        wide: int = self.page.evaluate(
            "() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
        )
        return wide


@pytest.fixture
def visitor(chromium: Browser, site: str) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors: ``visitor()``, ``visitor(viewport=PHONE)``, ``visitor(scripts=False)``."""
    made: list[Visitor] = []

    def make(viewport: dict[str, int] = DESKTOP, *, scripts: bool = True, language: str = "vi") -> Visitor:
        context = chromium.new_context(viewport=viewport, java_script_enabled=scripts, locale="vi-VN")
        context.set_default_timeout(15_000)
        if language != "vi":
            context.add_cookies([{"name": "motcua_language", "value": language, "url": site}])
        made.append(Visitor(context, site))
        return made[-1]

    yield make
    complaints = [complaint for one in made for complaint in one.complaints]
    for one in made:
        one.context.close()
    assert not complaints, "\n".join(complaints)
