"""Is this PDF what an agency signed? Pure and offline: bytes and trusted roots in, a verdict out, never an exception.

The page words it; the statuses are ordered by what a person must know first. A document with a valid signature and
anything added after it is *altered*: what one sees on the screen is then not what was signed.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

Status = Literal["valid", "altered", "unsigned", "untrusted", "unreadable"]

# pyHanko logs whole tracebacks with the signer's name for every document it does not like.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)

MAX_BYTES = 64 * 1024 * 1024  # above what may be uploaded anywhere; more is not one of ours
_TRAILER = 1024  # how far from the end a PDF's last words may stand (ISO 32000-2, 7.5.5)


@dataclass(frozen=True, slots=True)
class SignedBy:
    """Who a signature says it is from (its certificate) and when (its own word, unless `timestamped`)."""

    name: str
    organisation: str
    at: datetime | None
    reason: str
    title: str = ""
    timestamped: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """`details` are codes for the curious: not_a_pdf, too_large, damaged, no_signature, digest_mismatch, added_after_signing,
    slot_changed, changed_within_rules_broken, unknown_issuer, certificate_not_usable.
    """

    status: Status
    signers: tuple[SignedBy, ...] = ()
    covers_whole_document: bool = False
    details: tuple[str, ...] = ()


def verify(pdf: bytes, trust_roots: Sequence[bytes], *, at: datetime | None = None) -> Verdict:
    """Judge `pdf` against DER certificates of trusted roots, at the moment `at` (now when None).

    Revocation is not asked: that needs the network (docs/limits.md).
    """
    if len(pdf) > MAX_BYTES:
        return Verdict("unreadable", details=("too_large",))
    if b"%PDF-" not in pdf[:1024]:
        return Verdict("unreadable", details=("not_a_pdf",))
    # Parsers look for this word from the end, slowly: a file without it, or with megabytes behind it, is settled here.
    end = pdf.rfind(b"startxref")
    if end < 0:
        return Verdict("unreadable", details=("damaged",))
    trailing = len(pdf) - end > _TRAILER
    try:
        reader = PdfFileReader(io.BytesIO(pdf[: end + _TRAILER]), strict=False)
        signatures = reader.embedded_regular_signatures
        if not signatures:
            reader.root["/Pages"]  # a broken file is not an unsigned one
            return Verdict("unsigned", details=("no_signature",))
        return _judge(signatures, pdf, trust_roots, at, trailing=trailing)
    except Exception:  # a hostile or broken file may fail anywhere in the parser; each failure means the same
        return Verdict("unreadable", details=("damaged",))


def _judge(
    signatures: Sequence[EmbeddedPdfSignature],
    pdf: bytes,
    roots: Sequence[bytes],
    at: datetime | None,
    *,
    trailing: bool,
) -> Verdict:
    context = ValidationContext(
        trust_roots=[certificate for root in roots for certificate in load_certs_from_pemder_data(root)],
        allow_fetching=False,
        moment=at,
        best_signature_time=at,
        revocation_mode="soft-fail",
    )
    altered: list[str] = []
    untrusted: list[str] = []
    people = []
    whole = False
    for index, signature in enumerate(signatures):
        last = index == len(signatures) - 1
        status = validate_pdf_signature(signature, context, skip_diff=last)
        people.append(_who(signature, timestamped=status.timestamp_validity is not None))
        if not (status.intact and status.valid):
            altered.append("digest_mismatch")
        if last:
            whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE and not trailing
        if last and not whole:
            altered.append("added_after_signing")
        if not _slot_untouched(signature, pdf):
            altered.append("slot_changed")
        if not last and not status.bottom_line and status.docmdp_ok is False:
            altered.append("changed_within_rules_broken")
        if not status.trusted:
            untrusted.append("unknown_issuer")
        elif not status.bottom_line and not altered:
            untrusted.append("certificate_not_usable")
    verdict: Status = "altered" if altered else "untrusted" if untrusted else "valid"
    return Verdict(verdict, tuple(people), whole, tuple(dict.fromkeys(altered + untrusted)))


def _slot_untouched(signature: EmbeddedPdfSignature, pdf: bytes) -> bool:
    """The signature's own slot is the one place no digest covers: it must be plain hex, and zeros behind the CMS object.

    Without this, white space or other letters there would pass as the document that was signed.
    """
    content = bytes(signature.pkcs7_content)
    ranges = [int(value) for value in signature.byte_range]
    slot = pdf[ranges[0] + ranges[1] : ranges[2]]
    plain = {b"<" + content.hex().encode() + b">", b"<" + content.hex().upper().encode() + b">"}
    return slot in plain and not content[_der_length(content) :].strip(b"\0")


def _der_length(content: bytes) -> int:
    """Bytes that the outermost DER value takes, header included (X.690, 8.1.3)."""
    first = content[1]
    if first < 0x80:
        return 2 + first
    width = first & 0x7F
    return 2 + width + int.from_bytes(content[2 : 2 + width], "big")


def _who(signature: EmbeddedPdfSignature, *, timestamped: bool) -> SignedBy:
    subject: dict[str, Any] = dict(signature.signer_cert.subject.native)
    reason = signature.sig_object.get("/Reason", "")
    return SignedBy(
        name=_text(subject.get("common_name")),
        organisation=_text(subject.get("organization_name")),
        at=signature.self_reported_timestamp,
        reason=str(reason),
        title=_text(subject.get("title")),
        timestamped=timestamped,
    )


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value or "")
