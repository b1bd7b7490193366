"""OpenID Connect as the portal's side must do it, on top of django-allauth's flow.

allauth brings the authorization-code flow, state, PKCE and the session; it trusts the TLS connection for the ID
token and sends no nonce. Here the token's signature, issuer, audience, times and nonce are checked (OpenID Connect
Core §3.1.3.7), the user info must be about the same subject (§5.3.2), and nothing of either is stored as allauth
would store it: claims go encrypted into :class:`motcua.identity.models.Account`, tokens nowhere.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import requests
from allauth.socialaccount.providers.base.provider import ProviderException
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from motcua.identity import claims as claims_room
from motcua.identity.settings import IDENTITY, PROVIDER_ID

# "none" and the symmetric algorithms are not among them: the client secret is no signing key.
ALGORITHMS: Final = ("ES256", "ES384", "RS256", "RS384", "RS512", "PS256")
LEEWAY_SECONDS: Final = 60
KEPT_SECONDS: Final = 900
MAX_ANSWER: Final = 512 * 1024


class SignInFailed(ProviderException):
    """A sign-in that ends here; ``code`` chooses the words of the page (``views.REASONS``)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@dataclass(slots=True)
class _Kept:
    at: float
    value: Any


class _Documents:
    """The provider's discovery document and keys, kept for a quarter of an hour by each process."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    def get(self, url: str, *, fresh: bool = False) -> Any:
        """The JSON at ``url``. ``fresh`` asks again, which also shows whether the provider is there at all."""
        with self._lock:
            kept = self._kept.get(url)
        if kept is not None and not fresh and time.monotonic() - kept.at < KEPT_SECONDS:
            return kept.value
        with session() as http:
            value = _json(http.get(url, allow_redirects=False))
        with self._lock:
            self._kept[url] = _Kept(time.monotonic(), value)
        return value

    def forget(self) -> None:
        with self._lock:
            self._kept.clear()


documents = _Documents()


class _Session(requests.Session):
    def request(self, *args: Any, **given: Any) -> requests.Response:
        return super().request(*args, **{**given, "timeout": IDENTITY["timeout"]})


def session() -> requests.Session:
    """How we speak to the provider: briefly, and without a proxy or netrc of the machine in between."""
    made = _Session()
    made.trust_env = False
    made.headers["Accept"] = "application/json"
    return made


def _json(response: requests.Response) -> Any:
    if response.status_code >= 500:
        raise SignInFailed("provider_down", f"HTTP {response.status_code}")
    if response.status_code != 200 or len(response.content) > MAX_ANSWER:
        raise SignInFailed("provider_error", f"HTTP {response.status_code}")
    try:
        return response.json()
    except ValueError as error:
        raise SignInFailed("provider_error", "not JSON") from error


def nonce_of(verifier: str) -> str:
    """The nonce of an attempt, derived from its PKCE verifier: random, bound to the session, nothing more to keep."""
    digest = hashlib.sha256(b"nonce " + verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def verify_id_token(
    token: str, *, issuer: str, client_id: str, nonce: str, keys_url: str, now: float
) -> dict[str, Any]:
    """Claims of ``token`` when all of it is as it must be; raises :class:`SignInFailed` (``untrusted``).

    ``now`` in seconds since the epoch. A key id we do not know makes us ask for the keys once more: providers
    change them.
    """
    try:
        try:
            decoded = jwt.decode(token, _keys(keys_url), algorithms=list(ALGORITHMS))
        except (InvalidKeyIdError, ValueError):
            decoded = jwt.decode(token, _keys(keys_url, fresh=True), algorithms=list(ALGORITHMS))
        said: dict[str, Any] = decoded.claims
        jwt.JWTClaimsRegistry(
            now=int(now),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            sub={"essential": True},
            aud={"essential": True, "value": client_id},
            exp={"essential": True},
            iat={"essential": True},
        ).validate(said)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise SignInFailed("untrusted", type(error).__name__) from error
    audience = said["aud"]
    if isinstance(audience, list) and len(audience) > 1 and said.get("azp") != client_id:
        raise SignInFailed("untrusted", "azp")
    if not hmac.compare_digest(str(said.get("nonce", "")).encode(), nonce.encode()):
        raise SignInFailed("untrusted", "nonce")
    return said


def _keys(url: str, *, fresh: bool = False) -> KeySet:
    return KeySet.import_key_set(documents.get(url, fresh=fresh))


class TokenClient(OAuth2Client):
    """The token request, with the provider's error code kept and its answer never quoted."""

    def get_access_token(
        self, code: str, pkce_code_verifier: str | None = None, extra_data: Any = None
    ) -> Any:
        data = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback_url,
            "code_verifier": pkce_code_verifier or "",
        }
        auth = None
        if self.basic_auth:
            auth = requests.auth.HTTPBasicAuth(
                quote(self.consumer_key, safe=""),
                quote(self.consumer_secret, safe=""),
            )
        else:
            data |= {"client_id": self.consumer_key, "client_secret": self.consumer_secret}
        with session() as http:
            response = http.post(self.access_token_url, data=data, auth=auth, allow_redirects=False)
        if response.status_code in {400, 401, 403}:
            try:
                reason = str(response.json().get("error", ""))[:60]
            except (ValueError, AttributeError):
                reason = ""
            raise SignInFailed("expired" if reason == "invalid_grant" else "provider_error", reason)
        tokens = _json(response)
        if not isinstance(tokens, dict) or not isinstance(tokens.get("access_token"), str):
            raise SignInFailed("provider_error", "no access token")
        return tokens


