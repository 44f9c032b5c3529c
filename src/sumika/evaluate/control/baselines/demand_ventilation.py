"""A thermostat whose rooms are steered by PI controllers, with ventilation by what the air needs."""

from sumika.ecu import Measurements
from sumika.evaluate.control.baselines.device_orders import Need
from sumika.evaluate.control.baselines.settings import Settings
from sumika.evaluate.control.baselines.thermostat import SetBackThermostat
from sumika.schema.house import House

PROPORTIONAL, INTEGRAL_PER_H = 0.5, 0.4
"""Setpoint per kelvin that a room is off, and that for each hour it stays so."""

MOST_K = 2.0
"""The setpoint is moved by no more than this: beyond it the device gives all it has anyway."""

LEVEL_PER_PPM, LEVEL_PER_PPM_H = 0.005, 0.003
"""Levels of the ventilation per ppm beyond what it keeps to, and that for each hour it stays so."""

LEVELS = (1.0, 3.0)


class _Integrator:
    """Error over time, held where the output is at its end."""

    def __init__(self, proportional: float, integral_per_h: float, low: float, high: float) -> None:
        self._proportional, self._per_h, self._low, self._high = proportional, integral_per_h, low, high
        self._sum = 0.0

    def output(self, error: float, hours: float) -> float:
        grown = min(self._high, max(self._low, self._sum + self._per_h * error * hours))
        wanted = self._proportional * error + grown
        if self._low < wanted < self._high or abs(grown) < abs(self._sum):
            self._sum = grown
        return min(self._high, max(self._low, self._proportional * error + self._sum))


class DemandVentilation(SetBackThermostat):
    """PI per room on its own sensor, so that sensors of devices that are off do not matter; fresh air as needed."""

    def __init__(self, house: House, settings: Settings) -> None:
        """Begin with nothing summed up."""
        super().__init__(house, settings)
        self._heat = {room.id: _Integrator(PROPORTIONAL, INTEGRAL_PER_H, -MOST_K, MOST_K) for room in house.rooms}
        self._cool = {room.id: _Integrator(PROPORTIONAL, INTEGRAL_PER_H, -MOST_K, MOST_K) for room in house.rooms}
        self._air = _Integrator(LEVEL_PER_PPM, LEVEL_PER_PPM_H, 0.0, LEVELS[1] - LEVELS[0])
        self._moved_k: dict[str, tuple[float, float]] = {}
        self._level = LEVELS[0]

    def observe(self, measurements: Measurements) -> None:
        """Take in what the house says, and move setpoints and the ventilation."""
        before = self.seen.at
        super().observe(measurements)
        if before is None:
            return
        hours = (measurements.at - before).total_seconds() / 3600.0
        worst_ppm = max((room.co2_ppm for room in self.seen.rooms.values() if room.co2_ppm is not None), default=0.0)
        self._level = LEVELS[0] + self._air.output(worst_ppm - self.settings.fresh_ppm, hours)
        for name, room in self.seen.rooms.items():
            need = super().need(name)
            if room.air_c is not None and need.heat_c is not None and need.cool_c is not None:
                # Each only learns on its own side: a warm room says nothing of how it is heated.
                middle_c = 0.5 * (need.heat_c + need.cool_c)
                heat_k, cool_k = self._moved_k.get(name, (0.0, 0.0))
                if room.air_c < middle_c:
                    heat_k = self._heat[name].output(need.heat_c - room.air_c, hours)
                else:
                    cool_k = self._cool[name].output(need.cool_c - room.air_c, hours)
                self._moved_k[name] = (heat_k, cool_k)

    def need(self, room: str) -> Need:
        """Return what a room needs by the clock, its setpoints moved, and the air that the house needs."""
        need = super().need(room)
        heat_k, cool_k = self._moved_k.get(room, (0.0, 0.0))
        return Need(
            heat_c=None if need.heat_c is None else need.heat_c + heat_k,
            cool_c=None if need.cool_c is None else need.cool_c + cool_k,
            fresh=float(round(self._level)),
            used=need.used,
        )
