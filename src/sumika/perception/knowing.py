"""What is known of the people in a house: every estimate of it in one process, with one runtime for all students.

One state is about all who are tracked ("house"), the others about a room each. Which estimates there are is what
`house.yaml` wants, the residents have agreed to and sensors allow; what nobody agreed to is not even worked out.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from sumika.models.features.comfort import Felt
from sumika.perception import (
    activity,
    air_events,
    comfort,
    exercise,
    gesture,
    occupancy,
    pose,
    sleep_night,
    sleep_stages,
    strain,
)
from sumika.perception._student import Asked
from sumika.perception.known_keys import HOUSE, tells_directions
from sumika.perception.storeys import Storeys
from sumika.schema import (
    Activity,
    AirSample,
    HeartRate,
    Message,
    Origin,
    PersonVitals,
    PointCloud,
    Presence,
    Reason,
    Respiration,
    Sleep,
    Tick,
    Tracks,
    Vote,
    WeatherSample,
    is_news,
    worst,
)
from sumika.schema.expected_origin import expected_origin
from sumika.schema.house import House, Room
from sumika.schema.knowing_settings import Knowing

FindStudent = Callable[[str, str], Asked | None]
"""(name, version of its inputs) -> the student, or None where there is none that may be used."""

FindVotes = Callable[[str, str], Sequence[Felt]]
"""(room, resident) -> what they voted there before, the oldest first."""

_VITALS: tuple[type[Message], ...] = (HeartRate, Respiration, PersonVitals, Sleep)


@dataclass(slots=True)
class _Part:
    """One estimate of one room, or of the house.

    Attributes:
        state: Its own.
        step: Takes one message in.
        takes: Which.
        holds: Whether it hears of contacts that they still stand so, too: that tells of no air that was read anew.
    """

    state: Any
    step: Callable[[Any, Any], tuple[Any, tuple[Message, ...]]]
    takes: tuple[type[Message], ...]
    holds: bool = False

    def hears(self, message: Message) -> bool:
        """Return whether a message is for it."""
        return isinstance(message, self.takes) and (
            self.holds or not isinstance(message, AirSample) or is_news(message)
        )


@dataclass(slots=True)
class KnowingState:
    """State of one room or of the house. The step owns it and changes it in place."""

    parts: tuple[_Part, ...]


def no_votes(room: str, resident: str) -> tuple[Felt, ...]:
    """Return what is remembered of votes where nothing is kept."""
    return ()


def start(house: House, key: str, find: FindStudent, votes: FindVotes = no_votes) -> KnowingState:
    """Return the state of a room or of the house before the first message.

    Args:
        house: As described, with what may be known of it.
        key: One of `known_keys`.
        find: Finds students.
        votes: Finds votes of before; asked of those only who agreed.
    """
    knowing = house.knowing or Knowing(enabled=False)
    if key == HOUSE:
        return KnowingState(tuple(_of_house(house, knowing, find)))
    return KnowingState(tuple(_of_room(house, knowing, key, find, votes)))


def step(state: KnowingState, message: Message) -> tuple[KnowingState, tuple[Message, ...]]:
    """Take one message in.

    Args:
        state: Used up.
        message: Any that one of the estimates takes.

    Returns:
        The state, and what they say.
    """
    told: list[Message] = []
    for part in state.parts:
        # A part also hears what those before it made of the same message.
        for heard in (message, *told):
            if part.hears(heard):
                part.state, said = part.step(part.state, heard)
                told += said
    return state, tuple(told)


def felt(state: KnowingState, vote: Vote) -> Felt | None:
    """Return what was made of a vote that a room was just told of; None where it was left alone.

    Args:
        state: Of the room, after the step.
        vote: As it came.
    """
    states = (part.state for part in state.parts if isinstance(part.state, comfort.ComfortState))
    return next((made for one in states if (made := comfort.felt(one, vote)) is not None), None)


def _of_house(house: House, knowing: Knowing, find: FindStudent) -> Iterator[_Part]:
    radars = tuple(radar for radar in house.radars if tells_directions(radar))
    if not radars:
        return
    agreed, storeys = house.agreed(), Storeys.of(house.rooms, radars)
    # Always there, so that something is said every ten seconds: what was consumed is told with it.
    wanted = knowing.activity and agreed
    doing = find(activity.STUDENT, activity.FEATURES) if wanted else None
    followed = activity.start(radars, doing, None if wanted else Reason.NOT_AGREED, exercise.KEEPS_S, storeys)
    yield _Part(followed, activity.step, (PointCloud, Tracks))
    if doing is not None:
        names = (exercise.SPORTS, exercise.REHABILITATION)
        students = [(name, find(name, exercise.FEATURES)) for name in names]
        yield _Part(exercise.start(followed.points, students), exercise.step, (Activity,))
    if knowing.gestures and agreed:
        waving = gesture.start(radars, find(gesture.STUDENT, gesture.FEATURES), storeys)
        yield _Part(waving, gesture.step, (PointCloud, Tracks))
    if knowing.poses and agreed:
        standing = pose.start(radars, find(pose.STUDENT, pose.FEATURES), storeys)
        yield _Part(standing, pose.step, (PointCloud, Tracks))


def _of_room(house: House, knowing: Knowing, room_id: str, find: FindStudent, votes: FindVotes) -> Iterator[_Part]:
    room = next(one for one in house.rooms if one.id == room_id)
    followed = any(one.room == room_id and tells_directions(one) for one in house.radars)
    # Always there, so that something is said every ten seconds: what was consumed is told with it.
    counting = occupancy.start(
        room_id,
        _volume_m3(room.floor_m, room.height_m),
        followed=followed,
        switched_off=not knowing.occupancy,
        student=find(occupancy.STUDENT, occupancy.FEATURES) if knowing.occupancy else None,
        origin=_origin(house, room_id),
    )
    yield _Part(counting, occupancy.step, (AirSample, Tracks, Presence, Tick))
    if knowing.air_events and any(one.room == room_id for one in house.sensors):
        kinds = air_events.kinds_of(house.furniture, room_id)
        yield _Part(air_events.start(room_id, kinds), air_events.step, (AirSample, WeatherSample, Tick), holds=True)
    yield from _of_comfort(house, knowing, room, find, votes)
    if not house.agreed(room_id):
        return
    if knowing.strain and any(one.room == room_id for one in house.radars):
        student = find(strain.STUDENT, strain.FEATURES)
        yield _Part(strain.start(room_id, student, _origin(house, room_id)), strain.step, (*_VITALS, Tick))
    if room_id in house.watched_bedrooms:
        yield from _of_bedroom(house, knowing, room_id, find)


def _of_comfort(house: House, knowing: Knowing, room: Room, find: FindStudent, votes: FindVotes) -> Iterator[_Part]:
    """Yield the comfort of those who agreed: of who lives there, or of all where the room is nobody's own."""
    live_there = room.residents or tuple(resident.id for resident in house.residents)
    residents = tuple(one for one in live_there if one in knowing.agreed)
    if not knowing.comfort or not residents or not any(one.room == room.id for one in house.sensors):
        return
    student = find(comfort.STUDENT, comfort.FEATURES)
    before = {resident: votes(room.id, resident) for resident in residents}
    state = comfort.start(room.id, residents, _zone(house), student, _origin(house, room.id), before)
    yield _Part(state, comfort.step, (AirSample, HeartRate, Vote, Tick))


