"""When frames were taken, from when they arrived: a bus and a busy computer delay them, and never bring them early."""

from sumika.clock import Instant
from sumika.units import seconds_to_ns

_FOLLOW = 64
"""A later frame moves the estimate by this part of its lateness ..."""
_FASTEST_DRIFT = 1000
"""... and by at most this part of an interval: clocks drift apart slowly, delays come and go."""
_LOST_NS = seconds_to_ns(1.0)
"""Later than this is no delay: the device paused, and its time is begun anew."""


class FrameStamps:
    """Stamps frames that a device takes at an even pace.

    The least delayed frames tell when the device takes them; those that come late are put where the pace says. So a
    burst after a pause of the computer gets even stamps, and no stamp is later than the frame's arrival or earlier than
    the one before it.
    """

    def __init__(self, frame_interval_s: float) -> None:
        """Begin with no frame.

        Args:
            frame_interval_s: From one frame to the next by the device's own clock.
        """
        self._interval_s = frame_interval_s
        self._last: Instant | None = None

    def stamp(self, arrived: Instant, elapsed_s: float | None = None) -> Instant:
        """Return when the frame was taken that has just arrived.

        Args:
            arrived: When it was whole here.
            elapsed_s: Since the frame before it, by the device's own clock; one interval where the device tells none.
        """
        last, self._last = self._last, arrived
        if last is None:
            return arrived
        elapsed_ns = seconds_to_ns(self._interval_s if elapsed_s is None else elapsed_s)
        late_ns = arrived.monotonic_ns - last.monotonic_ns - elapsed_ns
        if elapsed_ns > 0 and 0 <= late_ns <= _LOST_NS:
            self._last = last.later(elapsed_ns + min(late_ns // _FOLLOW, elapsed_ns // _FASTEST_DRIFT))
        elif arrived.monotonic_ns <= last.monotonic_ns:
            self._last = last.later(1)
        return self._last
