"""Signing in, the whole way and every way it ends early. Nobody is signed in by a failure, and nothing is lost."""

from __future__ import annotations

import json
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from joserfc.jwk import ECKey
from structlog.testing import capture_logs

from motcua.identity import actions, claims, oidc, queries, views
from motcua.identity.adapters import safe_next
from motcua.identity.models import Account, Session
from motcua.identity.settings import APPS, IDENTITY
from motcua.kernel import crypto
from motcua.organisations.models import Agency, Holding, Post, Unit
from motcua.simulators.identity_provider.http import Answer, as_json
from motcua.simulators.identity_provider.provider import ALGORITHM, Fail
from tests.identity.wire import CALLBACK, HOME, START, Browser, Wire

pytestmark = pytest.mark.django_db


def claims_of(browser: Browser, username: str) -> dict[str, Any]:
    return browser.provider.cast.people[username].claims


def text(response: Any) -> str:
    return str(response.content.decode())


def test_lan_signs_in_and_lands_in_her_account(browser: Browser) -> None:
    response = browser.sign_in("lan")
    assert (response.status_code, response["Location"]) == (302, "/account/")
    assert browser.signed_in
    account = Account.objects.get()
    national = claims_of(browser, "lan")
    assert (account.kind, account.full_name, account.display_name) == (
        "citizen",
        "Nguyễn Thị Lan",
        "Nguyễn Thị Lan",
    )
    assert (account.citizen_id, account.birth_date) == (national["SoDinhDanh"], date(1992, 4, 17))
    assert account.claim_values()["ThuongTru"] == national["ThuongTru"]
    assert account.last_seen is not None
    assert [found.pk for found in queries.accounts_of_person(" 038 " + national["SoDinhDanh"][3:])] == [
        account.pk
    ]


def test_the_table_shows_no_number_address_or_contact(browser: Browser) -> None:
    browser.sign_in("lan")
    browser.client.logout()
    browser.sign_in("binh")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(a)::text FROM identity_account a")
        dump = " ".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT session_data FROM identity_session")
        dump += " ".join(row[0] for row in cursor.fetchall())
    assert "Nguyễn Thị Lan" in dump
    for username in ("lan", "binh"):
        national = claims_of(browser, username)
        for name in ("SoDinhDanh", "SoDienThoai", "ThuDienTu"):
            assert national[name] not in dump
        assert national["ThuongTru"]["ChiTiet"] not in dump


def test_allauth_keeps_nothing_of_its_own(browser: Browser) -> None:
    browser.sign_in("lan")
    for model in (SocialAccount, SocialToken, EmailAddress):
        assert not model.objects.exists()


def test_a_household_business_signs_in_and_its_owner_is_found(browser: Browser) -> None:
    browser.sign_in("binh")
    account = Account.objects.get()
    assert (account.kind, account.display_name) == ("business", "Hộ kinh doanh Bình Minh")
    assert account.tax_code == account.citizen_id
    assert Account.objects.with_citizen_id(account.citizen_id).get() == account
    assert Account.objects.with_tax_code(account.tax_code).get() == account


def test_a_company_is_not_its_representative(browser: Browser) -> None:
    browser.sign_in("songma")
    account = Account.objects.get()
    assert account.citizen_id
    assert account.citizen_id_index is None
    assert Account.objects.with_tax_code("2809990019").get() == account


def test_staff_land_at_their_desk(browser: Browser) -> None:
    browser.sign_in("minh")
    account = Account.objects.get()
    agency = Agency.objects.create(
        code="H56.201", name="UBND phường Hạc Thành", short_name="Hạc Thành", level="commune"
    )
    unit = Unit.objects.create(agency=agency, code="one-stop", name="Một cửa", one_stop=True)
    post = Post.objects.create(unit=unit, title="Chuyên viên", role="one_stop")
    holding = Holding.objects.create(post=post, officer=account, since=date(2025, 7, 1))
    browser.client.post("/sign-out/")
    assert browser.sign_in("minh")["Location"] == "/desk/"
    holding.until = date(2025, 12, 31)
    holding.save()
    browser.client.post("/sign-out/")
    assert browser.sign_in("minh")["Location"] == "/account/"