def _of_bedroom(house: House, knowing: Knowing, room_id: str, find: FindStudent) -> Iterator[_Part]:
    origin = _origin(house, room_id)
    if knowing.sleep:
        live = find(sleep_stages.STUDENT, sleep_stages.FEATURES)
        yield _Part(sleep_stages.start(room_id, live, origin), sleep_stages.step, (*_VITALS, Tick))
    if knowing.sleep or knowing.weeks:
        whole = find(sleep_night.STUDENT, sleep_night.FEATURES) if knowing.sleep else None
        yield _Part(sleep_night.start(room_id, whole, origin, _zone(house)), sleep_night.step, (*_VITALS, Tracks))


def _zone(house: House) -> tzinfo:
    """Return the zone of a house's clocks."""
    site = house.building.site if house.building is not None else None
    return comfort.zone_of(site.timezone if site is not None else "UTC")


def _origin(house: House, room_id: str) -> Origin:
    """Return the worst that is to be expected of a room's sensors: what is said before them must not pass for live."""
    simulated = house.world is not None or house.demo
    expected = [expected_origin(radar) for radar in house.radars if radar.room == room_id]
    return worst([Origin.SIMULATED if simulated else Origin.LIVE, *expected])


def _volume_m3(floor_m: tuple[tuple[float, float], ...], height_m: float) -> float:
    """Return the volume over an outline (the shoelace formula)."""
    ends = floor_m[1:] + floor_m[:1]
    twice = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(floor_m, ends, strict=True))
    return max(abs(twice) / 2.0, 1.0) * height_m
