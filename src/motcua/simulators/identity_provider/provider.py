"""The provider itself: a WSGI application with the endpoints of OpenID Connect Core 1.0 and Discovery 1.0."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hmac
import json
import os
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote_plus, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

from motcua.simulators.identity_provider import pages
from motcua.simulators.identity_provider.grants import (
    CODE_SECONDS,
    PIN_TRIES,
    REQUEST_SECONDS,
    TOKEN_SECONDS,
    AuthorizationRequest,
    Grant,
    Shelf,
)
from motcua.simulators.identity_provider.http import Answer, Request, as_json, redirect
from motcua.simulators.identity_provider.people import Cast, DemoPerson

ALGORITHM: Final = "ES256"
SLOW_SECONDS: Final = 8.0
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class Fail(StrEnum):
    """A bad day, chosen by ``--fail`` or by writing its name into ``<state-dir>/fail``."""

    DOWN = "down"
    SLOW = "slow"
    AUTHORIZE_ERROR = "authorize-error"
    TOKEN_ERROR = "token-error"  # noqa: S105 - the name of a failure
    EXPIRED_CODE = "expired-code"
    USERINFO_ERROR = "userinfo-error"
    OTHER_SUBJECT = "other-subject"
    BAD_NONCE = "bad-nonce"
    BAD_SIGNATURE = "bad-signature"
    BAD_AUDIENCE = "bad-audience"
    STALE_TOKEN = "stale-token"  # noqa: S105 - the name of a failure


@dataclass(frozen=True, slots=True)
class Client:
    """The one relying party the provider knows. Addresses are compared character by character."""

    id: str
    secret: str
    redirect_uris: frozenset[str]
    logout_uris: frozenset[str] = frozenset()

    def proves(self, client_id: str, secret: str) -> bool:
        return hmac.compare_digest(client_id.encode(), self.id.encode()) and hmac.compare_digest(
            secret.encode(), self.secret.encode()
        )


def signing_key(state_dir: Path) -> ECKey:
    """The key in ``state_dir``, made there (mode 600) the first time, so that a restart invalidates nothing."""
    path = state_dir / "signing-key.json"
    if not path.exists():
        state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
        text = json.dumps(key.as_dict(private=True))
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    return ECKey.import_key(json.loads(path.read_text(encoding="ascii")))


class _TokenError(Exception):
    """An error of the token endpoint: the OAuth code and its status."""

    def __init__(self, code: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


class IdentityProvider:
    """WSGI application. ``clock`` gives seconds since the epoch (tests move it)."""

    def __init__(
        self,
        *,
        issuer: str,
        client: Client,
        cast: Cast,
        state_dir: Path,
        fail: Fail | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.issuer = issuer.rstrip("/")
        self.client = client
        self.cast = cast
        self.state_dir = state_dir
        self.fail = fail
        self.clock = clock
        self.key = signing_key(state_dir)
        self.requests: Shelf[AuthorizationRequest] = Shelf(REQUEST_SECONDS, clock)
        self.codes: Shelf[Grant] = Shelf(CODE_SECONDS, clock)
        self.tokens: Shelf[DemoPerson] = Shelf(TOKEN_SECONDS, clock)
        self.spent: Shelf[tuple[str, str]] = Shelf(TOKEN_SECONDS, clock)
        origins = {"{0.scheme}://{0.netloc}".format(urlsplit(uri)) for uri in client.redirect_uris}
        self.page_headers = {
            "Content-Security-Policy": (
                "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; "
                f"form-action 'self' {' '.join(sorted(origins))}"
            ),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }
        self.routes: dict[tuple[str, str], Callable[[Request], Answer]] = {
            ("GET", "/"): lambda _: self._page(pages.home(self.cast)),
            ("GET", "/healthz"): lambda _: as_json({"status": "ok"}),
            ("GET", "/style.css"): lambda _: Answer(HTTPStatus.OK, pages.STYLE, "text/css; charset=utf-8"),
            ("GET", "/.well-known/openid-configuration"): self._discovery,
            ("GET", "/jwks"): lambda _: as_json({"keys": [self.key.as_dict(private=False)]}),
            ("GET", "/authorize"): self._authorize,
            ("POST", "/authorize"): self._sign_in,
            ("POST", "/token"): self._token,
            ("GET", "/userinfo"): self._userinfo,
            ("POST", "/userinfo"): self._userinfo,
            ("GET", "/logout"): self._logout,
            ("POST", "/logout"): self._logout,
        }

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        answer = self.answer(Request.read(environ))
        start_response(
            f"{answer.status.value} {answer.status.phrase}",
            [
                ("Content-Type", answer.content_type),
                ("Content-Length", str(len(answer.body))),
                *answer.headers.items(),
            ],
        )
        return [answer.body]

    def failing(self) -> Fail | None:
        """The failure in force: the file's, else the one given at start."""
        with contextlib.suppress(OSError, ValueError):
            return Fail((self.state_dir / "fail").read_text(encoding="ascii").strip())
        return self.fail

    def answer(self, request: Request) -> Answer:
        """The answer to ``request``."""
        fail = self.failing()
        if fail is Fail.DOWN and request.path != "/healthz":
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE, b"down", "text/plain")
        if fail is Fail.SLOW and request.path in {"/.well-known/openid-configuration", "/token"}:
            time.sleep(SLOW_SECONDS)
        method = "GET" if request.method == "HEAD" else request.method
        route = self.routes.get((method, request.path))
        if route is None:
            known = any(path == request.path for _, path in self.routes)
            status = HTTPStatus.METHOD_NOT_ALLOWED if known else HTTPStatus.NOT_FOUND
            return self._page(pages.problem("Không có trang này"), status)
        return route(request)

    def _page(self, body: bytes, status: HTTPStatus = HTTPStatus.OK) -> Answer:
        return Answer(status, body, headers=self.page_headers)

    def _discovery(self, _: Request) -> Answer:
        at = self.issuer
        return as_json(
            {
                "issuer": at,
                "authorization_endpoint": f"{at}/authorize",
                "token_endpoint": f"{at}/token",
                "userinfo_endpoint": f"{at}/userinfo",
                "jwks_uri": f"{at}/jwks",
                "end_session_endpoint": f"{at}/logout",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
                "code_challenge_methods_supported": ["S256"],
                "scopes_supported": ["openid", "profile"],
                "acr_values_supported": ["LoA1", "LoA2"],
                "ui_locales_supported": ["vi"],
            }
        )

    def _authorize(self, request: Request) -> Answer:
        query = request.query
        redirect_uri = query.get("redirect_uri", "")
        # Until client and address are known to belong together nothing may be sent anywhere (RFC 6749 §4.1.2.1).
        if (
            request.repeated
            or query.get("client_id") != self.client.id
            or redirect_uri not in self.client.redirect_uris
        ):
            text = "Ứng dụng gọi tới không có trong danh sách, hoặc địa chỉ quay về không khớp từng ký tự."
            return self._page(pages.problem(text), HTTPStatus.BAD_REQUEST)
        state = query.get("state", "")
        error, description = "", ""
        if self.failing() is Fail.AUTHORIZE_ERROR:
            error, description = "server_error", "asked to fail"
        elif query.get("response_type") != "code":
            error, description = "unsupported_response_type", "only code"
        elif "openid" not in query.get("scope", "").split():
            error, description = "invalid_scope", "openid is missing"
        elif query.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(
            query.get("code_challenge", "")
        ):
            error, description = "invalid_request", "PKCE with S256 is required"
        elif not state or not query.get("nonce"):
            error, description = "invalid_request", "state and nonce are required"
        if error:
            return redirect(redirect_uri, error=error, error_description=description, state=state)
        pending = AuthorizationRequest(
            redirect_uri=redirect_uri,
            state=state,
            nonce=query["nonce"],
            challenge=query["code_challenge"],
            scope=query["scope"],
            acr_values=query.get("acr_values", ""),
        )
        return self._page(pages.sign_in(self.cast, self.requests.put(pending)))

    def _sign_in(self, request: Request) -> Answer:
        form = request.form
        name = form.get("request", "")
        pending = self.requests.get(name)
        if pending is None:
            text = "Lượt đăng nhập này đã hết hạn hoặc đã dùng. Hãy quay lại cổng dịch vụ và bấm đăng nhập lần nữa."
            return self._page(pages.problem(text), HTTPStatus.BAD_REQUEST)
        if form.get("action") == "cancel":
            self.requests.take(name)
            return redirect(pending.redirect_uri, error="access_denied", state=pending.state)
        username = form.get("username", "").strip().lower() or form.get("person", "")
        person = self.cast.people.get(username)
        if person is None or not hmac.compare_digest(form.get("pin", "").encode(), self.cast.pin.encode()):
            pending.tries += 1
            if pending.tries >= PIN_TRIES:
                self.requests.take(name)
                text = "Sai quá năm lần. Hãy quay lại cổng dịch vụ và bấm đăng nhập lần nữa."
                return self._page(pages.problem(text), HTTPStatus.FORBIDDEN)
            error = "Chưa chọn người, hoặc tên đăng nhập hay mã PIN không đúng."
            return self._page(
                pages.sign_in(self.cast, name, username, error), HTTPStatus.UNPROCESSABLE_ENTITY
            )
        if self.requests.take(name) is None:
            text = "Lượt đăng nhập này đã dùng ở một cửa sổ khác."
            return self._page(pages.problem(text), HTTPStatus.BAD_REQUEST)
        wanted = [acr for acr in pending.acr_values.split() if acr]
        if wanted and all(acr > _acr(person) for acr in wanted):
            return redirect(
                pending.redirect_uri, error="unmet_authentication_requirements", state=pending.state
            )
        grant = Grant(username, pending.redirect_uri, pending.nonce, pending.challenge, int(self.clock()))
        return redirect(pending.redirect_uri, code=self.codes.put(grant), state=pending.state)

    def _token(self, request: Request) -> Answer:
        try:
            return as_json(self._exchange(request))
        except _TokenError as error:
            headers = {"WWW-Authenticate": "Basic"} if error.status is HTTPStatus.UNAUTHORIZED else {}
            return as_json({"error": error.code}, error.status, **headers)

    def _exchange(self, request: Request) -> dict[str, Any]:
        """Tokens for a code (RFC 6749 §4.1.3, RFC 7636 §4.6, OIDC Core §3.1.3)."""
        fail = self.failing()
        if fail is Fail.TOKEN_ERROR:
            raise _TokenError("server_error", HTTPStatus.INTERNAL_SERVER_ERROR)
        form = request.form
        if request.repeated:
            raise _TokenError("invalid_request")
        if not self.client.proves(*_credentials(request)):
            raise _TokenError("invalid_client", HTTPStatus.UNAUTHORIZED)
        if form.get("grant_type") != "authorization_code":
            raise _TokenError("unsupported_grant_type")
        code = form.get("code", "")
        grant = self.codes.take(code)
        if grant is None or fail is Fail.EXPIRED_CODE:
            self._revoke(code)
            raise _TokenError("invalid_grant")
        if form.get("redirect_uri") != grant.redirect_uri or not grant.opened_by(
            form.get("code_verifier", "")
        ):
            raise _TokenError("invalid_grant")
        person = self.cast.people[grant.username]
        access_token = self.tokens.put(person)
        self.spent.put((code, access_token))
        return {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "id_token": self._id_token(person, grant, fail),
        }

    def _revoke(self, code: str) -> None:
        """A code shown twice may have been stolen: what it bought is taken back (RFC 6749 §4.1.2)."""
        for spent_code, token in self.spent.values():
            if spent_code == code:
                self.tokens.take(token)

    def _id_token(self, person: DemoPerson, grant: Grant, fail: Fail | None) -> str:
        now = int(self.clock()) - (3600 if fail is Fail.STALE_TOKEN else 0)
        claims = {
            "iss": self.issuer,
            "sub": person.sub,
            "aud": "somebody-else" if fail is Fail.BAD_AUDIENCE else self.client.id,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "auth_time": grant.auth_time,
            "nonce": "not-yours" if fail is Fail.BAD_NONCE else grant.nonce,
            "acr": _acr(person),
        }
        key = self.key
        if fail is Fail.BAD_SIGNATURE:
            key = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM})
        return jwt.encode({"alg": ALGORITHM, "kid": self.key.kid, "typ": "JWT"}, claims, key)

    def _userinfo(self, request: Request) -> Answer:
        fail = self.failing()
        if fail is Fail.USERINFO_ERROR:
            return as_json({"error": "server_error"}, HTTPStatus.INTERNAL_SERVER_ERROR)
        scheme, _, token = request.authorization.partition(" ")
        person = self.tokens.get(token) if scheme.lower() == "bearer" else None
        if person is None:
            headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            return as_json({"error": "invalid_token"}, HTTPStatus.UNAUTHORIZED, **headers)
        claims = dict(person.claims)
        if fail is Fail.OTHER_SUBJECT:
            claims["sub"] = "somebody-else"
        return as_json(claims)

    def _logout(self, request: Request) -> Answer:
        params = request.form if request.method == "POST" else request.query
        target = params.get("post_logout_redirect_uri", "")
        if target in self.client.logout_uris:
            return redirect(target, state=params.get("state", ""))
        return self._page(pages.signed_out())


def _acr(person: DemoPerson) -> str:
    return f"LoA{person.claims.get('loAs', '1')}"


def _credentials(request: Request) -> tuple[str, str]:
    """Client id and secret, from the header (client_secret_basic) or the form (client_secret_post)."""
    scheme, _, encoded = request.authorization.partition(" ")
    if scheme.lower() == "basic":
        with contextlib.suppress(binascii.Error, UnicodeDecodeError):
            client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
            return unquote_plus(client_id), unquote_plus(secret)
    return request.form.get("client_id", ""), request.form.get("client_secret", "")
