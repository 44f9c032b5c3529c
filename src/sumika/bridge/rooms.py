"""A room in Home Assistant: who is there, the air, how it feels, what is wished for, and everything that can be set."""

from collections.abc import Collection, Iterator
from typing import Any

from sumika.bridge.announcing import Announcing
from sumika.bridge.driven import FAMILIES, Thing
from sumika.bridge.entity import Entity, HomeDevice, told
from sumika.bridge.known import Known
from sumika.bridge.known_of_people import known_entities, known_state
from sumika.bridge.measured import AIR, sensor
from sumika.bridge.people_here import POSTURES, PeopleHere
from sumika.bridge.places import room_subject
from sumika.schema import ARRAYS, AirSample, ComfortWish, PlanOutlook, SleepKind
from sumika.schema.house import PRESENCE_KINDS, Device, House, PortSource, Radar, Room

MOST_OFFSET_K, OFFSET_STEP_K = 5.0, 0.5
FEWEST_ANTENNAS = 4
"""With fewer virtual antennas a radar does not tell people apart, and nobody's posture."""

COMFORTS = ("too_cool", "comfortable", "too_warm")
SLEEPS = tuple(kind.value for kind in SleepKind)
FALL_EVENTS = ("suspected", "cleared")


def room_device(room: Room, about: Announcing) -> HomeDevice | None:
    """Return a room as Home Assistant is told of it; None where there is nothing to tell.

    Args:
        room: Which.
        about: What decides.
    """
    entities = (
        *_people(room, about),
        *known_entities(room, about),
        *_air(room, about),
        *_comfort(room, about),
        *(_driven(device, room, about) for device in driven_in(room, about)),
    )
    if not entities:
        return None
    name = room.name or room.id
    return HomeDevice(
        id=room_subject(room.id),
        name=about.titled(name),
        model=about.say("bridge.model.room"),
        area=name,
        entities=entities,
    )


def driven_in(room: Room, about: Announcing) -> tuple[Device, ...]:
    """Return what can be set in a room from Home Assistant."""
    if not about.obeys:
        return ()
    return tuple(one for one in about.house.devices if one.room == room.id and one.kind in FAMILIES)


def _people(room: Room, about: Announcing) -> Iterator[Entity]:
    radars = [radar for radar in about.house.radars if radar.room == room.id]
    others = any(one.room == room.id and one.kind in PRESENCE_KINDS for one in about.house.sensors)
    if radars or others:
        attributes = about.attributes(room_subject(room.id), "count", "reason", "probability", "moving")
        yield about.entity(
            room_subject(room.id),
            "occupancy",
            "binary_sensor",
            "bridge.occupancy",
            device_class="occupancy",
            **attributes,
        )
    if not about.places.settings.bodies:
        return
    if room.id in about.house.watched_bedrooms:
        options = {"device_class": "enum", "options": list(SLEEPS), "icon": "mdi:sleep"}
        yield about.entity(room_subject(room.id), "sleep", "sensor", "bridge.sleep", **options)
    if not radars:
        return
    for key, text, unit in (("respiration", "bridge.respiration", "br/min"), ("heart", "bridge.heart", "bpm")):
        attributes = about.attributes(room_subject(room.id), f"{key}_sigma", f"{key}_reason")
        icon = "mdi:lungs" if key == "respiration" else "mdi:heart-pulse"
        yield about.entity(room_subject(room.id), key, "sensor", text, **sensor(unit, 1), icon=icon, **attributes)
    if any(map(_follows_people, radars)):
        attributes = about.attributes(room_subject(room.id), "postures")
        options = {"device_class": "enum", "options": list(POSTURES), "icon": "mdi:human"}
        yield about.entity(room_subject(room.id), "posture", "sensor", "bridge.posture", **options, **attributes)
        yield _fall(room, about)


def _fall(room: Room, about: Announcing) -> Entity:
    subject = room_subject(room.id)
    return Entity(
        key="fall",
        platform="event",
        name=about.say("bridge.fall"),
        subject=subject,
        config={
            "state_topic": about.places.event(subject, "fall"),
            "event_types": list(FALL_EVENTS),
            "icon": "mdi:human-handsdown",
        },
    )


def _follows_people(radar: Radar) -> bool:
    """Return whether a radar tells where people are, and so how they hold themselves."""
    array = ARRAYS.get(radar.model)
    by_frames = array is not None and array.measures_azimuth and len(array.virtual) >= FEWEST_ANTENNAS
    return by_frames or isinstance(radar.source, PortSource)


def _air(room: Room, about: Announcing) -> Iterator[Entity]:
    seen = {name for one in about.house.sensors if one.room == room.id for name in about.seen.get(one.id, ())}
    for one in AIR:
        if one.field in seen:
            yield about.entity(room_subject(room.id), one.key, one.platform, one.text, **one.config)


