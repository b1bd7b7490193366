"""Who signs in: one account per person or business and identity provider."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.crypto import salted_hmac

from motcua.kernel import clock, crypto
from motcua.kernel.fields import EncryptedTextField
from motcua.kernel.planned import PlannedQuerySet


class AccountQuerySet(PlannedQuerySet["Account"]):
    """Accounts."""

    def with_citizen_id(self, citizen_id: str) -> AccountQuerySet:
        """Those of the person with this số định danh, found by its blind index."""
        return self.filter(citizen_id_index=crypto.blind_index(citizen_id, crypto.CITIZEN_ID))

    def with_tax_code(self, tax_code: str) -> AccountQuerySet:
        """Those of the business or household with this MST, found by its blind index."""
        return self.filter(tax_code_index=crypto.blind_index(tax_code, crypto.TAX_CODE))


class AccountManager(BaseUserManager["Account"].from_queryset(AccountQuerySet)):  # type: ignore[misc]  # a base made by a call
    """Accounts come from sign-in (``identity/actions.py``) alone: nobody registers with a password."""


class Account(AbstractBaseUser):
    """A citizen or business as the identity provider last described them. Staff are citizens who hold posts.

    Identity numbers, contacts and claims are encrypted in their columns; ``*_index`` columns find them. The tax
    code is among them because a household's is its owner's citizen ID since 1 July 2025 (domain-data §2.10).
    """

    class Kind(models.TextChoices):
        CITIZEN = "citizen"
        BUSINESS = "business"

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=200, unique=True, help_text="issuer|sub, see claims.subject_of")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.CITIZEN)
    full_name = models.CharField(max_length=200)
    citizen_id = EncryptedTextField(blank=True, default="")
    citizen_id_index = models.BinaryField(max_length=32, null=True, blank=True, db_index=True)
    tax_code = EncryptedTextField(blank=True, default="")
    tax_code_index = models.BinaryField(max_length=32, null=True, blank=True, db_index=True)
    business_name = models.CharField(max_length=300, blank=True, default="")
    birth_date = models.DateField(null=True, blank=True)
    birth_year = models.SmallIntegerField(null=True, blank=True, help_text="Also when the day is not known")
    phone = EncryptedTextField(blank=True, default="")
    email = EncryptedTextField(blank=True, default="")
    claims = EncryptedTextField(
        blank=True, default="", help_text="JSON object of the claims kept, by their own names"
    )
    level_of_assurance = models.SmallIntegerField(default=1)
    language = models.CharField(max_length=5, default="vi")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)
    last_seen = models.DateTimeField(null=True, blank=True)

    # No password here to steal or to guess, and no second column for what last_seen says.
    password: ClassVar[None] = None  # type: ignore[assignment,misc]  # Django's column is taken away
    last_login: ClassVar[None] = None  # type: ignore[misc]  # the same

    USERNAME_FIELD = "subject"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = AccountManager()

    class Meta:
        verbose_name = "account"

    def __str__(self) -> str:
        return f"account {self.pk}"  # reaches logs: no name

    @property
    def display_name(self) -> str:
        """As the header greets them: the business's name for a business, else the person's."""
        if self.kind == self.Kind.BUSINESS and self.business_name:
            return self.business_name
        return self.full_name

    def claim_values(self) -> dict[str, Any]:
        """The claims by their national names (``HoVaTen``, ``ThuongTru`` …), to fill in forms from."""
        values = json.loads(self.claims) if self.claims else {}
        return values if isinstance(values, dict) else {}

    def refresh_from_db(
        self, using: str | None = None, fields: Any = None, from_queryset: Any = None
    ) -> None:
        """Also how a deferred column is fetched: the claims, once a form asks for them."""
        super().refresh_from_db(
            using, fields, Account.objects.all() if from_queryset is None else from_queryset
        )

    def get_session_auth_hash(self) -> str:
        """Binds a session to the account and the secret key (the default binds it to a password)."""
        return salted_hmac("motcua.identity.session", self.subject, algorithm="sha256").hexdigest()

    def get_session_auth_fallback_hash(self) -> Any:
        from django.conf import settings

        for secret in settings.SECRET_KEY_FALLBACKS:
            yield salted_hmac(
                "motcua.identity.session", self.subject, secret=secret, algorithm="sha256"
            ).hexdigest()


class Session(AbstractBaseSession):
    """A session, and whose it is: so that the account comes with it, and ends it when it goes."""

    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="sessions")

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    @classmethod
    def get_session_store_class(cls) -> Any:
        from motcua.identity.sessions import SessionStore

        return SessionStore
