"""How the rooms are at the end of a step, as people and sensors would find them."""

import numpy as np
from numpy.typing import NDArray

from sumika.physics.psychrometrics import relative_humidity
from sumika.schema.house import House
from sumika.world.building.acted import LIGHT, MELANOPIC, MIXED, SOUND
from sumika.world.building.daylight import Daylight
from sumika.world.building.elements import Elements
from sumika.world.building.envelope import Envelope
from sumika.world.building.gases import Gases
from sumika.world.building.heat import Heat, Surroundings
from sumika.world.building.moisture import Moisture
from sumika.world.building.noise import Noise
from sumika.world.building.windows import WindowsNow
from sumika.world.exchange import Outside, RoomsNow

Array = NDArray[np.float64]

STILL_AIR_M_S = 0.08
"""Of a room without draught (ISO 7730: below 0.1)."""

DRAUGHT_SHARE = 0.25
"""Share of a room's cross-section that moving air takes: typical of jets from openings."""


class Report:
    """Makes `RoomsNow` of what the parts of a building know."""

    def __init__(
        self,
        house: House,
        elements: Elements,
        envelope: Envelope,
        surface_m2: Array,
        area_m2: Array,
        volume_m3: Array,
        heat: Heat,
        gases: Gases,
        moisture: Moisture,
    ) -> None:
        """Keep the parts.

        Args:
            house: As described.
            elements: Walls, windows and doors.
            envelope: Of what kind they are.
            surface_m2: (room,) of walls, floor and ceiling together.
            area_m2: (room,) of the floors.
            volume_m3: (room,).
            heat: Temperatures.
            gases: What the air carries.
            moisture: Water.
        """
        self._heat, self._gases, self._moisture = heat, gases, moisture
        self._daylight = Daylight(elements.glazings, envelope.solar_gain, surface_m2)
        self._noise = Noise(elements, envelope, volume_m3)
        heights = np.array([room.height_m for room in house.rooms])
        self._across_m2 = DRAUGHT_SHARE * np.sqrt(area_m2) * heights

    def rooms_now(
        self, outside: Outside, by: Surroundings, acted: Array, windows: WindowsNow, shares: Array, fresh: Array
    ) -> RoomsNow:
        """Return how all rooms are.

        Args:
            outside: The weather.
            by: What drove the step.
            acted: (row, room) what acted on the rooms.
            windows: What they let in.
            shares: (opening,) how far windows, then doors, are open.
            fresh: (room,) air from outside as a mean over the step, m³/s.
        """
        heat, moved = self._heat, by.moved
        radiant, floor, coldest = heat.surfaces_c(by.inputs)
        air, ratio = heat.air_c.copy(), self._moisture.humidity_ratio
        humidity = np.minimum(relative_humidity(np.stack([air, coldest]), ratio, outside.pressure_pa), 1.0)
        daylight = np.zeros_like(air)
        if not windows.dark:
            daylight = self._daylight.illuminance_lux(
                windows.sun_w, windows.sky_w, windows.passes, outside.sun_elevation_deg
            )
        through = moved.boundary[1] + moved.boundary[2] + acted[MIXED]
        return RoomsNow(
            air_temperature_c=air,
            radiant_temperature_c=radiant,
            floor_temperature_c=floor,
            coldest_surface_c=coldest,
            humidity_ratio=ratio,
            relative_humidity=humidity[0],
            surface_humidity=humidity[1],
            co2_ppm=self._gases.co2_ppm,
            voc_ug_m3=self._gases.voc_ug_m3.copy(),
            pm2_5_ug_m3=self._gases.pm2_5_ug_m3.copy(),
            outdoor_air_m3_s=fresh,
            illuminance_lux=daylight + acted[LIGHT],
            melanopic_edi_lux=self._daylight.melanopic_lux(daylight) + acted[MELANOPIC],
            sound_dba=self._noise.levels_dba(outside.sound_dba, acted[SOUND], shares),
            air_speed_m_s=STILL_AIR_M_S + through / self._across_m2,
        )
