"""An empty room is learned only while nobody is there; a fan that is taken for somebody can be learned all the same."""

from collections.abc import Iterator

import msgspec
import numpy as np
import pytest

from sumika.clock import Instant
from sumika.config import parse_house
from sumika.perception.who_is_left import WhoIsLeft
from sumika.runtime.survey_empty import LEAST_FRAMES, EmptyRoomSurvey
from sumika.schema import (
    Message,
    Origin,
    PointCloud,
    Presence,
    Reason,
    Survey,
    SurveyKind,
    SurveyLaunch,
    SurveyStage,
    SurveyTold,
    Track,
    Tracks,
)
from sumika.schema.house import House
from sumika.units import seconds_to_ns

HOUSE = """\
version: 1
rooms:
  - {id: living, name: Living room, floor_m: [[0, 0], [4, 0], [4, 4], [0, 4]]}
  - {id: study, floor_m: [[4.2, 0], [8, 0], [8, 4], [4.2, 4]]}
radars:
  - {id: wall, room: living, model: iwr6843isk, position_m: [2, 0, 1.5], yaw_deg: 90, source: {type: demo}}
  - {id: side, room: living, model: iwr6843isk, position_m: [0, 2.5, 1.5], yaw_deg: 0, source: {type: demo}}
known_movers:
  - name: old fan
    middle_m: [2.0, 2.5, 1.5]
    covariance_m2: [[0.02, 0, 0], [0, 0.02, 0], [0, 0, 0.02]]
    points_per_frame: 1.0
  - name: fan of the study
    middle_m: [6.0, 2.0, 1.0]
    covariance_m2: [[0.02, 0, 0], [0, 0.02, 0], [0, 0, 0.02]]
    points_per_frame: 1.0
"""
BEGIN = Instant(seconds_to_ns(100.0), seconds_to_ns(1e9), "boot")
EVERY_S = 0.1


def at(second: float) -> Instant:
    return BEGIN.later(seconds_to_ns(second))


def house() -> House:
    return parse_house(HOUSE).house


def tracks(second: float, *people: tuple[str, float], reason: str = "") -> Tracks:
    """Return (room, x) of everybody."""
    told = tuple(
        Track(id=number, room=room, position_m=(x, 1.0, 1.0), position_sigma_m=(0.1,) * 3, existence=0.9)
        for number, (room, x) in enumerate(people)
    )
    return Tracks(stamp=at(second), origin=Origin.LIVE, source="house", tracks=told, reason=reason)


def presence(second: float, room: str, probability: float | None) -> Presence:
    valid = probability is not None
    reason = Reason.BREATHING_SEEN if valid else Reason.NO_SIGNAL
    stamp = at(second)
    return Presence(stamp=stamp, origin=Origin.LIVE, room=room, valid=valid, reason=reason, probability=probability)


def fan(radar: str, second: float, random: np.random.Generator, points: int = 3) -> PointCloud:
    """Return a frame in which a fan moves at (2, 2.5): ahead of `wall` at 2.5 m, ahead of `side` at 2 m."""
    distance_m = 2.5 if radar == "wall" else 2.0
    rows = np.tile(np.array([distance_m, 0.0, 0.0, 0.0, 0.02, 0.05, 0.03, 0.1, 30.0]), (points, 1))
    rows[:, :4] += random.standard_normal((points, 4)) * (0.05, 1.0, 0.02, 0.05)
    cloud = PointCloud(
        stamp=at(second),
        origin=Origin.LIVE,
        radar=radar,
        room="living",
        index=0,
        frame_interval_s=EVERY_S,
        usable=True,
    )
    return cloud.with_points(rows)


def launched(room: str = "", *, anyway: bool = False) -> SurveyLaunch:
    survey = Survey(kind=SurveyKind.EMPTY_ROOM, seconds=30.0, leave_s=20.0, room=room, anyway=anyway)
    return SurveyLaunch(survey=survey, folder="", house=house(), nodes=())


def run(launch: SurveyLaunch, life: "Life", seconds: float = 80.0) -> list[SurveyTold]:
    """Return what is told, stage by stage, the newest of each."""
    work = EmptyRoomSurvey(launch, BEGIN)
    told: list[SurveyTold] = []
    for number in range(round(seconds / EVERY_S)):
        second = number * EVERY_S
        for message in life.messages(second):
            work.hear(message)
        newest = work.turn(at(second), ended=False)
        if told and told[-1].stage is newest.stage:
            told.pop()
        told.append(newest)
        if newest.stage.is_over:
            break
    return told


class Life:
    """A fan that runs, and who is there."""

    def __init__(self, *, until_s: float = 0.0, back_s: float = 1e9, walks: bool = True, clouds: bool = True) -> None:
        self._until_s, self._back_s, self._walks, self._clouds = until_s, back_s, walks, clouds
        self._random = np.random.default_rng(5)

    def messages(self, second: float) -> Iterator[Message]:
        there = second < self._until_s or second >= self._back_s
        x = 0.5 + (second % 5) * 0.6 if self._walks else 2.0
        yield tracks(second, *([("living", x)] if there else []), ("study", 6.0))
        if self._clouds:
            yield fan("wall", second, self._random)
            yield fan("side", second, self._random, points=2)


