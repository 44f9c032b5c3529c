"""How things are written: language, signs, numbers, times. The only place that knows what the terminal can show."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from rich.cells import cell_len
from rich.segment import Segment

from sumika.clock import Instant
from sumika.schema import Reason
from sumika.terminal._lines import BOLD, DIM, Line, clean, clip, fit
from sumika.text import distance_text, duration_text, rate_text, reason_text, say

_SIGNS = {
    "±": "+-", "·": "-", "…": "..", "─": "-", "–": "-", "×": "x",
    "°": "", "●": "*", "◐": "~", "○": "o", "▲": "!", "✓": "+",
}  # fmt: skip
_TO_ASCII = str.maketrans(_SIGNS)


@dataclass(frozen=True, slots=True)
class Look:
    """What the reader reads and the terminal can show.

    Attributes:
        language: "ja" or "en".
        ascii_only: Whether the terminal shows nothing but ASCII; then the language is English.
        zone: Time zone of the times shown; None is the machine's.
    """

    language: str
    ascii_only: bool = False
    zone: tzinfo | None = None

    def say(self, key: str, **values: object) -> str:
        """Return a sentence, fit to be shown."""
        return self.show(say(key, self.language, **values))

    def why(self, reason: Reason) -> str:
        """Return a reason in a few words."""
        return self.show(reason_text(reason, self.language))

    def rate(self, rate_bpm: float, sigma_bpm: float | None) -> str:
        """Return a rate with its spread."""
        return self.show(rate_text(rate_bpm, finite(sigma_bpm), self.language))

    def distance(self, distance_m: float, sigma_m: float | None) -> str:
        """Return a distance with its spread."""
        return self.show(distance_text(distance_m, finite(sigma_m), self.language))

    def duration(self, seconds: float) -> str:
        """Return a length of time in its best unit."""
        return self.show(duration_text(seconds, self.language))

    def show(self, text: str) -> str:
        """Return any text without what the terminal cannot show."""
        text = clean(text)
        if self.ascii_only:
            text = text.translate(_TO_ASCII).encode("ascii", "replace").decode("ascii")
        return text

    def clip(self, text: str, width: int) -> str:
        """Return the text cut to a width, the cut marked."""
        return clip(text, width, self.show("…"))

    @property
    def separator(self) -> str:
        """What stands between two facts."""
        return self.show(" · ")

    def time(self, moment: Instant) -> str:
        """Return the time of day, with seconds."""
        try:
            return f"{datetime.fromtimestamp(moment.wall_ns / 1e9, UTC).astimezone(self.zone):%H:%M:%S}"
        except (OverflowError, ValueError, OSError):  # a sensor's clock may say anything
            return "--:--:--"

    def rule(self, left: str, right: str, width: int) -> Line:
        """Return a thin line across with a name at its left and a note at its right end."""
        stroke = self.show("─")
        left = self.clip(left, max(1, width - 8))
        middle = width - cell_len(left) - 6
        right = self.clip(right, max(0, middle - 8)) if right and middle > 14 else ""
        tail = f" {right} {stroke * 2}" if right else ""
        return fit(
            (
                Segment(f"{stroke * 2} ", DIM),
                Segment(left, BOLD),
                Segment(f" {stroke * max(1, width - cell_len(left) - 4 - cell_len(tail))}{tail}", DIM),
            ),
            width,
        )


def finite(value: float | None) -> float | None:
    """Return the value if it is a number that can be shown."""
    return value if value is not None and math.isfinite(value) else None


def clock_time(seconds: float) -> str:
    """Return hours, minutes and seconds as they stand on a clock."""
    whole = max(0, int(seconds))
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
