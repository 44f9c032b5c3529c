"""Places, units, words and rounding: what stands between a line of house.yaml and a number on the wire."""

import math
from pathlib import Path

import pytest

from sumika.actuate.rounding import Rounding
from sumika.actuate.words import options, speed_of, speeds, water_modes
from sumika.clock import Instant
from sumika.links.again import Again
from sumika.links.measures import known_unit, measure_of, to_ours, to_theirs
from sumika.links.mqtt import broker_settings, decoded, inside
from sumika.links.mqtt.payload import MOST_BYTES, merged, number_of
from sumika.links.place import Place, Spot, read_place
from sumika.links.secret import read_secret
from sumika.schema import AirSample, MeterSample, Presence, Reason, UsageError, WeatherSample
from sumika.schema.house import Connection, Sensor
from sumika.sensors.air.gather import gathered_of

NOW = Instant(5, 5, "boot")


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("sensor.tank", Place(read=Spot("sensor.tank"), write=Spot("sensor.tank"))),
        ("a/b#c.d [°F]", Place(read=Spot("a/b", "c.d"), write=Spot("a/b", "c.d"), unit="°F")),
        ("a#x > b#y", Place(read=Spot("a", "x"), write=Spot("b", "y"))),
        ("> b | off, on", Place(read=None, write=Spot("b"), names=("off", "on"))),
        ("a [100..0]", Place(read=Spot("a"), write=Spot("a"), ends=(100.0, 0.0))),
        ("a [-1.5 .. 2]", Place(read=Spot("a"), write=Spot("a"), ends=(-1.5, 2.0))),
        ("a |, one", Place(read=Spot("a"), write=Spot("a"), names=("", "one"))),
    ],
)
def test_a_line_says_where_a_value_is(line: str, meant: Place) -> None:
    assert read_place(line, "here") == meant


