"""What Home Assistant is told there is: by device or by entity, each once, and taken back when it goes."""

import json
from typing import Any

import msgspec
import pytest

from sumika.bridge import Announced, HouseBridge, Kept, Places
from sumika.schema import AirSample, Origin
from sumika.schema.house import Bridge, Device, House
from tests.bridge_helpers import played_house
from tests.bus_helpers import STAMP

INSTALLATION = "0123456789ab"
ROOT = f"sumika/{INSTALLATION}"


def bridge_of(house: House, kept: Kept | None = None, language: str = "en") -> HouseBridge:
    assert house.bridge is not None
    places = Places(house.bridge, INSTALLATION)
    return HouseBridge(house, places, kept or Kept(), version="1.2.3", language=language)


def told(house: House, before: Announced | None = None, kept: Kept | None = None) -> dict[str, Any]:
    """Return what is on the broker at last, by topic."""
    messages = bridge_of(house, kept).announcement(before or Announced()).messages
    return {one.topic: json.loads(one.payload) for one in messages if one.payload}


def entities(house: House, kept: Kept | None = None) -> dict[str, dict[str, Any]]:
    """Return every entity by its unique id."""
    found: dict[str, dict[str, Any]] = {}
    for document in told(house, kept=kept).values():
        for one in document.get("components", {"": document}).values():
            assert one["unique_id"] not in found
            found[one["unique_id"]] = one
    return found


def other(house: House, **changes: Any) -> House:
    return msgspec.structs.replace(house, **changes)


def without_device(house: House, name: str) -> House:
    return other(house, devices=tuple(one for one in house.devices if one.id != name))


def test_both_ways_of_discovery_tell_of_the_same_entities() -> None:
    one, several = entities(played_house()), entities(played_house(discovery="component"))
    assert one.keys() == several.keys()
    for name, config in one.items():
        assert config.pop("platform")
        assert config == {key: value for key, value in several[name].items() if key not in ("device", "origin")}


@pytest.mark.parametrize(("most", "speeds"), [(1, None), (2, 2)])
def test_a_fan_of_one_speed_is_on_or_off(most: int, speeds: int | None) -> None:
    hood = Device(id="hood", room="living", kind="exhaust_fan", limits={"level": (0, most)})
    (fan,) = (one for one in entities(other(played_house(), devices=(hood,))).values() if one["platform"] == "fan")
    # Home Assistant refuses a range of 1 to 1, and the whole entity with it.
    assert fan.get("speed_range_max") == speeds
    assert ("percentage_command_topic" in fan) == (speeds is not None)


def test_one_device_for_each_room_each_radar_and_the_ecu() -> None:
    names = [document["device"]["name"] for document in told(played_house()).values()]
    assert names == ["Test house", "Living room", "Bedroom", "Hall", "Radar sofa", "Radar bed"]
    for topic, document in told(played_house()).items():
        assert topic == f"homeassistant/device/{document['device']['identifiers'][0]}/config"
        assert document["origin"] == {
            "name": "Sumika",
            "sw_version": "1.2.3",
            "support_url": "https://sumika.readthedocs.io",
        }


def test_every_entity_is_unavailable_when_the_bridge_or_its_own_value_is_gone() -> None:
    for name, config in entities(played_house()).items():
        assert config["availability"][0] == {"topic": f"{ROOT}/status"}
        assert config["availability_mode"] == "all"
        stateless = name.endswith(("_restart", "_acknowledge", "_all_well", "_offset", "_fall"))
        assert len(config["availability"]) == (1 if stateless else 2), name


def test_ids_stay_when_names_language_and_order_change() -> None:
    house = played_house()
    rooms = tuple(msgspec.structs.replace(room, name=f"{room.name} 2") for room in reversed(house.rooms))
    assert entities(other(house, rooms=rooms)).keys() == entities(house).keys()
    japanese = bridge_of(house, language="ja").announcement(Announced()).messages
    ids = {one["unique_id"] for message in japanese for one in json.loads(message.payload)["components"].values()}
    assert ids == entities(house).keys()


def test_japanese_names_come_with_entity_ids_that_can_be_typed() -> None:
    for message in bridge_of(played_house(), language="ja").announcement(Announced()).messages:
        for one in json.loads(message.payload)["components"].values():
            assert one["default_entity_id"].isascii()
            assert one["default_entity_id"].startswith(f"{one['platform']}.")


