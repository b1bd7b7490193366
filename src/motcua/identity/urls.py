"""Routes of signing in. allauth's own pages (passwords, e-mail, connections) are not among them: they do not exist."""

from __future__ import annotations

from django.urls import path, re_path

from motcua.identity import views
from motcua.identity.settings import PROVIDER_ID

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("signed-in/", views.signed_in, name="signed_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    # allauth reverses these two by its own names and with the provider's id.
    re_path(rf"^accounts/(?P<provider_id>{PROVIDER_ID})/login/$", views.start, name="openid_connect_login"),
    re_path(
        rf"^accounts/(?P<provider_id>{PROVIDER_ID})/login/callback/$",
        views.callback,
        name="openid_connect_callback",
    ),
]