@pytest.mark.parametrize(
    "line", ["", " ", "#part", "a [furlong]", "a [3..3]", "a [1..2", "a |", "a | ,", "a > ", "[°C]"]
)
def test_a_line_that_says_nothing_is_named(line: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_place(line, "house.yaml, device lamp")
    assert caught.value.where == "house.yaml, device lamp"
    assert caught.value.remedy


def test_values_turn_into_theirs_and_back() -> None:
    turned = read_place("a [100..0]", "here")
    assert turned.theirs(0.3) == pytest.approx(70.0)
    assert turned.ours(70.0) == pytest.approx(0.3)
    words = read_place("a | off, , full", "here")
    assert [words.theirs(value) for value in (0, 1, 2, 3, -1, 0.5)] == ["off", None, "full", None, None, None]
    assert (words.named("FULL"), words.named(""), words.named("half")) == (2.0, None, None)


@pytest.mark.parametrize(
    ("name", "value", "unit", "ours"),
    [
        ("setpoint_c", 77.0, "°F", 25.0),
        ("temperature_c", 300.0, "K", 26.85),
        ("power_w", 1.5, "kW", 1500.0),
        ("power_w", 1.5, "MW", 1.5e6),
        ("power_w", 1.5, "mW", 1.5e-3),
        ("imported_kwh", 3.6, "MJ", 1.0),
        ("co2_ppm", 900.0, "ppb", 0.9),
        ("voc_ug_m3", 0.2, "mg/m³", 200.0),
        ("pm2_5_ug_m3", 8.0, "μg/m³", 8.0),
        ("pressure_pa", 1013.25, "hPa", 101325.0),
        ("wind_m_s", 36.0, "km/h", 10.0),
        ("relative_humidity", 45.0, "%", 0.45),
        ("humidity_setpoint", 45.0, "%", 0.45),
        ("rain_mm_h", 1.0, "in/h", 25.4),
        ("price_per_kwh", 31.0, "JPY/kWh", 31.0),
        ("price_per_kwh", 90.0, "EUR/MWh", 0.09),
        ("price_per_kwh", 32.0, "ct/kWh", 0.32),
        ("price_per_kwh", 32.0, "Cent / kWh", 0.32),
        ("price_per_kwh", 24.5, "p/kWh", 0.245),
        ("price_per_kwh", 110.0, "Øre/kWh", 1.1),
        ("price_per_kwh", 0.32, "€/kWh", 0.32),
        ("price_per_kwh", 31.0, "円/kWh", 31.0),
        ("price_per_kwh", 1.1, "kr/kWh", 1.1),
        ("price_per_kwh", 2.6, "TL/kWh", 2.6),
        ("price_per_kwh", 2.6, "kr./kWh", 2.6),
        ("price_per_kwh", 0.26, "лв./kWh", 0.26),
        ("price_per_kwh", 4.32, "грн/kWh", 4.32),
        ("price_per_kwh", 6.7, "руб/kWh", 6.7),  # noqa: RUF001 - Cyrillic is meant
        ("price_per_kwh", 670.0, "kop/kWh", 6.7),
        ("price_per_kwh", 4.2, "฿/kWh", 4.2),
        ("price_per_kwh", 4.2, "baht/kWh", 4.2),
        ("price_per_kwh", 0.3, "S$/kWh", 0.3),
        ("price_per_kwh", 0.3, "CA$/kWh", 0.3),
        ("price_per_kwh", 0.3, "AU$/kWh", 0.3),
        ("price_per_kwh", 31.0, "kWh", 31.0),
        ("colour_temperature_k", 250.0, "mired", 4000.0),
        ("global_horizontal_w_m2", 500.0, "W/m²", 500.0),
        ("whatever", 5.0, "W", 5.0),
        ("power_w", 5.0, "", 5.0),
    ],
)
def test_units_become_ours_and_theirs_again(name: str, value: float, unit: str, ours: float) -> None:
    here = to_ours(name, value, unit)
    assert here == pytest.approx(ours)
    assert here is not None
    assert to_theirs(name, here, unit) == pytest.approx(value)


@pytest.mark.parametrize(
    ("name", "value", "unit"),
    [
        ("voc_ug_m3", 120.0, "ppb"),  # without the molecule there is no mass
        ("power_w", 5.0, "kWh"),
        ("price_per_kwh", 5.0, "points/kWh"),
        ("price_per_kwh", 27.0, "Rp./kWh"),  # Rappen or Rupiah: a hundredth, or a whole one
        ("price_per_kwh", 5.0, "EUR/m3"),
        ("temperature_c", 5.0, "%"),
        ("co2_ppm", math.nan, "ppm"),
        ("co2_ppm", math.inf, ""),
        ("colour_temperature_k", 0.0, "mired"),
    ],
)
def test_what_does_not_measure_it_is_no_value(name: str, value: float, unit: str) -> None:
    assert to_ours(name, value, unit) is None


def test_names_carry_their_unit() -> None:
    assert measure_of("pm2_5_ug_m3") == "ug_m3"
    assert measure_of("direct_normal_w_m2") == "w_m2"
    assert measure_of("mode") == ""
    assert known_unit("℃")
    assert not known_unit("furlong")


def test_speeds_of_fans_are_ranked_where_their_words_are_known() -> None:
    assert speeds("fan_level", ("high", "auto", "low", "medium"), 5) == ("auto", "low", "low", "medium", "high", "high")
    assert speeds("fan_level", ("5", "1", "3"), 5) == ("", "1", "1", "3", "5", "5")
    assert speeds("level", ("high", "off", "low", "auto"), 2) == ("off", "low", "high")
    assert speeds("fan_level", ("breeze", "gale"), 5) == ("", "breeze", "breeze", "breeze", "gale", "gale")
    assert speeds("fan_level", ("auto",), 5) == ("auto",)
    assert speeds("level", (), 3) == ()
    assert options("mode", ("b", "a"), 2) == ("b", "a")
    assert options("level", ("high", "off", "low"), 2) == ("off", "low", "high")
    assert water_modes("mode", ("electric", "eco", "off")) == ("off", "eco", "electric")


NINE = ("off", *"123456789", "auto")


def test_our_highest_level_is_a_fans_highest_speed_however_many_it_has() -> None:
    assert speeds("level", NINE, 3) == ("off", "1", "5", "9")
    assert speeds("level", ("off", "low", "medium", "high", "on", "auto"), 3) == ("off", "low", "medium", "high")
    assert speeds("level", ("off", "low", "medium", "high"), 2) == ("off", "low", "high")
    assert speeds("level", ("off", "low", "high"), 3) == ("off", "low", "low", "high")
    assert speeds("level", ("off", "on"), 2) == ("off", "on", "on")
    assert speeds("level", ("off", "low", "high"), 1) == ("off", "high")


def test_a_speed_between_two_levels_is_read_as_the_nearest() -> None:
    said = [speed_of("level", NINE, 3, word) for word in NINE]
    assert said == [0.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0, None]
    assert speed_of("level", ("off", "low", "medium", "high"), 2, "medium") in (1.0, 2.0)
    assert speed_of("mode", NINE, 3, "9") is None
    assert speed_of("level", NINE, 3, "") is None


def test_a_fan_that_says_no_more_than_that_it_runs_does_not_stand_still() -> None:
    words = ("off", "low", "medium", "high", "On", "auto")
    assert speeds("level", words, 2) == ("off", "low", "high")
    assert [speed_of("level", words, 2, word) for word in ("On", "auto", "off")] == [1.0, None, 0.0]
    assert speed_of("level", ("off", "on"), 2, "on") == 1.0
    # What it does not list is no word of its.
    assert speed_of("level", NINE, 3, "on") is None


def test_rounding_of_a_device_is_no_hand_and_a_hand_is_no_rounding() -> None:
    rounding = Rounding()
    rounding.ask("setpoint_c", 21.3)
    assert rounding.as_asked("setpoint_c", 18.0, 1.0, lambda value: None) == 18.0  # what was before
    assert rounding.as_asked("setpoint_c", 21.0, 1.0, lambda value: None) == 21.3
    assert rounding.as_asked("setpoint_c", 24.0, 1.0, lambda value: None) == 24.0  # a hand
    assert rounding.as_asked("setpoint_c", 21.0, 1.0, lambda value: None) == 21.0  # it is theirs from now on
    rounding.ask("level", 2.0)
    assert rounding.as_asked("level", 1.0, 0.0, lambda value: "low") == 2.0
    rounding.ask("level", 3.0)
    rounding.refused("level")
    assert rounding.as_asked("level", 2.9, 1.0, lambda value: "low") == 2.9


def test_pauses_grow_to_a_minute_and_begin_anew() -> None:
    again = Again()
    assert [again.next_s() for _ in range(8)] == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]
    again.held()
    assert again.next_s() == 1.0