def test_a_demo_says_so_in_every_name() -> None:
    for document in told(played_house(demo=True)).values():
        assert "demo, simulated" in document["device"]["name"]
    assert all("demo" not in document["device"]["name"] for document in told(played_house()).values())


def test_what_is_noisy_is_off_until_somebody_wants_it() -> None:
    found = entities(played_house())
    off = {name.split("_", 2)[2] for name, one in found.items() if one.get("enabled_by_default") is False}
    assert off == {"ecu_load", "ecu_memory", "radar_sofa_frames", "radar_bed_frames"}
    for name in ("ecu_problem", "ecu_level", "radar_sofa_works"):
        assert found[f"sumika_{INSTALLATION}_{name}"]["entity_category"] == "diagnostic"


def test_bodies_are_told_of_only_where_the_house_allows_it() -> None:
    personal = {"respiration", "heart", "posture", "sleep", "fall"}
    with_bodies = {name.rsplit("_", 1)[1] for name in entities(played_house())}
    without = {name.rsplit("_", 1)[1] for name in entities(played_house(bodies=False))}
    assert personal <= with_bodies
    assert with_bodies - without == personal


def test_without_hands_home_assistant_can_set_nothing() -> None:
    house = played_house(hands=False)
    for name, config in entities(house).items():
        assert not [key for key in config if "command" in key], name
    assert entities(house)[f"sumika_{INSTALLATION}_ecu_mode"]["platform"] == "sensor"
    assert entities(other(played_house(), control=None)).keys() & {f"sumika_{INSTALLATION}_ecu_mode"} == set()


def test_what_a_sensor_measures_is_known_once_it_was_heard_and_for_ever_after() -> None:
    house = played_house()
    bridge = bridge_of(house)
    sample = AirSample(stamp=STAMP, origin=Origin.LIVE, sensor="living_air", room="living", co2_ppm=700.0)
    assert bridge.hear(sample, 0)
    assert not bridge.hear(sample, 1)
    kept = Kept(seen=dict(bridge.seen))
    assert f"sumika_{INSTALLATION}_room_living_co2" in entities(house, kept)
    assert f"sumika_{INSTALLATION}_room_living_temperature" not in entities(house, kept)
    assert entities(other(house, sensors=()), kept).keys() == entities(other(house, sensors=())).keys()


@pytest.mark.parametrize("discovery", ["device", "component"])
def test_what_goes_is_taken_back_whenever_it_went(discovery: str) -> None:
    house = played_house(discovery=discovery)
    before = bridge_of(house).announcement(Announced()).announced
    bedroom = tuple(room for room in house.rooms if room.id != "bedroom")
    radars = tuple(radar for radar in house.radars if radar.room != "bedroom")
    after = bridge_of(other(house, rooms=bedroom, radars=radars)).announcement(before)
    gone = [one.topic for one in after.messages if not one.payload]
    assert {one.topic for one in after.later} == {f"{ROOT}/room_bedroom/state", f"{ROOT}/radar_bed/state"}
    assert any("room_bedroom" in topic and topic.endswith("/config") for topic in gone)
    assert all("living" not in topic for topic in gone)
    assert not any("bedroom" in topic for topic in (*after.announced.configs, *after.announced.states))


def test_an_entity_that_leaves_a_device_is_named_by_its_platform_alone_first() -> None:
    house = played_house()
    before = bridge_of(house).announcement(Announced()).announced
    messages = bridge_of(without_device(house, "living_light")).announcement(before).messages
    topic = f"homeassistant/device/sumika_{INSTALLATION}_room_living/config"
    first, last = (json.loads(one.payload)["components"] for one in messages if one.topic == topic)
    assert first["living_light"] == {"platform": "light"}
    assert "living_light" not in last
    assert {**last, "living_light": {"platform": "light"}} == first


def test_a_device_that_becomes_another_kind_of_entity_is_first_forgotten() -> None:
    house = played_house()
    before = bridge_of(house).announcement(Announced()).announced
    changed = (*without_device(house, "range_hood").devices, Device(id="range_hood", room="living", kind="light"))
    messages = bridge_of(other(house, devices=changed)).announcement(before).messages
    topic = f"homeassistant/device/sumika_{INSTALLATION}_room_living/config"
    first, last = (json.loads(one.payload)["components"]["range_hood"] for one in messages if one.topic == topic)
    assert first == {"platform": "fan"}
    assert last["platform"] == "light"


