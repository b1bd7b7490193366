"""Contents by their SHA-256, on a filesystem. Storage only: who refers to what is in the database (design decision 14).

`root/ab/cd/<sha256>` holds finished contents, `root/incoming/` what is arriving. A content appears under its name by one
atomic step after it is on the disk, so a half content is never seen, whatever is pulled out when. Equal contents are one.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from motcua.kernel.refusals import Conflict, Unavailable

_SHA = re.compile(r"[0-9a-f]{64}")
_UPLOAD = re.compile(r"[0-9A-Za-z-]{1,64}")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextlib.contextmanager
def _disk() -> Iterator[None]:
    """A full disk becomes Unavailable `storage.full`: nothing is lost, and the person can try again later."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise Unavailable("storage.full") from error
        raise


def _sync_folder(folder: Path) -> None:
    """A new name survives a power cut only when its folder is on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class BlobStore:
    """The store under `root` (made when missing). Safe for several processes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = root / "incoming"

    # -- finished contents

    def path(self, sha: str) -> Path:
        """Where a content lies, whether it is there or not. Raises ValueError for anything but 64 hex digits."""
        if not _SHA.fullmatch(sha):
            raise ValueError("not a SHA-256")
        return self.root / sha[:2] / sha[2:4] / sha

    def exists(self, sha: str) -> bool:
        return self.path(sha).is_file()

    def open(self, sha: str) -> BinaryIO:
        """The content for reading. Raises FileNotFoundError."""
        return self.path(sha).open("rb")

    def write(self, chunks: Iterable[bytes]) -> tuple[str, int]:
        """Store the joined `chunks`; (sha256, bytes). Raises Unavailable `storage.full`, and leaves nothing then."""
        digest, size = hashlib.sha256(), 0
        with _disk():
            self.incoming.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".write-", dir=self.incoming)
            temporary = Path(name)
            try:
                with os.fdopen(handle, "wb") as file:
                    for chunk in chunks:
                        file.write(chunk)
                        digest.update(chunk)
                        size += len(chunk)
                    file.flush()
                    os.fsync(file.fileno())
                self._settle(temporary, digest.hexdigest())
            finally:
                temporary.unlink(missing_ok=True)
        return digest.hexdigest(), size

    def remove(self, sha: str) -> None:
        """Forget a content. The caller has made sure that nothing refers to it and that its grace is over."""
        self.path(sha).unlink(missing_ok=True)

    def touched_since(self, sha: str, moment: datetime) -> bool:
        """Whether a content was stored, or stored again, at or after `moment`; False when it is not there."""
        try:
            return self.path(sha).stat().st_mtime >= moment.timestamp()
        except FileNotFoundError:
            return False

    def untouched_since(self, moment: datetime) -> Iterator[str]:
        """Contents neither stored nor stored again since `moment`: candidates of a purge, for the caller to judge."""
        for path in self.root.glob("??/??/*"):
            if _SHA.fullmatch(path.name) and path.stat().st_mtime < moment.timestamp():
                yield path.name

    def _settle(self, source: Path, sha: str) -> None:
        """Give a complete, synced file its name; the file keeps its old name too (a hard link, no second copy)."""
        target = self.path(sha)
        if target.is_file():
            os.utime(target)  # stored again: its grace begins anew, so a purge in progress lets it be
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except FileExistsError:  # another process was first with the same content
            os.utime(target)
            return
        except OSError as error:
            if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.EXDEV}:
                raise
            # A filesystem without hard links: a copy beside the target, then the atomic step.
            beside = target.with_name(f"{sha}.{os.getpid()}.part")
            shutil.copyfile(source, beside)
            with beside.open("rb+") as file:
                os.fsync(file.fileno())
            beside.replace(target)
        target.chmod(0o440)
        _sync_folder(target.parent)

    # -- arriving contents

    def incoming_path(self, upload: str) -> Path:
        """Where an upload gathers. Raises ValueError for an id with anything but letters, digits and hyphens."""
        if not _UPLOAD.fullmatch(upload):
            raise ValueError("not an upload id")
        return self.incoming / upload

    def offset(self, upload: str) -> int:
        """Bytes of an upload that are safely here."""
        path = self.incoming_path(upload)
        return path.stat().st_size if path.is_file() else 0

    def append(self, upload: str, offset: int, chunk: bytes) -> int:
        """Add `chunk` at `offset`; the new offset, on the disk when this returns.

        A chunk at an earlier offset replaces what stands there and after: its first arrival was rolled back by the
        caller, or the answer was lost on the way. A later one would leave a hole: Conflict `upload.wrong_offset` with the
        true offset. A full disk raises Unavailable `storage.full`, and the upload is as it was before.
        """
        path = self.incoming_path(upload)
        here = self.offset(upload)
        if not 0 <= offset <= here:
            raise Conflict("upload.wrong_offset", offset=here)
        with _disk():
            self.incoming.mkdir(parents=True, exist_ok=True)
            if here and path.stat().st_nlink > 1:
                self._unshare(path)
            with path.open("r+b" if path.exists() else "x+b") as file:
                try:
                    file.truncate(offset)
                    file.seek(offset)
                    file.write(chunk)
                    file.flush()
                    os.fsync(file.fileno())
                except OSError:
                    os.ftruncate(file.fileno(), offset)
                    raise
        return offset + len(chunk)

    def _unshare(self, path: Path) -> None:
        """Adopted before, and the adoption was rolled back: the content under its hash must not change with this one."""
        copy = path.with_name(f".{path.name}.copy")
        shutil.copyfile(path, copy)
        copy.replace(path)

    def digest(self, upload: str) -> tuple[str, int]:
        """(sha256, bytes) of what has arrived of an upload. Raises FileNotFoundError."""
        with self.incoming_path(upload).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), os.fstat(file.fileno()).st_size

    def adopt(self, upload: str) -> tuple[str, int]:
        """An upload that is complete becomes a content; (sha256, bytes). May be called again after a roll-back.

        The incoming name stays until `drop_incoming` or `sweep_incoming`; it costs no space while the content stays. Raises FileNotFoundError.
        """
        path = self.incoming_path(upload)
        with _disk(), path.open("rb") as file:
            sha = hashlib.file_digest(file, "sha256").hexdigest()
            size = os.fstat(file.fileno()).st_size
            self._settle(path, sha)
        return sha, size

    def drop_incoming(self, upload: str) -> None:
        self.incoming_path(upload).unlink(missing_ok=True)

    def sweep_incoming(self, before: datetime) -> int:
        """Remove what stopped arriving before `before`; how many. Adopted contents are not touched by it."""
        removed = 0
        if self.incoming.is_dir():
            for path in self.incoming.iterdir():
                with contextlib.suppress(FileNotFoundError):
                    if path.stat().st_mtime < before.timestamp():
                        path.unlink()
                        removed += 1
        return removed