def test_a_payload_is_json_or_a_word_or_nothing() -> None:
    assert decoded(b'{"a": 1}') == {"a": 1}
    assert decoded(b" ON ") == "ON"
    assert decoded(b"21.5") == 21.5
    for nothing in (b"\xff", b"a\x00b", b"1" * 70_000):
        assert decoded(nothing) is None
    assert [number_of(said) for said in ("on", True, "21.5", "nan", None, [1], "1e999", "", 10**400)] == [
        1.0, 1.0, 21.5, None, None, None, None, None, None,
    ]  # fmt: skip


def test_fields_are_found_whatever_they_are_called() -> None:
    document = {"SDS": {"PM2.5": 7}, "list": [{"a": 1}], "a.b": {"c": 2}}
    assert inside(document, "SDS.PM2.5") == 7
    assert inside(document, "list.0.a") == 1
    assert inside(document, "a.b.c") == 2
    assert inside(document, "") is document
    for path in ("list.1", "list.x", "SDS.PM2", "none", "list.0.a.b"):
        assert inside(document, path) is None
    assert merged({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}) == {"a": {"b": 3, "c": 2}}
    assert merged({"a": 1}, [1]) == [1]


def test_a_device_that_makes_up_new_fields_in_every_message_fills_no_memory() -> None:
    known: dict[str, str | int] = {"state": "ON"}
    for number in range(20):
        known = merged(known, {f"field {number}": "x" * 10_000, "brightness": number})
        assert known["brightness"] == number
        assert sum(len(str(value)) for value in known.values()) <= MOST_BYTES


def sensor(kind: str, **mapping: str) -> Sensor:
    return Sensor(id="s", room="living", kind=kind, mapping=mapping)


