"""Sensors of air, light and sound as one can buy them: slow, noisy, drifting, rounded, silent at times, or broken."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from sumika.schema import SumikaError
from sumika.schema.house import House
from sumika.schema.house import Sensor as Described
from sumika.world.exchange import RoomsNow

DAY_S = 86_400.0
DROPOUT_SIGMA = 2.748
"""Above it lie 3 in 1000 normal draws: as many readings do not arrive; typical of radio sensors at home."""

_DRAWS_AT_ONCE = 4096  # drawing them one by one would take longer than all the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quality:
    """How good a sensor is: numbers are typical of the parts named in `_QUALITIES`."""

    lag_s: float
    noise: float
    offset: float
    gain: float
    drift: float  # root mean square of a random walk's way in a year
    step: float
    low: float = 0.0
    high: float = math.inf


_QUALITIES: Mapping[str, _Quality] = {
    # Sensirion SHT4x: ±0.2 K, ±1.8 %; slower in a case.
    "temperature_c": _Quality(lag_s=300, noise=0.02, offset=0.15, gain=0.0, drift=0.03, step=0.01, low=-40, high=125),
    "relative_humidity": _Quality(lag_s=120, noise=0.002, offset=0.012, gain=0.0, drift=0.0025, step=0.001, high=1),
    # Sensirion SCD4x: ±(50 ppm + 5 %), noise 10 ppm, 60 s.
    "co2_ppm": _Quality(lag_s=60, noise=10, offset=20, gain=0.02, drift=10, step=1, high=40_000),
    # Metal oxide sensors: a third off is common.
    "voc_ug_m3": _Quality(lag_s=30, noise=10, offset=10, gain=0.15, drift=30, step=1, high=60_000),
    # Sensirion SPS30: ±10 %, at least ±5 µg/m³.
    "pm2_5_ug_m3": _Quality(lag_s=10, noise=0.5, offset=0.5, gain=0.05, drift=0.5, step=0.1, high=1000),
    # Vishay VEML7700: 10 %.
    "illuminance_lux": _Quality(lag_s=1, noise=0.5, offset=0.0, gain=0.05, drift=0.0, step=0.1, high=120_000),
    "melanopic_edi_lux": _Quality(lag_s=1, noise=0.5, offset=0.0, gain=0.08, drift=0.0, step=0.1, high=120_000),
    "sound_dba": _Quality(lag_s=1, noise=0.3, offset=0.7, gain=0.0, drift=0.2, step=0.1, low=28, high=130),
}

_KINDS: Mapping[str, tuple[str, ...]] = {
    "air": tuple(_QUALITIES),
    "climate": ("temperature_c", "relative_humidity"),
    "co2": ("co2_ppm", "temperature_c", "relative_humidity"),
    "pm": ("pm2_5_ug_m3",),
    "light": ("illuminance_lux", "melanopic_edi_lux"),
    "sound": ("sound_dba",),
}

_IN_ROOMS = {"temperature_c": "air_temperature_c"}


class Fault(StrEnum):
    """What can be wrong with a sensor."""

    STUCK = "stuck"
    DRIFT = "drift"
    DROPOUT = "dropout"
    FAHRENHEIT = "fahrenheit"  # its temperature in another unit
    LAG = "lag"  # as if it hung in a closed box


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorReading:
    """What a sensor says, as `sumika.schema.AirSample` has it; what it does not measure is None.

    Attributes:
        temperature_c: Of the air.
        relative_humidity: 0..1.
        co2_ppm: Volume parts per million.
        voc_ug_m3: All volatile organic compounds together.
        pm2_5_ug_m3: Fine particles.
        illuminance_lux: At table height.
        melanopic_edi_lux: At the eye.
        sound_dba: A-weighted level.
    """

    temperature_c: float | None = None
    relative_humidity: float | None = None
    co2_ppm: float | None = None
    voc_ug_m3: float | None = None
    pm2_5_ug_m3: float | None = None
    illuminance_lux: float | None = None
    melanopic_edi_lux: float | None = None
    sound_dba: float | None = None


DRIFTING = "co2_ppm"
"""What the drift of a fault is counted in, where the sensor measures it; else in its first quantity."""


class AirSensor:
    """One sensor."""

    def __init__(self, described: Described, seed: int, number: int) -> None:
        """Switch it on.

        Args:
            described: As in house.yaml.
            seed: Of the house.
            number: Of the sensor, so that its noise is its own.
        """
        self.id, self.room = described.id, described.room
        self.quantities = _KINDS[described.kind]
        self._random = np.random.Generator(np.random.SFC64((seed, 5204, number)))
        count = len(self.quantities)
        qualities = [_QUALITIES[name] for name in self.quantities]
        self._qualities = qualities
        self._offset = [
            quality.offset * float(draw) for quality, draw in zip(qualities, self._normal(count), strict=True)
        ]
        self._gain = [
            1.0 + quality.gain * float(draw) for quality, draw in zip(qualities, self._normal(count), strict=True)
        ]
        self._draws: list[float] = []
        self._felt: list[float] | None = None
        self._last: dict[str, float] | None = None
        self._faults: dict[Fault, float] = {}
        self._drifts: dict[str, float] = {}
        self._drifted: dict[str, float] = {}

    def _normal(self, count: int) -> NDArray[np.float64]:
        return self._random.standard_normal(count)

    def fault(self, fault: Fault, value: float, quantity: str = "") -> None:
        """Break it.

        Args:
            fault: How.
            value: Of a drift: units per hour; of a lag: seconds.
            quantity: Of a drift: which; empty: its CO2, or its first one where it measures none.
        """
        self._faults[fault] = value
        if fault is Fault.DRIFT:
            usual = DRIFTING if DRIFTING in self.quantities else self.quantities[0]
            self._drifts[quantity or usual] = value

    def mend(self, fault: Fault | None = None) -> None:
        """Mend a fault, and what it has drifted by it; None: replace it, all are gone."""
        for one in Fault if fault is None else (fault,):
            self._faults.pop(one, None)
        if fault in (None, Fault.DRIFT):
            self._drifts.clear()
            self._drifted.clear()

    def read(self, seconds: float, rooms: RoomsNow, place: int) -> SensorReading | None:
        """Return what it says at the end of a step; None where it says nothing.

        Args:
            seconds: Since the last reading.
            rooms: As they are.
            place: Of its room in the arrays.
        """
        true = [float(getattr(rooms, _IN_ROOMS.get(name, name))[place]) for name in self.quantities]
        self._follow(true, seconds)
        if len(self._draws) < 2 * len(true) + 1:
            self._draws = self._random.standard_normal(_DRAWS_AT_ONCE).tolist()
        silent = self._draws.pop() > DROPOUT_SIGMA
        for name, per_h in self._drifts.items():
            self._drifted[name] = self._drifted.get(name, 0.0) + per_h * seconds / 3600.0
        walks = math.sqrt(seconds / (365.0 * DAY_S))
        reading: dict[str, float] = {}
        for number, (name, quality) in enumerate(zip(self.quantities, self._qualities, strict=True)):
            self._offset[number] += quality.drift * walks * self._draws.pop()
            reading[name] = self._said(number, name, quality, self._draws.pop())
        if Fault.STUCK in self._faults and self._last is not None:
            reading = self._last
        self._last = reading
        return None if silent or Fault.DROPOUT in self._faults else SensorReading(**reading)

    def _follow(self, true: list[float], seconds: float) -> None:
        if self._felt is None:
            self._felt = list(true)
            return
        for number, quality in enumerate(self._qualities):
            share = 1.0 - math.exp(-seconds / max(quality.lag_s, self._faults.get(Fault.LAG, 0.0)))
            self._felt[number] += share * (true[number] - self._felt[number])

    def _said(self, number: int, name: str, quality: _Quality, noise: float) -> float:
        felt = self._felt[number] if self._felt is not None else 0.0
        value = felt * self._gain[number] + self._offset[number] + quality.noise * noise + self._drifted.get(name, 0.0)
        if name == "temperature_c" and Fault.FAHRENHEIT in self._faults:
            value = 1.8 * value + 32.0
        return min(quality.high, max(quality.low, round(round(value / quality.step) * quality.step, 6)))


class AirSensors:
    """All air sensors of a house."""

    def __init__(self, sensors: Mapping[str, AirSensor]) -> None:
        """Join sensors; `AirSensors.of` makes them."""
        self._sensors = dict(sensors)

    @classmethod
    def of(cls, house: House, seed: int) -> "AirSensors":
        """Return the sensors of a house.

        Args:
            house: As in house.yaml.
            seed: Of everything random in them.

        Raises:
            SumikaError: if the world does not know a kind.
        """
        made: dict[str, AirSensor] = {}
        for number, described in enumerate(house.sensors):
            if described.kind not in _KINDS:
                raise SumikaError(
                    f"the simulated house has no sensor of kind {described.kind!r}",
                    where=f"sensors.{described.id}.kind",
                    remedy=f"Kinds are {', '.join(_KINDS)}",
                )
            made[described.id] = AirSensor(described, seed, number)
        return cls(made)

    @property
    def rooms(self) -> Mapping[str, str]:
        """The room of each sensor."""
        return {name: sensor.room for name, sensor in self._sensors.items()}

    def step(
        self, now_s: float, seconds: float, rooms: RoomsNow, room_index: Mapping[str, int]
    ) -> dict[str, SensorReading]:
        """Return what all sensors say at a moment; those that say nothing are absent.

        Args:
            now_s: Since the world began.
            seconds: Since the last reading.
            rooms: As they are.
            room_index: Place of each room in the arrays.
        """
        readings: dict[str, SensorReading] = {}
        for name, sensor in self._sensors.items():
            reading = sensor.read(seconds, rooms, room_index[sensor.room])
            if reading is not None:
                readings[name] = reading
        return readings

    def fail(self, sensor_id: str, kind: str, now_s: float, *, drift: float = 0.0, quantity: str = "") -> None:
        """Break a sensor, until it is mended.

        Args:
            sensor_id: Which.
            kind: One of `Fault`.
            now_s: Since the world began.
            drift: Of one that drifts: units per hour; of one that lags: seconds.
            quantity: Of one that drifts: which; empty: its CO2, or its first one where it measures none.

        Raises:
            SumikaError: if there is no such sensor or fault.
        """
        if kind not in tuple(Fault):
            raise SumikaError(
                f"no sensor can be {kind!r}", where="sensor_fault", remedy=f"Faults are {', '.join(Fault)}"
            )
        self._sensor(sensor_id).fault(Fault(kind), drift, quantity)

    def exchange(self, first: str, second: str) -> None:
        """Hang two sensors into each other's room, while everybody takes them to be where they were.

        Raises:
            SumikaError: if there is none of those ids.
        """
        one, other = self._sensor(first), self._sensor(second)
        one.room, other.room = other.room, one.room

    def mend(self, sensor_id: str, kind: str = "") -> None:
        """Mend one fault of a sensor; without naming one, replace it.

        Raises:
            SumikaError: if there is none of that id.
        """
        self._sensor(sensor_id).mend(Fault(kind) if kind else None)

    def _sensor(self, sensor_id: str) -> AirSensor:
        if sensor_id not in self._sensors:
            raise SumikaError(
                f"there is no sensor {sensor_id!r}",
                where="sensors",
                remedy=f"There are: {', '.join(self._sensors) or 'none'}",
            )
        return self._sensors[sensor_id]
