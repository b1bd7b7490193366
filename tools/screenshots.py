"""Photograph every page of a running Motcua, as a person with a phone and a person at a desk see it.

    make screenshots                          of the demo that runs now (`make run` in another terminal)
    python tools/screenshots.py --base URL    of another one; nothing is started and nothing is filed
        --out DIR      where to (default build/screenshots)
        --only NAME …  --size phone|desktop  --language vi|en    some of them
        --readme       the handful that the READMEs show, into docs/images (also `make screenshots README=1`)

Signs in as the demo accounts through the identity provider's own page. Pages that hang on data (a dossier, a draft) are
found by following the links of the page before; one that cannot be found is named at the end, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from playwright.sync_api import Error as BrowserError

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))
import chromium  # noqa: E402 - a tool beside this one

IMAGES = ROOT / "docs" / "images"
PEOPLE = ROOT / "src" / "motcua" / "demo" / "people.json"
SIZES = {"phone": (360, 740), "desktop": (1280, 900)}
LANGUAGES = ("vi", "en")
MAX_IMAGE = 150_000
#: As the browser tests start it: no call home, no sandbox for root.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

MARRIAGE = "1.004873"


class NotThere(Exception):
    """A page that cannot be reached on this installation, and why."""


Way = Callable[[Page, str], None]


def at(path: str) -> Way:
    """The page at an address."""

    def go(page: Page, base: str) -> None:
        answer = page.goto(base + path)
        if answer is None or answer.status >= 500:
            raise NotThere(f"{path} answers {answer.status if answer else 'nothing'}")

    return go


def first_link(path: str, pattern: str, more: str = "") -> Way:
    """The first link on a page whose address fits ``pattern``, and ``more`` appended to it."""

    def go(page: Page, base: str) -> None:
        at(path)(page, base)
        links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
        found = next((link for link in links if re.search(pattern, link)), None)
        if found is None:
            raise NotThere(f"no link like {pattern} on {path}")
        at(found.split("?")[0] + more if more else found)(page, base)

    return go


def a_draft(part: str = "") -> Way:
    """A draft of the marital-status certificate, begun or gone on with; ``part`` is the page of it."""

    def go(page: Page, base: str) -> None:
        at(f"/procedures/{MARRIAGE}/start/")(page, base)
        form = page.locator("main form[method=post]").filter(has=page.locator("[name=agency]")).last
        unanswered = form.locator("input[type=radio][name=case]")
        if unanswered.count() and not form.locator("input[type=radio][name=case]:checked").count():
            unanswered.first.check()
        form.locator("button:not([name=discard])").last.click()
        page.wait_for_url(re.compile(r"/drafts/[0-9a-f-]{36}/"))
        match = re.search(r"/drafts/[0-9a-f-]{36}/", page.url)
        if match is None:
            raise NotThere("the start of the service did not lead to a draft")
        if part == "part/":
            # The first page of the form: what is known already stands in it.
            at(match[0] + "check/")(page, base)
            answers = ".govuk-summary-list a[href]"
            links = page.eval_on_selector_all(answers, "all => all.map(a => a.getAttribute('href'))")
            found = next((link for link in links if link.startswith(f"{match[0]}part/")), None)
            if found is None:
                raise NotThere("the check of answers leads to no page of the form")
            at(re.split(r"[?#]", found)[0])(page, base)
        elif part:
            at(match[0] + part)(page, base)

    return go


@dataclass(frozen=True)
class Shot:
    """A page: its name, who looks at it (None: anybody), the way there."""

    name: str
    who: str | None
    way: Way


DESK = r"^/desk/dossiers/[^/]+/(\?[^/]*)?$"
MINE = r"^/account/dossiers/[^/]+/$"
SHOTS = (
    Shot("home", None, at("/")),
    Shot("home-business", None, at("/?audience=business")),
    Shot("search", None, at("/procedures/?q=doc+than")),
    Shot("search-nothing", None, at("/procedures/?q=xyzzy")),
    Shot("all-services", None, at("/procedures/all/")),
    Shot("sector", None, first_link("/", r"^/sectors/[^/]+/$")),
    Shot("life-event", None, first_link("/", r"^/life-events/[^/]+/$")),
    Shot("procedure", None, at(f"/procedures/{MARRIAGE}/")),
    Shot("procedure-business", None, at("/procedures/1.001612/")),
    Shot("statistics", None, at("/statistics/")),
    Shot("track", None, at("/track/")),
    Shot("verify", None, at("/verify/")),
    Shot("help", None, at("/help/")),
    Shot("privacy", None, at("/privacy/")),
    Shot("accessibility", None, at("/accessibility/")),
    Shot("site-map", None, at("/site-map/")),
    Shot("not-found", None, at("/no-such-page/")),
    Shot("sign-in", None, at("/sign-in/")),
    Shot("start", "lan", at(f"/procedures/{MARRIAGE}/start/")),
    Shot("draft", "lan", a_draft()),
    Shot("form", "lan", a_draft("part/")),
    Shot("papers", "lan", a_draft("papers/")),
    Shot("check", "lan", a_draft("check/")),
    Shot("account", "lan", at("/account/")),
    Shot("my-dossier", "lan", first_link("/account/", MINE)),
    Shot("store", "lan", at("/account/store/")),
    Shot("messages", "lan", at("/account/messages/")),
    Shot("profile", "lan", at("/account/profile/")),
    Shot("account-stranger", "nguoila", at("/account/")),
    Shot("desk-one-stop", "minh", at("/desk/")),
    Shot("desk-late", "minh", at("/desk/?list=late")),
    Shot("desk-unit", "hoa", at("/desk/?list=unit")),
    Shot("desk-intake", "minh", at("/desk/intake/")),
    Shot("desk-register", "minh", at("/desk/register/?since=2020-01-01")),
    Shot("desk-receive", "minh", first_link("/desk/", DESK)),
    Shot("desk-appraise", "hoa", first_link("/desk/?list=unit", DESK)),
    Shot("desk-sign", "tuan", first_link("/desk/?list=unit", DESK)),
    Shot("desk-stranger", "nguoila", at("/desk/")),
    Shot("board", "tuan", at("/board/")),
    Shot("board-dossiers", "tuan", first_link("/board/", r"^/board/dossiers/")),
    Shot("studio-calendars", "tuan", at("/studio/calendars/")),
    Shot("studio-calendar", "tuan", first_link("/studio/calendars/", r"^/studio/calendars/[^/]+/$")),
    Shot("studio-processes", "toan", at("/studio/processes/")),
    Shot("studio-process", "toan", first_link("/studio/processes/", r"^/studio/processes/[0-9]+/$")),
    Shot("studio-forms", "toan", at("/studio/forms/")),
    Shot("studio-form", "toan", at(f"/studio/forms/{MARRIAGE}/")),
    Shot("studio-question", "toan", at(f"/studio/forms/{MARRIAGE}/fields/muc_dich_loai/")),
    Shot("studio-trial", "toan", at(f"/studio/forms/{MARRIAGE}/trial/")),
    Shot("style", None, at("/style/")),
)
#: File in docs/images → page, size. In Vietnamese, as people there will see it.
README = {
    "procedure-desktop": ("procedure", "desktop"),
    "form-phone": ("form", "phone"),
    "account-phone": ("account", "phone"),
    "desk-list": ("desk-unit", "desktop"),
    "desk-dossier": ("desk-appraise", "desktop"),
    "board": ("board", "desktop"),
    "statistics": ("statistics", "desktop"),
    "studio-form": ("studio-form", "desktop"),
}


class Camera:
    """One browser; each person signs in once."""

    def __init__(self, driver: Playwright, base: str) -> None:
        found = chromium.find()
        if found is None:
            raise NotThere("Chromium is missing: python tools/chromium.py says what to install")
        self.browser: Browser = driver.chromium.launch(executable_path=found, args=ARGUMENTS)
        self.base = base
        self.pin: str = json.loads(PEOPLE.read_text(encoding="utf-8"))["pin"]
        self._signed_in: dict[str | None, str] = {None: "{}"}

    def take(self, shot: Shot, size: str, language: str, target: Path, *, whole: bool) -> None:
        context = self._context(shot.who, size)
        try:
            context.add_cookies([{"name": "motcua_language", "value": language, "url": self.base}])
            page = context.new_page()
            shot.way(page, self.base)
            page.wait_for_load_state("networkidle")
            page.evaluate("document.fonts.ready")
            target.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=target, full_page=whole, animations="disabled")
        finally:
            context.close()

    def _context(self, who: str | None, size: str) -> BrowserContext:
        if who not in self._signed_in:
            self._signed_in[who] = self._sign_in(str(who))
        width, height = SIZES[size]
        return self.browser.new_context(
            viewport={"width": width, "height": height},
            storage_state=json.loads(self._signed_in[who]) or None,
            reduced_motion="reduce",
        )

    def _sign_in(self, who: str) -> str:
        """The session of a person, through the provider's own page."""
        context = self.browser.new_context()
        try:
            page = context.new_page()
            page.goto(f"{self.base}/sign-in/")
            page.locator("form[action*='/accounts/'] button").first.click()
            page.locator("#username").fill(who)
            page.locator("#pin").fill(self.pin)
            page.locator("button[value=sign-in]").click()
            page.wait_for_url(re.compile(re.escape(self.base)))
            return json.dumps(context.storage_state())
        finally:
            context.close()

    def close(self) -> None:
        self.browser.close()


