"""The officer's dossier page in its states: phone and desktop, both languages, by keyboard, without a script."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import DESKTOP, PHONE, Visitor

pytestmark = pytest.mark.browser
Visitors = Callable[..., Visitor]


def codes(somebody: Visitor, path: str = "/desk/") -> list[str]:
    """Addresses of the dossiers in a list."""
    page = somebody.go(path)
    found: list[str] = page.eval_on_selector_all(
        "a[data-row-link]", "all => all.map(a => a.getAttribute('href'))"
    )
    return [address.split("?")[0] for address in found]


def fine(somebody: Visitor, name: str) -> list[str]:
    """What is wrong with the page as it is now."""
    wrong = [f"{name}: {finding}" for finding in somebody.axe()]
    if (pixels := somebody.sideways()) > 0:
        wrong.append(f"{name}: {pixels} pixels too wide")
    return wrong


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_states_of_the_page(visitor: Visitors, viewport: dict[str, int], language: str) -> None:
    minh = visitor(viewport, language=language)
    minh.sign_in("minh", "/desk/")
    hoa = visitor(viewport, language=language)
    hoa.sign_in("hoa", "/desk/")
    tuan = visitor(viewport, language=language)
    tuan.sign_in("tuan", "/desk/")
    wrong: list[str] = []
    waiting = codes(minh)[0]
    for form in ("", "?do=refuse", "?do=transfer", "?do=assign", "?do=ask_supplement", "?clock=1"):
        minh.go(waiting + form)
        wrong += fine(minh, f"intake {form}")
    mine = codes(hoa)[0]
    for form in ("", "?do=consult", "?do=propose", "?do=reject", "?do=ask_payment", "?clock=1"):
        hoa.go(mine + form)
        wrong += fine(hoa, f"appraisal {form}")
    for form in ("", "?do=extend", "?do=assign"):
        tuan.go(mine + form)
        wrong += fine(tuan, f"head {form}")
    for path in ("/desk/absences/", "/desk/lookups/"):
        tuan.go(path)
        wrong += fine(tuan, path)
    for path in ("/desk/intake/", "/desk/intake/?channel=post", "/desk/intake/?code=1.004873&channel=post"):
        minh.go(path)
        wrong += fine(minh, path)
    assert not wrong, "\n".join(wrong)


def test_an_opinion_by_keyboard_and_without_a_script(visitor: Visitors) -> None:
    hoa = visitor(scripts=False)
    hoa.sign_in("hoa", "/desk/")
    dossier = codes(hoa)[-1]
    page = hoa.go(f"{dossier}?do=consult")
    page.locator("#unit").focus()
    # The first unit of the list is the agency's own one-stop desk, where Minh sits.
    page.keyboard.press("ArrowDown")
    page.locator("#question").focus()
    page.keyboard.type("De nghi cho biet y kien ve noi cu tru truoc day.")
    page.keyboard.press("Tab")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    page.wait_for_url("**done=consult**")
    minh = visitor(PHONE, scripts=False)
    minh.sign_in("minh", dossier)
    page = minh.page
    page.locator("#agrees").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Dong y, theo so goc dang luu tai bo phan mot cua.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**done=answer_consultation**")
    assert "theo so goc" in hoa.go(dossier).locator(".mc-opinions__answer").inner_text()