def test_the_session_gets_a_new_key_and_keeps_what_was_in_it(browser: Browser) -> None:
    session = browser.client.session
    session["looked_at"] = "1.001193"
    session.save()
    before = session.session_key
    browser.sign_in("lan")
    after = browser.client.session
    assert after.session_key != before
    assert after["looked_at"] == "1.001193"
    assert not Session.objects.filter(session_key=before).exists()


def test_somebody_else_at_the_same_browser_finds_nothing_of_the_first(browser: Browser) -> None:
    browser.sign_in("lan")
    session = browser.client.session
    session["of_lan"] = 1
    session.save()
    browser.sign_in("nguoila")
    assert "of_lan" not in browser.client.session
    assert browser.client.session["_auth_user_id"] == str(Account.objects.get(full_name="Hoàng Văn Lạ").pk)


def test_a_second_sign_in_updates_the_account(browser: Browser) -> None:
    browser.sign_in("lan")
    claims_of(browser, "lan")["SoDienThoai"] = "0911111111"
    browser.client.post("/sign-out/")
    browser.sign_in("lan")
    assert Account.objects.get().phone == "0911111111"


def test_accounts_made_by_the_demo_are_the_ones_signed_in_to(browser: Browser, settings: Any) -> None:
    read = claims.parse(claims_of(browser, "lan"))
    made = actions.remember(claims=read, issuer=IDENTITY["issuer_id"], now=timezone.now())
    browser.sign_in("lan")
    assert Account.objects.get().pk == made.pk


def test_the_request_at_the_provider_has_all_the_protections(browser: Browser, settings: Any) -> None:
    APPS[0]["settings"]["auth_params"] = {"acr_values": "LoA1"}
    try:
        asked = parse_qs(urlsplit(browser.start()["Location"]).query)
    finally:
        APPS[0]["settings"]["auth_params"] = {}
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == len(asked["nonce"][0]) == 43
    assert asked["redirect_uri"] == [HOME + CALLBACK]
    assert asked["acr_values"] == ["LoA1"]
    assert asked["scope"] == ["openid"]
    again = parse_qs(urlsplit(browser.start()["Location"]).query)
    for name in ("state", "nonce", "code_challenge"):
        assert again[name] != asked[name]


def test_nobody_adds_to_the_request_from_outside(browser: Browser) -> None:
    response = browser.client.post(
        START + "?auth_params=acr_values%3DLoA0&scope=everything&process=connect", {"process": "redirect"}
    )
    asked = parse_qs(urlsplit(response["Location"]).query)
    assert "acr_values" not in asked
    assert asked["scope"] == ["openid"]
    assert browser.come_back(browser.at_provider(response, username="lan"))["Location"] == "/account/"
    assert browser.signed_in


# -- where to afterwards -----------------------------------------------------------------------------


def test_the_page_asked_for_is_the_page_given(browser: Browser) -> None:
    assert browser.sign_in("lan", "/drafts/0192/?page=2")["Location"] == "/drafts/0192/?page=2"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/a\\b",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "account/",
        "/" + "a" * 3000,
        f"{HOME}/account/",
    ],
)
def test_no_next_leads_away(browser: Browser, target: str) -> None:
    assert safe_next(target) is None
    assert browser.sign_in("lan", target)["Location"] == "/account/"


# -- the pages before -------------------------------------------------------------------------------


def test_the_page_explains_and_its_button_posts(browser: Browser) -> None:
    page = text(browser.client.get("/sign-in/?next=/drafts/1/"))
    assert f'action="{START}"' in page
    assert 'name="next" value="/drafts/1/"' in page
    assert "<script" not in page.replace('<script type="module"', "")
    assert 'name="next"' not in text(browser.client.get("/sign-in/?next=//evil.example/"))


def test_the_page_asks_the_database_nothing_for_a_visitor(
    browser: Browser, django_assert_num_queries: Any
) -> None:
    browser.client.get("/sign-in/")  # who runs this site is read once in five minutes
    with django_assert_num_queries(0):
        browser.client.get("/sign-in/")


