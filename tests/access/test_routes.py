"""Every route, every role, one's own and others' things: who gets in is written down here, for all of it.

A route that is not in the table fails the test: whoever adds one says who it is for. Pages answer 200, or send the
visitor on (302); what is not yours does not exist (404), and a visitor is asked to sign in (302 to ``/sign-in/``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.urls import URLPattern, URLResolver, get_resolver

from motcua.dossiers import invitations, register_printing
from motcua.dossiers.models import Dossier, Draft, Paper, Slip
from motcua.dossiers.register import Period
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.kernel.jobs import held
from motcua.messaging import letters
from motcua.messaging.letters import Incoming
from motcua.messaging.models import Letter
from motcua.organisations.models import Agency
from motcua.programme.review import receiving
from motcua.results.models import ResultDocument, StoreItem
from motcua.workspace import actions
from motcua.workspace.bulk import order_bulk
from motcua.workspace.exports.making import make
from motcua.workspace.exports.orders import order_export
from motcua.workspace.models import BulkRun, DossierLabel, Export, Follow, Note, SavedView
from motcua.workspace.rules import VIEWS, Asked
from motcua.workspace.worklists import Line
from tests import factories
from tests.factories import World
from tests.programme import rounds

ROLES = ("nobody", "lan", "nguoila", "minh", "hoa", "tuan", "linh", "hung", "toan", "hieu")
#: The cast's own agency is H56.201; Linh and Hung sit at H56.202; Toàn runs the system; Hiếu is
#: the focal point of the review.
EVERYBODY = frozenset(ROLES)
SIGNED_IN = EVERYBODY - {"nobody"}
STAFF_HERE = frozenset({"minh", "hoa", "tuan"})
STAFF = STAFF_HERE | {"linh", "hung", "toan", "hieu"}


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
         "service_list", "service_list_paper", "healthz", "readyz", "metrics"),
        PUBLIC,
    ),
    **dict.fromkeys(("language", "openid_connect_login", "openid_connect_callback"), Rule(EVERYBODY, post_only=True)),
    "sign_out": Rule(EVERYBODY, post_only=True),
    # signed in
    **dict.fromkeys(("start", "signed_in", "account", "store", "messages", "profile"), Rule(SIGNED_IN)),
    # one's own
    **dict.fromkeys(("draft", "draft_section", "draft_papers", "draft_check", "draft_changes", "draft_invite", "draft_shared",
                     "my_dossier", "declaration", "file"), OWN),
    # the link of an invitation: whoever has it and signs in, but not its owner; once taken up, only who did
    "invited": Rule(SIGNED_IN - {"lan"}),
    **dict.fromkeys(
        ("draft_done", "draft_discard", "draft_autosave", "draft_uploads", "draft_upload", "draft_remove", "withdraw",
         "stop", "rate", "supplement", "letter_answer", "draft_join", "draft_revoke"),
        Rule(frozenset({"lan"}), post_only=True),
    ),
    # staff
    "desk": Rule(STAFF),
    "desk-absences": Rule(STAFF),
    "desk-lookups": Rule(frozenset({"tuan", "hung"})),
    **dict.fromkeys(("desk-dossier", "desk-paper", "desk-slip", "desk-result"), Rule(STAFF_HERE)),
    "desk-preview": Rule(STAFF_HERE, post_only=True),
    **dict.fromkeys(
        ("desk-register", "desk-register-csv", "desk-register-xlsx"), Rule(frozenset({"minh", "linh"}))
    ),
    "desk-register-order": Rule(frozenset({"minh", "linh"}), post_only=True),
    **dict.fromkeys(("desk-register-print", "desk-register-book"), Rule(frozenset({"minh"}))),
    **dict.fromkeys(
        ("desk-columns", "desk-views", "desk-labels", "desk-notices", "desk-settings", "desk-bulk", "desk-exports"),
        Rule(STAFF),
    ),
    **dict.fromkeys(("desk-search", "desk-filters"), Rule(STAFF, post_only=True)),
    # what one officer has ordered or saved is that officer's own
    **dict.fromkeys(("desk-view", "desk-bulk-run", "desk-export", "desk-export-file"), Rule(frozenset({"minh"}))),
    **dict.fromkeys(("desk-note", "desk-letter", "desk-letter-file"), Rule(STAFF_HERE)),
    **dict.fromkeys(("desk-label", "desk-follow"), Rule(STAFF_HERE, post_only=True)),
    "desk-intake": Rule(frozenset({"minh", "linh"})),
    "desk-intake-fill": Rule(frozenset({"minh"})),
    "board": Rule(frozenset({"tuan", "hung"})),
    "board_dossiers": Rule(frozenset({"tuan"})),
    "calendars": Rule(frozenset({"tuan", "hung", "toan"})),
    "calendar": Rule(frozenset({"tuan", "toan"})),
    # Heads of offering agencies read processes; who writes one answers for all agencies that offer the procedure.
    **dict.fromkeys(
        ("processes", "process", "process_export", "process_publish", "process_dossiers"),
        Rule(frozenset({"tuan", "hung", "toan"})),
    ),
    **dict.fromkeys(("process_row", "process_import"), Rule(frozenset({"toan"}))),
    # Forms likewise; the library is for everybody who writes some form.
    **dict.fromkeys(
        ("forms", "form_library", "form_block", "form", "form_export", "form_publish", "form_compare", "form_preview", "form_trial"),
        Rule(frozenset({"tuan", "hung", "toan"})),
    ),
    **dict.fromkeys(
        ("form_field", "form_section", "form_rule", "form_fee", "form_import"), Rule(frozenset({"toan"}))
    ),
    "form_field_preview": Rule(frozenset({"toan"}), post_only=True),
    # the programme: Hiếu is the province's focal point
    "programme": Rule(frozenset({"hoa", "tuan", "hung", "hieu"})),
    **dict.fromkeys(
        ("programme-round", "programme-priority", "programme-list", "programme-paper"),
        Rule(frozenset({"hoa", "tuan", "hung", "hieu"})),
    ),
    "programme-assessment": Rule(frozenset({"hoa", "tuan", "hieu"})),
    **dict.fromkeys(
        ("programme-assign", "programme-collections", "programme-board", "programme-consolidated"),
        Rule(frozenset({"hieu"})),
    ),
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
def things(world: World, settings: Any, tmp_path: Any) -> dict[str, str]:
    """Addresses of Lan's own things, one for each route."""
    draft: Draft = factories.draft(world, "lan", factories.BIRTH)
    filed = factories.filed_dossier(world)
    factories.advance(world, filed, "returned")
    dossier = Dossier.objects.get(pk=filed.pk)
    counter = factories.draft(world, "lan", factories.COPIES, channel=1)
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
    invitation, token = invitations.invite(
        actor=world.person("lan"),
        draft_id=draft.pk,
        name="Bình",
        sections=[factories.bundles.form_of(draft.form_id or 0).sections[0].id],
        now=clock_now(),
    )
    store = StoreItem.objects.get(result=ResultDocument.objects.get(dossier=dossier))
    form = factories.bundles.form_of(draft.form_id or 0)
    code, d = dossier.code, draft.pk
    letter, view, bulk, export = _around(world, dossier)
    listed = rounds.listed(world, {factories.BIRTH: {}})
    review = f"/programme/rounds/{listed.round_id}/"
    asked = receiving.open_collection(
        actor=world.officer("hieu"), name="A", instrument="B", deadline=date(2027, 1, 1), now=world.now
    )
    return {
        "procedure": "/procedures/1.001193/", "start": "/procedures/1.001193/start/", "sector": "/sectors/ho-tich/",
        "life_event": f"/life-events/{factories.catalogue.life_events()[0].slug}/", "communes": "/communes/?province=38",
        "draft": f"/drafts/{d}/", "draft_section": f"/drafts/{d}/part/{form.sections[0].id}/",
        "draft_papers": f"/drafts/{d}/papers/", "draft_check": f"/drafts/{d}/check/", "draft_done": f"/drafts/{d}/done/",
        "draft_changes": f"/drafts/{d}/changes/", "draft_discard": f"/drafts/{d}/discard/", "draft_autosave": f"/drafts/{d}/autosave/",
        "draft_uploads": f"/drafts/{d}/uploads/", "draft_upload": f"/drafts/{d}/uploads/{upload.pk}/",
        "draft_remove": f"/drafts/{d}/uploads/{upload.pk}/remove/",
        "draft_join": f"/drafts/{d}/uploads/join/{upload.component_id}/", "draft_invite": f"/drafts/{d}/invite/",
        "draft_revoke": f"/drafts/{d}/invite/{invitation.pk}/revoke/", "draft_shared": f"/drafts/{d}/shared/",
        "invited": f"/invited/{token}/",
        "declaration": f"/account/dossiers/{code}/declaration.pdf",
        "my_dossier": f"/account/dossiers/{code}/", "withdraw": f"/account/dossiers/{code}/withdraw/",
        "stop": f"/account/dossiers/{code}/stop/",
        "rate": f"/account/dossiers/{code}/rate/", "supplement": f"/account/dossiers/{code}/supplement/",
        "file": f"/account/files/store/{store.pk}/",
        "desk-dossier": f"/desk/dossiers/{code}/", "desk-paper": f"/desk/dossiers/{code}/papers/{paper.pk}/",
        "desk-slip": f"/desk/dossiers/{code}/slips/{slip.pk}/", "desk-result": f"/desk/dossiers/{code}/result.pdf",
        "desk-register-print": f"/desk/register/prints/{book.pk}/",
        "desk-register-book": f"/desk/register/prints/{book.pk}/so-theo-doi.pdf",
        "desk-note": f"/desk/dossiers/{code}/notes/", "desk-letter": f"/desk/dossiers/{code}/letters/",
        "desk-letter-file": f"/desk/dossiers/{code}/letters/{letter}/",
        "desk-label": f"/desk/dossiers/{code}/labels/", "desk-follow": f"/desk/dossiers/{code}/follow/",
        "desk-view": f"/desk/views/{view}/", "desk-bulk-run": f"/desk/bulk/{bulk}/",
        "desk-export": f"/desk/exports/{export}/", "desk-export-file": f"/desk/exports/{export}/file/",
        "letter_answer": f"/account/dossiers/{code}/letters/",
        "desk-preview": f"/desk/dossiers/{code}/preview/", "desk-intake-fill": f"/desk/intake/{counter.pk}/",
        "board_dossiers": "/board/dossiers/?number=filed&since=2026-11-01&until=2026-11-30&agency=H56.201",
        **{name: f"/studio/processes/{draft.case_id}/{end}" for name, end in (
            ("process", ""), ("process_export", "export/bpmn/"), ("process_publish", "publish/"), ("process_import", "import/"),
            ("process_dossiers", "dossiers/"), ("process_row", "rows/appraise/"),
        )},
        **{name: f"/studio/forms/{factories.BIRTH}/{end}" for name, end in (
            ("form", ""), ("form_export", "export/json/"), ("form_publish", "publish/"), ("form_compare", "compare/"),
            ("form_preview", "preview/"), ("form_trial", "trial/"), ("form_field", f"fields/{form.sections[0].fields[0].id}/"),
            ("form_field_preview", f"fields/{form.sections[0].fields[0].id}/preview/"),
            ("form_section", f"sections/{form.sections[0].id}/"), ("form_rule", "rules/checks/new/"), ("form_fee", "fee/"),
            ("form_import", "import/"),
        )},
        "form_block": "/studio/forms/library/cam-doan/",
        "calendar": f"/studio/calendars/{Agency.objects.get(code='H56.201').code}/",
        "programme-round": review, "programme-assign": f"{review}assign/", "programme-priority": f"{review}priority/",
        "programme-list": f"{review}list/", "programme-paper": f"{review}list/xlsx/",
        "programme-assessment": f"{review}{factories.BIRTH}/", "programme-board": f"/programme/collections/{asked.key}/",
        "programme-consolidated": f"/programme/collections/{asked.key}/consolidated/",
        "service_list_paper": "/service-list/papers/xlsx/",
        "openid_connect_login": "/accounts/oidc/oidc/login/",
        "openid_connect_callback": "/accounts/oidc/oidc/login/callback/",
    }  # fmt: skip


