"""The car gives to the house when that pays, within its limits, and leaves with what its way takes."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.belief.forecast import Foreteller
from sumika.belief.house import HouseBelief
from sumika.belief.prices_ahead import PriceBook
from sumika.belief.usage import Usage
from sumika.ecu import Ecu
from sumika.ecu.first_guess import guess_first
from sumika.ecu.outlook import Ahead, Measurements
from sumika.ecu.stores import CAR_RESERVE, stores_of
from sumika.ecu.to_devices import Telling
from sumika.plan.problem import Planned, plan
from sumika.plan.situation import Grid, Situation, Store
from sumika.schema import DeviceState, MeterSample, Origin
from sumika.schema.house import Device, House, Room
from sumika.schema.worth import Worth
from tests.plan_helpers import NIGHT_TARIFF, STAMP, TOKYO, air

Array = NDArray[np.float64]

EVENING = datetime(2026, 1, 19, 20, 0, tzinfo=TOKYO)  # a Monday: the car commutes at about eight
GRID = Grid.ahead(EVENING.timestamp())
HOURS_ON = (GRID.begin_unix_s - EVENING.timestamp()) / 3600.0
CAPACITY_KWH = 40.0
USUAL = 25.0


def a_house(**ratings: float) -> House:
    """Return a house of one room with a car."""
    return House(
        rooms=(Room(id="hall", floor_m=((0.0, 0.0), (5.0, 0.0), (5.0, 4.0), (0.0, 4.0))),),
        devices=(Device(id="car", room="hall", kind="ev_charger", ratings=ratings),),
    )


def middles() -> list[datetime]:
    """Return the middle of each step."""
    return [EVENING + timedelta(hours=float(on + 0.5 * long)) for on, long in zip(HOURS_ON, GRID.hours, strict=True)]


def commuting(house: House) -> Usage:
    """Return a household whose car has left at half past seven and come back at seven for three weeks.

    It uses 5 or 11 kWh on its way, so that more than the mean must be in it.
    """
    usage = Usage(house)
    for quarter in range(21 * 96):
        at = EVENING - timedelta(days=21) + timedelta(minutes=15 * quarter)
        away = at.weekday() < 5 and 7.5 <= at.hour + at.minute / 60.0 < 19.0
        used_kwh = (5.0 if at.day % 2 else 11.0) * (not away and 19 <= at.hour < 20)
        usage.see_car(at, "car", not away, 30.0 - used_kwh)
    return usage


def the_car(
    price: Array, *, charge: float = 0.8, at_home: bool = True, ratings: dict[str, float] | None = None
) -> tuple[House, Store, Ahead]:
    """Return the car as a store of the plan."""
    house = a_house(**(ratings or {}))
    full = np.ones(len(GRID))
    ahead = Ahead(
        unix_s=GRID.begin_unix_s,
        hours=GRID.hours,
        outdoor_c=5.0 * full,
        humidity=0.5 * full,
        direct_w_m2=0.0 * full,
        diffuse_w_m2=0.0 * full,
        wind_m_s=full,
        rain_mm_h=0.0 * full,
        price=price,
        feed_in=8.0 * full,
        carbon_g_kwh=430.0 * full,
    )
    told = {("car", "charge"): charge, ("car", "at_home"): float(at_home)}
    (store,) = stores_of(house, told, commuting(house), ahead, middles(), 14.0, Worth())
    return house, store, ahead


def planned_with(store: Store, price: Array, load_kw: float = 2.0) -> Planned:
    """Return the plan of a house that draws something and has a car."""
    return plan(
        Situation(
            grid=GRID,
            currency="JPY",
            carried=(),
            hinges=(),
            controls=(),
            stores=(store,),
            load_kw=np.full(len(GRID), load_kw),
            solar_kw=np.zeros(len(GRID)),
            price=price,
            feed_in=np.full(len(GRID), 8.0),
        )
    )


def spike(begin_h: float, end_h: float, height: float = 90.0) -> Array:
    """Return prices with a spike, so many hours after the evening began."""
    on_h = HOURS_ON
    return np.where((on_h >= begin_h) & (on_h < end_h), height, USUAL)


def leaves_after(store: Store) -> int:
    """Return the last step in which the car is at home before it leaves first."""
    return int(np.argmax(store.charge_kw < 1e-9)) - 1


def test_it_gives_to_the_house_in_a_price_spike_and_no_more_than_the_house_draws() -> None:
    price = spike(2.0, 4.0)
    _, store, _ = the_car(price)
    planned = planned_with(store, price)
    within = (price > USUAL) & (HOURS_ON < 12.0)
    assert np.allclose(planned.charge_kw["car"][within], -2.0, atol=0.02)
    assert np.allclose(planned.taken_kw[within], 0.0, atol=0.02)
    assert planned.given_kw.max() < 0.02


def test_never_more_than_its_plate_says() -> None:
    price = spike(2.0, 4.0)
    _, store, _ = the_car(price, ratings={"power_w": 3000.0})
    planned = planned_with(store, price, load_kw=8.0)
    assert planned.charge_kw["car"].min() >= -3.0 - 1e-6
    assert planned.charge_kw["car"].max() <= 3.0 + 1e-6
    assert planned.charge_kw["car"].min() == pytest.approx(-3.0, abs=0.01)


@pytest.mark.parametrize(("charge", "power_w"), [(0.25, 1500.0), (0.25, 6000.0), (0.9, 6000.0)])
@pytest.mark.parametrize("height", [25.0, 90.0, 140.0])
def test_it_leaves_with_what_its_way_takes_whatever_the_price_just_before(
    charge: float, power_w: float, height: float
) -> None:
    # The spike is in the last hours before it leaves.
    price = spike(9.0, 11.5, height)
    house, store, _ = the_car(price, charge=charge, ratings={"power_w": power_w})
    last = leaves_after(store)
    assert HOURS_ON[last + 1] == pytest.approx(11.5, abs=0.26)
    planned = planned_with(store, price)
    needs = commuting(house).car_needs_kwh("car")
    assert needs > 12.0
    assert planned.stored_kwh["car"][last + 1] >= CAR_RESERVE * CAPACITY_KWH + needs - 0.05


def test_away_it_neither_takes_nor_gives() -> None:
    price = spike(12.0, 20.0)
    _, store, _ = the_car(price)
    planned = planned_with(store, price)
    away = store.charge_kw < 1e-9
    assert away.sum() > 8
    assert np.abs(planned.charge_kw["car"][away]).max() < 1e-6
    gone = the_car(price, at_home=False)[1]
    assert gone.charge_kw[0] == gone.discharge_kw[0] == 0.0


def test_a_charger_that_only_charges_never_gives() -> None:
    price = spike(2.0, 4.0, 140.0)
    _, store, _ = the_car(price, ratings={"both_ways": 0.0})
    assert not store.discharge_kw.any()
    assert planned_with(store, price).charge_kw["car"].min() > -1e-6


def test_losses_and_wear_are_counted_so_that_a_small_spread_moves_nothing() -> None:
    # 12 % is lost on the way in and out, and wear takes 4 % of a kWh's price.
    small, large = (planned_with(the_car(price)[1], price) for price in (spike(2.0, 4.0, 27.0), spike(2.0, 4.0, 36.0)))
    assert small.charge_kw["car"][:24].min() > -0.05
    assert large.charge_kw["car"][:24].min() < -1.5
    without_wear = the_car(spike(2.0, 4.0, 36.0))[1]
    assert without_wear.wear_cost > 0.0


def told(house: House, planned: Planned, at_home: float = 1.0) -> dict[str, float]:
    """Return what the car is told now."""
    settings = Telling(HouseBelief(house)).settings(planned, {("car", "at_home"): at_home, ("car", "charge"): 0.8})
    return {name: value for device, name, value in settings if device == "car"}


def test_what_it_is_told_is_what_was_planned_and_nothing_when_it_is_away() -> None:
    price = spike(0.0, 2.0)
    house, store, _ = the_car(price)
    planned = planned_with(store, price)
    assert told(house, planned) == {"mode": 2.0, "power_w": -2000.0}
    assert told(house, planned, at_home=0.0) == {}


def test_a_house_that_draws_less_than_the_charger_can_give_is_served_only_where_that_pays() -> None:
    # It cannot give less than 1.2 kW: what the house does not draw is sold for 8 yen.
    for height, load_kw, power_w in ((90.0, 0.8, -1200.0), (33.0, 0.6, 0.0), (90.0, 0.1, 0.0)):
        price = spike(0.0, 2.0, height)
        house, store, _ = the_car(price)
        assert told(house, planned_with(store, price, load_kw)).get("power_w", 0.0) == power_w


def hours_of_a_wallbox_that_tells_no_charge(takes_kwh: float, *, tells_home: bool = True) -> list[tuple[int, float]]:
    """Return when and how much a car was offered that comes back each day with room for so much: (hour, W)."""
    ecu = Ecu(a_house(both_ways=0.0), plans_every_s=0.0, guarded=False)
    tell = Foreteller(ecu.belief.sun, PriceBook(NIGHT_TARIFF))
    at, room_kwh, offered, mode, offers_w = EVENING, takes_kwh, [], 0.0, 0.0
    for _ in range(40):
        home = not 9 <= at.hour < 18
        room_kwh = room_kwh if home else takes_kwh
        power_w = min(offers_w, 1000.0 * room_kwh) if home and mode == 2.0 else 0.0
        room_kwh -= power_w / 1000.0
        values = {"mode": mode, "power_w": offers_w, **({"at_home": float(home)} if tells_home else {})}
        wallbox = DeviceState(stamp=STAMP, origin=Origin.LIVE, device="car", values=values, power_w=power_w)
        # Four times an hour, as the power of a whole hour is looked at by quarters.
        for quarter in range(4):
            moment = at + timedelta(minutes=15 * quarter)
            sways = quarter % 3
            ecu.observe(
                Measurements(at=moment, air=(air("hall", 20.0 + 0.1 * sways, 600.0 + sways),), devices=(wallbox,))
            )
        guess_first(ecu.belief, (air("hall", 20.0),))
        told = {one.action: one.value for one in ecu.plan(tell.now(at, ecu.belief.record.rows()))}
        mode, offers_w = told.get("mode", mode), told.get("power_w", offers_w)
        if home and mode == 2.0:
            offered.append((at.hour, offers_w))
        at += timedelta(hours=1)
    return offered


@pytest.mark.slow
@pytest.mark.parametrize("tells_home", [True, False])
def test_a_car_whose_wallbox_tells_no_charge_is_filled_in_the_cheap_hours(tells_home: bool) -> None:
    offered = hours_of_a_wallbox_that_tells_no_charge(100.0, tells_home=tells_home)
    night = [power_w for hour, power_w in offered if hour < 6]
    assert sum(night) > 2 * 12_000.0
    assert all(power_w >= 1200.0 for power_w in night)


@pytest.mark.slow
def test_a_car_that_takes_nothing_more_is_full_and_is_offered_no_more_that_night() -> None:
    full, empty = (len(hours_of_a_wallbox_that_tells_no_charge(kwh)) for kwh in (3.0, 100.0))
    assert 0 < full < empty


def lived(ecu: Ecu, quarters: int, power_w: float | None, mode: float, since: datetime = EVENING) -> datetime:
    """Live quarters of an hour with a car at home at a wallbox that is set to 6 kW; return the end."""
    values = {"mode": mode, "power_w": 6000.0, "at_home": 1.0}
    wallbox = DeviceState(stamp=STAMP, origin=Origin.LIVE, device="car", values=values, power_w=power_w)
    meter = MeterSample(stamp=STAMP, origin=Origin.LIVE, meter="m", power_w=400.0 + (power_w or 0.0))
    for minute in range(0, 15 * quarters, 5):
        moment = since + timedelta(minutes=minute)
        ecu.observe(Measurements(at=moment, air=(air("hall", 20.0),), devices=(wallbox,), meter=meter))
    return since + timedelta(minutes=15 * quarters)


def test_a_wallbox_that_knows_no_power_while_it_is_idle_gives_nothing_on() -> None:
    # OCPP: the transaction ends with our mode 0, and its power with it; the car stays plugged in.
    ecu = Ecu(a_house(both_ways=0.0), plans_every_s=0.0, guarded=False)
    since = lived(ecu, 5, 6000.0, 2.0)
    charged = CAR_RESERVE * CAPACITY_KWH + 1.25 * 6.0 * 0.88**0.5
    since = lived(ecu, 12, None, 0.0, since)
    held_kwh = ecu.usage.untold_car_kwh("car")
    assert held_kwh == pytest.approx(charged, abs=0.6)
    # Nor does the house's other load hide behind what the car took.
    rows = ecu.belief.record.rows()
    assert np.isnan(rows.power_w[-4:, 0]).all()
    assert ecu.belief.thermal.driven(rows.last(1)).rest_w == pytest.approx(400.0)
    # Unknown is not nothing: a car that pauses is not full, and one that is measured to take nothing is.
    since = lived(ecu, 4, None, 2.0, since)
    assert ecu.usage.untold_car_kwh("car") == held_kwh
    lived(ecu, 3, 0.0, 2.0, since)
    assert ecu.usage.untold_car_kwh("car") == CAPACITY_KWH


def test_a_wallbox_that_never_tells_power_is_taken_at_its_word() -> None:
    ecu = Ecu(a_house(both_ways=0.0), plans_every_s=0.0, guarded=False)
    lived(ecu, 4, None, 0.0, lived(ecu, 4, None, 2.0))
    charged = CAR_RESERVE * CAPACITY_KWH + 6.0 * 0.88**0.5
    assert ecu.usage.untold_car_kwh("car") == pytest.approx(charged, abs=1.5)


def untold(usage: Usage, at_home: bool, given_kwh: float = 0.0, *, full: bool = False, later_h: float = 0.0) -> float:
    """Return what a car that tells no charge is taken to hold after one more quarter of an hour."""
    when = EVENING + timedelta(hours=later_h)
    usage.see_untold_car(
        when, "car", at_home, given_kwh=given_kwh, takes_nothing=full, least_kwh=8.0, most_kwh=CAPACITY_KWH
    )
    held = usage.untold_car_kwh("car")
    assert held is not None
    return held


def test_what_a_car_is_given_until_it_is_full_teaches_its_trips() -> None:
    usage = Usage(a_house())
    assert usage.untold_car_kwh("car") is None
    assert untold(usage, True) == 8.0
    assert untold(usage, True, 5.0) == 13.0
    assert untold(usage, True, full=True) == CAPACITY_KWH
    for trip_kwh in (6.0, 6.0, 6.0):
        assert untold(usage, False, 2.0) == CAPACITY_KWH
        # Nothing is known of its trips yet: it may be as empty as can be.
        assert untold(usage, True) == 8.0
        assert untold(usage, True, trip_kwh) == 8.0 + trip_kwh
        assert untold(usage, True, full=True) == CAPACITY_KWH
    assert usage.car_needs_kwh("car", CAPACITY_KWH) == pytest.approx(6.0)
    untold(usage, False)
    assert untold(usage, True) == pytest.approx(CAPACITY_KWH - 6.0)


def knows_its_trips() -> Usage:
    """Return a household whose car is full, and is known to use 6 kWh on its way."""
    usage = Usage(a_house())
    untold(usage, True, full=True)
    for _ in range(3):
        untold(usage, False)
        untold(usage, True, 6.0)
        untold(usage, True, full=True)
    return usage


def test_a_car_of_which_nothing_was_known_for_a_while_may_have_driven() -> None:
    usage = knows_its_trips()
    assert untold(usage, True, later_h=0.9) == CAPACITY_KWH
    assert untold(usage, True, later_h=12.0) == pytest.approx(CAPACITY_KWH - 6.0)
    assert untold(usage, True, later_h=12.25) == pytest.approx(CAPACITY_KWH - 6.0)
    # What it takes now teaches no trip: nobody knows of how many it is.
    untold(usage, True, 20.0, later_h=12.5)
    untold(usage, False, later_h=12.75)
    untold(usage, True, full=True, later_h=13.0)
    assert usage.car_needs_kwh("car") == pytest.approx(6.0)
    # In three days it may have driven on each.
    assert untold(usage, True, later_h=13.0 + 71.0) == pytest.approx(CAPACITY_KWH - 18.0)
    # Who is away after it may have been back meanwhile.
    untold(usage, False, later_h=84.25)
    assert untold(usage, False, later_h=96.0) == pytest.approx(CAPACITY_KWH - 24.0)


def test_what_an_older_release_remembered_of_a_car_is_read() -> None:
    usage = knows_its_trips()
    remembered = vars(usage)["_untold"]
    remembered["car"] = remembered["car"][:4]
    assert untold(usage, True, later_h=12.0) == CAPACITY_KWH
    assert untold(usage, True, later_h=24.0) == pytest.approx(CAPACITY_KWH - 6.0)


def test_a_car_that_tells_no_charge_is_never_emptied() -> None:
    price = spike(2.0, 4.0)
    house, store, ahead = the_car(price)
    assert store.discharge_kw.any()
    told = {("car", "at_home"): 1.0}
    (silent,) = stores_of(house, told, Usage(house), ahead, middles(), 14.0, Worth())
    assert not silent.discharge_kw.any()
    assert silent.least_kwh.max() == pytest.approx(CAPACITY_KWH)
