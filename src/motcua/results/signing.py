"""Signatures on results: PAdES B-B, or B-T when a time-stamp authority is set, behind one small protocol.

A digital signature of a person in office follows NĐ 130/2018/NĐ-CP and its successors; a real one needs a certificate of
the Government's CA and a signing service or token, which an installation brings as its own `Signer`. Here: a test CA for
demos, refused outside demo mode, and a signer that always fails, so that the failure screens can be walked by hand.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import io
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.exceptions import ImproperlyConfigured
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers, timestamps
from pyhanko.sign.signers.pdf_cms import Signer as CMSSigner

from motcua.kernel.refusals import Unavailable
from motcua.kernel.registry import NotRegistered, Registry

FIELD_NAME = "Signature1"
# Room for the CMS object: without it pyHanko signs twice to learn the size (a second call to a remote signer).
_RESERVED = 8192
_RESERVED_WITH_TIME = 16384


class Signer(Protocol):
    """Signs finished PDFs. Called in jobs, outside any transaction; safe for threads."""

    def sign(
        self,
        pdf: bytes,
        *,
        reason: str,
        location: str,
        signer_name: str,
        organisation: str,
        title: str,
        at: dt.datetime,
    ) -> bytes:
        """`pdf` with one PAdES signature over all of it; nothing may be added afterwards. `at` is aware.

        Raises Unavailable `signer.unavailable` when the signature cannot be had now; trying again is safe.
        """
        ...

    def roots(self) -> list[bytes]:
        """DER certificates that this signer's signatures lead to; what the verification page trusts."""
        ...


@dataclass(frozen=True, slots=True)
class SignerKind:
    """How to make a signer. `build(data_dir, tsa_url)`; a demo signer is refused outside demo mode."""

    key: str
    build: Callable[[Path, str], Signer]
    demo_only: bool = False


signer_kinds: Registry[SignerKind] = Registry("signers")


class _KeptKey(CMSSigner):
    """pyHanko's signer over a key that is already loaded: its own SimpleSigner parses the key again each time."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: bytes) -> None:
        # Only the signer's own certificate goes in: its hash is signed. A root inside would be bytes nobody protects.
        super().__init__(embed_roots=False, signing_cert=next(iter(load_certs_from_pemder_data(certificate))))
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return bytes(72) if dry_run else self._key.sign(data, ec.ECDSA(hashes.SHA256()))


class _DatedSigner(signers.PdfSigner):
    """States the moment it is given instead of reading the clock."""

    def __init__(self, at: dt.datetime, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._at = at

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self._at
        return session


def sign_with(
    cms: CMSSigner, pdf: bytes, *, reason: str, location: str, name: str, at: dt.datetime, tsa_url: str = ""
) -> bytes:
    """PAdES over a whole PDF with any pyHanko signer (a PKCS#11 token, a remote service): what own signers call.

    The document is certified with "no changes allowed", so any later addition shows. The form field is invisible: the
    printed note is part of the page, inside what is signed, and PDF/A keeps its embedded fonts.
    """
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD_NAME,
        md_algorithm="sha256",
        reason=reason,
        location=location,
        name=name,
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    timestamper = timestamps.HTTPTimeStamper(tsa_url) if tsa_url else None
    out = io.BytesIO()
    try:
        _DatedSigner(at, metadata, cms, timestamper=timestamper).sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(pdf)),
            bytes_reserved=_RESERVED_WITH_TIME if tsa_url else _RESERVED,
            output=out,
        )
    except (timestamps.TimestampRequestError, ConnectionError, TimeoutError) as error:
        raise Unavailable("signer.unavailable") from error
    return out.getvalue()


# -- the test CA ------------------------------------------------------------------------------------------------------

# Fixed and wide, because a demo has a past: its results are dated over the last twelve months.
_BEGIN = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_END = dt.datetime(2049, 12, 31, tzinfo=dt.UTC)
TEST_CA_NAME = "Motcua CA thử nghiệm – không có giá trị pháp lý"
_KEPT_LEAVES = 256


@dataclass(frozen=True, slots=True)
class _Pair:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ) + self.certificate.public_bytes(serialization.Encoding.PEM)

    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @classmethod
    def load(cls, pem: bytes) -> _Pair:
        key = serialization.load_pem_private_key(pem, password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return cls(key, x509.load_pem_x509_certificate(pem))


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _issue(subject: x509.Name, issuer: _Pair | None) -> _Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_BEGIN)
        .not_valid_after(_END)
        .add_extension(
            x509.BasicConstraints(ca=issuer is None, path_length=0 if issuer is None else None), True
        )
        .add_extension(_usage(authority=issuer is None), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(
                issuer.key.public_key() if issuer else key.public_key()
            ),
            False,
        )
        .sign(issuer.key if issuer else key, hashes.SHA256())
    )
    return _Pair(key, certificate)


def _kept(path: Path, make: Callable[[], _Pair]) -> _Pair:
    """The pair in `path`, made on first use. Several processes may come at once: the first to link its file wins."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)  # mode 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(make().pem())
                file.flush()
                os.fsync(file.fileno())
            # Losing the race is fine: the winner's file is read below.
            if not path.exists():
                with contextlib.suppress(FileExistsError):
                    os.link(name, path)
        finally:
            Path(name).unlink(missing_ok=True)
    return _Pair.load(path.read_bytes())


def _name(**parts: str) -> x509.Name:
    """A distinguished name. X.520 bounds a common name to 64; counted in bytes, as the library does, a Vietnamese name
    gets there early, and must not stop a signature."""
    oids = {
        "title": NameOID.TITLE,
        "organisation": NameOID.ORGANIZATION_NAME,
        "common": NameOID.COMMON_NAME,
    }
    parts["common"] = parts["common"].encode()[:64].decode(errors="ignore").strip()
    return x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "VN")]
        + [x509.NameAttribute(oids[key], value) for key, value in parts.items() if value]
    )


