"""A device's seconds in house time, from nothing but when its packets arrived.

A packet can only come late, never early. So the line house = a + b * device that lies below all arrivals and as close
to them as it can is the two clocks' relation plus the least delay (Moon, Skelly and Towsley, INFOCOM 1999). It is the
edge of the lower convex hull above or below which the mean of the device's times lies.
"""

import math
from collections.abc import Sequence

from sumika.schema import ClockFit
from sumika.units import NANOSECONDS_PER_SECOND, ns_to_seconds, seconds_to_ns

DRIFT_AFTER_S = 30.0
"""Before that a drift of a crystal, 50 ppm, is 1.5 ms: less than what delays leave unknown."""

LARGEST_DRIFT = 0.01
"""A crystal is within 1e-4, an RC oscillator within 1e-2. What is farther off is no clock but a nominal rate."""

_NO_FIT = "there is no arrival yet"


class DeviceClock:
    """Learns one uninterrupted stretch of a device's clock; a device that started anew gets another one."""

    def __init__(self, least_delay_s: float = 0.0) -> None:
        """Begin with nothing known.

        Args:
            least_delay_s: The fastest packet took between 0 and so long, which no fit can see.
        """
        self._least_delay_s = least_delay_s
        self._origin_ns = 0
        self._hull: list[tuple[float, float]] = []
        self._pairs = 0
        self._device_sum_s = 0.0
        self._house_sum_s = 0.0

    @property
    def last_device_s(self) -> float | None:
        """The latest time of the device; None before the first."""
        return self._hull[-1][0] if self._hull else None

    def observe(self, device_s: float, arrival_monotonic_ns: int) -> None:
        """Take one pair: the device's time of the newest sample of a packet, and when that packet arrived.

        Raises:
            ValueError: if the device's time is not after the one before.
        """
        if self.last_device_s is not None and device_s <= self.last_device_s:
            raise ValueError(f"the device's time went from {self.last_device_s} s to {device_s} s")
        if not self._pairs:
            self._origin_ns = arrival_monotonic_ns
        point = (device_s, ns_to_seconds(arrival_monotonic_ns - self._origin_ns))
        self._pairs += 1
        self._device_sum_s += point[0]
        self._house_sum_s += point[1]
        while len(self._hull) > 1 and _not_below(self._hull[-2], self._hull[-1], point):
            self._hull.pop()
        self._hull.append(point)

    def fit(self) -> ClockFit:
        """Return the relation as far as it is known.

        Raises:
            ValueError: before the first pair.
        """
        if not self._pairs:
            raise ValueError(_NO_FIT)
        slope, trusted = self._slope()
        start_s = min(house - slope * device for device, house in self._hull)
        late_s = (self._house_sum_s - slope * self._device_sum_s) / self._pairs - start_s
        # The least of n exponential delays is 1 / n of their mean above the least possible one; a uniform least delay
        # has its width over the root of 12 as standard deviation.
        sigma_s = math.hypot(late_s / self._pairs, self._least_delay_s / math.sqrt(12))
        return ClockFit(
            start_monotonic_ns=self._origin_ns + seconds_to_ns(start_s - self._least_delay_s / 2),
            drift_ppm=(slope - 1) * 1e6,
            sigma_s=sigma_s,
            pairs=self._pairs,
            trusted=trusted,
            least_delay_s=self._least_delay_s,
        )

    def _slope(self) -> tuple[float, bool]:
        """Return house seconds per device second, and whether they deserve the name."""
        if self._hull[-1][0] - self._hull[0][0] < DRIFT_AFTER_S:
            return 1.0, True
        middle_s = self._device_sum_s / self._pairs
        for (left_s, left_house_s), (right_s, right_house_s) in zip(self._hull, self._hull[1:], strict=False):
            if middle_s <= right_s:
                slope = (right_house_s - left_house_s) / (right_s - left_s)
                return slope, abs(slope - 1) <= LARGEST_DRIFT
        return 1.0, True


def house_ns(fit: ClockFit, device_s: float) -> int:
    """Return the house's monotonic time of a moment of the device."""
    return fit.start_monotonic_ns + round((1 + fit.drift_ppm * 1e-6) * device_s * NANOSECONDS_PER_SECOND)


def fit_all(device_s: Sequence[float], arrivals_ns: Sequence[int], least_delay_s: float) -> ClockFit:
    """Return the fit of a whole stretch at once.

    Raises:
        ValueError: if there is nothing, or the device's time goes backwards.
    """
    clock = DeviceClock(least_delay_s)
    for moment_s, arrival_ns in zip(device_s, arrivals_ns, strict=True):
        clock.observe(moment_s, arrival_ns)
    return clock.fit()


def _not_below(first: tuple[float, float], middle: tuple[float, float], last: tuple[float, float]) -> bool:
    """Whether `middle` is no corner of the hull from below."""
    return (middle[1] - first[1]) * (last[0] - first[0]) >= (last[1] - first[1]) * (middle[0] - first[0])
