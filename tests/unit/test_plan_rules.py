"""The plain rules: what they do with what is known, and with what is not."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import sumika.plan.rules as rules_module
from sumika.clock import Instant
from sumika.plan.rules import HouseSeen, RoomSeen, Rules, ruled_kinds
from sumika.schema import DEVICE_KINDS, Asker, Origin
from sumika.schema.house import Device, House, Room
from sumika.schema.living import Furniture, FurnitureKind
from sumika.text import LANGUAGES

NOW = Instant(5_000_000_000, 5_000_000_000, "boot")
FLOOR = ((0.0, 0.0), (4.0, 0.0), (4.0, 3.0), (0.0, 3.0))


def house(kind: str, *, bed: bool = False, kitchen: bool = False) -> House:
    furniture = []
    if bed:
        furniture.append(Furniture(kind=FurnitureKind.BED, room="room", at_m=(1.0, 1.0)))
    if kitchen:
        furniture.append(Furniture(kind=FurnitureKind.KITCHEN, room="room", at_m=(1.0, 1.0)))
    return House(
        rooms=(Room(id="room", name="Study", floor_m=FLOOR),),
        devices=(Device(id="it", room="room", kind=kind),),
        furniture=tuple(furniture),
    )


def told(kind: str, seen: HouseSeen, **fittings: bool) -> Mapping[str, float] | None:
    orders = Rules(house(kind, **fittings)).orders(seen)
    assert len(orders) <= 1
    return dict(orders[0].settings) if orders else None


def seen(hour: float = 15.0, device: Mapping[str, float] | None = None, outside: Any = None, **room: Any) -> HouseSeen:
    states = {("it", name): value for name, value in (device or {}).items()}
    return HouseSeen(hour=hour, rooms={"room": RoomSeen(**room)}, told=states, **(outside or {}))


CASES: list[tuple[str, HouseSeen, Mapping[str, float] | None]] = [
    ("room_air_conditioner", seen(air_c=15.0, occupied=0.9), {"mode": 1.0, "setpoint_c": 20.0}),
    ("room_air_conditioner", seen(air_c=30.0, occupied=0.9), {"mode": 2.0, "setpoint_c": 27.0}),
    ("room_air_conditioner", seen(air_c=23.0, occupied=0.9), {"mode": 0.0}),
    ("room_air_conditioner", seen(air_c=15.0, occupied=0.1), {"mode": 0.0}),
    ("room_air_conditioner", seen(air_c=13.0, occupied=0.1), {"mode": 1.0, "setpoint_c": 16.0}),
    ("room_air_conditioner", seen(air_c=35.0, occupied=0.1), {"mode": 0.0}),
    ("room_air_conditioner", seen(air_c=15.0), {"mode": 1.0, "setpoint_c": 20.0}),
    ("whole_house_air_conditioner", seen(air_c=15.0), {"mode": 1.0, "setpoint_c": 20.0}),
    ("floor_heating", seen(air_c=18.0, outside={"outdoor_c": 4.0}), {"on": 1.0, "supply_temp_c": 35.0}),
    ("floor_heating", seen(air_c=18.0, outside={"outdoor_c": 22.0}), {"on": 0.0}),
    ("floor_heating", seen(), None),
    ("boiler", seen(outside={"outdoor_c": 5.0}), {"on": 1.0, "supply_temp_c": 52.0}),
    ("boiler", seen(outside={"outdoor_c": 25.0}), {"on": 0.0, "supply_temp_c": 40.0}),
    ("boiler", seen(), None),
    ("radiator", seen(), {"valve": 1.0, "setpoint_c": 20.0}),
    ("balanced_ventilation", seen(co2_ppm=1500.0), {"level": 3.0}),
    ("balanced_ventilation", seen(occupied=0.9), {"level": 2.0}),
    ("balanced_ventilation", seen(occupied=0.0), {"level": 1.0}),
    ("exhaust_fan", seen(relative_humidity=0.9), {"level": 2.0}),
    ("exhaust_fan", seen(co2_ppm=1400.0), {"level": 2.0}),
    ("exhaust_fan", seen(), {"level": 1.0}),
    ("humidifier", seen(relative_humidity=0.3, occupied=1.0), {"on": 1.0}),
    ("humidifier", seen(relative_humidity=0.3, occupied=0.0), {"on": 0.0}),
    ("humidifier", seen(relative_humidity=0.6), {"on": 0.0}),
    ("humidifier", seen(), {"on": 0.0}),
    ("dehumidifier", seen(relative_humidity=0.8, occupied=0.0), {"on": 1.0}),
    ("dehumidifier", seen(relative_humidity=0.5), {"on": 0.0}),
    ("air_purifier", seen(pm2_5_ug_m3=50.0), {"level": 3.0}),
    ("air_purifier", seen(hour=2.0, pm2_5_ug_m3=50.0), {"level": 2.0}),
    ("air_purifier", seen(pm2_5_ug_m3=20.0), {"level": 2.0}),
    ("air_purifier", seen(), {"level": 1.0}),
    ("blind", seen(outside={"sun_w_m2": 500.0}, air_c=28.0), {"closed": 0.8}),
    ("blind", seen(outside={"sun_w_m2": 500.0}, air_c=20.0), {"closed": 0.0}),
    ("blind", seen(outside={"sun_w_m2": 0.0}), {"closed": 1.0}),
    ("blind", seen(hour=5.0, outside={"sun_w_m2": 500.0}), None),
    ("blind", seen(), None),
    ("window_opener", seen(co2_ppm=1500.0), {"open": 0.0}),
    (
        "window_opener",
        seen(co2_ppm=1500.0, outside={"outdoor_c": 20.0, "wind_m_s": 1.0, "rain_mm_h": 0.0}),
        {"open": 0.3},
    ),
    (
        "window_opener",
        seen(co2_ppm=1500.0, outside={"outdoor_c": 20.0, "wind_m_s": 1.0, "rain_mm_h": 1.0}),
        {"open": 0.0},
    ),
    ("heat_pump_water_heater", seen(), {"mode": 1.0, "tank_setpoint_c": 65.0}),
    ("battery", seen(), {"mode": 1.0}),
    ("ev_charger", seen(), {"mode": 1.0}),
    ("light", seen(), None),
    ("tv", seen(), None),
    ("appliance", seen(), None),
    ("pv", seen(), None),
    ("lock", seen(), None),
]


@pytest.mark.parametrize(("kind", "what", "expected"), CASES)
def test_each_kind_is_told_what_is_known_to_be_right(
    kind: str, what: HouseSeen, expected: Mapping[str, float] | None
) -> None:
    assert told(kind, what) == expected


def test_every_kind_that_can_be_told_something_is_ruled_or_the_residents_own() -> None:
    assert set(DEVICE_KINDS) - set(ruled_kinds()) == {"light", "tv", "appliance", "pv"}
    assert {case[0] for case in CASES} >= set(ruled_kinds())


def test_what_runs_goes_on_until_it_is_clearly_warm_enough() -> None:
    for air_c, runs in ((20.9, True), (21.6, False)):
        heats = told("room_air_conditioner", seen(air_c=air_c, device={"mode": 1.0}))
        assert heats is not None
        assert (heats["mode"] == 1.0) is runs
        again = told("room_air_conditioner", seen(air_c=air_c))
        assert again is not None
        assert again["mode"] == 0.0
    for relative, runs in ((0.45, True), (0.55, False)):
        moistens = told("humidifier", seen(relative_humidity=relative, device={"on": 1.0}))
        assert moistens is not None
        assert (moistens["on"] == 1.0) is runs


def test_a_bedroom_at_night_is_kept_cooler() -> None:
    assert told("room_air_conditioner", seen(hour=2.0, air_c=16.0), bed=True) == {"mode": 1.0, "setpoint_c": 17.0}
    assert told("room_air_conditioner", seen(hour=2.0, air_c=17.5), bed=True) == {"mode": 0.0}
    assert told("room_air_conditioner", seen(hour=12.0, air_c=17.5), bed=True) == {"mode": 1.0, "setpoint_c": 20.0}


def test_a_device_whose_room_nothing_measures_is_asked_itself_and_then_left_to_its_thermostat() -> None:
    said = seen(device={"room_temperature_c": 15.0})
    assert told("room_air_conditioner", said) == {"mode": 1.0, "setpoint_c": 20.0}
    cold = seen(outside={"outdoor_c": 5.0})
    assert told("room_air_conditioner", cold) == {"mode": 1.0, "setpoint_c": 20.0}
    assert told("room_air_conditioner", seen()) is None


def test_the_hood_over_a_stove_is_the_cooks() -> None:
    assert told("exhaust_fan", seen(relative_humidity=0.9), kitchen=True) is None


def test_what_is_asked_is_within_what_such_a_device_can_be_told() -> None:
    for kind, what, _ in CASES:
        for name, value in (told(kind, what) or {}).items():
            setting = DEVICE_KINDS[kind].settings[name]
            assert setting.low <= value <= setting.high


def test_commands_say_who_asks_until_when_and_why_in_both_languages() -> None:
    commands = Rules(house("room_air_conditioner")).commands(seen(air_c=15.0), NOW, Origin.LIVE, 7)
    assert [(one.action, one.value) for one in commands] == [("mode", 1.0), ("setpoint_c", 20.0)]
    assert {one.asked_by for one in commands} == {Asker.RULES}
    assert {one.expires_ns for one in commands} == {NOW.monotonic_ns + 7}
    assert {one.why for one in commands} == {"rule: Study has 15.0 °C, heated to 20.0 °C"}
    assert {one.why_ja for one in commands} == {"規則: Studyは15.0 °C、20.0 °Cまで暖房"}


def test_every_sentence_of_the_rules_is_used_and_every_reason_has_one() -> None:
    source = Path(rules_module.__file__).read_text(encoding="utf-8")
    sentences = {key.removeprefix("why.rules.") for key in LANGUAGES["en"] if key.startswith("why.rules.")}
    used = {word for word in re.findall(r'"(\w+)"', source) if word in sentences}
    assert used == sentences
    for kind, what, _ in CASES:
        Rules(house(kind)).commands(what, NOW, Origin.LIVE, 1)
