"""A byte of a kept file turns into one that is no text: that is damage as any other, and is met as such."""

from pathlib import Path

from sumika.alarm import Before
from sumika.desk.audit import HEAD_FILE, Audit
from sumika.log import LogReader
from sumika.runtime.alarm_store import AlarmStore
from tests.unit.test_log_reader import handmade, record

NO_TEXT = b"\x81\xa6tracks\x91\x81\xa6source\xa1\xff"


def test_a_message_of_the_log_that_is_no_text_is_counted_and_the_others_are_read(tmp_path: Path) -> None:
    broken = record().replace(b"bedroom", b"bedro\xffm")
    reader = LogReader(handmade(tmp_path / "a.mcap", [("presence", broken), ("presence", record())]))
    assert len(list(reader)) == 1
    (damage,) = reader.info.damages
    assert (damage.kind.value, damage.messages) == ("unreadable", 1)


def test_what_came_before_an_alarm_is_none_where_it_cannot_be_read(tmp_path: Path) -> None:
    store = AlarmStore(tmp_path)
    assert store.save_before("alarm1", Before())
    (tmp_path / "before" / "alarm1.msgpack").write_bytes(NO_TEXT)
    assert store.load_before("alarm1") is None


def test_a_seal_of_the_desk_that_cannot_be_read_is_a_fault_and_no_end(tmp_path: Path) -> None:
    audit = Audit(tmp_path)
    audit.add(at_unix_s=1.0, who="Mari", what="approved", paper="estimate")
    head = tmp_path / HEAD_FILE
    head.write_bytes(head.read_bytes().replace(b"hash", b"h\xffsh"))
    assert [key for _, key in audit.faults()] == ["no_head"]
    audit.finish()
    assert audit.faults() == ()
