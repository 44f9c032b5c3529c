"""The newest of what the bus tells, for what people ask of now; and what the safety gate has said meanwhile."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import TypeVar

from sumika.schema import (
    Activity,
    AirEvents,
    AirSample,
    AlarmState,
    Asker,
    ComfortWish,
    Command,
    DeviceState,
    Exercise,
    Gesture,
    HeartRate,
    Message,
    ModeReport,
    OccupancyCount,
    Origin,
    PlanOutlook,
    PlanReport,
    Presence,
    ResidentWish,
    Respiration,
    Sleep,
    SleepStages,
    Strain,
    ThermalComfort,
    Verdict,
    WeatherForecast,
    WeatherSample,
    is_refusal,
)
from sumika.schema.knowing import KnownOfPerson
from sumika.schema.topics import TOPIC_OF, key_of
from sumika.units import ns_to_seconds, seconds_to_ns

_KINDS: tuple[type[Message], ...] = (
    Activity,
    AirEvents,
    AirSample,
    AlarmState,
    ComfortWish,
    Command,
    DeviceState,
    Exercise,
    Gesture,
    HeartRate,
    ModeReport,
    OccupancyCount,
    PlanOutlook,
    PlanReport,
    Presence,
    ResidentWish,
    Respiration,
    Sleep,
    SleepStages,
    Strain,
    ThermalComfort,
    Verdict,
    WeatherForecast,
    WeatherSample,
)

HEARD = tuple(TOPIC_OF[kind] for kind in _KINDS)
"""Topics that are listened to."""

FRESH_S: dict[type[Message], float] = {
    Presence: 60.0,
    OccupancyCount: 120.0,
    Respiration: 60.0,
    HeartRate: 60.0,
    Sleep: 120.0,
    SleepStages: 120.0,
    Strain: 200.0,
    ThermalComfort: 200.0,
    Activity: 15.0,
    Exercise: 15.0,
    Gesture: 600.0,
    AirSample: 600.0,
    DeviceState: 600.0,
    AirEvents: 600.0,
    WeatherSample: 7200.0,
    PlanReport: 3600.0,
    PlanOutlook: 3600.0,
}
"""So old the newest word of a kind may be and still tell of now; what has no row here holds until it is said anew."""

MOST_VERDICTS = 400
Kind = TypeVar("Kind", bound=Message)


class Newest:
    """Keeps the newest message of every topic and key. It knows no bus: it is given messages.

    Attributes:
        verdicts: What the gate said to people, oldest first.
        judged: How many of those there were.
    """

    def __init__(self, now_ns: Callable[[], int]) -> None:
        """Begin without any.

        Args:
            now_ns: Tells the present monotonic time.
        """
        self._now_ns = now_ns
        self._newest: dict[tuple[type[Message], str], Message] = {}
        self.verdicts: deque[Verdict] = deque(maxlen=MOST_VERDICTS)
        self.judged = 0

    def hear(self, message: Message) -> None:
        """Take a message; of a topic that nobody asks for nothing is kept."""
        if not isinstance(message, _KINDS):
            return
        if isinstance(message, Verdict):
            if message.asked_by == Asker.RESIDENT:
                self.verdicts.append(message)
                self.judged += 1
            self._newest[type(message), f"{message.device}/{message.action}"] = message
            return
        if isinstance(message, Command):
            self._newest[type(message), f"{message.device}/{message.action}"] = message
            return
        if is_refusal(message):
            return
        if isinstance(message, KnownOfPerson):
            self._hear_of_somebody(message)
            return
        self._newest[type(message), key_of(message)] = message

    def _hear_of_somebody(self, message: KnownOfPerson) -> None:
        """Keep what is told of each who is followed, by each student; everybody who comes and goes has a number."""
        place = (type(message), f"{key_of(message)}/{message.track}/{message.student}")
        old = [at for at, one in self._newest.items() if at[0] is place[0] and not self._fresh(one)]
        for one in old:
            del self._newest[one]
        self._newest[place] = message

    def __len__(self) -> int:
        """Return how many messages are kept."""
        return len(self._newest)

    def _fresh(self, message: Message) -> bool:
        limit_s = FRESH_S.get(type(message))
        age_ns = self._now_ns() - message.stamp.monotonic_ns
        return limit_s is None or age_ns <= seconds_to_ns(limit_s)

    def one(self, kind: type[Kind], key: str) -> Kind | None:
        """Return the newest of a kind about something, if it still tells of now."""
        found = self._newest.get((kind, key))
        return found if isinstance(found, kind) and self._fresh(found) else None

    def last(self, kind: type[Kind], key: str) -> Kind | None:
        """Return the newest of a kind about something, however old it is."""
        found = self._newest.get((kind, key))
        return found if isinstance(found, kind) else None

    def all(self, kind: type[Kind]) -> list[Kind]:
        """Return the newest of a kind about everything, as far as they still tell of now."""
        return [
            one for (of, _), one in self._newest.items() if of is kind and isinstance(one, kind) and self._fresh(one)
        ]

    def only(self, kind: type[Kind]) -> Kind | None:
        """Return the newest of a kind of which the house has one."""
        return max(self.all(kind), key=lambda one: one.stamp.monotonic_ns, default=None)

    def verdicts_since(self, judged: int) -> list[Verdict]:
        """Return what the gate said to people since there were so many, oldest first."""
        fresh = min(self.judged - judged, len(self.verdicts))
        return list(self.verdicts)[len(self.verdicts) - fresh :]

    def age_s(self, message: Message) -> float:
        """Return how old a message is."""
        return ns_to_seconds(self._now_ns() - message.stamp.monotonic_ns)

    def told(self, device: str) -> dict[str, float]:
        """Return what a device is set to and measures; empty where it is not known now."""
        state = self.one(DeviceState, device)
        return dict(state.values) if state is not None and state.available else {}

    def origins(self) -> Iterable[Origin]:
        """Return where what was heard comes from."""
        return {message.origin for message in self._newest.values()}