class NationalAdapter(OpenIDConnectOAuth2Adapter):
    """One attempt at signing in: from the provider's addresses to verified claims."""

    client_class = TokenClient
    nonce = ""

    def get_provider(self) -> NationalProvider:
        provider: NationalProvider = super().get_provider()  # type: ignore[no-untyped-call]  # allauth has no types
        return provider

    @property
    def openid_config(self) -> dict[str, Any]:
        return self.configuration()

    def configuration(self, *, fresh: bool = False) -> dict[str, Any]:
        """The discovery document, which must carry the issuer we were set up with (Discovery §4.3)."""
        found = documents.get(self.get_provider().server_url, fresh=fresh)
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in needed):
            raise SignInFailed("provider_error", "discovery")
        if str(found.get("issuer", "")).rstrip("/") != IDENTITY["issuer"]:
            raise SignInFailed("untrusted", "issuer")
        return found

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        # From the settings, not from the Host header: the provider compares it character by character.
        return settings.BASE_URL + reverse(
            "openid_connect_callback", kwargs={"provider_id": self.provider_id}
        )

    def get_access_token_data(
        self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: Any = None
    ) -> Any:
        if not pkce_code_verifier:
            raise SignInFailed("state", "no verifier")
        self.nonce = nonce_of(pkce_code_verifier)
        return super().get_access_token_data(request, app, client, pkce_code_verifier=pkce_code_verifier)

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        id_token = kwargs["response"].get("id_token")
        if not isinstance(id_token, str):
            raise SignInFailed("untrusted", "no id_token")
        configuration = self.configuration()
        said = verify_id_token(
            id_token,
            issuer=str(configuration["issuer"]),
            client_id=app.client_id,
            nonce=self.nonce,
            keys_url=configuration["jwks_uri"],
            now=time.time(),
        )
        if isinstance(configuration.get("userinfo_endpoint"), str):
            said = {**said, **self._user_info(configuration["userinfo_endpoint"], token.token, said["sub"])}
        return self.get_provider().sociallogin_from_response(request, said)

    def _user_info(self, url: str, access_token: str, sub: str) -> Mapping[str, Any]:
        headers = {"Authorization": f"Bearer {access_token}"}
        with session() as http:
            told = _json(http.get(url, headers=headers, allow_redirects=False))
        if not isinstance(told, dict) or told.get("sub") != sub:
            raise SignInFailed("untrusted", "another subject")
        return told


class NationalProvider(OpenIDConnectProvider):
    """The provider of the settings, whose people allauth only passes on."""

    pkce_enabled_default = True
    oauth2_adapter_class = NationalAdapter

    def get_default_scope(self) -> list[str]:
        return ["openid"]

    def get_pkce_params(self) -> dict[str, Any]:
        # The one place where the flow shows us the verifier before it is put away with the state.
        params: dict[str, Any] = super().get_pkce_params()
        return {**params, "nonce": nonce_of(params["code_verifier"])}

    def extract_uid(self, data: Mapping[str, Any]) -> str:
        return claims_room.subject_of(IDENTITY["issuer_id"], str(data["sub"]))

    def extract_extra_data(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {}

    def extract_common_fields(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {}

    def extract_email_addresses(self, data: Mapping[str, Any]) -> list[Any]:
        return []

    def sociallogin_from_response(self, request: HttpRequest, response: Mapping[str, Any]) -> Any:
        """allauth's login object with our reading of the claims attached as ``claims``."""
        try:
            read = claims_room.parse(response)
        except claims_room.ClaimsError as error:
            raise SignInFailed("incomplete", error.code) from error
        login = super().sociallogin_from_response(request, response)
        login.claims = read
        return login


def adapter(request: HttpRequest) -> NationalAdapter:
    """The adapter for ``request``."""
    return NationalAdapter(request, PROVIDER_ID)


callback: Any = OAuth2CallbackView
FAILURES: Final = (SignInFailed, OAuth2Error, requests.RequestException)
