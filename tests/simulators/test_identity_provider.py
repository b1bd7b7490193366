"""The bundled provider is strict where a real one is, and fails in the ways it is told to."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import signal
import subprocess
import sys
import time
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from motcua.simulators.identity_provider.__main__ import DEFAULT_PEOPLE
from motcua.simulators.identity_provider.http import Answer, Request
from motcua.simulators.identity_provider.people import Cast, PeopleError
from motcua.simulators.identity_provider.provider import Client, Fail, IdentityProvider

CALLBACK = "http://127.0.0.1:8000/accounts/oidc/login/callback/"
GOODBYE = "http://127.0.0.1:8000/"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SECRET = "không ai biết:"


class Clock:
    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider(tmp_path: Path, clock: Clock) -> IdentityProvider:
    return IdentityProvider(
        issuer="http://127.0.0.1:9000/",
        client=Client("motcua", SECRET, frozenset({CALLBACK}), frozenset({GOODBYE})),
        cast=Cast.load(DEFAULT_PEOPLE),
        state_dir=tmp_path / "idp",
        clock=clock,
    )


def get(
    provider: IdentityProvider, path: str, token: str = "", repeated: bool = False, **query: str
) -> Answer:
    return provider.answer(Request("GET", path, query, {}, f"Bearer {token}" if token else "", repeated))


def post(provider: IdentityProvider, path: str, authorization: str = "", **form: str) -> Answer:
    return provider.answer(Request("POST", path, {}, form, authorization, False))


def asking(**changes: str) -> dict[str, str]:
    wish = {
        "client_id": "motcua",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid",
        "state": "the-state",
        "nonce": "the-nonce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in (wish | changes).items() if value}


def form_of(answer: Answer) -> str:
    assert answer.status is HTTPStatus.OK, answer.body.decode()
    found = re.search(r'name="request" value="([^"]+)"', answer.body.decode())
    assert found
    return found[1]


def returned(answer: Answer) -> dict[str, str]:
    assert answer.status is HTTPStatus.SEE_OTHER
    parts = urlsplit(answer.headers["Location"])
    assert parts._replace(query="").geturl() == CALLBACK
    return {name: values[0] for name, values in parse_qs(parts.query).items()}


def code_for(provider: IdentityProvider, username: str = "lan", **changes: str) -> str:
    request = form_of(get(provider, "/authorize", **asking(**changes)))
    back = returned(
        post(provider, "/authorize", request=request, username=username, pin="123456", action="sign-in")
    )
    assert back["state"] == "the-state"
    return back["code"]


def exchange(provider: IdentityProvider, code: str, **changes: str) -> tuple[HTTPStatus, dict[str, Any]]:
    form = {
        "grant_type": "authorization_code",
        "client_id": "motcua",
        "client_secret": SECRET,
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    } | changes
    answer = post(provider, "/token", **form)
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status, json.loads(answer.body)


def test_lan_signs_in_and_her_claims_are_the_national_ones(provider: IdentityProvider, clock: Clock) -> None:
    status, tokens = exchange(provider, code_for(provider))
    assert status is HTTPStatus.OK
    keys = KeySet.import_key_set(json.loads(get(provider, "/jwks").body))
    claims = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims
    assert claims["iss"] == "http://127.0.0.1:9000"
    assert (claims["aud"], claims["nonce"], claims["acr"]) == ("motcua", "the-nonce", "LoA2")
    assert claims["exp"] - claims["iat"] == 300
    person = json.loads(get(provider, "/userinfo", token=tokens["access_token"]).body)
    assert person["sub"] == claims["sub"]
    assert (person["HoVaTen"], person["LoaiTaiKhoan"], person["GioiTinh"]) == ("Nguyễn Thị Lan", "1", "Nữ")
    assert re.fullmatch(r"0381\d{8}", person["SoDinhDanh"])


def test_the_page_is_marked_as_a_simulator_and_lists_the_cast_by_group(provider: IdentityProvider) -> None:
    answer = get(provider, "/authorize", **asking())
    page = answer.body.decode()
    assert "<strong>GIẢ LẬP</strong>" in page
    assert (
        page.index("Công dân")
        < page.index("Nguyễn Thị Lan")
        < page.index("Hộ kinh doanh và")
        < page.index("Minh")
    )
    assert "<script" not in page
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    # Chromium applies form-action to the redirect after the form as well.
    assert "form-action 'self' http://127.0.0.1:8000" in answer.headers["Content-Security-Policy"]


def test_a_person_can_be_picked_instead_of_typed(provider: IdentityProvider) -> None:
    request = form_of(get(provider, "/authorize", **asking()))
    back = returned(post(provider, "/authorize", request=request, person="binh", username="", pin="123456"))
    _, tokens = exchange(provider, back["code"])
    person = json.loads(get(provider, "/userinfo", token=tokens["access_token"]).body)
    assert (person["LoaiTaiKhoan"], person["MaSoThue"]) == ("2", person["SoDinhDanh"])


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "stranger"},
        {"redirect_uri": CALLBACK + "x"},
        {"redirect_uri": CALLBACK.rstrip("/")},
        {"redirect_uri": CALLBACK + "?a=b"},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": ""},
    ],
)
def test_an_unknown_client_or_address_is_never_redirected_to(
    provider: IdentityProvider, changes: dict[str, str]
) -> None:
    answer = get(provider, "/authorize", **asking(**changes))
    assert answer.status is HTTPStatus.BAD_REQUEST
    assert "Location" not in answer.headers


def test_a_parameter_given_twice_is_refused(provider: IdentityProvider) -> None:
    assert get(provider, "/authorize", repeated=True, **asking()).status is HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"nonce": ""}, "invalid_request"),
        ({"state": ""}, "invalid_request"),
    ],
)
def test_a_careless_request_goes_back_with_its_error(
    provider: IdentityProvider, changes: dict[str, str], error: str
) -> None:
    assert returned(get(provider, "/authorize", **asking(**changes)))["error"] == error


def test_cancelling_says_so_to_the_portal(provider: IdentityProvider) -> None:
    request = form_of(get(provider, "/authorize", **asking()))
    back = returned(post(provider, "/authorize", request=request, action="cancel"))
    assert back == {"error": "access_denied", "state": "the-state"}
    assert post(provider, "/authorize", request=request, action="cancel").status is HTTPStatus.BAD_REQUEST


def test_five_wrong_pins_end_the_attempt(provider: IdentityProvider) -> None:
    request = form_of(get(provider, "/authorize", **asking()))
    for _ in range(4):
        answer = post(provider, "/authorize", request=request, username="lan", pin="000000")
        assert answer.status is HTTPStatus.UNPROCESSABLE_ENTITY
        assert 'value="lan" checked' in answer.body.decode()
    assert (
        post(provider, "/authorize", request=request, username="lan", pin="000000").status
        is HTTPStatus.FORBIDDEN
    )
    answer = post(provider, "/authorize", request=request, username="lan", pin="123456")
    assert answer.status is HTTPStatus.BAD_REQUEST


def test_a_code_is_good_once_and_a_second_showing_revokes_what_it_bought(provider: IdentityProvider) -> None:
    code = code_for(provider)
    _, tokens = exchange(provider, code)
    assert get(provider, "/userinfo", token=tokens["access_token"]).status is HTTPStatus.OK
    assert exchange(provider, code) == (HTTPStatus.BAD_REQUEST, {"error": "invalid_grant"})
    assert get(provider, "/userinfo", token=tokens["access_token"]).status is HTTPStatus.UNAUTHORIZED


def test_a_code_lives_a_minute(provider: IdentityProvider, clock: Clock) -> None:
    early, late = code_for(provider), code_for(provider)
    clock.now += 59
    assert exchange(provider, early)[0] is HTTPStatus.OK
    clock.now += 2
    assert exchange(provider, late)[1] == {"error": "invalid_grant"}


def test_a_form_left_open_expires(provider: IdentityProvider, clock: Clock) -> None:
    request = form_of(get(provider, "/authorize", **asking()))
    clock.now += 601
    answer = post(provider, "/authorize", request=request, username="lan", pin="123456")
    assert answer.status is HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_secret": "guess"}, "invalid_client"),
        ({"client_id": "stranger"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"redirect_uri": GOODBYE}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"code_verifier": VERIFIER[::-1]}, "invalid_grant"),
        ({"code": "invented"}, "invalid_grant"),
    ],
)
def test_the_exchange_is_strict(provider: IdentityProvider, changes: dict[str, str], error: str) -> None:
    status, body = exchange(provider, **({"code": code_for(provider)} | changes))
    assert body == {"error": error}
    assert status is (HTTPStatus.UNAUTHORIZED if error == "invalid_client" else HTTPStatus.BAD_REQUEST)


def test_the_secret_may_come_in_the_header(provider: IdentityProvider) -> None:
    basic = base64.b64encode(b"motcua:kh%C3%B4ng+ai+bi%E1%BA%BFt%3A").decode()
    form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    answer = post(provider, "/token", f"Basic {basic}", code=code_for(provider), **form)
    assert answer.status is HTTPStatus.OK
    assert post(provider, "/token", "Basic !!!", code="x", **form).status is HTTPStatus.UNAUTHORIZED


def test_a_level_of_assurance_nobody_has_is_refused(provider: IdentityProvider) -> None:
    assert code_for(provider, acr_values="LoA1 LoA2")
    request = form_of(get(provider, "/authorize", **asking(acr_values="LoA3")))
    back = returned(post(provider, "/authorize", request=request, username="lan", pin="123456"))
    assert back["error"] == "unmet_authentication_requirements"


def test_signing_out_returns_to_a_registered_address_only(provider: IdentityProvider) -> None:
    assert get(provider, "/logout", post_logout_redirect_uri=GOODBYE).headers["Location"] == GOODBYE
    assert (
        "Location" not in get(provider, "/logout", post_logout_redirect_uri="https://evil.example/").headers
    )


def test_the_key_survives_a_restart_and_is_private(provider: IdentityProvider) -> None:
    path = provider.state_dir / "signing-key.json"
    assert path.stat().st_mode & 0o777 == 0o600
    again = IdentityProvider(
        issuer=provider.issuer, client=provider.client, cast=provider.cast, state_dir=provider.state_dir
    )
    assert get(again, "/jwks").body == get(provider, "/jwks").body
    assert "d" not in json.loads(get(provider, "/jwks").body)["keys"][0]


def test_bad_days_come_from_a_file_and_go_with_it(provider: IdentityProvider) -> None:
    file = provider.state_dir / "fail"
    file.write_text("down\n")
    assert get(provider, "/jwks").status is HTTPStatus.SERVICE_UNAVAILABLE
    file.write_text("nonsense")
    assert get(provider, "/jwks").status is HTTPStatus.OK
    file.unlink()
    assert provider.failing() is None


def test_bad_tokens_are_bad(provider: IdentityProvider, clock: Clock) -> None:
    keys = KeySet.import_key_set(json.loads(get(provider, "/jwks").body))
    claims = {}
    for fail in (Fail.BAD_NONCE, Fail.BAD_AUDIENCE, Fail.STALE_TOKEN):
        provider.fail = fail
        claims[fail] = jwt.decode(
            exchange(provider, code_for(provider))[1]["id_token"], keys, algorithms=["ES256"]
        ).claims
    assert claims[Fail.BAD_NONCE]["nonce"] != "the-nonce"
    assert claims[Fail.BAD_AUDIENCE]["aud"] != "motcua"
    assert claims[Fail.STALE_TOKEN]["exp"] < clock.now
    provider.fail = Fail.BAD_SIGNATURE
    token = exchange(provider, code_for(provider))[1]["id_token"]
    with pytest.raises(Exception, match="bad_signature"):
        jwt.decode(token, keys, algorithms=["ES256"])


def test_unknown_paths_and_methods_are_pages(provider: IdentityProvider) -> None:
    assert get(provider, "/admin").status is HTTPStatus.NOT_FOUND
    assert post(provider, "/jwks").status is HTTPStatus.METHOD_NOT_ALLOWED
    assert "Lan" in get(provider, "/").body.decode()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not JSON"),
        ("{}", "shape"),
        (
            '{"pin": "1", "people": [{"username": "a", "group": "x", "claims": {"sub": "1", "HoVaTen": "A"}}]}',
            "lacks",
        ),
        (
            '{"pin": "1", "people": ['
            + ",".join(
                f'{{"username": "{u}", "group": "staff", "claims": {{"sub": "1", "HoVaTen": "A"}}}}'
                for u in "ab"
            )
            + "]}",
            "twice",
        ),
    ],
)
def test_a_broken_cast_is_one_sentence(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "people.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PeopleError, match=reason):
        Cast.load(path)
    with pytest.raises(PeopleError, match="Cannot read"):
        Cast.load(tmp_path / "nowhere.json")


def test_as_a_process_it_starts_quickly_logs_no_codes_and_stops_on_request(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "motcua.simulators.identity_provider",
        "--port",
        "0",
        "--client-id",
        "motcua",
    ]
    command += [
        "--redirect-uri",
        CALLBACK,
        "--state-dir",
        str(tmp_path),
        "--client-secret-env",
        "SECRET_OF_TEST",
    ]
    silent = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert silent.returncode == 2
    assert "SECRET_OF_TEST holds no client secret" in silent.stderr
    start = time.monotonic()
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={"SECRET_OF_TEST": "s"})
    try:
        assert process.stderr
        assert "ready at" in process.stderr.readline()
        assert time.monotonic() - start < 5  # under one second on a quiet machine
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
        process.stderr.close()
