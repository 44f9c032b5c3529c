"""What people, devices and fires do to the rooms during one step of the simulated house."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """What one source does to one room, as a mean over the step. Sums of several act together.

    Attributes:
        room: Its id.
        convective_w: Heat into the air; negative: cold.
        radiant_w: Heat onto the surfaces.
        floor_w: Heat into the floor's screed.
        vapour_kg_s: Water vapour into the air; negative: condensed out of it.
        co2_kg_s: Carbon dioxide into the air.
        voc_ug_s: Volatile organic compounds into the air.
        pm2_5_ug_s: Fine particles into the air.
        clean_air_m3_s: Air that a filter in the room gives back without particles.
        supply_m3_s: Air driven into the room from outside.
        supply_temperature_c: Its temperature as it comes in; None: as it is outside.
        supply_humidity_ratio: Its humidity; None: as it is outside.
        supply_filtered: Share of the outdoor particles that is kept out of it.
        extract_m3_s: Air driven out of the room.
        mixed_m3_s: Air that is drawn from the whole house and blown into the room (recirculation).
        light_lux: Electric light at table height.
        light_melanopic_lux: Melanopic EDI of it at the eye.
        sound_dba: Level of it in the room; 0: silent. Levels add by power.
    """

    room: str
    convective_w: float = 0.0
    radiant_w: float = 0.0
    floor_w: float = 0.0
    vapour_kg_s: float = 0.0
    co2_kg_s: float = 0.0
    voc_ug_s: float = 0.0
    pm2_5_ug_s: float = 0.0
    clean_air_m3_s: float = 0.0
    supply_m3_s: float = 0.0
    supply_temperature_c: float | None = None
    supply_humidity_ratio: float | None = None
    supply_filtered: float = 0.0
    extract_m3_s: float = 0.0
    mixed_m3_s: float = 0.0
    light_lux: float = 0.0
    light_melanopic_lux: float = 0.0
    sound_dba: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomsActedOn:
    """All that acts on a house in one step.

    Attributes:
        acting: By anyone, on any room, in any order.
        windows_open: Share of each window that is open, by id; absent: shut.
        doors_open: Share of each door that is open, by id; absent: shut.
        blinds_closed: Share of each window that a blind covers, by the window's id; absent: none.
        blinds_transmit: Share of the sun's heat and light that passes where a blind covers, by the window's id.
        blinds_outside: Windows whose blind is outside.
    """

    acting: Sequence[Acting] = ()
    windows_open: dict[str, float]
    doors_open: dict[str, float]
    blinds_closed: dict[str, float]
    blinds_transmit: dict[str, float]
    blinds_outside: frozenset[str] = frozenset()
