"""The newest of everything that the house says, and how old each may be before it is not believed any more."""

from collections.abc import Iterator
from typing import TypeVar

from sumika.bus import ALIVE_PERIODS
from sumika.schema import TOPICS, AirSample, Exercise, Message, Origin, key_of
from sumika.schema.topics import TOPIC_OF
from sumika.units import NANOSECONDS_PER_SECOND

Kind = TypeVar("Kind", bound=Message)

SHORTEST_S = 5.0
"""A node that starts again leaves its room untold for so long; nobody at a wall panel is helped by a flicker."""

MOST_HEARD = 2000
OTHERWISE_S = 60.0

SPOKEN_S = {
    "activity": 15.0,
    "air": 600.0,
    "alarm": 20.0,
    "comfort_wish": 150.0,
    "exercise": 15.0,
    "outlook": 40 * 60.0,
    "person_vitals": 15.0,
    "plan": 40 * 60.0,
    "posture": 15.0,
}
"""Topics that come when they come: a plan is made every quarter of an hour, a wish is said again every minute, an alarm
every five seconds while it is open. A thermometer with a battery speaks every few minutes: the air is believed for as
long as planner and rules believe it."""


def believed_s(topic: str) -> float:
    """Return for how long the last message of a topic is believed."""
    rate_hz = TOPICS[topic].rate_hz
    if rate_hz is None or topic in SPOKEN_S:
        return SPOKEN_S.get(topic, OTHERWISE_S)
    return max(SHORTEST_S, ALIVE_PERIODS / rate_hz)


class Known:
    """What was heard last, by topic and key.

    Attributes:
        refused: Messages of a simulation or a recording that a real house does not tell of.
    """

    def __init__(self, *, demo: bool) -> None:
        """Begin with nothing.

        Args:
            demo: Whether what is not live is told of too.
        """
        self._demo = demo
        self._heard: dict[tuple[str, str], tuple[Message, int]] = {}
        self.refused = 0
        self.now_ns = 0

    def hear(self, message: Message, key: str, now_ns: int) -> bool:
        """Take a message; return whether it may be told of.

        Args:
            message: Any.
            key: What it is about.
            now_ns: Monotonic time.
        """
        if message.origin is not Origin.LIVE and not self._demo:
            self.refused += 1
            return False
        # A gate that begins anew is told the last word of every sensor, as it was said: readings are no newer by that.
        said_ns = min(now_ns, message.stamp.monotonic_ns) if isinstance(message, AirSample) else now_ns
        self._heard[TOPIC_OF[type(message)], key] = (message, said_ns)
        if len(self._heard) > MOST_HEARD:
            self._forget(now_ns)
        return True

    def __len__(self) -> int:
        """Return how many messages are remembered."""
        return len(self._heard)

    def _forget(self, now_ns: int) -> None:
        """Drop what is not believed any more: every person who came and went had a number of their own."""
        self._heard = {
            place: kept for place, kept in self._heard.items() if _age_s(now_ns, kept[1]) <= believed_s(place[0])
        }

    def fresh(self, kind: type[Kind], key: str) -> Kind | None:
        """Return the last message of a kind about something; None where it is too old, or there was none."""
        return self._fresh(kind, TOPIC_OF[kind], key)

    def every(self, kind: type[Kind]) -> Iterator[Kind]:
        """Yield the last message of a kind about everything of which it is fresh."""
        name = TOPIC_OF[kind]
        for topic, key in list(self._heard):
            if topic == name and (found := self._fresh(kind, topic, key)) is not None:
                yield found

    def _fresh(self, kind: type[Kind], topic: str, key: str) -> Kind | None:
        message, heard_ns = self._heard.get((topic, key), (None, 0))
        if not isinstance(message, kind):
            return None
        if _age_s(self.now_ns, heard_ns) > believed_s(topic):
            return None
        return message


def _age_s(now_ns: int, heard_ns: int) -> float:
    return (now_ns - heard_ns) / NANOSECONDS_PER_SECOND


def bus_key(message: Message) -> str:
    """Return by what a message is kept: of several people under one key each by itself, exercises by student, too."""
    track = getattr(message, "track", None)
    key = key_of(message) if track is None else f"{key_of(message)}/{track}"
    return f"{key}/{message.student}" if isinstance(message, Exercise) else key
