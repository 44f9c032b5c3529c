"""Single values of a sensor gathered into the messages of its kind.

A sensor's values may come one by one, each from an entity or a topic of its own. Each message tells all that is known
then; what its sensor says no more is None, never the last value. A value that came long ago is not told as new because
another one came: half of a sensor may be dead.
"""

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from sumika.clock import Instant
from sumika.schema import (
    AirSample,
    Event,
    Message,
    MeterSample,
    Origin,
    Presence,
    Reason,
    Severity,
    UsageError,
    WeatherSample,
)
from sumika.schema.house import Sensor
from sumika.units import ns_to_seconds

_OF_ALL = {"stamp", "origin", "session", "sensor", "room", "source", "meter", "currency", "held_s"}
_ALIKE = {"open": "window_open", "presence": "probability", "motion": "probability", "at_home": "probability"}
"""What a sensor's own side calls a value that its kind has under another name."""
PRESENCE_WORDS = frozenset({"probability", "presence", "motion", "at_home"})
"""What is said of presence is kept as it is said: not all of it can say yes and no."""


AIR_S, WEATHER_S, METER_S = 900.0, 1800.0, 600.0
"""So long what is measured is told beside newer values: as long as the gate believes the air, which is who believes it
longest, and as long as the planner believes weather and meters. Weather stations speak rarely."""

_COUNTED_S = 24 * 3600.0
_BELIEVED_S: Mapping[str, float] = {
    # Nobody need say again what is so until it changes.
    **dict.fromkeys(("smoke", "window_open", "price_per_kwh", "carbon_g_kwh", *PRESENCE_WORDS), math.inf),
    # Of a roof at night nothing is counted, and many meters speak only when something is.
    **dict.fromkeys(("imported_kwh", "exported_kwh"), _COUNTED_S),
}
"""How long values are told beside newer ones that do not go by what they are measured of."""


def _numbers(kind: type[msgspec.Struct]) -> frozenset[str]:
    return frozenset(field.name for field in msgspec.structs.fields(kind)) - _OF_ALL


_AIR = _numbers(AirSample)
_WEATHER = _numbers(WeatherSample)
_METER = _numbers(MeterSample)
_PRESENCE = frozenset({"probability"})
_SEES_WHO_SITS_STILL = frozenset({"probability", "presence"})
_SEES = _SEES_WHO_SITS_STILL | {"motion"}

_KINDS: Mapping[str, frozenset[str]] = {
    "presence": _PRESENCE,
    "pir": _PRESENCE,
    "weather": _WEATHER,
    "meter": _METER,
    # A door between rooms that stands open is no window: it says nothing of the air outside.
    "door": _AIR - {"window_open"},
}
"""Values by `Sensor.kind`; every other kind is of the air."""


_BY_KIND = {"window": "open", "contact": "open", "pir": "motion", "presence": "presence"}
"""What a yes and no means by `Sensor.kind`, where its own side does not say: as it comes, an input has no class."""


