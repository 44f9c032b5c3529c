"""From where a radar sends and receives, and what follows from it: resolution and ambiguity in angle.

Directions are told by their cosines, in which an array is linear: `u` to the right and `w` upwards, seen from behind
the radar. Azimuth is atan2(right, forward), positive to the right; elevation is asin(up / distance), positive upwards.
So u = sin(azimuth) cos(elevation) and w = sin(elevation). An echo from (u, w) reaches the virtual antenna at (x, z)
half wavelengths with the phase -pi (x u + z w) against one at the origin: nearer is earlier.
"""

import math
from fractions import Fraction

import msgspec


class AntennaArray(msgspec.Struct, frozen=True, kw_only=True):
    """Antenna positions (right, up) in half wavelengths at the carrier, seen from behind the radar.

    Virtual antennas are ordered transmitter by transmitter: antenna `t * len(receivers) + r`.

    Attributes:
        transmitters: In the order in which they send.
        receivers: In the order in which frames hold them.
        receiver_signs: +1 or -1 of each receiver, where the board feeds some of them the other way round; empty is +1.
        field_of_view_rad: Full angles, azimuth and elevation, within which the antennas see (half power).
    """

    transmitters: tuple[tuple[float, float], ...] = ((0.0, 0.0),)
    receivers: tuple[tuple[float, float], ...] = ((0.0, 0.0),)
    receiver_signs: tuple[float, ...] = ()
    field_of_view_rad: tuple[float, float] = (math.radians(120.0), math.radians(90.0))

    @property
    def virtual(self) -> tuple[tuple[float, float], ...]:
        """Positions of the virtual antennas: each transmitter's plus each receiver's."""
        return tuple((t[0] + r[0], t[1] + r[1]) for t in self.transmitters for r in self.receivers)

    @property
    def virtual_signs(self) -> tuple[float, ...]:
        """Sign of each virtual antenna."""
        return (self.receiver_signs or (1.0,) * len(self.receivers)) * len(self.transmitters)

    @property
    def measures_azimuth(self) -> bool:
        """Whether antennas lie beside each other."""
        return len({x for x, _ in self.virtual}) > 1

    @property
    def measures_elevation(self) -> bool:
        """Whether antennas lie above each other."""
        return len({z for _, z in self.virtual}) > 1

    @property
    def azimuth_resolution_rad(self) -> float:
        """Angle between two directions told apart straight ahead, 2 / (aperture in half wavelengths + 1)."""
        return _resolution_rad([x for x, _ in self.virtual])

    @property
    def elevation_resolution_rad(self) -> float:
        """The same, upwards."""
        return _resolution_rad([z for _, z in self.virtual])

    @property
    def unambiguous_u(self) -> float:
        """Largest |u| that is told from its alias; 1 (all directions) at half-wavelength spacing."""
        return _unambiguous([x for x, _ in self.virtual])

    @property
    def unambiguous_w(self) -> float:
        """The same, upwards."""
        return _unambiguous([z for _, z in self.virtual])


def _resolution_rad(places: list[float]) -> float:
    extent = max(places) - min(places)
    return 2.0 / (extent + 1.0) if extent > 0 else math.pi


def _unambiguous(places: list[float]) -> float:
    """Return 1 over the grid that all places lie on, in half wavelengths; 0 where nothing is measured."""
    origin = min(places)
    steps = [Fraction(place - origin).limit_denominator(100) for place in places if place > origin]
    if not steps:
        return 0.0
    denominator = math.lcm(*(step.denominator for step in steps))
    grid = math.gcd(*(int(step * denominator) for step in steps)) / denominator
    return min(1.0, 1.0 / grid)