def _around(world: World, dossier: Dossier) -> tuple[int, UUID, UUID, UUID]:
    """What Minh has beside the dossier: a letter with a file, a view, a bulk run, an export."""
    minh = world.officer("minh")
    with held():
        scan = Incoming("scan.pdf", len(factories.sample_scan()), [factories.sample_scan()])
        letter = letters.write_letter(
            actor=minh, code=dossier.code, body="Chào Bà.", files=[scan], now=world.now
        )
        view = actions.save_view(actor=minh, name="A", asked=Asked(), shown=(), unit=None, now=world.now)
        lines = [Line(dossier.pk, None, dossier.code)]
        bulk = order_bulk(actor=minh, key=uuid4(), what="claim", lines=lines, now=world.now)
        export = order_export(
            actor=minh, format_="csv", asked=Asked("unit"), shown=(), language="vi", now=world.now
        )
    make(export.pk, world.now)
    return letter.files.get().pk, view.pk, bulk.pk, export.pk


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
        "linh": [
            *(f"/desk/?list={view}&all=1" for view in VIEWS),
            f"/desk/?q={code}",
            "/desk/?q=Nguyễn Thị Lan",
            "/desk/notices/",
            "/desk/bulk/",
            "/desk/exports/",
            "/desk/views/",
        ],
        "hung": ["/desk/", "/board/dossiers/?number=filed&agency=H56.201", "/board/"],
        "nobody": [f"/procedures/?q={code}", "/statistics/"],
    }.items():
        browser = world.client(None if role == "nobody" else role)
        for path in paths:
            page = browser.get(path).content.decode().split("<main")[-1]
            found = page.replace(f'value="{code}"', "").replace(f"“{code}”", "")
            assert f"/dossiers/{code}/" not in found, f"{role} sees {code} at {path}"


