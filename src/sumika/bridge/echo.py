"""What devices are set to: as they say themselves, and until they do, as the safety gate just passed it on."""

from collections.abc import Mapping

from sumika.bridge.known import Known
from sumika.schema import DeviceState, Verdict
from sumika.units import seconds_to_ns

WAITS_S = 20.0
"""A device tells its state every ten seconds; what it tells after so long counts, whatever was written."""

_ALIKE = 1e-6


class Echo:
    """Joins what devices say with what was just written to them."""

    def __init__(self, known: Known) -> None:
        """Read from there.

        Args:
            known: What was heard.
        """
        self._known = known
        self._written: dict[tuple[str, str], tuple[float, int]] = {}

    def hear(self, verdict: Verdict, now_ns: int) -> None:
        """Note what went to a device.

        Args:
            verdict: Of the gate.
            now_ns: Monotonic time.
        """
        if verdict.written is not None:
            self._written[verdict.device, verdict.action] = (verdict.written, now_ns + seconds_to_ns(WAITS_S))

    def refused(self, device: str) -> None:
        """Note that a device did not take what went to it: it is as it said last."""
        self._written = {place: one for place, one in self._written.items() if place[0] != device}

    def values(self, device: str, now_ns: int) -> Mapping[str, float]:
        """Return what a device is set to; empty where it does not answer.

        Args:
            device: Which.
            now_ns: Monotonic time.
        """
        said = self._known.fresh(DeviceState, device)
        if said is None or not said.available:
            return {}
        values = dict(said.values)
        for (name, action), (written, until_ns) in list(self._written.items()):
            if name != device:
                continue
            if now_ns >= until_ns or abs(values.get(action, 1e9) - written) < _ALIKE:
                del self._written[name, action]
            else:
                values[action] = written
        return values
