"""What Home Assistant asks for is understood exactly; everything else over the broker is turned away."""

import json

import pytest

from sumika.bridge import Ask, Restart, TurnedAway
from sumika.bridge.commands import MOST_AT_ONCE, Wanted, readable
from sumika.bridge.house_bridge import HouseBridge
from sumika.clock import Instant
from sumika.schema import (
    ComfortWish,
    DeviceState,
    ModeReport,
    Origin,
    SetComfortWishAnswer,
    SetComfortWishRequest,
    SetModeAnswer,
    SetModeRequest,
    WishDeviceRequest,
)
from sumika.schema.house import Device
from sumika.units import seconds_to_ns
from tests.bridge_helpers import LEVELS, played_house
from tests.bus_helpers import STAMP
from tests.unit.test_bridge_discovery import ROOT, bridge_of, other

LONG_AGO_NS = STAMP.monotonic_ns
HAND = "by hand in Home Assistant"


def ready() -> HouseBridge:
    """Return a bridge to which every device said how it is."""
    bridge = bridge_of(played_house())
    for name, values in LEVELS.items():
        bridge.hear(DeviceState(stamp=STAMP, origin=Origin.LIVE, device=name, values=values), LONG_AGO_NS)
    return bridge


def read(topic: str, payload: bytes | str, *, retained: bool = False, bridge: HouseBridge | None = None) -> Wanted:
    raw = payload if isinstance(payload, bytes) else payload.encode()
    return (bridge or ready()).read(f"{ROOT}/{topic}/set", raw, STAMP, retained=retained)


def wish(device: str, action: str, value: float) -> WishDeviceRequest:
    return WishDeviceRequest(device=device, action=action, value=value, why=HAND)


@pytest.mark.parametrize(
    ("topic", "payload", "wanted"),
    [
        ("ecu/mode", "drive", [SetModeRequest(mode="drive")]),
        ("ecu/mode", "off", [SetModeRequest(mode="off")]),
        ("room_bedroom/offset", "-1.5", [SetComfortWishRequest(room="bedroom", offset_k=-1.5)]),
        ("room_hall/offset", "0", [SetComfortWishRequest(room="hall", offset_k=0.0)]),
        ("device_aircon/temperature", "23.5", [wish("aircon", "setpoint_c", 23.5)]),
        ("device_aircon/mode", "dry", [wish("aircon", "mode", 3.0)]),
        ("device_aircon/mode", "off", [wish("aircon", "mode", 0.0)]),
        ("device_aircon/fan", "auto", [wish("aircon", "fan_level", 0.0)]),
        ("device_range_hood/on", "OFF", [wish("range_hood", "level", 0.0)]),
        ("device_range_hood/on", "ON", [wish("range_hood", "level", 1.0)]),
        ("device_range_hood/level", "2", [wish("range_hood", "level", 2.0)]),
        ("device_living_light/light", '{"state":"OFF"}', [wish("living_light", "level", 0.0)]),
        ("device_living_light/light", '{"state":"ON"}', [wish("living_light", "level", 0.5)]),
        ("device_living_light/light", '{"state":"ON","brightness":255}', [wish("living_light", "level", 1.0)]),
        (
            "device_living_light/light",
            '{"state":"ON","brightness":51,"color_temp":250}',
            [wish("living_light", "level", 0.2), wish("living_light", "colour_temperature_k", 4000)],
        ),
        ("device_living_blind/move", "OPEN", [wish("living_blind", "closed", 0.0)]),
        ("device_living_blind/move", "CLOSE", [wish("living_blind", "closed", 1.0)]),
        ("device_living_blind/position", "30", [wish("living_blind", "closed", 0.7)]),
        ("device_living_blind/tilt", "100", [wish("living_blind", "slat", 1.0)]),
    ],
)
def test_commands_of_home_assistant_become_questions(topic: str, payload: str, wanted: list[object]) -> None:
    found = read(topic, payload)
    assert isinstance(found, tuple)
    assert [one.question for one in found] == wanted
    assert {one.topic for one in found} == {f"{ROOT}/{topic}/set"}


