"""What the windows let in, with their blinds: heat onto surfaces, heat into the air, and what is left for the eyes."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.world.building.elements import Glazing
from sumika.world.building.sunlight import INSIDE_BLIND_KEEPS, Sunlight, is_dark
from sumika.world.exchange import Outside, RoomsActedOn

Array = NDArray[np.float64]

BLIND_TRANSMITS = 0.25
"""Where nobody says how much of the sun a closed blind lets through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowsNow:
    """The windows in one step.

    Attributes:
        onto_surfaces_w: (room,) sun that comes through.
        into_air_w: (room,) heat of blinds that hang inside.
        sun_w: (window,) direct sun through the glass, without blinds.
        sky_w: (window,) of sky and ground.
        passes: (window,) share that blinds leave.
        dark: Whether no light comes in.
    """

    onto_surfaces_w: Array = field(repr=False)
    into_air_w: Array = field(repr=False)
    sun_w: Array = field(repr=False)
    sky_w: Array = field(repr=False)
    passes: Array = field(repr=False)
    dark: bool = False


class Windows:
    """All windows of a house."""

    def __init__(self, glazings: tuple[Glazing, ...], solar_gain: tuple[float, ...], rooms: int) -> None:
        """Keep where they are.

        Args:
            glazings: The windows.
            solar_gain: (window,) share of the sun's heat that comes in at right angles.
            rooms: How many rooms there are.
        """
        self._sunlight = Sunlight(glazings, solar_gain)
        self._index = {glazing.window.id: number for number, glazing in enumerate(glazings)}
        self._rooms = rooms
        self._of_rooms = np.zeros((rooms, len(glazings)))
        for number, glazing in enumerate(glazings):
            self._of_rooms[glazing.room, number] = 1.0
        self._dark = np.zeros(len(glazings))

    def now(self, outside: Outside, acted: RoomsActedOn) -> WindowsNow:
        """Return what the windows let in.

        Args:
            outside: The weather.
            acted: Blinds.
        """
        passes, inside = np.ones(len(self._index)), np.ones(len(self._index))
        for name, closed in acted.blinds_closed.items():
            number = self._index.get(name)
            if number is not None:
                transmits = acted.blinds_transmit.get(name, BLIND_TRANSMITS)
                passes[number] = 1.0 - min(max(closed, 0.0), 1.0) * (1.0 - min(max(transmits, 0.0), 1.0))
                inside[number] = 0.0 if name in acted.blinds_outside else 1.0
        if is_dark(outside) or not self._index:
            nothing = np.zeros(self._rooms)
            return WindowsNow(
                onto_surfaces_w=nothing,
                into_air_w=nothing,
                sun_w=self._dark,
                sky_w=self._dark,
                passes=passes,
                dark=True,
            )
        sun, sky = self._sunlight.through(outside)
        all_w = sun + sky
        kept = INSIDE_BLIND_KEEPS * (1.0 - passes) * inside
        return WindowsNow(
            onto_surfaces_w=self._of_rooms @ (all_w * passes),
            into_air_w=self._of_rooms @ (all_w * kept),
            sun_w=sun,
            sky_w=sky,
            passes=passes,
        )
