"""Every route, every role, one's own and others' things: who gets in is written down here, for all of it.

A route that is not in the table fails the test: whoever adds one says who it is for. Pages answer 200, or send the
visitor on (302); what is not yours does not exist (404), and a visitor is asked to sign in (302 to ``/sign-in/``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.urls import URLPattern, URLResolver, get_resolver

from motcua.dossiers import register_printing
from motcua.dossiers.models import Dossier, Draft, Paper, Slip
from motcua.dossiers.register import Period
from motcua.kernel.clock import local_day
from motcua.organisations.models import Agency
from motcua.results.models import ResultDocument, StoreItem
from tests import factories
from tests.factories import World

ROLES = ("nobody", "lan", "nguoila", "minh", "hoa", "tuan", "linh", "hung", "toan")
#: The cast's own agency is H56.201; Linh and Hung sit at H56.202; Toàn runs the system.
EVERYBODY = frozenset(ROLES)
SIGNED_IN = EVERYBODY - {"nobody"}
STAFF_HERE = frozenset({"minh", "hoa", "tuan"})
STAFF = STAFF_HERE | {"linh", "hung", "toan"}


@dataclass(frozen=True)
class Rule:
    """Who gets in by GET. ``others`` is what somebody signed in but not allowed sees."""

    allowed: frozenset[str]
    post_only: bool = False


OWN = Rule(frozenset({"lan"}))
PUBLIC = Rule(EVERYBODY)
POLICY: dict[str, Rule] = {
    # public
    **dict.fromkeys(
        ("home", "search", "all_services", "procedure", "sector", "life_event", "statistics", "communes", "track",
         "verify", "help", "privacy", "accessibility", "site_map", "sitemap_xml", "robots", "style", "sign_in",
         "healthz", "readyz", "metrics"),
        PUBLIC,
    ),
    **dict.fromkeys(("language", "openid_connect_login", "openid_connect_callback"), Rule(EVERYBODY, post_only=True)),
    "sign_out": Rule(EVERYBODY, post_only=True),
    # signed in
    **dict.fromkeys(("start", "signed_in", "account", "store", "messages", "profile"), Rule(SIGNED_IN)),
    # one's own
    **dict.fromkeys(("draft", "draft_section", "draft_papers", "draft_check", "draft_changes", "my_dossier", "declaration", "file"),
                    OWN),
    **dict.fromkeys(
        ("draft_done", "draft_discard", "draft_autosave", "draft_uploads", "draft_upload", "draft_remove", "withdraw",
         "rate", "supplement"),
        Rule(frozenset({"lan"}), post_only=True),
    ),
    # staff
    "desk": Rule(STAFF),
    **dict.fromkeys(("desk-dossier", "desk-paper", "desk-slip", "desk-result"), Rule(STAFF_HERE)),
    "desk-preview": Rule(STAFF_HERE, post_only=True),
    **dict.fromkeys(
        ("desk-register", "desk-register-csv", "desk-register-xlsx"), Rule(frozenset({"minh", "linh"}))
    ),
    "desk-register-order": Rule(frozenset({"minh", "linh"}), post_only=True),
    **dict.fromkeys(("desk-register-print", "desk-register-book"), Rule(frozenset({"minh"}))),
    "desk-intake": Rule(frozenset({"minh", "linh"})),
    "desk-intake-fill": Rule(frozenset({"minh"})),
    "board": Rule(frozenset({"tuan", "hung"})),
    "board_dossiers": Rule(frozenset({"tuan"})),
    "calendars": Rule(frozenset({"tuan", "hung", "toan"})),
    "calendar": Rule(frozenset({"tuan", "toan"})),
}  # fmt: skip


def leaves(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from leaves(pattern.url_patterns, prefix + str(pattern.pattern))
        else:
            yield prefix + str(pattern.pattern), pattern


ROUTES = {
    str(pattern.name or route): (route, pattern)
    for route, pattern in leaves(get_resolver().url_patterns)
    if not route.startswith("api/v1/")  # public by design: tests/api walks it
}


def test_every_route_has_a_rule_and_every_rule_a_route() -> None:
    assert sorted(set(ROUTES) - set(POLICY)) == [], "new routes: say in POLICY who they are for"
    assert sorted(set(POLICY) - set(ROUTES)) == [], "rules without a route"


@pytest.fixture
def things(world: World) -> dict[str, str]:
    """Addresses of Lan's own things, one for each route."""
    draft: Draft = factories.draft(world, "lan", factories.BIRTH)
    filed = factories.filed_dossier(world)
    factories.advance(world, filed, "returned")
    dossier = Dossier.objects.get(pk=filed.pk)
    counter = factories.draft(world, "lan", factories.COPIES, channel=1)  # type: ignore[arg-type]
    paper = Paper.objects.filter(dossier=dossier).first()
    if paper is None:
        paper = Paper.objects.create(
            dossier=dossier,
            blob=Slip.objects.filter(dossier=dossier)[0].blob,
            filename="a.pdf",
            added_at=world.now,
        )
    slip = Slip.objects.filter(dossier=dossier)[0]
    book = register_printing.order(
        actor=world.officer("minh"),
        period=Period(dossier.agency_id, local_day(world.now), local_day(world.now)),
        now=world.now,
    )
    register_printing.make(book.pk, now=world.now)
    upload = factories.add_file(draft, factories.bundles.case_bundle(draft.case_id).components[1].pk)
    store = StoreItem.objects.get(result=ResultDocument.objects.get(dossier=dossier))
    form = factories.bundles.form_of(draft.form_id or 0)
    code, d = dossier.code, draft.pk
    return {
        "procedure": "/procedures/1.001193/", "start": "/procedures/1.001193/start/", "sector": "/sectors/ho-tich/",
        "life_event": f"/life-events/{factories.catalogue.life_events()[0].slug}/", "communes": "/communes/?province=38",
        "draft": f"/drafts/{d}/", "draft_section": f"/drafts/{d}/part/{form.sections[0].id}/",
        "draft_papers": f"/drafts/{d}/papers/", "draft_check": f"/drafts/{d}/check/", "draft_done": f"/drafts/{d}/done/",
        "draft_changes": f"/drafts/{d}/changes/", "draft_discard": f"/drafts/{d}/discard/", "draft_autosave": f"/drafts/{d}/autosave/",
        "draft_uploads": f"/drafts/{d}/uploads/", "draft_upload": f"/drafts/{d}/uploads/{upload.pk}/",
        "draft_remove": f"/drafts/{d}/uploads/{upload.pk}/remove/",
        "declaration": f"/account/dossiers/{code}/declaration.pdf", "my_dossier": f"/account/dossiers/{code}/", "withdraw": f"/account/dossiers/{code}/withdraw/",
        "rate": f"/account/dossiers/{code}/rate/", "supplement": f"/account/dossiers/{code}/supplement/",
        "file": f"/account/files/store/{store.pk}/",
        "desk-dossier": f"/desk/dossiers/{code}/", "desk-paper": f"/desk/dossiers/{code}/papers/{paper.pk}/",
        "desk-slip": f"/desk/dossiers/{code}/slips/{slip.pk}/", "desk-result": f"/desk/dossiers/{code}/result.pdf",
        "desk-register-print": f"/desk/register/prints/{book.pk}/",
        "desk-register-book": f"/desk/register/prints/{book.pk}/so-theo-doi.pdf",
        "desk-preview": f"/desk/dossiers/{code}/preview/", "desk-intake-fill": f"/desk/intake/{counter.pk}/",
        "board_dossiers": "/board/dossiers/?number=filed&since=2026-11-01&until=2026-11-30&agency=H56.201",
        "calendar": f"/studio/calendars/{Agency.objects.get(code='H56.201').code}/",
        "openid_connect_login": "/accounts/oidc/oidc/login/",
        "openid_connect_callback": "/accounts/oidc/oidc/login/callback/",
    }  # fmt: skip


