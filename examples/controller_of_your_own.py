"""A controller of your own in our houses, scored beside the others.

    sumika evaluate control --controller mine=examples/controller_of_your_own.py:make --controller thermostat \
        --week winter_tokyo --days 2

It heats or cools rooms with people in them, and sets fans by carbon dioxide. `make` gets the house as its owner
describes it; `observe` is called every five minutes and `commands` every quarter of an hour.
"""

from sumika.ecu import Forecast, Measurements
from sumika.ecu.to_devices import commands_of
from sumika.schema import Asker, Command
from sumika.schema.house import House

WARM_C, COOL_C, EMPTY_K = 21.0, 26.5, 3.0
STALE_PPM = 900.0


class ByPresence:
    """Sees who is where, and how stale the air is."""

    def __init__(self, house: House) -> None:
        """Take a house."""
        self._house = house
        self._occupied: dict[str, bool] = {}
        self._co2_ppm: dict[str, float] = {}

    def observe(self, measurements: Measurements) -> None:
        """Take in what the house says; what is not known counts as somebody being there."""
        for room, (probability, _) in measurements.presence.items():
            self._occupied[room] = probability is None or probability > 0.5
        for sample in measurements.air:
            if sample.co2_ppm is not None:
                self._co2_ppm[sample.room] = sample.co2_ppm

    def commands(self, forecast: Forecast) -> tuple[Command, ...]:
        """Return what devices are told."""
        winter = float(forecast.temperature_c[:24].mean()) < 18.0
        told: list[tuple[str, str, float]] = []
        for device in self._house.devices:
            if device.kind == "room_air_conditioner":
                off_k = 0.0 if self._occupied.get(device.room, True) else EMPTY_K
                wanted_c = WARM_C - off_k if winter else COOL_C + off_k
                told += [(device.id, "mode", 1.0 if winter else 2.0), (device.id, "setpoint_c", wanted_c)]
            elif device.kind == "exhaust_fan":
                stale = max(self._co2_ppm.values(), default=0.0) > STALE_PPM
                told.append((device.id, "level", 2.0 if stale else 1.0))
        return commands_of(told, forecast.begins[0], Asker.OPERATOR)


def make(house: House) -> ByPresence:
    """Return a controller for a house."""
    return ByPresence(house)
