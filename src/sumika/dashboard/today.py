"""The facts of the one card that is seen first: what was saved, how the air is, who is here, what comes next."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from sumika.dashboard.operations import Call, Operation, get
from sumika.dashboard.parts import Parts
from sumika.dashboard.problem import RefusedError
from sumika.dashboard.roles import Right, Viewer
from sumika.schema import (
    NO_PEOPLE,
    AirSample,
    Event,
    ModeReport,
    PlannedAction,
    PlanReport,
    Posture,
    PostureKind,
    Presence,
    SavedAnswer,
    SavedRequest,
    Tracks,
)
from sumika.units import seconds_to_ns

DAYS = 30.0
ASK_AGAIN_S = 30.0
STALE_CO2_PPM, BAD_CO2_PPM = 1000.0, 1500.0
"""Japan's Building Standards for sanitation ask for 1000 ppm at most; 1500 ppm is the limit of its schools."""

DUSTY_UG_M3, BAD_DUST_UG_M3 = 15.0, 35.0
"""PM2.5: the day's guideline of the WHO (2021), and the day's standard in Japan."""

PRESENT, ABSENT = 0.7, 0.05


class AirWord(StrEnum):
    """How the air is, in one word."""

    GOOD = "good"
    STALE = "stale"
    BAD = "bad"
    UNKNOWN = "unknown"


class Today(msgspec.Struct, frozen=True, kw_only=True):
    """The card.

    Attributes:
        saved: What the last 30 days saved; null where nobody knows yet, or one may not know.
        air: How the air is in the worst room.
        air_room: Which room that is; empty where the air is good or not known.
        co2_ppm: There.
        temperature_c: Mean of all rooms.
        people: How many are here; null: not known.
        lying: How many of them lie.
        rooms_with_people: Where somebody is.
        rooms_unknown: Where it is not known.
        mode: How far the house goes; empty where that is not known.
        next: What the plan does next, with reasons.
        next_at: From when on, ISO local time.
        suggestions: How many wait for an answer.
        alarms: That nobody has ended, of the last day.
        simulated: Whether anything shown is simulated or recorded.
        paused: Whether sensing rests.
        guests: Whether guests are here.
    """

    saved: SavedAnswer | None
    air: AirWord
    air_room: str
    co2_ppm: float | None
    temperature_c: float | None
    people: int | None
    lying: int | None
    rooms_with_people: list[str]
    rooms_unknown: list[str]
    mode: str
    next: list[PlannedAction]
    suggestions: int
    alarms: list[Event]
    simulated: bool
    paused: bool
    guests: bool


class _Today:
    """Handlers."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._known: SavedAnswer | None = None
        self._ask_again_ns = 0

    def show(self, call: Call) -> Today:
        feed, viewer = self._parts.feed, call.who
        samples = self._parts.told_now(AirSample)
        air, room, co2_ppm = worst_air(samples)
        told = {one.room: one.probability for one in self._parts.told_now(Presence)}
        # A radar that fell silent is listed with those that do not know.
        presence = {one.room: told.get(one.room) for one in feed.newest("presence") if isinstance(one, Presence)}
        people, lying = self._people(viewer)
        plans = self._parts.told_now(PlanReport)
        plan = plans[-1] if plans and Right.PLAN in viewer.rights else None
        modes = [one.mode for one in self._parts.told_now(ModeReport)]
        privacy, origin = self._parts.privacy.now(), self._parts.origin()
        return Today(
            saved=self._saved(viewer),
            air=air,
            air_room=room,
            co2_ppm=co2_ppm,
            temperature_c=_mean(one.temperature_c for one in samples),
            people=people,
            lying=lying,
            rooms_with_people=[name for name, sure in presence.items() if (sure or 0.0) >= PRESENT],
            rooms_unknown=[name for name, sure in presence.items() if sure is None],
            mode=modes[-1] if modes else "",
            next=list(plan.actions) if plan is not None else [],
            suggestions=len(plan.suggestions) if plan is not None and Right.CONTROL in viewer.rights else 0,
            alarms=self._alarms(viewer),
            simulated=origin is not None and origin.value != "live",
            paused=privacy.paused,
            guests=privacy.guests,
        )

    def _saved(self, viewer: Viewer) -> SavedAnswer | None:
        if Right.PLAN not in viewer.rights or self._parts.house.control is None:
            return None
        now_ns = self._parts.clock.now().monotonic_ns
        if now_ns >= self._ask_again_ns:
            # Asked for a while later even where nobody answers: a planner that learns must not hold up every look.
            self._ask_again_ns = now_ns + seconds_to_ns(ASK_AGAIN_S)
            try:
                self._known = self._parts.asked("saved", SavedRequest(days=DAYS))
            except RefusedError:  # the card is shown without it while the planner starts, learns or is dead
                self._known = None
        return self._known

    def _people(self, viewer: Viewer) -> tuple[int | None, int | None]:
        """Return how many people are tracked and, where one may know, how many of them lie."""
        houses = [one for one in self._parts.told_now(Tracks) if one.source == "house"]
        if not houses or houses[-1].reason:
            return None, None
        people = {track.id for track in houses[-1].tracks if track.kind not in NO_PEOPLE}
        if not people and houses[-1].blind:
            return None, None
        hears = self._parts.hears_of(viewer)
        postures = [
            one
            for one in self._parts.feed.newest("posture")
            if isinstance(one, Posture) and one.track in people and hears("posture", one.room)
        ]
        lying = {one.track for one in postures if one.posture is PostureKind.LYING}
        return len(people), len(lying) if postures else None

    def _alarms(self, viewer: Viewer) -> list[Event]:
        if Right.RECORDS not in viewer.rights:
            return []
        now_s = self._parts.clock.now().wall_ns / 1e9
        return self._parts.past.open_alarms(now_s - 86_400.0)


def worst_air(samples: Sequence[AirSample]) -> tuple[AirWord, str, float | None]:
    """Return how the air is in the worst room, which that is, and its CO2.

    Args:
        samples: The newest of every sensor.
    """
    order = (AirWord.UNKNOWN, AirWord.GOOD, AirWord.STALE, AirWord.BAD)
    worst, room, co2_ppm = AirWord.UNKNOWN, "", None
    for sample in samples:
        word = _word(sample)
        if order.index(word) > order.index(worst):
            worst, room, co2_ppm = word, sample.room, sample.co2_ppm
    return worst, room if worst in (AirWord.STALE, AirWord.BAD) else "", co2_ppm


def _word(sample: AirSample) -> AirWord:
    co2_ppm, dust = sample.co2_ppm, sample.pm2_5_ug_m3
    if co2_ppm is None and dust is None:
        return AirWord.UNKNOWN
    if (co2_ppm or 0.0) >= BAD_CO2_PPM or (dust or 0.0) >= BAD_DUST_UG_M3:
        return AirWord.BAD
    stale = (co2_ppm or 0.0) >= STALE_CO2_PPM or (dust or 0.0) >= DUSTY_UG_M3
    return AirWord.STALE if stale else AirWord.GOOD


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def today_operations(parts: Parts) -> tuple[Operation, ...]:
    """Return the rows of this file."""
    return (get("/api/today", _Today(parts).show, "The facts of the first card.", Today, Right.HOUSE),)
