"""The scripts in a real browser, against a server that is slow, forgetful, gone or ahead of us.

No Django runs here: a page of the style kit is served from memory, and each test plays the endpoints.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.template import engines
from playwright import sync_api as playwright

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "build" / "static"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ORIGIN = "http://portal.test"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="install Chromium: apt-get install chromium"),
    pytest.mark.skipif(not (STATIC / "js" / "net.js").exists(), reason="run `python tools/build_assets.py`"),
]
TYPES = {".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml"}
CSP = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'"
FORM = """
{% extends "shared/form_page.html" %}
{% from "components/forms.html" import text_field, radios, date_field, saved_line, autosave_attrs %}
{% from "components/files.html" import upload %}
{% from "components/search.html" import search_box %}
{% from "components/tables.html" import dense_table %}
{% block content %}<h1>Khai</h1>
{{ search_box("/procedures/", suggest="/api/v1/procedures") }}
<form method="post" action="/next/"{{ autosave_attrs("/drafts/1/autosave/", "1", 3) }}>
{{ saved_line() }}
{{ text_field("ten", "Họ tên") }}
{{ radios("hon_nhan", "Hôn nhân", [("co", "Có"), ("khong", "Không")]) }}
<div data-field="vo" data-show-if='{"field": "hon_nhan", "op": "eq", "value": "co"}'><label for="vo">Vợ</label><input id="vo" name="vo"></div>
{{ date_field("sinh", "Ngày sinh") }}
{{ upload("c1", "Giấy", "/drafts/1/uploads/", 3000000) }}
<button data-once>Nộp</button></form>
{{ dense_table("Việc", [{"label": "Mã"}], [{"cells": ["A"], "href": "/a/"}, {"cells": ["B"], "href": "/b/"}]) }}
{% endblock %}
{% block form_scripts %}{% for name in ("autosave", "upload", "search", "desk", "forms") %}
<script type="module" src="/static/js/{{ name }}.js"></script>{% endfor %}{% endblock %}
"""

Answer = tuple[int, Any]
Endpoint = Callable[[Any], Answer | None]


class Server:
    """Answers the page's requests; `calls` keeps (method, path, body, headers)."""

    def __init__(self, page: Any, html: str) -> None:
        self.page, self.html = page, html
        self.calls: list[tuple[str, str, Any, dict[str, str]]] = []
        self.endpoints: dict[tuple[str, str], Endpoint] = {}
        page.route("**/*", self.answer)

    def on(self, method: str, path: str, endpoint: Endpoint) -> None:
        self.endpoints[method, path] = endpoint

    def answer(self, route: Any) -> None:
        request = route.request
        path = request.url.removeprefix(ORIGIN).split("?")[0]
        if path.startswith("/static/"):
            # The page names files as Django's storage does, with their hash; the build has them without.
            file = STATIC / re.sub(r"\.[0-9a-f]{12}(?=\.\w+$)", "", path.removeprefix("/static/"))
            route.fulfill(body=file.read_bytes(), content_type=TYPES.get(file.suffix, "text/plain"))
            return
        endpoint = self.endpoints.get((request.method, path))
        if endpoint is None:
            route.fulfill(body=self.html, content_type="text/html", headers={"Content-Security-Policy": CSP})
            return
        body: Any = request.post_data_buffer
        if "json" in request.headers.get("content-type", ""):
            body = json.loads(body)
        self.calls.append((request.method, path, body, request.headers))
        answer = endpoint(body)
        if answer is None:
            route.abort("connectionreset")
            return
        status, data = answer
        route.fulfill(status=status, body=json.dumps(data), content_type="application/json")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
        )
        yield running
        running.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 360, "height": 780})
    context.set_default_timeout(8000)
    one = context.new_page()
    one.on("pageerror", lambda error: pytest.fail(str(error)))
    yield one
    context.close()


