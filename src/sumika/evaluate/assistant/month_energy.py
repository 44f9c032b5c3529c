"""What devices draw, what the roof makes, and what the meter counts, in a made-up month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.assistant.month_air import WEATHER_MIN, rounded, wander
from sumika.evaluate.assistant.month_life import Lived
from sumika.evaluate.assistant.month_time import Array, MonthTime
from sumika.schema.house import Device, House
from sumika.world.energy.tariffs import plan_of

METER_MIN, DEVICE_MIN, PRICE_MIN = 5, 10, 30
STANDBY_W = 0.4
_PURIFIER_W = 14.0


@dataclass(frozen=True, slots=True)
class Metered:
    """What the meter says.

    Attributes:
        at_s: (sample,) when.
        imported_kwh: (sample,) its counter.
        exported_kwh: (sample,) of what was given; empty: there is no roof.
        anew: Index of the sample at which the counters began anew; None: they did not.
        price_at_s: (price,) when a price was told.
        price: (price,) money for a kWh.
        solar_at_s: (power,) when the roof's power was told; empty: there is none.
        solar_w: (power,)
        total_kwh: (imported, exported) when the month is over, as the counters go on.
    """

    at_s: Array
    imported_kwh: Array
    exported_kwh: Array
    anew: int | None
    price_at_s: Array
    price: Array
    solar_at_s: Array
    solar_w: Array
    total_kwh: tuple[float, float]


def devices_power(
    house: House, time: MonthTime, lived: Lived, outside: Mapping[str, Array], rng: np.random.Generator
) -> dict[str, Array]:
    """Return (ten minutes,) what each device that tells it draws, whole watts."""
    at = time.grid(DEVICE_MIN)
    outdoor_c = np.interp(at, time.grid(WEATHER_MIN), outside["temperature_c"])
    found: dict[str, Array] = {}
    for device in house.devices:
        power_w = _draws(device, time, lived, (at, outdoor_c), rng)
        if power_w is not None:
            found[device.id] = rounded(power_w, "device_state", "power_w")
    return found


def _draws(
    device: Device, time: MonthTime, lived: Lived, grid: tuple[NDArray[np.int64], Array], rng: np.random.Generator
) -> Array | None:
    at, outdoor_c = grid
    hour, count = time.hour[at], len(at)
    people = lived.people(device.room)[at]
    evens = (time.day[at] % 2 == 0) & (rng.random(len(time.dates))[time.day[at]] < 0.8)
    needs = np.clip(np.abs(outdoor_c - 21.0) - 3.0, 0.0, 18.0)
    power_w = {
        "room_air_conditioner": np.where((people > 0) & (needs > 0.0), 150.0 + 38.0 * needs, 0.0),
        "whole_house_air_conditioner": np.where(needs > 0.0, 200.0 + 55.0 * needs, 0.0),
        "heat_pump_water_heater": np.where((hour >= 2.0) & (hour < 4.5), 1150.0, 0.0),
        "air_purifier": np.where((hour >= 5.0) | (people > 0), _PURIFIER_W, 0.0),
        "balanced_ventilation": np.full(count, 38.0),
        "tv": np.where((hour >= 19.0) & (hour < 21.5) & (people > 0), 110.0, 0.0),
        "ev_charger": np.where((hour >= 1.0) & (hour < 3.0) & evens, 3600.0, 0.0),
        "humidifier": np.where((hour < 7.0) & (outdoor_c < 12.0), 24.0, 0.0),
        "appliance": np.where((hour >= 13.0) & (hour < 14.5) & evens, 450.0, 0.0),
    }.get(device.kind)
    if power_w is None:
        return None
    return np.where(power_w > 0.0, power_w + wander(rng, count, 0.01, 5.0) * power_w, STANDBY_W)


@dataclass(frozen=True, slots=True)
class Flows:
    """What goes in and out of a house.

    Attributes:
        time: The month.
        at: (step,) minute at which each step of five minutes begins.
        net_w: (step,) taken from the grid; negative: given to it.
        solar_at: (power,) minutes.
        solar_w: (power,) of the roof.
        has_roof: Whether there is one.
    """

    time: MonthTime
    at: NDArray[np.int64]
    net_w: Array
    solar_at: NDArray[np.int64]
    solar_w: Array
    has_roof: bool

    @classmethod
    def of(
        cls,
        house: House,
        time: MonthTime,
        lived: Lived,
        drawn: Mapping[str, Array],
        sun: Array,
        rng: np.random.Generator,
    ) -> Self:
        """Return what goes in and out.

        Args:
            house: As described.
            time: The month.
            lived: Who was where, and cooked.
            drawn: (ten minutes,) what devices draw.
            sun: (half hour,) on a level plane.
            rng: Of everything random.
        """
        at = time.grid(METER_MIN)
        load_w = 130.0 + np.abs(wander(rng, len(at), 60.0, 6.0)) + 35.0 * (lived.where >= 0).sum(axis=0)[at]
        for power_w in drawn.values():
            load_w = load_w + np.repeat(power_w, DEVICE_MIN // METER_MIN)[: len(at)]
        cooks = np.zeros(time.minutes)
        for spell in lived.spells:
            cooks[spell.first : spell.last] += 1400.0 if spell.kind == "cooking" else 0.0
        peak_w = sum(one.ratings.get("peak_w", 4000.0) for one in house.devices if one.kind == "pv")
        solar_at = time.grid(DEVICE_MIN)
        solar_w = 0.82 * peak_w / 1000.0 * np.interp(solar_at, time.grid(WEATHER_MIN), sun)
        solar_w = rounded(solar_w, "meter", "pv_w")
        net_w = load_w + cooks[at] - np.repeat(solar_w, DEVICE_MIN // METER_MIN)[: len(at)]
        return cls(time, at, net_w, solar_at, solar_w, peak_w > 0.0)

    def told(self, house: House, before_kwh: tuple[float, float], anew: int | None, gap: tuple[int, int]) -> Metered:
        """Return what the meter says of it.

        Args:
            house: With its tariff.
            before_kwh: (imported, exported) counters at the month's begin.
            anew: Sample from which on the counters have begun anew; None: never.
            gap: (first, one behind the last) minute of a silence of the meter.
        """
        kept = (self.at < gap[0]) | (self.at >= gap[1])
        hours = METER_MIN / 60.0
        imported, total_in = _counter(np.maximum(self.net_w, 0.0) * hours / 1000.0, before_kwh[0], anew)
        exported, total_out = _counter(np.maximum(-self.net_w, 0.0) * hours / 1000.0, before_kwh[1], anew)
        price_at = self.time.grid(PRICE_MIN)
        price = rounded(np.array([_price(house, self.time, minute) for minute in price_at]), "meter", "price_per_kwh")
        priced = (price_at < gap[0]) | (price_at >= gap[1])
        solar = (self.solar_at < gap[0]) | (self.solar_at >= gap[1])
        solar = solar if self.has_roof else np.zeros(len(solar), bool)
        return Metered(
            at_s=self.time.moments(self.at[kept]),
            imported_kwh=imported[kept],
            exported_kwh=exported[kept] if self.has_roof else np.zeros(0),
            anew=None if anew is None else int(kept[:anew].sum()),
            price_at_s=self.time.moments(price_at[priced]),
            price=price[priced],
            solar_at_s=self.time.moments(self.solar_at[solar]),
            solar_w=self.solar_w[solar],
            total_kwh=(total_in, total_out),
        )


def _counter(steps_kwh: Array, before_kwh: float, anew: int | None) -> tuple[Array, float]:
    """Return (sample,) a counter at the begin of each step, and at the end of all."""
    counted = before_kwh + np.concatenate([[0.0], np.cumsum(steps_kwh)])
    if anew is not None:
        counted[anew:] -= counted[anew]
    return rounded(counted[:-1], "meter", "imported_kwh"), float(counted[-1])


def _price(house: House, time: MonthTime, minute: int) -> float:
    plan = plan_of(house.tariff.plan if house.tariff is not None else "flat_jp")
    when = datetime.fromtimestamp(time.at_s(int(minute)), time.zone)
    return plan.price(when, 0.0, house.world.seed if house.world is not None else 0)
