"""Settings of signing in, from the environment. The real provider is the same code with other values.

=============================  ==================================================================================
``MOTCUA_OIDC_ISSUER``         address of the provider; its discovery document must carry exactly this issuer
``MOTCUA_OIDC_DISCOVERY``      where that document is, when not below the issuer
``MOTCUA_OIDC_CLIENT_ID``      what the provider calls us
``MOTCUA_OIDC_CLIENT_SECRET``  how it knows us
``MOTCUA_OIDC_SCOPES``         default ``openid``
``MOTCUA_OIDC_ACR_VALUES``     level of assurance to ask for, e.g. ``LoA1`` (domain-data §2.5); default none
``MOTCUA_OIDC_TOKEN_AUTH``     ``client_secret_post`` or ``client_secret_basic``; default what the provider offers
``MOTCUA_OIDC_ISSUER_ID``      stable name of the provider in our accounts, so that its address may change
``MOTCUA_OIDC_NAME``           what people call it, on the button
``MOTCUA_OIDC_TIMEOUT``        whole seconds we wait for it; default 3
=============================  ==================================================================================
"""

from __future__ import annotations

from typing import Any, Final

from motcua.kernel import env

PROVIDER_ID: Final = "oidc"

_demo = env.flag("DEMO")
_issuer = env.text("OIDC_ISSUER", "http://127.0.0.1:8001").rstrip("/")
_acr = env.text("OIDC_ACR_VALUES", "")

IDENTITY: dict[str, Any] = {
    "issuer": _issuer,
    # The bundled provider takes a free port at each start; its people stay who they are.
    "issuer_id": env.text("OIDC_ISSUER_ID", "demo" if _demo else _issuer),
    "provider_name": env.text("OIDC_NAME", "định danh giả lập" if _demo else "VNeID"),
    "timeout": env.number("OIDC_TIMEOUT", 3),
    # Per network address and ten minutes. Generous: a whole ward may stand behind one address of a phone company.
    "starts_limit": 300,
    "failures_limit": 60,
    "limit_seconds": 600,
}

APPS: list[dict[str, Any]] = [
    {
        "provider_id": PROVIDER_ID,
        "name": IDENTITY["provider_name"],
        "client_id": env.text("OIDC_CLIENT_ID", "motcua"),
        "secret": env.text("OIDC_CLIENT_SECRET", ""),
        "settings": {
            "server_url": env.text("OIDC_DISCOVERY", _issuer + "/.well-known/openid-configuration"),
            "token_auth_method": env.text("OIDC_TOKEN_AUTH", "") or None,
            "scope": env.text("OIDC_SCOPES", "openid").split(),
            "auth_params": {"acr_values": _acr} if _acr else {},
        },
    }
]

ALLAUTH_SETTINGS: dict[str, Any] = {
    "AUTHENTICATION_BACKENDS": ["motcua.identity.backends.AccountBackend"],
    "LOGIN_URL": "/sign-in/",
    "LOGIN_REDIRECT_URL": "/account/",
    "LOGOUT_REDIRECT_URL": "/sign-in/",
    "ACCOUNT_ADAPTER": "motcua.identity.adapters.AccountAdapter",
    "SOCIALACCOUNT_ADAPTER": "motcua.identity.adapters.SignInAdapter",
    "SOCIALACCOUNT_ONLY": True,
    "SOCIALACCOUNT_STORE_TOKENS": False,
    "SOCIALACCOUNT_EMAIL_VERIFICATION": "none",
    "SOCIALACCOUNT_EMAIL_AUTHENTICATION": False,
    "SOCIALACCOUNT_LOGIN_ON_GET": False,
    "SOCIALACCOUNT_REQUESTS_TIMEOUT": IDENTITY["timeout"],
    "ACCOUNT_EMAIL_VERIFICATION": "none",
    "ACCOUNT_USER_MODEL_USERNAME_FIELD": None,
    "ACCOUNT_USER_MODEL_EMAIL_FIELD": None,
    # Never used, since nobody types an e-mail address here; allauth's checks want the two to agree.
    "ACCOUNT_LOGIN_METHODS": {"email"},
    "ACCOUNT_SIGNUP_FIELDS": ["email*"],
    "SOCIALACCOUNT_PROVIDERS": {
        "openid_connect": {
            "provider_class": "motcua.identity.oidc.NationalProvider",
            "OAUTH_PKCE_ENABLED": True,
            "APPS": APPS,
        }
    },
}
