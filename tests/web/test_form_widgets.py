"""Every field type in a real browser: axe clean on a phone and a desk, usable without scripts, and the map's tools.

The pages are made by the portal and served from memory; the browser talks to nobody.
"""

from __future__ import annotations

import json
import mimetypes
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright import sync_api as playwright

from motcua.dossiers.bundles import newest_form
from motcua.eforms import actions as forms
from motcua.kernel import jobs
from tests import factories
from tests.browser.conftest import AXE
from tests.eforms.test_types import EVERY_TYPE
from tests.factories import COPIES, NOW, World

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="install Chromium: apt-get install chromium"),
]
ORIGIN = "http://portal.test"
SIZES = ({"width": 360, "height": 740}, {"width": 1280, "height": 900})


@pytest.fixture
def pages(world: World) -> Iterator[dict[str, bytes]]:
    """Address → HTML: the section with every type, wrongly answered too, and what a newer version changed."""
    newest_form.forget()
    definition = json.loads(json.dumps(EVERY_TYPE)) | {"key": COPIES}
    for field in definition["sections"][0]["fields"]:
        field["hint"] = {"vi": "Gợi ý ngắn.", "en": "A short hint."}
        field |= {"map": {"shape": "area"}, "address": {"old_units": True, "abroad": True}}.get(
            field["type"], {}
        )
    definition["sections"][0]["fields"].append(
        {
            "id": "f_khi",
            "type": "text",
            "label": {"vi": "Chỉ hỏi người Nhật", "en": "For Japanese only"},
            "show_if": {"field": "f_reference", "value": "JP"},
        }
    )
    with jobs.held():
        forms.publish(key=COPIES, definition=definition, now=NOW)
    newest_form.forget()
    draft = factories.draft(world, "lan", COPIES, filled=False)
    draft.answers = {"f_linked": "lua", "f_reference": "nhật", "f_table": [{"x": "một"}]}
    draft.save(update_fields=["body"])
    base, made = f"/drafts/{draft.pk}/", {}
    lan = world.client("lan")
    for language in ("vi", "en"):
        lan.post("/language/", {"language": language, "next": "/"})
        made[f"/section/{language}"] = lan.get(f"{base}part/s/").content
        made[f"/wrong/{language}"] = lan.post(f"{base}part/s/", {"f_map": "nhà tôi", "_go": "next"}).content
    definition["sections"][0]["fields"] = [
        f for f in definition["sections"][0]["fields"] if f["id"] != "f_linked"
    ]
    with jobs.held() as held:
        forms.publish(key=COPIES, definition=definition, now=NOW)
    newest_form.forget()
    for job, arguments in held:
        job.run(**arguments)
    made["/changes/"] = lan.get(f"{base}changes/").content
    yield made
    newest_form.forget()


@pytest.fixture
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def serve(context: Any, pages: dict[str, bytes]) -> Any:
    root = Path(str(settings.STATIC_ROOT))

    def answer(route: Any) -> None:
        path = route.request.url.removeprefix(ORIGIN).partition("?")[0]
        if path.startswith("/static/"):
            file = root / path.removeprefix("/static/")
            kind = mimetypes.guess_type(str(file))[0] or "text/plain"
            route.fulfill(body=file.read_bytes(), content_type=kind)
        elif path in pages:
            route.fulfill(body=pages[path], content_type="text/html; charset=utf-8")
        else:
            route.fulfill(status=404, body="")

    page = context.new_page()
    page.route("**/*", answer)
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    return page


def test_every_widget_is_accessible_and_fits_a_phone(pages: dict[str, bytes], chromium: Any) -> None:
    wrong = []
    for viewport in SIZES:
        page = serve(chromium.new_context(viewport=viewport), pages)
        for path in pages:
            page.goto(ORIGIN + path)
            page.evaluate(AXE.read_text(encoding="utf-8"))
            found = page.evaluate(
                "() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
            )
            wrong += [
                f"{path} {viewport['width']}: {v['id']} {[n['target'] for n in v['nodes'][:3]]}"
                for v in found["violations"]
            ]
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            wrong += [f"{path}: {wide} pixels too wide"] if wide > 0 else []
        assert page.faults == []
    assert not wrong, "\n".join(wrong)


def test_without_scripts_everything_can_be_answered(pages: dict[str, bytes], chromium: Any) -> None:
    page = serve(chromium.new_context(viewport=SIZES[0], java_script_enabled=False), pages)
    page.goto(f"{ORIGIN}/section/vi")
    for name in ("f_map", "f_linked", "f_reference", "f_text", "f_person.name", "f_address.old"):
        box = page.locator(f"[name='{name}']")
        assert box.is_visible(), name
        assert box.is_enabled(), name
    page.locator("#f-f_map").fill("19.8, 105.7")
    assert page.locator("[name=_add]").count() == 1


def test_a_place_is_taken_from_the_phone_or_drawn(pages: dict[str, bytes], chromium: Any) -> None:
    page = serve(chromium.new_context(viewport=SIZES[0]), pages)
    # The page is not https here, where a browser gives no position: the phone's answer is played.
    page.add_init_script(
        "Object.defineProperty(navigator, 'geolocation', {value: {getCurrentPosition: (yes) => yes({coords: {latitude: 19.8075, longitude: 105.7764}})}})"
    )
    page.goto(f"{ORIGIN}/section/vi")
    box, group = page.locator("#f-f_map"), page.locator("[data-field=f_map]")
    group.get_by_role("button", name="Lấy vị trí của tôi").click()
    assert box.input_value() == "19.807500, 105.776400"
    svg = group.locator("svg")
    svg.click(position={"x": 200, "y": 40})
    svg.click(position={"x": 40, "y": 60})
    assert len(box.input_value().split("\n")) == 3
    assert group.locator("polygon").count() == 1
    group.get_by_role("button", name="Bỏ điểm cuối").click()
    assert len(box.input_value().split("\n")) == 2
    # What is typed is drawn: the box is the answer.
    box.fill("19.8, 105.7\n19.8001, 105.7")
    box.dispatch_event("change")
    assert group.locator("circle").count() == 2
    assert page.faults == []


def test_a_name_from_a_list_decides_what_is_asked_as_its_code_does(
    pages: dict[str, bytes], chromium: Any
) -> None:
    page = serve(chromium.new_context(viewport=SIZES[0]), pages)
    page.goto(f"{ORIGIN}/section/vi")
    asked = page.locator("[data-field=f_khi]")
    for typed, shown in (("Nhật Bản", True), ("Việt Nam", False), ("nhật bản", True), ("xyz", False)):
        page.locator("#f-f_reference").fill(typed)
        assert asked.is_visible() is shown, typed
