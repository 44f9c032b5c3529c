"""What a controller has learned outlives a restart, and nothing of another house, another time, or a damaged file."""

from datetime import timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest

from sumika.ecu import Ecu, Measurements
from sumika.ecu.memory import recall, remember
from sumika.runtime.thinking import Thinking
from sumika.schema.house import Device, House
from tests.plan_helpers import EVENING, air, small_house, state

pytestmark = pytest.mark.slow

LATER_S = (EVENING + timedelta(days=2)).timestamp()


@pytest.fixture(scope="module")
def lived() -> Ecu:
    """A controller that has seen a day and a half, and learned from it."""
    ecu = Ecu(small_house())
    for quarter in range(6 * 24):
        at = EVENING + timedelta(minutes=15 * quarter)
        warm = 18.0 + 2.0 * np.sin(quarter / 15.0)
        ecu.observe(
            Measurements(
                at=at,
                air=(air("living", float(warm)), air("bedroom", float(warm) - 1.0)),
                devices=(state("tank", hot_water_l=200.0, tank_c=65.0),),
                presence={"living": (0.9, 1.0), "bedroom": (0.1, 0.0)},
            )
        )
    assert ecu.belief.learned_days > 0.0
    return ecu


def test_everything_that_was_learned_comes_back(lived: Ecu) -> None:
    again = Ecu(small_house())
    assert recall(again, remember(lived), LATER_S)
    assert np.array_equal(again.belief.theta, lived.belief.theta)
    assert np.array_equal(again.belief.air_theta, lived.belief.air_theta)
    assert again.belief.state is not None
    assert lived.belief.state is not None
    assert np.array_equal(again.belief.state, lived.belief.state)
    assert again.belief.learned_days == lived.belief.learned_days
    assert np.array_equal(again.light.daylight.factor, lived.light.daylight.factor)
    rows, before = again.belief.record.rows(), lived.belief.record.rows()
    assert len(rows) == len(before)
    assert np.array_equal(rows.air, before.air, equal_nan=True)
    assert np.array_equal(rows.settings, before.settings, equal_nan=True)
    for holder, other in ((again.routine, lived.routine), (again.usage, lived.usage)):
        for name, value in vars(other).items():
            if isinstance(value, np.ndarray) and value.dtype.kind == "f":
                assert np.array_equal(vars(holder)[name], value), name
    assert remember(again) == remember(lived)


def test_it_goes_on_where_it_was(lived: Ecu) -> None:
    again = Ecu(small_house())
    recall(again, remember(lived), LATER_S)
    again.observe(Measurements(at=EVENING + timedelta(days=2), air=(air("living", 19.0), air("bedroom", 18.0))))
    assert len(again.belief.record.rows()) >= len(lived.belief.record.rows())
    assert again.belief.state is not None
    assert np.isfinite(again.belief.state).all()


def test_what_is_asked_for_now_is_not_overruled_by_what_was_asked_for_then() -> None:
    before, now = Ecu(small_house(), comfort_c={"living": (19.0, 21.0)}), {"living": (22.0, 24.0)}
    before.observe(Measurements(at=EVENING, air=(air("living", 19.0), air("bedroom", 18.0))))
    again = Ecu(small_house(), comfort_c=now)
    assert recall(again, remember(before), LATER_S)
    assert again.comfort_c == now


def test_nothing_is_taken_of_another_house_of_the_future_or_of_damaged_bytes(lived: Ecu) -> None:
    kept = remember(lived)
    other = msgspec.structs.replace(small_house(), devices=(Device(id="x", room="living", kind="battery"),))
    cases: list[tuple[House, bytes, float]] = [
        (other, kept, LATER_S),
        (small_house(), kept, EVENING.timestamp() - 1e6),
        (small_house(), kept[: len(kept) // 2], LATER_S),
        (small_house(), b"", LATER_S),
        (small_house(), msgspec.msgpack.encode({"rooms": 3}), LATER_S),
        (small_house(), msgspec.msgpack.encode([1]), LATER_S),
    ]
    for house, data, now_s in cases:
        fresh = Ecu(house)
        assert not recall(fresh, data, now_s)
        assert fresh.belief.state is None
        assert len(fresh.belief.record.rows()) == 0


def test_what_does_not_fit_any_more_is_learned_anew(lived: Ecu) -> None:
    told = msgspec.msgpack.decode(remember(lived))
    told["kept"]["belief"]["theta"] = ["array", [2], False, np.zeros(2).tobytes()]
    told["kept"]["belief"]["theta_spread"] = "wrong"
    told["kept"]["belief"]["state"] = ["array", [1], False, np.zeros(1).tobytes()]
    told["kept"]["routine"]["unknown"] = 3.0
    fresh = Ecu(small_house())
    usual = fresh.belief.theta.copy()
    assert recall(fresh, msgspec.msgpack.encode(told), LATER_S)
    assert np.array_equal(fresh.belief.theta, usual)
    assert fresh.belief.state is None
    assert len(fresh.belief.record.rows()) > 0


def test_it_lies_on_the_disk_whole(lived: Ecu, tmp_path: Path) -> None:
    thinking = Thinking(small_house())
    recall(thinking.ecu, remember(lived), LATER_S)
    assert thinking.remember(tmp_path / "plan") == ""
    again = Thinking(small_house())
    assert again.recall(tmp_path / "plan", EVENING + timedelta(days=2))
    assert np.array_equal(again.ecu.belief.theta, lived.belief.theta)
    assert not again.recall(tmp_path / "nothing", EVENING)
    (tmp_path / "file").write_text("")
    assert "cannot be written" in thinking.remember(tmp_path / "file")
