"""The arena: what a controller sees of a simulated house, how its commands arrive, and that the books agree."""

import math
from collections.abc import Mapping
from datetime import date
from itertools import pairwise

import msgspec
import numpy as np
import pytest

from sumika.clock import Instant
from sumika.ecu import Measurements
from sumika.evaluate.control.arena import Arena
from sumika.evaluate.control.baselines import FAMILIES, Settings
from sumika.evaluate.control.compare import Plan, compare
from sumika.evaluate.control.contenders import CONTENDERS, Contender, contenders_of, enter
from sumika.evaluate.control.cost import cost_of
from sumika.evaluate.control.diary import DiaryWriter
from sumika.evaluate.control.forecasts import Forecast
from sumika.evaluate.control.gaps import gap_closed
from sumika.evaluate.control.houses import EQUIPMENT
from sumika.evaluate.control.presence import HOLDS_S, PresenceSource, Seen, Watcher
from sumika.evaluate.control.summary import gap_closed_by, lines_of, total, worst_scenario_of
from sumika.evaluate.control.weeks import QUICK, SCORED_SEEDS, TUNING_SEEDS, WEEKS, week_of
from sumika.schema import Asker, Command, Origin, SumikaError, UsageError
from sumika.schema.house import Control, Tariff
from sumika.schema.worth import Worth
from sumika.world.devices.controlled import controlled_devices
from sumika.world.devices.storage import CarCharger
from sumika.world.exchange import Doing
from tests.control_helpers import STAMP, diary, short_house

HOUSE = short_house()


class Recorder:
    """Commands what it is given, and keeps what it is told."""

    def __init__(self, commands: Mapping[tuple[str, str], float] | None = None) -> None:
        self.seen: list[Measurements] = []
        self.foretold: list[Forecast] = []
        self._commands = commands or {}

    def observe(self, measurements: Measurements) -> None:
        self.seen.append(measurements)

    def commands(self, forecast: Forecast) -> tuple[Command, ...]:
        self.foretold.append(forecast)
        return tuple(
            Command(
                stamp=STAMP, origin=Origin.SIMULATED, device=device, action=action, value=value, asked_by=Asker.PLAN
            )
            for (device, action), value in self._commands.items()
        )


