"""The ring: whole frames or none, overruns counted, a new writer noticed, damaged files refused, kill -9 survived."""

import os
import stat
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

from sumika.bus import RingReader, RingWriter
from sumika.evaluate.spine.ring import torn
from sumika.schema import SumikaError
from tests.bus_helpers import Child


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bedroom.ring"


def test_an_array_comes_back(path: Path) -> None:
    iq = (np.arange(24) - 1j).astype(np.complex64).reshape(2, 3, 4)
    with RingWriter(path, slot_bytes=1000) as writer, RingReader(path) as reader:
        before = reader.latest_position
        position = writer.write(iq)
        assert (before, reader.latest_position) == (None, position)
        data = reader.read(position)
        assert data is not None
        assert np.array_equal(np.frombuffer(data, np.complex64).reshape(iq.shape), iq)
        assert reader.overruns == 0


@pytest.mark.parametrize("content", [b"", b"a", b"x" * 99, b"y" * 100])
def test_every_length_up_to_a_slot_comes_back(path: Path, content: bytes) -> None:
    with RingWriter(path, slot_bytes=100) as writer, RingReader(path) as reader:
        data = reader.read(writer.write(content))
        assert data is not None
        assert bytes(data) == content


def test_a_frame_is_filled_in_place(path: Path) -> None:
    with RingWriter(path, slot_bytes=64) as writer, RingReader(path) as reader:
        np.frombuffer(writer.claim(), np.int16)[:4] = [1, -2, 3, -4]
        data = reader.read(writer.commit(8))
        assert data is not None
        assert np.frombuffer(data, np.int16).tolist() == [1, -2, 3, -4]


def test_what_was_overwritten_is_none_and_counted(path: Path) -> None:
    with RingWriter(path, slot_bytes=8, slots=4) as writer, RingReader(path) as reader:
        positions = [writer.write(bytes([number])) for number in range(6)]
        found = [reader.read(position) for position in positions]
        assert [None if data is None else bytes(data) for data in found] == [None, None, b"\2", b"\3", b"\4", b"\5"]
        assert reader.overruns == 2


def test_what_was_never_written_is_none_and_counted(path: Path) -> None:
    with RingWriter(path, slot_bytes=8) as writer, RingReader(path) as reader:
        position = writer.write(b"x")
        assert [reader.read(wrong) for wrong in (position + 1, position - 1, 0, -1, 2**80)] == [None] * 5
        assert reader.overruns == 5


def test_a_claimed_slot_is_nobodys_until_it_is_committed(path: Path) -> None:
    with RingWriter(path, slot_bytes=8, slots=2) as writer, RingReader(path) as reader:
        old, newer = writer.write(b"old"), writer.write(b"newer")
        writer.claim()[:3] = b"new"
        assert reader.read(old) is None
        assert reader.read(newer) is not None
        assert reader.latest_position == newer
        data = reader.read(writer.commit(3))
        assert data is not None
        assert bytes(data) == b"new"


def test_a_frame_overtaken_while_it_is_copied_is_none(path: Path) -> None:
    with RingWriter(path, slot_bytes=8, slots=2) as writer, RingReader(path) as reader:
        position = writer.write(b"first")
        barriers: list[None] = []

        def overtake() -> None:
            barriers.append(None)
            if len(barriers) == 2:  # the copy is made, and not yet verified
                writer.claim()[:1] = b"X"
                writer.commit(1)
                writer.claim()

        with mock.patch("sumika.bus._ring.barrier", overtake):
            assert reader.read(position) is None
        assert reader.overruns == 1


def test_a_kept_frame_stays_as_it_is(path: Path) -> None:
    with RingWriter(path, slot_bytes=8) as writer, RingReader(path) as reader:
        kept = [reader.read(writer.write(bytes([number] * 8))) for number in range(6)]
        assert [bytes(data or b"") for data in kept] == [bytes([number] * 8) for number in range(6)]


def test_memory_of_a_dropped_frame_is_used_again(path: Path) -> None:
    with RingWriter(path, slot_bytes=4096) as writer, RingReader(path) as reader:
        places = set()
        for number in range(20):
            data = reader.read(writer.write(bytes([number]) * 4096))
            assert data is not None
            places.add(np.frombuffer(data, np.uint8).ctypes.data)
            del data
        assert len(places) == 1


def test_a_frame_is_copied_where_the_reader_wants_it(path: Path) -> None:
    with RingWriter(path, slot_bytes=64) as writer, RingReader(path) as reader:
        position = writer.write(np.arange(4, dtype=np.complex64))
        out = np.zeros(4, np.complex64)
        data = reader.read(position, out)
        assert data is not None
        assert np.shares_memory(np.frombuffer(data, np.uint8), out)
        assert out.tolist() == [0, 1, 2, 3]
        with pytest.raises(ValueError, match="32 bytes does not fit into 8"):
            reader.read(position, bytearray(8))
        with pytest.raises(ValueError, match="read-only"):
            reader.read(position, bytes(64))


def test_a_frame_too_large_is_refused_and_the_ring_goes_on(path: Path) -> None:
    with RingWriter(path, slot_bytes=10) as writer, RingReader(path) as reader:
        with pytest.raises(SumikaError, match=r"11 bytes.*slot of 10"):
            writer.write(bytes(11))
        with pytest.raises(ValueError, match="without claim"):
            writer.commit(1)
        writer.claim()
        with pytest.raises(ValueError, match="do not fit"):
            writer.commit(11)
        assert reader.read(writer.write(b"fine")) is not None