def address(name: str, things: dict[str, str]) -> str:
    return things.get(name) or "/" + ROUTES[name][0]


def finish(answer: Any) -> None:
    """Close an answer that nobody reads, but not the test's own connection with it."""
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)


def test_who_gets_in(world: World, things: dict[str, str]) -> None:
    wrong = []
    browsers = {role: world.client(None if role == "nobody" else role) for role in ROLES}
    for name in sorted(set(ROUTES) & set(POLICY)):
        rule = POLICY[name]
        for role, browser in browsers.items():
            answer = browser.get(address(name, things))
            status, to = answer.status_code, answer.headers.get("Location", "")
            finish(answer)
            if rule.post_only:
                # A page that only takes forms answers 405, or shows nothing of anybody's to those it is not for.
                fine = status in {302, 401, 403, 404, 405} or role in rule.allowed
            elif role in rule.allowed:
                fine = status == 200 or (status == 302 and not to.startswith("/sign-in/"))
            elif role == "nobody":
                fine = status == 302 and to.startswith("/sign-in/")
            else:
                fine = status in {403, 404}
            if not fine:
                wrong.append(f"{name}: {role} got {status} {to}")
    assert not wrong, "\n".join(wrong)


FORMS = [name for name, rule in POLICY.items() if rule.allowed == frozenset({"lan"})]


