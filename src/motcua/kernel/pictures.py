"""Photos of papers: upright, no larger than an officer needs, together in one PDF. Nothing of a photo is trusted.

A phone stores a page lying on its side with a note which way is up, four times as many pixels as print needs, and
where it was taken. Here the pixels are turned, shrunk to about 200 dpi of an A4 page, and written anew: the note, the
place and whatever else stood in the file stay behind.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pikepdf
from pi_heif.as_plugin import register_heif_opener
from PIL import Image, ImageOps, UnidentifiedImageError

#: Pixels of the longer side: A4 at 200 dpi.
LONGEST: Final = 2339
DPI: Final = 200
QUALITY: Final = 82
#: More than this is not decoded (a 100-megapixel phone camera): judged by the header, before anything is unpacked.
MAX_PIXELS: Final = 100_000_000
#: Formats other than JPEG are decoded whole; a smaller bound keeps one picture from filling a worker's memory.
MAX_PIXELS_WHOLE: Final = 50_000_000
_FORMATS: Final = ("JPEG", "PNG", "HEIF")

register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


class Unreadable(Exception):
    """A picture or PDF that cannot be taken; ``code`` is damaged, image_too_large or pdf_locked."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def upright(source: Path | bytes, *, longest: int | None = LONGEST) -> Image.Image:
    """The picture as it is to be looked at, in colour on white, its longer side at most ``longest`` pixels."""
    try:
        with Image.open(BytesIO(source) if isinstance(source, bytes) else source, formats=_FORMATS) as image:
            width, height = image.size
            whole = image.format != "JPEG"
            if width * height > (MAX_PIXELS_WHOLE if whole else MAX_PIXELS):
                raise Unreadable("image_too_large")
            if longest is not None and not whole:
                # JPEG is decoded at a half, a quarter or an eighth where that is enough: a tenth of the memory.
                image.draft("RGB", (longest, longest))
            turned = ImageOps.exif_transpose(image)
            if turned.mode in {"RGBA", "LA", "PA"} or "transparency" in turned.info:
                layer = turned.convert("RGBA")
                turned = Image.new("RGB", layer.size, "white")
                turned.paste(layer, mask=layer.getchannel("A"))
            turned = turned.convert("RGB")
            if longest is not None:
                turned.thumbnail((longest, longest), Image.Resampling.LANCZOS)
            return turned
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
    ) as error:
        raise Unreadable("damaged") from error


def as_jpeg(source: Path | bytes, *, longest: int | None = None) -> bytes:
    """A picture as JPEG, upright, without anything of the original but its pixels."""
    out = BytesIO()
    upright(source, longest=longest).save(out, "JPEG", quality=90, optimize=True)
    return out.getvalue()


def to_pdf(pieces: Iterable[Path]) -> bytes:
    """Pictures and PDFs, in their order, as one PDF; each picture is a page of its own size."""
    with pikepdf.new() as joined:
        for piece in pieces:
            with piece.open("rb") as file:
                is_pdf = file.read(1024).find(b"%PDF-") >= 0
            try:
                with _opened(piece if is_pdf else BytesIO(_page(piece))) as source:
                    joined.pages.extend(source.pages)
            except pikepdf.PasswordError as error:
                raise Unreadable("pdf_locked") from error
            except pikepdf.PdfError as error:
                raise Unreadable("damaged") from error
        joined.remove_unreferenced_resources()
        out = BytesIO()
        # The same pieces make the same bytes, so that a second press makes no second content.
        joined.save(out, deterministic_id=True)
    return out.getvalue()


def _opened(source: Any) -> pikepdf.Pdf:
    return pikepdf.open(source)


def _page(piece: Path) -> bytes:
    """A picture as a PDF of one page."""
    out = BytesIO()
    upright(piece).save(out, "PDF", resolution=DPI, quality=QUALITY)
    with pikepdf.open(BytesIO(out.getvalue())) as page:
        del page.docinfo  # the moment it was made would make each try another content
        again = BytesIO()
        page.save(again, deterministic_id=True)
    return again.getvalue()
