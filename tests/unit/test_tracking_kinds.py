"""Who was upright once stays a person; what is as quiet as no person is an animal."""

import math

import numpy as np
import pytest

from sumika.radar.tracking import kinds
from sumika.radar.tracking.body_track import BodyTrack
from sumika.schema import TrackKind


def body(middle_m: float, going_m_s: float = 0.6) -> BodyTrack:
    """Return a body that moves, at a height."""
    here = np.array((1.0, 1.0, middle_m))
    return BodyTrack(
        id=1,
        mean=np.concatenate((here, np.zeros(3))),
        covariance=np.eye(6) * 0.01,
        log_odds=3.0,
        born_s=0.0,
        born_m=here,
        now_s=0.0,
        seen_s=0.0,
        trail_m=here[:2] - (going_m_s, 0.0),
        anchor_m=here[:2],
        anchored_s=0.0,
    )


def looked(track: BodyTrack, seconds: float) -> tuple[TrackKind, float]:
    for _ in range(round(10 * seconds)):
        kinds.look(track, 0.1)
    return kinds.kind_of(track)


def test_who_was_upright_and_comes_down_stays_a_person() -> None:
    track = body(0.95)
    looked(track, 5.0)
    track.mean[2] = 0.15
    assert looked(track, 2.0)[0] is TrackKind.PERSON  # longer than anybody slides on after a fall
    assert looked(body(0.2), 2.0)[0] is TrackKind.PET


def test_only_of_who_is_clearly_seen_upright_is_learned_how_loud_people_are() -> None:
    clear, faint, low = body(0.95), body(0.95), body(0.2)
    clear.points, faint.points, low.points = 5.0, 1.1, 5.0
    wavering = body(0.95)
    wavering.points, wavering.covariance = 5.0, np.eye(6) * 0.3**2
    assert [kinds.look(track, 0.1) for track in (clear, faint, low, wavering)] == [True, False, False, False]


def test_another_kind_that_has_taken_a_persons_track_over_is_told_in_the_end() -> None:
    track = body(0.95)
    looked(track, 3.0)
    track.mean[2] = 0.2
    assert looked(track, 60.0)[0] is not TrackKind.PERSON


@pytest.mark.parametrize(("louder_db", "surer"), [(5.0, True), (-9.0, False)])
def test_who_is_as_loud_as_people_is_the_more_surely_one(louder_db: float, surer: bool) -> None:
    track = body(0.5, going_m_s=0.0)
    kinds.look(track, 0.1)
    before = kinds.kind_of(track)[1]
    kinds.hear(track, 70.0 + louder_db, 70.0, 0.1)
    kind, probability = kinds.kind_of(track)
    person = probability if kind is TrackKind.PERSON else 1.0 - probability
    assert (person > before) is surer


def test_what_is_low_and_quiet_has_taken_a_persons_track_over() -> None:
    outcomes = []
    for louder_db in (-9.0, 0.0):
        track = body(0.95)
        looked(track, 5.0)
        kinds.hear(track, 75.0, 72.0, 0.1)
        track.mean[2], track.trail_m = 0.2, track.mean[:2].copy()
        for _ in range(60):
            kinds.hear(track, 72.0 + louder_db, 72.0, 0.1)
        outcomes.append(kinds.kind_of(track)[0])
    assert outcomes == [TrackKind.PET, TrackKind.PERSON]


def test_where_nobody_was_seen_upright_loudness_says_nothing() -> None:
    track = body(0.5, going_m_s=0.0)
    kinds.look(track, 0.1)
    before = kinds.kind_of(track)
    kinds.hear(track, 60.0, -math.inf, 0.1)
    assert kinds.kind_of(track) == before


def test_loudness_counts_at_its_highest_and_is_forgotten_slowly() -> None:
    track = body(0.5)
    for loudness_db in (60.0, 75.0, 50.0):
        kinds.hear(track, loudness_db, 72.0, 0.1)
    assert 2.9 < track.louder_db <= 3.0
    for _ in range(600):
        kinds.hear(track, 60.0, 72.0, 0.1)
    assert track.louder_db == -12.0


def test_how_loud_people_are_is_learned_soon_and_forgotten_slowly() -> None:
    assert kinds.learn_loudness(-math.inf, 70.0, 0.1) == 70.0
    assert 70.0 < kinds.learn_loudness(70.0, 80.0, 1.0) < 80.0
    assert kinds.learn_loudness(70.0, 40.0, 1.0) == pytest.approx(69.95)
