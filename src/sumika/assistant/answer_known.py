"""Answers about what students tell of people now: what they do, whether a room suits them, strain, stages of sleep.

Radars follow bodies, not names: who is asked for by name is told of by the room. Personal: by agreement alone.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from sumika.assistant.saying import Sentence
from sumika.assistant.talk_wanted import Sources, Wanted
from sumika.schema import Activity, Exercise, Gesture, Reason, Sleep, SleepKind, SleepStages, Strain, ThermalComfort
from sumika.schema.knowing import KnownOfRoom

Told = TypeVar("Told", bound="KnownOfRoom | Sleep")
MOST_TOLD = 6
HIGH = 0.5


def known(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    """Return what students tell of people now."""
    rooms = wanted.rooms or tuple(one.id for one in sources.house.rooms)
    seen = tuple(room for room in rooms if sources.speaker.may_know_of(room))
    if not seen:
        return (sources.voice.sentence("talk.refused.personal"),)
    told = _TOLD[wanted.call.what](sources, wanted, seen)
    return told[:MOST_TOLD]


def _doing(sources: Sources, wanted: Wanted, rooms: tuple[str, ...]) -> tuple[Sentence, ...]:
    """Return what those do who are followed."""
    voice, told = sources.voice, list[Sentence]()
    if wanted.residents and len(sources.house.residents) > 1:
        told.append(voice.sentence("talk.presence.not_who", who=voice.listed(map(voice.resident, wanted.residents))))
    followed = [one for one in sources.newest.all(Activity) if one.room in rooms]
    for one in followed:
        told += _of_somebody(sources, one)
    if followed:
        return tuple(told)
    if not any(one.reason is Reason.NO_PERSON for one in sources.newest.all(Activity)):
        what = voice.say("talk.known.doing.what")
        return (*told, voice.sentence("talk.not_known", what=what, why=voice.say("talk.presence.unseen")))
    where = voice.listed(map(voice.room, wanted.rooms)) or voice.say("talk.at_home")
    return (*told, voice.sentence("talk.doing.nobody", room=where))


def _of_somebody(sources: Sources, one: Activity) -> Iterable[Sentence]:
    voice, room = sources.voice, sources.voice.room(one.room)
    row = voice.row(one, "activity.probability", one.room, one.probability, "1", one.kind.value if one.kind else "")
    if not one.valid or one.probability is None:
        yield voice.sentence("talk.doing.untold", (row,), one.origin.value, room=room, why=_why(sources, one.reason))
        return
    share, kind = one.probability, one.kind.value if one.kind else "unknown"
    numbers = (100.0 * share,)
    doing, shown = voice.say(f"doing.{kind}"), voice.percent(share)
    yield voice.sentence("talk.doing.one", (row,), one.origin.value, numbers, room=room, doing=doing, share=shown)
    about = [each for each in sources.newest.all(Exercise) if each.track == one.track and each.valid and each.movement]
    surest = max(about, key=lambda each: each.probability or 0.0, default=None)
    if surest is not None and surest.probability is not None:
        share = surest.probability
        row = voice.row(surest, "exercise.probability", surest.room, share, "1", surest.movement)
        movement = voice.say(f"movement.{surest.movement.replace(' ', '_')}")
        names = {"movement": movement, "share": voice.percent(share)}
        yield voice.sentence("talk.doing.movement", (row,), surest.origin.value, (100.0 * share,), **names)


def _gestures(sources: Sources, wanted: Wanted, rooms: tuple[str, ...]) -> tuple[Sentence, ...]:
    """Return which gestures were seen of late."""
    found = [one for one in sources.newest.all(Gesture) if one.room in rooms and one.valid]
    knowing = sources.house.knowing
    if not found and (knowing is None or not knowing.gestures):
        return _not_worked_out(sources, "gesture")
    return tuple(_gesture(sources, one) for one in found) or (sources.voice.sentence("talk.doing.no_gesture"),)


def _gesture(sources: Sources, one: Gesture) -> Sentence:
    voice, share = sources.voice, one.probability or 0.0
    row = voice.row(one, "gesture.probability", one.room, share, "1", one.gesture)
    return voice.sentence(
        "talk.doing.gesture.twice" if one.confirmed else "talk.doing.gesture",
        (row,),
        one.origin.value,
        (100.0 * share,),
        room=voice.room(one.room),
        at=voice.moment(row.begin_unix_s),
        gesture=voice.say(f"gesture.{one.gesture}"),
        share=voice.percent(share),
    )


def _comfort(sources: Sources, wanted: Wanted, rooms: tuple[str, ...]) -> tuple[Sentence, ...]:
    """Return whether rooms suit residents."""
    voice, told = sources.voice, list[Sentence]()
    for one in _each(sources, ThermalComfort, rooms):
        names: dict[str, Any] = {"room": voice.room(one.room)}
        for person in one.people:
            if wanted.residents and person.resident not in wanted.residents:
                continue
            who = voice.resident(person.resident) if person.resident else voice.say("talk.somebody")
            rows = (
                voice.row(one, "thermal_comfort.too_cold", one.room, person.too_cold, "1", person.resident),
                voice.row(one, "thermal_comfort.too_warm", one.room, person.too_warm, "1", person.resident),
            )
            shown: dict[str, Any] = {"cold": voice.percent(person.too_cold), "warm": voice.percent(person.too_warm)}
            numbers = (100.0 * person.too_cold, 100.0 * person.too_warm)
            told.append(voice.sentence("talk.comfort.one", rows, one.origin.value, numbers, who=who, **names, **shown))
        if not one.valid:
            row = voice.row(one, "thermal_comfort.reason", one.room, text=one.reason.value)
            who = voice.listed(map(voice.resident, wanted.residents)) or voice.say("talk.somebody")
            why = _why(sources, one.reason)
            told.append(voice.sentence("talk.comfort.untold", (row,), one.origin.value, who=who, why=why, **names))
    return tuple(told) or _not_worked_out(sources, "comfort")


def _strain(sources: Sources, wanted: Wanted, rooms: tuple[str, ...]) -> tuple[Sentence, ...]:
    """Return whether heart and breath at rest are higher than usual; of rooms that cannot tell, where none can."""
    voice, told, untold = sources.voice, list[Sentence](), list[Sentence]()
    for one in _each(sources, Strain, rooms):
        names: dict[str, Any] = {"room": voice.room(one.room)}
        if not one.valid or one.probability is None:
            row = voice.row(one, "strain.reason", one.room, text=one.reason.value)
            why = _why(sources, one.reason)
            untold.append(voice.sentence("talk.strain.untold", (row,), one.origin.value, why=why, **names))
            continue
        is_higher = one.probability >= HIGH
        share = one.probability if is_higher else 1.0 - one.probability
        row = voice.row(one, "strain.probability", one.room, one.probability, "1")
        key = "talk.strain.higher" if is_higher else "talk.strain.usual"
        shown = voice.percent(share)
        told.append(voice.sentence(key, (row,), one.origin.value, (100.0 * share,), share=shown, **names))
    return tuple(told or untold) or _not_worked_out(sources, "strain")


def _stage(sources: Sources, wanted: Wanted, rooms: tuple[str, ...]) -> tuple[Sentence, ...]:
    """Return the stage of sleep of who lies in a bedroom."""
    voice, told = sources.voice, list[Sentence]()
    for one in _each(sources, SleepStages, rooms):
        names: dict[str, Any] = {"room": voice.room(one.room)}
        if not one.valid or one.wake is None or one.rem is None or one.non_rem is None:
            row = voice.row(one, "sleep_stages.reason", one.room, text=one.reason.value)
            why = _why(sources, one.reason)
            told.append(voice.sentence("talk.stage.untold", (row,), one.origin.value, why=why, **names))
            continue
        shares = {"wake": one.wake, "rem": one.rem, "non_rem": one.non_rem}
        rows = tuple(voice.row(one, f"sleep_stages.{name}", one.room, share, "1") for name, share in shares.items())
        numbers = tuple(100.0 * share for share in shares.values())
        shown: dict[str, Any] = {name: voice.percent(share) for name, share in shares.items()}
        told.append(voice.sentence("talk.stage.now", rows, one.origin.value, numbers, **names, **shown))
    beds = [one for one in _each(sources, Sleep, rooms) if one.kind is not None]
    if not told and beds and all(one.kind is SleepKind.AWAY for one in beds):
        rows = tuple(voice.row(one, "sleep.kind", one.room, text=SleepKind.AWAY.value) for one in beds)
        return (voice.sentence("talk.stage.nobody", rows, beds[0].origin.value),)
    return tuple(told) or _not_worked_out(sources, "stage")


_TOLD: Mapping[str, Callable[[Sources, Wanted, tuple[str, ...]], tuple[Sentence, ...]]] = MappingProxyType(
    {"doing": _doing, "gesture": _gestures, "comfort": _comfort, "strain": _strain, "stage": _stage}
)
"""What is told, by the word that asks for it."""


def _each(sources: Sources, kind: type[Told], rooms: tuple[str, ...]) -> Iterable[Told]:
    """Yield the newest of a kind of each room, in the order of rooms."""
    found = {one.room: one for one in sources.newest.all(kind)}
    return (found[room] for room in rooms if room in found)


def _not_worked_out(sources: Sources, what: str) -> tuple[Sentence, ...]:
    voice = sources.voice
    why = voice.say("talk.known.not_worked_out")
    return (voice.sentence("talk.not_known", what=voice.say(f"talk.known.{what}.what"), why=why),)


def _why(sources: Sources, reason: Reason) -> str:
    return sources.voice.say(f"reason.{reason}").rstrip("。.")