class ShutGate:
    """Lets nothing through, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Command, Instant]] = []
        self.observed = 0

    def observe(self, measurements: Measurements) -> None:
        self.observed += 1

    def passes(self, command: Command, at: Instant) -> float | None:
        self.asked.append((command, at))
        return None


def doing(room: str, activity: str = "reading", stage: str = "") -> Doing:
    return Doing(start_s=0.0, activity=activity, room=room, sleep_stage=stage)


# ---- weeks


def test_weeks_are_balanced_and_every_house_can_be_lived_in() -> None:
    weeks = WEEKS.values()
    assert len({(week.season, week.city) for week in weeks}) == 12
    for name in ("household", "tariff"):
        values = [getattr(week, name) for week in weeks]
        assert {values.count(value) for value in values} == {4}
    assert {equipment for week in weeks for equipment in week.equipment} == set(EQUIPMENT)
    assert not set(SCORED_SEEDS) & set(TUNING_SEEDS)
    assert {WEEKS[name].household for name in QUICK} == {"couple", "elderly", "family"}
    for week in weeks:
        house = week.house(1)
        rooms, windows = {room.id for room in house.rooms}, house.building.windows if house.building else ()
        assert all(device.room in rooms for device in house.devices)
        assert {device.window for device in house.devices if device.window} <= {window.id for window in windows}
        assert len({device.id for device in house.devices}) == len(house.devices)
    with pytest.raises(UsageError, match="no scenario week"):
        week_of("autumn_osaka")


def test_residents_wear_summer_clothes_in_the_warm_weeks_and_only_there() -> None:
    for week in WEEKS.values():
        settings = week.house(1).world
        assert settings is not None
        assert (int(settings.start[5:7]) in range(6, 10)) == (week.season in ("summer", "rainy"))


# ---- presence


def test_the_truth_is_told_or_nothing_is() -> None:
    where = {"aoi": doing("bedroom", "sleeping", "n2"), "ren": doing("living"), "kei": doing("", "away")}
    truth = Watcher(HOUSE, PresenceSource.TRUTH, 1).see(300.0, 300.0, where)
    assert (truth.presence["bedroom"], truth.presence["living"], truth.presence["hall"]) == (
        (1.0, 1),
        (1.0, 1),
        (0.0, 0),
    )
    assert truth.activities == {"bedroom": "sleep", "living": "awake"}
    nothing = Watcher(HOUSE, PresenceSource.NONE, 1).see(300.0, 300.0, where)
    assert set(nothing.presence.values()) == {(None, 0)}
    assert nothing.activities == {}


def test_a_motion_sensor_sees_who_comes_in_and_loses_who_sits_still() -> None:
    watcher = Watcher(HOUSE, PresenceSource.PIR, 1)
    still = {"aoi": doing("living", "reading")}
    told = [watcher.see(300.0 * step, 300.0, still).presence["living"][0] or 0.0 for step in range(1, 145)]
    assert told[0] == 1.0
    assert told[: round(HOLDS_S / 300.0)] == [1.0] * round(HOLDS_S / 300.0)
    # Reading one moves twice an hour: with a hold of a quarter of an hour seen 1 - exp(-0.5) = 0.39 of the time.
    assert 0.2 < np.mean(told) < 0.6
    cooking = [
        watcher.see(300.0 * step, 300.0, {"aoi": doing("living", "cooking")}).presence["living"]
        for step in range(200, 224)
    ]
    assert cooking == [(1.0, 1)] * 24


def test_perception_errs_as_it_was_counted_to_and_knows_only_rooms_with_a_radar() -> None:
    watcher = Watcher(HOUSE, PresenceSource.PERCEPTION, 1)
    where = {"aoi": doing("living", "reading")}
    told: list[Seen] = [watcher.see(300.0 * step, 300.0, where) for step in range(1, 600)]
    assert told[0].presence["hall"] == (None, 0)
    here = np.mean([one.presence["living"][0] or 0.0 for one in told])
    empty = np.mean([one.presence["bedroom"][0] or 0.0 for one in told])
    # By the error model a sitter is told of in 0.9990 of the time, an empty room in 0.1423 of it.
    assert here == pytest.approx(0.02 + 0.96 * 0.999, abs=0.01)
    assert empty == pytest.approx(0.02 + 0.96 * 0.1423, abs=0.03)
    assert np.mean([one.presence["bedroom"][1] for one in told]) < 0.12
    does = [one.activities["living"] for one in told if "living" in one.activities]
    # A sitter is mostly seen to sit, and now and then taken for somebody who stands or lies.
    assert does.count("awake") > 0.8 * len(does)
    again = Watcher(HOUSE, PresenceSource.PERCEPTION, 1)
    assert [again.see(300.0 * step, 300.0, where) for step in range(1, 600)] == told


def test_perception_takes_most_who_lie_for_asleep_and_sometimes_errs() -> None:
    watcher = Watcher(HOUSE, PresenceSource.PERCEPTION, 2)
    where = {"aoi": doing("bedroom", "sleeping", "n2")}
    told = [watcher.see(300.0 * step, 300.0, where).activities.get("bedroom") for step in range(1, 2000)]
    asleep = np.mean([one == "sleep" for one in told if one is not None])
    assert 0.85 < asleep < 1.0


# ---- the arena


@pytest.mark.slow
def test_controllers_observe_every_five_minutes_and_command_every_quarter_of_an_hour() -> None:
    arena, commander, looker = Arena(HOUSE), Recorder(), Recorder()
    written = arena.run(commander, 0.125, learners=(looker,))
    assert len(commander.seen) == len(looker.seen) == 36
    assert len(commander.foretold) == 12
    assert looker.foretold == []
    assert all((late.at - early.at).total_seconds() == 300.0 for early, late in pairwise(commander.seen))
    assert len(written.grid_w) == 36
    last = commander.seen[-1]
    assert {sample.sensor for sample in last.air} <= {sensor.id for sensor in HOUSE.sensors}
    assert {state.device for state in last.devices} == {device.id for device in arena.house.devices}
    assert last.meter is not None
    assert last.meter.price_per_kwh is not None
    assert last.weather is not None
    assert last.weather.temperature_c is not None


@pytest.mark.slow
def test_what_is_counted_is_what_the_meter_counted() -> None:
    arena = Arena(msgspec.structs.replace(HOUSE, tariff=Tariff(plan="market_jp")))
    began = arena.world.meter.cost
    written = arena.run(FAMILIES["thermostat"].make(arena.house, Settings()), 1.0)
    base = 1247.0 * 86_400.0 / (365.0 / 12.0 * 86_400.0)
    cost = cost_of(written, Worth())
    assert cost.electricity + cost.gas == pytest.approx(arena.world.meter.cost - began - base, rel=1e-9)
    assert cost.total == pytest.approx(cost.money + cost.discomfort + cost.air)


@pytest.mark.slow
def test_commands_pass_the_gate_or_do_not_arrive() -> None:
    wants = {("living_aircon", "mode"): 1.0, ("living_aircon", "setpoint_c"): 28.0}
    gate = ShutGate()
    open_arena, shut_arena = Arena(HOUSE), Arena(HOUSE, gate=gate)
    warmed, left = (one.run(Recorder(wants), 0.125) for one in (open_arena, shut_arena))
    assert warmed.settings["living_aircon", "mode"][-1] == 1.0
    assert left.settings["living_aircon", "mode"][-1] == 0.0
    living = warmed.rooms.index("living")
    difference_k = warmed.of_rooms["air_temperature_c"][-1, living] - left.of_rooms["air_temperature_c"][-1, living]
    assert difference_k > 2.0
    assert len(gate.asked) == 24
    assert gate.observed == 36
    assert gate.asked[-1][1].monotonic_ns == 33 * 300 * 1_000_000_000


@pytest.mark.slow
def test_what_belongs_to_the_controller_is_left_alone_and_residents_keep_the_rest() -> None:
    house = msgspec.structs.replace(short_house("2026-01-26T18:00"), control=Control(light="residents"))
    arena = Arena(house)
    idle = arena.run(Recorder(), 0.25)
    owned = controlled_devices(arena.house)
    assert "range_hood" not in owned
    assert all(
        len(np.unique(values)) == 1
        for (name, knob), values in idle.settings.items()
        if name in owned and knob == "mode"
    )
    assert len(np.unique(idle.settings["range_hood", "level"])) > 1
    assert idle.devices_w["living_light"].max() > 10.0


@pytest.mark.slow
def test_the_same_controller_lives_the_same_week_twice() -> None:
    costs = []
    for _ in range(2):
        arena = Arena(HOUSE, presence=PresenceSource.PERCEPTION, seed=3)
        costs.append(cost_of(arena.run(FAMILIES["rules"].make(arena.house, Settings()), 0.25), Worth()))
    assert costs[0] == costs[1]


@pytest.mark.slow
def test_refusals_are_counted_and_residents_wishes_are_heard() -> None:
    arena = Arena(HOUSE)
    full = {("roof_pv_missing", "mode"): 1.0}
    with pytest.raises(SumikaError, match="no device"):
        arena.run(Recorder(full), 0.01)
    arena, cold = Arena(short_house("2026-01-26T07:00")), Recorder({("living_aircon", "setpoint_c"): 99.0})
    written = arena.run(cold, 0.5)
    assert written.refused == 48
    votes = [vote for seen in cold.seen for vote in seen.votes]
    assert len(votes) == written.wishes > 0
    assert all(vote.sensation < 0.0 and vote.resident in {"aoi", "ren"} for vote in votes)


@pytest.mark.slow
def test_forecasts_err_more_the_further_they_go_and_perfect_ones_do_not() -> None:
    arena, perfect = Arena(HOUSE), Arena(HOUSE, perfect_forecast=True)
    recorders = [Recorder(), Recorder()]
    for one, recorder in zip((arena, perfect), recorders, strict=True):
        one.run(recorder, 1.0)
    off = []
    for foretold, true in zip(recorders[0].foretold, recorders[1].foretold, strict=True):
        assert foretold.begins == true.begins
        off.append(np.abs(foretold.temperature_c - true.temperature_c))
    early, late = np.mean(off, axis=0)[:48].mean(), np.mean(off, axis=0)[-12:].mean()
    assert 0.1 < early < late
    first = recorders[1].foretold[0]
    assert (first.begins[-1] - first.at).total_seconds() == 47 * 3600.0
    assert first.seconds.sum() == 48 * 3600.0
    weather = recorders[1].seen[2].weather
    assert weather is not None
    seen = weather.temperature_c
    assert seen is not None
    assert abs(first.temperature_c[0] - seen) < 0.5


@pytest.mark.slow
def test_market_prices_are_known_once_published_and_guessed_from_the_week_before_beyond() -> None:
    house = msgspec.structs.replace(short_house("2026-01-26T12:00"), tariff=Tariff(plan="market_jp"))
    blind, perfect = Recorder(), Recorder()
    Arena(house).run(blind, 0.125)
    Arena(house, perfect_forecast=True).run(perfect, 0.125)
    for foretold, true in zip(blind.foretold, perfect.foretold, strict=True):
        known_days = 2 if foretold.at.hour >= 13 else 1
        for place, when in enumerate(foretold.begins):
            known = (when.date() - foretold.at.date()).days < known_days
            assert (foretold.price_per_kwh[place] == true.price_per_kwh[place]) == known
        assert np.all(np.isfinite(foretold.price_per_kwh))


@pytest.mark.slow
def test_a_car_that_leaves_too_empty_is_short_by_what_it_lacks_beyond_its_reserve() -> None:
    devices = (*HOUSE.devices, *EQUIPMENT["car"])
    arena = Arena(msgspec.structs.replace(HOUSE, devices=devices))
    car = arena.world.devices.device("car")
    assert isinstance(car, CarCharger)
    car.store.held_j = 0.22 * car.store.capacity_j
    start = arena.world.start
    days = [start.toordinal() + number for number in range(7)]
    day = next(day for day in days if car.trip(day, date.fromordinal(day).weekday())[0] > 0.0)
    written = arena.run(Recorder({("car", "mode"): 0.0}), day - start.toordinal() + 0.5)
    assert (np.diff(written.settings["car", "at_home"]) < 0).sum() == 1
    needed_kwh = car.trip(day, date.fromordinal(day).weekday())[2] / 3.6e6
    assert written.missing_charge_kwh == pytest.approx(needed_kwh - 0.02 * 40.0)


def test_nobody_who_controls_is_told_how_people_live() -> None:
    arena = Arena(HOUSE)
    assert [one.id for one in arena.house.residents] == ["aoi", "ren"]
    assert all(one.life is None for one in arena.house.residents)
    assert arena.house.world is None
    assert all(one.life is not None for one in arena.world.house.residents)


def test_a_diary_of_nothing_is_an_error() -> None:
    with pytest.raises(SumikaError, match="nothing was lived"):
        DiaryWriter(Arena(HOUSE).world, 300.0, 15.0, 14.0).diary()


# ---- comparing


@pytest.mark.slow
def test_controllers_are_compared_over_weeks_and_seeds_and_another_can_enter() -> None:
    def heats_nothing(arena: Arena, week: object) -> Recorder:
        return Recorder()

    enter(Contender(name="idle", make=heats_nothing))
    try:
        with pytest.raises(UsageError, match="already"):
            enter(Contender(name="idle", make=heats_nothing))
        plan = Plan(
            weeks=("winter_tokyo",),
            controllers=("thermostat", "rules", "idle"),
            seeds=(11, 12),
            warm_up_days=0,
            days=0.25,
        )
        runs = compare(plan)
    finally:
        del CONTENDERS["idle"]
    assert [(run.controller, run.seed) for run in runs] == [
        (name, seed) for name in ("thermostat", "rules", "idle") for seed in (11, 12)
    ]
    lines = lines_of(runs)
    assert sum(line.best for line in lines) == 1
    assert not next(line for line in lines if line.controller == "idle").best
    means = {line.controller: line.spread(total).mean for line in lines}
    best = min(means["thermostat"], means["rules"])
    week, share = worst_scenario_of(runs, "idle")
    assert week == "winter_tokyo"
    assert share == pytest.approx(means["idle"] / best - 1.0)
    gap = gap_closed_by(runs, "idle", "thermostat")
    expected = gap_closed(best, means["idle"], means["thermostat"])
    assert gap.mean == pytest.approx(expected) or (math.isnan(gap.mean) and math.isnan(expected))
    with pytest.raises(ValueError, match="not 1 weeks"):
        gap_closed_by(runs[:-1], "idle", "thermostat")


def test_unknown_controllers_are_named_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="no controller"):
        contenders_of(("psychic",))
    assert {one.name for one in contenders_of(())} >= set(FAMILIES)
    assert diary().hours == pytest.approx(1.0 / 12.0)
