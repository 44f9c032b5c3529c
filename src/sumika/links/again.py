"""How long to wait before a broken connection is tried again."""

_FIRST_S = 1.0
_LONGEST_S = 60.0


class Again:
    """Pauses that double from a second to a minute, and begin anew once it held."""

    def __init__(self, first_s: float = _FIRST_S, longest_s: float = _LONGEST_S) -> None:
        """Begin."""
        self._first_s, self._longest_s = first_s, longest_s
        self._next_s = first_s

    def next_s(self) -> float:
        """Return how long to wait now, and wait longer the next time."""
        now_s, self._next_s = self._next_s, min(self._longest_s, 2.0 * self._next_s)
        return now_s

    def held(self) -> None:
        """Begin anew: the connection is there."""
        self._next_s = self._first_s
