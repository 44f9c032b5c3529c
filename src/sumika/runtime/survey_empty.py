"""Learns what moves in a room while nobody is there: waits until all have gone, gathers points, and tells.

Pure but for numpy: it is handed messages and the time. `survey` wires it to the bus.
"""

from collections.abc import Iterator

import msgspec
import numpy as np

from sumika.clock import Instant
from sumika.perception.empty_house import learn_house
from sumika.perception.storeys import Storeys
from sumika.perception.who_is_left import WhoIsLeft
from sumika.radar.tracking import HousePoints, mounting_of
from sumika.radar.tracking.floor_plan import FloorPlan
from sumika.runtime.survey_words import room_name, said
from sumika.schema import Message, PointCloud, Presence, SurveyKind, SurveyLaunch, SurveyStage, SurveyTold, Tracks
from sumika.schema.house import KnownMover
from sumika.text import say
from sumika.units import ns_to_seconds

LEAST_FRAMES = 200
"""With points, of one radar: fewer show no thing that moves now and then."""

QUIET_S = 5.0
"""So long nobody may be there before it begins: the last one's door is shut."""

BACK_S = 2.0
"""So long somebody must be seen before it is believed that he is back."""

BESIDE_M = 0.3
"""Beyond a room's walls: curtains hang at them, and angles are told badly."""