@pytest.fixture
def server(page: Any) -> Server:
    html = engines["jinja2"].env.from_string(FORM).render(csrf_token="token-1")
    return Server(page, html)


AUTOSAVE = ("POST", "/drafts/1/autosave/")
LINE = "[data-autosave-status]"


def saved(version: int, **more: Any) -> Answer:
    """A save after which the draft is at ``version``; ``before``: at which it was, another tab's saves included."""
    return 200, {
        "saved_at": "14:32",
        "version": version,
        "before": version - 1,
        "errors": {},
        "warnings": {},
        **more,
    }


def wait_state(page: Any, state: str) -> None:
    page.wait_for_selector(f'{LINE}[data-state="{state}"]')


class TestAutosave:
    def test_each_changed_field_is_saved_with_the_version_of_the_last_answer(
        self, page: Any, server: Server
    ) -> None:
        versions = iter((4, 5))
        server.on(*AUTOSAVE, lambda body: saved(next(versions)))
        page.goto(ORIGIN + "/form/")
        page.fill("#ten", "Trần Thị Lan")
        page.press("#ten", "Tab")
        wait_state(page, "saved")
        page.check("#hon_nhan")
        page.wait_for_selector("form[data-version='5']")
        first, second = (call[2] for call in server.calls)
        assert first == {"field": "ten", "values": [["ten", "Trần Thị Lan"]], "version": 3}
        assert second == {"field": "hon_nhan", "values": [["hon_nhan", "co"]], "version": 4}
        assert server.calls[0][3]["x-csrftoken"] == "token-1"
        assert page.inner_text(LINE) == "Đã lưu lúc 14:32"
        assert page.evaluate("localStorage.length") == 0

    def test_a_lost_network_keeps_what_was_typed_across_a_reload(self, page: Any, server: Server) -> None:
        type_while_it_is_away(page, server)
        assert "giữ trên máy này" in page.inner_text(LINE)
        server.on(*AUTOSAVE, lambda body: saved(4))
        page.reload()
        wait_state(page, "saved")
        assert page.input_value("#ten") == "Lan"
        assert server.calls[-1][2]["values"] == [["ten", "Lan"]]

    def test_an_ended_session_offers_signing_in_in_a_new_tab_and_keeps_the_text(
        self, page: Any, server: Server
    ) -> None:
        server.on(*AUTOSAVE, lambda body: (401, {}))
        page.goto(ORIGIN + "/form/")
        page.fill("#ten", "Lan")
        page.press("#ten", "Tab")
        wait_state(page, "signed-out")
        link = page.locator(f"{LINE} a")
        assert link.get_attribute("target") == "_blank"
        assert link.get_attribute("href").startswith("/sign-in/")
        assert "Lan" in page.evaluate("localStorage.getItem('motcua.draft.1')")
        server.on(*AUTOSAVE, lambda body: saved(4))
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        wait_state(page, "saved")

    @pytest.mark.parametrize(
        ("choice", "value", "calls"), [("Dùng bản kia", "Lan (máy kia)", 1), ("Giữ bản tôi", "Lan", 2)]
    )
    def test_two_versions_of_a_field_are_the_persons_choice(
        self, page: Any, server: Server, choice: str, value: str, calls: int
    ) -> None:
        answers = iter([(409, {"version": 9, "server_value": "Lan (máy kia)"}), saved(10)])
        server.on(*AUTOSAVE, lambda body: next(answers))
        page.goto(ORIGIN + "/form/")
        page.fill("#ten", "Lan")
        page.press("#ten", "Tab")
        page.wait_for_selector(".mc-choice")
        assert page.input_value("#ten") == "Lan"
        page.get_by_role("button", name=choice).click()
        wait_state(page, "saved")
        assert page.input_value("#ten") == value
        assert len(server.calls) == calls
        if calls == 2:
            assert server.calls[1][2] == {"field": "ten", "values": [["ten", "Lan"]], "version": 9}

    def test_what_another_tab_saved_meanwhile_is_not_taken_for_seen(self, page: Any, server: Server) -> None:
        """Our own save moves the draft past a change of another tab: that change is still asked about (trap 10)."""
        answers = iter([saved(5, before=4), (409, {"version": 6, "server_value": "khong"}), saved(7)])
        server.on(*AUTOSAVE, lambda body: next(answers))
        page.goto(ORIGIN + "/form/")
        page.fill("#ten", "Lan")
        page.press("#ten", "Tab")
        wait_state(page, "saved")
        page.check("#hon_nhan")
        page.wait_for_selector(".mc-choice")
        assert server.calls[1][2]["version"] == 3, "typed on what this page showed, not on what we saved last"
        page.fill("#ten", "Lan Anh")
        page.press("#ten", "Tab")
        wait_state(page, "saved") if page.locator(f"{LINE}[data-state=saved]").count() else None
        page.wait_for_timeout(300)
        assert [call[2]["version"] for call in server.calls if call[2]["field"] == "ten"] == [3, 5]

    def test_what_was_typed_last_week_asks_before_it_replaces_what_came_since(
        self, page: Any, server: Server
    ) -> None:
        type_while_it_is_away(page, server)
        server.html = server.html.replace('data-version="3"', 'data-version="9"')
        server.on(*AUTOSAVE, lambda body: (409, {"version": 9, "server_value": "Lan (máy kia)"}))
        page.reload()
        page.wait_for_selector(".mc-choice")
        assert server.calls[-1][2]["version"] == 3

    def test_an_error_appears_under_its_field_and_leaves_with_it(self, page: Any, server: Server) -> None:
        answers = iter([saved(4, errors={"ten": ["Tên không có chữ số"]}), saved(5)])
        server.on(*AUTOSAVE, lambda body: next(answers))
        page.goto(ORIGIN + "/form/")
        page.fill("#ten", "Lan 2")
        page.press("#ten", "Tab")
        page.wait_for_selector("#ten[aria-invalid]")
        assert "Tên không có chữ số" in page.inner_text("#ten-error")
        assert "ten-error" in page.get_attribute("#ten", "aria-describedby")
        page.fill("#ten", "Lan")
        page.press("#ten", "Tab")
        page.wait_for_selector("#ten:not([aria-invalid])")
        assert page.is_hidden("#ten-error")

    def test_a_busy_server_is_tried_again(self, page: Any, server: Server) -> None:
        answers = iter([(503, {}), saved(4)])
        server.on(*AUTOSAVE, lambda body: next(answers))
        page.goto(ORIGIN + "/form/")
        page.fill("#ten", "Lan")
        page.press("#ten", "Tab")
        wait_state(page, "waiting")
        wait_state(page, "saved")

    def test_what_a_submitted_form_carried_is_not_kept_once_the_server_has_it(
        self, page: Any, server: Server
    ) -> None:
        type_while_it_is_away(page, server)
        server.html = server.html.replace('data-version="3"', 'data-version="4"')
        page.click("button[data-once]")
        page.wait_for_url("**/next/")
        assert page.evaluate("localStorage.length") == 0


