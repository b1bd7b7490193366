"""``python -m motcua.simulators.mail_catcher``: takes every mail and keeps it as a file.

The demo's mail server. Nothing it receives leaves the machine; the desk shows the files in ``--dir`` (one
``.eml`` per message, in order of arrival). It serves nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import signal
import sys
from datetime import UTC, datetime
from email import policy
from email.parser import BytesParser
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST = 25 * 1024 * 1024
KEPT = 2000


class Keeper:
    """Writes each message into ``folder``; the oldest go when there are more than ``kept``."""

    def __init__(self, folder: Path, kept: int = KEPT) -> None:
        self.folder = folder
        self.kept = kept
        self._count = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        content = envelope.original_content or b""
        # The envelope is what counts for "who received it"; Bcc never appears in the message itself.
        recipients = ", ".join(envelope.rcpt_tos).encode()
        try:
            self.keep(b"X-Envelope-To: " + recipients + b"\r\n" + content)
        except OSError as error:
            sys.stderr.write(f"mail-catcher: cannot keep a message: {error}\n")
            return "452 Insufficient system storage"
        return "250 Kept"

    def keep(self, content: bytes) -> Path:
        """Store one message, completely or not at all; returns its file."""
        self._count += 1
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        message = BytesParser(policy=policy.default).parsebytes(content, headersonly=True)
        recipient = re.sub(r"[^A-Za-z0-9.@_-]", "_", str(message["X-Envelope-To"] or ""))[:60]
        path = self.folder / f"{moment}-{self._count:04d}-{recipient}.eml"
        new = path.with_suffix(".new")
        new.write_bytes(content)
        new.replace(path)
        for old in sorted(self.folder.glob("*.eml"))[: -self.kept]:
            old.unlink(missing_ok=True)
        return path


async def serve(host: str, port: int, folder: Path) -> None:
    """Listen until SIGTERM or SIGINT."""
    folder.mkdir(parents=True, exist_ok=True)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    keeper = Keeper(folder)

    def session() -> SMTP:
        return SMTP(
            keeper,
            hostname="localhost",
            ident="Motcua mail catcher",
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            loop=loop,
        )

    server = await loop.create_server(session, host, port)
    sys.stderr.write(f"mail-catcher: ready on {host}:{port}, keeping mail in {folder}\n")
    await stop.wait()
    server.close()


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m motcua.simulators.mail_catcher", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--dir", type=Path, required=True)
    options = parser.parse_args(argv)
    try:
        asyncio.run(serve(options.host, options.smtp_port, options.dir))
    except OSError as error:
        sys.stderr.write(f"mail-catcher: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
