"""A recording once through the whole chain, without bus or clock: frames in, estimates out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sumika.clock import SimulatedClock
from sumika.perception import heart, presence, respiration
from sumika.radar import front_end
from sumika.schema import ChestMotion, Frame, HeartRate, Message, Presence, Respiration, SlowTime
from sumika.schema.house import DemoSource, Radar, Room
from sumika.sensors import RecordedSource, open_recording
from sumika.units import ns_to_seconds

ROOM = Room(id="room", floor_m=((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)))


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass gave.

    Attributes:
        start_ns: Stamp of the first frame.
        messages: Everything published, in order.
    """

    start_ns: int
    messages: list[Message]

    def seconds(self, message: Message) -> float:
        """Return when a message's content was seen, since the first frame."""
        return ns_to_seconds(message.stamp.monotonic_ns - self.start_ns)

    @property
    def slow_time(self) -> list[SlowTime]:
        """The slow-time I/Q."""
        return [message for message in self.messages if isinstance(message, SlowTime)]

    @property
    def presences(self) -> list[Presence]:
        """The presences."""
        return [message for message in self.messages if isinstance(message, Presence)]

    @property
    def respirations(self) -> list[Respiration]:
        """The respirations."""
        return [message for message in self.messages if isinstance(message, Respiration)]

    @property
    def chest_motions(self) -> list[ChestMotion]:
        """The breath waveform."""
        return [message for message in self.messages if isinstance(message, ChestMotion)]

    @property
    def heart_rates(self) -> list[HeartRate]:
        """The heart rate candidates."""
        return [message for message in self.messages if isinstance(message, HeartRate)]


def read_frames(path: Path, model: str, chirp: str = "") -> Iterator[Frame]:
    """Yield every frame of a recording, stamped from zero on.

    Raises:
        SumikaError: if it cannot be read.
    """
    source = RecordedSource("radar", open_recording(path, model, chirp), SimulatedClock(), loop=False)
    try:
        while (frame := source.next_frame()) is not None:
            yield frame
    finally:
        source.close()


def one_pass(frames: Iterable[Frame], *, with_heart: bool = True) -> Pass:
    """Send one radar's frames through front end, presence, respiration and heart, as a room would.

    Args:
        frames: In order; at least one.
        with_heart: Look for a pulse too; it takes a quarter of the time, and nothing else depends on it.

    Raises:
        ValueError: if there is no frame.
    """
    radar: Radar | None = None
    messages: list[Message] = []
    start_ns = 0
    for frame in frames:
        if radar is None:
            name = frame.notice.radar
            radar = Radar(id=name, room=ROOM.id, model="any", position_m=(0.0, 0.0, 1.0), source=DemoSource())
            eyes = front_end.start(radar)
            watch, breath, pulse = (step.start(ROOM, (radar,)) for step in (presence, respiration, heart))
            start_ns = frame.notice.stamp.monotonic_ns
        eyes, seen = front_end.step(eyes, frame)
        for message in seen:
            watch, presences = presence.step(watch, message)
            breath, breaths = respiration.step(breath, message)
            messages += [message, *presences, *breaths]
            if with_heart:
                pulse, pulses = heart.step(pulse, message)
                messages += pulses
            for there in presences:
                if isinstance(there, Presence):
                    breath, _ = respiration.step(breath, there)
                    if with_heart:
                        pulse, _ = heart.step(pulse, there)
    if radar is None:
        raise ValueError("there is no frame")
    return Pass(start_ns, messages)
