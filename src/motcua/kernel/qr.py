"""QR codes as SVG text: black on nothing, no style attribute, so pages under our CSP and PDFs take them alike. Pure."""

from __future__ import annotations

import io
from functools import lru_cache

import segno

#: The papers of one dossier carry the same code, and are often made one after the other.
_KEPT = 256


@lru_cache(_KEPT)
def svg(content: str, *, border: int = 0) -> str:
    """`content` as a QR code (error level M, byte mode UTF-8), one unit a module, `border` modules of quiet zone.

    Raises ValueError when it is longer than a QR code holds (2,331 bytes at level M).
    """
    out = io.BytesIO()
    try:
        code = segno.make(content, error="m", micro=False, boost_error=False)
    except segno.DataOverflowError as error:
        raise ValueError("too long for a QR code") from error
    code.save(out, kind="svg", border=border, xmldecl=False, svgclass=None, lineclass=None, omitsize=True)
    return out.getvalue().decode()
