"""Heart and breath of whoever lies in a bedroom, alone; and when they lay down and got up."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.schema import HeartRate, Message, Origin, PersonVitals, Respiration, Sleep, SleepKind, worst
from sumika.units import ns_to_seconds

KEPT_S = 16 * 3600.0
READING_S = 5.0
"""A rate that is told every second is read so often: that is what was learned from."""

TOGETHER_S = 30.0
"""Two whose hearts were measured within so long are two in the room."""

GONE_S = 1200.0
"""Who has been up for so long has got up, maybe to lie down again; nor does anybody know more of whom nothing was heard
for so long."""

LEFT_S = 60.0
"""A room that seems empty for less is a slip of the radar, as it is for alarms."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lain:
    """A time in bed that is over.

    Attributes:
        began: When somebody lay down.
        ended: When they got up.
        ups: How often they left the room in between and came back.
        alone: Share of the time with measured people in which there was one alone.
        came_back: Whether they had left the room before they lay down, since the last time in bed.
        began_seen: Whether they were up before, as far as is known; otherwise they may have lain there for long.
        ended_seen: Whether they were seen to get up; otherwise it ended with the last word of them.
    """

    began: Instant
    ended: Instant
    ups: int
    alone: float
    came_back: bool = True
    began_seen: bool = True
    ended_seen: bool = True

    @property
    def began_s(self) -> float:
        """On the clock of the readings."""
        return ns_to_seconds(self.began.monotonic_ns)

    @property
    def ended_s(self) -> float:
        """On the clock of the readings."""
        return ns_to_seconds(self.ended.monotonic_ns)

    @property
    def seconds(self) -> float:
        """From lying down to getting up."""
        return self.ended_s - self.began_s


@dataclass(slots=True)
class Readings:
    """Rates with their times.

    Attributes:
        at_s: (reading,)
        rate_bpm: (reading,)
    """

    _kept: deque[tuple[float, float]] = field(default_factory=deque)

    def take(self, at_s: float, rate_bpm: float) -> None:
        """Take one in; one that follows the last too soon is left out. A clock that began anew drops all before."""
        if self._kept and at_s < self._kept[-1][0] - KEPT_S:
            self._kept.clear()
        if self._kept and at_s - self._kept[-1][0] < READING_S - 1e-6:
            return
        self._kept.append((at_s, rate_bpm))
        while at_s - self._kept[0][0] > KEPT_S:
            self._kept.popleft()

    def arrays(self, from_s: float = -np.inf) -> tuple[Numbers, Numbers]:
        """Return (reading,) times and rates from a time on."""
        kept = np.array([one for one in self._kept if one[0] >= from_s], np.float64).reshape(-1, 2)
        return kept[:, 0], kept[:, 1]

    def median(self, from_s: float, to_s: float, fewest: int) -> float | None:
        """Return the median rate of a time; None where there are too few readings."""
        at_s, rates = self.arrays(from_s)
        rates = rates[at_s <= to_s]
        return float(np.median(rates)) if len(rates) >= fewest else None