def type_while_it_is_away(page: Any, server: Server) -> None:
    """A name typed while the server does not answer: it waits in the browser."""
    server.on(*AUTOSAVE, lambda body: None)
    page.goto(ORIGIN + "/form/")
    page.fill("#ten", "Lan")
    page.press("#ten", "Tab")
    wait_state(page, "waiting")


def put_file(page: Any, size: int, name: str = "giấy tờ.pdf") -> None:
    page.set_input_files("#file-c1", {"name": name, "mimeType": "application/pdf", "buffer": b"x" * size})


class TestUpload:
    def test_a_file_is_paused_and_goes_on(self, page: Any, server: Server) -> None:
        have = 0

        def chunk(body: bytes) -> Answer:
            nonlocal have
            have += len(body)
            return 200, {"offset": have, "done": have == 2_500_000, "size": 2_500_000, "name": "giấy tờ.pdf"}

        server.on(*self.CREATE, lambda body: (200, {"id": "7", "offset": 0, "max_chunk": 1 << 20}))
        hold = [True]

        def first(body: bytes) -> Answer | None:
            return None if hold[0] else chunk(body)

        server.on(*self.PUT, first)
        page.goto(ORIGIN + "/form/")
        put_file(page, 2_500_000)
        page.get_by_role("button", name="Tạm dừng").click()
        page.wait_for_selector('.mc-file[data-state="paused"]')
        hold[0] = False
        page.get_by_role("button", name="Gửi tiếp").click()
        page.wait_for_selector('.mc-file[data-state="done"]')
        assert have == 2_500_000

    def test_a_file_chosen_again_goes_on_where_it_stopped(self, page: Any, server: Server) -> None:
        """After a reload the server knows the file by its mark: the row of before becomes this one."""
        marks = []
        server.on(
            *self.CREATE, lambda body: (marks.append(body["mark"]), (200, {"id": "7", "offset": 1 << 20}))[1]
        )
        server.on(*self.PUT, lambda body: (200, {"offset": (1 << 20) + len(body), "done": True}))
        page.goto(ORIGIN + "/form/")
        put_file(page, 1_500_000)
        page.wait_for_selector('.mc-file[data-state="done"]')
        assert self.offsets(server) == [1 << 20]
        put_file(page, 1_500_000, "khác.pdf")
        page.locator(".mc-file[data-state=done]").nth(1).wait_for()
        assert len(marks) == 2
        assert all(20 < len(mark) <= 64 for mark in marks)

    CREATE = ("POST", "/drafts/1/uploads/")
    PUT = ("PUT", "/drafts/1/uploads/7/")

    def offsets(self, server: Server) -> list[int]:
        return [int(call[3]["upload-offset"]) for call in server.calls if call[0] == "PUT"]

    def test_a_file_goes_in_chunks_and_an_interrupted_one_goes_on(self, page: Any, server: Server) -> None:
        have = 0
        cut = iter([False, True, False, False, False])

        def chunk(body: bytes) -> Answer | None:
            nonlocal have
            if next(cut):
                return None
            have += len(body)
            return 200, {"offset": have, "done": have == 2_500_000, "error": None}

        server.on(*self.CREATE, lambda body: (200, {"id": "7", "offset": 0, "max_chunk": 1 << 20}))
        server.on(*self.PUT, chunk)
        page.goto(ORIGIN + "/form/")
        put_file(page, 2_500_000)
        page.wait_for_selector('.mc-file[data-state="done"]')
        announced = dict(server.calls[0][2])
        assert announced.pop("mark")
        assert announced == {"component": "c1", "field": "", "filename": "giấy tờ.pdf", "size": 2_500_000}
        assert self.offsets(server) == [0, 1 << 20, 1 << 20, 2 << 20]
        assert "2,4" in page.inner_text(".mc-file__note")
        assert page.input_value("#file-c1") == ""

    def test_the_server_knows_better_how_much_it_has(self, page: Any, server: Server) -> None:
        answers = iter([(409, {"offset": 600}), (200, {"offset": 1000, "done": True, "error": None})])
        server.on(*self.CREATE, lambda body: (200, {"id": "7", "offset": 0, "max_chunk": 1 << 20}))
        server.on(*self.PUT, lambda body: next(answers))
        page.goto(ORIGIN + "/form/")
        put_file(page, 1000)
        page.wait_for_selector('.mc-file[data-state="done"]')
        assert self.offsets(server) == [0, 600]
        assert len(server.calls[-1][2]) == 400

    @pytest.mark.parametrize(("size", "words"), [(0, "0 byte"), (3_000_001, "nặng hơn 2,9")])
    def test_an_empty_or_too_large_file_is_refused_before_it_is_sent(
        self, page: Any, server: Server, size: int, words: str
    ) -> None:
        server.on(*self.CREATE, lambda body: (200, {}))
        page.goto(ORIGIN + "/form/")
        put_file(page, size)
        assert words in page.inner_text('.mc-file[data-state="failed"] .mc-file__note')
        assert server.calls == []

    def test_a_refused_file_says_why_and_can_be_taken_away(self, page: Any, server: Server) -> None:
        server.on(*self.CREATE, lambda body: (200, {"id": "7", "offset": 0, "max_chunk": 1 << 20}))
        server.on(
            *self.PUT, lambda body: (200, {"offset": 9, "done": True, "error": "Tệp này là chương trình"})
        )
        server.on("DELETE", "/drafts/1/uploads/7/", lambda body: (200, {}))
        page.goto(ORIGIN + "/form/")
        put_file(page, 9)
        page.wait_for_selector('.mc-file[data-state="failed"]')
        assert page.inner_text(".mc-file__note") == "Tệp này là chương trình"
        page.get_by_role("button", name="Xóa").click()
        page.wait_for_selector(".mc-file", state="detached")
        assert server.calls[-1][0] == "DELETE"


