"""Events, commands and config changes: written once, found again by time and subject, whatever happens to the file."""

import math
import sqlite3
import zlib
from pathlib import Path

import msgspec
import pytest

from sumika.clock import Instant
from sumika.history import Records, RecordsReader, records
from sumika.history._database import Layout, open_database
from sumika.schema import (
    AlarmCause,
    AlarmStage,
    AlarmState,
    ComfortWish,
    Command,
    ConfigChange,
    Event,
    Origin,
    Severity,
    SumikaError,
)
from tests.history_helpers import NOON_NS, as_after_kill, clock_at

FILE = "records.sqlite3"


def at(number: int) -> Instant:
    return Instant(number, NOON_NS + number, "test")


def event(number: int, subject: str = "radar", severity: Severity = Severity.ALARM) -> Event:
    return Event(
        stamp=at(number), origin=Origin.LIVE, subject=subject, code="x", severity=severity, detail=f"第{number}"
    )


def command(number: int, device: str = "lamp") -> Command:
    return Command(
        stamp=at(number), origin=Origin.LIVE, device=device, action="power_w", value=number / 3, asked_by="resident"
    )


def config(number: int, digest: str, file: str = "house.yaml") -> ConfigChange:
    return ConfigChange(stamp=at(number), origin=Origin.LIVE, file=file, hash=digest, text=f"version: 1  # {digest}\n")


def test_everything_comes_back_exactly_and_newest_first(tmp_path: Path) -> None:
    with Records(tmp_path, clock_at()) as book:
        assert book.record_event(event(1))
        assert book.record((event(2), command(3), config(4, "a")))
        assert book.events() == [event(2), event(1)]
        assert book.commands() == [command(3)]
        assert book.config_changes() == [config(4, "a")]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_command_for_no_number_is_kept_as_it_was_asked_and_read_again(tmp_path: Path, value: float) -> None:
    wild = msgspec.structs.replace(command(1), value=value)
    with Records(tmp_path, clock_at()) as book:
        assert book.record((wild, command(2)))
        assert [str(one.value) for one in book.commands()] == [str(command(2).value), str(value)]
        assert book.take_events() == []


def test_a_command_that_an_earlier_release_wrote_without_its_number_is_read_as_one_for_none(tmp_path: Path) -> None:
    with Records(tmp_path, clock_at()) as book:
        book.record_command(command(1))
    bodies = {
        "null": msgspec.json.encode(msgspec.structs.replace(command(1), value=math.nan)),
        "word": msgspec.json.encode({**msgspec.to_builtins(command(1)), "value": "much"}),
    }
    with sqlite3.connect(tmp_path / FILE) as connection:
        for body in bodies.values():
            connection.execute(
                "INSERT INTO record(kind, subject, severity, wall_ns, crc, body) VALUES(?,?,?,?,?,?)",
                ("command", "lamp", "", NOON_NS, zlib.crc32(body), body),
            )
    connection.close()
    reader = RecordsReader(tmp_path)
    assert sorted(str(one.value) for one in reader.commands()) == [str(command(1).value), "nan"]
    assert len(reader.problems) == 1  # what nobody wrote stays damaged


def test_what_was_recorded_is_there_for_another_process_at_once(tmp_path: Path) -> None:
    reader = RecordsReader(tmp_path / "book")
    assert reader.events() == []
    with Records(tmp_path / "book", clock_at()) as book:
        book.record_event(event(1))
        assert reader.events() == [event(1)]
        after = RecordsReader(as_after_kill(tmp_path / "book", tmp_path / "after"))
        assert after.events() == [event(1)]


def test_questions_by_time_subject_and_severity(tmp_path: Path) -> None:
    with Records(tmp_path, clock_at()) as book:
        for number in range(20):
            book.record_event(event(number, "radar" if number % 2 else "bedroom", list(Severity)[number % 3]))
            book.record_command(command(number, "lamp" if number % 2 else "fan"))
        assert [each.stamp.wall_ns - NOON_NS for each in book.events(NOON_NS + 5, NOON_NS + 9)] == [8, 7, 6, 5]
        assert len(book.events(subject="radar")) == 10
        assert {each.severity for each in book.events(severity=Severity.ALARM)} == {Severity.ALARM}
        assert len(book.events(subject="radar", severity=Severity.INFO, start_ns=NOON_NS + 4)) == 2
        assert len(book.events(limit=3)) == 3
        assert {each.device for each in book.commands(device="fan", end_ns=NOON_NS + 10)} == {"fan"}