def test_another_way_of_discovery_takes_back_the_first() -> None:
    before = bridge_of(played_house(discovery="component")).announcement(Announced()).announced
    messages = bridge_of(played_house()).announcement(before).messages
    gone = {one.topic for one in messages if not one.payload}
    assert gone == before.configs.keys()
    last_gone = max(place for place, one in enumerate(messages) if not one.payload)
    first_told = min(place for place, one in enumerate(messages) if one.payload)
    assert last_gone < first_told


def test_switched_off_everything_is_taken_back_and_nothing_said() -> None:
    before = bridge_of(played_house()).announcement(Announced()).announced
    bridge = bridge_of(played_house(enabled=False))
    after = bridge.announcement(before)
    assert {one.topic for one in after.messages} == set(before.configs)
    assert {one.topic for one in after.later} == set(before.states)
    assert all(one.payload == "" for one in (*after.messages, *after.later))
    assert after.announced == Announced()
    assert bridge.due(0) == []


def test_while_one_replaces_the_other_both_are_remembered() -> None:
    house = played_house()
    before = bridge_of(house).announcement(Announced()).announced
    after = bridge_of(without_device(house, "aircon")).announcement(before).announced
    both = before.with_all_of(after)
    topic = f"homeassistant/device/sumika_{INSTALLATION}_room_living/config"
    assert "aircon" in both.configs[topic]
    assert "aircon" not in after.configs[topic]
    assert set(both.states) == {*before.states, *after.states}


def test_prefix_and_base_topic_are_the_houses_own() -> None:
    house = played_house(discovery_prefix="ha/found", base_topic="my/house")
    for topic, document in told(house).items():
        assert topic.startswith("ha/found/device/")
        for one in document["components"].values():
            assert one["availability"][0]["topic"] == f"my/house/{INSTALLATION}/status"


@pytest.mark.parametrize("wrong", ["", "a/", "/a", "a//b", "a/#", "+/b"])
def test_a_prefix_that_no_broker_takes_is_refused(wrong: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"discovery_prefix": wrong}, Bridge)


def test_from_one_way_of_discovery_to_the_other_home_assistant_keeps_what_it_knows() -> None:
    ways = {way: bridge_of(played_house(discovery=way)).announcement(Announced()) for way in ("component", "device")}
    for old, new in (("component", "device"), ("device", "component")):
        moves = bridge_of(played_house(discovery=new)).announcement(ways[old].announced)
        assert {one.topic for one in moves.letting_go} == ways[old].announced.configs.keys()
        assert {one.payload for one in moves.letting_go} == {'{"migrate_discovery":true}'}
        assert {one.topic for one in moves.messages if not one.payload} == ways[old].announced.configs.keys()
        assert moves.announced == ways[new].announced
        assert bridge_of(played_house(discovery=new)).announcement(moves.announced).letting_go == ()


def test_what_goes_while_the_way_changes_is_forgotten() -> None:
    before = bridge_of(played_house(discovery="component")).announcement(Announced()).announced
    moves = bridge_of(without_device(played_house(), "living_light")).announcement(before)
    staying = {one.topic for one in moves.letting_go}
    assert [topic for topic in before.configs if topic not in staying] == [
        f"homeassistant/light/sumika_{INSTALLATION}_room_living/living_light/config"
    ]
    off = bridge_of(played_house(enabled=False)).announcement(before)
    assert off.letting_go == ()


def test_sleep_is_told_where_a_bed_is_watched_and_alarms_where_there_are_any() -> None:
    house = played_house()
    ends = [name.removeprefix(f"sumika_{INSTALLATION}_") for name in entities(house)]
    assert [name for name in ends if name.endswith("_sleep")] == ["room_bedroom_sleep"]
    assert {"ecu_alarm", "ecu_acknowledge", "ecu_all_well"} <= set(ends)
    without = " ".join(entities(other(house, furniture=(), alarms=None)))
    assert not [word for word in ("_sleep", "_alarm", "_acknowledge", "_all_well") if word in without]
    looks_on = entities(played_house(hands=False))
    assert f"sumika_{INSTALLATION}_ecu_alarm" in looks_on
    assert f"sumika_{INSTALLATION}_ecu_acknowledge" not in looks_on
