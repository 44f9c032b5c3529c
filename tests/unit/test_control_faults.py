"""What is scored of the watch: things break in lives that can be copied, and figures count what was made of it."""

from functools import cache

import numpy as np
import pytest

from sumika.belief.suspicion import Fault, Suspicion
from sumika.evaluate.bench import AREAS
from sumika.evaluate.control.breakages import KINDS, USED_W, Breakage, Scene, exchanged
from sumika.evaluate.control.faults import Case, HouseScore, figures_of, interval, measure
from sumika.evaluate.control.watched_life import WatchedLife
from sumika.world.simulation import World

WEEK, SEED = "winter_tokyo", 51


@cache
def world() -> World:
    return WatchedLife(WEEK, SEED, warm_up_days=1).arena.world


@pytest.mark.parametrize("kind", [*KINDS, "sensors exchanged"])
def test_everything_breaks_in_a_house_that_uses_it_and_names_somebody_who_is_there(kind: str) -> None:
    house = world().house
    drew_w = {device.id: 2.0 * USED_W for device in house.devices}
    breakage = KINDS.get(kind, exchanged)(Scene(world(), drew_w, np.random.default_rng(1)))
    assert breakage is not None
    there = {one.id for one in house.rooms} | {one.id for one in house.devices} | {one.id for one in house.sensors}
    assert breakage.subjects
    assert breakage.subjects <= there | {"ventilation"}


@pytest.mark.parametrize("kind", ["heat pump weak", "heat pump dead", "device ignores", "device lies"])
def test_what_never_ran_is_not_broken(kind: str) -> None:
    assert KINDS[kind](Scene(world(), {}, np.random.default_rng(1))) is None


def test_who_is_hit_is_drawn() -> None:
    subjects = {
        subject
        for seed in range(20)
        if (breakage := KINDS["sensor stuck"](Scene(world(), {}, np.random.default_rng(seed)))) is not None
        for subject in breakage.subjects
    }
    assert subjects == {"living_air", "bedroom_air"}


def test_only_the_right_name_and_subject_count() -> None:
    stuck = Breakage(
        breaks=lambda _: None, faults=frozenset({Fault.STUCK_READING}), subjects=frozenset({"living_air"}), days=1.0
    )
    assert stuck.is_named_by(Suspicion(Fault.STUCK_READING, "living_air", "co2_ppm"))
    assert not stuck.is_named_by(Suspicion(Fault.STUCK_READING, "bedroom_air", "co2_ppm"))
    assert not stuck.is_named_by(Suspicion(Fault.DRIFTING_READING, "living_air", "co2_ppm"))
    swapped = Breakage(
        breaks=lambda _: None,
        faults=frozenset({Fault.SWAPPED_SENSORS}),
        subjects=frozenset({"living", "bedroom"}),
        days=1.0,
    )
    assert swapped.is_named_by(Suspicion(Fault.SWAPPED_SENSORS, "living", "bedroom"))


def case(kind: str, hours: float | None, first: Suspicion | None, right: bool) -> Case:
    return Case(house="a", kind=kind, hours=hours, first=first, is_first_right=right)


def test_figures_count_what_was_found_what_was_named_first_and_what_was_told_for_nothing() -> None:
    window = Suspicion(Fault.WINDOW_OPEN, "living", "")
    scores = (
        HouseScore(
            house="a",
            cases=(case("x", 2.0, window, True), case("x", 6.0, window, False), case("y", None, None, False)),
            false=(window, window),
            weeks=2.0,
        ),
        HouseScore(house="b", cases=(case("y", 4.0, window, True),), false=(), weeks=2.0),
    )
    figures = figures_of(scores)
    assert figures["faults_found"].value == pytest.approx(3.0 / 4.0)
    assert (figures["faults_found"].detail["x"], figures["faults_found"].detail["y"]) == ("2 of 2", "1 of 2")
    assert figures["faults_named"].value == pytest.approx(2.0 / 3.0)
    assert figures["fault_hours"].value == 4.0
    assert figures["false_alarms_per_week"].value == pytest.approx(0.5)
    assert figures["false_alarms_per_week"].detail["window_open: living, a"] == "2"


def test_an_interval_is_drawn_over_houses() -> None:
    mean, low, high = interval([np.ones(10), np.zeros(10)])
    assert (mean, low, high) == (0.5, 0.0, 1.0)
    assert interval([np.ones(3), np.ones(5)]) == (1.0, 1.0, 1.0)


def test_the_figures_are_long_ones_of_the_area_of_control() -> None:
    assert measure(full=False) == {}
    assert "control.faults" in AREAS["control"]


@pytest.mark.slow
def test_a_copy_lives_on_like_its_original_and_a_fault_in_it_is_its_own() -> None:
    life = WatchedLife(WEEK, SEED, warm_up_days=1)
    life.live(0.125)
    copies = [life.copied() for _ in range(2)]
    for one in copies:
        one.live(0.125)
    states = [one.ecu.belief.state for one in copies]
    assert states[0] is not None
    np.testing.assert_array_equal(states[0], states[1])
    breakage = KINDS["sensor in °F"](life.scene(np.random.default_rng(1)))
    assert breakage is not None
    hours, first = copies[0].found_after_h(breakage)
    assert hours is not None
    assert hours < 1.0
    assert first is not None
    assert first.suspicion.fault is Fault.WRONG_UNIT
    copies[1].live(0.0625)
    assert [one.finding.suspicion.fault for one in copies[1].told] == []
