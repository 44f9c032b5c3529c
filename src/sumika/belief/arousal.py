"""How far heart and breath at rest are above what is usual in a room: a sign of strain, and no more than a sign.

Radar measures both only while people keep still, so that exercise is not among what is compared. What is usual is
learned minute by minute and forgotten over some weeks; nothing is said before some hours of rest were seen. Both are
joined as standard scores (S. A. Stouffer et al., "The American Soldier", 1949). A cold, coffee or an exciting film look
just the same: whoever acts on it does little, and lets it be undone.
"""

from collections.abc import Mapping

from sumika.units import SECONDS_PER_MINUTE, clamp

LEAST_MINUTES = 240.0
"""Of rest that were seen before anything is said."""

MEMORY_MINUTES = 3000.0
"""What is usual is a mean over about so many minutes of rest: some weeks of evenings."""

HEART_SPREAD_BPM, BREATH_SPREAD_BPM, SPREAD_MINUTES = 5.0, 2.5, 60.0
"""Spread of the minutes of one person at rest, typical, and of how many minutes that guess is worth."""

LEAST_SAMPLES = 20
"""A minute counts from so many readings on; one comes every second."""

RECENT_MINUTES, FEWEST_RECENT = 5, 3
FURTHEST = 3.0
"""A minute further off, in standard deviations, counts as so far: one wild minute moves nothing."""

FULL_SCORE = 4.0
"""Standard score at which the index is 1."""

Reading = tuple[float, float]
"""Rate and its standard deviation, 1/min."""


class RestingRates:
    """Learns what is usual, room by room, and says how far from it the last minutes were."""

    def __init__(self) -> None:
        """Begin knowing nothing."""
        self._usual: dict[str, list[float]] = {}
        self._sums: dict[str, list[float]] = {}
        self._recent: dict[str, list[list[float]]] = {}

    def see(self, room: str, second: float, heart: Reading | None, breath: Reading | None) -> None:
        """Take what was measured of whoever is at rest in a room.

        Args:
            room: Which.
            second: When; never earlier than before.
            heart: Of the heart; None where nothing was measured.
            breath: Of the breath.
        """
        minute = second // SECONDS_PER_MINUTE
        sums = self._sums.get(room)
        if sums is None or sums[0] != minute:
            if sums is not None:
                self._close(room, sums)
            sums = self._sums[room] = [minute, *[0.0] * 6]
        for place, reading in ((1, heart), (4, breath)):
            if reading is not None:
                sums[place] += 1.0
                sums[place + 1] += reading[0]
                sums[place + 2] += reading[1]

    def arousal(self, second: float) -> Mapping[str, tuple[float, float]]:
        """Return by room the index (0 as usual or below, 1 far above) and its standard deviation, where known.

        Args:
            second: Now.
        """
        minute = second // SECONDS_PER_MINUTE
        found = {}
        for room, minutes in self._recent.items():
            lately = [one for one in minutes if 0.0 <= minute - one[0] <= RECENT_MINUTES + 1]
            usual = self._usual[room]
            if len(lately) >= FEWEST_RECENT and usual[0] >= LEAST_MINUTES:
                found[room] = _index(lately, usual)
        return found

    def _close(self, room: str, sums: list[float]) -> None:
        """Count a minute that is over: to the last ones, and to what is usual."""
        minute, hearts, heart, heart_off, breaths, breath, breath_off = sums
        if hearts < LEAST_SAMPLES:
            return
        breathes = breaths >= LEAST_SAMPLES
        told = [minute, heart / hearts, heart_off / hearts]
        told += [breath / breaths, breath_off / breaths] if breathes else [0.0, 0.0]
        self._recent[room] = [*self._recent.get(room, []), told][-RECENT_MINUTES:]
        usual = self._usual.setdefault(room, [0.0, told[1], HEART_SPREAD_BPM**2, 0.0, told[3], BREATH_SPREAD_BPM**2])
        usual[0] = _learn(usual, 0, told[1])
        if breathes:
            usual[3] = _learn(usual, 3, told[3])


def _learn(usual: list[float], place: int, rate: float) -> float:
    """Move mean and variance of what is usual by one minute, in place; return how many minutes were seen."""
    seen, mean, variance = usual[place : place + 3]
    off = rate - mean if seen > 0.0 else 0.0
    bound = FURTHEST * variance**0.5
    off = clamp(off, -bound, bound)
    share = 1.0 / min(seen + 1.0, MEMORY_MINUTES)
    usual[place + 1] = (mean if seen > 0.0 else rate) + share * off
    share = 1.0 / min(seen + 1.0 + SPREAD_MINUTES, MEMORY_MINUTES)
    usual[place + 2] = variance + share * (off * off - variance)
    return seen + 1.0


def _index(lately: list[list[float]], usual: list[float]) -> tuple[float, float]:
    scores = [_score([(one[1], one[2]) for one in lately], usual[1], usual[2])]
    breaths = [(one[3], one[4]) for one in lately if one[3] > 0.0]
    if len(breaths) >= FEWEST_RECENT and usual[3] >= LEAST_MINUTES:
        scores.append(_score(breaths, usual[4], usual[5]))
    score = sum(one for one, _ in scores) / len(scores) ** 0.5
    off = (sum(sigma**2 for _, sigma in scores) / len(scores)) ** 0.5
    return clamp(score / FULL_SCORE, 0.0, 1.0), off / FULL_SCORE


def _score(readings: list[Reading], mean: float, variance: float) -> tuple[float, float]:
    """Return how many standard deviations readings lie above the mean, and how sure that is."""
    spread = variance**0.5
    rate = sum(one for one, _ in readings) / len(readings)
    off = (sum(sigma**2 for _, sigma in readings) ** 0.5) / len(readings)
    return clamp((rate - mean) / spread, -FURTHEST, FURTHEST), off / spread