BESIDE = (
    "desk-note",
    "desk-letter",
    "desk-label",
    "desk-follow",
    "desk-bulk-run",
    "desk-export",
    "desk-view",
)


@pytest.mark.parametrize("role", ["nguoila", "lan", "linh", "hung", "toan", "hoa"])
def test_nobody_else_writes_beside_a_dossier_or_into_what_an_officer_ordered(
    world: World, things: dict[str, str], role: str
) -> None:
    """Hoa may write beside the dossier, whose unit she is in; what Minh ordered is not hers either."""
    before = _beside()
    for name in BESIDE:
        if role == "hoa" and name in {"desk-note", "desk-letter", "desk-label", "desk-follow"}:
            continue
        fields = {"body": "Chào", "wanted": "1", "put": "1", "drop": "1"}
        answer = world.client(role).post(address(name, things), fields)
        finish(answer)
        assert answer.status_code in {403, 404}, f"{name}: {role} got {answer.status_code}"
    assert _beside() == before


def _beside() -> tuple[Any, ...]:
    return (
        Note.objects.count(), Letter.objects.count(), DossierLabel.objects.count(), Follow.objects.count(),
        list(BulkRun.objects.values_list("state")), list(Export.objects.values_list("state", "blob")),
        list(SavedView.objects.values_list("unit")),
    )  # fmt: skip


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
