"""Smoke and carbon monoxide, as detectors and the safety gate tell of them.

What is over is decided by who said that it began, never by anybody else: a detector that is calm says nothing of what
another one smells, nor of what it measures beside. Across a restart that alone is not enough. A house without power
begins anew with detectors that have not measured yet, or that only ever say "no smoke" in their first message. So what
alarmed before a restart is remembered, at once and by its source, and is over only when that source has been heard
again and has been calm for `CALM_S` since. A source that is never heard again leaves its alarm open: somebody has to
look, and says so with a button. The worst that this can cost is an alarm that stays open too long; the worst of the
other way is a fire that was called off.
"""

from collections.abc import Iterator

from sumika.alarm.book import Finding, Seen
from sumika.alarm.memory import SmokeSource, WatchMemory
from sumika.alarm.moments import elapsed_s
from sumika.clock import Instant
from sumika.schema import AirSample, AlarmCause, Event, Message

CO_PPM, CO_OVER_PPM = 30.0, 10.0
"""EN 50291-1: no alarm below 30 ppm for two hours. Telling of it earlier than its times harms nobody."""

CALM_S = 120.0
"""Typical: detectors test themselves for up to a minute after they got power; twice that."""

GATE = "gate"
"""Stands for the safety gate among sensors, and for what it tells."""


class SmokeWatch:
    """One alarm for each room, for as long as any source of it has not called it off."""

    def __init__(self, memory: WatchMemory) -> None:
        """Go on with what was remembered.

        Args:
            memory: What outlives restarts; its `smoke` is kept up to date.
        """
        self._memory = memory
        self._alarming: dict[SmokeSource, Finding] = {}
        # What alarmed before the restart, and since when it has been heard to be calm.
        self._before: dict[SmokeSource, Instant | None] = dict.fromkeys(memory.smoke)
        self._called_off: set[str] = set()

    def hear(self, message: Message) -> None:
        """Take a message; what is about no smoke is left alone."""
        if isinstance(message, Event) and message.code == AlarmCause.SMOKE_OR_CO:
            source = SmokeSource(room=message.subject, sensor=GATE, what=GATE)
            if message.recovered:
                self._calm(source, message.stamp)
            else:
                self._alarm(source, message, message.detail)
        elif isinstance(message, AirSample):
            for what, alarming, calm in _said(message):
                source = SmokeSource(room=message.room, sensor=message.sensor, what=what)
                if alarming:
                    self._alarm(source, message)
                elif calm:
                    self._calm(source, message.stamp)
                elif source in self._before and calm is not None:
                    self._before[source] = None  # neither: it begins to be calm anew

    def look(self, now: Instant) -> Seen:
        """Return what it knows now."""
        for source, since in tuple(self._before.items()):
            # The gate says once that it is over; unlike a sensor it would say so at once if it were not.
            if source.sensor == GATE and since is not None and elapsed_s(since, now) >= CALM_S:
                self._end(source)
        by_room = {source.room: finding for source, finding in sorted(self._alarming.items(), key=_gate_first)}
        open_still = {*by_room, *(source.room for source in self._before)}
        over = frozenset((AlarmCause.SMOKE_OR_CO, room) for room in self._called_off - open_still)
        self._called_off.clear()
        return Seen(going_on=tuple(by_room.values()), over=over)

    def _alarm(self, source: SmokeSource, message: Event | AirSample, detail: str = "") -> None:
        self._before.pop(source, None)
        self._alarming[source] = Finding(
            cause=AlarmCause.SMOKE_OR_CO, subject=source.room, room=source.room, detail=detail, origin=message.origin
        )
        if source not in self._memory.smoke:
            self._memory.smoke = (*self._memory.smoke, source)

    def _calm(self, source: SmokeSource, at: Instant) -> None:
        """Take a source's word that there is nothing; only what itself has said is called off by that."""
        if source in self._alarming:
            self._end(source)
        elif source in self._before:
            since = self._before[source]
            if since is None:
                self._before[source] = at
            elif source.sensor != GATE and elapsed_s(since, at) >= CALM_S:
                self._end(source)
                self._end_of_the_gate(source.room)

    def _end_of_the_gate(self, room: str) -> None:
        """Call off what the gate said before a restart, where the sensors by which it said so are calm.

        A gate that began anew as well says no word of what it does not see.
        """
        if not any(source.room == room and source.sensor != GATE for source in (*self._before, *self._alarming)):
            source = SmokeSource(room=room, sensor=GATE, what=GATE)
            if source in self._before:
                self._end(source)

    def _end(self, source: SmokeSource) -> None:
        self._alarming.pop(source, None)
        self._before.pop(source, None)
        self._memory.smoke = tuple(one for one in self._memory.smoke if one != source)
        self._called_off.add(source.room)


def _said(air: AirSample) -> Iterator[tuple[str, bool, bool | None]]:
    """Yield what a sample says of smoke and carbon monoxide: whether it is dangerous, and calm (None: no word)."""
    yield "smoke", air.smoke is True, None if air.smoke is None else not air.smoke
    co_ppm = air.co_ppm
    yield "co", co_ppm is not None and co_ppm >= CO_PPM, None if co_ppm is None else co_ppm < CO_OVER_PPM


def _gate_first(item: tuple[SmokeSource, Finding]) -> bool:
    return item[0].sensor != GATE
