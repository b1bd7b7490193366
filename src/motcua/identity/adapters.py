"""What allauth asks us: who may sign in, whose account it is, where to go afterwards, what to say when it fails."""

from __future__ import annotations

from typing import Any

import requests
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthError
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from motcua.identity import actions, oidc, queries
from motcua.identity.models import Account
from motcua.identity.oidc import NationalProvider, SignInFailed
from motcua.identity.settings import APPS, IDENTITY
from motcua.kernel import clock


class AccountAdapter(DefaultAccountAdapter):
    """No passwords, no e-mail sign-up; the landing page after signing in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        return safe_next(url) is not None

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        account: Any = request.user
        return queries.landing(account.pk, clock.local_day(clock.now()))

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return str(settings.LOGOUT_REDIRECT_URL)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        from motcua.identity.views import failed

        return failed(request, "inactive")

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        actions.saw(account=user, now=clock.now())

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: the page they land on greets them."""


class SignInAdapter(DefaultSocialAccountAdapter):
    """Identity provider to account."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[Any]:
        # The provider of the settings alone: no table to read, and none to add a provider to.
        found = []
        for config in APPS:
            app = SocialApp(provider=NationalProvider.id, **config)
            if provider in (None, app.provider_id, app.provider) and client_id in (None, app.client_id):
                found.append(app)
        return found

    def get_requests_session(self) -> requests.Session:
        return oidc.session()

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return True

    def new_user(self, request: HttpRequest, sociallogin: Any) -> Account:
        return Account()

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: Any) -> Account:
        """Nothing yet: :meth:`pre_social_login` puts the real account in."""
        account: Account = sociallogin.user
        return account

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        sociallogin.user = actions.remember(
            claims=sociallogin.claims, issuer=IDENTITY["issuer_id"], now=clock.now()
        )

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        from motcua.identity.views import failed

        context = extra_context or {}
        code, detail = reason(request, error, exception, lost="state_id" in context)
        state = context.get("state") or {}
        raise ImmediateHttpResponse(failed(request, code, detail=detail, next_url=state.get("next")))


def reason(
    request: HttpRequest, error: str | None, exception: Exception | None, *, lost: bool
) -> tuple[str, str]:
    """Which page of ``views.REASONS`` fits, and a detail for the log (never a claim, code or token)."""
    if isinstance(exception, SignInFailed):
        return exception.code, exception.detail
    if isinstance(exception, requests.RequestException):
        return "provider_down", type(exception).__name__
    if exception is not None:
        return "provider_error", type(exception).__name__
    if lost:
        return "state", ""
    if error == AuthError.CANCELLED:
        return "cancelled", ""
    said = str(request.GET.get("error", ""))[:60]
    if said in {"unmet_authentication_requirements", "interaction_required"}:
        return "assurance", said
    return "provider_error", said if said.isascii() and said.replace("_", "").isalnum() else "unreadable"


def safe_next(url: str | None) -> str | None:
    """``url`` when it is a path on this site, else None. Paths only: whoever needs another host writes a link.

    Browsers read ``//host``, ``/\\host`` and a path with a tab in it as another site's address.
    """
    if not url or len(url) > 2000 or not url.startswith("/") or url.startswith(("//", "/\\")):
        return None
    if any(character < " " or character in "\\\x7f" for character in url):
        return None
    return url
