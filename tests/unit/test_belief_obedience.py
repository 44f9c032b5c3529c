"""Devices that do not obey or do nothing, and sensors that stick, told from healthy ones."""

import math
import random
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import cache

import pytest
from msgspec import structs

from sumika.belief.obedience import LATENCY_S, MOST_PER_STRETCH, THRESHOLD, Expected, Obedience, step, told, works
from sumika.belief.suspicion import Fault, Finding, Suspicion
from sumika.clock import Instant
from sumika.config import demo_house
from sumika.schema import AirSample, DeviceState, Origin, Write
from sumika.text import LANGUAGES
from sumika.units import seconds_to_ns
from sumika.world.simulation import World, WorldStep

AC, SENSOR, ROOM = "living_aircon", "living_air", "living"
KINDS = {AC: "room_air_conditioner"}
SETPOINT_C = 25.0
BEGAN = Instant(seconds_to_ns(1000.0), 0, "test")


def at(seconds: float) -> Instant:
    return BEGAN.later(seconds_to_ns(seconds))


def state(seconds: float, **values: float) -> DeviceState:
    return DeviceState(stamp=at(seconds), origin=Origin.LIVE, device=AC, values=values)


def away(seconds: float, **values: float) -> DeviceState:
    return structs.replace(state(seconds, **values), available=False)


def air(seconds: float, temperature_c: float | None, room: str = ROOM) -> AirSample:
    return AirSample(stamp=at(seconds), origin=Origin.LIVE, sensor=SENSOR, room=room, temperature_c=temperature_c)


def write(setting: str, value: float) -> Write:
    return Write(device=AC, action=setting, value=value, sequence=1)


def watched(*states: DeviceState, begin: Obedience | None = None) -> tuple[Obedience, list[Finding]]:
    known, findings = begin or Obedience(kinds=KINDS), list[Finding]()
    for message in states:
        known, more = step(known, message)
        findings += more
    return known, findings


# What a device says of what it was told.


def test_a_device_that_keeps_saying_something_else_does_not_obey() -> None:
    asked = told(Obedience(kinds=KINDS), write("mode", 1), at(0))
    _, findings = watched(*(state(seconds, mode=0) for seconds in range(0, 600, 30)), begin=asked)
    assert [finding.suspicion for finding in findings] == [Suspicion(Fault.DOES_NOT_OBEY, AC, "mode")]
    found_s = (findings[0].stamp.monotonic_ns - BEGAN.monotonic_ns) / 1e9
    assert LATENCY_S < found_s <= LATENCY_S + 4 * 30
    assert "1" in findings[0].words("en")


def test_a_device_may_take_its_time() -> None:
    asked = told(Obedience(kinds=KINDS), write("mode", 1), at(0))
    late = [*(state(seconds, mode=0) for seconds in (0, 20, 40, 60)), state(65, mode=1)]
    assert watched(*late, begin=asked)[1] == []


def test_a_hand_at_a_device_that_has_obeyed_is_no_disobedience() -> None:
    asked = told(Obedience(kinds=KINDS), write("mode", 1), at(0))
    hand = [state(10, mode=1), *(state(seconds, mode=2) for seconds in range(100, 4000, 30))]
    assert watched(*hand, begin=asked)[1] == []


def test_a_device_that_rounds_obeys_but_a_mode_is_exact() -> None:
    asked = told(Obedience(kinds=KINDS), write("setpoint_c", 22.5), at(0))
    assert watched(*(state(seconds, setpoint_c=23) for seconds in range(0, 900, 30)), begin=asked)[1] == []
    asked = told(Obedience(kinds=KINDS), write("mode", 2), at(0))
    assert watched(*(state(seconds, mode=1) for seconds in range(0, 900, 30)), begin=asked)[1] != []


def test_a_device_that_does_not_answer_is_not_accused() -> None:
    asked = told(Obedience(kinds=KINDS), write("mode", 1), at(0))
    silent = (away(seconds, mode=0) for seconds in range(0, 3600, 30))
    assert watched(*silent, begin=asked)[1] == []


