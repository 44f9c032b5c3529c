"""The gate inside the controller: what is planned passes its limits, and what it does by itself is said."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sumika import Measurements, readings
from sumika.ecu.guard import Guard
from sumika.ecu.to_devices import commands_of
from sumika.schema import Asker, Command, Ruling
from sumika.schema.house import Control, Device, House, Room

AT = datetime(2026, 1, 20, 7, 0, tzinfo=ZoneInfo("Asia/Tokyo"))


def house(*, limits: dict[str, tuple[float, float]] | None = None, fail_safe: dict[str, float] | None = None) -> House:
    heater = Device(
        id="heater", room="living", kind="room_air_conditioner", limits=limits or {}, fail_safe=fail_safe or {}
    )
    return House(
        rooms=(Room(id="living", floor_m=((0, 0), (4, 0), (4, 5), (0, 5))),),
        devices=(heater, Device(id="fan", room="living", kind="exhaust_fan")),
    )


def measured(
    minute: float, *, mode: float = 1.0, setpoint_c: float = 20.0, air_c: float = 19.0, window: float = 0.0
) -> Measurements:
    return readings(
        AT + timedelta(minutes=minute),
        rooms={"living": {"temperature_c": air_c, "window_open": window}},
        devices={"heater": {"mode": mode, "setpoint_c": setpoint_c}, "fan": {"level": 1.0}},
        people={"living": 1.0},
    )


def asked(minute: float, *settings: tuple[str, str, float]) -> tuple[Command, ...]:
    return commands_of(settings, AT + timedelta(minutes=minute), Asker.PLAN)


def passed(guard: Guard, minute: float, *settings: tuple[str, str, float]) -> dict[tuple[str, str], float]:
    told = guard.passed(asked(minute, *settings), AT + timedelta(minutes=minute))
    return {(one.device, one.action): one.value for one in told}


def test_whatever_the_mode_of_the_house_somebody_drives_here() -> None:
    described = house()
    guard = Guard(House(rooms=described.rooms, devices=described.devices, control=Control(mode="shadow")))
    guard.observe(measured(0))
    assert passed(guard, 0, ("heater", "setpoint_c", 21.5)) == {("heater", "setpoint_c"): 21.5}


def test_a_number_is_brought_within_the_owners_limits_and_no_step_is_too_large() -> None:
    guard = Guard(house(limits={"setpoint_c": (18.0, 22.0)}))
    guard.observe(measured(0))
    assert passed(guard, 0, ("heater", "setpoint_c", 24.0)) == {("heater", "setpoint_c"): 22.0}
    assert guard.verdicts[0].ruling is Ruling.CLIPPED
    wide = Guard(house())
    wide.observe(measured(0))
    assert passed(wide, 0, ("heater", "setpoint_c", 30.0)) == {("heater", "setpoint_c"): 23.0}


def test_what_is_in_no_unit_of_ours_or_for_nobody_goes_nowhere() -> None:
    guard = Guard(house())
    guard.observe(measured(0))
    orders = (("heater", "setpoint_c", 294.15), ("stove", "on", 1.0), ("heater", "warmth", 1.0))
    assert passed(guard, 0, *orders, ("heater", "setpoint_c", float("nan"))) == {}
    assert [one.ruling for one in guard.verdicts] == [Ruling.VETOED] * 4


def test_nothing_heats_with_the_window_open() -> None:
    guard = Guard(house())
    guard.observe(measured(0, mode=0.0, window=1.0))
    assert passed(guard, 0, ("heater", "mode", 1.0)) == {}
    guard.observe(measured(5, mode=0.0, window=0.0))
    assert passed(guard, 5, ("heater", "mode", 1.0)) == {("heater", "mode"): 1.0}


def test_what_a_thermostat_did_before_is_no_residents_hand_and_a_hand_is_one() -> None:
    guard = Guard(house())
    for minute, setpoint_c in ((0, 20.0), (5, 17.0), (10, 21.0)):
        guard.observe(measured(minute, setpoint_c=setpoint_c))
    assert passed(guard, 10, ("heater", "setpoint_c", 22.0)) == {("heater", "setpoint_c"): 22.0}
    guard.observe(measured(15, setpoint_c=22.0))
    guard.observe(measured(20, setpoint_c=18.0))  # nobody here has asked for that
    assert passed(guard, 20, ("heater", "setpoint_c", 22.0)) == {}
    assert guard.verdicts[0].rule == "resident_holds"
    # Who has asked for nothing for long has let a thermostat drive meanwhile: it begins anew.
    for minute in (25, 30, 35, 40):
        guard.observe(measured(minute, setpoint_c=19.0))
    assert passed(guard, 40, ("heater", "setpoint_c", 21.0)) == {("heater", "setpoint_c"): 21.0}


def test_least_times_count_whoever_switched() -> None:
    guard = Guard(house())
    guard.observe(measured(0, mode=1.0))
    guard.observe(measured(5, mode=0.0))
    guard.observe(measured(6, mode=0.0))
    assert passed(guard, 6, ("heater", "mode", 1.0)) == {}
    assert guard.verdicts[0].rule == "least_off_time"
    guard.observe(measured(9, mode=0.0))
    assert passed(guard, 9, ("heater", "mode", 1.0)) == {("heater", "mode"): 1.0}


def test_before_the_first_plan_it_does_nothing_by_itself() -> None:
    guard = Guard(house())
    for minute in range(0, 40, 5):
        guard.observe(measured(minute, mode=0.0, air_c=2.0))
        assert guard.protects(AT + timedelta(minutes=minute)) == ()


def test_frost_is_kept_out_between_two_plans() -> None:
    guard = Guard(house())
    guard.observe(measured(0, mode=0.0))
    passed(guard, 0, ("heater", "mode", 0.0))
    guard.observe(measured(5, mode=0.0, air_c=3.0))
    told = {one.action: one for one in guard.protects(AT + timedelta(minutes=5))}
    assert told["mode"].value == 1.0
    assert told["mode"].asked_by == Asker.LIMIT
    assert told["mode"].why
    assert told["mode"].why_ja


def test_when_plans_fall_silent_devices_get_their_fail_safe() -> None:
    guard = Guard(house(fail_safe={"mode": 1.0, "setpoint_c": 20.0}))
    guard.observe(measured(0, mode=1.0))
    passed(guard, 0, ("heater", "setpoint_c", 22.0))
    guard.observe(measured(14, setpoint_c=22.0))
    assert guard.protects(AT + timedelta(minutes=14)) == ()
    guard.observe(measured(17, setpoint_c=22.0))
    told = {one.action: one.value for one in guard.protects(AT + timedelta(minutes=17))}
    assert told["setpoint_c"] == 20.0
