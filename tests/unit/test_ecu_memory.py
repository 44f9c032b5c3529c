"""What a controller has learned outlives a restart, and nothing of another house, another time, or a damaged file."""

from datetime import timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest

from sumika.belief.record import EXTRA_VALUES
from sumika.belief.suspicion import Fault, Suspicion
from sumika.ecu import Ecu, Measurements
from sumika.ecu.memory import recall, remember
from sumika.runtime.house_ear import HouseEar
from sumika.runtime.thinking import LEARNED, Thinking
from sumika.schema import Origin
from sumika.schema.house import Device, House
from tests.plan_helpers import EVENING, STAMP, air, small_house, state

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
    rooms = tuple(msgspec.structs.replace(room, id=f"other_{room.id}") for room in small_house().rooms)
    other = msgspec.structs.replace(small_house(), rooms=rooms, devices=())
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


def test_a_release_that_keeps_more_of_a_device_keeps_the_rows_of_before(
    lived: Ecu, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sumika.belief.record.EXTRA_VALUES", {**EXTRA_VALUES, "exhaust_fan": ("rpm",)})
    again = Ecu(small_house())
    assert recall(again, remember(lived), LATER_S)
    rows, before = again.belief.record.rows(), lived.belief.record.rows()
    assert np.array_equal(rows.setting("tank", "hot_water_l"), before.setting("tank", "hot_water_l"), equal_nan=True)
    assert np.array_equal(rows.people, before.people, equal_nan=True)
    assert np.isnan(rows.setting("fan", "rpm")).all()
    again.observe(Measurements(at=EVENING + timedelta(days=2), air=(air("living", 19.0), air("bedroom", 18.0))))
    assert len(again.belief.record.rows()) > len(before)
    assert np.array_equal(again.belief.theta, lived.belief.theta)


LAMP = Device(id="lamp", room="living", kind="light")
HEATER = Device(id="heater", room="bedroom", kind="floor_heating")


@pytest.mark.parametrize("more", [LAMP, HEATER])
def test_a_house_that_has_another_device_keeps_what_was_learned(lived: Ecu, more: Device) -> None:
    house = small_house()
    house = msgspec.structs.replace(house, devices=(more, *house.devices[1:], house.devices[0]))
    again = Ecu(house)
    assert recall(again, remember(lived), LATER_S)
    belief, before = again.belief, lived.belief
    for name, place in before.thermal.place.items():
        assert belief.theta[belief.thermal.place[name]] == before.theta[place], name
    assert belief.learned_days == before.learned_days
    assert np.array_equal(vars(again.routine)["_mean"], vars(lived.routine)["_mean"])
    assert again.likings["living"].warmer_k == lived.likings["living"].warmer_k
    rows, old = belief.record.rows(), before.record.rows()
    assert np.array_equal(rows.air, old.air, equal_nan=True)
    assert np.array_equal(rows.setting("tank", "hot_water_l"), old.setting("tank", "hot_water_l"), equal_nan=True)
    assert np.isnan(rows.setting(more.id, "level")).all()
    again.observe(Measurements(at=EVENING + timedelta(days=2), air=(air("living", 19.0), air("bedroom", 18.0))))
    assert again.belief.state is not None
    assert np.isfinite(again.belief.state).all()


def test_a_house_that_has_lost_a_room_keeps_what_was_learned_of_the_other(lived: Ecu) -> None:
    house = small_house()
    devices = tuple(one for one in house.devices if one.room == "living")
    again = Ecu(msgspec.structs.replace(house, rooms=house.rooms[:1], devices=devices))
    assert recall(again, remember(lived), LATER_S)
    assert np.array_equal(vars(again.routine)["_mean"][:, :, 0], vars(lived.routine)["_mean"][:, :, 0])
    assert np.array_equal(again.belief.record.rows().air[:, 0], lived.belief.record.rows().air[:, 0], equal_nan=True)
    again.observe(Measurements(at=EVENING + timedelta(days=2), air=(air("living", 19.0),)))
    assert again.belief.state is not None
    assert np.isfinite(again.belief.state).all()


def test_a_machine_that_is_new_is_known_beside_those_of_which_was_learned() -> None:
    washer, dryer = (Device(id=name, room="living", kind="appliance") for name in ("washer", "dryer"))
    house = msgspec.structs.replace(small_house(), devices=(washer,))
    before = Ecu(house)
    before.observe(Measurements(at=EVENING, air=(air("living", 19.0),)))
    before.appliances.run_s["washer"] = 4321.0
    again = Ecu(msgspec.structs.replace(house, devices=(washer, dryer)))
    assert recall(again, remember(before), LATER_S)
    assert again.appliances.run_s["washer"] == 4321.0
    assert "dryer" in again.appliances.run_s


def an_ear() -> HouseEar:
    ear = HouseEar(small_house())
    ear.take(air("living", 19.0))
    return ear


def test_a_clock_that_is_behind_at_the_start_is_waited_for_and_nothing_is_overwritten(
    lived: Ecu, tmp_path: Path
) -> None:
    before, first = remember(lived), Thinking(small_house())
    recall(first.ecu, before, LATER_S)
    first.remember(tmp_path)
    kept = (tmp_path / LEARNED).read_bytes()
    thinking, behind = Thinking(small_house()), EVENING - timedelta(days=400)
    assert not thinking.recall(tmp_path, behind)
    thinking.observe(an_ear(), behind, STAMP.monotonic_ns)
    assert thinking.remember(tmp_path) == ""
    assert (tmp_path / LEARNED).read_bytes() == kept
    right = EVENING + timedelta(days=2)
    thinking.observe(an_ear(), right, STAMP.monotonic_ns + 60 * 10**9)
    assert np.array_equal(thinking.ecu.belief.theta, lived.belief.theta)
    assert thinking.ecu.at == right


def test_a_clock_that_stays_behind_was_not_the_wrong_one(lived: Ecu, tmp_path: Path) -> None:
    first = Thinking(small_house())
    recall(first.ecu, remember(lived), LATER_S)
    first.remember(tmp_path)
    thinking, behind = Thinking(small_house()), EVENING - timedelta(days=3)
    thinking.recall(tmp_path, behind)
    thinking.observe(an_ear(), behind, STAMP.monotonic_ns)
    behind += timedelta(hours=3)
    thinking.observe(an_ear(), behind, STAMP.monotonic_ns + 3 * 3600 * 10**9)
    assert np.array_equal(thinking.ecu.belief.theta, lived.belief.theta)
    assert thinking.ecu.belief.record.rows().unix_s[-1] <= behind.timestamp()


def test_what_cannot_be_used_is_set_aside_and_said(tmp_path: Path) -> None:
    (tmp_path / LEARNED).write_bytes(b"no memory")
    thinking = Thinking(small_house())
    assert not thinking.recall(tmp_path, EVENING)
    assert (tmp_path / f"{LEARNED}.aside").read_bytes() == b"no memory"
    (event,) = thinking.news(STAMP, Origin.LIVE)
    assert (event.code, event.detail) == ("learned_set_aside", "damaged")
    assert thinking.news(STAMP, Origin.LIVE) == ()


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


def test_a_device_that_did_not_answer_before_a_restart_is_told_again_unless_it_answers() -> None:
    silent = Suspicion(Fault.UNREACHABLE, "tank", "")
    ecu = Ecu(small_house())
    ecu.observe(Measurements(at=EVENING, air=(air("living", 20.0),), devices=(state("tank", tank_c=65.0),)))
    ecu.observe(Measurements(at=EVENING + timedelta(hours=1), air=(air("living", 20.0),)))
    assert silent in ecu.watch.held
    for answers in (False, True):
        again = Ecu(small_house())
        assert recall(again, remember(ecu), LATER_S)
        at = EVENING + timedelta(days=2)
        again.watch.devices((), (), at)
        assert again.watch.news() == ()
        devices = (state("tank", tank_c=65.0),) if answers else ()
        again.watch.devices((), devices, at + timedelta(minutes=20))
        assert [one.suspicion for one in again.watch.news()] == ([] if answers else [silent])
        assert bool(again.watch.silent.since_s) is not answers
