"""What is held against each other at night: house.yaml and the measurements, machines and their own first days."""

from datetime import timedelta

import numpy as np
import pytest
from msgspec import structs

from sumika.belief.described import contradicted_values, misplaced_sensors, turned_house
from sumika.belief.house import HouseBelief
from sumika.belief.last_day import FANS, Level
from sumika.belief.slow_changes import DOUBT_NIGHTS, SlowChanges
from sumika.belief.suspicion import Fault, Suspicion
from sumika.ecu.night_watch import NIGHTS, NightWatch
from sumika.schema import AirSample
from tests.lived_house import START, Lived, remembered, two_rooms

DAY_S = 86_400.0


def learned(house_ua: float, *, envelope: float, spread: float) -> HouseBelief:
    """Return a belief that has learned an envelope other than described."""
    belief = HouseBelief(two_rooms(ua_w_m2_k=house_ua))
    belief.learned_days = 7.0
    for room in ("living", "bedroom"):
        place = belief.thermal.place[f"envelope.{room}"]
        belief.theta[place], belief.theta_spread[place] = envelope, spread
    belief.theta[belief.thermal.place["windows"]] = envelope
    belief.theta_spread[belief.thermal.place["windows"]] = spread
    return belief


def test_a_heat_loss_that_is_told_too_small_is_named_with_its_line_and_by_how_much() -> None:
    (found,) = contradicted_values(learned(0.5, envelope=0.6, spread=0.05))
    assert found.line == "building.ua_w_m2_k"
    assert found.described == 0.5
    assert found.measured == pytest.approx(0.5 * np.exp(0.6), rel=0.1)
    assert found.probability > 0.99


@pytest.mark.parametrize(("envelope", "spread"), [(0.1, 0.05), (0.6, 0.29), (0.0, 0.01)])
def test_what_is_about_right_or_hardly_known_contradicts_nothing(envelope: float, spread: float) -> None:
    assert contradicted_values(learned(0.5, envelope=envelope, spread=spread)) == []


def test_a_contradiction_is_told_after_some_nights_and_is_over_after_some() -> None:
    belief = learned(0.5, envelope=0.6, spread=0.05)
    watch = NightWatch(belief, ())
    nights = [watch.look(START + timedelta(days=night)) for night in range(NIGHTS + 1)]
    assert [len(findings) for findings in nights] == [0] * (NIGHTS - 1) + [1, 0]
    finding = nights[NIGHTS - 1][0]
    assert finding.suspicion == Suspicion(Fault.DESCRIBED_OTHERWISE, "building.ua_w_m2_k", "")
    assert "0.5" in finding.words("en")
    belief.theta[:] = 0.0
    after = [watch.look(START + timedelta(days=10 + night)) for night in range(NIGHTS)]
    assert [one.recovered for findings in after for one in findings] == [True]


def test_ventilation_that_falls_by_half_is_found_within_days_and_a_wrong_plate_is_not() -> None:
    slow, chance = SlowChanges(("aircon",)), np.random.default_rng(1)

    def live(days: int, share: float, start: int) -> None:
        for day in range(days):
            said = Level(np.log(share) + 0.1 * float(chance.standard_normal()), 0.15)
            slow.take({FANS: said, "a stove": said}, {FANS: 0.1}, DAY_S * (start + day))

    live(20, 0.7, 0)  # its plate promises more than it gives: that is no change
    assert slow.fallen() == []
    live(8, 0.35, 20)
    (fallen,) = slow.fallen()
    assert fallen.device == FANS
    assert fallen.share == pytest.approx(0.5, abs=0.15)
    assert 19.0 <= fallen.began_s / DAY_S <= 23.0
    live(20, 0.7, 28)
    assert slow.is_back(FANS)


def test_one_day_decides_nothing_and_a_day_that_says_little_is_not_asked() -> None:
    slow = SlowChanges(())
    for day in range(10):
        slow.take({FANS: Level(0.0, 0.1)}, {}, DAY_S * day)
    doubts = [slow.is_in_doubt]
    slow.take({FANS: Level(-3.0, 0.05)}, {}, DAY_S * 10.0)
    assert slow.fallen() == []
    assert [*doubts, slow.is_in_doubt] == [False, True]  # nothing is learned from such a day
    for day in range(11, 30):
        slow.take({FANS: Level(-3.0, 2.0)}, {}, DAY_S * day)
    assert slow.fallen() == []


def test_a_machine_is_not_in_doubt_for_ever() -> None:
    slow, doubts = SlowChanges(()), []
    for day in range(10):
        slow.take({FANS: Level(0.0, 0.1)}, {}, DAY_S * day)
    for day in range(10, 40):  # a fall of half of what is worth a look says nothing either way
        slow.take({FANS: Level(-1.0 if day < 11 else -0.15, 0.1)}, {}, DAY_S * day)
        doubts.append(slow.is_in_doubt)
    assert doubts[0]
    assert not any(doubts[DOUBT_NIGHTS:])


@pytest.mark.slow
def test_a_house_that_is_drawn_turned_is_told_by_the_sun() -> None:
    sunny = Lived(house=two_rooms(), hours=120.0, sun_w_m2=700.0)
    turned, straight = remembered(sunny, described=two_rooms(north_deg=0.0)), remembered(sunny)
    straight.learned_days = turned.learned_days = 7.0
    assert turned_house(straight) is None
    found = turned_house(turned)
    assert found is not None
    assert found.line == "building.site.north_deg"
    assert (found.described, found.measured) == (0.0, 90.0)


def exchanged(sample: AirSample, after_h: float) -> AirSample:
    return structs.replace(sample, room={"living": "bedroom", "bedroom": "living"}[sample.room])


@pytest.mark.slow
def test_two_sensors_in_each_others_room_are_told_and_right_ones_are_not() -> None:
    sunny = Lived(house=two_rooms(), hours=96.0, sun_w_m2=700.0)
    assert [one.rooms for one in misplaced_sensors(remembered(sunny, lie=exchanged))] == [("living", "bedroom")]
    assert misplaced_sensors(remembered(sunny)) == []
