"""What a file really is, by name, first bytes and structure, before an officer opens it. Pure but for reading the file.

Allowed: PDF, JPEG, PNG, DOCX, XLSX; HEIC comes in and is kept as JPEG (``kernel/pictures.py``), since an officer's browser
cannot show it. Not ZIP (what is inside stays unseen). Size limits are law and agency parameters, judged by the caller.
Answers are codes; `web` words them as `upload.<code>`. The type a browser declares is not asked: it guesses by name.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import pikepdf
import puremagic
from pi_heif.heif import open_heif

from motcua.kernel.text import clean

MIME: Mapping[str, str] = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "heic": "image/heic",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_KINDS = {"jpeg": "jpg", "jpe": "jpg", "heif": "heic"} | {kind: kind for kind in MIME}
# For <input type=file accept=…>. Without HEIC on purpose: a phone that is not offered it hands over a JPEG.
ACCEPT = ",".join(f".{extension}" for extension, kind in sorted(_KINDS.items()) if kind != "heic")
PICTURES = frozenset({"jpg", "png", "heic"})

MAX_NAME = 120
MAX_PIXELS = 100_000_000  # a 100-megapixel phone camera; more only fills the memory of who opens it
_MAX_UNPACKED = 300 * 1024 * 1024
_MAX_MEMBERS = 5_000
_MAX_OBJECTS = 200_000  # PDF objects looked at; a scan has a few per page


@dataclass(frozen=True, slots=True)
class Inspection:
    """`problem` is why the file is refused: empty, type_not_allowed, content_mismatch, damaged, macro, office_locked,
    image_too_large, archive_bomb. `warnings` let it pass but not be shown inline: pdf_encrypted, pdf_active, pdf_attachments.
    """

    kind: str
    mime: str
    problem: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def inline(self) -> bool:
        """May be shown in a browser; everything else is handed out as a download."""
        return self.problem is None and not self.warnings and self.kind in {"pdf", "jpg", "png"}


class _BadFileError(Exception):
    def __init__(self, problem: str, **params: Any) -> None:
        super().__init__(problem)
        self.problem, self.params = problem, params


def clean_filename(name: str) -> str:
    """The name as it is kept and shown: NFC, no folders, no control or invisible characters, ≤ 120 characters.

    The extension survives shortening. `<script>` stays what it is, text; the pages escape it. Nothing left → `tep`.
    """
    base = clean(name.replace("\\", "/").rpartition("/")[2]).lstrip(". ")
    stem, dot, extension = base.rpartition(".")
    if dot and len(extension) <= 10:
        return f"{stem[: MAX_NAME - len(extension) - 1].rstrip() or 'tep'}.{extension}"
    return base[:MAX_NAME].rstrip() or "tep"


def _kind(name: str) -> str | None:
    return _KINDS.get(PurePosixPath(name).suffix.lstrip(".").lower())


def extension_problem(name: str, *, picture: bool = False) -> str | None:
    """`type_not_allowed` (`not_a_picture` where only a picture will do), or None: what can be said before a byte is sent."""
    if picture:
        return None if _kind(name) in PICTURES else "not_a_picture"
    return None if _kind(name) else "type_not_allowed"


def inspect(source: Path | bytes, filename: str, *, max_pixels: int = MAX_PIXELS) -> Inspection:
    """Judge a complete file. Never raises for what is in it; OSError only when the file cannot be read."""
    kind = _kind(filename)
    if kind is None:
        return Inspection("", "application/octet-stream", "type_not_allowed")
    with source.open("rb") if isinstance(source, Path) else BytesIO(source) as file:
        head = file.read(4096)
        file.seek(0)
        if not head:
            return Inspection(kind, MIME[kind], "empty")
        try:
            if not _looks_like(kind, head):
                _mismatch(kind, head)
            warnings = _STRUCTURE[kind](file, max_pixels)
        except _BadFileError as bad:
            return Inspection(kind, MIME[kind], bad.problem, bad.params)
    return Inspection(kind, MIME[kind], warnings=warnings)


_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1")


def _looks_like(kind: str, head: bytes) -> bool:
    if kind == "pdf":
        return b"%PDF-" in head[:1024] and not head.startswith((b"MZ", b"PK\x03\x04", b"\x7fELF"))
    if kind == "heic":
        return head[4:8] == b"ftyp" and any(brand in head[8:64] for brand in _HEIC_BRANDS)
    marks = {
        "jpg": b"\xff\xd8\xff",
        "png": b"\x89PNG\r\n\x1a\n",
        "docx": b"PK\x03\x04",
        "xlsx": b"PK\x03\x04",
    }
    return head.startswith(marks[kind])


def _mismatch(kind: str, head: bytes) -> None:
    if kind in {"docx", "xlsx"} and head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise _BadFileError("office_locked")  # OLE: an old .doc renamed, or a document locked with a password
    if head.startswith(b"MZ"):
        raise _BadFileError("content_mismatch", found="exe")
    try:
        found = puremagic.from_string(head).lstrip(".")
    except (puremagic.PureError, ValueError):
        found = ""
    raise _BadFileError("content_mismatch", found=found)


def _pdf(file: BinaryIO, _: int) -> tuple[str, ...]:
    try:
        with pikepdf.open(file) as pdf:
            if not pdf.pages:
                raise _BadFileError("damaged")
            return _pdf_warnings(pdf)
    except pikepdf.PasswordError:
        return ("pdf_encrypted",)
    except _BadFileError:
        raise
    except Exception as error:  # qpdf raises many kinds on broken input; each means the same to the person
        raise _BadFileError("damaged") from error


def _pdf_warnings(pdf: pikepdf.Pdf) -> tuple[str, ...]:
    """Scripts, launchers and attachments. The original is kept (cleaning would break a signature in it), only flagged."""
    found = ["pdf_encrypted"] if pdf.is_encrypted else []
    active = attached = False
    for count, item in enumerate(pdf.objects):
        if count >= _MAX_OBJECTS:
            active = True  # too large to look through: treated as if it had something to hide
            break
        here_active, here_attached = _dangerous(item, depth=4)
        active, attached = active or here_active, attached or here_attached
        if active and attached:
            break
    return (*found, *(["pdf_active"] if active else []), *(["pdf_attachments"] if attached else []))


def _dangerous(item: Any, depth: int) -> tuple[bool, bool]:
    """(active, attached) of an object and the direct objects in it; indirect ones come by themselves."""
    if isinstance(item, pikepdf.Stream):
        item = item.stream_dict
    if isinstance(item, pikepdf.Array):
        values, active, attached = list(item), False, False
    elif isinstance(item, pikepdf.Dictionary):
        keys = set(item.keys())
        active = (
            "/JS" in keys
            or "/XFA" in keys
            or str(item.get("/S", "")) in {"/JavaScript", "/Launch", "/ImportData"}
        )
        attached = (
            "/EF" in keys or "/EmbeddedFiles" in keys or str(item.get("/Subtype", "")) == "/FileAttachment"
        )
        values = [value for _, value in item.items()]
    else:
        return False, False
    if depth:
        for value in values:
            nested = isinstance(value, pikepdf.Array | pikepdf.Dictionary) and not value.is_indirect
            if nested and not isinstance(value, pikepdf.Stream):
                inner = _dangerous(value, depth - 1)
                active, attached = active or inner[0], attached or inner[1]
    return active, attached


def _png(file: BinaryIO, max_pixels: int) -> tuple[str, ...]:
    head = file.read(26)
    if len(head) < 26 or head[12:16] != b"IHDR":
        raise _BadFileError("damaged")
    width, height = struct.unpack(">II", head[16:24])
    file.seek(-min(file.seek(0, 2), 65_536), 2)
    if b"IEND" not in file.read():
        raise _BadFileError("damaged")
    return _pixels(width, height, max_pixels)


_SOF = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


def _jpg(file: BinaryIO, max_pixels: int) -> tuple[str, ...]:
    file.seek(2)
    while True:
        mark = file.read(2)
        if len(mark) < 2 or mark[0] != 0xFF:
            raise _BadFileError("damaged")
        if mark[1] == 0xFF:  # fill byte before a marker
            file.seek(-1, 1)
            continue
        if mark[1] == 0x01 or 0xD0 <= mark[1] <= 0xD7:
            continue
        size = file.read(2)
        length = int.from_bytes(size, "big")
        if len(size) < 2 or length < 2 or mark[1] in {0xD9, 0xDA}:
            raise _BadFileError("damaged")
        if mark[1] in _SOF:
            frame = file.read(5)
            if len(frame) < 5:
                raise _BadFileError("damaged")
            height, width = struct.unpack(">HH", frame[1:])
            return _pixels(width, height, max_pixels)
        file.seek(length - 2, 1)


def _pixels(width: int, height: int, limit: int) -> tuple[str, ...]:
    """Judged by the header alone: nothing is decoded, so a picture bomb never goes off here."""
    if not width or not height:
        raise _BadFileError("damaged")
    if width * height > limit:
        raise _BadFileError("image_too_large", width=width, height=height, limit=limit)
    return ()


def _office(main: str) -> Callable[[BinaryIO, int], tuple[str, ...]]:
    def check(file: BinaryIO, _: int) -> tuple[str, ...]:
        try:
            with zipfile.ZipFile(file) as archive:
                _office_members(archive, main)
        except (
            zipfile.BadZipFile,
            KeyError,
            NotImplementedError,
            RuntimeError,
            EOFError,
            ValueError,
            OSError,
        ) as error:
            raise _BadFileError("damaged") from error
        return ()

    return check


def _office_members(archive: zipfile.ZipFile, main: str) -> None:
    members = archive.infolist()
    if len(members) > _MAX_MEMBERS or sum(m.file_size for m in members) > _MAX_UNPACKED:
        raise _BadFileError("archive_bomb")
    names = {m.filename.lower() for m in members}
    if "[content_types].xml" not in names or main not in names:
        raise _BadFileError("content_mismatch", found="zip")
    # A .docm renamed to .docx keeps its macros and its content type.
    if any(n.endswith("vbaproject.bin") or "/activex/" in n for n in names):
        raise _BadFileError("macro")
    types = next(m for m in members if m.filename.lower() == "[content_types].xml")
    with archive.open(types) as stream:
        if b"macroenabled" in stream.read(1024 * 1024).lower():
            raise _BadFileError("macro")


def _heic(file: BinaryIO, max_pixels: int) -> tuple[str, ...]:
    try:
        width, height = open_heif(file, convert_hdr_to_8bit=False).size
    except Exception as error:  # libheif raises many kinds on broken input; each means the same to the person
        raise _BadFileError("damaged") from error
    return _pixels(width, height, min(max_pixels, 50_000_000))


_STRUCTURE: Mapping[str, Callable[[BinaryIO, int], tuple[str, ...]]] = {
    "pdf": _pdf,
    "jpg": _jpg,
    "png": _png,
    "heic": _heic,
    "docx": _office("word/document.xml"),
    "xlsx": _office("xl/workbook.xml"),
}
