"""What networks and rules know of a room, for Home Assistant: how many are there, what they do, what the air tells."""

from collections.abc import Iterator
from typing import Any

from sumika.bridge.announcing import Announcing
from sumika.bridge.entity import Entity
from sumika.bridge.known import Known
from sumika.bridge.places import room_subject
from sumika.schema import Activity, ActivityKind, AirEventKind, AirEvents, Exercise, Gesture, OccupancyCount
from sumika.schema.house import Room

NOTHING = "nothing"
AIR_EVENTS = (NOTHING, *(kind.value for kind in AirEventKind))
_GRAVEST_FIRST = (AirEventKind.SMOKE, AirEventKind.COOKING, AirEventKind.SHOWER, AirEventKind.WINDOW)

ACTIVITIES = tuple(kind.value for kind in ActivityKind)
_MOST_ACTIVE_FIRST = (
    ActivityKind.EXERCISING,
    ActivityKind.WALKING,
    ActivityKind.BENDING,
    ActivityKind.STANDING,
    ActivityKind.SITTING,
    ActivityKind.LYING,
    ActivityKind.FALL_LIKE,
)
"""Of several people one is shown; who came down fast is told of by the event of a suspected fall, and not here."""


def known_entities(room: Room, about: Announcing) -> Iterator[Entity]:
    """Yield what a room has of all this, as far as the house works it out.

    Args:
        room: Which.
        about: What decides.
    """
    knowing, subject = about.house.knowing, room_subject(room.id)
    if knowing is None or not knowing.enabled:
        return
    watched = any(one.room == room.id for one in about.house.radars)
    senses = any(one.room == room.id for one in about.house.sensors)
    if knowing.occupancy and (watched or senses):
        options: dict[str, Any] = {"state_class": "measurement", "icon": "mdi:account-multiple"}
        attributes = about.attributes(subject, "people_probability", "people_by_air")
        yield about.entity(subject, "people", "sensor", "bridge.people_here", **options, **attributes)
    if knowing.air_events and senses:
        options = {"device_class": "enum", "options": list(AIR_EVENTS), "icon": "mdi:air-filter"}
        attributes = about.attributes(subject, "air_events", "air_event_probability")
        yield about.entity(subject, "air_event", "sensor", "bridge.air_event", **options, **attributes)
    if knowing.activity and watched and about.places.settings.bodies and about.house.agreed():
        options = {"device_class": "enum", "options": list(ACTIVITIES), "icon": "mdi:walk"}
        attributes = about.attributes(subject, "activities", "activity_probability", "movement", "gesture")
        yield about.entity(subject, "activity", "sensor", "bridge.activity", **options, **attributes)


def known_state(known: Known, room: str, *, hidden: bool) -> dict[str, Any]:
    """Return what is known of a room; None is what nobody knows.

    Args:
        known: What was heard.
        room: Which.
        hidden: Whether bodies are nobody's business now.
    """
    doing = _doing([] if hidden else _activities(known, room))
    moved: dict[str, Any] = {"movement": None, "gesture": None} if hidden else _moved(known, room)
    return {**_people(known, room), **_air(known, room), **doing, **moved}


def _people(known: Known, room: str) -> dict[str, Any]:
    told = known.fresh(OccupancyCount, room)
    if told is None or not told.valid:
        return {"people": None, "people_probability": None, "people_by_air": None}
    probability = None if told.probability is None else round(told.probability, 1)
    by_air = None if told.co2_people is None else round(told.co2_people)
    return {"people": told.count, "people_probability": probability, "people_by_air": by_air}


def _air(known: Known, room: str) -> dict[str, Any]:
    told = known.fresh(AirEvents, room)
    if told is None or not told.valid:
        return {"air_event": None, "air_events": [], "air_event_probability": None}
    going = {event.kind: event.probability for event in told.events}
    first = next((kind for kind in _GRAVEST_FIRST if kind in going), None)
    return {
        "air_event": NOTHING if first is None else first.value,
        "air_events": [kind.value for kind in _GRAVEST_FIRST if kind in going],
        "air_event_probability": None if first is None else round(going[first], 1),
    }


def _activities(known: Known, room: str) -> list[Activity]:
    there = [one for one in known.every(Activity) if one.room == room and one.valid and one.kind is not None]
    return sorted(there, key=lambda one: _MOST_ACTIVE_FIRST.index(one.kind or ActivityKind.FALL_LIKE))


def _doing(activities: list[Activity]) -> dict[str, Any]:
    first = activities[0] if activities else None
    return {
        "activity": None if first is None or first.kind is None else first.kind.value,
        "activities": [one.kind.value for one in activities if one.kind is not None],
        "activity_probability": None if first is None or first.probability is None else round(first.probability, 1),
    }


def _moved(known: Known, room: str) -> dict[str, Any]:
    """Return which movement an exercise is most like, and the last gesture that was made twice; None without any.

    A gesture that was seen once may be somebody who scratches an ear: nobody shall switch anything by it.
    """
    exercises = [one for one in known.every(Exercise) if one.room == room and one.valid and one.movement]
    surest = max(exercises, key=lambda one: one.probability or 0.0, default=None)
    gestures = [one for one in known.every(Gesture) if one.room == room and one.valid and one.confirmed]
    last = max(gestures, key=lambda one: one.stamp.monotonic_ns, default=None)
    return {
        "movement": None if surest is None else surest.movement,
        "gesture": None if last is None else last.gesture,
    }
