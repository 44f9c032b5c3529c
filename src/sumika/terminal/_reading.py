"""What is said about a room: values that hold, and for those that do not, why. Shared by screen and plain lines."""

import math
from dataclasses import dataclass
from enum import StrEnum

from sumika.clock import Instant
from sumika.schema import HeartRate, Presence, Reason, Respiration
from sumika.schema.house import Room
from sumika.terminal._look import Look, finite
from sumika.terminal._memory import Memory

SOMEONE = 0.7
EMPTY = 0.3
"""Between these two the word is "perhaps": a probability near one half is no answer."""

OLD_S = 1.0
"""From here on a value's age is told with it."""


class State(StrEnum):
    """Whether someone is there, in a word."""

    SOMEONE = "someone"
    PERHAPS = "perhaps"
    EMPTY = "empty"
    UNKNOWN = "unknown"


WORDS = {
    State.SOMEONE: "terminal.someone",
    State.PERHAPS: "terminal.perhaps",
    State.EMPTY: "terminal.empty",
    State.UNKNOWN: "terminal.unknown",
}


@dataclass(frozen=True, slots=True)
class Value:
    """One value, or why there is none.

    Attributes:
        text: The value with its unit; empty where there is none.
        why: What it rests on, or why it is missing.
        brief: `why` in fewer words.
    """

    text: str = ""
    why: str = ""
    brief: str = ""


@dataclass(frozen=True, slots=True)
class RoomReading:
    """Everything said about a room at one moment.

    Attributes:
        name: The room's name.
        state: The word for `presence`.
        presence: Probability.
        age: How old that is, where it is worth telling.
        distance: Of the person from the radar.
        breathing: Rate.
        heart: Rate.
        session: Which pass of which recording.
        air: Temperature, humidity, carbon dioxide; empty where nothing measures them.
    """

    name: str
    state: State
    presence: Value
    age: str
    distance: Value
    breathing: Value
    heart: Value
    session: str
    air: str = ""


def _silence(age_s: float | None, look: Look) -> str:
    """Say that nothing fresh is there."""
    if age_s is None:
        return look.say("terminal.no_data_yet")
    if math.isinf(age_s):
        return look.say("terminal.clock_strange")
    return look.say("terminal.no_data_for", duration=look.duration(age_s))


def _presence(memory: Memory, room: str, now: Instant, look: Look) -> tuple[State, Value, Value, str]:
    found = memory.fresh(Presence, room, now)
    age_s = memory.age_s(Presence, room, now)
    if found is None or age_s is None:
        return State.UNKNOWN, Value(why=_silence(age_s, look)), Value(), ""
    probability = found.probability
    if not found.valid or probability is None or not 0.0 <= probability <= 1.0:
        return State.UNKNOWN, Value(why=look.why(found.reason)), Value(), ""
    state = State.SOMEONE if probability >= SOMEONE else State.EMPTY if probability <= EMPTY else State.PERHAPS
    range_m = finite(found.range_m)
    seen = state is not State.EMPTY and range_m is not None
    distance = Value(look.distance(range_m, found.range_sigma_m)) if seen and range_m is not None else Value()
    old = look.say("terminal.age", seconds=age_s) if age_s > OLD_S else ""
    return state, Value(f"{probability:.2f}", look.why(found.reason)), distance, old


def _rate(found: Respiration | HeartRate, look: Look) -> Value | None:
    """Return the rate if it may be used."""
    rate_bpm = finite(found.rate_bpm)
    if not found.valid or rate_bpm is None:
        return None
    return Value(look.rate(rate_bpm, found.sigma_bpm), look.why(found.reason))


def _not_measurable(found: Respiration | HeartRate, look: Look) -> Value:
    reason = look.why(found.reason)
    return Value(why=look.say("terminal.not_measurable", reason=reason), brief=reason)


def _breathing(memory: Memory, room: str, now: Instant, look: Look) -> Value:
    found = memory.fresh(Respiration, room, now)
    if found is None:
        return Value(why=_silence(memory.age_s(Respiration, room, now), look))
    return _rate(found, look) or _not_measurable(found, look)


def _heart(memory: Memory, room: str, now: Instant, look: Look) -> Value:
    found = memory.fresh(HeartRate, room, now)
    if found is None:
        return Value(why=_silence(memory.age_s(HeartRate, room, now), look))
    rate = _rate(found, look)
    if rate is not None:
        return rate
    candidate = finite(found.candidate_bpm)
    if found.reason is not Reason.NO_REFERENCE or candidate is None:
        return _not_measurable(found, look)
    reason = look.why(found.reason)
    return Value(
        why=look.say("terminal.not_published", rate=candidate, reason=reason),
        brief=look.say("terminal.candidate", rate=candidate, reason=reason),
    )


def _air(memory: Memory, room: str, now: Instant, look: Look) -> str:
    """Return what the sensors of a room say of its air."""
    said: dict[str, str] = {}
    for sample in memory.air(room, now):
        for key, value, scale in (
            ("terminal.air_temperature", sample.temperature_c, 1.0),
            ("terminal.air_humidity", sample.relative_humidity, 100.0),
            ("terminal.air_co2", sample.co2_ppm, 1.0),
        ):
            number = finite(value)
            if number is not None:
                said.setdefault(key, look.say(key, value=number * scale))
    return look.separator.join(said.values())


def read_room(memory: Memory, room: Room, now: Instant, look: Look) -> RoomReading:
    """Return what is to be said about a room now. In an empty room nobody's missing breath is news."""
    state, presence, distance, age = _presence(memory, room.id, now, look)
    breathing, heart = _breathing(memory, room.id, now, look), _heart(memory, room.id, now, look)
    if state is State.EMPTY:
        nobody = look.why(Reason.NO_PERSON)
        breathing = breathing if breathing.text else Value(why=nobody)
        heart = heart if heart.text else Value(why=nobody)
    return RoomReading(
        name=look.show(room.name or room.id),
        state=state,
        presence=presence,
        age=age,
        distance=distance,
        breathing=breathing,
        heart=heart,
        session=look.show(memory.session(room.id)),
        air=_air(memory, room.id, now, look),
    )
