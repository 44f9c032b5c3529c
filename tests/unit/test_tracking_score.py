"""The score of the tracker: counted right, in step with Stone Soup, and measured through the whole chain."""

import math

import pytest

from sumika.evaluate.figure import Evidence
from sumika.evaluate.radar import tracking_score
from sumika.evaluate.radar.tracking_referee import Moment, count, referee
from sumika.evaluate.radar.tracking_score import Held, Nobody, WalkScore
from sumika.world.radar_scene import BodyTruth, Truth, empty_scene, still_scene, walking_scene

FRAME_S = 0.05


def course(frames: int = 100) -> list[Moment]:
    """Return two people who pass each other, followed without a fault."""
    moments = []
    for number in range(frames):
        x = 4.0 * number / frames
        people = {1: (x, 1.0), 2: (4.0 - x, 1.6)}
        moments.append(Moment(FRAME_S * number, people, {11: (x + 0.1, 1.0), 12: (4.0 - x, 1.5)}))
    return moments


def test_what_is_followed_without_a_fault_scores_one() -> None:
    counted = count(course())
    assert (counted.truths, counted.misses, counted.false, counted.switches) == (200, 0, 0, 0)
    assert counted.mota == 1.0
    assert max(counted.errors_m) == pytest.approx(0.1)
    refereed = referee(course(), counted)
    assert refereed.mota == 1.0
    assert refereed.motp_m == pytest.approx(0.1)
    assert refereed.ospa_m == pytest.approx(0.1)
    assert refereed.gospa_m == pytest.approx(0.1 * math.sqrt(2.0))


def changed(moments: list[Moment], number: int, tracks: dict[int, tuple[float, float]]) -> None:
    """Change who is followed at one moment."""
    moments[number] = Moment(moments[number].time_s, moments[number].people, tracks)


def test_misses_and_false_tracks_are_counted_as_stone_soup_counts_them() -> None:
    moments = course()
    for number in range(20, 30):
        changed(moments, number, {12: moments[number].tracks[12]})
    for number in range(5):
        changed(moments, number, {**moments[number].tracks, 99: (9.0, 9.0)})
    counted = count(moments)
    assert (counted.misses, counted.false, counted.switches) == (10, 5, 0)
    assert counted.mota == pytest.approx(1.0 - 15 / 200)
    assert referee(moments, counted).mota == pytest.approx(counted.mota)


def renamed(gap: int) -> list[Moment]:
    """Return a course in which a track becomes another, after a gap."""
    moments = course()
    for number in range(60, 100):
        tracks = {12: moments[number].tracks[12]}
        if number >= 60 + gap:
            tracks[13] = moments[number].tracks[11]
        changed(moments, number, tracks)
    return moments


def test_a_changed_identity_counts_once_and_also_after_a_gap() -> None:
    at_once, later = count(renamed(0)), count(renamed(4))
    assert (at_once.misses, at_once.switches) == (0, 1)
    assert referee(renamed(0), at_once).mota == pytest.approx(at_once.mota)
    assert (later.misses, later.switches) == (4, 1)
    assert referee(renamed(4), later).mota == pytest.approx(later.mota + 1 / 200)


def test_tracks_that_change_places_are_two_changes() -> None:
    moments = course()
    for number in range(50, 100):
        tracks = moments[number].tracks
        changed(moments, number, {11: tracks[12], 12: tracks[11]})
    # They are within reach of each other for a while, and a pair holds for as long as it is near enough.
    counted = count(moments)
    assert counted.switches == 2
    assert counted.misses == counted.false


@pytest.mark.parametrize("number", [40, 99])
def test_who_is_found_for_a_single_frame_is_counted_by_both(number: int) -> None:
    moments = course()
    for other in range(100):
        if other != number:
            changed(moments, other, {})
    counted = count(moments)
    assert counted.misses == 99 * len(moments[0].people)
    assert referee(moments, counted).mota == pytest.approx(counted.mota)


