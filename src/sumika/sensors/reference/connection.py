"""Keeps one reference going: clocks fitted, gaps told, opened again when it is lost."""

from collections.abc import Iterator
from dataclasses import replace

from sumika.clock import Clock, Instant
from sumika.schema import Message, Origin, ReferenceKind, ReferenceSamples, ReferenceState, SumikaError
from sumika.sensors.reference.base import Packet, ReferenceSource, ReferenceSpec
from sumika.sensors.reference.device_clock import DeviceClock, house_ns
from sumika.units import seconds_to_ns

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 15.0
LEAP_S = 2.0
"""A device's time that moves so far from where it was is another clock: it was set, or the device started anew."""


class _Stream:
    """One kind of samples of one connection."""

    def __init__(self, least_delay_s: float) -> None:
        self.clock = DeviceClock(least_delay_s)
        self.stretch = 0


class ReferenceConnection:
    """Messages from a reference, whatever happens to it."""

    def __init__(self, spec: ReferenceSpec, clock: Clock) -> None:
        """Begin unconnected.

        Args:
            spec: Which one.
            clock: House time.
        """
        self.spec = spec
        self._clock = clock
        self._source: ReferenceSource | None = None
        self._connections = 0
        self._connected: bool | None = None
        self._told: tuple[bool, bool | None, int] | None = None
        self._streams: dict[ReferenceKind, _Stream] = {}
        self._pause_s = FIRST_PAUSE_S
        self._retry_ns = 0
        self._device = ""
        self._origin = Origin.LIVE
        self.ended = False

    def next_messages(self) -> tuple[Message, ...]:
        """Return what there is to log; waits a moment only. A fault is told once, its end once."""
        if self.ended:
            self._rest()
            return ()
        if self._source is None:
            if self._clock.now().monotonic_ns < self._retry_ns:
                self._rest()
                return ()
            try:
                self._source = self.spec.open(self._clock)
            except SumikaError as error:
                return self._lose(error)
            self._streams = {}
        try:
            packets = self._source.next_packets()
        except EOFError:
            self.ended = True
            return self._state(False, "it has been played to its end")
        except SumikaError as error:
            return self._lose(error)
        # A strap off the skin sends no samples: that it is there, and feels none, is told nevertheless.
        if not packets and not self._connected and self._source.skin_contact is None:
            return ()
        messages: list[Message] = []
        if self._connected is not True:
            self._connections += 1
            self._pause_s = FIRST_PAUSE_S
        self._device, self._origin = self._source.device, self._source.origin
        messages += self._state(True)
        messages += [self._samples(part, self._source) for packet in packets for part in _whole_parts(packet)]
        return tuple(messages)

    def close(self) -> None:
        """Let go of the device."""
        if self._source is not None:
            self._source.close()
            self._source = None

    def _rest(self) -> None:
        self._clock.sleep_until(self._clock.now().monotonic_ns + seconds_to_ns(0.05))

    def _lose(self, error: SumikaError) -> tuple[Message, ...]:
        self.close()
        self._retry_ns = self._clock.now().monotonic_ns + seconds_to_ns(self._pause_s)
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        return self._state(False, str(error))

    def _state(self, connected: bool, problem: str = "") -> tuple[Message, ...]:
        """Return a message where something has changed."""
        contact = self._source.skin_contact if self._source is not None else None
        damaged = self._source.damaged if self._source is not None else 0
        # Damage is told with what else changes, and when it doubles; not with every line.
        now = (connected, contact, damaged.bit_length())
        if now == self._told:
            return ()
        self._told, self._connected = now, connected
        return (
            ReferenceState(
                stamp=self._clock.now(),
                origin=self._origin,
                source=self.spec.name,
                connected=connected,
                problem=problem,
                device=self._device,
                connections=self._connections,
                skin_contact=contact,
                damaged=damaged,
            ),
        )

    def _samples(self, packet: Packet, source: ReferenceSource) -> ReferenceSamples:
        stream = self._streams.setdefault(packet.kind, _Stream(source.least_delay_s))
        stamp, fit = packet.arrival, None
        gap = packet.gap_before
        if packet.device_time_s:
            gap |= self._follow(stream, packet, source)
            fit = stream.clock.fit()
            stamp = _at(packet.arrival, house_ns(fit, packet.device_time_s[0]))
        return ReferenceSamples(
            stamp=stamp,
            origin=source.origin,
            session=f"{self._connections}.{stream.stretch}",
            stream=f"{self.spec.name}.{packet.kind.value}",
            source=self.spec.name,
            kind=packet.kind,
            unit=packet.unit,
            values=packet.values,
            device_time_s=packet.device_time_s,
            arrival_monotonic_ns=packet.arrival.monotonic_ns,
            clock=fit,
            gap_before=gap,
        )

    def _follow(self, stream: _Stream, packet: Packet, source: ReferenceSource) -> bool:
        """Let the clock take a packet; return whether it had to begin anew."""
        newest_s = packet.device_time_s[-1]
        last_s = stream.clock.last_device_s
        anew = False
        if last_s is not None:
            expected = stream.clock.fit()
            away_s = abs(house_ns(expected, newest_s) - packet.arrival.monotonic_ns) * 1e-9
            beats_missing = packet.kind is ReferenceKind.BEAT_INTERVAL and packet.gap_before
            anew = newest_s <= last_s or (away_s > LEAP_S and packet.gap_before) or beats_missing
        if anew:
            stream.clock = DeviceClock(source.least_delay_s)
            stream.stretch += 1
        stream.clock.observe(newest_s, packet.arrival.monotonic_ns)
        return anew


def _at(arrival: Instant, monotonic_ns: int) -> Instant:
    return arrival.later(monotonic_ns - arrival.monotonic_ns)


def _whole_parts(packet: Packet) -> Iterator[Packet]:
    """Yield a packet in parts within which its device's time goes on.

    A microcontroller that counts microseconds in 32 bits begins anew every 71.6 min, as one does that was started
    again: what one read brought from before would be dated by the clock from after.
    """
    times_s, begin = packet.device_time_s, 0
    for place in range(1, len(times_s)):
        if times_s[place] < times_s[place - 1]:
            yield _part(packet, begin, place)
            begin = place
    yield packet if begin == 0 else _part(packet, begin, len(times_s))


def _part(packet: Packet, begin: int, end: int) -> Packet:
    return replace(
        packet,
        values=packet.values[begin:end],
        device_time_s=packet.device_time_s[begin:end],
        gap_before=packet.gap_before or begin > 0,
    )
