"""Setting up by looking: learn the empty room, and walk the room to find where a radar hangs."""

from typing import Annotated

import msgspec
from msgspec import Meta

from sumika.dashboard.operations import Call, Operation, delete, get, post
from sumika.dashboard.parts import Parts
from sumika.dashboard.roles import Right
from sumika.dashboard.surveying import survey_refused
from sumika.schema import LONGEST_SURVEY_S, SHORTEST_SURVEY_S, Survey, SurveyKind, SurveyTold

LONGEST_WALK_S = 300.0
FEWEST_MARKS, MOST_MARKS = 3, 60

Seconds = Annotated[float, Meta(ge=SHORTEST_SURVEY_S, le=LONGEST_SURVEY_S)]
Metres = Annotated[float, Meta(ge=-1000, le=1000)]


class EmptyRoomBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which room is looked at, and for how long.

    Attributes:
        seconds: How long points are gathered once all have gone.
        room: Which; empty: the whole house.
        leave_s: So long may it take until all have gone.
        anyway: Learn although the house takes something there for a person who keeps still; whoever walks is refused.
    """

    seconds: Seconds = 300.0
    room: Annotated[str, Meta(max_length=64)] = ""
    leave_s: Annotated[float, Meta(ge=0, le=LONGEST_SURVEY_S)] = 120.0
    anyway: bool = False


class WalkBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which radar is to be found, and along which way somebody walks.

    Attributes:
        radar: Which.
        way_m: (x, y) of the marks on the floor plan, in order; empty: another radar sees the walk too.
        seconds: After so long it is over, if nobody says so before.
    """

    radar: Annotated[str, Meta(min_length=1, max_length=64)]
    way_m: Annotated[tuple[tuple[Metres, Metres], ...], Meta(max_length=MOST_MARKS)] = ()
    seconds: Annotated[float, Meta(ge=SHORTEST_SURVEY_S, le=LONGEST_WALK_S)] = 180.0


class _Surveys:
    """Handlers."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def empty_room(self, call: Call) -> SurveyTold:
        return self._parts.surveying.state(SurveyKind.EMPTY_ROOM)

    def learn(self, call: Call) -> SurveyTold:
        body: EmptyRoomBody = call.body
        if body.room and body.room not in {room.id for room in self._parts.house.rooms}:
            raise survey_refused(422, "survey.no_room", name=body.room)
        survey = Survey(
            kind=SurveyKind.EMPTY_ROOM,
            seconds=body.seconds,
            room=body.room,
            leave_s=body.leave_s,
            anyway=body.anyway,
        )
        return self._parts.surveying.begin(survey)

    def give_up(self, call: Call) -> SurveyTold:
        return self._parts.surveying.stop(SurveyKind.EMPTY_ROOM)

    def walk(self, call: Call) -> SurveyTold:
        return self._parts.surveying.state(SurveyKind.WALK)

    def begin_walk(self, call: Call) -> SurveyTold:
        body: WalkBody = call.body
        if body.radar not in {radar.id for radar in self._parts.house.radars}:
            raise survey_refused(422, "survey.no_radar", name=body.radar)
        if 0 < len(body.way_m) < FEWEST_MARKS:
            raise survey_refused(422, "survey.short_way")
        survey = Survey(kind=SurveyKind.WALK, seconds=body.seconds, radar=body.radar, way_m=body.way_m, leave_s=0.0)
        return self._parts.surveying.begin(survey)

    def end_walk(self, call: Call) -> SurveyTold:
        return self._parts.surveying.end(SurveyKind.WALK)

    def stop_walk(self, call: Call) -> SurveyTold:
        return self._parts.surveying.stop(SurveyKind.WALK)


def survey_operations(parts: Parts) -> tuple[Operation, ...]:
    """Return the rows of this file."""
    do = _Surveys(parts)
    right = Right.CONFIGURE
    return (
        get("/api/empty-room", do.empty_room, "How far learning the empty room is.", SurveyTold, right),
        post("/api/empty-room", do.learn, "Learn the empty room.", SurveyTold, right, EmptyRoomBody),
        delete("/api/empty-room", do.give_up, "Give up learning the empty room.", SurveyTold, right),
        get("/api/walk", do.walk, "How far a walk is, and what it found.", SurveyTold, right),
        post("/api/walk", do.begin_walk, "Walk the room, to find a radar.", SurveyTold, right, WalkBody),
        post("/api/walk/end", do.end_walk, "The walk is over.", SurveyTold, right),
        delete("/api/walk", do.stop_walk, "Give a walk up.", SurveyTold, right),
    )
