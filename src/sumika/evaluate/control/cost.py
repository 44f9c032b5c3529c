"""What a controlled time cost: money, discomfort and bad air, each at its stated price (`sumika.schema.worth`)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.control.diary import J_KWH, Diary
from sumika.evaluate.control.votes import votes
from sumika.schema.worth import Worth
from sumika.world.energy.carbon import GAS_G_KWH

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a time cost, in the tariff's currency.

    Attributes:
        electricity: Taken, less what was given, without the connection's base price.
        gas: Burnt.
        stored: Less stored at the end than at the beginning, at the mean price; negative: more.
        missing: Hot water and charge of cars that was not there when it was needed.
        carbon: At what the household holds it to be worth.
        discomfort: Of residents who were there.
        stale_air: Carbon dioxide.
        dust: Fine particles.
        humidity: Air too dry or too damp.
        mould: Surfaces too damp.
    """

    electricity: float
    gas: float
    stored: float
    missing: float
    carbon: float
    discomfort: float
    stale_air: float
    dust: float
    humidity: float
    mould: float

    @property
    def money(self) -> float:
        """Energy, and what a lack of it cost."""
        return self.electricity + self.gas + self.stored + self.missing + self.carbon

    @property
    def air(self) -> float:
        """Bad air of every kind."""
        return self.stale_air + self.dust + self.humidity + self.mould

    @property
    def total(self) -> float:
        """All of it."""
        return self.money + self.discomfort + self.air


def cost_of(diary: Diary, worth: Worth) -> Cost:
    """Return what a time cost.

    Args:
        diary: Of that time.
        worth: What comfort and air are worth, in the diary's currency.
    """
    hours = diary.hours
    grid_kwh = diary.grid_w * diary.step_s / J_KWH
    taken, given = np.maximum(grid_kwh, 0.0), np.maximum(-grid_kwh, 0.0)
    gas_kwh = diary.gas_w * diary.step_s / J_KWH
    began, ended = diary.began, diary.ended
    less_kwh = began.electric_kwh - ended.electric_kwh + began.tank_kwh - ended.tank_kwh
    carbon_kg = float((taken * diary.carbon_g_kwh + gas_kwh * GAS_G_KWH).sum()) / 1000.0
    vote, _ = votes(diary)
    off = np.nansum(np.maximum(np.abs(vote) - worth.neutral_pmv, 0.0))
    damp = diary.of_rooms["surface_humidity"] > worth.mould_humidity
    return Cost(
        electricity=float((taken * diary.price_per_kwh).sum() - given.sum() * diary.feed_in_per_kwh),
        gas=float(gas_kwh.sum()) * diary.gas_per_kwh,
        stored=less_kwh * float(diary.price_per_kwh.mean()),
        missing=(
            diary.missing_hot_water_l * worth.missing_hot_water_per_l
            + diary.missing_charge_kwh * worth.missing_charge_per_kwh
        ),
        carbon=carbon_kg * worth.carbon_per_kg,
        discomfort=worth.discomfort_per_person_h * hours * float(off),
        stale_air=worth.stale_air_per_person_h
        * hours
        * float(np.nansum(np.maximum(breathed(diary, "co2_ppm") - worth.fresh_ppm, 0.0)))
        / 1000.0,
        dust=worth.dust_per_person_h
        * hours
        * float(np.nansum(np.maximum(breathed(diary, "pm2_5_ug_m3") - worth.clean_ug_m3, 0.0)))
        / worth.dust_unit_ug_m3,
        humidity=worth.humidity_per_person_h * hours * float(np.nansum(_outside_band(diary, worth))) / 0.1,
        mould=worth.mould_per_room_h * hours * float(damp.sum()),
    )


def breathed(diary: Diary, quantity: str) -> Array:
    """Return (step, resident) of a quantity where each resident is; NaN where they are out."""
    room = diary.people.room
    steps = np.arange(len(diary.grid_w))[:, np.newaxis]
    found = diary.of_rooms[quantity][steps, np.maximum(room, 0)]
    return np.where(room >= 0, found, np.nan)


def _outside_band(diary: Diary, worth: Worth) -> Array:
    """Return (step, resident) by how much the air is too dry or too damp; bathers have it damp by themselves."""
    relative = np.where(diary.people.in_water, np.nan, breathed(diary, "relative_humidity"))
    return np.maximum(np.maximum(worth.humidity_low - relative, relative - worth.humidity_high), 0.0)
