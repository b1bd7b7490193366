"""The store of contents: whole or not there, once, and never lost by an upload that stumbles."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from motcua.kernel.blobs import BlobStore
from motcua.kernel.refusals import Conflict, Unavailable


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


def files(store: BlobStore) -> list[Path]:
    return [p for p in store.root.rglob("*") if p.is_file()]


def test_written_once_read_back(store: BlobStore) -> None:
    sha, size = store.write([b"mot", b"cua"])
    assert (sha, size) == (hashlib.sha256(b"motcua").hexdigest(), 6)
    assert store.write([b"motcua"]) == (sha, 6)
    assert store.exists(sha)
    with store.open(sha) as file:
        assert file.read() == b"motcua"
    assert files(store) == [store.path(sha)]


def test_a_name_that_is_not_a_hash_reaches_no_file(store: BlobStore) -> None:
    for name in ("../../etc/passwd", "A" * 64, "", "0" * 63):
        with pytest.raises(ValueError):
            store.path(name)
    for upload in ("../x", "a/b", "", "x" * 65, ".write-1"):
        with pytest.raises(ValueError):
            store.incoming_path(upload)


def test_a_writer_that_breaks_off_leaves_nothing(store: BlobStore) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError("the other side hung up")

    with pytest.raises(RuntimeError):
        store.write(broken())
    assert files(store) == []


def test_a_full_disk_says_so_and_leaves_nothing(store: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    sha, _ = store.write([b"earlier"])

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(Unavailable) as refused:
            store.write([b"more"])
        assert refused.value.code == "storage.full"
        store.incoming.mkdir(exist_ok=True)
        (store.incoming / "u1").write_bytes(b"12345")
        with pytest.raises(Unavailable):
            store.append("u1", 5, b"678")
    assert (store.incoming / "u1").read_bytes() == b"12345"
    assert store.append("u1", 5, b"678") == 8
    assert {p.name for p in files(store)} == {sha, "u1"}


def test_an_upload_in_chunks(store: BlobStore) -> None:
    assert store.append("u1", 0, b"abc") == 3
    assert store.append("u1", 3, b"def") == 6
    assert store.adopt("u1") == (hashlib.sha256(b"abcdef").hexdigest(), 6)


def test_a_hole_is_refused_with_the_true_offset(store: BlobStore) -> None:
    store.append("u1", 0, b"abc")
    with pytest.raises(Conflict) as refused:
        store.append("u1", 7, b"x")
    assert (refused.value.code, refused.value.params) == ("upload.wrong_offset", {"offset": 3})
    assert store.offset("u1") == 3
    assert store.offset("never") == 0


def test_a_chunk_sent_again_replaces_its_first_arrival(store: BlobStore) -> None:
    store.append("u1", 0, b"abc")
    store.append(
        "u1", 3, b"def"
    )  # the transaction that counted it was rolled back: the client sends from 3 again
    assert store.append("u1", 3, b"DEFG") == 7
    assert store.incoming_path("u1").read_bytes() == b"abcDEFG"


def test_an_adoption_may_be_repeated_and_never_changes_afterwards(store: BlobStore) -> None:
    store.append("u1", 0, b"abc")
    sha, _ = store.adopt("u1")
    assert store.adopt("u1") == (sha, 3)
    # Rolled back after all, and the upload goes on: the content under its hash stays what the hash says.
    store.append("u1", 3, b"def")
    with store.open(sha) as file:
        assert file.read() == b"abc"
    other, _ = store.adopt("u1")
    store.drop_incoming("u1")
    assert store.exists(other)
    assert store.path(other).stat().st_nlink == 1


def test_the_same_content_from_two_uploads_is_one(store: BlobStore) -> None:
    store.append("u1", 0, b"abc")
    store.append("u2", 0, b"abc")
    assert store.adopt("u1") == store.adopt("u2")
    store.drop_incoming("u1")
    store.drop_incoming("u2")
    assert len(files(store)) == 1


def test_a_filesystem_without_links(store: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def no(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no)
    sha, _ = store.write([b"abc"])
    assert files(store) == [store.path(sha)]


def test_purge_candidates_and_sweeping(store: BlobStore) -> None:
    old, _ = store.write([b"old"])
    new, _ = store.write([b"new"])
    store.append("stopped", 0, b"x")
    day = 24 * 3600
    past = store.path(new).stat().st_mtime - 3 * day
    os.utime(store.path(old), (past, past))
    os.utime(store.incoming_path("stopped"), (past, past))
    yesterday = dt.datetime.fromtimestamp(past + 2 * day, dt.UTC)
    assert list(store.untouched_since(yesterday)) == [old]
    assert store.sweep_incoming(yesterday) == 1
    store.write([b"old"])  # stored again: no longer a candidate
    assert list(store.untouched_since(yesterday)) == []
    store.remove(old)
    store.remove(old)
    assert not store.exists(old)