@dataclass(slots=True)
class BedRates:
    """One bedroom's; changed in place.

    Attributes:
        room: Which.
        hearts: Heart rates of who lies there alone.
        breaths: Breathing rates.
        began: When somebody lay down; None while nobody lies.
        began_seen: Whether they were up before; since a start, or hours of silence, nobody may have been seen up.
        origin: The worst of what was heard, and of what its radars will be.
        session: Of the newest.
    """

    room: str
    hearts: Readings = field(default_factory=Readings)
    breaths: Readings = field(default_factory=Readings)
    began: Instant | None = None
    began_seen: bool = False
    origin: Origin = Origin.LIVE
    session: str = ""
    _heard: Instant | None = None
    _seen_up: bool = False
    _up_since: Instant | None = None
    _away_since: Instant | None = None
    _left: bool = False
    _came_back: bool = True
    _ups: int = 0
    _measured: dict[int, float] = field(default_factory=dict)
    _alone: int = 0
    _together: int = 0

    def take(self, message: Message) -> Lain | None:
        """Take a message in; return a time in bed that it ends. Messages of other rooms are left alone."""
        if getattr(message, "room", None) != self.room:
            return None
        self.session = message.session
        if isinstance(message, PersonVitals):
            self._take_person(message)
        elif isinstance(message, HeartRate | Respiration) and message.valid and message.rate_bpm is not None:
            # A rate of the room is that of whoever is nearest: where people are told apart it is not needed.
            now_s = ns_to_seconds(message.stamp.monotonic_ns)
            if all(now_s - one > TOGETHER_S for one in self._measured.values()):
                self._keep(self.hearts if isinstance(message, HeartRate) else self.breaths, message, message.rate_bpm)
        elif isinstance(message, Sleep):
            return self._take_sleep(message)
        return None

    def alone(self, now_s: float) -> bool:
        """Return whether no two hearts were measured of late."""
        return sum(now_s - one <= TOGETHER_S for one in self._measured.values()) < 2

    def _take_person(self, message: PersonVitals) -> None:
        now_s = ns_to_seconds(message.stamp.monotonic_ns)
        heart, breath = message.heart, message.respiration
        if heart.valid or breath.valid:
            self._measured[message.track] = now_s
        self._measured = {track: one for track, one in self._measured.items() if now_s - one <= TOGETHER_S}
        if self.began is not None:
            self._alone += self.alone(now_s)
            self._together += not self.alone(now_s)
        if not self.alone(now_s):
            return
        if heart.valid and heart.value_bpm is not None:
            self._keep(self.hearts, message, heart.value_bpm)
        if breath.valid and breath.value_bpm is not None:
            self._keep(self.breaths, message, breath.value_bpm)

    def _keep(self, kept: Readings, message: Message, rate_bpm: float) -> None:
        self.origin = worst((self.origin, message.origin))
        kept.take(ns_to_seconds(message.stamp.monotonic_ns), rate_bpm)

    def _take_sleep(self, message: Sleep) -> Lain | None:
        self.origin = worst((self.origin, message.origin))
        now = message.stamp
        if self._heard is not None and self._heard.boot_id != now.boot_id:
            self.began = self._heard = self._up_since = self._away_since = None
            self._seen_up = self._left = False
        lain = self._fall_silent(now)
        self._note_away(message)
        if message.kind is None:
            return lain
        self._heard = now
        if message.kind in (SleepKind.IN_BED, SleepKind.ASLEEP):
            if self.began is None:
                self.began, self._ups, self._alone, self._together = now, 0, 0, 0
                self.began_seen, self._came_back = self._seen_up, self._left
            else:
                self._ups += self._left
            self._up_since, self._left = None, False
            return lain
        self._up_since = self._up_since or now
        return lain if lain is not None else self._rise(self._up_since, now)

    def _note_away(self, message: Sleep) -> None:
        """Learn whether somebody has left the room: who tosses and turns is awake, and has not got up."""
        since = self._away_since
        if message.kind is not SleepKind.AWAY:
            self._away_since = None
        elif since is None:
            self._away_since = message.stamp
        elif ns_to_seconds(message.stamp.monotonic_ns - since.monotonic_ns) >= LEFT_S:
            self._left = self._seen_up = True

    def _fall_silent(self, now: Instant) -> Lain | None:
        """Return the time in bed of which nothing more is known, where nothing was heard for long.

        Silence is neither lying nor being up: whoever lies there after it has lain there nobody knows since when.
        """
        heard = self._heard
        if heard is None or ns_to_seconds(now.monotonic_ns - heard.monotonic_ns) <= GONE_S:
            return None
        ended, self._heard, self._up_since, self._seen_up = self._up_since or heard, None, None, False
        return self._lain(ended, seen=self._left)

    def _rise(self, up: Instant, now: Instant) -> Lain | None:
        """Return the time in bed where who lay there has been up for long."""
        if ns_to_seconds(now.monotonic_ns - up.monotonic_ns) < GONE_S:
            return None
        self._seen_up = True
        return self._lain(up, seen=True)

    def _lain(self, ended: Instant, *, seen: bool) -> Lain | None:
        """Return the time in bed that ended; None where nobody lay."""
        began, self.began = self.began, None
        if began is None:
            return None
        return Lain(
            began=began,
            ended=ended,
            ups=self._ups,
            alone=self._alone / max(self._alone + self._together, 1) if self._alone + self._together else 1.0,
            came_back=self._came_back,
            began_seen=self.began_seen,
            ended_seen=seen,
        )