def test_search_as_you_type_is_a_combobox(page: Any, server: Server) -> None:
    items = [
        {"national_code": "1.001193", "name": "Đăng ký khai sinh"},
        {"url": "/x/", "name": "Khai <b>tử</b>"},
    ]
    server.on("GET", "/api/v1/procedures", lambda body: (200, {"items": items}))
    page.goto(ORIGIN + "/form/")
    page.locator("#q").press_sequentially("khai", delay=20)
    page.wait_for_selector('[role="option"]')
    assert len(server.calls) == 1
    assert page.locator('[role="option"]').all_inner_texts() == ["Đăng ký khai sinh", "Khai <b>tử</b>"]
    assert page.get_attribute("#q", "aria-expanded") == "true"
    page.press("#q", "ArrowDown")
    assert page.get_attribute("#q", "aria-activedescendant") == "q-list-0"
    page.press("#q", "Enter")
    page.wait_for_url("**/procedures/1.001193/")


def test_escape_closes_and_enter_alone_searches(page: Any, server: Server) -> None:
    server.on("GET", "/api/v1/procedures", lambda body: (200, [{"url": "/x/", "name": "X"}]))
    page.goto(ORIGIN + "/form/")
    page.fill("#q", "khai")
    page.wait_for_selector('[role="option"]')
    page.press("#q", "Escape")
    assert page.locator('[role="listbox"]').is_hidden()
    page.press("#q", "Enter")
    page.wait_for_url("**/procedures/?q=khai")


def test_questions_appear_with_the_answer_they_hang_on(page: Any, server: Server) -> None:
    server.on(*AUTOSAVE, lambda body: saved(4))
    page.goto(ORIGIN + "/form/")
    assert page.is_hidden("#vo")
    page.check("#hon_nhan")
    assert page.is_visible("#vo")
    page.check("#hon_nhan-2")
    assert page.is_hidden("#vo")


def test_a_button_pressed_twice_sends_once(page: Any, server: Server) -> None:
    sent: list[str] = []
    page.goto(ORIGIN + "/form/")
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    page.evaluate("const b = document.querySelector('button[data-once]'); b.click(); b.click(); b.click();")
    page.wait_for_url("**/next/")
    assert sent == [ORIGIN + "/next/"]


def test_j_and_k_walk_the_list_but_not_while_typing(page: Any, server: Server) -> None:
    page.goto(ORIGIN + "/form/")
    page.locator("h1").click()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "A"
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "B"
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == "A"
    page.focus("#ten")
    page.keyboard.type("jk")
    assert page.input_value("#ten") == "jk"
