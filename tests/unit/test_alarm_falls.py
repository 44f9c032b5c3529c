"""Suspected falls and the alarms they raise: who can end one, and what is another fall."""

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from sumika.alarm import AlarmBook, KeptAlarm, Rules, Watches, WatchMemory
from sumika.clock import Instant
from sumika.perception import fall as fall_step
from sumika.schema import AlarmStage, FallStage, Message, Origin, SuspectedFall, Tracks
from sumika.schema.alarm_settings import Alarms, WatchFalls
from sumika.units import seconds_to_ns
from tests.alarm_helpers import NOON, fall
from tests.posture_scenes import Resident

LOCAL = datetime(2026, 1, 20, 9, tzinfo=UTC)
LOOKS_EVERY_S = 0.5
CANCEL_S = 3600.0
"""Long: nobody is told anything here."""


class Watched:
    """A house in which falls are watched, and the book of its alarms."""

    def __init__(self, now: Instant = NOON) -> None:
        self.now = now
        self._begin(())

    def _begin(self, kept: tuple[KeptAlarm, ...]) -> None:
        self.watches = Watches(Alarms(suspected_fall=WatchFalls(cancel_s=CANCEL_S)), WatchMemory(), Origin.LIVE)
        self.book = AlarmBook(Rules(), kept, self.now)

    def restarts(self) -> None:
        """Let the part that raises alarms begin anew with what it had kept."""
        kept = msgspec.json.encode(tuple(self.book.alarms.values()))
        self._begin(msgspec.json.decode(kept, type=tuple[KeptAlarm, ...]))

    def hear(self, *messages: Message) -> tuple[KeptAlarm, ...]:
        """Hear messages, look, and return the alarms that are raised."""
        for message in messages:
            self.watches.hear(message)
        new = self.book.take(self.watches.look(self.now, LOCAL), self.now, LOCAL)
        self.book.turn(self.now, 3.0)
        return new

    def after(self, seconds: float) -> None:
        """Let time pass in which nobody says a word."""
        until = self.now.later(seconds_to_ns(seconds))
        while self.now.monotonic_ns < until.monotonic_ns:
            self.now = self.now.later(seconds_to_ns(LOOKS_EVERY_S))
            self.hear()

    def lies(self, seconds: int, track: int = 3, *, down: Instant, room: str = "bedroom") -> tuple[KeptAlarm, ...]:
        """Let somebody be suspected for a while, and return the alarms that are raised."""
        new: tuple[KeptAlarm, ...] = ()
        for _ in range(seconds):
            self.now = self.now.later(seconds_to_ns(1.0))
            new += self.hear(fall(self.now, track=track, down=down, room=room))
        return new

    @property
    def stages(self) -> list[AlarmStage]:
        """How far each alarm has come, the oldest first."""
        return [alarm.stage for alarm in self.book.alarms.values()]

    def answers(self, stage: AlarmStage) -> None:
        """Let somebody answer everything that is open."""
        for name in tuple(self.book.alarms):
            self.book.answer(name, stage, "ken", self.now)


def test_who_has_got_up_says_nothing_of_who_still_lies_there() -> None:
    house = Watched()
    (alarm,) = house.hear(fall(house.now), fall(house.now, track=9))
    house.hear(fall(house.now, FallStage.CLEARED, track=9))
    assert house.stages == [AlarmStage.PROMPT]
    house.hear(fall(house.now, FallStage.CLEARED))
    assert house.stages == [AlarmStage.OVER]
    assert not house.book.alarms[alarm.id].goes_on


@pytest.mark.parametrize("restarts", [False, True])
def test_who_was_never_suspected_ends_no_alarm(restarts: bool) -> None:
    house = Watched()
    house.lies(20, down=house.now)
    if restarts:
        house.restarts()
    house.after(11.0)  # while the track of who lies there is lost, or nothing is told
    house.hear(fall(house.now, FallStage.CANDIDATE, track=9, down=house.now))
    house.hear(fall(house.now, FallStage.CLEARED, track=9, down=house.now))
    assert house.stages == [AlarmStage.PROMPT]


def test_who_goes_by_the_same_number_since_tracks_are_numbered_anew_ends_no_alarm() -> None:
    house = Watched()
    first = house.now
    house.lies(20, down=first)
    house.after(30.0)
    house.hear(fall(house.now, FallStage.CLEARED, down=house.now))
    assert house.stages == [AlarmStage.PROMPT]
    another_boot = msgspec.structs.replace(house.now, boot_id="another")
    house.hear(fall(another_boot, FallStage.CLEARED, down=first))
    assert house.stages == [AlarmStage.PROMPT]


@pytest.mark.parametrize("restarts", [False, True])
def test_who_is_up_again_ends_the_alarm_however_long_nothing_was_told_and_wherever_they_are(restarts: bool) -> None:
    house = Watched()
    first = house.now
    house.lies(20, down=first)
    house.after(30.0)
    if restarts:
        house.restarts()
    house.hear(fall(house.now, FallStage.CLEARED, down=first, room="hall"))
    assert house.stages == [AlarmStage.OVER]


@pytest.mark.parametrize("answer", [AlarmStage.CANCELLED, AlarmStage.ACKNOWLEDGED])
def test_who_got_up_and_left_through_the_door_and_falls_again_there_is_another_alarm(answer: AlarmStage) -> None:
    house = Watched()
    first = house.now
    assert len(house.lies(10, down=first)) == 1
    house.answers(answer)
    assert house.lies(10, down=first) == ()
    house.hear(fall(house.now, FallStage.CLEARED, down=first, room="hall"))
    house.after(300.0)
    assert len(house.lies(600, down=house.now)) == 1
    assert house.stages == [answer, AlarmStage.PROMPT]


