"""What is watched: falls, smoke, faults, the sign of life. Time is data; unknown is neither yes nor no."""

import pytest

from sumika.alarm import DEAD_MAN, BeforeKeeper, DeadManSignal, Order, Outcome
from sumika.clock import Instant
from sumika.schema import (
    AirSample,
    AlarmCause,
    Event,
    FallStage,
    NodeHealth,
    NodeState,
    Origin,
    Reason,
    Severity,
    Tick,
    TrackKind,
)
from sumika.schema.alarm_settings import (
    Alarms,
    DeadMan,
    WebhookWay,
)
from sumika.units import seconds_to_ns
from tests.alarm_helpers import NOON, fall, presence
from tests.watched_helpers import Watched, tracks


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


def test_while_the_house_was_off_no_radar_was_blind() -> None:
    house = Watched().during(1.0, bedroom=0.9).during(1.0, bedroom=None)
    house.power_is_away(3.0)
    house.during(0.5, bedroom=None)  # every start begins so
    assert AlarmCause.RADAR_BLIND not in house.going_on
    house.during(4.0, bedroom=0.9)
    assert AlarmCause.RADAR_BLIND not in house.going_on
    house.restarts()
    assert AlarmCause.RADAR_BLIND in house.during(5.2, bedroom=None).going_on
    house.restarts()
    house.over.clear()
    assert not house.during(4.5, bedroom=None).over, "the alarm that is open stays so"
    assert AlarmCause.RADAR_BLIND in house.during(1.0, bedroom=None).going_on


def test_a_room_that_cannot_be_told_for_a_reason_of_its_people_is_not_blind() -> None:
    house = Watched()
    for _ in range(100):
        house.during(0.1)
        house.hear(presence("bedroom", house.now, None, reason=Reason.WARMING_UP))
    assert AlarmCause.RADAR_BLIND not in house.going_on


def test_a_motion_sensor_at_rest_is_not_blind_and_one_that_is_gone_is() -> None:
    house = Watched()
    for reason, blind in ((Reason.NOTHING_SEEN, False), (Reason.NO_SIGNAL, True), (Reason.NOTHING_SEEN, False)):
        house.hear(presence("bedroom", house.now, None, reason=reason, sensor="pir"))
        house.during(6.0)
        assert (AlarmCause.RADAR_BLIND in house.going_on) is blind


def test_a_sensor_beside_a_radar_makes_it_neither_blind_nor_seeing() -> None:
    house = Watched()
    for _ in range(72):
        house.during(0.1, bedroom=0.9)
        house.hear(presence("bedroom", house.now, None, sensor="pir"))
    assert AlarmCause.RADAR_BLIND not in house.going_on
    for _ in range(72):
        house.during(0.1, bedroom=None)
        house.hear(presence("bedroom", house.now, 1.0, sensor="pir"))
    assert AlarmCause.RADAR_BLIND in house.going_on


def test_a_pause_of_sensing_is_no_blindness_and_watches_nobody() -> None:
    house = Watched().during(4.9, bedroom=None, bath=0.9)
    house.hear(fall(house.now))
    house.watches.rest()
    house.hear()
    assert house.during(2.0).going_on == {}


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
