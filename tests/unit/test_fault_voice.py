"""A house without a view says each fault in one line, and its end in another; and nothing of its people."""

import contextlib
import os

import pytest

from sumika.clock import Instant
from sumika.runtime.fault_voice import FaultVoice, write_aside
from sumika.schema import Event, Origin, Severity

NOW = Instant(0, 0, "boot")


def event(code: str, severity: Severity = Severity.WARNING, *, recovered: bool = False, detail: str = "") -> Event:
    return Event(
        stamp=NOW, origin=Origin.LIVE, subject="bed", code=code, severity=severity, recovered=recovered, detail=detail
    )


def said(*events: Event, language: str = "en") -> list[str]:
    lines: list[str] = []
    voice = FaultVoice(language, lines.append)
    for each in events:
        voice.take(each)
    return lines


def test_a_fault_and_its_end_are_a_line_each() -> None:
    lines = said(
        event("radar_silent"),
        event("radar_silent"),
        event("radar_silent", Severity.INFO, recovered=True),
        event("radar_silent", Severity.INFO, recovered=True),
    )
    assert lines == ["sumika: warning: no data from the radar bed", "sumika: info: data from the radar bed again"]


def test_it_is_said_why_in_the_language_of_the_house_and_in_one_line() -> None:
    (line,) = said(event("node_died", detail="has no config\nwrite config:"), language="ja")
    assert line == "sumika: 注意: bed が異常終了しました。再起動します（has no config write config:）"


def test_what_is_no_fault_and_what_is_of_people_is_not_said() -> None:
    assert said(event("run_began", Severity.INFO), event("alarm_raised", Severity.ALARM)) == []


def test_who_does_not_read_does_not_keep_the_house_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb"), os.fdopen(writing, "w", encoding="utf-8") as stuck:
        os.set_blocking(writing, False)
        filled = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                filled += os.write(writing, b"x" * 4096)
        os.set_blocking(writing, True)
        monkeypatch.setattr("sys.stderr", stuck)
        write_aside("lost")  # would wait for ever
        assert len(os.read(reading, 2 * filled)) == filled
        write_aside("told")
        assert os.read(reading, 100) == b"told\n"
