"""The ring against a model: any interleaving of writes, claims, commits, reads and restarts of the writer."""

import tempfile
from pathlib import Path
from unittest import mock

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sumika.bus import RingReader, RingWriter

SLOT_BYTES = 40
CONTENTS = st.binary(max_size=SLOT_BYTES)


class RingAgainstModel(RuleBasedStateMachine):
    """`frames` holds what a reader must get; whatever is not in it must be None."""

    def __init__(self) -> None:
        super().__init__()
        self.scratch = tempfile.TemporaryDirectory()
        self.path = Path(self.scratch.name) / "radar.ring"
        self.frames: dict[int, bytes] = {}
        self.every: list[int] = []
        self.refused = 0
        self.claimed = False
        self.start = 1

    @initialize(slots=st.integers(2, 5))
    def make(self, slots: int) -> None:
        self.slots = slots
        self.writer = RingWriter(self.path, SLOT_BYTES, slots, start=lambda: self.start)
        self.next = self.start
        self.reader = RingReader(self.path)

    def _written(self, position: int, content: bytes) -> None:
        assert position == self.next
        self.next += 1
        self.frames[position] = content
        self.frames.pop(position - self.slots, None)
        self.every.append(position)
        self.claimed = False

    @rule(content=CONTENTS)
    def write(self, content: bytes) -> None:
        self._written(self.writer.write(content), content)

    @rule(content=CONTENTS)
    def claim(self, content: bytes) -> None:
        """Begin a frame and leave it unfinished: the frame it overwrites is gone."""
        self.writer.claim()[: len(content)] = content
        self.frames.pop(self.next - self.slots, None)
        self.claimed = True

    @precondition(lambda self: self.claimed)
    @rule(content=CONTENTS)
    def commit(self, content: bytes) -> None:
        self.writer.claim()[: len(content)] = content
        self._written(self.writer.commit(len(content)), content)

    @rule(data=st.data(), in_place=st.booleans())
    def read(self, data: st.DataObject, in_place: bool) -> None:
        position = data.draw(st.sampled_from([*self.every, self.next, self.next + 1, 0, -3]))
        expected = self.frames.get(position)
        got = self.reader.read(position, bytearray(SLOT_BYTES) if in_place else None)
        assert (None if got is None else bytes(got)) == expected
        self.refused += expected is None

    @rule(content=CONTENTS, when=st.sampled_from([1, 2]), writes=st.integers(1, 7), data=st.data())
    def read_while_the_writer_works(self, content: bytes, when: int, writes: int, data: st.DataObject) -> None:
        """The writer works at one of the reader's two looks; the reader gets the frame as it was, or none."""
        position = data.draw(st.sampled_from([*self.every[-self.slots :], self.next]))
        before = self.frames.get(position)
        looks = [0]

        def look() -> None:
            looks[0] += 1
            if looks[0] == when:
                for _ in range(writes):
                    self.write(content)

        with mock.patch("sumika.bus._ring.barrier", look):
            got = self.reader.read(position)
        assert got is None or bytes(got) == before
        assert got is not None or position not in self.frames or before is None
        self.refused += got is None

    @rule(slots=st.integers(2, 5), leave_unfinished=st.booleans())
    def start_the_writer_again(self, slots: int, leave_unfinished: bool) -> None:
        """As after a kill -9, possibly within a frame."""
        if leave_unfinished:
            self.writer.claim()
        self.writer.close()
        self.start = self.next + 1000
        self.make(slots)
        self.frames.clear()
        self.every = self.every[-10:]
        self.claimed = False
        self.refused = 0

    @rule(slots=st.integers(2, 5))
    def start_the_writer_again_under_the_reader(self, slots: int) -> None:
        """The same, with the reader kept: its first read of a new position finds the new ring."""
        reader, refused = self.reader, self.refused
        self.start_the_writer_again(slots, leave_unfinished=True)
        self.reader.close()
        self.reader, self.refused = reader, refused
        self.write(b"new")
        assert bytes(self.reader.read(self.next - 1) or b"") == b"new"

    @invariant()
    def what_is_not_there_is_counted(self) -> None:
        if hasattr(self, "reader"):
            assert self.reader.overruns == self.refused
            assert self.reader.latest_position == (self.next - 1 if self.next > self.start else None)

    def teardown(self) -> None:
        if hasattr(self, "reader"):
            self.reader.close()
            self.writer.close()
        self.scratch.cleanup()


RingAgainstModel.TestCase.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
TestRingAgainstModel = RingAgainstModel.TestCase
