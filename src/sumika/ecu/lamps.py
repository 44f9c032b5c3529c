"""The lamps of a room: what they give at the eye and on the table, what that takes, and how far to turn them up."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sumika.belief.airflow import rating
from sumika.belief.daylight import EYE_TO_TABLE
from sumika.ecu.light_needs import ASLEEP_EDI_LUX, DAY_EDI_LUX, PATH_EYE_LUX, Need
from sumika.physics.light import mean_illuminance_lux, melanopic_ratio_led
from sumika.schema import DEVICE_KINDS
from sumika.schema.house import Device

SWITCHED_BELOW = 0.5
"""A lamp that is only switched goes on when daylight is less than this share of what the room needs to be seen by."""

_STEP = DEVICE_KINDS["light"].settings["level"].step
_COLOURS = DEVICE_KINDS["light"].settings["colour_temperature_k"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomLamps:
    """All lamps of one room, turned up alike; where some can be dimmed, those alone.

    Attributes:
        room: Which.
        devices: Their ids.
        table_lux: Of all of them at full, at table height.
        power_kw: Of all of them at full.
        standby_kw: Of all of them when they are off.
        least_k: Warmest colour that all of them have.
        most_k: Coolest.
        dims: Whether they can be dimmed; else they are on or off.
    """

    room: str
    devices: tuple[str, ...]
    table_lux: float
    power_kw: float
    standby_kw: float
    least_k: float
    most_k: float
    dims: bool = True

    def colour_k(self, wanted_k: float) -> float:
        """Return the nearest colour that they have."""
        whole = _COLOURS.step * round(wanted_k / _COLOURS.step)
        return float(np.clip(whole, self.least_k, self.most_k))

    def edi_lux(self, colour_k: float) -> float:
        """Return what they give at full, melanopic at the eye."""
        return EYE_TO_TABLE * self.table_lux * float(melanopic_ratio_led(colour_k))

    def path_level(self) -> float:
        """Return the level at which they show the way at night and no more."""
        level = PATH_EYE_LUX / max(EYE_TO_TABLE * self.table_lux, 1e-9)
        return float(np.clip(_STEP * np.floor(level / _STEP), _STEP, 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Worthwhile:
    """What decides whether light for the body's clock is worth its electricity.

    Attributes:
        people: How many see it.
        dim_per_person_h: Money for an hour of one of them without any of the light of a day.
        price_per_kwh: Of electricity.
    """

    people: float
    dim_per_person_h: float
    price_per_kwh: float


def lamps_of(devices: Sequence[Device], floor_m2: dict[str, float]) -> tuple[RoomLamps, ...]:
    """Return the lamps of a house, room by room.

    Args:
        devices: All of the house.
        floor_m2: By room.
    """
    by_room: dict[str, list[Device]] = {}
    for device in devices:
        if device.kind == "light" and device.room in floor_m2:
            by_room.setdefault(device.room, []).append(device)
    return tuple(_room(room, lamps, floor_m2[room]) for room, lamps in by_room.items())


def _room(room: str, every: list[Device], floor_m2: float) -> RoomLamps:
    # Who wants it brighter than dimmed lamps switches the others on.
    dimmed = [lamp for lamp in every if rating(lamp, "dims") >= 0.5]
    lamps = dimmed or every
    flux_lm = sum(rating(lamp, "luminous_flux_lm") for lamp in lamps)
    limits = [lamp.limits.get("colour_temperature_k", (_COLOURS.low, _COLOURS.high)) for lamp in lamps]
    least_k = max(_COLOURS.low, *(low for low, _ in limits))
    return RoomLamps(
        room=room,
        devices=tuple(lamp.id for lamp in lamps),
        table_lux=float(mean_illuminance_lux(flux_lm, floor_m2)),
        power_kw=sum(rating(lamp, "luminous_flux_lm") / rating(lamp, "efficacy_lm_w") for lamp in lamps) / 1000.0,
        standby_kw=sum(rating(lamp, "standby_w") for lamp in lamps) / 1000.0,
        least_k=least_k,
        most_k=max(least_k, min(_COLOURS.high, *(high for _, high in limits))),
        dims=bool(dimmed),
    )


def level_for(
    lamps: RoomLamps,
    need: Need,
    daylight_lux: float,
    daylight_edi_lux: float,
    worth: Worthwhile,
    *,
    is_lit: bool = False,
) -> tuple[float, float]:
    """Return how far to turn a room's lamps up, 0 to 1, and their colour.

    What daylight lacks for seeing is given whatever it costs; what it lacks for the body's clock as far as that is
    worth its electricity, which is all or nothing: both grow in proportion. The most that an evening bears stands
    above both.

    Args:
        lamps: Which.
        need: Of who is there.
        daylight_lux: At table height.
        daylight_edi_lux: Melanopic, at the eye.
        worth: Of light.
        is_lit: Whether they are on: those that are only switched stay so until there is enough of daylight.
    """
    colour_k = lamps.colour_k(need.colour_k)
    if not lamps.dims:
        wanted_lux = need.sees_lux * (1.0 if is_lit else SWITCHED_BELOW)
        return float(daylight_lux < wanted_lux and need.most_edi_lux > ASLEEP_EDI_LUX), colour_k
    full_lux, full_edi_lux = max(lamps.table_lux, 1e-9), max(lamps.edi_lux(colour_k), 1e-9)
    level = max(0.0, need.sees_lux - daylight_lux) / full_lux
    gains = worth.people * worth.dim_per_person_h * full_edi_lux / DAY_EDI_LUX
    if gains > lamps.power_kw * worth.price_per_kwh:
        level = max(level, (need.least_edi_lux - daylight_edi_lux) / full_edi_lux)
    most = max(0.0, need.most_edi_lux - daylight_edi_lux) / full_edi_lux
    # Rounded to what a lamp takes, but never beyond what may be.
    rounded = min(_STEP * round(level / _STEP), _STEP * np.floor(min(most, 1.0) / _STEP + 1e-9))
    return float(np.clip(rounded, 0.0, 1.0)), colour_k


def missing_share(lamps: RoomLamps, need: Need, level: float, colour_k: float, daylight_edi_lux: float) -> float:
    """Return the share of a day's light that is missing at the eye, 0 to 1.

    Args:
        lamps: Which.
        need: Of who is there.
        level: Of the lamps.
        colour_k: Of the lamps.
        daylight_edi_lux: Melanopic, at the eye.
    """
    there = daylight_edi_lux + level * lamps.edi_lux(colour_k)
    return float(np.clip(need.least_edi_lux - there, 0.0, DAY_EDI_LUX)) / DAY_EDI_LUX
