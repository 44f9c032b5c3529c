"""The runtime folder is ours alone, is swept up after a kill -9, and says what is wrong with one that is not ours."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from sumika.bus import RuntimeFolder
from sumika.schema import SumikaError
from tests.bus_helpers import Child, runtime_base


@pytest.fixture
def base() -> Iterator[Path]:
    with runtime_base() as path:
        yield path


HOLD_A_FOLDER = """
    import signal
    from sumika.bus import RuntimeFolder
    folder = RuntimeFolder.create()
    print(folder.path, flush=True)
    signal.pause()
"""


def test_only_we_can_enter(base: Path) -> None:
    previous = os.umask(0)
    try:
        with RuntimeFolder.create() as folder:
            assert folder.path.parent == base
            assert [stat.S_IMODE(path.stat().st_mode) for path in (base, folder.path)] == [0o700, 0o700]
    finally:
        os.umask(previous)


def test_nothing_is_left_after_close(base: Path) -> None:
    folder = RuntimeFolder.create()
    folder.ring("bedroom").write_bytes(b"x" * 1000)
    (folder.path / "pymp-x").mkdir()
    folder.close()
    folder.close()
    assert not [path for path in base.iterdir() if path.is_dir()]


def test_who_only_opened_it_does_not_remove_it(base: Path) -> None:
    with RuntimeFolder.create() as owned:
        RuntimeFolder.open(owned.path).close()
        assert owned.path.is_dir()


def test_what_a_killed_owner_left_is_swept_up_and_a_living_ones_is_not(base: Path) -> None:
    with Child(HOLD_A_FOLDER) as child:
        left = Path(child.line())
        with RuntimeFolder.create() as living:
            assert {folder.path for folder in RuntimeFolder.running()} == {left, living.path}
            child.kill()
            assert [folder.path for folder in RuntimeFolder.running()] == [living.path]
            assert left.is_dir()
            with RuntimeFolder.create() as third:
                assert not left.exists()
                assert living.path.is_dir()
                assert [folder.path for folder in RuntimeFolder.running()] == [third.path, living.path]


def test_sweeping_leaves_alone_what_is_not_ours(base: Path) -> None:
    RuntimeFolder.create().close()
    (base / "notes").mkdir()
    (base / "default-0a1b2c").symlink_to(base / "notes")
    dead = base / "default-d00d00"
    dead.mkdir()
    assert RuntimeFolder.sweep() == [dead]
    assert sorted(path.name for path in base.iterdir()) == [".lock", "default-0a1b2c", "notes"]


def test_nothing_runs_and_nothing_is_swept_where_nothing_ever_was(base: Path) -> None:
    assert RuntimeFolder.running() == []
    assert RuntimeFolder.sweep() == []
    assert not base.exists()


@pytest.mark.parametrize("mode", [0o755, 0o710, 0o702])
def test_a_folder_open_to_others_is_refused(base: Path, mode: int) -> None:
    base.mkdir(mode=0o700)
    base.chmod(mode)
    for enter in (RuntimeFolder.create, RuntimeFolder.running, RuntimeFolder.sweep):
        with pytest.raises(SumikaError, match=rf"open to others.*0{mode:o}.*XDG_RUNTIME_DIR"):
            enter()


def test_a_folder_of_another_user_is_refused(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base.mkdir(mode=0o700)
    monkeypatch.setattr(os, "getuid", lambda: base.stat().st_uid + 1)
    with pytest.raises(SumikaError, match="not ours: it belongs to user"):
        RuntimeFolder.create()


@pytest.mark.parametrize("kind", ["link", "file"])
def test_something_else_in_its_place_is_refused(base: Path, tmp_path: Path, kind: str) -> None:
    if kind == "link":
        base.symlink_to(tmp_path)
    else:
        base.write_text("")
    with pytest.raises(SumikaError, match=f"is a {kind}"):
        RuntimeFolder.create()


def test_entering_a_folder_that_is_gone_says_how_to_start_one(base: Path) -> None:
    with pytest.raises(SumikaError, match=r"no runtime folder.*sumika run"):
        RuntimeFolder.open(base / "default-000000")


def test_a_base_too_deep_for_sockets_is_refused_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("d" * 80)
    deep.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    with pytest.raises(SumikaError, match=r"too long for sockets.*107.*XDG_RUNTIME_DIR"):
        RuntimeFolder.create()
    assert list(deep.iterdir()) == []


def test_the_longest_radar_name_has_room(base: Path) -> None:
    with RuntimeFolder.create("x" * 16) as folder:
        assert folder.socket("sensor." + "r" * 32).startswith("ipc://")
        with pytest.raises(SumikaError, match="too long"):
            folder.socket("n" * 90)


@pytest.mark.parametrize("name", ["../escape", "a/b", ".lock", "a\0b"])
def test_a_name_cannot_leave_the_folder(base: Path, name: str) -> None:
    with RuntimeFolder.create() as folder:
        for place in (folder.socket, folder.answers, folder.ring):
            with pytest.raises(SumikaError, match="cannot be a file's name"):
                place(name)


@pytest.mark.parametrize("name", ["", "UPPER", "a/b", "x" * 17])
def test_an_instance_has_a_plain_name(base: Path, name: str) -> None:
    with pytest.raises(SumikaError, match="cannot name"):
        RuntimeFolder.create(name)


def test_without_a_usable_folder_of_the_session_it_lies_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/nowhere/at/all")
    with RuntimeFolder.create("test") as folder:
        assert folder.path.parent.name == f"sumika-{os.getuid()}"