class Gathered:
    """What is known of one sensor.

    Attributes:
        sensor: As in `house.yaml`.
        names: Values that its kind has.
        known: What it said last, without what it says no more, and without what was measured too long ago.
    """

    def __init__(self, sensor: Sensor) -> None:
        """Begin with nothing; use `gathered_of`."""
        self.sensor = sensor
        self.names = _KINDS.get(sensor.kind, _AIR)
        self.known: dict[str, float] = {}
        self._told_ns: dict[str, int] = {}
        self._is_mute = False

    @property
    def by_kind(self) -> str:
        """Another side's name for what a yes and no of this kind means; empty where its kind does not say."""
        return _BY_KIND.get(self.sensor.kind, "")

    def mute(self, what: str, stamp: Instant) -> tuple[Event, ...]:
        """Return, once, that something speaks and says nothing that its kind has: it looks as if it were dead.

        Args:
            what: Of the other side, for people.
            stamp: When that was seen.
        """
        # Of a door its kind knows nothing but that it is no window.
        if self._is_mute or self.sensor.kind == "door":
            return ()
        self._is_mute = True
        return (self._muteness(stamp, what),)

    def _muteness(self, stamp: Instant, what: str) -> Event:
        return Event(
            stamp=stamp,
            origin=Origin.LIVE,
            subject=self.sensor.id,
            code="says_nothing_of_its_kind",
            severity=Severity.WARNING if what else Severity.INFO,
            recovered=not what,
            detail=what,
        )

    def ours(self, name: str) -> str:
        """Return the value of this kind that another side's name means; empty where it has none."""
        alike = _ALIKE.get(name, name)
        return alike if alike in self.names else ""

    def own(self, name: str, value: float | None) -> dict[str, float | None]:
        """Return what a value means to this kind that the other side names itself; nothing where it means nothing."""
        alike = self.ours(name)
        if not alike:
            return {}
        return {name if self.names is _PRESENCE else alike: value}

    def tell(self, values: Mapping[str, float | None], stamp: Instant) -> tuple[Message, ...]:
        """Take in values and return what is to be said now.

        Args:
            values: Ours; None where it is not known any more. Names that its kind does not have are left out.
            stamp: When they were seen.
        """
        names = PRESENCE_WORDS if self.names is _PRESENCE else self.names
        told = {name: value for name, value in values.items() if name in names}
        if not told:
            return ()
        for name, value in told.items():
            if value is None:
                self.known.pop(name, None)
            else:
                self.known[name], self._told_ns[name] = value, stamp.monotonic_ns
        self._forget_old(stamp)
        if self._is_mute:
            self._is_mute = False
            return (self._muteness(stamp, ""), self._message(stamp))
        return (self._message(stamp),)

    def forget(self, stamp: Instant) -> tuple[Message, ...]:
        """Return that nothing is known any more."""
        self.known.clear()
        return (self._message(stamp),)

    def _forget_old(self, now: Instant) -> None:
        measured_s = WEATHER_S if self.names is _WEATHER else METER_S if self.names is _METER else AIR_S
        for name in tuple(self.known):
            if ns_to_seconds(now.monotonic_ns - self._told_ns[name]) > _BELIEVED_S.get(name, measured_s):
                del self.known[name]

    def _message(self, stamp: Instant) -> Message:
        one = self.sensor
        when: dict[str, Any] = {"stamp": stamp, "origin": Origin.LIVE}
        if self.names is _PRESENCE:
            probability, reason = _who_is_there(one.kind, self.known)
            valid = probability is not None
            return Presence(room=one.room, probability=probability, valid=valid, reason=reason, sensor=one.id, **when)
        values: dict[str, Any] = dict(self.known)
        if self.names is _WEATHER:
            return WeatherSample(source=one.id, **values, **when)
        if self.names is _METER:
            return MeterSample(meter=one.id, currency=one.mapping.get("currency", ""), **values, **when)
        if "smoke" in values:
            values["smoke"] = values["smoke"] >= HALF
        return AirSample(sensor=one.id, room=one.room, **values, **when)


HALF = 0.5
"""Above it somebody is there rather than nobody, or there is smoke."""


def _who_is_there(kind: str, known: Mapping[str, float]) -> tuple[float | None, Reason]:
    """Return how probably somebody is in the room and why; None where what is known says neither yes nor no.

    No movement is not nobody: who sits still is not seen. Who is at home may be in any room; who is away is in none.
    """
    seen = [value for name, value in known.items() if name in _SEES]
    most = max(seen, default=0.0)
    if most >= HALF:
        return most, Reason.MOVEMENT_SEEN
    if seen:
        says_no = kind != "pir" and not _SEES_WHO_SITS_STILL.isdisjoint(known)
        return most if says_no else None, Reason.NOTHING_SEEN
    if "at_home" in known:
        return (None, Reason.AT_HOME) if known["at_home"] else (0.0, Reason.AWAY)
    return None, Reason.NO_SIGNAL


def gathered_of(sensor: Sensor) -> Gathered:
    """Return what gathers the values of a sensor.

    Raises:
        UsageError: if its mapping names a value that its kind does not have.
    """
    found = Gathered(sensor)
    for name in sensor.mapping:
        if name not in found.names and name != "currency":
            raise UsageError(
                f"a sensor of kind {sensor.kind} has no value {name}",
                where=f"house.yaml, sensor {sensor.id}",
                remedy=f"Its values are {', '.join(sorted(found.names))}",
            )
    return found
