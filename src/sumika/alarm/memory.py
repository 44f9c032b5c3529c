"""What watches remember across restarts, and how long something has lasted."""

import msgspec

from sumika.alarm.moments import elapsed_s
from sumika.clock import Instant


class Lasting(msgspec.Struct, frozen=True, kw_only=True):
    """Something that may come and go.

    Attributes:
        since: Since when it holds; None: it does not.
        away: Since when it seems not to hold, which may be a moment's mistake.
    """

    since: Instant | None = None
    away: Instant | None = None

    def looked(self, holds: bool | None, now: Instant, away_s: float) -> "Lasting":
        """Return the same one look later.

        Args:
            holds: Whether it holds now; None: nobody knows, and nothing changes.
            now: The present moment.
            away_s: It must not hold for so long to be over.
        """
        if holds is None:
            return self
        if holds:
            return Lasting(since=self.since or now)
        away = self.away or now
        if self.since is None or elapsed_s(away, now) >= away_s:
            return Lasting(away=away)
        return Lasting(since=self.since, away=away)

    def for_s(self, now: Instant) -> float:
        """Return how long it has lasted; 0 where it does not hold."""
        return elapsed_s(self.since, now) if self.since is not None else 0.0

    def is_over(self, now: Instant, away_s: float) -> bool:
        """Return whether it has not held for so long, and is known not to."""
        return self.since is None and self.away is not None and elapsed_s(self.away, now) >= away_s


class SmokeSource(msgspec.Struct, frozen=True, kw_only=True):
    """Who told of smoke or carbon monoxide.

    Attributes:
        room: Where.
        sensor: Which, or the safety gate.
        what: "smoke", "co", or that the gate told.
    """

    room: str
    sensor: str
    what: str


class WatchMemory(msgspec.Struct, kw_only=True):
    """What watches remember; they change it.

    Attributes:
        lasting: What lasts, by a name.
        settled: How many went to bed, by room.
        night: The day on which the night began that `settled` is about, as ISO 8601.
        moved_on: The day on which somebody moved last, in the morning's hours, as ISO 8601.
        heard_on: The day that `heard_s` is about.
        heard_s: How long rooms were heard in that morning's hours.
        seen_on: The day on which somebody was seen last in the morning's hours.
        smoke: Who told of smoke, and has not called it off.
    """

    lasting: dict[str, Lasting] = msgspec.field(default_factory=dict)
    settled: dict[str, int] = msgspec.field(default_factory=dict)
    night: str = ""
    moved_on: str = ""
    seen_on: str = ""
    heard_on: str = ""
    heard_s: float = 0.0
    smoke: tuple[SmokeSource, ...] = ()

    def look(self, name: str, holds: bool | None, now: Instant, away_s: float) -> Lasting:
        """Look at something that may last, and return it.

        Args:
            name: Its name.
            holds: Whether it holds now; None: nobody knows.
            now: The present moment.
            away_s: It must not hold for so long to be over.
        """
        after = self.lasting.get(name, Lasting()).looked(holds, now, away_s)
        self.lasting[name] = after
        return after

    def forget(self, name: str) -> None:
        """Forget that something lasted."""
        self.lasting.pop(name, None)