@pytest.mark.parametrize("answer", [AlarmStage.CANCELLED, AlarmStage.ACKNOWLEDGED])
def test_who_falls_beside_somebody_who_is_cared_for_is_another_alarm(answer: AlarmStage) -> None:
    house = Watched()
    first = house.now
    house.lies(20, down=first)
    house.answers(answer)
    house.lies(100, down=first)
    second, new = house.now, 0
    for _ in range(700):
        new += len(house.lies(1, down=first))
        new += len(house.hear(fall(house.now, track=9, down=second)))
    assert new == 1, "and of each but once"
    house.hear(fall(house.now, FallStage.CLEARED, track=9, down=second))
    assert house.stages == [answer, AlarmStage.OVER]
    assert house.lies(10, down=first) == (), "who is cared for lies there still"


def test_who_falls_while_an_alarm_of_the_room_is_open_joins_it_and_keeps_it_open() -> None:
    house = Watched()
    first = house.now
    house.lies(20, down=first)
    second = house.now
    assert house.lies(20, track=9, down=second) == ()
    house.hear(fall(house.now, FallStage.CLEARED, down=first))
    assert house.stages == [AlarmStage.PROMPT]
    house.hear(fall(house.now, FallStage.CLEARED, track=9, down=second))
    assert house.stages == [AlarmStage.OVER]


def test_who_falls_where_nobody_answered_is_another_alarm() -> None:
    house = Watched()
    first = house.now
    house.lies(round(CANCEL_S) + 10, down=first)
    assert house.stages == [AlarmStage.UNANSWERED]
    (second,) = house.lies(5, track=9, down=house.now)
    assert house.stages == [AlarmStage.UNANSWERED, AlarmStage.PROMPT]
    house.hear(fall(house.now, FallStage.CLEARED, down=first))
    assert house.stages == [AlarmStage.OVER, AlarmStage.PROMPT]
    assert second.goes_on


def test_a_fall_that_was_answered_stays_answered_over_a_restart_of_what_raises_alarms() -> None:
    house = Watched()
    first = house.now
    house.lies(20, down=first)
    house.answers(AlarmStage.ACKNOWLEDGED)
    house.restarts()
    assert house.lies(60, down=first) == ()


def test_what_cannot_be_reckoned_with_is_a_suspicion_all_the_same() -> None:
    house = Watched()
    broken = msgspec.structs.replace(fall(house.now), since_s=float("nan"))
    assert len(house.hear(broken)) == 1


def followed(scene: Iterable[Tracks], house: Watched, *, anew_at: int = -1) -> list[SuspectedFall]:
    """Show a scene to the part that suspects falls, which may begin anew in it, and let the house hear it."""
    state, told = fall_step.start(), list[SuspectedFall]()
    for number, tracks in enumerate(scene):
        house.now = tracks.stamp
        if number == anew_at:
            state = fall_step.start()
        state, said = fall_step.step(state, tracks)
        falls = [one for one in said if isinstance(one, SuspectedFall)]
        told += falls
        if falls or number % 5 == 0:
            house.hear(*falls)
    return told


def lying(seconds: float) -> list[Tracks]:
    resident = Resident(np.random.default_rng(1), sigma_m=0.05)
    return [*resident.does("walk", 8.0, 1.0), *resident.does("floor", seconds, 0.7)]


@pytest.mark.parametrize("found_as", [1, 5])
def test_all_that_is_told_of_one_fall_is_one_suspicion(found_as: int) -> None:
    resident = Resident(np.random.default_rng(1), sigma_m=0.05)
    scene = [*resident.does("walk", 8.0, 1.0), *resident.does("floor", 20.0, 0.7)]
    lost = [msgspec.structs.replace(tracks, tracks=()) for tracks in resident.does("floor", 3.0, 0.0)]
    resident.id = found_as
    scene += [*lost, *resident.does("floor", 10.0, 0.0), *resident.does("stand", 5.0, 1.0)]
    house = Watched(scene[0].stamp)
    told = followed(scene, house)
    assert told[-1].stage is FallStage.CLEARED
    assert len(told) > 20
    (alarm,) = house.book.alarms.values()
    assert (alarm.stage, alarm.suspicions) == (AlarmStage.OVER, ())


def test_somebody_who_sits_down_ends_no_alarm_of_who_lies_there_after_a_restart_of_what_suspects_falls() -> None:
    scene = lying(90.0)
    other = Resident(np.random.default_rng(2), sigma_m=0.05, id=9)
    sits = [*other.does("walk", 60.0, 1.0), *other.does("floor", 3.5, 0.6), *other.does("stand", 20.0, 1.0)]
    both = []
    for tracks, more in zip(scene, sits, strict=False):
        (there,) = more.tracks
        x, y, z = there.position_m
        apart = msgspec.structs.replace(there, position_m=(x + 2.5, y + 2.5, z))
        both.append(msgspec.structs.replace(tracks, tracks=(*tracks.tracks, apart)))
    house = Watched(both[0].stamp)
    told = followed(both, house, anew_at=300)
    assert [one.stage for one in told if one.track == 9][-1] is FallStage.CLEARED
    assert house.stages == [AlarmStage.PROMPT]
