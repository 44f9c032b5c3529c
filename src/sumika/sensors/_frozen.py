"""Telling a value that is measured from one that is merely repeated: cheap modules freeze at their last value."""

from sumika.units import seconds_to_ns


class Repetition:
    """Notices when what a module says has been the same, bit by bit, for longer than a live measurement can be."""

    def __init__(self, limit_s: float) -> None:
        """Begin to watch.

        Args:
            limit_s: For so long the same bits may come.
        """
        self._limit_ns = seconds_to_ns(limit_s)
        self._said: dict[str, tuple[bytes, int]] = {}

    def frozen(self, name: str, bits: bytes, now_ns: int) -> bool:
        """Return whether these bits have come, unchanged, for longer than the limit.

        Args:
            name: Which of the module's values this is.
            bits: As they came over the wire.
            now_ns: Monotonic.
        """
        before = self._said.get(name)
        if before is None or before[0] != bits:
            self._said[name] = (bits, now_ns)
            return False
        return now_ns - before[1] > self._limit_ns