def test_values_are_gathered_and_forgotten() -> None:
    air = gathered_of(sensor("air"))
    air.tell({"temperature_c": 21.0, "smoke": 1.0, "power_w": 5.0}, NOW)
    (told,) = air.tell({"co2_ppm": 800.0}, NOW)
    assert isinstance(told, AirSample)
    assert (told.temperature_c, told.co2_ppm, told.smoke) == (21.0, 800.0, True)
    (told,) = air.tell({"temperature_c": None}, NOW)
    assert isinstance(told, AirSample)
    assert (told.temperature_c, told.co2_ppm) == (None, 800.0)
    (told,) = air.forget(NOW)
    assert isinstance(told, AirSample)
    assert told.co2_ppm is None
    assert air.tell({"power_w": 1.0}, NOW) == ()
    (told,) = gathered_of(sensor("meter", currency="JPY", power_w="x")).tell({"power_w": 300.0}, NOW)
    assert isinstance(told, MeterSample)
    assert (told.currency, told.power_w) == ("JPY", 300.0)
    (told,) = gathered_of(sensor("weather")).tell({"temperature_c": -3.0}, NOW)
    assert isinstance(told, WeatherSample)
    assert gathered_of(sensor("door")).tell({"window_open": 1.0}, NOW) == ()
    with pytest.raises(UsageError, match="no value co2_ppm"):
        gathered_of(sensor("meter", co2_ppm="x"))


@pytest.mark.parametrize(
    ("said", "value", "probability", "reason"),
    [
        ("presence", 1.0, 1.0, Reason.MOVEMENT_SEEN),
        ("presence", 0.0, 0.0, Reason.NOTHING_SEEN),
        ("motion", 1.0, 1.0, Reason.MOVEMENT_SEEN),
        ("motion", 0.0, None, Reason.NOTHING_SEEN),  # who sits still is not seen
        ("at_home", 1.0, None, Reason.AT_HOME),  # in which room?
        ("at_home", 0.0, 0.0, Reason.AWAY),
        ("presence", None, None, Reason.NO_SIGNAL),
        ("motion", None, None, Reason.NO_SIGNAL),
        ("at_home", None, None, Reason.NO_SIGNAL),
    ],
)
def test_presence_is_said_only_as_far_as_it_is_known(
    said: str, value: float | None, probability: float | None, reason: Reason
) -> None:
    gathered = gathered_of(sensor("presence"))
    (told,) = gathered.tell(gathered.own(said, value), NOW)
    assert isinstance(told, Presence)
    assert (told.probability, told.reason, told.valid) == (probability, reason, probability is not None)
    assert (told.room, told.sensor, told.radar) == ("living", "s", "")
    (lost,) = gathered.forget(NOW)
    assert isinstance(lost, Presence)
    assert (lost.probability, lost.reason) == (None, Reason.NO_SIGNAL)


def test_a_motion_sensor_never_says_that_nobody_is_there_whatever_its_side_calls_it() -> None:
    gathered = gathered_of(sensor("pir"))
    for name in ("motion", "presence", "probability"):
        for value, probability in ((1.0, 1.0), (0.0, None)):
            (told,) = gathered.tell(gathered.own(name, value), NOW)
            assert isinstance(told, Presence)
            assert told.probability == probability


def test_a_sensor_that_says_movement_beside_presence_is_believed_of_who_sits_still() -> None:
    gathered = gathered_of(sensor("presence"))
    gathered.tell(gathered.own("presence", 1.0), NOW)
    (told,) = gathered.tell(gathered.own("motion", 0.0), NOW)
    assert isinstance(told, Presence)
    assert told.probability == 1.0


def test_secrets_and_addresses_of_brokers(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("pass word\n", encoding="utf-8")
    secret.chmod(0o600)
    connection = Connection(id="b", type="mqtt", address="mqtts://broker.home", user="u", secret_file="secret")
    settings = broker_settings(connection, tmp_path)
    assert (settings.port, settings.encrypted, settings.user, settings.password) == (8883, True, "u", "pass word")
    assert broker_settings(Connection(id="b", type="mqtt", address="10.0.0.1"), tmp_path).port == 1883
    for address in ("http://x", "", "a:99999", "mqtt://user:pass@x"):
        with pytest.raises(UsageError, match="no address"):
            broker_settings(Connection(id="b", type="mqtt", address=address), tmp_path)
    secret.chmod(0o640)
    with pytest.raises(UsageError, match="0640"):
        read_secret(connection, tmp_path)
    secret.chmod(0o600)
    for text in ("", "two\nlines"):
        secret.write_text(text, encoding="utf-8")
        with pytest.raises(UsageError, match="one line"):
            read_secret(connection, tmp_path)
    secret.unlink()
    with pytest.raises(UsageError, match="cannot be read"):
        read_secret(connection, tmp_path)
