"""Once an hour: what has changed over weeks, and what told moods go along with, read from what history keeps."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sumika.clock import Instant
from sumika.history import History
from sumika.schema import Measure, Message, MoodTable, Origin, Reason, WellBeing, worst
from sumika.schema.house import House
from sumika.units import NANOSECONDS_PER_SECOND, seconds_to_ns

EVERY_S, FIRST_S = 3600.0, 120.0
LOOKS_BACK_S = 120 * 86_400.0
POINTS = 4000
"""Of an hour each: what is told once a day is then alone in its hour."""

Array = NDArray[np.float64]


def weeks_of(house: House, history: History) -> "WeeksDesk | None":
    """Return who looks at weeks; None where the house does not want it."""
    wants = house.knowing is not None and house.knowing.enabled and house.knowing.weeks
    return WeeksDesk(house, history) if wants else None


class WeeksDesk:
    """Reads history, and says what has changed."""

    def __init__(self, house: House, history: History) -> None:
        """Know whose rooms may be looked at.

        Args:
            house: As described.
            history: Open.
        """
        self._history = history
        self._rooms = tuple(room for room in house.watched_bedrooms if house.agreed(room))
        agreed = house.knowing.agreed if house.knowing is not None else ()
        self._bedroom_of = {
            one.id: next((room.id for room in house.rooms if one.id in room.residents and room.id in self._rooms), "")
            for one in house.residents
            if one.id in agreed
        }
        self._next_ns: int | None = None

    def due(self, now: Instant) -> tuple[Message, ...]:
        """Return what is to be told now; nothing until it is time again.

        Args:
            now: The present moment.
        """
        if self._next_ns is None:
            self._next_ns = now.monotonic_ns + seconds_to_ns(FIRST_S)
        if now.monotonic_ns < self._next_ns:
            return ()
        self._next_ns = now.monotonic_ns + seconds_to_ns(EVERY_S)
        return (*self._well_being(now), *self._moods(now))

    def _well_being(self, now: Instant) -> Iterator[WellBeing]:
        # Imported where it is wanted: statistics cost other houses' history memory.
        from sumika.belief.well_being import trend

        for room in self._rooms:
            ended_s, values, origin = self._nights(room, now)
            now_s = now.wall_ns / NANOSECONDS_PER_SECOND
            trends = tuple(trend(measure, ended_s, values[measure], now_s) for measure in Measure)
            yield WellBeing(stamp=now, origin=origin, room=room, trends=trends)

    def _moods(self, now: Instant) -> Iterator[MoodTable]:
        from sumika.belief.mood import mood_pairs

        for resident, bedroom in self._bedroom_of.items():
            told_s, pleasant, origin = self._read(resident, "mood.pleasant", now)
            ended_s, values, nights_origin = self._nights(bedroom, now) if bedroom else (np.zeros(0), {}, origin)
            pairs = mood_pairs(told_s, pleasant, ended_s, values)
            known = tuple(one for one in pairs if one.difference is not None)
            yield MoodTable(
                stamp=now,
                origin=worst((origin, nights_origin)),
                resident=resident,
                bedroom=bedroom,
                valid=bool(known),
                reason=Reason.MEASURED if known else Reason.FEW_DAYS,
                told=len(told_s),
                pairs=known,
            )

    def _nights(self, room: str, now: Instant) -> tuple[Array, dict[Measure, Array], Origin]:
        """Return (night,) when nights ended, each measure's values, and where they come from.

        A night may be told hours after its end, and moods of that morning belong to it. Where its end was not kept, it
        is the hour in which it was told.
        """
        read = {measure: self._read(room, f"day_measures.{measure.value}", now) for measure in Measure}
        hours = np.unique(np.concatenate([stamps for stamps, _, _ in read.values()]))
        values = {measure: np.full(len(hours), np.nan) for measure in Measure}
        for measure, (stamps, numbers, _) in read.items():
            values[measure][np.searchsorted(hours, stamps)] = numbers
        told_in, ended_s, _ = self._read(room, "day_measures.ended_unix_s", now)
        ends = hours.copy()
        known = np.isin(told_in, hours)
        ends[np.searchsorted(hours, told_in[known])] = ended_s[known]
        return ends, values, worst([origin for _, _, origin in read.values()])

    def _read(self, key: str, signal: str, now: Instant) -> tuple[Array, Array, Origin]:
        """Return (hour,) times and means of a signal, and where it comes from."""
        begin_ns = now.wall_ns - seconds_to_ns(LOOKS_BACK_S)
        plot = self._history.read(key, signal, begin_ns, now.wall_ns, POINTS)
        there = plot.count > 0
        stamps = plot.stamps_ns[there].astype(np.float64) / NANOSECONDS_PER_SECOND
        return stamps, plot.mean[there].astype(np.float64), plot.origin or Origin.LIVE
