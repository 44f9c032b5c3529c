"""Told moods are their teller's alone, and go along with nights by counts; weeks are read from history."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from sumika.belief.mood import FEWEST_DAYS, mood_pairs
from sumika.clock import Instant
from sumika.config import demo_house
from sumika.dashboard.roles import TOPICS_OF, Role, WhoSees, viewer_of
from sumika.runtime.beckoning import wished_by
from sumika.runtime.history_loop import residents_by_room
from sumika.runtime.table import nodes_of
from sumika.runtime.weeks_desk import FIRST_S, weeks_of
from sumika.runtime.word_desk import WordDesk
from sumika.schema import Gesture, Measure, Mood, MoodRequest, MoodTable, Origin, Reason, WellBeing
from sumika.schema.house import House
from sumika.schema.knowing_settings import GestureCommand, Knowing
from tests.history_helpers import DAY_NS, NOON_NS, clock_at, keep
from tests.knowing_helpers import at

DAY_S = 86_400.0
DEMO = demo_house({}).house
CIRCLE = GestureCommand(gesture="circle", room="living", device="living_light", action="on", value=1.0)


def house_that(knowing: Knowing | None) -> House:
    return msgspec.structs.replace(DEMO, knowing=knowing)


ALL = house_that(Knowing(agreed=("aoi", "ren"), gestures=True, commands=(CIRCLE,)))


def nights(count: int) -> NDArray[np.float64]:
    return 1.7e9 + DAY_S * np.arange(count, dtype=np.float64)


# What goes along with what.


def test_a_mood_that_goes_along_with_sleep_is_shown_with_its_interval() -> None:
    random = np.random.default_rng(3)
    asleep = random.uniform(5.0, 8.0, 40)
    pleasant = np.clip(np.round(2.0 * (asleep - 6.5) + 0.3 * random.standard_normal(40)), -2.0, 2.0)
    (pair,) = mood_pairs(nights(40) + 6 * 3600.0, pleasant, nights(40), {Measure.SLEEP: asleep})
    assert pair.days == 40
    assert pair.low is not None
    assert pair.difference is not None
    assert 0.5 < pair.low < pair.difference


def test_of_moods_that_go_along_with_nothing_nothing_is_claimed() -> None:
    hits = 0
    for seed in range(60):
        random = np.random.default_rng(seed)
        measures = {measure: random.standard_normal(40) for measure in Measure}
        pairs = mood_pairs(nights(40) + 3600.0, random.integers(-2, 3, 40).astype(float), nights(40), measures)
        hits += any((one.low or 0.0) > 0.0 or (one.high or 0.0) < 0.0 for one in pairs)
    assert hits <= 8  # 5 % of 60, and chance


def test_too_few_days_and_moods_of_other_days_say_nothing() -> None:
    few = FEWEST_DAYS - 1
    (pair,) = mood_pairs(nights(few) + 60.0, np.ones(few), nights(few), {Measure.SLEEP: np.arange(few, dtype=float)})
    assert (pair.days, pair.difference) == (few, None)
    late = nights(20) + 23 * 3600.0
    (pair,) = mood_pairs(late, np.ones(20), nights(20), {Measure.SLEEP: np.arange(20.0)})
    assert pair.days == 0
    assert mood_pairs(np.zeros(3), np.ones(3), np.zeros(0), {}) == ()


def test_moods_that_never_change_go_along_with_nothing() -> None:
    (pair,) = mood_pairs(nights(30) + 60.0, np.ones(30), nights(30), {Measure.SLEEP: np.arange(30.0)})
    assert pair.difference == 0.0
    assert pair.low is not None
    assert pair.high is not None
    assert pair.low < 0.0 < pair.high


# Weeks, read from history.


def test_weeks_are_read_from_history_hour_by_hour(tmp_path: Path) -> None:
    from sumika.history import History

    with History(tmp_path, clock_at(), residents_by_room(ALL)) as history:
        stamps = NOON_NS - DAY_NS * np.arange(60, 0, -1, dtype=np.int64)
        values = 60.0 + np.random.default_rng(1).standard_normal(60)
        values[40:] += 8.0
        keep(history, "day_measures.resting_heart_bpm", stamps, values)
        keep(history, "day_measures.asleep_h", stamps, np.full(60, 7.0) + values % 1)
        keep(history, "mood.pleasant", stamps + 3600 * 10**9, np.tile([1.0, -1.0], 30), room="aoi")
        desk = weeks_of(ALL, history)
        assert desk is not None
        assert desk.due(Instant(0, NOON_NS, "b")) == ()
        told = desk.due(Instant(int(FIRST_S * 1e9), NOON_NS, "b"))
        assert desk.due(Instant(int(FIRST_S * 1e9) + 1, NOON_NS, "b")) == ()
        late = desk.due(Instant(20 * DAY_NS, NOON_NS + 20 * DAY_NS, "b"))
    (silent,) = (one for one in late if isinstance(one, WellBeing))
    assert {one.reason for one in silent.trends} == {Reason.STALE, Reason.FEW_DAYS}, "nothing of before is told as now"
    (well,) = (one for one in told if isinstance(one, WellBeing))
    heart = next(one for one in well.trends if one.measure is Measure.RESTING_HEART)
    assert (well.room, heart.direction) == ("bedroom", "up")
    assert heart.days == 60
    steps = next(one for one in well.trends if one.measure is Measure.WALKING_SPEED)
    assert (steps.valid, steps.reason) == (False, Reason.FEW_DAYS)
    tables = {one.resident: one for one in told if isinstance(one, MoodTable)}
    assert tables["aoi"].told == 60
    assert {pair.measure for pair in tables["aoi"].pairs} == {Measure.RESTING_HEART, Measure.SLEEP}
    assert (tables["ren"].valid, tables["ren"].told) == (False, 0)


def test_moods_of_the_morning_belong_to_the_night_before_though_it_is_told_at_noon(tmp_path: Path) -> None:
    from sumika.history import History

    with History(tmp_path, clock_at(), residents_by_room(ALL)) as history:
        told = NOON_NS - DAY_NS * np.arange(30, 0, -1, dtype=np.int64)
        ended = told - 5 * 3600 * 10**9
        asleep = np.tile([5.0, 7.0], 15)
        keep(history, "day_measures.asleep_h", told, asleep)
        keep(history, "day_measures.ended_unix_s", told, ended / 1e9)
        keep(history, "mood.pleasant", ended + 3600 * 10**9, np.where(asleep > 6.0, 2.0, -2.0), room="aoi")
        desk = weeks_of(ALL, history)
        assert desk is not None
        desk.due(Instant(0, NOON_NS, "b"))
        tables = [one for one in desk.due(Instant(int(FIRST_S * 1e9), NOON_NS, "b")) if isinstance(one, MoodTable)]
    (pair,) = next(one for one in tables if one.resident == "aoi").pairs
    assert (pair.measure, pair.days, pair.above, pair.below) == (Measure.SLEEP, 30, 2.0, -2.0)


def test_a_house_that_wants_no_weeks_has_none(tmp_path: Path) -> None:
    from sumika.history import History

    with History(tmp_path, clock_at(), {}) as history:
        assert weeks_of(house_that(None), history) is None
        assert weeks_of(house_that(Knowing(weeks=False)), history) is None
        nobody = weeks_of(house_that(Knowing()), history)
        assert nobody is not None
        nobody.due(Instant(0, NOON_NS, "b"))
        assert nobody.due(Instant(int(FIRST_S * 1e9), NOON_NS, "b")) == ()


def test_moods_are_forgotten_with_their_teller(tmp_path: Path) -> None:
    from sumika.history import History

    with History(tmp_path, clock_at(), residents_by_room(ALL)) as history:
        stamps = NOON_NS - np.arange(5, 0, -1, dtype=np.int64) * 10**9
        keep(history, "mood.pleasant", stamps, np.ones(5), room="aoi")
        keep(history, "mood.pleasant", stamps, np.ones(5), room="ren")
        history.forget("aoi")
        begin_ns = NOON_NS - DAY_NS
        assert len(history.raw("aoi", "mood.pleasant", begin_ns, NOON_NS).values) == 0
        assert len(history.raw("ren", "mood.pleasant", begin_ns, NOON_NS).values) == 5


# One tap, and who sees it.


def test_a_mood_is_taken_from_a_resident_and_from_nobody_else(tmp_path: Path) -> None:
    desk = WordDesk(ALL, tmp_path)
    answer, said = desk.mood(MoodRequest(pleasant=1.0, resident="aoi"), at(1.0))
    assert answer.accepted
    assert [(one.resident, one.pleasant, one.origin) for one in said if isinstance(one, Mood)] == [
        ("aoi", 1.0, Origin.SIMULATED)
    ]
    for wrong in (
        MoodRequest(pleasant=1.0, resident=""),
        MoodRequest(pleasant=9.0, resident="aoi"),
        MoodRequest(pleasant=float("nan"), resident="aoi"),
    ):
        refused, said = desk.mood(wrong, at(1.0))
        assert not refused.accepted
        assert refused.problem
        assert said == ()


def test_nobody_sees_what_another_told() -> None:
    sees = WhoSees(ALL)
    owner = viewer_of("o", Role.OWNER, ("ren",))
    aoi, ren = viewer_of("a", Role.RESIDENT, ("aoi",)), viewer_of("r", Role.RESIDENT, ("ren",))
    assert sees.room_of("aoi") == "aoi"
    assert sees.hears(aoi, "mood_table", "aoi", ())
    assert not sees.hears(ren, "mood_table", "aoi", ())
    assert not sees.hears(owner, "mood_table", "aoi", ())
    assert sees.past(aoi, "mood.pleasant", "aoi", ()) == ("mood" in TOPICS_OF[Role.RESIDENT])
    assert not sees.past(owner, "mood.pleasant", "aoi", ())
    assert not sees.hears(viewer_of("c", Role.CARER, ()), "mood_table", "aoi", ("aoi", "ren"))


def test_moods_are_told_to_a_house_that_controls_nothing_too() -> None:
    bare = msgspec.structs.replace(DEMO, control=None, knowing=None)
    assert "wishes" not in {node.name for node in nodes_of(bare)}
    knows = msgspec.structs.replace(bare, knowing=Knowing())
    assert "wishes" in {node.name for node in nodes_of(knows)}


# Gestures that ask for something.


@pytest.mark.parametrize(
    ("house", "room", "confirmed", "wishes"),
    [
        (ALL, "living", True, 1),
        (ALL, "living", False, 0),
        (ALL, "bedroom", True, 0),
        (house_that(None), "living", True, 0),
        (house_that(Knowing(agreed=("aoi",), gestures=True, commands=(CIRCLE,))), "living", True, 0),
        (house_that(Knowing(agreed=("aoi", "ren"), commands=(CIRCLE,))), "living", True, 0),
    ],
)
def test_a_gesture_asks_only_for_what_is_described_and_only_the_second_time(
    house: House, room: str, confirmed: bool, wishes: int
) -> None:
    gesture = Gesture(
        stamp=at(1.0),
        origin=Origin.LIVE,
        source="house",
        track=1,
        room=room,
        valid=True,
        reason=Reason.MEASURED,
        gesture="circle",
        probability=0.95,
        confirmed=confirmed,
    )
    wished = wished_by(gesture, house)
    assert len(wished) == wishes
    assert all((one.device, one.action, one.value) == ("living_light", "on", 1.0) for one in wished)
    assert wished_by(msgspec.structs.replace(gesture, probability=0.5), house) == ()
