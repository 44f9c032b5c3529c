"""Falls are scored by when and where they are suspected; everything else that is called one counts against it."""

import msgspec
import pytest

from sumika.evaluate.people import falls
from sumika.evaluate.people.falls import Event, Played, figures, measure, play, scene_of

FELL = Played(what="faint", seed=1, impact_s=10.0, events=(Event(at_s=16.0, away_m=0.3, probability=0.9),))


def test_nothing_is_played_in_a_quick_call() -> None:
    assert measure(full=False) == {}


@pytest.mark.parametrize(
    ("at_s", "away_m", "found"),
    [(16.0, 0.3, True), (9.5, 0.3, True), (20.5, 0.3, False), (16.0, 2.0, False), (5.0, 0.1, False)],
)
def test_a_fall_is_found_in_time_and_at_its_place(at_s: float, away_m: float, found: bool) -> None:
    event = Event(at_s=at_s, away_m=away_m, probability=0.9)
    assert msgspec.structs.replace(FELL, events=(event,)).found is found


def test_recall_and_precision_are_of_scenes_and_events() -> None:
    missed = msgspec.structs.replace(FELL, seed=2, events=())
    twice = msgspec.structs.replace(FELL, seed=3, events=FELL.events * 2)
    quiet = Played(what="drop", seed=1, impact_s=None, events=())
    alarmed = Played(what="drop", seed=2, impact_s=None, events=FELL.events)
    found = figures([FELL, missed, twice, quiet, alarmed], [FELL, quiet])
    assert found["fall_recall"].value == pytest.approx(2 / 3)
    assert found["fall_recall"].detail["found_faint"] == "2 of 3"
    assert found["fall_recall"].detail["delay_s"] == pytest.approx(6.0)
    assert found["fall_events_precision"].value == pytest.approx(2 / 3)
    assert found["fall_events_precision"].detail["alarmed_drop"] == "1 of 2"
    assert float(found["fall_events_precision"].detail["low"]) <= found["fall_events_precision"].value


def test_a_scene_goes_through_the_whole_chain() -> None:
    played = play(scene_of(1, "iwr6843aop", falls=True))
    assert played.impact_s is not None
    assert played.found
    assert falls.WITHIN_S == 10.0