def test_a_device_that_obeys_at_last_is_cleared_once() -> None:
    asked = told(Obedience(kinds=KINDS), write("mode", 1), at(0))
    known, findings = watched(*(state(seconds, mode=0) for seconds in range(0, 900, 30)), begin=asked)
    known, after = watched(*(state(seconds, mode=1) for seconds in range(900, 1200, 30)), begin=known)
    assert [finding.recovered for finding in (*findings, *after)] == [False, True]


# What it draws.


@pytest.mark.parametrize(
    ("drawn_w", "found"),
    [(2.0, True), (480.0, False), (620.0, False), (math.nan, False), (math.inf, False), (1e300, False)],
)
def test_a_device_that_says_it_works_and_draws_nothing_is_found(drawn_w: float, found: bool) -> None:
    expected = Expected(quantity="power_w", device=AC, with_it=500, without_it=3, sigma=150)
    known, findings = Obedience(kinds=KINDS), list[Finding]()
    for minute in range(30):
        drawing = structs.replace(state(60.0 * minute, mode=1), power_w=drawn_w)
        known, more = step(known, drawing, [expected])
        findings += more
    assert bool(findings) is found
    if found:
        assert findings[0].suspicion == Suspicion(Fault.NO_EFFECT, AC, "power_w")


# What comes of it in a room.


def ramp(per_h: float, *, noise_c: float, seed: int, hours: float) -> Iterator[AirSample]:
    chance = random.Random(seed)
    for minute in range(int(60 * hours)):
        yield air(60.0 * minute, round(20.0 + per_h * minute / 60.0 + chance.gauss(0.0, noise_c), 2))


def judged(samples: Iterator[AirSample], expected: Expected, **values: float) -> list[Finding]:
    known, _ = watched(state(0, **values))
    findings: list[Finding] = []
    for sample in samples:
        known, more = step(known, sample, [expected])
        findings += more
    return findings


HEATS = Expected(quantity="temperature_c", room=ROOM, device=AC, with_it=1.5, without_it=-0.4, sigma=0.4)


@pytest.mark.parametrize(
    ("per_h", "mode", "found"), [(-0.4, 1, True), (1.5, 1, False), (0.9, 1, False), (-0.4, 0, False)]
)
def test_only_a_device_that_says_it_works_and_has_no_effect_is_found(per_h: float, mode: int, found: bool) -> None:
    findings = judged(ramp(per_h, noise_c=0.1, seed=1, hours=4), HEATS, mode=mode)
    assert [finding.suspicion.fault for finding in findings] == ([Fault.NO_EFFECT] if found else [])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_months_of_a_healthy_device_accuse_nobody(seed: int) -> None:
    """The model errs by its own sigma, another way every two hours; no finding may come of it."""
    chance = random.Random(seed)
    known, _ = watched(state(0, mode=1))
    findings: list[Finding] = []
    temperature_c, seconds = 20.0, 0.0
    for _ in range(30 * 12):
        error_per_h = chance.gauss(0.0, HEATS.sigma)
        for _ in range(24):
            seconds += 300.0
            temperature_c += (HEATS.with_it + error_per_h) / 12.0
            known, more = step(known, air(seconds, round(temperature_c + chance.gauss(0.0, 0.1), 2)), [HEATS])
            findings += more
    assert findings == []


def test_a_refusal_that_says_nothing_else_interrupts_no_suspicion() -> None:
    known, _ = watched(state(0, mode=1))
    findings: list[Finding] = []
    for sample in ramp(-0.4, noise_c=0.1, seed=1, hours=4):
        known, _ = step(known, structs.replace(state(0), stamp=sample.stamp, why="it is busy"))
        known, more = step(known, sample, [HEATS])
        findings += more
    assert [finding.suspicion.fault for finding in findings] == [Fault.NO_EFFECT]


def test_one_wild_stretch_does_not_decide() -> None:
    samples = list(ramp(1.5, noise_c=0.05, seed=3, hours=3))
    fallen = [replace_temperature(sample, -8.0 if 60 <= index < 80 else 0.0) for index, sample in enumerate(samples)]
    assert judged(iter(fallen), HEATS, mode=1) == []
    assert 2 * MOST_PER_STRETCH < THRESHOLD


def replace_temperature(sample: AirSample, by_c: float) -> AirSample:
    assert sample.temperature_c is not None
    return air((sample.stamp.monotonic_ns - BEGAN.monotonic_ns) / 1e9, sample.temperature_c + by_c)


