"""Perception without samples errs as its model says, and tells no rate of breathing or heart."""

import itertools
import math

import msgspec
import numpy as np
import pytest

from sumika.clock import Instant
from sumika.config import demo_house
from sumika.schema import HeartRate, Message, Origin, PersonVitals, Posture, Presence, Respiration, Tracks, TrueBody
from sumika.units import seconds_to_ns
from sumika.world.perception_level import ErrorModel, Errors, Manner, PerceptionLevel

HOUSE = demo_house({}).house
BEGAN = Instant(0, 0, "simulated")


def model(**changes: float) -> ErrorModel:
    errors = Errors(
        found_per_s=changes.get("found_per_s", 1.0),
        lost_per_s=changes.get("lost_per_s", 0.0),
        position_sigma_m=changes.get("position_sigma_m", 0.1),
        position_lasts_s=2.0,
        posture=(0.0, 1.0, 0.0, 0.0),
    )
    return ErrorModel(
        manners=dict.fromkeys(Manner, errors),
        lingers_s=changes.get("lingers_s", 2.0),
        false_per_h=changes.get("false_per_h", 0.0),
        false_lasts_s=30.0,
    )


def body(room: str = "living", x: float = 2.0, y: float = 2.0) -> TrueBody:
    return TrueBody(
        stamp=BEGAN,
        origin=Origin.SIMULATED,
        body="aoi",
        room=room,
        position_m=(x, y, 0.9),
        velocity_m_s=(0.0, 0.0, 0.0),
        posture="sitting",
    )


def told(errors: ErrorModel, bodies: list[TrueBody], seconds: int, seed: int = 1) -> list[tuple[Message, ...]]:
    level = PerceptionLevel(HOUSE, errors, seed)
    return [level.step(BEGAN.later(seconds_to_ns(second)), 1.0, bodies) for second in range(seconds)]


def tracks(messages: tuple[Message, ...]) -> Tracks:
    return next(message for message in messages if isinstance(message, Tracks))


def test_who_is_there_is_found_as_fast_as_the_model_says() -> None:
    waits = [
        next(
            number for number, one in enumerate(told(model(found_per_s=0.2), [body()], 200, seed)) if tracks(one).tracks
        )
        for seed in range(200)
    ]
    assert np.mean(waits) == pytest.approx(1 / (1 - math.exp(-0.2)) - 1, rel=0.2)


def test_positions_err_by_the_sigma_of_the_model() -> None:
    places = [
        track.position_m[:2]
        for one in told(model(position_sigma_m=0.3), [body()], 4000)
        for track in tracks(one).tracks
    ]
    assert np.std(np.array(places) - (2.0, 2.0)) == pytest.approx(0.3, rel=0.15)
    assert np.mean(np.array(places) - (2.0, 2.0)) == pytest.approx(0.0, abs=0.08)


def test_an_empty_house_shows_as_many_phantoms_as_the_model_says() -> None:
    messages = told(model(false_per_h=60.0), [], 20_000)
    begun = sum(len(tracks(now).tracks) > len(tracks(before).tracks) for before, now in itertools.pairwise(messages))
    # 60 an hour in each of three rooms for 5.6 hours, but for those that begin while another one lasts.
    assert 400 < begun < 1000
    assert not any(tracks(one).tracks for one in told(model(), [], 2000))


def test_who_leaves_lingers_and_is_then_gone() -> None:
    level = PerceptionLevel(HOUSE, model(lingers_s=5.0), 1)
    for second in range(20):
        level.step(BEGAN.later(seconds_to_ns(second)), 1.0, [body()])
    gone = [tracks(level.step(BEGAN.later(seconds_to_ns(20 + second)), 1.0, [])).tracks for second in range(120)]
    assert not gone[-1]


def test_rooms_without_a_radar_are_not_told_of_and_rates_never() -> None:
    messages = [message for one in told(model(), [body("hall", 6.0, 4.0)], 50) for message in one]
    assert {message.room for message in messages if isinstance(message, Presence)} == {"living", "bedroom", "bathroom"}
    assert not any(isinstance(message, Tracks) and message.tracks for message in messages)
    assert not any(isinstance(message, Respiration | HeartRate | PersonVitals) for message in messages)
    assert all(message.origin is Origin.SIMULATED for message in messages)


def test_postures_are_told_as_the_model_says() -> None:
    postures = [message for one in told(model(), [body()], 50) for message in one if isinstance(message, Posture)]
    assert {message.posture.value for message in postures} == {"sitting"}


def test_the_same_seed_tells_the_same_bytes() -> None:
    once, again, other = (
        msgspec.msgpack.encode(told(model(false_per_h=100.0), [body()], 300, seed)) for seed in (4, 4, 5)
    )
    assert once == again
    assert once != other