@pytest.mark.parametrize("role", ["nobody", "nguoila", "linh"])
def test_a_stranger_changes_nothing_by_any_form(world: World, things: dict[str, str], role: str) -> None:
    browser = world.client(None if role == "nobody" else role)
    before = _state()
    wrong = []
    for name in sorted(set(FORMS) & set(ROUTES)):
        for method in ("post", "put", "delete"):
            answer = getattr(browser, method)(address(name, things), {} if method == "post" else "{}")
            finish(answer)
            if answer.status_code == 200 and role != "nobody":
                wrong.append(f"{method} {name}: {role} got 200")
            if answer.status_code >= 500:
                wrong.append(f"{method} {name}: {role} got {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert _state() == before


def _state() -> tuple[Any, ...]:
    return (
        list(Dossier.objects.order_by("pk").values_list("pk", "status", "event_seq")),
        list(Draft.objects.order_by("pk").values_list("pk", "revision", "body")),
        Draft.objects.count(),
        Slip.objects.count(),
    )


def test_whoever_may_not_see_a_dossier_finds_it_in_no_list_and_no_search(
    world: World, things: dict[str, str]
) -> None:
    code = things["my_dossier"].split("/")[3]
    for role, paths in {
        "nguoila": ["/account/", "/account/store/", "/account/messages/"],
        "linh": ["/desk/", "/desk/?view=unit", f"/desk/?q={code}", "/desk/?q=Nguyễn Thị Lan"],
        "hung": ["/desk/", "/board/dossiers/?number=filed&agency=H56.201", "/board/"],
        "nobody": [f"/procedures/?q={code}", "/statistics/"],
    }.items():
        browser = world.client(None if role == "nobody" else role)
        for path in paths:
            page = browser.get(path).content.decode().split("<main")[-1]
            found = page.replace(f'value="{code}"', "").replace(f"“{code}”", "")
            assert f"/dossiers/{code}/" not in found, f"{role} sees {code} at {path}"


def test_headers_of_every_page(world: World, things: dict[str, str]) -> None:
    browser = world.client("lan")
    for name in ("home", "account", "my_dossier", "draft", "track", "verify"):
        headers = browser.get(address(name, things)).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy, name
        assert "default-src 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Frame-Options"] == "SAMEORIGIN"
    signed_in = browser.get("/account/")
    assert "no-store" in signed_in.headers["Cache-Control"] or "private" in signed_in.headers["Cache-Control"]


def test_no_personal_data_in_any_address(world: World, things: dict[str, str]) -> None:
    for name, path in things.items():
        for private in ("038192186762", "0900000001", "lan@", "Nguy"):
            assert private not in path, name