def test_a_config_is_recorded_only_when_it_changed(tmp_path: Path) -> None:
    for start in (0, 10):  # the second time after a restart
        with Records(tmp_path, clock_at()) as book:
            for number, digest in enumerate("aab" if start == 0 else "bba"):
                assert book.record_config_change(config(start + number, digest))
            assert book.record_config_change(config(start + 5, "z", file="other.yaml"))
    with Records(tmp_path, clock_at()) as book:
        assert [each.hash for each in book.config_changes(file="house.yaml")] == ["a", "b", "a"]
        assert len(book.config_changes(file="other.yaml")) == 1
        found = book.config_at(NOON_NS + 11, "house.yaml")
        assert found is not None
        assert found.hash == "b"
        assert book.config_at(NOON_NS - 1) is None


def test_a_damaged_record_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    with Records(tmp_path, clock_at()) as book:
        book.record((event(1), event(2), event(3)))
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("UPDATE record SET body = ? WHERE id = 2", (b'{"stamp":[2,2,"x"]}',))
    connection.close()
    with Records(tmp_path, clock_at()) as book:
        assert book.events() == [event(3), event(1)]
        assert [each.code for each in book.take_events()] == ["records_damaged"]
    reader = RecordsReader(tmp_path)
    assert reader.events() == [event(3), event(1)]
    assert reader.problems == ("record 2: checksum does not fit",)


def test_a_corrupt_file_is_set_aside_and_recording_goes_on(tmp_path: Path) -> None:
    Records(tmp_path, clock_at()).close()
    (tmp_path / FILE).write_bytes(b"no database")
    assert RecordsReader(tmp_path).events() == []
    with Records(tmp_path, clock_at()) as book:
        assert book.record_event(event(1))
        told = book.take_events()
        assert [each.code for each in told] == ["records_corrupt"]
        aside = tmp_path / f"{FILE}.corrupt.20251124T160000Z"
        assert str(aside) in told[0].detail
        assert aside.read_bytes() == b"no database"


def test_a_file_that_breaks_while_in_use_is_set_aside_and_the_alarm_is_kept(tmp_path: Path) -> None:
    with Records(tmp_path, clock_at()) as book:
        for number in range(200):
            book.record_event(event(number))
    with Records(tmp_path, clock_at()) as book:
        data = (tmp_path / FILE).read_bytes()
        (tmp_path / FILE).write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))
        assert book.record_event(event(1000))
        assert book.events() == [event(1000)]
        assert [each.code for each in book.take_events()] == ["records_corrupt"]


def test_a_newer_file_is_refused_in_one_line(tmp_path: Path) -> None:
    Records(tmp_path, clock_at()).close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("PRAGMA user_version = 7")
    connection.close()
    with pytest.raises(SumikaError, match=r"newer Sumika \(tables version 7.*Update Sumika"):
        Records(tmp_path, clock_at())
    with pytest.raises(SumikaError, match="newer Sumika"):
        RecordsReader(tmp_path).events()


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    with Records(tmp_path, clock_at()), pytest.raises(SumikaError, match="another process"):
        Records(tmp_path, clock_at())


def test_the_file_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    with Records(tmp_path / "book", clock_at()) as book:
        book.record_event(event(1))
        assert all(path.stat().st_mode & 0o077 == 0 for path in [tmp_path / "book", *(tmp_path / "book").rglob("*")])