def test_other_rooms_gaps_and_missing_readings_tell_nothing() -> None:
    elsewhere = (air(60.0 * minute, 20.0, room="bedroom") for minute in range(300))
    assert judged(elsewhere, HEATS, mode=1) == []
    assert judged((air(60.0 * minute, None) for minute in range(300)), HEATS, mode=1) == []
    assert judged((air(3600.0 * hour, 20.0) for hour in range(300)), HEATS, mode=1) == []


@pytest.mark.parametrize(
    ("values", "does"), [({"mode": 1.0}, True), ({"mode": 0.0}, False), ({"level": 2.0}, True), ({}, False)]
)
def test_a_device_works_where_it_says_so(values: dict[str, float], does: bool) -> None:
    assert works(state(0, **values)) is does
    assert not works(away(0, **values))


# In the simulated house, with a house model that is only roughly right.


@cache
def evening(*, heated: bool, stuck: bool = False) -> tuple[WorldStep, ...]:
    """Six hours of a winter evening."""
    world = World.of(demo_house({}).house, habits=False)
    if heated:
        assert world.command(AC, "setpoint_c", SETPOINT_C) == ""
        assert world.command(AC, "mode", 1) == ""
    steps = []
    for minute in range(360):
        if stuck and minute == 8:
            world.sensors.fail(SENSOR, "stuck", world.at_s)
        steps.append(world.step(60.0))
    return tuple(steps)


def roughly_expected(cold: WorldStep, before: WorldStep, now_c: float) -> tuple[float, float]:
    """Return (with, without) the heater in K/h: the empty room's course, a guessed inertia and a guessed power."""
    index = 0
    drift = (cold.rooms.air_temperature_c[index] - before.rooms.air_temperature_c[index]) * 60.0
    without = float(drift - (now_c - cold.rooms.air_temperature_c[index]) / 2.0)
    return (max(0.0, min(4.0, 4.0 * (SETPOINT_C - now_c))) if now_c < SETPOINT_C else 0.0), without


def lived(steps: tuple[WorldStep, ...], *, says_on: bool) -> list[Finding]:
    known, findings = Obedience(kinds=KINDS), list[Finding]()
    cold = evening(heated=False)
    for minute in range(1, 360):
        reading = steps[minute].readings.get(SENSOR)
        values = dict(steps[minute].devices.states[AC])
        if says_on:
            values |= {"mode": 1.0, "setpoint_c": SETPOINT_C}
        known, more = step(known, state(60.0 * minute, **values))
        findings += more
        if reading is None or reading.temperature_c is None:
            continue
        with_it, without = roughly_expected(cold[minute], cold[minute - 1], reading.temperature_c)
        sigma = 0.4 + 0.15 * abs(with_it - without)
        heats = Expected(
            quantity="temperature_c", room=ROOM, device=AC, with_it=with_it, without_it=without, sigma=sigma
        )
        course = replace(heats, device="", with_it=with_it if values["mode"] else without)
        sample = AirSample(
            stamp=at(60.0 * minute), origin=Origin.SIMULATED, sensor=SENSOR, room=ROOM, **asdict(reading)
        )
        known, more = step(known, sample, [heats, course])
        findings += more
    return findings


@pytest.mark.slow
def test_a_healthy_house_of_the_simulated_world_accuses_nobody() -> None:
    assert lived(evening(heated=True), says_on=False) == []
    assert lived(evening(heated=False), says_on=False) == []


@pytest.mark.slow
def test_a_heater_that_reports_on_but_gives_nothing_is_found_the_same_evening() -> None:
    findings = lived(evening(heated=False), says_on=True)
    assert [finding.suspicion for finding in findings] == [Suspicion(Fault.NO_EFFECT, AC, f"{SENSOR}.temperature_c")]
    assert (findings[0].stamp.monotonic_ns - BEGAN.monotonic_ns) / 3.6e12 < 5.0
    assert all(AC in findings[0].words(language) for language in LANGUAGES)


@pytest.mark.slow
def test_a_sensor_that_sticks_is_found_and_the_heater_is_not_accused_first() -> None:
    findings = lived(evening(heated=True, stuck=True), says_on=False)
    assert findings
    assert findings[0].suspicion == Suspicion(Fault.STUCK_READING, SENSOR, "temperature_c")
