"""Every kind of demo device of a real Home Assistant: driven, read back, set by hand, and gone; and alarms there."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
import pytest_socket

from sumika.actuate import open_link
from sumika.alarm import ContactAnswer, Letter, NotTakenError, Order, PostOffice, Writer
from sumika.clock import WallClock
from sumika.links.base import LinkError
from sumika.links.home_assistant import Session, web_address
from sumika.runtime.alarm_ears import AlarmEars
from sumika.schema import AirSample, AlarmStage, DeviceState, MeterSample, Presence, WeatherSample
from sumika.schema.alarm_settings import Alarms, Contact, NotifyWay, Speaker
from sumika.schema.house import Device, House, Sensor
from sumika.sensors.air import open_sensors
from tests.alarm_helpers import NOON, first_heard, letter, open_alarm
from tests.gate_helpers import until
from tests.home_assistant_helpers import PHONE, VOICE, RunningHome, running_home
from tests.link_helpers import Listener, house_with, listening

pytestmark = pytest.mark.slow

PLAYS_MEDIA = 512
"""A flag of media players: MediaPlayerEntityFeature.PLAY_MEDIA."""

DEVICES: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("aircon", "room_air_conditioner", "climate.hvac", {}),
    ("heating", "radiator", "climate.heatpump", {}),
    ("fan", "exhaust_fan", "fan.percentage_full_fan", {}),
    ("purifier", "air_purifier", "fan.living_room_fan", {}),
    ("lamp", "light", "light.ceiling_lights", {}),
    ("colours", "light", "light.office_rgbw_lights", {}),
    ("blind", "blind", "cover.living_room_window", {}),
    ("shutter", "blind", "cover.kitchen_window", {}),
    ("opener", "window_opener", "cover.hall_window", {}),
    ("plug", "appliance", "switch.ac", {}),
    ("humidifier", "humidifier", "humidifier.humidifier", {}),
    ("dehumidifier", "dehumidifier", "humidifier.dehumidifier", {}),
    ("tank", "heat_pump_water_heater", "water_heater.demo_water_heater", {}),
    ("tv", "tv", "media_player.lounge_room", {}),
    ("boiler", "boiler", "switch.decorative_lights", {"supply_temp_c": "number.temperature_setting"}),
    ("battery", "battery", "", {"mode": "select.speed | light_speed, ridiculous_speed, ludicrous_speed"}),
    ("front_door", "lock", "lock.front_door", {}),
    ("missing", "light", "light.nobody_has_this", {}),
)
SENSORS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("air", "air", "", {"temperature_c": "sensor.outside_temperature", "co2_ppm": "sensor.carbon_dioxide"}),
    ("humidity", "air", "sensor.outside_humidity", {}),
    ("carbon_monoxide", "air", "sensor.carbon_monoxide", {}),
    ("meter", "meter", "", {"power_w": "sensor.power_consumption", "currency": "JPY"}),
    ("outside", "weather", "weather.demo_weather_south", {}),
    ("movement", "pir", "binary_sensor.movement_backyard", {}),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHome]:
    pytest_socket.enable_socket()
    with running_home(tmp_path_factory.mktemp("home")) as found:
        yield found


@pytest.fixture(autouse=True)
def _own_network() -> None:
    """Let these tests connect to this machine and to no other; pytest-socket blocks all again before the next test."""
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


def house_of(home: RunningHome) -> House:
    devices = tuple(
        Device(id=name, room="living", kind=kind, connection="home", address=address, mapping=mapping)
        for name, kind, address, mapping in DEVICES
    )
    sensors = tuple(
        Sensor(id=name, room="living", kind=kind, connection="home", address=address, mapping=mapping)
        for name, kind, address, mapping in SENSORS
    )
    return house_with(home.connection, devices, sensors)


def heard(home: RunningHome, house: House | None = None) -> AbstractAsyncContextManager[Listener]:
    house = house or house_of(home)
    sensors = open_sensors(home.connection, house)
    return listening(open_link(home.connection, house, WallClock(), home.folder, sensors))


def test_everything_is_driven_and_read_back(home: RunningHome) -> None:
    async def drive() -> None:
        async with heard(home) as house:
            await house.sets("aircon", "mode", 2)
            await house.sets("aircon", "setpoint_c", 25.5)
            await house.sets("aircon", "fan_level", 3)
            await house.sets("aircon", "fan_level", 5)
            await house.sets("aircon", "humidity_setpoint", 0.5)
            await house.sets("aircon", "mode", 0)
            await house.sets("heating", "setpoint_c", 19.5)
            await house.sets("fan", "level", 2)
            await house.sets("fan", "level", 0)
            await house.sets("purifier", "level", 3)
            await house.sets("lamp", "level", 0.4)
            await house.sets("lamp", "colour_temperature_k", 2700)
            await house.sets("plug", "on", 1)
            await house.sets("plug", "on", 0)
            await house.sets("humidifier", "on", 0)
            await house.sets("humidifier", "humidity_setpoint", 0.45)
            await house.sets("dehumidifier", "humidity_setpoint", 0.55)
            await house.sets("tank", "mode", 2)
            await house.sets("tank", "tank_setpoint_c", 55)
            await house.sets("tank", "mode", 1)
            await house.sets("tv", "on", 0)
            await house.sets("boiler", "supply_temp_c", 33)
            await house.sets("boiler", "on", 0)
            await house.sets("battery", "mode", 2)
            await house.sets("battery", "mode", 0)

    asyncio.run(drive())


def test_covers_move_at_their_own_pace(home: RunningHome) -> None:
    async def drive() -> None:
        async with heard(home) as house:
            before = (await house.device("blind", lambda said: True)).values["closed"]
            goal = 0.4 if before < 0.35 else 0.2
            await house.sets("blind", "closed", goal)
            slat = (await house.device("blind", lambda said: "slat" in said.values)).values["slat"]
            await house.sets("blind", "slat", 0.4 if slat < 0.35 else 0.2)
            assert "wholly" in await house.set("shutter", "closed", 0.5)
            await house.sets("shutter", "closed", 1)
            await house.sets("shutter", "closed", 0)

    asyncio.run(drive())


def test_what_cannot_be_is_said_and_not_done(home: RunningHome) -> None:
    async def drive() -> None:
        async with heard(home) as house:
            assert "has no light.nobody_has_this" in await house.set("missing", "level", 1)
            absent = await house.device("missing", lambda said: True)
            assert not absent.available
            assert "light.nobody_has_this" in absent.why
            assert "white of one colour" in await house.set("colours", "colour_temperature_k", 3000)
            assert "has no unlocked" in await house.set("front_door", "unlocked", 1)
            locked = await house.device("front_door", lambda said: True)
            assert locked.values == {"locked": 1.0}
            assert "no device" in await house.set("nobody", "on", 1)
            assert "is no number" in await house.set("plug", "on", float("nan"))
            assert "no word" in await house.set("battery", "mode", 7)
            # A fail-safe of 65 °C must do what it can where the tank stops at 60.
            await house.sets("tank", "tank_setpoint_c", 65, reads=60)

    asyncio.run(drive())


def test_a_hand_shows_as_a_state_that_nobody_asked_for(home: RunningHome) -> None:
    async def drive() -> None:
        async with heard(home) as house:
            await house.sets("lamp", "level", 0.33)
            after = len(house.told)
            await asyncio.to_thread(home.by_hand, "light.turn_on", "light.ceiling_lights", brightness=255)
            by_hand = await house.device("lamp", lambda said: said.values.get("level") == 1.0, after=after)
            assert by_hand.available
            await asyncio.to_thread(home.by_hand, "climate.set_temperature", "climate.heatpump", temperature=23)
            await house.device("heating", lambda said: said.values.get("setpoint_c") == 23.0, after=after)

    asyncio.run(drive())


def test_colour_waits_for_the_light(home: RunningHome) -> None:
    async def drive() -> None:
        async with heard(home) as house:
            await house.sets("lamp", "level", 0)
            assert await house.set("lamp", "colour_temperature_k", 5000) == ""
            assert await house.set("lamp", "level", 0) == ""
            assert home.rest("GET", "states/light.ceiling_lights")["state"] == "off"
            after = len(house.told)
            await house.sets("lamp", "level", 0.5)
            await house.device("lamp", lambda said: said.values.get("colour_temperature_k") == 5000, after=after)
            # Somebody else lights it: nothing that waited is said to them.
            await house.sets("lamp", "level", 0)
            assert await house.set("lamp", "colour_temperature_k", 2200) == ""
            after = len(house.told)
            await asyncio.to_thread(home.by_hand, "light.turn_on", "light.ceiling_lights", color_temp_kelvin=4000)
            await house.device("lamp", lambda said: said.values.get("colour_temperature_k") == 4000, after=after)
            await house.sets("lamp", "level", 0.8)
            assert home.rest("GET", "states/light.ceiling_lights")["attributes"]["color_temp_kelvin"] == 4000

    asyncio.run(drive())


def test_sensors_speak_in_our_units(home: RunningHome) -> None:
    async def hear() -> None:
        async with heard(home) as house:
            air = await house.until(
                AirSample, lambda said: said.sensor == "air" and None not in (said.co2_ppm, said.temperature_c)
            )
            assert (air.temperature_c, air.co2_ppm, air.room) == (15.6, 54.0, "living")
            humid = await house.until(AirSample, lambda said: said.sensor == "humidity")
            assert humid.relative_humidity == pytest.approx(0.54)
            carbon = await house.until(AirSample, lambda said: said.sensor == "carbon_monoxide")
            assert carbon.co_ppm == 54.0
            meter = await house.until(MeterSample, lambda said: said.power_w is not None)
            assert (meter.power_w, meter.currency) == (100.0, "JPY")
            outside = await house.until(WeatherSample, lambda said: True)
            assert outside.temperature_c == pytest.approx(21.6)
            assert outside.wind_m_s == pytest.approx(1.8 / 3.6, abs=0.01)
            assert outside.pressure_pa == pytest.approx(109_900.0)
            moved = await house.until(Presence, lambda said: True)
            assert (moved.probability, moved.valid) in ((1.0, True), (None, False))

    asyncio.run(hear())


def test_an_entity_that_is_not_reached_or_gone_says_so(home: RunningHome) -> None:
    async def hear() -> None:
        state = {"state": "on", "attributes": {"supported_color_modes": ["brightness"], "brightness": 51}}
        await asyncio.to_thread(home.rest, "POST", "states/light.guest", state)
        house = house_with(
            home.connection,
            (Device(id="guest", room="living", kind="light", connection="home", address="light.guest"),),
            (Sensor(id="guest", room="living", kind="air", connection="home", address="sensor.guest"),),
        )
        reading = {"state": "77", "attributes": {"device_class": "temperature", "unit_of_measurement": "°F"}}
        await asyncio.to_thread(home.rest, "POST", "states/sensor.guest", reading)
        async with heard(home, house) as listener:
            lit = await listener.device("guest", lambda said: said.available)
            assert lit.values["level"] == pytest.approx(0.2)
            warm = await listener.until(AirSample, lambda said: said.temperature_c is not None)
            assert warm.temperature_c == pytest.approx(25.0)
            for word in ("unknown", "unavailable"):
                after = len(listener.told)
                await asyncio.to_thread(home.rest, "POST", "states/sensor.guest", {**reading, "state": word})
                await listener.until(AirSample, lambda said: said.temperature_c is None, after=after)
                await asyncio.to_thread(home.rest, "POST", "states/sensor.guest", reading)
                await listener.until(AirSample, lambda said: said.temperature_c is not None, after=after)
            await asyncio.to_thread(home.rest, "POST", "states/light.guest", {**state, "state": "unavailable"})
            await listener.device("guest", lambda said: not said.available and "does not reach" in said.why)
            await asyncio.to_thread(home.rest, "DELETE", "states/light.guest")
            await listener.device("guest", lambda said: not said.available and "has no" in said.why)
            assert "has no light.guest" in await listener.set("guest", "level", 1)
        await asyncio.to_thread(home.rest, "DELETE", "states/sensor.guest")

    asyncio.run(hear())


def test_a_home_in_fahrenheit_is_driven_in_celsius(home: RunningHome) -> None:
    async def drive(units: str) -> None:
        token = (home.folder / "token").read_text(encoding="ascii")
        session = await Session.open(web_address(home.connection.address), token)
        await session.ask("config/core/update", unit_system=units)
        await session.close()
        # A change of units reaches each entity when it next tells how it is.
        await asyncio.to_thread(home.by_hand, "homeassistant.update_entity", "climate.heatpump")

    async def drive_heating() -> DeviceState:
        async with heard(home) as house:
            return await house.sets("heating", "setpoint_c", 21.5)

    asyncio.run(drive("us_customary"))
    try:
        said = asyncio.run(drive_heating())
        there = home.rest("GET", "states/climate.heatpump")["attributes"]["temperature"]
    finally:
        asyncio.run(drive("metric"))
    assert said.values["setpoint_c"] == pytest.approx(21.5)
    assert said.values["room_temperature_c"] == pytest.approx(25.0, abs=0.3)
    assert there == pytest.approx(70.7, abs=0.6)


def test_a_scan_tells_what_can_be_driven_and_read(home: RunningHome) -> None:
    async def scan() -> None:
        link = open_link(home.connection, house_with(home.connection), WallClock(), home.folder)
        found = {one.address: one for one in await link.scan()}
        await link.close()
        assert found["climate.hvac"].kind == "room_air_conditioner"
        assert found["climate.hvac"].settings["setpoint_c"].low == pytest.approx(7.0)
        assert found["light.ceiling_lights"].settings["colour_temperature_k"].high == pytest.approx(6535)
        assert found["cover.kitchen_window"].settings["closed"].step == 1
        assert found["water_heater.demo_water_heater"].kind == "heat_pump_water_heater"
        assert found["lock.front_door"].settings == {}
        assert found["binary_sensor.movement_backyard"].measures == ("presence",)
        assert found["sensor.carbon_dioxide"].measures == ("co2_ppm",)
        assert found["humidifier.dehumidifier"].kind == "dehumidifier"
        tank = found["water_heater.demo_water_heater"]
        assert tank.fail_safe["tank_setpoint_c"] <= tank.settings["tank_setpoint_c"].high

    asyncio.run(scan())


def test_a_wrong_token_is_named(home: RunningHome, tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("not-a-token", encoding="ascii")
    secret.chmod(0o600)
    link = open_link(home.connection, house_with(home.connection), WallClock(), tmp_path)
    with pytest.raises(LinkError, match="refuses the token"):
        asyncio.run(link.open())


def player_of(home: RunningHome) -> str:
    """Return a speaker of this home that plays what it is given."""
    return next(
        str(state["entity_id"])
        for state in home.rest("GET", "states")
        if state["entity_id"].startswith("media_player.")
        and state["attributes"].get("supported_features", 0) & PLAYS_MEDIA
    )


def test_an_alarm_is_notified_and_played_on_a_speaker(home: RunningHome) -> None:
    office = PostOffice(house_with(home.connection), home.folder)
    way = NotifyWay(connection="home", service="persistent_notification.create")
    assert office.send(way, letter()) == "Home Assistant did it"
    speaker = Speaker(connection="home", player=player_of(home), sound="http://127.0.0.1/chime.mp3")
    assert office.speak(speaker, "a fall is suspected") == "Home Assistant did it"
    with pytest.raises(NotTakenError):
        office.send(NotifyWay(connection="home", service="notify.nobody_at_all"), letter())
    with pytest.raises(NotTakenError, match=r"media_player\.gone"):
        office.speak(Speaker(connection="home", player="media_player.gone", sound="x"), "words")


def test_a_voice_of_the_home_says_the_words_on_a_speaker(home: RunningHome) -> None:
    flow = home.rest("POST", "config/config_entries/flow", {"handler": "test_voice"})
    assert flow["type"] == "create_entry", flow
    office = PostOffice(house_with(home.connection), home.folder)
    player = player_of(home)
    speaker = Speaker(connection="home", player=player, voice=VOICE)
    assert office.speak(speaker, "a fall is suspected") == "Home Assistant did it"
    played = urlsplit(home.rest("GET", f"states/{player}")["attributes"]["media_content_id"])
    assert (played.scheme, played.path) == ("media-source", f"/{VOICE}")
    assert parse_qs(played.query)["message"] == ["a fall is suspected"]
    with pytest.raises(NotTakenError, match=r"tts\.gone"):
        office.speak(Speaker(connection="home", player=player, voice="tts.gone"), "words")


def test_a_telephone_has_buttons_and_their_press_answers_the_alarm(home: RunningHome) -> None:
    way = NotifyWay(connection="home", service=PHONE)
    ken = Contact(id="ken", name="Ken", way=way)
    house = msgspec.structs.replace(house_with(home.connection), alarms=Alarms(contacts=(ken,)))
    alarm = open_alarm(NOON)
    sent = Writer(house).letter(alarm, Order(alarm.id, "ken"), "en", NOON)
    data, ears = telephoned(home, way, sent), AlarmEars(house, home.folder)
    assert data["tag"] == alarm.id
    assert data["push"]["interruption-level"] == "critical"
    (take, _) = data["actions"]
    assert take["title"] == "I take care of it"
    try:
        assert until(lambda: ears.turn((alarm,)) == () and ears.hear, 20.0), ears.problems
        for name in ("TURN_OFF_LIGHTS", take["action"]):
            home.rest("POST", "events/mobile_app_notification_action", {"action": name, "device_id": "x"})
        heard = first_heard(lambda: ears.turn((alarm,)))
    finally:
        ears.close()
    assert heard == [(ken, ContactAnswer(alarm.id, "ken", AlarmStage.ACKNOWLEDGED))]


def telephoned(home: RunningHome, way: NotifyWay, sent: Letter) -> dict[str, Any]:
    """Notify a telephone; return what its service was given beside the words."""

    async def notify() -> dict[str, Any]:
        calls: asyncio.Queue[bytes] = asyncio.Queue()
        token = (home.folder / "token").read_text(encoding="ascii")
        session = await Session.open(web_address(home.connection.address), token, follows=False)
        await session.hear("call_service", lambda event: calls.put_nowait(bytes(event)))
        office = PostOffice(house_with(home.connection), home.folder)
        assert await asyncio.to_thread(office.send, way, sent) == "Home Assistant did it"
        async with asyncio.timeout(20.0):
            call = json.loads(await calls.get())["data"]
            while call["domain"] != "notify":
                call = json.loads(await calls.get())["data"]
        await session.close()
        assert call["service_data"]["message"] == sent.text
        given: dict[str, Any] = call["service_data"]["data"]
        return given

    return asyncio.run(notify())