def _comfort(room: Room, about: Announcing) -> Iterator[Entity]:
    if not about.plans:
        return
    yield about.entity(room_subject(room.id), "felt", "sensor", "bridge.felt", **sensor("°C", 1, "temperature"))
    attributes = about.attributes(room_subject(room.id), "felt", "coolest", "warmest")
    options = {"device_class": "enum", "options": list(COMFORTS), "icon": "mdi:sofa"}
    yield about.entity(room_subject(room.id), "comfort", "sensor", "bridge.comfort", **options, **attributes)
    if about.obeys:
        subject = room_subject(room.id)
        yield Entity(
            key="offset",
            platform="number",
            name=about.say("bridge.offset"),
            subject=subject,
            config={
                "state_topic": about.places.state(subject),
                "value_template": told("offset"),
                "command_topic": about.places.command(subject, "offset"),
                "min": -MOST_OFFSET_K,
                "max": MOST_OFFSET_K,
                "step": OFFSET_STEP_K,
                "unit_of_measurement": "K",
                "mode": "slider",
                "icon": "mdi:thermometer-plus",
            },
        )


def _driven(device: Device, room: Room, about: Announcing) -> Entity:
    family, thing = FAMILIES[device.kind], Thing(device, about.places)
    return Entity(
        key=device.id,
        platform=family.platform,
        name=_label(device, room, about),
        subject=thing.subject,
        needs="available",
        config=family.config(thing, about.places.state(room_subject(room.id))),
    )


def _label(device: Device, room: Room, about: Announcing) -> str:
    """Return what a device is called within its room: a lamp named after its room is its lamp."""
    alike = [one for one in driven_in(room, about) if FAMILIES[one.kind].platform == FAMILIES[device.kind].platform]
    if FAMILIES[device.kind].platform == "climate" and len(alike) == 1:
        return about.say("bridge.climate")
    name = device.id.removeprefix(f"{room.id}_").replace("_", " ").strip()
    return name[:1].upper() + name[1:] or device.id


class RoomStates:
    """Says how rooms are."""

    def __init__(self, house: House, known: Known) -> None:
        """Read from there.

        Args:
            house: As described.
            known: What was heard.
        """
        self._house, self._known = house, known
        self.people = PeopleHere(known)

    def state(self, room: Room, *, hidden: bool, offsets: dict[str, float]) -> dict[str, Any]:
        """Return how a room is; None is what nobody knows.

        Args:
            room: Which.
            hidden: Whether bodies are nobody's business now.
            offsets: What was wished, by room, as far as it was just answered.
        """
        wish = self._known.fresh(ComfortWish, room.id)
        return {
            **self.people.occupancy(room.id),
            **self.people.bodies(room.id, hidden=hidden),
            **self._measured(room),
            **self._felt(room),
            **(known_state(self._known, room.id, hidden=hidden) if self._house.knowing is not None else {}),
            "offset": offsets.get(room.id, wish.offset_k if wish is not None else 0.0),
        }

    def _measured(self, room: Room) -> dict[str, Any]:
        """Return what the sensors of a room measure.

        Of several of a kind the one that is described first counts; of what endangers people, or lets the heat out,
        the worst: who looks at Home Assistant is not to be told that all is well by the smoke alarm that hears nothing.
        """
        heard = (self._known.fresh(AirSample, one.id) for one in self._house.sensors if one.room == room.id)
        samples = [sample for sample in heard if sample is not None]
        found: dict[str, Any] = {}
        for one in AIR:
            values = [value for sample in samples if (value := getattr(sample, one.field)) is not None]
            counts = max(values) if values and one.worst else next(iter(values), None)
            found[one.key] = None if counts is None else one.shown(counts)
        return found

    def _felt(self, room: Room) -> dict[str, Any]:
        """Return how warm the plan takes a room to feel now, and whether who is there is content with that."""
        found: dict[str, Any] = {"felt": None, "comfort": None, "coolest": None, "warmest": None}
        for outlook in self._known.every(PlanOutlook):
            for one in outlook.rooms:
                if one.room == room.id and one.felt_c:
                    found = _comfort_of(one.felt_c[0], _first(one.coolest_c), _first(one.warmest_c))
        return found


def _first(values: Collection[float | None]) -> float | None:
    return next(iter(values), None)


def _comfort_of(felt_c: float, coolest_c: float | None, warmest_c: float | None) -> dict[str, Any]:
    comfort = None
    if coolest_c is not None and warmest_c is not None:
        comfort = COMFORTS[0] if felt_c < coolest_c else COMFORTS[2] if felt_c > warmest_c else COMFORTS[1]
    return {
        "felt": round(felt_c, 1),
        "comfort": comfort,
        "coolest": None if coolest_c is None else round(coolest_c, 1),
        "warmest": None if warmest_c is None else round(warmest_c, 1),
    }