class EmptyRoomSurvey:
    """One look at a room in which nobody is, or at the whole house."""

    def __init__(self, launch: SurveyLaunch, now: Instant) -> None:
        """Begin to wait until all have gone.

        Args:
            launch: What is asked, and of which house.
            now: The present moment.
        """
        self._survey, self._house = launch.survey, launch.house
        rooms = [room for room in self._house.rooms if self._survey.room in ("", room.id)]
        self._storeys = Storeys.of(self._house.rooms, self._house.radars)
        self._plans = {
            storey: FloorPlan(tuple(room for room in rooms if room.storey == storey))
            for storey in {room.storey for room in rooms}
        }
        self._people = WhoIsLeft([room.id for room in rooms], walkers_only=self._survey.anyway)
        self._mountings = {radar.id: mounting_of(radar) for radar in self._house.radars}
        self._clouds: dict[str, list[PointCloud]] = {}
        self._stage, self._since = SurveyStage.LEAVING, now
        self._changed: Instant = now
        self._somebody: tuple[str, ...] = ()

    def hear(self, message: Message) -> None:
        """Take a message in."""
        if isinstance(message, Presence | Tracks):
            self._people.hear(message)
        listens = self._stage is SurveyStage.LISTENING
        if listens and isinstance(message, PointCloud) and message.usable and message.radar in self._mountings:
            self._clouds.setdefault(message.radar, []).append(message)

    def turn(self, now: Instant, *, ended: bool) -> SurveyTold:
        """Return how far it is.

        Args:
            now: The present moment.
            ended: Whether whoever began it takes it back.
        """
        somebody = self._people.somebody(now.monotonic_ns)
        if bool(somebody) != bool(self._somebody):
            self._changed = now
        self._somebody = somebody
        if ended:
            return self._told(now, SurveyStage.STOPPED)
        if self._stage is SurveyStage.LEAVING:
            return self._leaving(now)
        if self._stage is SurveyStage.LISTENING:
            return self._listening(now)
        return self._learned(now)

    def _leaving(self, now: Instant) -> SurveyTold:
        knows, waited_s = self._people.knows(now.monotonic_ns), _past_s(self._since, now)
        if knows and not self._somebody and _past_s(self._changed, now) >= QUIET_S:
            return self._go(SurveyStage.LISTENING, now)
        if waited_s < max(self._survey.leave_s, 2 * QUIET_S):
            return self._told(now, self._stage)
        if not knows:
            return self._failed(now, "survey.empty.unknown")
        rooms = ", ".join(room_name(self._house, room) for room in self._somebody)
        insist = not self._survey.anyway
        return self._failed(
            now, "survey.empty.not_left" if insist else "survey.empty.walks", insist=insist, rooms=rooms
        )

    def _listening(self, now: Instant) -> SurveyTold:
        if self._somebody and _past_s(self._changed, now) >= BACK_S:
            rooms = ", ".join(room_name(self._house, room) for room in self._somebody)
            return self._failed(now, "survey.empty.back", insist=not self._survey.anyway, rooms=rooms)
        if _past_s(self._since, now) >= self._survey.seconds:
            return self._go(SurveyStage.WORKING, now)
        return self._told(now, self._stage)

    def _learned(self, now: Instant) -> SurveyTold:
        most = max(map(len, self._clouds.values()), default=0)
        if most < LEAST_FRAMES:
            return self._failed(now, "survey.empty.few_frames", frames=most, least=LEAST_FRAMES)
        found = learn_house({radar: self._points(radar) for radar in self._clouds}, self._storeys)
        others = [mover for mover in self._house.known_movers if self._survey.room and not self._is_in(mover)]
        return msgspec.structs.replace(
            self._told(now, SurveyStage.DONE), movers=self._named(found.movers, others), others=tuple(others)
        )

    def _points(self, radar: str) -> Iterator[HousePoints]:
        """Yield what a radar saw in the rooms that matter, frame by frame."""
        mounting, plan = self._mountings[radar], self._plans.get(self._storeys.radars[radar])
        if plan is None:
            return
        for cloud in self._clouds[radar]:
            try:
                points = mounting.points(cloud.array())
            except ValueError:  # bytes that are no such table
                continue
            inside = plan.outside_m(points.position_m[:, :2]) <= BESIDE_M if len(points) else np.zeros(0, bool)
            yield points.take(inside)

    def _is_in(self, mover: KnownMover) -> bool:
        return any(self._lies_in(mover, plan) for plan in self._plans_of(mover))

    def _plans_of(self, mover: KnownMover) -> list[FloorPlan]:
        return [plan for storey, plan in self._plans.items() if mover.storey in (None, storey)]

    def _lies_in(self, mover: KnownMover, plan: FloorPlan) -> bool:
        return bool(plan.outside_m(np.array(mover.middle_m)[None, :2])[0] <= BESIDE_M)

    def _named(self, movers: tuple[KnownMover, ...], others: list[KnownMover]) -> tuple[KnownMover, ...]:
        """Return movers with the name of their room, none of which another has."""
        taken = {mover.name for mover in others}
        named = []
        for mover in movers:
            (plan, *_) = self._plans_of(mover)
            room = room_name(self._house, plan.room_of(np.array(mover.middle_m[:2])))
            names = (say("survey.mover", self._house.language or "en", room=room, n=n) for n in range(1, 1000))
            name = next(name for name in names if name not in taken)
            taken.add(name)
            named.append(msgspec.structs.replace(_short(mover), name=name))
        return tuple(named)

    def _go(self, stage: SurveyStage, now: Instant) -> SurveyTold:
        self._stage, self._since = stage, now
        return self._told(now, stage)

    def _told(self, now: Instant, stage: SurveyStage) -> SurveyTold:
        lasts = {SurveyStage.LEAVING: self._survey.leave_s, SurveyStage.LISTENING: self._survey.seconds}
        return SurveyTold(
            kind=SurveyKind.EMPTY_ROOM,
            stage=stage,
            since_s=round(_past_s(self._since, now), 1),
            seconds=lasts.get(stage, 0.0),
            frames=sum(map(len, self._clouds.values())),
            somebody=self._somebody,
            room=self._survey.room,
        )

    def _failed(self, now: Instant, key: str, *, insist: bool = False, **values: object) -> SurveyTold:
        told = self._told(now, SurveyStage.FAILED)
        return msgspec.structs.replace(said(told, key, **values), may_insist=insist)


def _short(mover: KnownMover) -> KnownMover:
    """Return a mover in numbers as fine as they are known: people read them in house.yaml."""
    x_m, y_m, z_m = (round(one, 2) for one in mover.middle_m)
    first, second, third = (tuple(round(one, 4) for one in row) for row in mover.covariance_m2)
    return msgspec.structs.replace(
        mover,
        middle_m=(x_m, y_m, z_m),
        covariance_m2=(first, second, third),
        points_per_frame=round(mover.points_per_frame, 3),
    )


def _past_s(since: Instant, now: Instant) -> float:
    return ns_to_seconds(now.monotonic_ns - since.monotonic_ns)