class TestCaSigner:
    """EC P-256 keys of officials under a CA of this installation, in `folder` (made on first use, readable by us only)."""

    __test__ = False  # not a test case, whatever pytest thinks of its name

    def __init__(self, folder: Path, tsa_url: str = "") -> None:
        self._folder, self._tsa_url = folder, tsa_url
        self._turn = threading.Lock()
        self._authority: _Pair | None = None
        self._leaves: OrderedDict[str, CMSSigner] = OrderedDict()

    def sign(
        self,
        pdf: bytes,
        *,
        reason: str,
        location: str,
        signer_name: str,
        organisation: str,
        title: str,
        at: dt.datetime,
    ) -> bytes:
        cms = self._leaf(signer_name, organisation, title)
        return sign_with(
            cms, pdf, reason=reason, location=location, name=signer_name, at=at, tsa_url=self._tsa_url
        )

    def roots(self) -> list[bytes]:
        with self._turn:
            return [self._ca().der()]

    def _ca(self) -> _Pair:
        if self._authority is None:
            subject = _name(common=TEST_CA_NAME)
            self._authority = _kept(self._folder / "ca.pem", lambda: _issue(subject, None))
        return self._authority

    def _leaf(self, name: str, organisation: str, title: str) -> CMSSigner:
        """The official's key, kept loaded: a certificate belongs to one person in one post of one agency."""
        key = hashlib.sha256("\0".join((name, organisation, title)).encode()).hexdigest()[:32]
        with self._turn:
            if key in self._leaves:
                self._leaves.move_to_end(key)
                return self._leaves[key]
            authority = self._ca()
            subject = _name(common=name, organisation=organisation, title=title)
            pair = _kept(self._folder / "officials" / f"{key}.pem", lambda: _issue(subject, authority))
            self._leaves[key] = _KeptKey(pair.key, pair.der())
            if len(self._leaves) > _KEPT_LEAVES:
                self._leaves.popitem(last=False)
            return self._leaves[key]


class FailingSigner:
    """Never signs: for walking the screens of a signing service that is down."""

    def sign(self, pdf: bytes, **_: Any) -> bytes:
        raise Unavailable("signer.unavailable")

    def roots(self) -> list[bytes]:
        return []


signer_kinds.register(
    SignerKind("test-ca", lambda data, tsa_url: TestCaSigner(data / "pki", tsa_url), demo_only=True)
)
signer_kinds.register(SignerKind("failing", lambda data, tsa_url: FailingSigner(), demo_only=True))


def signer_for(key: str, *, demo: bool, data_dir: Path, tsa_url: str = "") -> Signer:
    """The signer of that name. Raises ImproperlyConfigured for an unknown one, or a demo one outside demo mode."""
    try:
        kind = signer_kinds.get(key)
    except NotRegistered as error:
        raise ImproperlyConfigured(f"MOTCUA_SIGNER: {error}.") from error
    if kind.demo_only and not demo:
        raise ImproperlyConfigured(
            f"MOTCUA_SIGNER is {key!r}, whose signatures have no legal value, and MOTCUA_DEMO is off. "
            "Register your agency's signer and name it: docs/decisions/0004-pdf-and-signatures.md."
        )
    return kind.build(data_dir, tsa_url)


@cache
def current_signer() -> Signer:
    """The signer that the settings name, once a process, so that keys stay loaded."""
    from django.conf import settings

    return signer_for(
        settings.SIGNER,
        demo=settings.DEMO,
        data_dir=settings.DATA_DIR,
        tsa_url=getattr(settings, "TSA_URL", ""),
    )