@pytest.mark.parametrize(
    ("topic", "payload", "why"),
    [
        ("ecu/mode", "DRIVE", "value"),
        ("ecu/mode", " ", "value"),
        ("ecu/restart", "yes", "value"),
        ("ecu/nodes", "PRESS", "where"),
        ("room_nowhere/offset", "1", "where"),
        ("room_living/offset", "5.5", "value"),
        ("room_living/offset", "nan", "value"),
        ("room_living/offset", "-inf", "value"),
        ("room_living/offset", "warm", "value"),
        ("device_aircon/temperature", "99", "value"),
        ("device_aircon/temperature", "nan", "value"),
        ("device_aircon/temperature", "[22]", "value"),
        ("device_aircon/mode", "heat_cool", "value"),
        ("device_aircon/humidity", "50", "where"),
        ("device_range_hood/level", "3", "value"),
        ("device_range_hood/on", "on", "value"),
        ("device_living_light/light", "ON", "value"),
        ("device_living_light/light", "[]", "value"),
        ("device_living_light/light", '{"state":"ON","brightness":"255"}', "value"),
        ("device_living_light/light", '{"state":"ON","brightness":true}', "value"),
        ("device_living_light/light", '{"state":"ON","brightness":-1}', "value"),
        ("device_living_light/light", '{"state":"ON","color_temp":0}', "value"),
        ("device_living_light/light", '{"state":"MAYBE"}', "value"),
        ("device_living_light/light", '{"a":' * 150 + "1" + "}" * 150, "value"),
        ("device_living_blind/position", "101", "value"),
        ("device_living_blind/move", "STOP", "value"),
        ("device_front_door/move", "OPEN", "where"),
    ],
)
def test_what_makes_no_sense_is_turned_away(topic: str, payload: str, why: str) -> None:
    found = read(topic, payload)
    assert isinstance(found, TurnedAway)
    assert found.why == f"bridge.refused.{why}"


def test_long_payloads_are_not_even_read() -> None:
    found = read("device_aircon/temperature", b"[" * 200_000)
    assert isinstance(found, TurnedAway)
    assert (found.why, found.size) == ("bridge.refused.long", 200_000)


def test_bytes_that_are_no_text_are_turned_away() -> None:
    for payload in (b"\xff\xfe", b"22\x00", b"22\x1b[2J"):
        assert isinstance(read("device_aircon/temperature", payload), TurnedAway)


def test_what_lay_on_the_broker_is_not_obeyed() -> None:
    for payload in (b"drive", b"x" * 200_000):
        found = read("ecu/mode", payload, retained=True)
        assert isinstance(found, TurnedAway)
        assert (found.why, found.lies_at) == ("bridge.refused.retained", f"{ROOT}/ecu/mode/set")
    assert read("ecu/mode", "", retained=True) == ()  # so it goes from there
    fresh = read("ecu/mode", "DRIVE")
    assert isinstance(fresh, TurnedAway)
    assert fresh.lies_at == ""


@pytest.mark.parametrize(
    ("age_s", "obeyed"), [(0.0, True), (25.0, True), (-4.0, True), (31.0, False), (-6.0, False), (1e12, False)]
)
def test_a_command_that_says_when_it_was_given_is_obeyed_only_soon_after(age_s: float, *, obeyed: bool) -> None:
    sent_unix_s = STAMP.wall_ns / 1e9 - age_s
    found = read("device_aircon/temperature", json.dumps({"value": 22.5, "sent_unix_s": sent_unix_s}))
    if obeyed:
        assert isinstance(found, tuple)
        assert found[0].question == wish("aircon", "setpoint_c", 22.5)
    else:
        assert isinstance(found, TurnedAway)
        assert found.why == "bridge.refused.old"


def test_a_flood_is_dammed_and_ends() -> None:
    bridge = ready()
    found = [read("ecu/mode", "drive", bridge=bridge) for _ in range(MOST_AT_ONCE + 5)]
    assert [isinstance(one, TurnedAway) for one in found] == [False] * MOST_AT_ONCE + [True] * 5
    later = replace_time(STAMP, 11.0)
    assert isinstance(bridge.read(f"{ROOT}/ecu/mode/set", b"drive", later, retained=False), tuple)


