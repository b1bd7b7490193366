"""The demo's mail server keeps what it gets, completely, and nothing else."""

from __future__ import annotations

import email
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from motcua.runtime.ports import free_port
from motcua.runtime.processes import end, wait_until
from motcua.runtime.services import answers_tcp
from motcua.simulators.mail_catcher import Keeper


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A catcher in a process of its own: (port, folder)."""
    port, folder = free_port("127.0.0.1"), tmp_path / "mail"
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "motcua.simulators.mail_catcher",
            "--smtp-port",
            str(port),
            "--dir",
            str(folder),
        ],
        process_group=0,
    )
    assert wait_until(answers_tcp("127.0.0.1", port), 20)
    yield port, folder
    end(process)
    assert process.returncode == 0


def mail(subject: str, to: str = "lan@example.com") -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "motcua@example.com", to
    message.set_content("Hồ sơ của bạn đã được tiếp nhận.\n.\nDòng sau dấu chấm.")
    return message


def test_a_vietnamese_mail_is_kept_whole(catcher: tuple[int, Path]) -> None:
    port, folder = catcher
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.send_message(mail("Đã tiếp nhận hồ sơ"), to_addrs=["lan@example.com", "an@example.com"])
        client.send_message(mail("Thứ hai"))
    files = sorted(folder.iterdir())
    assert [path.suffix for path in files] == [".eml", ".eml"]
    kept = email.message_from_bytes(files[0].read_bytes(), policy=policy.default)
    assert kept["Subject"] == "Đã tiếp nhận hồ sơ"
    assert kept["X-Envelope-To"] == "lan@example.com, an@example.com"
    assert kept.get_body().get_content().splitlines()[-1] == "Dòng sau dấu chấm."


def test_a_hostile_recipient_names_no_other_folder(tmp_path: Path) -> None:
    path = Keeper(tmp_path).keep(b"X-Envelope-To: ../../etc/passwd@example.com\r\n\r\nx")
    assert path.parent == tmp_path
    assert "/" not in path.name


def test_the_oldest_go(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path, kept=3)
    kept = [keeper.keep(b"X-Envelope-To: lan@example.com\r\n\r\nx").name for _ in range(5)]
    assert sorted(path.name for path in tmp_path.iterdir()) == kept[2:]


def test_a_taken_port_is_said(catcher: tuple[int, Path], tmp_path: Path) -> None:
    port, _ = catcher
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "motcua.simulators.mail_catcher",
            "--smtp-port",
            str(port),
            "--dir",
            str(tmp_path),
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "mail-catcher:" in done.stderr
    assert "Traceback" not in done.stderr