def shrink(path: Path) -> None:
    """Fewer colours until a picture is light enough for a README; Pillow comes with pikepdf."""
    from PIL import Image

    for colours in (192, 96, 48):
        with Image.open(path) as picture:
            small = picture.convert("RGB").quantize(colours, dither=Image.Dither.NONE)
        small.save(path, optimize=True)
        if path.stat().st_size <= MAX_IMAGE:
            return
    raise NotThere(f"{path.name} is still {path.stat().st_size:,} bytes")


def running() -> str:
    """Address of the demo that runs on this machine, from the lock of its data folder."""
    folder = Path(os.environ.get("DATA") or ROOT / ".data")
    try:
        words = (folder / "lock").read_text(encoding="utf-8", errors="replace")
    except OSError:
        words = ""
    match = re.search(r"https?://[^\s\"']+", words)
    if match is None:
        raise NotThere("no demo runs here: start one with `make run`, or name one with --base")
    return match[0].rstrip("/")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", default=os.environ.get("BASE"))
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "screenshots")
    parser.add_argument("--only", nargs="+", choices=[shot.name for shot in SHOTS])
    parser.add_argument("--size", nargs="+", choices=list(SIZES), default=list(SIZES))
    parser.add_argument("--language", nargs="+", choices=LANGUAGES, default=list(LANGUAGES))
    parser.add_argument("--readme", action="store_true")
    options = parser.parse_args()
    try:
        base = (options.base or running()).rstrip("/")
    except NotThere as error:
        print(f"screenshots: {error}", file=sys.stderr)
        return 1
    shots = {shot.name: shot for shot in SHOTS}
    if options.readme:
        wanted = [(shots[name], size, "vi", IMAGES / f"{file}.png") for file, (name, size) in README.items()]
    else:
        wanted = [
            (shot, size, language, options.out / f"{size}-{language}" / f"{shot.name}.png")
            for shot in SHOTS
            if not options.only or shot.name in options.only
            for size in options.size
            for language in options.language
        ]
    missed = []
    with sync_playwright() as driver:
        camera = Camera(driver, base)
        for shot, size, language, target in wanted:
            try:
                camera.take(shot, size, language, target, whole=not options.readme)
                if options.readme:
                    shrink(target)
                print(target.relative_to(ROOT) if target.is_relative_to(ROOT) else target, flush=True)
            except (NotThere, BrowserError) as error:
                missed.append(f"{shot.name} ({size}, {language}): {str(error).splitlines()[0]}")
        camera.close()
    for line in missed:
        print(f"screenshots: {line}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