def replace_time(stamp: Instant, seconds: float) -> Instant:
    return Instant(stamp.monotonic_ns + seconds_to_ns(seconds), stamp.wall_ns, stamp.boot_id)


def test_a_press_restarts_and_nothing_else_does() -> None:
    assert isinstance(read("ecu/restart", "PRESS"), Restart)
    assert isinstance(read("ecu/restart", "PRESS", retained=True), TurnedAway)


def test_without_hands_nothing_is_obeyed() -> None:
    bridge = bridge_of(played_house(hands=False))
    for topic, payload in (("ecu/mode", "drive"), ("ecu/restart", "PRESS"), ("device_aircon/mode", "off")):
        assert isinstance(read(topic, payload, bridge=bridge), TurnedAway)


def test_a_lamp_that_is_off_comes_on_fully_and_a_fan_at_its_usual_step() -> None:
    bridge = bridge_of(played_house())
    for name, action in (("living_light", "level"), ("range_hood", "level")):
        bridge.hear(DeviceState(stamp=STAMP, origin=Origin.LIVE, device=name, values={action: 0.0}), LONG_AGO_NS)
    assert [one.question for one in asks(bridge, "device_living_light/light", '{"state":"ON"}')] == [
        wish("living_light", "level", 1.0)
    ]
    assert [one.question for one in asks(bridge, "device_range_hood/on", "ON")] == [wish("range_hood", "level", 1.0)]


def asks(bridge: HouseBridge, topic: str, payload: str) -> tuple[Ask, ...]:
    found = read(topic, payload, bridge=bridge)
    assert isinstance(found, tuple)
    return found


def test_the_houses_own_limits_are_what_home_assistant_may_ask_for() -> None:
    house = played_house()
    limited = Device(id="aircon", room="living", kind="room_air_conditioner", limits={"setpoint_c": (18.0, 26.0)})
    bridge = bridge_of(other(house, devices=(limited,)))
    assert isinstance(read("device_aircon/temperature", "27", bridge=bridge), TurnedAway)
    assert isinstance(read("device_aircon/temperature", "26", bridge=bridge), tuple)


def test_an_answer_is_shown_at_once_until_the_house_says_how_it_is() -> None:
    bridge = ready()
    now_ns = STAMP.monotonic_ns

    def shown(subject: str, field: str) -> object:
        nonlocal now_ns
        now_ns += seconds_to_ns(5.0)
        bridge.again()
        payloads = {one.topic: json.loads(one.payload) for one in bridge.due(now_ns)}
        return payloads[f"{ROOT}/{subject}/state"][field]

    mode = Ask(name="set_mode", question=SetModeRequest(mode="drive"), topic=f"{ROOT}/ecu/mode/set")
    bridge.answered(mode, SetModeAnswer(accepted=True, mode="drive"))
    assert shown("ecu", "mode") == "drive"
    bridge.answered(mode, SetModeAnswer(accepted=False, mode="off"))
    assert shown("ecu", "mode") == "drive"
    bridge.hear(ModeReport(stamp=STAMP, origin=Origin.LIVE, source="gate", mode="shadow"), now_ns)
    assert shown("ecu", "mode") == "shadow"
    offset = Ask(
        name="set_comfort_wish", question=SetComfortWishRequest(room="hall"), topic=f"{ROOT}/room_hall/offset/set"
    )
    bridge.answered(offset, SetComfortWishAnswer(accepted=True, room="hall", offset_k=2.0))
    assert shown("room_hall", "offset") == 2.0
    bridge.hear(ComfortWish(stamp=STAMP, origin=Origin.LIVE, room="hall", offset_k=1.0), now_ns)
    assert shown("room_hall", "offset") == 1.0


def test_letters_that_a_terminal_would_obey_are_not_shown() -> None:
    assert readable("a\x1b[2J\nb") == "a?[2J?b"