def test_who_is_signed_in_already_goes_on(browser: Browser) -> None:
    browser.sign_in("lan")
    assert browser.client.get("/sign-in/?next=/drafts/1/")["Location"] == "/drafts/1/"
    assert browser.client.get("/sign-in/")["Location"] == "/account/"


def test_another_name_of_the_site_leads_to_the_one_the_provider_knows(
    browser: Browser, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    response = Client().get("/sign-in/?next=/a/", HTTP_HOST="localhost")
    assert response["Location"] == f"{HOME}/sign-in/?next=/a/"


def test_a_link_cannot_start_a_sign_in_nor_end_one(browser: Browser) -> None:
    assert browser.client.get(START + "?next=/a/")["Location"] == "/sign-in/?next=%2Fa%2F"
    assert browser.client.get("/sign-out/").status_code == HTTPStatus.METHOD_NOT_ALLOWED
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(START).status_code == HTTPStatus.FORBIDDEN
    assert strict.post("/sign-out/").status_code == HTTPStatus.FORBIDDEN


def test_signing_out_ends_the_session_and_says_so(browser: Browser) -> None:
    browser.sign_in("lan")
    key = browser.client.session.session_key
    response = browser.client.post("/sign-out/")
    assert response["Location"] == "/sign-in/?out=1"
    assert not Session.objects.filter(session_key=key).exists()
    assert "Bạn đã đăng xuất khỏi cổng." in text(browser.client.get("/sign-in/?out=1"))


def test_the_second_tab_says_to_go_back_to_the_first(browser: Browser) -> None:
    assert browser.client.get("/signed-in/")["Location"] == "/sign-in/?next=%2Fsigned-in%2F"
    assert browser.sign_in("lan", "/signed-in/")["Location"] == "/signed-in/"
    assert "Hãy đóng thẻ này" in text(browser.client.get("/signed-in/"))


@pytest.mark.parametrize(
    "path",
    ["", "login/", "signup/", "logout/", "email/", "password/reset/", "3rdparty/", "other/login/", "oidc/"],
)
def test_allauths_own_pages_do_not_exist(browser: Browser, path: str) -> None:
    assert browser.client.get(f"/accounts/{path}").status_code == HTTPStatus.NOT_FOUND


def test_the_two_names_allauth_reverses_are_ours() -> None:
    assert reverse("openid_connect_login", kwargs={"provider_id": "oidc"}) == START
    assert reverse("openid_connect_callback", kwargs={"provider_id": "oidc"}) == CALLBACK


# -- bad days ----------------------------------------------------------------------------------------


def ends_early(browser: Browser, response: Any, status: HTTPStatus, words: str) -> str:
    """The designed page: what happened, what is safe, what to do; and nobody is signed in."""
    page = text(response)
    assert response.status_code == status, page
    assert words in page
    assert "vẫn còn nguyên" in page
    assert "no-store" in response["Cache-Control"]
    assert not browser.signed_in
    return page


@pytest.mark.parametrize(
    "broken",
    [requests.ConnectionError("no route"), requests.ReadTimeout("slow"), requests.TooManyRedirects("loop")],
)
def test_provider_down_at_the_start(browser: Browser, wire: Wire, broken: Exception) -> None:
    browser.sign_in("lan")  # what was learnt then must not hide that it is down now
    browser.client.post("/sign-out/")
    wire.broken = broken
    response = browser.start("/drafts/1/?page=2")
    page = ends_early(
        browser, response, HTTPStatus.SERVICE_UNAVAILABLE, "Chưa kết nối được với hệ thống định danh"
    )
    assert 'href="/sign-in/?next=' in page
    assert "/drafts/1/" in page
    wire.broken = None
    assert browser.sign_in("lan", "/drafts/1/")["Location"] == "/drafts/1/"


def test_we_wait_three_seconds_and_no_longer(browser: Browser, wire: Wire, settings: Any) -> None:
    browser.sign_in("lan")
    assert set(wire.timeouts) == {IDENTITY["timeout"]}
    assert IDENTITY["timeout"] <= 3


def test_provider_down_between_leaving_and_coming_back(browser: Browser, wire: Wire) -> None:
    address = browser.at_provider(browser.start(), username="lan")
    wire.broken = requests.ConnectTimeout("gone")
    ends_early(browser, browser.come_back(address), HTTPStatus.SERVICE_UNAVAILABLE, "không trả lời")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (Answer(HTTPStatus.SERVICE_UNAVAILABLE, b"down"), HTTPStatus.SERVICE_UNAVAILABLE),
        (Answer(HTTPStatus.OK, b"<html>maintenance</html>"), HTTPStatus.BAD_GATEWAY),
        (Answer(HTTPStatus.FOUND, b"", headers={"Location": "http://elsewhere/"}), HTTPStatus.BAD_GATEWAY),
        (as_json({"issuer": "x"}), HTTPStatus.BAD_GATEWAY),
        (as_json([1]), HTTPStatus.BAD_GATEWAY),
        (Answer(HTTPStatus.OK, b'"' + b"x" * 600_000 + b'"'), HTTPStatus.BAD_GATEWAY),
    ],
)
def test_a_strange_discovery_document(
    browser: Browser, wire: Wire, answer: Answer, status: HTTPStatus
) -> None:
    wire.answers["/.well-known/openid-configuration"] = answer
    ends_early(browser, browser.start(), status, "định danh")