@pytest.mark.parametrize(("slot_bytes", "slots"), [(0, 8), (2**31, 8), (8, 1), (8, 61)])
def test_a_ring_out_of_proportion_is_refused(path: Path, slot_bytes: int, slots: int) -> None:
    with pytest.raises(ValueError, match="a ring has"):
        RingWriter(path, slot_bytes, slots)


def test_a_new_writer_is_noticed_by_its_first_position(path: Path) -> None:
    with RingWriter(path, slot_bytes=8) as old:
        old_position = old.write(b"old")
        reader = RingReader(path)
        with RingWriter(path, slot_bytes=50, slots=3) as new:
            assert bytes(reader.read(old_position) or b"") == b"old"
            position = new.write(b"x" * 50)
            assert position > old_position
            assert bytes(reader.read(position) or b"") == b"x" * 50
            assert reader.read(old_position) is None
            assert not reader.refresh()
    reader.close()


def test_the_latest_position_is_that_of_the_new_writer(path: Path) -> None:
    with RingWriter(path, slot_bytes=8) as old:
        old.write(b"old")
        with RingReader(path) as reader, RingWriter(path, slot_bytes=8) as new:
            assert reader.latest_position is None
            position = new.write(b"new")
            assert reader.latest_position == position


def test_a_reader_outlives_the_folder(path: Path) -> None:
    with RingWriter(path, slot_bytes=8) as writer, RingReader(path) as reader:
        position = writer.write(b"x")
        path.unlink()
        assert not reader.refresh()
        assert reader.read(position) is not None
        assert reader.read(position + 1) is None


DIE_BETWEEN_CLAIM_AND_COMMIT = """
    import signal, sys
    from pathlib import Path
    from sumika.bus import RingWriter
    writer = RingWriter(Path(sys.argv[1]), slot_bytes=100, slots=2)
    positions = writer.write(b"overwritten"), writer.write(b"whole")
    writer.claim()[:50] = b"?" * 50
    print(*positions, flush=True)
    signal.pause()
"""


def test_a_writer_killed_within_a_frame_leaves_the_whole_ones(path: Path) -> None:
    with Child(DIE_BETWEEN_CLAIM_AND_COMMIT, path) as child:
        first, second = map(int, child.line().split())
        child.kill()
    with RingReader(path) as reader:
        assert reader.latest_position == second
        assert bytes(reader.read(second) or b"") == b"whole"
        assert reader.read(first) is None
        assert reader.read(second + 1) is None
        with RingWriter(path, slot_bytes=100) as writer:
            assert bytes(reader.read(writer.write(b"again")) or b"") == b"again"


def test_two_processes_never_see_a_torn_frame() -> None:
    figure = torn(frames=1500, frame_bytes=65_536)
    assert figure.value == 0
    assert figure.detail["frames_checked"] == 1500
    assert float(figure.detail["overruns_refused"]) > 0, "the writer never lapped the reader: nothing was proved"


def test_without_the_second_look_frames_would_be_torn(path: Path) -> None:
    """The test above can fail: what the writer does between the reader's two looks is in the copy."""
    with RingWriter(path, slot_bytes=8, slots=2) as writer, RingReader(path) as reader:
        position = writer.write(b"A" * 8)
        out, looks = bytearray(8), []

        def write_half() -> None:
            looks.append(bytes(out))
            if len(looks) == 1:
                writer.write(b"B" * 8)
                writer.claim()[:4] = b"C" * 4

        with mock.patch("sumika.bus._ring.barrier", write_half):
            assert reader.read(position, out) is None
        assert bytes(out) == b"CCCCAAAA"


def test_only_we_can_read_it_and_nothing_else_is_left(path: Path) -> None:
    previous = os.umask(0)
    try:
        RingWriter(path, slot_bytes=8).close()
    finally:
        os.umask(previous)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    "content", [b"", b"SumikaR1", b"x" * 9000, b"SumikaR1" + bytes(4088), b"SumikaR1" + b"\xff" * 99]
)
def test_a_file_that_is_no_ring_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(SumikaError, match=r"not a ring.*Stop the house"):
        RingReader(path)


@pytest.mark.parametrize("change", [-1, -5000, 1])
def test_a_ring_of_the_wrong_size_is_refused_before_it_is_mapped(path: Path, change: int) -> None:
    RingWriter(path, slot_bytes=10_000).close()
    os.truncate(path, path.stat().st_size + change)
    with pytest.raises(SumikaError, match=r"damaged.*bytes where"):
        RingReader(path)


def test_a_damaged_successor_is_refused(path: Path) -> None:
    with RingWriter(path, slot_bytes=8) as writer, RingReader(path) as reader:
        position = writer.write(b"x")
        (path.parent / "other").write_bytes(b"garbage" * 99)
        (path.parent / "other").replace(path)
        with pytest.raises(SumikaError, match="not a ring"):
            reader.read(position + 1)
        assert reader.read(position) is not None


@pytest.mark.parametrize("kind", ["nothing", "link", "folder"])
def test_what_is_no_file_is_refused(path: Path, kind: str) -> None:
    if kind == "link":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    with pytest.raises(SumikaError, match=r"bedroom\.ring"):
        RingReader(path)


def test_no_memory_for_a_ring_is_told_when_it_is_made(path: Path) -> None:
    full = OSError(28, "No space left on device")
    with mock.patch("os.posix_fallocate", side_effect=full), pytest.raises(SumikaError, match=r"No space.*XDG_RUNTIME"):
        RingWriter(path, slot_bytes=1_000_000)
    assert list(path.parent.iterdir()) == []
