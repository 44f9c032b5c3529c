"""Who lies still in a bedroom is asleep; who turns over still is; who moves on is not; what is not heard is unknown."""

import msgspec

from sumika.clock import Instant
from sumika.config import demo_house
from sumika.perception import sleep
from sumika.perception.sleep import ASLEEP_AFTER_S, BRIDGED_S, IN_BED_AFTER_S, PUBLISH_S, SILENT_S, SLIP_S
from sumika.runtime.house_ear import HouseEar
from sumika.runtime.table import nodes_of
from sumika.schema import Message, Origin, Posture, PostureKind, Presence, Reason, Sleep, SleepKind, Tick
from sumika.schema.house import House
from sumika.units import seconds_to_ns

HOUSE = demo_house({}).house


class Night:
    """A bedroom, second by second."""

    def __init__(self) -> None:
        """Begin with nobody heard of."""
        self.state = sleep.start("bedroom")
        self.said: list[Sleep] = []
        self._now_s = 0.0

    def hears(self, message: Message) -> None:
        """Give the step a message."""
        assert isinstance(message, Presence | Posture | Tick)
        self.state, told = sleep.step(self.state, message)
        self.said += [one for one in told if isinstance(one, Sleep)]

    @property
    def stamp(self) -> Instant:
        """Now."""
        return Instant(seconds_to_ns(self._now_s), 0, "test")

    def goes_on(
        self, seconds: float, *, moving: bool | None, probability: float | None = 1.0, room: str = "bedroom"
    ) -> SleepKind | None:
        """Let somebody move, or not, for some time; return what is said of it at last."""
        for _ in range(round(seconds)):
            self._now_s += 1.0
            valid = probability is not None
            about = {"room": room, "valid": valid, "reason": Reason.MEASURED, "origin": Origin.SIMULATED}
            self.hears(
                msgspec.convert(
                    {**about, "stamp": self.stamp, "probability": probability, "moving": moving}, Presence, strict=False
                )
            )
        return self.kind

    def passes(self, seconds: float) -> SleepKind | None:
        """Let time pass without a word of the room."""
        for _ in range(round(seconds)):
            self._now_s += 1.0
            self.hears(Tick(stamp=self.stamp, origin=Origin.LIVE))
        return self.kind

    def holds(self, posture: PostureKind, room: str = "bedroom") -> SleepKind | None:
        """Let somebody hold himself or herself so; return what is said a moment later."""
        self.hears(
            Posture(
                stamp=self.stamp,
                origin=Origin.LIVE,
                source="house",
                track=1,
                room=room,
                posture=posture,
                reason=Reason.MEASURED,
                standing=0.25,
                sitting=0.25,
                lying=0.25,
                other=0.25,
            )
        )
        return self.goes_on(1.0, moving=False)

    @property
    def kind(self) -> SleepKind | None:
        """What was said last."""
        return self.said[-1].kind


def test_who_lies_still_falls_asleep_and_turning_over_does_not_wake_them() -> None:
    night = Night()
    assert night.goes_on(ASLEEP_AFTER_S - 10.0, moving=False) is SleepKind.IN_BED
    assert night.goes_on(20.0, moving=False) is SleepKind.ASLEEP
    assert night.goes_on(10.0, moving=True) is SleepKind.ASLEEP
    assert night.goes_on(120.0, moving=False) is SleepKind.ASLEEP
    assert night.goes_on(40.0, moving=True) is SleepKind.AWAKE


def test_who_reads_in_bed_is_awake_but_in_bed() -> None:
    night = Night()
    assert night.goes_on(60.0, moving=True) is SleepKind.AWAKE
    for _ in range(10):
        assert night.goes_on(IN_BED_AFTER_S + 5.0, moving=False) is SleepKind.IN_BED
        assert night.goes_on(4.0, moving=True) is SleepKind.IN_BED


def test_where_postures_are_told_nobody_has_to_keep_still_to_be_in_bed() -> None:
    night = Night()
    assert night.goes_on(2.0, moving=False) is SleepKind.AWAKE
    assert night.holds(PostureKind.LYING, room="living") is SleepKind.AWAKE
    assert night.holds(PostureKind.LYING) is SleepKind.IN_BED
    assert night.holds(PostureKind.UNKNOWN) is SleepKind.IN_BED
    assert night.holds(PostureKind.SITTING) is SleepKind.AWAKE


def test_an_empty_room_is_left_and_a_silent_one_is_unknown() -> None:
    night = Night()
    assert night.passes(2.0) is None
    assert not night.said[-1].valid
    night.goes_on(ASLEEP_AFTER_S + 10.0, moving=False)
    assert night.goes_on(5.0, moving=None, probability=None) is SleepKind.ASLEEP
    assert night.passes(SILENT_S + 1.0) is None
    assert night.said[-1].reason is Reason.NO_SIGNAL
    assert night.goes_on(1.0, moving=False) is SleepKind.ASLEEP
    assert night.goes_on(SLIP_S + 5.0, moving=None, probability=0.1) is SleepKind.AWAY
    assert night.goes_on(5.0, moving=False) is SleepKind.AWAKE
    assert night.goes_on(700.0, moving=True, room="living") is None