def test_two_who_had_the_same_track_do_not_share_it() -> None:
    moments = [
        Moment(0.0, {1: (0.0, 0.0)}, {7: (0.0, 0.0)}),
        Moment(0.1, {2: (0.5, 0.0)}, {7: (0.4, 0.0)}),
        Moment(0.2, {1: (0.0, 0.0), 2: (0.5, 0.0)}, {7: (0.4, 0.0)}),
    ]
    counted = count(moments)
    assert counted.pairs == [{1: 7}, {2: 7}, {2: 7}]
    assert counted.misses == 1


def test_who_is_out_of_sight_is_not_asked_for_and_his_track_is_not_false() -> None:
    def person(number: int, x: float, in_sight: bool) -> BodyTruth:
        place, rest = (x, 0.0, 1.0), (0.0, 0.0, 0.0)
        return BodyTruth(
            id=number, kind="person", room="", position_m=place, velocity_m_s=rest, top_m=1.7, in_sight=in_sight
        )

    truth = Truth(bodies=(person(1, 0.0, True), person(2, 5.0, False)))
    moment = tracking_score.moment_of(0.0, truth, {1: (0.1, 0.0), 2: (5.1, 0.0), 3: (2.5, 0.0)})
    assert set(moment.people) == {1}
    assert set(moment.tracks) == {1, 3}


def test_who_is_held_by_another_identity_is_not_held() -> None:
    held = Held()
    for number in range(40):
        track = 0 if number < 10 else 1 if number < 30 else 2
        held.look(0.1 * number, (1.0, 1.0), {track: (1.1, 1.0)} if track else {})
    assert held.first_s == pytest.approx(1.0)
    assert held.share == pytest.approx(20 / 30)
    assert Held().share == 0.0


def test_nothing_is_played_when_the_bench_is_quick() -> None:
    assert tracking_score.measure(full=False) == {}


@pytest.mark.slow
def test_a_short_walk_is_scored_through_the_whole_chain() -> None:
    walk = tracking_score.score_walk(walking_scene(61, people=2, seconds=6.0))
    assert walk.counted.truths == 2 * 120
    assert walk.person_minutes == pytest.approx(0.2)
    assert walk.counted.mota > 0.5
    assert walk.refereed.mota >= walk.counted.mota - 1e-9
    figures = tracking_score.walk_figures([walk, walk])
    assert figures["mota"].value == pytest.approx(walk.counted.mota)
    assert figures["mota"].evidence is Evidence.SIMULATION
    assert figures["mota"].detail["low"] == pytest.approx(walk.counted.mota)
    assert figures["id_switches"].value == pytest.approx(walk.counted.switches / 0.2)
    assert 0.0 < float(figures["mota"].detail["position_error_m"]) < 0.4


@pytest.mark.slow
def test_short_still_and_empty_scenes_are_scored() -> None:
    held = tracking_score.hold(still_scene(62, 8.0))
    assert held.first_s < 8.0
    assert 0.0 < held.share <= 1.0
    assert tracking_score.held_figure([held, Held(1.0, 10, 5)]).value == min(held.share, 0.5)
    unlearned, learned = tracking_score.look_at_nobody(empty_scene(63, 5.0), learning_s=3.0)
    assert unlearned.minutes == pytest.approx(3.0 / 60.0)
    assert learned.minutes == pytest.approx(2.0 / 60.0)
    figure = tracking_score.ghost_figure([(unlearned, learned), (Nobody(1.0, 1.0), Nobody(0.5, 1.0))])
    assert figure.value == pytest.approx(learned.ghost_minutes + 0.5)
    assert figure.detail["unlearned_ghost_minutes"] == pytest.approx(unlearned.ghost_minutes + 1.0)


def test_an_interval_is_as_wide_as_scenes_differ() -> None:
    good = count(course())
    bad = count([Moment(one.time_s, one.people, {}) for one in course()])
    stone_soup = referee(course(), good)
    walks = [WalkScore(good, stone_soup, 0.2), WalkScore(bad, stone_soup, 0.2)] * 3
    figure = tracking_score.walk_figures(walks)["mota"]
    assert figure.value == pytest.approx(0.5)
    assert float(figure.detail["low"]) < 0.25
    assert float(figure.detail["high"]) > 0.75