def test_an_older_file_is_migrated_step_by_step_with_a_backup(tmp_path: Path) -> None:
    path = tmp_path / FILE
    with Records(tmp_path, clock_at()) as book:
        book.record_event(event(1))
    newer = Layout(
        application_id=records.LAYOUT.application_id,
        version=3,
        create="CREATE TABLE never(used)",
        migrations={1: "ALTER TABLE record ADD COLUMN note TEXT", 2: "UPDATE record SET note = 'migrated'"},
    )
    connection, aside = open_database(path, newer, NOON_NS)
    assert aside is None
    assert connection.execute("SELECT note FROM record").fetchall() == [("migrated",)]
    assert connection.execute("PRAGMA user_version").fetchone() == (3,)
    connection.close()
    backup = tmp_path / f"{FILE}.before-migration-from-v1"
    assert backup.stat().st_mode & 0o777 == 0o600
    path.unlink()
    backup.rename(path)
    with Records(tmp_path, clock_at()) as book:
        assert book.events() == [event(1)]


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / FILE
    with Records(tmp_path, clock_at()) as book:
        book.record_event(event(1))
    broken = Layout(
        application_id=records.LAYOUT.application_id,
        version=2,
        create="",
        migrations={1: "ALTER TABLE record ADD COLUMN note TEXT; UPDATE record SET nonsense = 1"},
    )
    with pytest.raises(SumikaError, match="cannot be brought from tables version 1 to 2"):
        open_database(path, broken, NOON_NS)
    with Records(tmp_path, clock_at()) as book:
        assert book.events() == [event(1)]


def alarm(
    number: int, stage: AlarmStage = AlarmStage.PROMPT, name: str = "a", left_s: float | None = 50.0
) -> AlarmState:
    return AlarmState(
        stamp=at(number * 1_000_000_000),
        origin=Origin.LIVE,
        id=name,
        cause=AlarmCause.SUSPECTED_FALL,
        room="bath",
        stage=stage,
        since_unix_s=NOON_NS / 1e9,
        cancel_left_s=left_s,
    )


def wish(number: int, offset_k: float = 1.0, left_s: float | None = None, room: str = "bath") -> ComfortWish:
    stamp = at(number * 1_000_000_000)
    return ComfortWish(
        stamp=stamp, origin=Origin.LIVE, room=room, offset_k=offset_k, age_s=float(number), left_s=left_s
    )


def test_an_alarm_is_recorded_at_every_change_and_not_in_between(tmp_path: Path) -> None:
    told = [alarm(0), alarm(1, left_s=49.0), alarm(1, name="b"), alarm(2, AlarmStage.CONTACTS, left_s=None)]
    with Records(tmp_path, clock_at()) as book:
        assert all(book.record_alarm(each) for each in told)
    with Records(tmp_path, clock_at()) as book:  # after a restart the same is not written again
        for each in (alarm(3, AlarmStage.CONTACTS, left_s=None), alarm(4, AlarmStage.OVER, left_s=None)):
            assert book.record_alarm(each)
        assert book.record_alarm(alarm(5, AlarmStage.OVER, left_s=None))
        assert book.alarms(alarm="a") == [
            alarm(4, AlarmStage.OVER, left_s=None),
            alarm(2, AlarmStage.CONTACTS, left_s=None),
            alarm(0),
        ]
        assert len(book.alarms()) == 4
    assert RecordsReader(tmp_path).alarms(end_ns=NOON_NS + 1) == [alarm(0)]


def test_a_wish_that_is_said_every_minute_is_recorded_when_it_changes(tmp_path: Path) -> None:
    with Records(tmp_path, clock_at()) as book:
        for number in range(0, 600, 60):
            assert book.record_comfort_wish(wish(number, left_s=3600.0 - number))
        assert len(book.comfort_wishes()) == 1
        assert book.record_comfort_wish(wish(600, left_s=7200.0))  # for longer now
        assert book.record_comfort_wish(wish(601, left_s=7199.0, room="hall"))
    with Records(tmp_path, clock_at()) as book:
        assert book.record_comfort_wish(wish(660, left_s=7140.0))
        assert book.record_comfort_wish(wish(720, offset_k=0.0))
        assert book.record_comfort_wish(wish(780, offset_k=0.0))
        assert [each.offset_k for each in book.comfort_wishes(room="bath")] == [0.0, 1.0, 1.0]
