"""The two things a person chooses, and the sentence for each way it can go wrong."""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
from collections import namedtuple
from pathlib import Path

import pytest

from motcua.cli import main
from motcua.runtime.errors import CannotRun
from motcua.runtime.folder import DataFolder, parse_data
from motcua.runtime.health import ProcessState, State, read_state, write_state
from motcua.runtime.ports import claim_port, free_port, parse_port, who_listens

Usage = namedtuple("Usage", "total used free")


class TestPort:
    @pytest.mark.parametrize(
        ("value", "port"), [(None, 8000), ("", 8000), ("8123", 8123), (" 8123 ", 8123), ("0", 0)]
    )
    def test_parsed(self, value: str | None, port: int) -> None:
        assert parse_port(value) == port

    @pytest.mark.parametrize("value", ["web", "-1", "65536", "80.5", "8000 8001"])
    def test_nonsense_is_refused(self, value: str) -> None:
        with pytest.raises(CannotRun, match="PORT must be a number from 1 to 65535"):
            parse_port(value)

    def test_a_taken_one_names_its_holder_and_the_way_out(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            with pytest.raises(
                CannotRun, match=rf"Port {port} is already used.*PORT=\d+ make run"
            ) as refused:
                claim_port("127.0.0.1", port)
            if Path("/proc/net/tcp").exists():
                assert f"process {os.getpid()}" in str(refused.value)
                assert who_listens(port) is not None

    def test_another_address_of_the_same_port_counts(self) -> None:
        with socket.create_server(("0.0.0.0", 0)) as server, pytest.raises(CannotRun, match="already used"):
            claim_port("127.0.0.1", server.getsockname()[1])

    def test_an_address_that_is_not_ours(self) -> None:
        with pytest.raises(CannotRun, match="is not an address of this machine"):
            claim_port("192.0.2.1", 8123)

    def test_a_remembered_port_is_kept_while_it_is_free(self) -> None:
        port = free_port("127.0.0.1")
        assert free_port("127.0.0.1", port) == port
        with socket.create_server(("127.0.0.1", port)):
            assert free_port("127.0.0.1", port) != port


class TestData:
    def test_default_relative_and_home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        assert parse_data(None, Path("/clone")) == Path("/clone/.data")
        assert parse_data(" ", Path("/clone")) == Path("/clone/.data")
        assert parse_data("here", Path("/clone")) == tmp_path / "here"
        assert parse_data("~/there", Path("/clone")) == Path("~/there").expanduser().resolve()

    @pytest.mark.parametrize("value", ["/", "~", "/clone"])
    def test_a_folder_with_other_uses_is_refused(self, value: str) -> None:
        with pytest.raises(CannotRun, match="has to be a folder of its own"):
            parse_data(value, Path("/clone"))

    def test_made_and_locked(self, data: Path) -> None:
        folder = DataFolder(data / "new")
        folder.open(demo=True)
        folder.announce("http://127.0.0.1:8123")
        with pytest.raises(CannotRun, match=r"already running at http://127.0.0.1:8123"):
            DataFolder(data / "new").open(demo=True)
        folder.unlock()
        DataFolder(data / "new").open(demo=True)

    def test_a_file_in_its_place(self, data: Path) -> None:
        (data / "file").write_text("")
        with pytest.raises(CannotRun, match="is a file"):
            DataFolder(data / "file").open(demo=True)

    def test_below_a_file(self, data: Path) -> None:
        (data / "file").write_text("")
        with pytest.raises(CannotRun, match="cannot be written"):
            DataFolder(data / "file" / "below").open(demo=True)

    @pytest.mark.usefixtures("as_somebody_else")
    def test_unwritable(self) -> None:
        with pytest.raises(CannotRun, match=r"cannot be written \(permission denied\)"):
            DataFolder(Path("/usr/motcua")).open(demo=True)

    def test_other_things_inside_are_left_alone(self, data: Path) -> None:
        (data / "thesis.odt").write_text("mine")
        with pytest.raises(CannotRun, match=r"holds other things \(thesis.odt\)"):
            DataFolder(data).open(demo=True)
        assert [path.name for path in data.iterdir()] == ["thesis.odt"]

    def test_a_broken_part(self, data: Path) -> None:
        folder = DataFolder(data / "new")
        folder.open(demo=True)
        folder.unlock()
        folder.logs.rmdir()
        folder.logs.write_text("")
        with pytest.raises(CannotRun, match=r"broken: .*log is not a folder"):
            DataFolder(data / "new").open(demo=True)

    def test_a_full_disk(self, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(1, 1, 100 * 2**20))
        with pytest.raises(CannotRun, match="nearly full: 100 MB are free, 500 MB are needed"):
            DataFolder(data).open(demo=True)

    def test_keys_are_made_once_and_private(self, data: Path) -> None:
        folder = DataFolder(data)
        first = folder.secrets()
        assert first == folder.secrets()
        assert set(first) == {
            "MOTCUA_SECRET_KEY",
            "MOTCUA_FIELD_KEYS",
            "MOTCUA_INDEX_KEY",
            "MOTCUA_OIDC_CLIENT_SECRET",
        }
        assert stat.S_IMODE((data / "secrets.json").stat().st_mode) == 0o600

    def test_a_new_kind_of_key_joins_the_old_ones(self, data: Path) -> None:
        (data / "secrets.json").write_text(json.dumps({"MOTCUA_SECRET_KEY": "kept"}))
        found = DataFolder(data).secrets()
        assert found["MOTCUA_SECRET_KEY"] == "kept"
        assert found["MOTCUA_INDEX_KEY"]

    def test_unreadable_keys_are_never_replaced(self, data: Path) -> None:
        (data / "secrets.json").write_text("{")
        with pytest.raises(CannotRun, match="restore it from a backup"):
            DataFolder(data).secrets()
        assert (data / "secrets.json").read_text() == "{"


class TestReset:
    def reset(self, folder: Path, *more: str) -> int:
        return main(["reset", "--data", str(folder), *more])

    def test_a_demo_goes_completely(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        folder = DataFolder(data / "demo")
        folder.open(demo=True)
        folder.unlock()
        assert self.reset(data / "demo") == 0
        assert not (data / "demo").exists()
        assert f"Deleted {data / 'demo'}" in capsys.readouterr().out

    def test_nothing_there_is_fine(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.reset(data / "none") == 0
        assert "Nothing to reset" in capsys.readouterr().out

    def test_refused_while_running(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        folder = DataFolder(data / "demo")
        folder.open(demo=True)
        assert self.reset(data / "demo") == 1
        assert "already running" in capsys.readouterr().err
        assert folder.marker.exists()

    def test_a_stranger_s_folder_is_refused(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (data / "thesis.odt").write_text("mine")
        assert self.reset(data) == 1
        assert "is not a data folder of Motcua" in capsys.readouterr().err
        assert (data / "thesis.odt").exists()

    def test_real_data_needs_a_word_more(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        folder = DataFolder(data / "real")
        folder.open(demo=False)
        folder.unlock()
        assert self.reset(data / "real") == 1
        assert "is not a demo" in capsys.readouterr().err
        assert self.reset(data / "real", "--yes") == 0


class TestHealth:
    def test_without_a_supervisor_there_is_no_state(self, data: Path) -> None:
        assert read_state(data) is None

    @pytest.mark.parametrize("content", ["[]", "{", '{"ready": "yes"}'])
    def test_what_cannot_be_understood_is_not_ready(self, data: Path, content: str) -> None:
        (data / "state.json").write_text(content)
        state = read_state(data)
        assert state is not None
        assert state["ready"] is False
        assert state["processes"] == {}

    def test_round_trip(self, data: Path) -> None:
        web = ProcessState(up=True, pid=1, since=None, restarts=0)
        state = State(
            ready=True, supervisor=2, since=None, address="http://127.0.0.1:8000", processes={"web": web}
        )
        write_state(data / "run", state)
        assert read_state(data / "run") == state
