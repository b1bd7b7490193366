"""What a form of any face brings, in the shapes that actions take."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile

from motcua.messaging.letters import Incoming

_PIECE = 1024 * 1024


def incoming(file: UploadedFile[Any]) -> Incoming:
    """A posted file, to be read once and piece by piece."""
    return Incoming(filename=file.name or "", size=file.size or 0, pieces=file.chunks(_PIECE))