def test_a_discovery_document_of_another_issuer_is_not_followed(browser: Browser, wire: Wire) -> None:
    real = json.loads(browser.provider._discovery(None).body)
    wire.answers["/.well-known/openid-configuration"] = as_json(real | {"issuer": "https://evil.example"})
    ends_early(browser, browser.start(), HTTPStatus.BAD_GATEWAY, "Chưa xác nhận được")


def test_a_person_who_cancels_is_told_what_still_works(browser: Browser) -> None:
    address = browser.at_provider(browser.start("/drafts/1/"), action="cancel")
    page = ends_early(browser, browser.come_back(address), HTTPStatus.OK, "Bạn chưa đăng nhập")
    assert "/drafts/1/" in page


@pytest.mark.parametrize(
    ("fail", "status", "words"),
    [
        (Fail.AUTHORIZE_ERROR, HTTPStatus.BAD_GATEWAY, "báo lỗi"),
        (Fail.TOKEN_ERROR, HTTPStatus.SERVICE_UNAVAILABLE, "Chưa kết nối được"),
        (Fail.USERINFO_ERROR, HTTPStatus.SERVICE_UNAVAILABLE, "Chưa kết nối được"),
        (Fail.EXPIRED_CODE, HTTPStatus.BAD_REQUEST, "đã hết hạn"),
        (Fail.BAD_NONCE, HTTPStatus.BAD_GATEWAY, "Chưa xác nhận được"),
        (Fail.BAD_SIGNATURE, HTTPStatus.BAD_GATEWAY, "Chưa xác nhận được"),
        (Fail.BAD_AUDIENCE, HTTPStatus.BAD_GATEWAY, "Chưa xác nhận được"),
        (Fail.STALE_TOKEN, HTTPStatus.BAD_GATEWAY, "Chưa xác nhận được"),
        (Fail.OTHER_SUBJECT, HTTPStatus.BAD_GATEWAY, "Chưa xác nhận được"),
    ],
)
def test_a_provider_on_a_bad_day(browser: Browser, fail: Fail, status: HTTPStatus, words: str) -> None:
    browser.provider.fail = fail
    address = browser.at_provider(browser.start("/drafts/1/"), username="lan")
    with capture_logs() as logs:
        ends_early(browser, browser.come_back(address), status, words)
    assert not Account.objects.exists()
    assert [entry["event"] for entry in logs].count("sign_in_failed") == 1
    browser.provider.fail = None
    assert browser.sign_in("lan")["Location"] == "/account/"


