"""Nudges: begun only for strain that is high, sure and lasting, by day, where asked for; small; and gone at a touch."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import numpy as np
import pytest

from sumika.ecu import Ecu, Measurements
from sumika.ecu.nudges import (
    HIGH_FOR,
    LASTS,
    NONE,
    RESTS,
    RESTS_AFTER_HAND,
    UNKNOWN_FOR,
    Ease,
    Nudge,
    Nudging,
    RoomSeen,
    nudge_of,
    told,
    with_nudges,
)
from sumika.ecu.soft_limits import soft_limits
from sumika.schema import Origin, Vote
from sumika.schema.house import Control
from tests.plan_helpers import EVENING, STAMP, a_command, a_forecast, an_ecu, small_house

MINUTE = timedelta(minutes=1)
HIGH = RoomSeen(at=EVENING, index=0.8, sigma=0.1)


def after(ease: Ease, minutes: float, seen: RoomSeen = HIGH, every: timedelta = MINUTE) -> Ease:
    """Return how it stands after looking so long at the same."""
    at = EVENING
    while at <= EVENING + minutes * MINUTE:
        ease = nudge_of(ease, replace(seen, at=at))
        at += every
    return ease


def begun() -> Ease:
    return after(Ease(), HIGH_FOR / MINUTE)


def test_it_begins_when_strain_was_high_for_minutes_and_is_small() -> None:
    assert after(Ease(), HIGH_FOR / MINUTE - 1).nudge is NONE
    nudge = begun().nudge
    assert nudge.until == EVENING + HIGH_FOR + LASTS
    assert 0.85 <= nudge.light_factor <= 0.9
    assert abs(nudge.warmer_k) <= 0.5
    assert 1.0 < nudge.fresh_factor <= 1.2


@pytest.mark.parametrize(
    "seen",
    [
        replace(HIGH, index=0.45),
        replace(HIGH, sigma=0.4),  # not sure
        replace(HIGH, index=None),
        replace(HIGH, night=True),
        replace(HIGH, touched=True),
    ],
)
def test_it_does_not_begin(seen: RoomSeen) -> None:
    assert after(Ease(), 20, seen).nudge is NONE


def test_strain_that_comes_and_goes_is_not_lasting() -> None:
    ease = Ease()
    for minute in range(30):
        seen = HIGH if minute % 3 else replace(HIGH, index=0.1)
        ease = nudge_of(ease, replace(seen, at=EVENING + minute * MINUTE))
    assert ease.nudge is NONE


def test_it_ends_by_itself_after_half_an_hour_and_the_room_rests() -> None:
    ends = EVENING + HIGH_FOR + LASTS
    ease = begun()
    ease = nudge_of(ease, replace(HIGH, at=ends - MINUTE))
    assert ease.nudge.holds(ends - MINUTE)
    ease = nudge_of(ease, replace(HIGH, at=ends))
    assert ease.nudge is NONE
    at = ends
    while at < ends + RESTS:
        ease = nudge_of(ease, replace(HIGH, at=at))
        assert ease.nudge is NONE
        at += MINUTE
    for minute in range(5):
        ease = nudge_of(ease, replace(HIGH, at=at + minute * MINUTE))
    assert ease.nudge is not NONE


def test_calm_and_long_silence_end_it_a_short_silence_does_not() -> None:
    later = EVENING + HIGH_FOR
    assert nudge_of(begun(), replace(HIGH, at=later, index=0.1)).nudge is NONE
    assert nudge_of(begun(), replace(HIGH, at=later + UNKNOWN_FOR - MINUTE, index=None)).nudge is not NONE
    assert nudge_of(begun(), replace(HIGH, at=later + UNKNOWN_FOR, index=None)).nudge is NONE


@pytest.mark.parametrize(
    ("undone", "rests_until"),
    [
        (replace(HIGH, touched=True), EVENING + 10 * MINUTE + RESTS_AFTER_HAND),
        (replace(HIGH, declined=True), EVENING.replace(hour=0) + timedelta(days=1)),
        (replace(HIGH, night=True), None),
    ],
)
def test_a_hand_a_no_and_the_night_undo_it_at_once(undone: RoomSeen, rests_until: object) -> None:
    ease = nudge_of(begun(), replace(undone, at=EVENING + 10 * MINUTE))
    assert (ease.nudge, ease.rests_until) == (NONE, rests_until)


STRAINED = {"living": (0.9, 0.05)}


def looks(nudging: Nudging, minutes: int, activities: dict[str, str] | None = None) -> dict[str, Nudge]:
    for minute in range(minutes + 1):
        nudging.look(EVENING + minute * MINUTE, STRAINED, (), activities)
    return nudging.now(EVENING + minutes * MINUTE)


def test_a_household_that_did_not_ask_for_it_gets_none() -> None:
    assert looks(Nudging(Control(), ["living"]), 10) == {}
    assert looks(Nudging(None, ["living"]), 10) == {}
    assert set(looks(Nudging(Control(nudges=True), ["living", "bedroom"]), 10)) == {"living"}


def test_no_nudge_in_quiet_hours_or_beside_somebody_asleep() -> None:
    assert looks(Nudging(Control(nudges=True, quiet_from_h=15.0, quiet_to_h=20.0), ["living"]), 10) == {}
    assert looks(Nudging(Control(nudges=True, quiet_from_h=15.0, quiet_to_h=2.0), ["living"]), 10) == {}
    assert looks(Nudging(Control(nudges=True), ["living"]), 10, activities={"living": "sleep"}) == {}


def test_a_no_is_taken_with_the_next_look() -> None:
    nudging = Nudging(Control(nudges=True), ["living"])
    looks(nudging, 4)
    nudging.decline("living")
    nudging.look(EVENING + 5 * MINUTE, STRAINED)
    assert nudging.now(EVENING + 5 * MINUTE) == {}
    assert looks(nudging, 400) == {}  # for the rest of the day


def test_words_name_what_is_done_and_until_when() -> None:
    nudge = begun().nudge
    assert told("Living room", nudge, "en").startswith(
        "Living room: heart and breath tell of strain; until 16:33 light"
    )
    assert "13 % dimmer" in told("Living room", nudge, "en")
    assert "16:33まで" in told("居間", nudge, "ja")
    lamp = msgspec.structs.replace(a_command("light", "level", 0.5), why="bright", why_ja="明るく")
    other = a_command("bed_aircon", "mode", 1.0)
    worded = with_nudges([lamp, other], {"living": nudge}, {"light": "living", "bed_aircon": "bedroom"})
    assert worded[0].why == "bright; a little less, for calm, until 16:33"
    assert worded[0].why_ja.startswith("明るく。")
    assert worded[1] is other


def strained_ecu() -> Ecu:
    ecu = an_ecu()
    ecu.nudging = Nudging(Control(nudges=True), ["living", "bedroom"])
    return ecu


@pytest.mark.slow
def test_the_controller_shifts_what_it_aims_at_in_that_room_and_for_that_time_alone() -> None:
    ecu = strained_ecu()
    there = {"living": (0.99, 1.0), "bedroom": (0.99, 1.0)}
    for minute in range(1, 5):
        at = EVENING + minute * MINUTE
        ecu.look(Measurements(at=at, presence=there, arousal=STRAINED))
    ecu.observe(Measurements(at=EVENING + 5 * MINUTE, presence=there, arousal=STRAINED))
    nudged = ecu.situate(a_forecast(ecu)).inputs
    plain = replace(nudged, nudges={})
    assert set(nudged.nudges) == {"living"}
    for one, other in zip(soft_limits(ecu.belief, nudged), soft_limits(ecu.belief, plain), strict=True):
        moved = np.asarray(one.limit) - np.asarray(other.limit)
        assert not moved[4:].any()  # it is over in half an hour
        if one.room == "living" and one.name == "comfort":
            assert moved[:2] == pytest.approx([-0.5, -0.5])
        elif one.room == "living" and one.carried == "co2":
            assert (moved[:2] < -50.0).all()
        else:
            assert not moved.any()


def test_a_vote_in_the_room_undoes_it() -> None:
    ecu = strained_ecu()
    for minute in range(1, 6):
        ecu.look(Measurements(at=EVENING + minute * MINUTE, arousal=STRAINED))
    assert set(ecu.nudging.now(EVENING + 5 * MINUTE)) == {"living"}
    vote = Vote(stamp=STAMP, origin=Origin.LIVE, room="living", sensation=-1.0)
    ecu.observe(Measurements(at=EVENING + 6 * MINUTE, arousal=STRAINED, votes=(vote,)))
    assert ecu.nudging.now(EVENING + 6 * MINUTE) == {}


def test_lamps_of_that_room_are_a_little_dimmer_and_warmer() -> None:
    def lit(arousal: dict[str, tuple[float, float]]) -> dict[str, float]:
        ecu = Ecu(small_house(Control(nudges=True, mode="drive")))
        at = EVENING + timedelta(hours=2)
        ecu.observe(Measurements(at=at, presence={"living": (0.99, 1.0)}))
        for minute in range(1, 20):
            seen = Measurements(at=at + minute * MINUTE, presence={"living": (0.99, 1.0)}, arousal=arousal)
            ecu.look(seen)
        return {setting: value for device, setting, value in ecu.light.settings() if device == "light"}

    plain, eased = lit({}), lit(STRAINED)
    assert plain["level"] > 0.1
    assert eased["level"] / plain["level"] == pytest.approx(0.87, abs=0.05)
    assert eased["colour_temperature_k"] <= plain["colour_temperature_k"]
