"""How a device finds the heat that a room needs: proportional and integral, gentle enough for long steps."""

import math

AIR_J_M3_K = 1206.0
SURFACES_W_M2_K = 10.0
"""Heat that the surfaces of a room take up within minutes as its air warms, per floor area; typical: the air of a room
in a timber house warms by a kelvin in five minutes for every 15 to 20 watts per m²."""

CAUTION = 0.4
"""Share of the way to the setpoint that one step aims at, so that rooms of less mass do not swing."""

FULL_AT_K = 1.5
"""So far from the setpoint a device gives all it has."""

TAKES_S = 300.0
"""Time of the integral part."""


class Thermostat:
    """Heat that brings a room to its setpoint."""

    def __init__(self) -> None:
        """Begin without having learned what the room needs."""
        self._lasting_w = 0.0

    def forget(self) -> None:
        """Begin anew."""
        self._lasting_w = 0.0

    def needed_w(
        self, short_k: float, seconds: float, volume_m3: float, area_m2: float, most_w: float, *, learns: bool = True
    ) -> float:
        """Return the heat that is needed.

        Args:
            short_k: How far the room is from its setpoint, positive where it needs more.
            seconds: Of the step.
            volume_m3: Of the room; with its area it says how fast its air answers.
            area_m2: Of its floor.
            most_w: What the device can give.
            learns: Whether the room shows what the device does: not while it thaws.
        """
        answers_w_k = AIR_J_M3_K * volume_m3 / seconds + SURFACES_W_M2_K * area_m2
        gain_w_k = min(CAUTION * answers_w_k, most_w / FULL_AT_K)
        slow_w_k = gain_w_k * (1.0 - math.exp(-seconds / TAKES_S))
        direct_w = gain_w_k * short_k
        if not learns:
            return min(most_w, max(0.0, direct_w + self._lasting_w))
        # What is out of its reach teaches nothing, or it would overshoot later.
        if 0.0 < self._lasting_w + direct_w < most_w or (short_k > 0.0) != (direct_w + self._lasting_w > 0.0):
            self._lasting_w += slow_w_k * short_k
        self._lasting_w = min(most_w, max(0.0, self._lasting_w))
        return min(most_w, max(0.0, direct_w + self._lasting_w))
