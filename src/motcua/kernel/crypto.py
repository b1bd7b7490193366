"""Encryption of identity data in columns, and the blind index that finds a row without showing its number.

A ciphertext is ``v<key>.<base64url(nonce + ciphertext + tag)>``: AES-256-GCM with a fresh 96-bit nonce and the
column's name as associated data, so that a value moved to another column does not open. Keys are numbered;
the last one encrypts, all of them decrypt, and :func:`rotate` carries a value to the last key. A random
nonce is safe for 2³² values per key (NIST SP 800-38D §8.3), far above one province's accounts and dossiers;
``docs/decisions/0005-sign-in.md`` says when to change keys.

A blind index is HMAC-SHA-256 under a key of its own, of the normalised value. It is the same for equal values
of one kind in every table (an applicant is found as an account), and without the key the 10¹² possible
citizen IDs cannot be tried against it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
INDEX_BYTES: Final = 32

# Kinds of value that have a blind index. A kind separates equal strings of different meaning.
CITIZEN_ID: Final = "citizen_id"
TAX_CODE: Final = "tax_code"
RATE_LIMIT: Final = "rate_limit"

# A key that begins like this is public: stretched by a hash, refused outside demo mode (kernel/env.py).
DEMO_PREFIX: Final = "demo-"


class CryptoError(Exception):
    """A key that is missing or malformed, or a ciphertext that does not open. Never holds the value."""


def generate_key() -> str:
    """A new random key as base64 text, for ``MOTCUA_FIELD_KEYS`` or ``MOTCUA_INDEX_KEY``."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode("ascii")


def _key_bytes(text: str, name: str) -> bytes:
    """32 key bytes out of base64 text (either alphabet), or of a demo key."""
    text = text.strip()
    if text.startswith(DEMO_PREFIX):
        return hashlib.sha256(text.encode()).digest()
    padded = text.replace("-", "+").replace("_", "/").rstrip("=")
    padded += "=" * (-len(padded) % 4)
    try:
        key = base64.b64decode(padded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CryptoError(f"{name} is not base64 text.") from error
    if len(key) != KEY_BYTES:
        raise CryptoError(f"{name} must be {KEY_BYTES} random bytes in base64; this one has {len(key)}.")
    return key


@dataclass(frozen=True, slots=True)
class Keyring:
    """Numbered field keys, which of them encrypts, and the index key. Safe to share between threads."""

    current: int
    ciphers: Mapping[int, AESGCM] = field(repr=False)
    index_key: bytes = field(repr=False)

    @classmethod
    def parse(cls, field_keys: str, index_key: str) -> Keyring:
        """A keyring from settings: ``"1:<base64>,2:<base64>"`` (the last one encrypts) and a base64 key.

        Raises :class:`CryptoError` with the reason, never with key material.
        """
        ciphers: dict[int, AESGCM] = {}
        current = 0
        for part in filter(None, (part.strip() for part in field_keys.split(","))):
            number, colon, text = part.partition(":")
            if not colon or not number.isascii() or not number.isdigit() or int(number) < 1:
                raise CryptoError("MOTCUA_FIELD_KEYS must look like 1:<base64 key>,2:<base64 key>.")
            current = int(number)
            if current in ciphers:
                raise CryptoError(f"MOTCUA_FIELD_KEYS names key {current} twice.")
            ciphers[current] = AESGCM(_key_bytes(text, f"Key {current} of MOTCUA_FIELD_KEYS"))
        if not ciphers:
            raise CryptoError("MOTCUA_FIELD_KEYS is empty: identity data cannot be stored without a key.")
        return cls(current, ciphers, _key_bytes(index_key, "MOTCUA_INDEX_KEY"))

    def encrypt(self, text: str, context: str) -> str:
        """Ciphertext of ``text`` for the column ``context`` (``table.column``)."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self.ciphers[self.current].encrypt(nonce, text.encode(), context.encode())
        return f"v{self.current}.{base64.urlsafe_b64encode(nonce + sealed).decode('ascii')}"

    def decrypt(self, token: str, context: str) -> str:
        """The text in ``token``; raises :class:`CryptoError` when altered, moved, or its key is gone."""
        cipher = self.ciphers.get(key_number(token))
        if cipher is None:
            raise CryptoError(
                f"{context} was encrypted with key {key_number(token)}, which MOTCUA_FIELD_KEYS lacks."
            )
        try:
            raw = base64.urlsafe_b64decode(token[token.index(".") + 1 :])
            return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise CryptoError(
                f"A value of {context} does not open: altered, or taken from another column."
            ) from error

    def rotate(self, token: str, context: str) -> str | None:
        """``token`` under the current key, or None when it already is (nothing to write)."""
        if key_number(token) == self.current:
            return None
        return self.encrypt(self.decrypt(token, context), context)

    def blind_index(self, value: str, context: str) -> bytes:
        """32 bytes that are equal for equal values of the kind ``context``, whatever their spacing or case."""
        message = f"{context}\0{normalise(value)}".encode()
        return hmac.digest(self.index_key, message, "sha256")


def key_number(token: str) -> int:
    """Number of the key that sealed ``token``; raises :class:`CryptoError` when it is no ciphertext of ours."""
    head, dot, _rest = token.partition(".")
    if not dot or not head.startswith("v") or not head[1:].isdigit():
        raise CryptoError("Not an encrypted value.")
    return int(head[1:])


def normalise(value: str) -> str:
    """``value`` as it is indexed: one Unicode form, no case, no white space ("038 201 …" is "038201…")."""
    if value.isascii() and value.isalnum():
        return value.lower()
    return "".join(unicodedata.normalize("NFKC", value).casefold().split())


_lock = threading.Lock()
_keyring: Keyring | None = None


def keyring() -> Keyring:
    """The installation's keyring, made on first use from the settings ``FIELD_KEYS`` and ``INDEX_KEY``."""
    global _keyring
    if _keyring is None:
        from django.conf import settings  # the module itself is used without Django by tools and tests

        with _lock:
            if _keyring is None:
                _keyring = Keyring.parse(settings.FIELD_KEYS, settings.INDEX_KEY)
    return _keyring


def use(ring: Keyring | None) -> Keyring | None:
    """Put ``ring`` in place of the installation's keyring (None: read the settings again); returns the old one."""
    global _keyring
    with _lock:
        old, _keyring = _keyring, ring
    return old


def encrypt(text: str, context: str) -> str:
    """:meth:`Keyring.encrypt` with the installation's keys."""
    return keyring().encrypt(text, context)


def decrypt(token: str, context: str) -> str:
    """:meth:`Keyring.decrypt` with the installation's keys."""
    return keyring().decrypt(token, context)


def rotate(token: str, context: str) -> str | None:
    """:meth:`Keyring.rotate` with the installation's keys."""
    return keyring().rotate(token, context)


def blind_index(value: str, context: str) -> bytes:
    """:meth:`Keyring.blind_index` with the installation's key."""
    return keyring().blind_index(value, context)
