"""Model fields that keep their value encrypted in the column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import BaseExpression

from motcua.kernel import crypto

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField


class EncryptedTextField(_TextField):
    """Text that is plain in Python and AES-256-GCM in the database (``kernel/crypto.py``).

    The ciphertext is bound to its table and column. The empty string is stored as it is, so that "none given"
    needs no key. Two equal values have different ciphertexts, therefore no lookup but ``isnull`` can work and
    every other one raises :class:`FieldError`: search by a blind-index column beside the field.
    """

    description = "Text, encrypted in its column"

    @property
    def context(self) -> str:
        """Associated data of the ciphertext: ``table.column``."""
        return f"{self.model._meta.db_table}.{self.column}"

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        if isinstance(value, BaseExpression) and not isinstance(value, models.Value):
            raise FieldError(f"{self.name} is encrypted: the database cannot compute it.")
        return super().get_db_prep_save(value, connection)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        text = super().get_db_prep_value(value, connection, prepared)
        return crypto.encrypt(text, self.context) if text else text

    def from_db_value(
        self, value: str | None, expression: Any, connection: BaseDatabaseWrapper
    ) -> str | None:
        return crypto.decrypt(value, self.context) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            self._refuse()
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> NoReturn:
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise FieldError(
            f"{self.name} is encrypted and cannot be searched or compared in the database; "
            f"filter on its blind index ({self.name}_index=crypto.blind_index(value, kind))."
        )