def test_a_wrong_client_secret_is_an_error_of_the_provider(browser: Browser, settings: Any) -> None:
    address = browser.at_provider(browser.start(), username="lan")
    app = APPS[0]
    right, app["secret"] = app["secret"], "wrong"
    try:
        ends_early(browser, browser.come_back(address), HTTPStatus.BAD_GATEWAY, "báo lỗi")
    finally:
        app["secret"] = right


def test_a_level_of_assurance_too_low(browser: Browser) -> None:
    state = parse_qs(urlsplit(browser.start()["Location"]).query)["state"][0]
    response = browser.client.get(f"{CALLBACK}?error=unmet_authentication_requirements&state={state}")
    ends_early(browser, response, HTTPStatus.FORBIDDEN, "chưa đủ mức")


def test_claims_without_a_name_open_no_account(browser: Browser) -> None:
    claims_of(browser, "lan")["HoVaTen"] = " "
    ends_early(browser, browser.sign_in("lan"), HTTPStatus.BAD_GATEWAY, "Thông tin định danh chưa đủ")
    assert not Account.objects.exists()


def test_an_answer_nobody_asked_for_is_refused(browser: Browser, wire: Wire) -> None:
    """Login CSRF: the stranger's code in Lan's browser."""
    address = Browser(wire.provider).at_provider(Browser(wire.provider).start(), username="nguoila")
    ends_early(browser, browser.come_back(address), HTTPStatus.BAD_REQUEST, "không còn dùng được")
    for query in ("", "?code=x", "?code=x&state=", "?error=access_denied"):
        ends_early(
            browser, browser.client.get(CALLBACK + query), HTTPStatus.BAD_REQUEST, "không còn dùng được"
        )
    assert not Account.objects.exists()
    assert "/token" not in wire.asked


def test_a_code_of_another_attempt_does_not_fit(browser: Browser, wire: Wire) -> None:
    """Code injection: PKCE and nonce bind the code to the attempt that asked for it."""
    stolen = parse_qs(
        urlsplit(browser.at_provider(Browser(wire.provider).start(), username="nguoila")).query
    )["code"][0]
    state = parse_qs(urlsplit(browser.start()["Location"]).query)["state"][0]
    response = browser.client.get(f"{CALLBACK}?code={stolen}&state={state}")
    ends_early(browser, response, HTTPStatus.BAD_REQUEST, "đã hết hạn")


def test_the_back_button_after_signing_in_does_no_harm(browser: Browser) -> None:
    address = browser.at_provider(browser.start(), username="lan")
    browser.come_back(address)
    assert browser.come_back(address)["Location"] == "/account/"
    assert browser.signed_in


