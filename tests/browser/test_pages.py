"""Every page, on a phone and on a desktop, in both languages: axe clean, no sideways scrolling, no complaint."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import DESKTOP, PHONE, Visitor

pytestmark = pytest.mark.browser
Visitors = Callable[..., Visitor]

PUBLIC = [
    "/", "/?audience=business", "/procedures/", "/procedures/?q=dang+ki+khai+sing", "/procedures/?q=zzzz",
    "/procedures/1.001193/", "/procedures/1.013225/", "/procedures/2.000815/", "/procedures/all/", "/sectors/ho-tich/",
    "/track/", "/verify/", "/statistics/", "/sign-in/", "/help/", "/privacy/", "/accessibility/", "/site-map/",
    "/no-such-page/",
]  # fmt: skip
CITIZEN = [
    "/account/",
    "/account/store/",
    "/account/messages/",
    "/account/profile/",
    "/procedures/1.004873/start/",
]
DESK = [
    "/desk/",
    "/desk/?view=unit",
    "/desk/?view=late",
    "/desk/intake/",
    "/desk/register/?since=2020-01-01",
    "/desk/register/?since=x",
]
HEAD = [
    "/desk/",
    "/board/",
    "/board/dossiers/?number=remote",
    "/studio/calendars/",
    "/studio/processes/",
    "/studio/processes/general/",
]


def check(visitor: Visitor, paths: list[str]) -> None:
    wrong = []
    for path in paths:
        visitor.go(path)
        wrong += [f"{path} ({visitor.page.viewport_size}): {finding}" for finding in visitor.axe()]
        if (pixels := visitor.sideways()) > 0:
            wrong.append(f"{path}: {pixels} pixels too wide at {visitor.page.viewport_size}")
        if not visitor.page.title():
            wrong.append(f"{path}: no title")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_public_pages(visitor: Visitors, viewport: dict[str, int], language: str) -> None:
    check(visitor(viewport, language=language), PUBLIC)


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize(("username", "paths"), [("lan", CITIZEN), ("minh", DESK), ("tuan", HEAD)])
def test_pages_behind_sign_in(
    visitor: Visitors, viewport: dict[str, int], username: str, paths: list[str]
) -> None:
    somebody = visitor(viewport)
    somebody.sign_in(username, paths[0])
    check(somebody, paths)


def test_english_pages_hold_no_vietnamese_controls(visitor: Visitors) -> None:
    reader = visitor(language="en")
    for path in ("/", "/track/", "/verify/", "/sign-in/", "/statistics/"):
        page = reader.go(path)
        assert page.locator("html").get_attribute("lang") == "en"
        for button in page.get_by_role("button").all_inner_texts():
            assert not set(button) & set("ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệịỉĩọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"), (
                f"{path}: {button}"
            )