def test_silence_is_no_lying_still() -> None:
    """Somebody reads in bed; the radar falls silent for a quarter of an hour, and they still read after it."""
    night = Night()
    night.goes_on(40.0, moving=True)
    assert night.passes(900.0) is None
    assert night.goes_on(5.0, moving=False) is SleepKind.AWAKE
    assert night.goes_on(IN_BED_AFTER_S, moving=False) is SleepKind.IN_BED
    assert night.goes_on(ASLEEP_AFTER_S - IN_BED_AFTER_S - 10.0, moving=False) is SleepKind.IN_BED
    assert night.goes_on(10.0, moving=False) is SleepKind.ASLEEP


def test_minutes_of_silence_wake_no_sleeper_and_put_nobody_to_sleep() -> None:
    asleep, awake = Night(), Night()
    asleep.goes_on(ASLEEP_AFTER_S + 10.0, moving=False)
    awake.goes_on(ASLEEP_AFTER_S - 30.0, moving=False)
    for night in (asleep, awake):
        assert night.passes(BRIDGED_S - 10.0) is None
    assert asleep.goes_on(1.0, moving=False) is SleepKind.ASLEEP
    assert awake.goes_on(20.0, moving=False) is SleepKind.IN_BED
    assert awake.goes_on(15.0, moving=False) is SleepKind.ASLEEP
    asleep.passes(BRIDGED_S + 10.0)
    assert asleep.goes_on(1.0, moving=False) is SleepKind.AWAKE, "after longer nobody knows"


def test_who_moves_at_the_first_look_after_a_silence_is_awake() -> None:
    night = Night()
    night.goes_on(ASLEEP_AFTER_S + 10.0, moving=False)
    night.passes(SILENT_S + 30.0)
    assert night.goes_on(1.0, moving=True) is SleepKind.AWAKE


def test_a_sleeper_whose_breath_is_hardly_seen_sleeps_on() -> None:
    night = Night()
    night.goes_on(ASLEEP_AFTER_S + 10.0, moving=False)
    assert night.goes_on(50.0, moving=None, probability=0.7) is SleepKind.ASLEEP
    assert night.goes_on(400.0, moving=None, probability=0.7) is None
    assert night.goes_on(1.0, moving=False) is SleepKind.ASLEEP


def test_a_slip_of_the_radar_is_told_at_once_and_wakes_nobody() -> None:
    night = Night()
    night.goes_on(ASLEEP_AFTER_S + 10.0, moving=False)
    assert night.goes_on(1.0, moving=None, probability=0.4) is SleepKind.AWAY
    assert night.goes_on(1.0, moving=False) is SleepKind.ASLEEP
    night.goes_on(SLIP_S - 5.0, moving=None, probability=0.4)
    assert night.goes_on(1.0, moving=True) is SleepKind.AWAKE, "they came back"


def test_a_sensor_that_tells_no_movement_cannot_tell_sleep() -> None:
    night = Night()
    assert night.goes_on(700.0, moving=None) is None
    assert night.goes_on(1.0, moving=None, probability=0.0) is SleepKind.AWAY


def test_it_is_said_at_once_and_then_now_and_then_with_how_long_it_has_been_so() -> None:
    night = Night()
    night.goes_on(100.0, moving=True)
    assert [one.kind for one in night.said] == [SleepKind.AWAKE] * 20
    assert [one.for_s for one in night.said] == [PUBLISH_S * count for count in range(20)]
    assert {one.origin for one in night.said} == {Origin.SIMULATED}
    night.goes_on(2.0, moving=None, probability=0.0)
    assert (night.said[-1].kind, night.said[-1].for_s) == (SleepKind.AWAY, 0.0)


def test_after_a_restart_of_the_machine_nothing_of_before_counts() -> None:
    night = Night()
    night.goes_on(ASLEEP_AFTER_S + 10.0, moving=False)
    night.hears(Tick(stamp=Instant(5, 0, "another"), origin=Origin.LIVE))
    assert night.kind is None


def test_the_planner_hears_who_sleeps_and_forgets_it_when_it_hears_no_more() -> None:
    ear, night = HouseEar(HOUSE), Night()
    night.goes_on(ASLEEP_AFTER_S + 10.0, moving=False)
    ear.take(night.said[-1])
    now_ns = night.stamp.monotonic_ns
    assert ear.activities(now_ns) == {"bedroom": "sleep"}
    assert ear.activities(now_ns + seconds_to_ns(90.0)) == {}
    night.goes_on(60.0, moving=True)
    ear.take(night.said[-1])
    assert ear.activities(night.stamp.monotonic_ns) == {}


def test_only_bedrooms_that_are_watched_are_told_of() -> None:
    def sleeps(house: House) -> list[str]:
        return [node.name for node in nodes_of(house) if node.name == "sleep"]

    assert sleeps(HOUSE) == ["sleep"]
    assert sleeps(msgspec.structs.replace(HOUSE, furniture=())) == []
    assert sleeps(msgspec.structs.replace(HOUSE, radars=(), sensors=())) == []
