"""What is watched: falls, beds, bathrooms, mornings, smoke, faults. Time is data; unknown is neither yes nor no."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from sumika.alarm import DEAD_MAN, BeforeKeeper, DeadManSignal, Finding, Order, Outcome, Watches, WatchMemory
from sumika.clock import Instant
from sumika.schema import (
    AirSample,
    AlarmCause,
    Event,
    FallStage,
    Message,
    NodeHealth,
    NodeState,
    Origin,
    Reason,
    Severity,
    Tick,
    Track,
    TrackKind,
    Tracks,
)
from sumika.schema.alarm_settings import (
    Alarms,
    DeadMan,
    WatchBath,
    WatchBed,
    WatchFalls,
    WatchFaults,
    WatchMorning,
    WatchSmoke,
    WebhookWay,
)
from sumika.units import seconds_to_ns
from tests.alarm_helpers import NOON, fall, presence

ALL = Alarms(
    suspected_fall=WatchFalls(cancel_s=45.0),
    not_back_in_bed=WatchBed(rooms=("bedroom",), settled_min=20.0, away_min=30.0),
    long_in_bathroom=WatchBath(rooms=("bath",), longest_min=60.0),
    no_movement=WatchMorning(),
    smoke_or_co=WatchSmoke(),
    faults=WatchFaults(after_min=5.0),
)
STEP_S = 5.0


class Watched:
    """A house that is watched through a day that passes when told to."""

    def __init__(self, alarms: Alarms = ALL, *, at: str = "2026-01-20T23:00", origin: Origin = Origin.LIVE) -> None:
        self.local = datetime.fromisoformat(at).replace(tzinfo=UTC)
        self.now = Instant(NOON.monotonic_ns, int(self.local.timestamp() * 1e9), "boot")
        self.watches = Watches(alarms, WatchMemory(), origin)
        self.over: set[tuple[AlarmCause, str]] = set()
        self.cleared: set[str] = set()
        self.going_on: dict[AlarmCause, Finding] = {}
        self._alarms, self._origin = alarms, origin

    def power_is_away(self, hours: float) -> None:
        """Let the computer be off for a while, and boot again."""
        self.local += timedelta(hours=hours)
        self.now = Instant(NOON.monotonic_ns, int(self.local.timestamp() * 1e9), f"{self.now.boot_id}'")
        self.restarts()

    def restarts(self) -> None:
        """Let the node begin anew with what it had kept."""
        kept = msgspec.json.decode(msgspec.json.encode(self.watches.memory), type=WatchMemory)
        self.watches = Watches(self._alarms, kept, self._origin)

    def pauses(self, minutes: float) -> None:
        """Let residents want nothing sensed for a while, as the node does it."""
        for _ in range(round(60.0 * minutes / STEP_S)):
            self._passes()
            self.watches.rest()
            self._look(resting=True)

    def hear(self, *messages: Message) -> None:
        """Hear messages and look."""
        for message in messages:
            self.watches.hear(message)
        self._look()

    def _passes(self) -> None:
        self.now = self.now.later(seconds_to_ns(STEP_S))
        self.local += timedelta(seconds=STEP_S)

    def _look(self, *, resting: bool = False) -> None:
        seen = self.watches.look(self.now, self.local, resting=resting)
        self.going_on = {finding.cause: finding for finding in seen.going_on}
        self.over |= seen.over
        self.cleared |= seen.cleared

    def during(self, minutes: float, **rooms: float | None) -> "Watched":
        """Let time pass with so probable people in rooms."""
        for _ in range(round(60.0 * minutes / STEP_S)):
            self._passes()
            self.hear(*(presence(room, self.now, each) for room, each in rooms.items()))
        return self


def tracks(at: Instant, *people: tuple[str, TrackKind, float]) -> Tracks:
    return Tracks(
        stamp=at,
        origin=Origin.LIVE,
        source="house",
        tracks=tuple(
            Track(
                id=number,
                room=room,
                kind=kind,
                existence=0.9,
                going_m_s=going_m_s,
                position_m=(1.0, 1.0, 1.0),
                position_sigma_m=(0.1, 0.1, 0.1),
            )
            for number, (room, kind, going_m_s) in enumerate(people, 1)
        ),
    )


def test_nothing_is_watched_that_is_not_described() -> None:
    house = Watched(Alarms())
    house.hear(fall(house.now), smoke(house.now, smoke=True))
    assert house.during(120.0, bath=1.0).going_on == {}


def test_a_suspected_fall_is_found_and_over_when_somebody_is_up_again() -> None:
    house = Watched()
    house.hear(fall(house.now, FallStage.CANDIDATE))
    assert house.going_on == {}
    house.hear(fall(house.now))
    found = house.going_on[AlarmCause.SUSPECTED_FALL]
    assert (found.room, found.cancel_s, found.origin) == ("bedroom", 45.0, Origin.LIVE)
    house.hear(fall(house.now, FallStage.CLEARED, track=9))
    assert AlarmCause.SUSPECTED_FALL in house.going_on, "another body that is up again ends nothing"
    house.hear(fall(house.now, FallStage.CLEARED))
    assert AlarmCause.SUSPECTED_FALL not in house.going_on
    assert found.suspicion in house.cleared


def test_a_track_that_is_lost_is_no_all_clear() -> None:
    house = Watched()
    house.hear(fall(house.now))
    house.during(5.0, bedroom=None)
    assert house.going_on == {}
    assert not house.cleared


def test_a_house_that_is_simulated_raises_nothing_live() -> None:
    house = Watched(origin=Origin.SIMULATED)
    house.hear(fall(house.now))
    assert house.going_on[AlarmCause.SUSPECTED_FALL].origin is Origin.SIMULATED


def test_who_leaves_the_bed_at_night_and_is_not_back_is_found() -> None:
    house = Watched().during(25.0, bedroom=0.99)
    assert AlarmCause.NOT_BACK_IN_BED not in house.during(29.0, bedroom=0.01).going_on
    assert AlarmCause.NOT_BACK_IN_BED in house.during(1.5, bedroom=0.01).going_on
    house.over.clear()
    house.during(1.0, bedroom=0.99)
    assert (AlarmCause.NOT_BACK_IN_BED, "bedroom") in house.over


def test_a_short_visit_is_nothing() -> None:
    house = Watched().during(25.0, bedroom=0.99)
    for _ in range(4):
        assert AlarmCause.NOT_BACK_IN_BED not in house.during(20.0, bedroom=0.01).going_on
        house.during(5.0, bedroom=0.99)


def test_one_of_two_who_is_missing_is_found() -> None:
    house = Watched()
    both = (("bedroom", TrackKind.PERSON, 0.0), ("bedroom", TrackKind.PERSON, 0.0))
    for minutes, people in ((25.0, both), (31.0, both[:1])):
        for _ in range(round(60.0 * minutes / STEP_S)):
            house.during(STEP_S / 60.0, bedroom=0.99)
            house.hear(tracks(house.now, *people))
    assert AlarmCause.NOT_BACK_IN_BED in house.going_on


def test_a_cat_in_bed_is_nobody() -> None:
    house = Watched()
    for _ in range(300):
        house.during(STEP_S / 60.0, bedroom=0.01)
        house.hear(tracks(house.now, ("bedroom", TrackKind.PET, 0.0)))
    assert AlarmCause.NOT_BACK_IN_BED not in house.during(40.0, bedroom=0.01).going_on


def test_who_never_went_to_bed_and_who_gets_up_in_the_morning_is_not_missing() -> None:
    assert AlarmCause.NOT_BACK_IN_BED not in Watched().during(300.0, bedroom=0.01).going_on
    morning = Watched(at="2026-01-21T05:00").during(45.0, bedroom=0.99)
    assert AlarmCause.NOT_BACK_IN_BED not in morning.during(60.0, bedroom=0.01).going_on


def test_who_went_to_bed_yesterday_is_not_missing_tonight() -> None:
    house = Watched(at="2026-01-20T22:30").during(30.0, bedroom=0.99)
    house.power_is_away(23.0)
    assert house.during(45.0, bedroom=0.01).going_on == {}
    house.during(25.0, bedroom=0.99)
    assert AlarmCause.NOT_BACK_IN_BED in house.during(31.0, bedroom=0.01).going_on


def test_a_power_cut_within_the_night_and_midnight_make_nobody_forgotten() -> None:
    house = Watched(at="2026-01-20T23:30").during(25.0, bedroom=0.99)
    house.power_is_away(0.5)
    assert AlarmCause.NOT_BACK_IN_BED in house.during(31.0, bedroom=0.01).going_on


def test_a_bed_that_is_watched_day_and_night_knows_no_midnight() -> None:
    bed = WatchBed(rooms=("bedroom",), from_h=0.0, to_h=24.0)
    house = Watched(Alarms(not_back_in_bed=bed), at="2026-01-20T23:20").during(30.0, bedroom=0.99)
    assert AlarmCause.NOT_BACK_IN_BED in house.during(31.0, bedroom=0.01).going_on


def test_what_the_version_before_kept_of_a_night_can_be_read() -> None:
    kept = msgspec.json.decode(b'{"settled": {"bedroom": 1}, "heard_on": "2026-01-20"}', type=WatchMemory)
    assert (kept.settled, kept.night) == ({"bedroom": 1}, "")


def test_a_radar_that_goes_blind_says_of_nobody_that_they_left() -> None:
    house = Watched().during(25.0, bedroom=0.99)
    assert AlarmCause.NOT_BACK_IN_BED not in house.during(60.0, bedroom=None).going_on


@pytest.mark.parametrize("restarts", [False, True])
def test_a_long_stay_in_the_bathroom_is_found_over_slips_and_restarts(restarts: bool) -> None:
    house = Watched().during(30.0, bath=0.9).during(0.5, bath=0.1)
    if restarts:
        house.restarts()
    assert AlarmCause.LONG_IN_BATHROOM not in house.during(29.0, bath=0.9).going_on
    assert AlarmCause.LONG_IN_BATHROOM in house.during(1.0, bath=0.9).going_on
    house.during(3.0, bath=0.01)
    assert (AlarmCause.LONG_IN_BATHROOM, "bath") in house.over


def test_two_short_stays_are_not_one_long_one() -> None:
    house = Watched().during(40.0, bath=0.9).during(2.0, bath=0.01)
    assert AlarmCause.LONG_IN_BATHROOM not in house.during(40.0, bath=0.9).going_on


def test_a_morning_on_which_nobody_moves_is_found_by_its_hour() -> None:
    house = Watched(at="2026-01-21T05:00").during(299.0, bedroom=0.99)
    assert AlarmCause.NO_MOVEMENT not in house.going_on
    found = house.during(2.0, bedroom=0.99).going_on[AlarmCause.NO_MOVEMENT]
    assert found.detail == ""
    moved = presence("bedroom", house.now, 0.99, moving=True)
    house.hear(moved)
    assert (AlarmCause.NO_MOVEMENT, "") in house.over


def test_an_empty_house_is_said_to_be_one() -> None:
    house = Watched(at="2026-01-21T05:00").during(301.0, bedroom=0.01)
    assert house.going_on[AlarmCause.NO_MOVEMENT].detail == "nobody_seen"


@pytest.mark.parametrize("restarts", [False, True])
def test_who_moved_at_seven_is_well_at_ten(restarts: bool) -> None:
    house = Watched(at="2026-01-21T05:00").during(120.0, bedroom=0.99)
    house.hear(presence("bedroom", house.now, 0.99, moving=True))
    if restarts:
        house.restarts()
    assert AlarmCause.NO_MOVEMENT not in house.during(181.0, bedroom=0.99).going_on


def test_what_moved_in_the_night_says_nothing_of_the_morning() -> None:
    house = Watched(at="2026-01-21T04:00")
    house.hear(presence("bedroom", house.now, 0.99, moving=True))
    assert AlarmCause.NO_MOVEMENT in house.during(361.0, bedroom=0.99).going_on


def test_a_house_that_was_not_heard_in_the_morning_says_nothing() -> None:
    assert AlarmCause.NO_MOVEMENT not in Watched(at="2026-01-21T09:30").during(60.0, bedroom=0.99).going_on
    assert AlarmCause.NO_MOVEMENT not in Watched(at="2026-01-21T05:00").during(310.0, bedroom=None).going_on


def test_what_is_heard_after_the_morning_is_no_word_on_it() -> None:
    assert AlarmCause.NO_MOVEMENT not in Watched(at="2026-01-21T11:00").during(200.0, bedroom=0.01).going_on


def smoke(at: Instant, *, smoke: bool | None = None, co_ppm: float | None = None, sensor: str = "s") -> AirSample:
    return AirSample(stamp=at, origin=Origin.LIVE, sensor=sensor, room="bedroom", smoke=smoke, co_ppm=co_ppm)


def test_smoke_is_found_at_once_and_over_when_the_detector_says_so() -> None:
    house = Watched()
    house.hear(smoke(house.now, smoke=True))
    assert AlarmCause.SMOKE_OR_CO in house.going_on
    house.hear(smoke(house.now, co_ppm=12.0))
    assert AlarmCause.SMOKE_OR_CO in house.going_on, "between the two limits nothing changes"
    house.hear(smoke(house.now, smoke=False))
    assert (AlarmCause.SMOKE_OR_CO, "bedroom") in house.over


def test_no_other_detector_calls_an_alarm_off() -> None:
    house = Watched()
    house.hear(smoke(house.now, smoke=True))
    house.hear(smoke(house.now, sensor="other", co_ppm=0.0))
    house.hear(smoke(house.now, sensor="other", smoke=False))
    house.hear(smoke(house.now, co_ppm=0.0))  # nor does another word of the same
    assert AlarmCause.SMOKE_OR_CO in house.going_on
    assert not house.over
    house.hear(smoke(house.now, smoke=False))
    assert AlarmCause.SMOKE_OR_CO not in house.going_on
    assert (AlarmCause.SMOKE_OR_CO, "bedroom") in house.over


def told(at: Instant, *, recovered: bool = False) -> Event:
    return Event(
        stamp=at,
        origin=Origin.LIVE,
        subject="bedroom",
        code="smoke_or_co",
        severity=Severity.INFO if recovered else Severity.ALARM,
        recovered=recovered,
    )


OVER = (AlarmCause.SMOKE_OR_CO, "bedroom")


def test_a_detector_that_is_calm_after_a_restart_calls_nothing_off_until_it_was_so_for_a_while() -> None:
    house = Watched()
    house.hear(smoke(house.now, smoke=True))
    house.restarts()
    house.hear(smoke(house.now, smoke=False))
    assert not house.going_on, "what nobody has told of since the restart is no new alarm"
    assert not house.over
    house.during(1.0).hear(smoke(house.now, smoke=False))
    house.hear(smoke(house.now, sensor="other", smoke=False))
    assert not house.over
    house.during(1.1).hear(smoke(house.now, smoke=False))
    assert OVER in house.over


def test_who_is_not_heard_again_after_a_restart_leaves_the_alarm_open() -> None:
    house = Watched()
    house.hear(smoke(house.now, smoke=True))
    house.restarts()
    for _ in range(3):
        house.during(10.0).hear(
            smoke(house.now, smoke=False, sensor="other"), smoke(house.now, co_ppm=0.0), told(house.now, recovered=True)
        )
    house.restarts()
    assert not house.during(60.0).over
    house.hear(smoke(house.now, smoke=True))
    assert OVER[0] in house.going_on
    house.hear(smoke(house.now, smoke=False))
    assert OVER in house.over


def test_a_calm_time_that_is_broken_begins_anew() -> None:
    house = Watched()
    house.hear(smoke(house.now, co_ppm=80.0))
    house.restarts()
    house.hear(smoke(house.now, co_ppm=5.0))
    house.during(1.5).hear(smoke(house.now, co_ppm=20.0))
    house.during(1.5).hear(smoke(house.now, co_ppm=5.0))
    assert not house.over
    house.restarts()  # nor does a restart count
    house.during(3.0).hear(smoke(house.now, co_ppm=5.0))
    assert not house.over
    house.during(2.1).hear(smoke(house.now, co_ppm=5.0))
    assert OVER in house.over


def test_what_the_gate_told_before_a_restart_ends_with_its_word_or_with_the_sensors() -> None:
    house = Watched()
    house.hear(told(house.now))
    house.restarts()
    house.hear(told(house.now, recovered=True))
    assert not house.over
    assert OVER in house.during(2.1).over
    house = Watched()
    house.hear(told(house.now), smoke(house.now, smoke=True))
    house.restarts()  # the gate too, which then has nothing to tell
    house.hear(smoke(house.now, smoke=False))
    house.during(2.1).hear(smoke(house.now, smoke=False))
    assert OVER in house.over
    house = Watched()
    house.hear(told(house.now))
    house.restarts()
    house.hear(smoke(house.now, smoke=False))
    house.during(30.0).hear(smoke(house.now, smoke=False))
    assert not house.over, "nobody knows by which sensor the gate had said so"


def test_no_smoke_is_no_word_on_carbon_monoxide() -> None:
    house = Watched()
    house.hear(smoke(house.now, co_ppm=40.0))
    house.hear(smoke(house.now, smoke=False, co_ppm=20.0))
    assert AlarmCause.SMOKE_OR_CO in house.going_on
    assert not house.over
    house.hear(smoke(house.now, smoke=False, co_ppm=9.0))
    assert AlarmCause.SMOKE_OR_CO not in house.going_on


def test_what_the_gate_tells_of_smoke_is_believed_too() -> None:
    house = Watched()
    for recovered in (False, True):
        house.hear(
            Event(
                stamp=house.now,
                origin=Origin.LIVE,
                subject="bath",
                code="smoke_or_co",
                severity=Severity.ALARM,
                recovered=recovered,
            )
        )
        assert (AlarmCause.SMOKE_OR_CO in house.going_on) is not recovered
    assert (AlarmCause.SMOKE_OR_CO, "bath") in house.over


def test_a_blind_radar_is_found_when_it_lasts() -> None:
    house = Watched().during(4.0, bedroom=None)
    assert AlarmCause.RADAR_BLIND not in house.going_on
    assert AlarmCause.RADAR_BLIND in house.during(1.2, bedroom=None).going_on
    house.during(2.5, bedroom=0.9)
    assert (AlarmCause.RADAR_BLIND, "bedroom") in house.over


def test_a_room_that_cannot_be_told_for_a_reason_of_its_people_is_not_blind() -> None:
    house = Watched()
    for _ in range(100):
        house.during(0.1)
        house.hear(presence("bedroom", house.now, None, reason=Reason.WARMING_UP))
    assert AlarmCause.RADAR_BLIND not in house.going_on


def test_a_pause_of_sensing_is_no_blindness_and_watches_nobody() -> None:
    house = Watched().during(4.9, bedroom=None, bath=0.9)
    house.hear(fall(house.now))
    house.watches.rest()
    house.hear()
    assert house.during(2.0).going_on == {}


@pytest.mark.parametrize("paused_min", [0.1, 90.0])
def test_who_was_in_the_bathroom_before_a_pause_is_not_long_in_it(paused_min: float) -> None:
    house = Watched().during(30.0, bath=0.9)
    house.pauses(paused_min)
    assert house.going_on == {}
    assert house.during(59.0, bath=0.9).going_on == {}
    assert AlarmCause.LONG_IN_BATHROOM in house.during(1.5, bath=0.9).going_on


def test_who_went_to_bed_before_a_pause_is_not_missing_in_it_or_after_it() -> None:
    house = Watched().during(25.0, bedroom=0.99).during(5.0, bedroom=0.01)
    house.pauses(40.0)
    assert house.during(40.0, bedroom=0.01).going_on == {}


def test_a_pause_in_the_morning_makes_nobody_one_who_has_not_moved() -> None:
    house = Watched(at="2026-01-21T05:00").during(240.0, bedroom=0.99)
    house.pauses(90.0)
    assert house.during(60.0, bedroom=0.99).going_on == {}
    early = Watched(at="2026-01-21T05:00").during(60.0, bedroom=0.99)
    early.pauses(60.0)
    assert AlarmCause.NO_MOVEMENT in early.during(181.0, bedroom=0.99).going_on, "enough of it was heard afterwards"


def health(at: Instant, state: NodeState, node: str = "fall") -> NodeHealth:
    return NodeHealth(stamp=at, origin=Origin.LIVE, node=node, state=state, fault="killed by signal 9")


def test_a_node_that_fails_again_and_again_is_found() -> None:
    house = Watched()
    for _ in range(70):
        house.during(0.1)
        for state in (NodeState.DEGRADED, NodeState.STARTING):
            house.hear(health(house.now, state))
    assert house.going_on[AlarmCause.NODE_DEGRADED].subject == "fall"
    for _ in range(40):
        house.during(0.1)
        house.hear(health(house.now, NodeState.RUNNING))
    assert (AlarmCause.NODE_DEGRADED, "fall") in house.over


def test_half_a_minute_is_kept_at_five_pictures_a_second_and_ghosts_are_not() -> None:
    keeper = BeforeKeeper()
    now = NOON
    for _ in range(2000):
        now = now.later(seconds_to_ns(0.05))
        keeper.hear(tracks(now, ("bedroom", TrackKind.PERSON, 0.0)))
    kept = keeper.now("bedroom", now).tracks
    assert 140 <= len(kept) <= 160
    assert (now.monotonic_ns - kept[0].stamp.monotonic_ns) / 1e9 == pytest.approx(30.0, abs=0.3)
    keeper.rest()
    assert keeper.now("bedroom", now).tracks == ()


def a_signal() -> DeadManSignal:
    return DeadManSignal(DeadMan(every_min=10.0, ways=(WebhookWay(url="http://127.0.0.1:1/"),)), NOON)


def test_a_sign_of_life_goes_out_while_all_is_well() -> None:
    signal, now, sent = a_signal(), NOON, 0
    for _ in range(3600):
        now = now.later(seconds_to_ns(1.0))
        signal.hear(Tick(stamp=now, origin=Origin.LIVE))
        sent += len(signal.turn(now))
    assert sent == 6
    signal.settle(Outcome(Order(DEAD_MAN, "dead_man.0"), problem="no route"), now)
    assert signal.pulse.problem == {"dead_man.0": "no route"}


def test_silence_is_the_alarm_when_the_supervisor_or_a_node_is_not_well() -> None:
    signal = a_signal()
    assert signal.turn(NOON) == (), "nobody has said yet that all is well"
    now = NOON
    for second in range(120):
        now = now.later(seconds_to_ns(1.0))
        signal.hear(Tick(stamp=now, origin=Origin.LIVE))
        signal.hear(health(now, NodeState.DEGRADED))
        if second > 70:
            assert signal.ill(now) == "fall"
    assert signal.turn(now.later(seconds_to_ns(600.0))) == ()
    signal.hear(health(now, NodeState.RUNNING))
    assert signal.ill(now) == ""
    assert signal.ill(now.later(seconds_to_ns(11.0))) == "supervisor"
