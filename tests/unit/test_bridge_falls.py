"""Suspected falls as Home Assistant is told of them: each once, and none left out because of an earlier one."""

import json
from typing import Any

import pytest

from sumika.bridge.falls import Falls
from sumika.clock import Instant
from sumika.schema import FallStage, Origin, Reason, SuspectedFall
from sumika.units import seconds_to_ns
from tests.bus_helpers import STAMP

DAY_S = 86_400.0
SUSPECTED, CLEARED = FallStage.SUSPECTED, FallStage.CLEARED


class Played:
    """What is told, on a clock that the test moves."""

    def __init__(self) -> None:
        self.falls = Falls()
        self.hidden = False

    def says(self, at_s: float, stage: FallStage, *, fell_s: float, track: int = 3) -> list[str]:
        """Let the house say something of who fell at a moment; return what is told then."""
        now_ns = seconds_to_ns(at_s)
        about: dict[str, Any] = {"source": "house", "track": track, "room": "living", "reason": Reason.LYING_STILL}
        course: dict[str, Any] = {"position_m": (1.0, 1.0, 0.2), "drop_m": 1.0, "drop_speed_m_s": 1.5, "middle_m": 0.2}
        stamp = Instant(now_ns, STAMP.wall_ns + now_ns, STAMP.boot_id)
        times: dict[str, Any] = {"stamp": stamp, "still_s": 6.0, "since_s": at_s - fell_s}
        fall = SuspectedFall(**about, **course, **times, origin=Origin.LIVE, stage=stage, probability=0.9, sigma=0.1)
        self.falls.hear(fall, now_ns, hidden=self.hidden)
        return [json.loads(payload)["event_type"] for _, payload in self.falls.take(now_ns)]

    def lies(self, begin_s: float, end_s: float, *, fell_s: float) -> list[str]:
        """Let the house repeat a suspicion every second; return all that is told."""
        seconds = range(int(begin_s), int(end_s))
        return [told for at_s in seconds for told in self.says(at_s, SUSPECTED, fell_s=fell_s)]


def test_a_suspicion_that_is_repeated_is_told_once_and_its_end_once() -> None:
    played = Played()
    assert played.lies(10, 600, fell_s=2) == ["suspected"]
    assert played.says(600, CLEARED, fell_s=2) == ["cleared"]
    assert played.says(601, CLEARED, fell_s=2) == []


def test_a_fall_is_told_though_nobody_said_that_an_earlier_one_of_that_number_was_over() -> None:
    played = Played()
    assert played.lies(10, 20, fell_s=2) == ["suspected"]
    assert played.lies(DAY_S, DAY_S + 5, fell_s=DAY_S - 8) == ["suspected"]
    assert played.says(DAY_S + 5, CLEARED, fell_s=DAY_S - 8) == ["cleared"]


def test_a_fall_is_told_after_one_that_ended_while_guests_were_here() -> None:
    played = Played()
    assert played.lies(10, 20, fell_s=2) == ["suspected"]
    played.hidden = True
    assert played.says(20, CLEARED, fell_s=2) == []
    played.hidden = False
    # Even at once, and with a moment of coming down that cannot be told from the first.
    assert played.says(22, SUSPECTED, fell_s=3) == ["suspected"]


@pytest.mark.parametrize("gap_s", [4.0, 30.0])
def test_a_suspicion_that_goes_on_after_a_gap_is_not_told_twice(gap_s: float) -> None:
    played = Played()
    assert played.lies(10, 20, fell_s=2) == ["suspected"]
    assert played.lies(20 + gap_s, 25 + gap_s, fell_s=2) == []
    assert played.says(25 + gap_s, CLEARED, fell_s=2) == ["cleared"]


def test_a_suspicion_that_goes_on_while_guests_are_here_is_not_told_again_when_they_go() -> None:
    played = Played()
    assert played.lies(10, 20, fell_s=2) == ["suspected"]
    played.hidden = True
    assert played.lies(20, 200, fell_s=2) == []
    played.hidden = False
    assert played.lies(200, 210, fell_s=2) == []


def test_what_began_while_guests_were_here_is_told_when_they_go_and_its_end_only_if_it_was() -> None:
    played = Played()
    played.hidden = True
    assert played.lies(10, 20, fell_s=2) == []
    played.hidden = False
    assert played.says(20, CLEARED, fell_s=2) == []
    played.hidden = True
    assert played.lies(100, 110, fell_s=92) == []
    played.hidden = False
    assert played.lies(110, 115, fell_s=92) == ["suspected"]


def test_the_end_of_a_fall_that_nobody_was_told_of_is_not_the_end_of_yesterdays() -> None:
    played = Played()
    assert played.lies(10, 20, fell_s=2) == ["suspected"]
    played.hidden = True
    assert played.lies(DAY_S, DAY_S + 5, fell_s=DAY_S - 8) == []
    played.hidden = False
    assert played.says(DAY_S + 5, CLEARED, fell_s=DAY_S - 8) == []
