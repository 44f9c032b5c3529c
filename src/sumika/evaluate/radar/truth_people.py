"""A recording through the people's chain: points, tracks, and each person's breath and heartbeat, beside the truth."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sumika.evaluate.radar.truth_file import Mount, TruePerson
from sumika.evaluate.vitals_against_reference.log_signals import Said
from sumika.radar import people
from sumika.radar.faults import frame_fault, frame_samples
from sumika.radar.vitals import PersonResult
from sumika.schema import Frame, Rate, Track
from sumika.schema.house import DemoSource, Radar, Room
from sumika.units import ns_to_seconds

EVERY_S = 1.0
"""How often rates and places are taken down."""

NEAR_M = 1.0
"""Farther from a person's place than this a track is somebody else's."""


@dataclass(slots=True)
class PersonSaid:
    """What the chain said of one person.

    Attributes:
        respiration: Rates, in order of time.
        heart: Rates, in order of time.
        beats: (time in s, interval in s or NaN).
    """

    respiration: list[Said] = field(default_factory=list)
    heart: list[Said] = field(default_factory=list)
    beats: list[tuple[float, float]] = field(default_factory=list)


@dataclass(slots=True)
class PlacesSaid:
    """Where the chain saw people, `EVERY_S`.

    Attributes:
        time_s: When.
        places_m: Of each track.
    """

    time_s: list[float] = field(default_factory=list)
    places_m: list[list[tuple[float, float, float]]] = field(default_factory=list)


def people_pass(
    frames: Iterable[Frame], mount: Mount, model: str, persons: Sequence[TruePerson], places: PlacesSaid
) -> list[PersonSaid]:
    """Send frames through the people's chain. Frames that are not fit for use are left out, as a house does.

    Args:
        frames: Of one radar, in order.
        mount: Where it hung.
        model: Which it is.
        persons: Whose rates are asked.
        places: Is filled.

    Returns:
        What was said of each of `persons`.
    """
    said = [PersonSaid() for _ in persons]
    due_s = 0.0
    for time_s, trusted, seen in _seen(frames, mount, model):
        due = time_s >= due_s
        for person, one in zip(persons, said, strict=True):
            result = _whose(person, seen.tracks, seen.vitals)
            if result is None or not trusted:
                continue
            one.beats += _beats(result, time_s)
            if due:
                one.respiration.append(_of_rate(result.respiration, time_s))
                one.heart.append(_of_rate(result.heart, time_s))
        if due:
            due_s = time_s + EVERY_S
            places.time_s.append(time_s)
            places.places_m.append([track.position_m for track in seen.tracks])
    return said


def _seen(frames: Iterable[Frame], mount: Mount, model: str) -> Iterator[tuple[float, bool, people.Seen]]:
    """Yield (seconds since the first frame, whether its clock is trusted, what is seen) of each sound frame."""
    room, radar = _hung(mount, model)
    state: people.PeopleState | None = None
    session, start_ns, previous = "", None, None
    for frame in frames:
        notice = frame.notice
        start_ns = notice.stamp.monotonic_ns if start_ns is None else start_ns
        if state is None or notice.session != session:
            state = people.start([room], [radar], {radar.id: notice.description})
            session, previous = notice.session, None
        samples = frame_samples(frame)
        fault, previous = frame_fault(frame, previous), samples
        if fault is None:
            time_s = ns_to_seconds(notice.stamp.monotonic_ns - start_ns)
            state, seen = people.step(state, radar.id, samples, time_s)
            yield time_s, notice.description.timing_trusted, seen


def _hung(mount: Mount, model: str) -> tuple[Room, Radar]:
    room = Room(id="room", floor_m=mount.floor_m, height_m=mount.height_m)
    radar = Radar(
        id="radar",
        room=room.id,
        model=model,
        position_m=mount.position_m,
        yaw_deg=mount.yaw_deg,
        pitch_deg=mount.pitch_deg,
        source=DemoSource(),
    )
    return room, radar


def _whose(person: TruePerson, tracks: Sequence[Track], vitals: dict[int, PersonResult]) -> PersonResult | None:
    """Return what is said of the track at a person's place; of the one that breathes most surely where none is told."""
    measured = [track for track in tracks if track.id in vitals]
    place = person.place_m
    if place is None:
        best = max(measured, key=lambda track: vitals[track.id].breathing_log_odds, default=None)
        return None if best is None else vitals[best.id]
    near = [(math.dist(track.position_m[:2], place[:2]), track.id) for track in measured]
    away_m, track_id = min(near, default=(math.inf, 0))
    return vitals[track_id] if away_m <= NEAR_M else None


def _of_rate(rate: Rate, time_s: float) -> Said:
    given = rate.valid and rate.value_bpm is not None
    return Said(
        time_s,
        rate.window_s,
        rate.value_bpm if given else None,
        rate.low_bpm if given else None,
        rate.high_bpm if given else None,
        rate.reason.value,
    )


def _beats(result: PersonResult, time_s: float) -> list[tuple[float, float]]:
    return [(time_s + beat.time_s, math.nan if beat.interval_s is None else beat.interval_s) for beat in result.beats]
