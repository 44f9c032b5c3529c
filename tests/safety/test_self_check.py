"""The self-test finds a table that would let through what it must not."""

import math
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from sumika.safety import KIND_LIMITS, DeviceLimits, KindLimits, Limit, limits_of, self_check
from sumika.safety.self_check import problems
from tests.safety.bench import FAN, HEATER, Bench, device


def test_every_kind_is_sound_and_so_is_what_an_owner_makes_of_it() -> None:
    devices = [device(kind, kind) for kind in KIND_LIMITS]
    own = device("own", "fish_tank", limits={"water_c": (22.0, 28.0), "pump": (0.0, math.inf)})
    assert problems({each.id: limits_of(each) for each in (*devices, own)}) == ()


def changed(limits: DeviceLimits, setting: str, **fields: Any) -> DeviceLimits:
    """Return limits of which one row is another."""
    row = replace(limits.settings[setting], **fields)
    return replace(limits, settings={**limits.settings, setting: row})


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"low": 32.0}, "is no range"),
        ({"low": math.nan}, "is no range"),
        ({"widest_low": math.nan}, ""),
        ({"high": 31.0}, ""),
    ],
)
def test_a_row_that_is_no_range_is_found(fields: dict[str, float], says: str) -> None:
    found = problems({"heater": changed(limits_of(HEATER), "setpoint_c", **fields)})
    assert [line for line in found if says and line.startswith("heater.setpoint_c") and line.endswith(says)] == list(
        found
    )
    assert bool(found) is bool(says)


def test_a_fail_safe_out_of_range_is_found() -> None:
    for value in (-1.0, 5.0):
        limits = replace(limits_of(HEATER), fail_safe={"mode": value})
        (line,) = problems({"heater": limits})
        assert line == f"heater.mode: the fail-safe {value:g} is out of range"
    assert problems({"heater": replace(limits_of(HEATER), fail_safe={"mode": 4.0})}) == ()


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> dict[str, KindLimits]:
    """A table of limits that a test may spoil."""
    table = dict(KIND_LIMITS)
    monkeypatch.setattr(self_check, "KIND_LIMITS", MappingProxyType(table))
    return table


def test_a_missing_row_is_found(table: dict[str, KindLimits]) -> None:
    table["exhaust_fan"] = KindLimits()
    assert problems({}) == ("exhaust_fan.level has no limits",)


@pytest.mark.parametrize(("low", "high"), [(-1.0, 2.0), (0.0, 3.0), (2.0, 1.0)])
def test_a_row_wider_than_its_kind_is_found(table: dict[str, KindLimits], low: float, high: float) -> None:
    table["exhaust_fan"] = KindLimits(settings={"level": Limit(low=low, high=high)})
    (line,) = problems({})
    assert line.startswith("exhaust_fan.level: ")


def test_a_row_of_one_value_is_a_range(table: dict[str, KindLimits]) -> None:
    table["exhaust_fan"] = KindLimits(settings={"level": Limit(low=1.0, high=1.0)})
    assert problems({}) == ()


def test_a_check_that_takes_anything_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    for wild in (math.nan, math.inf, -math.inf, "above", "below"):

        def lets_through(value: float, limit: Limit, wild: object = wild) -> tuple[float | None, str]:
            above = value > limit.widest_high and math.isfinite(value)
            below = value < limit.widest_low and math.isfinite(value)
            taken = {"above": above, "below": below}.get(str(wild), value == wild or (value != value and wild != wild))
            return (value if taken else None), ""

        monkeypatch.setattr(self_check, "in_range", lets_through)
        assert problems({"fan": limits_of(FAN)}) == ("fan.level: takes what is no number, or out of range",)


def test_a_gate_that_fails_its_self_test_passes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench()
    monkeypatch.setattr(self_check, "in_range", lambda value, limit: (value, ""))
    assert bench.gate.self_test() != ()
    assert bench.rule("heater", "mode", 1.0, "resident") == "not_yet"
    monkeypatch.undo()
    assert bench.gate.self_test() == ()
    assert bench.written("heater", "mode", 1.0, "resident") == 1.0
