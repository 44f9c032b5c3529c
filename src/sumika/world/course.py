"""The course of a simulated time: what was measured, by step, for checks, plots and comparisons."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sumika.physics.heat_strain import wet_bulb_globe_c

if TYPE_CHECKING:
    from sumika.world.simulation import WorldStep

Array = NDArray[np.float64]

ROOM_QUANTITIES = (
    "air_temperature_c",
    "radiant_temperature_c",
    "operative_c",
    "floor_temperature_c",
    "coldest_surface_c",
    "relative_humidity",
    "surface_humidity",
    "co2_ppm",
    "voc_ug_m3",
    "pm2_5_ug_m3",
    "outdoor_air_m3_s",
    "illuminance_lux",
    "melanopic_edi_lux",
    "sound_dba",
    "wbgt_c",
    "people",
)
"""What is kept of each room; names as in `RoomsNow`, besides operative temperature, WBGT and how many people."""

HOUSE_QUANTITIES = (
    "outdoor_c",
    "outdoor_humidity",
    "global_horizontal_w_m2",
    "grid_w",
    "pv_w",
    "gas_w",
    "imported_kwh",
    "exported_kwh",
    "cost",
    "carbon_kg",
    "people",
    "fallen",
    "asleep_hours",
    "lying_hours",
    "home_hours",
    "warmest_to_coldest_k",
    "sensor_silent_hours",
    "sensor_error_ppm",
)
"""What is kept of the house as a whole; hours and kWh add up from the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What was so at the end of each step.

    Attributes:
        start: When it began.
        rooms: Their ids.
        bodies: Residents' ids.
        at_s: (step,) since the beginning.
        of_rooms: By quantity: (step, room).
        of_house: By quantity: (step,).
        devices_w: By device: (step,) what each draws.
        where: By resident: (step,) index of the room; -1 out of the house.
        stage: By resident: (step,) sleep stage as its place in `STAGES`; -1 where there is none.
    """

    start: datetime
    rooms: tuple[str, ...]
    bodies: tuple[str, ...]
    at_s: Array
    of_rooms: Mapping[str, Array] = field(repr=False)
    of_house: Mapping[str, Array] = field(repr=False)
    devices_w: Mapping[str, Array] = field(repr=False)
    where: Mapping[str, NDArray[np.int16]] = field(repr=False)
    stage: Mapping[str, NDArray[np.int8]] = field(repr=False)

    def quantity(self, name: str, room: str = "") -> Array:
        """Return (step,) of a room, or of the house; of rooms without naming one: (step, room).

        Raises:
            KeyError: if there is no such quantity or room.
        """
        if room:
            return self.of_rooms[name][:, self.rooms.index(room)] if room in self.rooms else self.of_rooms[room]
        return self.of_house[name] if name in self.of_house else self.of_rooms[name]


STAGES = ("n3", "n2", "n1", "rem", "awake")
"""Sleep stages from deep to awake, as a hypnogram draws them."""


class Recorder:
    """Puts a course together, step by step."""

    def __init__(self, start: datetime, rooms: Sequence[str], bodies: Sequence[str]) -> None:
        """Begin with nothing.

        Args:
            start: When it begins.
            rooms: The ids of all rooms, in the order of the arrays.
            bodies: The ids of all residents.
        """
        self._start, self._rooms, self._bodies = start, tuple(rooms), tuple(bodies)
        # Bare numbers side by side: as objects a year of steps would fill a small computer.
        self._at_s = array("d")
        self._of_rooms = {name: array("d") for name in ROOM_QUANTITIES}
        self._of_house = {name: array("d") for name in HOUSE_QUANTITIES}
        self._devices_w: dict[str, array[float]] = {}
        self._where = {body: array("h") for body in bodies}
        self._stage = {body: array("b") for body in bodies}
        self._hours = dict.fromkeys(("asleep_hours", "lying_hours", "home_hours", "sensor_silent_hours"), 0.0)

    def take(self, step: "WorldStep") -> None:
        """Keep what a step brought."""
        self._at_s.append(step.at_s)
        self._take_rooms(step)
        self._take_house(step)
        for device, power_w in step.devices.power_w.items():
            kept = self._devices_w.setdefault(device, array("d"))
            kept.frombytes(bytes(kept.itemsize * (len(self._at_s) - 1 - len(kept))))  # it was not there before
            kept.append(power_w)
        for body in self._bodies:
            room = step.where.get(body, "")
            self._where[body].append(self._rooms.index(room) if room in self._rooms else -1)
            stage = step.doing[body].sleep_stage if body in step.doing else ""
            self._stage[body].append(STAGES.index(stage) if stage in STAGES else -1)

    def _take_rooms(self, step: "WorldStep") -> None:
        rooms = step.rooms
        operative = 0.5 * (rooms.air_temperature_c + rooms.radiant_temperature_c)
        people = np.array([float(sum(room == one for room in step.where.values())) for one in self._rooms])
        derived = {
            "operative_c": operative,
            "wbgt_c": wet_bulb_globe_c(rooms.air_temperature_c, rooms.radiant_temperature_c, rooms.relative_humidity),
            "people": people,
        }
        for name, kept in self._of_rooms.items():
            kept.frombytes(np.asarray(derived[name] if name in derived else getattr(rooms, name), np.float64).tobytes())

    def _take_house(self, step: "WorldStep") -> None:
        hours = step.seconds / 3600.0
        doing = [step.doing[body] for body in self._bodies if body in step.doing]
        self._hours["asleep_hours"] += hours * sum(one.sleep_stage not in ("", "awake") for one in doing)
        self._hours["lying_hours"] += hours * sum(one.sleep_stage != "" for one in doing)
        self._hours["home_hours"] += hours * sum(bool(step.where.get(body)) for body in self._bodies)
        self._hours["sensor_silent_hours"] += hours * step.sensors_silent
        warm = step.rooms.air_temperature_c
        values = {
            "outdoor_c": step.outside.temperature_c,
            "outdoor_humidity": step.outdoor_humidity,
            "global_horizontal_w_m2": step.outside.global_horizontal_w_m2,
            "grid_w": step.meter.grid_w,
            "pv_w": step.devices.pv_w,
            "gas_w": step.devices.gas_w,
            "imported_kwh": step.meter.imported_kwh,
            "exported_kwh": step.meter.exported_kwh,
            "cost": step.meter.cost,
            "carbon_kg": step.meter.carbon_kg,
            "people": float(sum(bool(room) for room in step.where.values())),
            "fallen": float(sum(one.fallen for one in doing)),
            "warmest_to_coldest_k": float(warm.max() - warm.min()),
            "sensor_error_ppm": step.sensor_error_ppm,
            **self._hours,
        }
        for name, kept in self._of_house.items():
            kept.append(values[name])

    def course(self) -> Course:
        """Return everything that was taken; nothing can be taken any more while the course is there."""
        steps = len(self._at_s)
        for kept in self._devices_w.values():
            kept.frombytes(bytes(kept.itemsize * (steps - len(kept))))  # it is there no more
        return Course(
            start=self._start,
            rooms=self._rooms,
            bodies=self._bodies,
            at_s=np.frombuffer(self._at_s),
            of_rooms={
                name: np.frombuffer(kept).reshape(steps, len(self._rooms)) for name, kept in self._of_rooms.items()
            },
            of_house={name: np.frombuffer(kept) for name, kept in self._of_house.items()},
            devices_w={name: np.frombuffer(self._devices_w[name]) for name in sorted(self._devices_w)},
            where={body: np.frombuffer(kept, np.int16) for body, kept in self._where.items()},
            stage={body: np.frombuffer(kept, np.int8) for body, kept in self._stage.items()},
        )
