"""Fine particles as the controller sees them: what sensors say, and how much was made within a quarter of an hour."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sumika.belief.airflow import rating
from sumika.belief.outline import Outline
from sumika.ecu.situating import SETTLES_PER_S
from sumika.schema import AirSample, WeatherSample
from sumika.schema.house import House

Array = NDArray[np.float64]

USUAL_UG_M3, USUAL_OUTSIDE_UG_M3 = 8.0, 10.0
"""Where nobody measures: typical of Japanese cities since 2020."""

_QUARTER_S = 900.0


class DustWatch:
    """What is known of fine particles in one house.

    Attributes:
        outdoor: Outside, µg/m³.
    """

    def __init__(self, house: House, outline: Outline) -> None:
        """Know purifiers and rooms.

        Args:
            house: As described.
            outline: Of its rooms.
        """
        self._outline = outline
        self._purifiers = tuple(device for device in house.devices if device.kind == "air_purifier")
        self._told: dict[str, float] = {}
        self._before: Array | None = None
        self.outdoor = USUAL_OUTSIDE_UG_M3

    def hear(self, sample: AirSample) -> None:
        """Take a sensor's word."""
        if sample.pm2_5_ug_m3 is not None:
            self._told[sample.room] = sample.pm2_5_ug_m3

    def hear_weather(self, sample: WeatherSample) -> None:
        """Take a station's word."""
        if sample.pm2_5_ug_m3 is not None:
            self.outdoor = sample.pm2_5_ug_m3

    def now(self) -> Array:
        """Return (room,) what is in each room's air; the mean of others where nobody measures."""
        rooms = self._outline.rooms
        known = [self._told[room] for room in rooms if room in self._told]
        usual = float(np.mean(known)) if known else USUAL_UG_M3
        return np.array([self._told.get(room, usual) for room in rooms])

    def made(self, told: Mapping[tuple[str, str], float]) -> Array | None:
        """Return (room,) what was made in the quarter of an hour that ends now; None in the first one.

        What is there is compared with what should have been left of what was there before.

        Args:
            told: What devices say.
        """
        outline = self._outline
        now = np.array([self._told.get(room, np.nan) for room in outline.rooms])
        last, self._before = self._before, now
        if last is None:
            return None
        cleaned = np.zeros(len(now))
        for device in self._purifiers:
            level = told.get((device.id, "level"), 0.0) / 3.0
            room = outline.index[device.room]
            cleaned[room] += level * rating(device, "clean_air_m3_h") / 3600.0 / outline.volume_m3[room]
        lost = (SETTLES_PER_S + 0.5 / 3600.0 + cleaned) * np.maximum(0.5 * (now + last), 0.0)
        made = (now - last) / _QUARTER_S + lost - 0.5 / 3600.0 * 0.75 * self.outdoor
        return np.nan_to_num(made)
