"""Heat pumps with an inverter: efficiency and capacity over temperatures and part load, frost on the outdoor coil.

Efficiency is a share of Carnot's between the temperatures at which the refrigerant condenses and evaporates. They lie
apart from air and water by so much more the more heat has to pass; fans and electronics take a fixed part; so
efficiency falls with lift and at both ends of load, as that of measured units does.
"""

import math
from dataclasses import dataclass

from sumika.physics.psychrometrics import ZERO_C_K
from sumika.world.devices.coil import saturated_ratio

APPROACH_K = 9.0
"""Between refrigerant and air or water at full load, on each side; typical of room units: 8 to 12 K."""

LEAST_LIFT_K = 10.0
"""Between condensing and evaporating: the compressor needs that much."""

FIXED_SHARE = 0.05
"""Of the rated electric power, for fans and electronics; typical."""

MELT_J_KG = 3.34e5
FROST_LIMIT_KG = 1.2
"""Frost on the outdoor coil of a 3 kW unit, at which it is thawed; typical: a cycle in 40 to 90 minutes near 0 °C."""

DEFROST_S = 300.0
"""Typical: 3 to 10 minutes."""

_OUTDOOR_AIR_KG_S_W = 0.55 / 2800.0  # typical: 1800 m³/h for a 3 kW unit
_COIL_REACHES = 0.75  # share of the air that comes to the coil's state


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What a heat pump does.

    Attributes:
        heat_w: That it delivers (heating), or takes away (cooling).
        electric_w: For it.
    """

    heat_w: float
    electric_w: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatPump:
    """A heat pump by its plate.

    Attributes:
        rated_w: Heat or cold at its rating point.
        rated_cop: Heat or cold per electricity there.
        rated_hot_c: Of air or water on the hot side there.
        rated_cold_c: Of air or water on the cold side there.
        outdoor_rated_c: Outside there.
        per_k: Share of capacity won per kelvin outside (heating: positive, cooling: negative).
        least: Share of the rating below which it switches on and off.
        most: Share of the rating that it can reach at the rating point.
    """

    rated_w: float
    rated_cop: float
    rated_hot_c: float
    rated_cold_c: float
    outdoor_rated_c: float
    per_k: float
    least: float = 0.2
    most: float = 1.25

    def capacity_w(self, outdoor_c: float) -> float:
        """Return the most that it can deliver."""
        share = 1.0 + self.per_k * (outdoor_c - self.outdoor_rated_c)
        return self.rated_w * self.most * min(1.2, max(0.35, share))

    def cop(self, hot_c: float, cold_c: float, load: float) -> float:
        """Return heat or cold per electricity.

        Args:
            hot_c: Of the air or water that is warmed.
            cold_c: Of the air that heat is taken from.
            load: Share of the rated heat or cold.
        """
        load = max(load, 1e-3)
        fixed_w = FIXED_SHARE * self.rated_w / self.rated_cop
        at_rating = self.rated_w / (self.rated_w / self.rated_cop - fixed_w)
        share = at_rating / _carnot(self.rated_hot_c, self.rated_cold_c, 1.0) / _compressor(1.0)
        inside = share * _carnot(hot_c, cold_c, load) * _compressor(load)
        heat_w = load * self.rated_w
        return heat_w / (heat_w / inside + fixed_w)

    def duty(self, wanted_w: float, hot_c: float, cold_c: float, outdoor_c: float) -> Duty:
        """Return what comes of wanted heat or cold; below its least load it runs for a part of the time."""
        heat_w = min(max(wanted_w, 0.0), self.capacity_w(outdoor_c))
        if heat_w <= 0.0:
            return Duty(heat_w=0.0, electric_w=0.0)
        load = max(heat_w / self.rated_w, self.least)
        cycling = 1.0 - 0.15 * (1.0 - heat_w / (load * self.rated_w))  # starts cost: EN 14825, Cd 0.1 to 0.25
        return Duty(heat_w=heat_w, electric_w=heat_w / (self.cop(hot_c, cold_c, load) * cycling))


def _carnot(hot_c: float, cold_c: float, load: float) -> float:
    condensing = hot_c + ZERO_C_K + APPROACH_K * load
    evaporating = cold_c + ZERO_C_K - APPROACH_K * load
    return condensing / max(condensing - evaporating, LEAST_LIFT_K)


def _compressor(load: float) -> float:
    """Return the compressor's share of its best efficiency: slow ones leak, fast ones rub."""
    slow, fast = max(0.0, 0.45 - load), max(0.0, load - 0.6)
    return 1.0 / (1.0 + 2.2 * slow * slow + 0.25 * fast * fast)


class Frost:
    """Frost on an outdoor coil, and its thawing."""

    def __init__(self, rated_w: float) -> None:
        """Begin without any.

        Args:
            rated_w: Of the heat pump: bigger ones have bigger coils.
        """
        self._limit_kg = FROST_LIMIT_KG * rated_w / 2800.0
        self.kg = 0.0
        self.thawing_s = 0.0

    def thaw(self, seconds: float) -> float:
        """Return the share of a step that goes to thawing."""
        share = min(1.0, self.thawing_s / seconds)
        self.thawing_s = max(0.0, self.thawing_s - seconds)
        return share

    def grow(self, heat_w: float, rated_w: float, outdoor_c: float, outdoor_ratio: float, seconds: float) -> None:
        """Let frost grow while the heat pump heats; at the limit, thawing begins with the next step."""
        load = heat_w / rated_w
        coil_c = outdoor_c - 3.0 - 0.6 * APPROACH_K * load
        wet = outdoor_ratio - saturated_ratio(coil_c)
        if load <= 0.0 or coil_c >= 0.0 or wet <= 0.0:
            if outdoor_c > 2.0:
                self.kg *= math.exp(-seconds / 1800.0)  # melts by itself in air above zero
            return
        self.kg += _OUTDOOR_AIR_KG_S_W * rated_w * _COIL_REACHES * wet * min(load, 1.0) * seconds
        if self.kg >= self._limit_kg:
            self.thawing_s += DEFROST_S * self.kg / self._limit_kg
            self.kg = 0.0
