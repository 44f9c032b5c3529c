"""What the steps that look at tracks share: which tracks make sense, and how sure a measured number is."""

import math

from sumika.clock import Instant
from sumika.schema import RestingPlace, Track
from sumika.units import ns_to_seconds

NO_ELEVATION_M = 0.5
"""A height less certain than this does not tell standing from lying: the tops of the two are 1.3 m apart."""

CORRELATION_S = 0.5
"""How long a tracker's errors last: within it, two looks are one."""

MOST_BODIES = 64
"""More than a house holds; the oldest are forgotten first."""

_FARTHEST_M = 1e3


def makes_sense(track: Track) -> bool:
    """Return whether all that is asked of a track is a number that a house can hold."""
    # Asked of every track of every frame: what is no number is within no bounds, and need not be asked for apart.
    for number in (*track.position_m, *track.velocity_m_s, *track.size_m, track.top_m):
        if not -_FARTHEST_M < number < _FARTHEST_M:
            return False
    for sigma in (*track.position_sigma_m, *track.velocity_sigma_m_s, track.top_sigma_m):
        if not 0 <= sigma < _FARTHEST_M:
            return False
    return math.isfinite(track.still_s) and math.isfinite(track.existence)


def passed_s(before: Instant | None, now: Instant) -> float | None:
    """Return the time since an earlier stamp; None where a clock began anew or ran backwards."""
    if before is None or before.boot_id != now.boot_id or now.monotonic_ns < before.monotonic_ns:
        return None
    return ns_to_seconds(now.monotonic_ns - before.monotonic_ns)


def share_below(level: float, value: float, sigma: float) -> float:
    """Return the probability that something measured as `value` +- `sigma` lies below a level."""
    return 0.5 * math.erfc((value - level) / (math.sqrt(2.0) * max(sigma, 1e-9)))


def log_normal_density(value: float, mean: float, sigma: float) -> float:
    """Return the logarithm of the normal density, without its constant."""
    return -0.5 * ((value - mean) / sigma) ** 2 - math.log(sigma)


def place_of(x_m: float, y_m: float, places: tuple[RestingPlace, ...]) -> RestingPlace | None:
    """Return the bed or sofa on whose outline a point lies; None if on none."""
    return next((place for place in places if _inside(x_m, y_m, place.floor_m)), None)


def _inside(x_m: float, y_m: float, outline: tuple[tuple[float, float], ...]) -> bool:
    """Return whether a ray to the right crosses the outline an odd number of times."""
    inside = False
    for (x1, y1), (x2, y2) in zip(outline, outline[1:] + outline[:1], strict=True):
        if (y1 > y_m) != (y2 > y_m) and x_m < x1 + (y_m - y1) / (y2 - y1) * (x2 - x1):
            inside = not inside
    return inside
