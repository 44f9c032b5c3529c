"""The store on a disk that fills up, breaks or is damaged: whole or not at all, and told in words."""

import errno
import os
import stat
from pathlib import Path
from typing import Any, NoReturn

import msgspec
import numpy as np
import pytest

from sumika.distil.records import Example, Grading
from sumika.distil.store import DamagedError, Store, StoreError, key_of, write_whole


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def files_of(store: Store) -> list[Path]:
    return sorted(path for path in store.folder.rglob("*") if path.is_file())


def test_what_is_put_is_found_by_its_content_and_written_once(store: Store) -> None:
    digest = store.put(b"content")
    written_ns = store.path_of(digest).stat().st_mtime_ns
    assert store.put(b"content") == digest
    assert store.path_of(digest).stat().st_mtime_ns == written_ns
    assert store.get(digest) == b"content"
    assert files_of(store) == [store.path_of(digest)]
    assert stat.S_IMODE(store.path_of(digest).parent.stat().st_mode) == 0o700


def test_records_and_arrays_come_back_and_equal_ones_have_one_name(store: Store) -> None:
    examples = [
        Example(prompt="1+1", answer="2", domain="arithmetic", licence="mit"),
        Example(prompt="f(x): 改行\n", tests=("assert f(1) == 2",), grading=Grading.CODE),
    ]
    digest = store.put_records(examples)
    assert store.get_records(digest, Example) == examples
    assert store.put_records(one for one in examples) == digest
    assert store.get_records(store.put_records([]), Example) == []
    arrays: dict[str, Any] = {"x": np.arange(6, dtype=np.float32).reshape(2, 3), "group": np.array(["a", "bc"])}
    name = store.put_arrays(arrays)
    assert store.put_arrays({key: arrays[key] for key in reversed(arrays)}) == name
    found = store.get_arrays(name)
    assert {key: found[key].dtype for key in found} == {key: arrays[key].dtype for key in arrays}
    assert all(np.array_equal(found[key], arrays[key]) for key in arrays)


def test_arrays_that_would_be_pickled_are_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        store.put_arrays({"x": np.array([{"a": 1}], dtype=object)})
    assert files_of(store) == []


def test_a_file_is_moved_in(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "weights"
    path.write_bytes(b"many weights")
    digest = store.put_file(path)
    assert not path.exists()
    assert store.get(digest) == b"many weights"
    store.check(digest)


@pytest.mark.parametrize("read", [Store.get, Store.check])
@pytest.mark.parametrize("damage", [b"Content", b"", b"content and more"])
def test_a_damaged_object_is_set_aside_and_can_be_made_again(store: Store, damage: bytes, read: Any) -> None:
    digest = store.put(b"content")
    store.path_of(digest).write_bytes(damage)
    with pytest.raises(DamagedError, match=f"object {digest[:12]} is damaged and was set aside"):
        read(store, digest)
    assert (store.folder / "damaged" / digest).read_bytes() == damage
    with pytest.raises(DamagedError, match=r"is missing \(No such file"):
        read(store, digest)
    assert store.put(b"content") == digest
    assert store.get(digest) == b"content"


def test_a_key_is_decided_by_every_part_and_by_no_order_of_fields() -> None:
    example = Example(prompt="p")
    assert key_of("a", {"x": 1, "y": 2}) == key_of("a", {"y": 2, "x": 1})
    different = [key_of("a"), key_of("a", None), key_of("a", 0), key_of("a", ""), key_of("b"), key_of("a", example)]
    different += [key_of("a", msgspec.structs.replace(example, domain="d")), key_of(["a"]), key_of("a", [1, 2])]
    assert len({*different, key_of("a", [2, 1])}) == len(different) + 1
    assert {len(key) for key in different} == {24}


# Disks


def full(*arguments: Any, **named: Any) -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_nothing_half_and_nothing_lost(
    store: Store, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = store.put(b"from before")
    with monkeypatch.context() as patched:
        patched.setattr(*((os, "fsync", full) if call == "fsync" else (Path, "replace", full)))
        with pytest.raises(
            StoreError, match=r"the disk is full. Free some space and call the same command again"
        ) as told:
            store.put(b"new")
    assert str(store.folder) in told.value.where
    assert files_of(store) == [store.path_of(before)]
    assert store.get(store.put(b"new")) == b"new"


def test_an_old_file_stands_until_the_new_one_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.json"
    write_whole(path, b"old")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="disk is full"):
            write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_file_that_cannot_be_moved_in_stays_where_it_is(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "weights"
    path.write_bytes(b"many weights")
    with monkeypatch.context() as patched:
        patched.setattr("shutil.move", full)
        with pytest.raises(StoreError, match="disk is full"):
            store.put_file(path)
    assert path.read_bytes() == b"many weights"
    with pytest.raises(StoreError, match=r"cannot be written \(No such file or directory\)"):
        store.put_file(tmp_path / "nothing")


def test_a_store_that_cannot_be_made_says_what_to_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StoreError, match=r"file/objects: cannot be written .* Name another one with --store"):
        Store(tmp_path / "file")


@pytest.mark.parametrize("part", ["objects", "work"])
def test_a_full_disk_is_told_wherever_it_shows(store: Store, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(StoreError, match="disk is full"):
        store.put(b"new") if part == "objects" else store.work_folder("abc")
    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(StoreError, match="disk is full"), store.locked("abc"):
        pytest.fail("the lock is not held")


def test_the_work_of_a_stage_is_kept_until_it_is_dropped(store: Store) -> None:
    folder = store.work_folder("abc")
    (folder / "checkpoint").write_bytes(b"half")
    assert store.work_folder("abc") == folder
    assert (folder / "checkpoint").read_bytes() == b"half"
    store.drop_work("abc")
    store.drop_work("abc")
    assert not folder.exists()
