"""What residents wish of warmth: the plan follows it, says beforehand what it costs, and shows the two days to come."""

from datetime import timedelta

import numpy as np
import pytest

from sumika.ecu import Ecu
from sumika.ecu.modes import Deciding
from sumika.ecu.plan_outlook import outlook_of
from sumika.ecu.room_wishes import THERE_FOR, RoomWish, RoomWishes
from sumika.ecu.what_if import what_if
from sumika.schema import ComfortWish, Origin, PlanOutlook, SumikaError
from tests.plan_helpers import EVENING, STAMP, a_forecast, an_ecu

WHEN = [EVENING + timedelta(minutes=15 * step) for step in range(12)]


def wish(
    offset_k: float = 0.0, temperature_c: float | None = None, age_s: float = 0.0, left_s: float | None = None
) -> ComfortWish:
    return ComfortWish(
        stamp=STAMP,
        origin=Origin.LIVE,
        room="bedroom",
        offset_k=offset_k,
        temperature_c=temperature_c,
        age_s=age_s,
        left_s=left_s,
    )


def warmth(ecu: Ecu, hours: float = 3.0) -> float:
    """Return the bedroom's mean air temperature over the next hours of a plan."""
    planned = ecu.think(a_forecast(ecu))
    return float(planned.states["heat"][1 : 1 + round(4 * hours), 1].mean())


def test_limits_move_for_as_long_as_a_wish_holds() -> None:
    wishes = RoomWishes({"bedroom": RoomWish(since=EVENING, until=EVENING + timedelta(hours=1), offset_k=2.0)})
    low = wishes.limit_c("bedroom", 20.0, WHEN, above=False)
    assert low.tolist() == [22.0] * 4 + [20.0] * 8
    assert wishes.limit_c("living", 20.0, WHEN, above=False).tolist() == [20.0] * 12
    named = RoomWishes({"bedroom": RoomWish(since=EVENING, temperature_c=24.0)})
    assert set(named.limit_c("bedroom", 20.0, WHEN, above=False)) == {23.5}
    assert set(named.limit_c("bedroom", 26.0, WHEN, above=True)) == {24.5}
    assert named.names_temperature("bedroom")
    assert not wishes.names_temperature("bedroom")


def test_who_asked_is_there_for_a_while_and_nobody_is_counted_twice() -> None:
    ecu = an_ecu()
    people = ecu.routine.ahead(WHEN, np.full(len(WHEN), 0.25))
    wishes = RoomWishes({"bedroom": RoomWish(since=EVENING, offset_k=1.0)})
    more = wishes.with_who_asked(people, ("living", "bedroom"), WHEN)
    asked = np.array([at < EVENING + THERE_FOR for at in WHEN])
    assert np.all(more.everybody[asked, 1] >= 1.0)
    assert np.all(more.everybody[asked, 1] <= np.maximum(people.everybody[asked, 1], 1.0) + 1e-12)
    assert np.array_equal(more.everybody[~asked], people.everybody[~asked])
    assert np.array_equal(more.everybody[:, 0], people.everybody[:, 0])
    assert RoomWishes().with_who_asked(people, ("living", "bedroom"), WHEN) is people


def test_a_wish_is_heard_repeated_moderated_and_taken_back() -> None:
    wishes = RoomWishes().heard(wish(99.0, left_s=600.0), EVENING)
    one = wishes.rooms["bedroom"]
    assert (one.offset_k, one.until) == (5.0, EVENING + timedelta(minutes=10))
    again = wishes.heard(wish(1.0, age_s=300.0), EVENING).rooms["bedroom"]
    assert (again.since, again.until) == (EVENING - timedelta(minutes=5), None)
    assert wishes.heard(wish(temperature_c=99.0), EVENING).rooms["bedroom"].temperature_c == 32.0
    assert wishes.heard(wish(), EVENING).rooms == {}


@pytest.mark.slow
def test_a_plan_warms_the_room_for_which_warmth_is_wished() -> None:
    ecu = an_ecu()
    usual = warmth(ecu)
    ecu.wishes = ecu.wishes.heard(wish(temperature_c=23.0), EVENING)
    wished = warmth(ecu)
    assert wished > usual + 1.0
    ecu.wishes = ecu.wishes.heard(wish(temperature_c=23.0, age_s=3.0 * 3600.0), EVENING)
    assert warmth(ecu) < wished - 0.5  # nobody is expected there any more


@pytest.mark.slow
def test_what_a_warmer_room_would_cost_is_said_and_nothing_follows_from_it() -> None:
    ecu = an_ecu()
    forecast = a_forecast(ecu)
    with pytest.raises(SumikaError, match="no plan yet"):
        what_if(ecu, forecast, "bedroom", 2.0, 6.0)
    planned = ecu.think(forecast)
    warmer, cooler = (what_if(ecu, forecast, "living", offset_k, 12.0) for offset_k in (2.0, -2.0))
    assert ecu.planned is planned
    assert warmer.cost > 0.0
    assert warmer.energy_kwh > 0.0
    assert warmer.cost > cooler.cost
    assert warmer.air_c[4:12].mean() > warmer.usual_c[4:12].mean() + 0.3
    assert len(warmer.air_c) == len(warmer.begins_unix_s) == len(warmer.usual_c)
    assert warmer.currency == "JPY"


@pytest.mark.slow
def test_the_outlook_is_the_plan_in_words_that_can_be_drawn() -> None:
    ecu = an_ecu()
    forecast = a_forecast(ecu)
    decision = Deciding(ecu).decide(forecast, {})
    found = outlook_of(ecu, forecast, decision, "plan", STAMP, Origin.LIVE)
    steps = len(found.begins_unix_s)
    assert steps == 84
    assert found.begins_unix_s[0] == EVENING.timestamp()
    assert found.ends_unix_s - found.begins_unix_s[0] == pytest.approx(48 * 3600.0)
    for name in ("price_per_kwh", "outdoor_c", "outdoor_sigma_k", "sun_w_m2", "taken_kw", "solar_kw", "load_kw"):
        assert len(getattr(found, name)) == steps, name
    assert {room.room for room in found.rooms} == {"living", "bedroom"}
    for room in found.rooms:
        for series in (room.air_c, room.air_sigma_k, room.felt_c, room.coolest_c, room.warmest_c, room.people):
            assert len(series) == steps
        assert max(room.air_sigma_k) > room.air_sigma_k[0] > 0.0
        assert max(room.air_sigma_k) < 8.0
        assert any(one is not None for one in room.coolest_c)
        assert all(
            low is None or (high is not None and low < high)
            for low, high in zip(room.coolest_c, room.warmest_c, strict=True)
        )
    assert ecu.planned is not None
    heated = next(one for one in found.devices if (one.device, one.what) == ("aircon", "heat_kw"))
    assert heated.value == pytest.approx(ecu.planned.controls["aircon", "heat_kw"], abs=1e-3)
    stores = {one.device: one for one in found.devices if one.what == "charge_kw"}
    assert set(stores) == {"tank", "battery"}
    assert len(stores["tank"].stored_kwh) == steps
    assert (found.plan_cost, found.best_simple) == (decision.comparison.plan.total, decision.comparison.best.name)
    assert isinstance(found, PlanOutlook)