def test_a_state_older_than_ten_minutes(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    address = browser.at_provider(browser.start(), username="lan")
    session = browser.client.session
    for state in session["socialaccount_states"].values():
        state[1] -= 601
    session.save()
    ends_early(browser, browser.come_back(address), HTTPStatus.BAD_REQUEST, "10 phút")


def test_a_switched_off_account_does_not_get_in_and_its_session_ends(browser: Browser) -> None:
    browser.sign_in("lan")
    account = Account.objects.get()
    assert browser.client.get("/sign-in/").status_code == 302
    actions.switch(account=account, active=False, officer=0, reason="thử")
    assert browser.client.get("/sign-in/").status_code == 200
    browser.client.cookies.clear()
    page = ends_early(browser, browser.sign_in("lan"), HTTPStatus.FORBIDDEN, "Tài khoản đang bị khóa")
    assert "Đăng nhập lại" not in page
    actions.switch(account=account, active=True, officer=0, reason="thử")
    assert browser.sign_in("lan")["Location"] == "/account/"


def test_a_provider_that_changes_its_key_is_asked_again(browser: Browser, wire: Wire) -> None:
    browser.sign_in("lan")
    browser.client.post("/sign-out/")
    browser.provider.key = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    assert browser.sign_in("lan")["Location"] == "/account/"
    assert wire.asked.count("/jwks") == 2


def test_nothing_personal_is_logged(browser: Browser) -> None:
    with capture_logs() as logs:
        browser.sign_in("lan")
        browser.provider.fail = Fail.BAD_NONCE
        browser.sign_in("binh")
    written = repr(logs)
    assert "signed_in" in written
    for username in ("lan", "binh"):
        for value in (
            claims_of(browser, username)[name] for name in ("SoDinhDanh", "HoVaTen", "SoDienThoai", "sub")
        ):
            assert value not in written


# -- limits ------------------------------------------------------------------------------------------


def test_too_many_starts_from_one_network(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views.starts, "limit", 3)
    for _ in range(3):
        assert browser.start().status_code == 302
    response = browser.start("/drafts/1/")
    page = ends_early(browser, response, HTTPStatus.TOO_MANY_REQUESTS, "Quá nhiều lượt đăng nhập")
    assert 0 < int(response["Retry-After"]) <= 600
    assert "phút" in page
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert elsewhere.post(START).status_code == 302


def test_guessing_at_the_callback_is_stopped(
    browser: Browser, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views.failures, "limit", 3)
    for _ in range(3):
        assert browser.client.get(CALLBACK + "?code=x&state=y").status_code == HTTPStatus.BAD_REQUEST
    assert browser.client.get(CALLBACK + "?code=x&state=y").status_code == HTTPStatus.TOO_MANY_REQUESTS
    assert browser.start().status_code == HTTPStatus.TOO_MANY_REQUESTS


# -- the session's account ---------------------------------------------------------------------------


def test_a_session_costs_one_query_and_leaves_the_claims(
    browser: Browser, django_assert_num_queries: Any
) -> None:
    from motcua.identity.backends import AccountBackend

    browser.sign_in("lan")
    pk = Account.objects.get().pk
    with django_assert_num_queries(1) as seen:
        account = AccountBackend().get_user(pk)
    assert account is not None
    assert '"identity_account"."claims"' not in seen.captured_queries[0]["sql"]
    assert AccountBackend().authenticate(None, username="lan", password="123456") is None


def test_a_changed_secret_key_ends_sessions_a_kept_one_does_not(browser: Browser, settings: Any) -> None:
    browser.sign_in("lan")
    account = Account.objects.get()
    before = account.get_session_auth_hash()
    old, settings.SECRET_KEY = settings.SECRET_KEY, "a new one"
    assert account.get_session_auth_hash() != before
    settings.SECRET_KEY_FALLBACKS = [old]
    assert list(account.get_session_auth_fallback_hash()) == [before]


def test_an_account_in_a_log_is_a_number(browser: Browser) -> None:
    browser.sign_in("lan")
    assert "Lan" not in str(Account.objects.get())


def test_language_is_ours_to_keep(browser: Browser) -> None:
    browser.sign_in("lan")
    actions.choose_language(account=Account.objects.get(), language="en")
    browser.client.post("/sign-out/")
    browser.sign_in("lan")
    assert Account.objects.get().language == "en"


def test_an_id_token_signed_with_the_client_secret_is_refused(browser: Browser, wire: Wire) -> None:
    """Algorithm confusion: HS256 under what both sides know is no signature of the provider."""
    from joserfc import jwt
    from joserfc.jwk import OctKey

    configuration = json.loads(browser.provider._discovery(None).body)
    now = timezone.now()
    forged = jwt.encode(
        {"alg": "HS256", "kid": browser.provider.key.kid},
        {
            "iss": configuration["issuer"],
            "sub": "a",
            "aud": "motcua",
            "nonce": "n",
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=5)).timestamp()),
        },
        OctKey.import_key("secret of the tests, long enough for HS256"),
    )
    with pytest.raises(oidc.SignInFailed, match="untrusted"):
        oidc.verify_id_token(
            forged,
            issuer=configuration["issuer"],
            client_id="motcua",
            nonce="n",
            keys_url=configuration["jwks_uri"],
            now=now.timestamp(),
        )


def test_the_index_is_what_actors_carry(browser: Browser) -> None:
    browser.sign_in("lan")
    account = Account.objects.get()
    assert account.citizen_id_index is not None
    assert bytes(account.citizen_id_index) == crypto.blind_index(account.citizen_id, crypto.CITIZEN_ID)