def test_a_fan_is_learned_once_all_have_gone() -> None:
    *_, listening, working, done = run(launched(room="living"), Life(until_s=6.0))
    assert (listening.stage, working.stage) == (SurveyStage.LISTENING, SurveyStage.WORKING)
    assert done.stage is SurveyStage.DONE
    (mover,) = done.movers
    assert mover.name == "mover 1 in Living room"
    assert mover.middle_m == pytest.approx((2.0, 2.5, 1.5), abs=0.1)
    # As the radar sees it that sees more of it, not shared out between both.
    assert mover.points_per_frame == pytest.approx(3.0, abs=0.1)
    # What was known of this room is learned anew; other rooms were not looked at.
    assert [one.name for one in done.others] == ["fan of the study"]


def test_a_fan_of_the_room_below_is_not_taken_for_one_of_the_room_above() -> None:
    launch = launched(room="study", anyway=True)
    living, study = launch.house.rooms
    wall, side = launch.house.radars
    old, other = launch.house.known_movers
    changed = msgspec.structs.replace(
        launch.house,
        rooms=(living, msgspec.structs.replace(study, floor_m=living.floor_m, storey=2)),
        radars=(wall, msgspec.structs.replace(side, room="study")),
        known_movers=(msgspec.structs.replace(old, storey=1), other),
    )
    done = run(msgspec.structs.replace(launch, house=changed), Life())[-1]
    assert done.stage is SurveyStage.DONE
    (mover,) = done.movers
    assert (mover.storey, mover.name) == (2, "mover 1 in study")
    assert mover.points_per_frame == pytest.approx(2.0, abs=0.1)  # as `side` sees it, which hangs there
    assert [one.name for one in done.others] == ["old fan", "fan of the study"]


def test_of_the_whole_house_everybody_must_have_gone() -> None:
    told = run(launched(), Life())
    assert told[-1].stage is SurveyStage.FAILED
    assert told[-1].somebody == ("study",)
    assert "study" in told[-1].problem
    assert told[-1].problem_ja != told[-1].problem
    assert told[-1].may_insist


@pytest.mark.parametrize(("life", "stage"), [(Life(until_s=1e9), "leaving"), (Life(back_s=20.0), "listening")])
def test_nothing_is_learned_while_somebody_is_there(life: Life, stage: str) -> None:
    told = run(launched(room="living"), life)
    assert told[-2].stage.value == stage
    assert told[-1].stage is SurveyStage.FAILED
    assert "Living room" in told[-1].problem
    assert told[-1].remedy
    assert not told[-1].movers


@pytest.mark.parametrize(("walks", "learned"), [(False, True), (True, False)])
def test_who_insists_is_believed_unless_somebody_walks(walks: bool, learned: bool) -> None:
    told = run(launched(room="living", anyway=True), Life(until_s=1e9, walks=walks))
    assert (told[-1].stage is SurveyStage.DONE) is learned
    assert bool(told[-1].movers) is learned
    assert not told[-1].may_insist


@pytest.mark.parametrize(("life", "problem"), [(Life(clouds=False), "only 0 frames"), (None, "nobody knows")])
def test_without_radars_that_speak_nothing_is_called_empty(life: Life | None, problem: str) -> None:
    class Silence(Life):
        def messages(self, second: float) -> Iterator[Message]:
            yield tracks(second, reason="no_signal")

    told = run(launched(room="living"), life or Silence())
    assert told[-1].stage is SurveyStage.FAILED
    assert problem in told[-1].problem
    assert str(LEAST_FRAMES) in told[-1].problem or life is None


def test_it_is_given_up_when_told_so() -> None:
    work = EmptyRoomSurvey(launched(), BEGIN)
    assert work.turn(at(1.0), ended=True).stage is SurveyStage.STOPPED


def test_presence_alone_says_too_that_somebody_is_there_and_unknown_is_not_empty() -> None:
    left = WhoIsLeft(("living", "study"))
    now_ns = at(1.0).monotonic_ns
    left.hear(presence(1.0, "living", None))
    assert not left.knows(now_ns)
    left.hear(tracks(1.0))
    left.hear(presence(1.0, "study", 0.8))
    left.hear(presence(1.0, "elsewhere", 0.8))
    assert left.knows(now_ns)
    assert left.somebody(now_ns) == ("study",)
    for blind, knows in ((("study",), False), (("elsewhere",), True)):
        left.hear(msgspec.structs.replace(tracks(1.0, ("living", 2.0)), blind=blind))
        assert left.knows(now_ns) is knows
        assert left.somebody(now_ns) == ("living", "study")
    left.hear(tracks(1.0))
    later_ns = at(60.0).monotonic_ns
    assert not left.knows(later_ns)
    assert left.somebody(later_ns) == ()
