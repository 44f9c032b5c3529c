"""What words stand for in a house: devices, rooms and people by every name; what is unclear is asked back."""

from typing import Any

import msgspec
import pytest

from sumika.assistant.calls import Call
from sumika.assistant.lexicon import DEVICE_WORDS
from sumika.assistant.names import Names, room_kind
from sumika.assistant.resolve import Resolved, resolve
from sumika.schema.devices import DEVICE_KINDS
from sumika.schema.house import Device, House, Resident, Room
from sumika.schema.living import Furniture, FurnitureKind

NOW_S = 1_796_000_000.0
FLOOR = ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0))


def _house() -> House:
    rooms = (
        Room(id="living", name="Living room", floor_m=FLOOR),
        Room(id="main", name="寝室", floor_m=FLOOR, storey=2),
        Room(id="child_1", name="Sora's room", floor_m=FLOOR, storey=2, called=("ソラの部屋",)),
        Room(id="bath", floor_m=FLOOR),
    )
    devices = (
        Device(id="living_light", room="living", kind="light"),
        Device(id="sofa_lamp", room="living", kind="light", name="Sofa lamp", called=("ソファーの明かり",)),
        Device(id="main_light", room="main", kind="light"),
        Device(id="living_aircon", room="living", kind="room_air_conditioner"),
        Device(id="main_aircon", room="main", kind="room_air_conditioner"),
        Device(id="main_floor", room="main", kind="floor_heating"),
        Device(id="bath_fan", room="bath", kind="exhaust_fan"),
        Device(id="range_hood", room="living", kind="exhaust_fan"),
        Device(id="living_blind", room="living", kind="blind"),
        Device(id="washer", room="bath", kind="appliance", called=("洗濯機",)),
        Device(id="tv", room="living", kind="tv"),
        Device(id="ecocute", room="bath", kind="heat_pump_water_heater"),
    )
    residents = (
        Resident(id="hana", name="花子", called=("grandmother",)),
        Resident(id="sora", name="Sora"),
        Resident(id="mio", name="澪"),
    )
    kitchen = (Furniture(kind=FurnitureKind.KITCHEN, room="living", at_m=(1.0, 1.0)),)
    return House(rooms=rooms, devices=devices, residents=residents, furniture=kitchen)


NAMES = Names(_house())


def found(tool: str, what: str, here: str = "", who: str = "", **spans: Any) -> Resolved:
    """Return what a call comes to in the house."""
    call = Call(tool=tool, what=what, spans=spans)
    return resolve(call, NAMES, now_unix_s=NOW_S, room_of_speaker=here, resident_of_speaker=who)


@pytest.mark.parametrize(
    ("device", "room", "here", "ids"),
    [
        ("Sofa lamp", "", "", {"sofa_lamp"}),
        ("the SOFA LAMP", "", "", {"sofa_lamp"}),
        ("ソファーの明かり", "", "", {"sofa_lamp"}),
        ("寝室の明かり", "", "", {"main_light"}),
        ("寝室の電気", "", "living", {"main_light"}),
        ("bedroom light", "", "", {"main_light"}),
        ("light in the bedroom", "", "", {"main_light"}),
        ("電気", "寝室", "", {"main_light"}),
        ("lights", "living room", "", {"living_light", "sofa_lamp"}),
        ("電気", "", "living", {"living_light", "sofa_lamp"}),
        ("all the lights", "", "living", {"living_light", "sofa_lamp", "main_light"}),
        ("電気を全部", "", "", {"living_light", "sofa_lamp", "main_light"}),
        ("ﾃﾚﾋﾞ", "", "", {"tv"}),
        ("換気扇", "お風呂", "", {"bath_fan"}),
        ("レンジフード", "", "", {"range_hood"}),
        ("暖房", "リビング", "", {"living_aircon"}),
        ("床暖房", "", "living", {"main_floor"}),
    ],
)
def test_devices_are_found_by_name_by_room_and_by_kind(device: str, room: str, here: str, ids: set[str]) -> None:
    """Exactly, without case and width, as a room and a kind, and in the room of who speaks."""
    spans = {"device": device} | ({"room": room} if room else {})
    got = found("power", "on", here, **spans)
    assert (set(got.devices), got.ask_back) == (ids, "")


@pytest.mark.parametrize(
    ("tool", "what", "spans", "asked", "choices"),
    [
        ("power", "on", {"device": "電気"}, "several_devices", {"living_light", "sofa_lamp", "main_light"}),
        ("power", "on", {"device": "disco ball"}, "unknown_device", set()),
        ("power", "on", {"device": "sofa lmap"}, "unknown_device", {"sofa_lamp"}),
        ("power", "on", {"device": "エアコン", "room": "お風呂"}, "none_there", {"living_aircon", "main_aircon"}),
        ("power", "on", {"device": "blind"}, "cannot", {"living_blind"}),
        ("power", "off", {"device": "light", "room": "garage"}, "unknown_room", set()),
        ("cover", "open", {"device": "tv"}, "cannot", {"tv"}),
        ("machine", "start", {}, "which_device", set()),
        ("mode", "heat", {}, "which_room", set()),
        ("temperature", "up", {}, "which_room", set()),
        ("temperature", "set", {"room": "寝室"}, "which_number", set()),
        ("temperature", "set", {"room": "寝室", "number": "200度"}, "nonsense_number", set()),
        ("temperature", "set", {"room": "寝室", "number": "半分"}, "unknown_number", set()),
        ("colour", "set", {"device": "sofa lamp", "colour": "赤"}, "no_such_colour", set()),
        ("colour", "set", {"device": "sofa lamp", "colour": "plaid"}, "unknown_colour", set()),
        ("sleep", "asleep", {"resident": "鈴木さん"}, "unknown_resident", set()),
        ("power", "on", {"device": "sofa lamp", "delay": "next life"}, "unknown_delay", set()),
        ("energy", "cost", {"period": "the day of days"}, "unknown_period", set()),
    ],
)
def test_what_is_not_clear_is_asked_back(
    tool: str, what: str, spans: dict[str, str], asked: str, choices: set[str]
) -> None:
    """Never is a word taken for a name that it only resembles; what is likely is offered."""
    got = found(tool, what, **spans)
    assert (got.ask_back, set(got.choices)) == (f"ask_back.{asked}", choices)
    assert not got.devices or asked not in ("several_devices", "unknown_device", "none_there", "cannot")


def test_everything_leaves_alone_what_must_run() -> None:
    """ "Turn everything off" is not meant for the fans that keep the house dry, nor for the washing."""
    got = found("power", "off", device="everything")
    assert "tv" in got.devices
    assert not {"bath_fan", "washer", "ecocute", "living_blind"} & set(got.devices)


def test_rooms_are_found_by_kind_by_storey_and_by_what_stands_there() -> None:
    """The bedroom by its word in either language, the kitchen by its stove, a storey by its number."""
    assert found("climate", "temperature", room="bedroom").rooms == ("main",)
    assert found("climate", "temperature", room="キッチン").rooms == ("living",)
    assert set(found("climate", "temperature", room="2階").rooms) == {"main", "child_1"}
    assert set(found("climate", "temperature", room="家中").rooms) == {"living", "main", "child_1", "bath"}
    assert found("climate", "temperature", "bath", room="ここ").rooms == ("bath",)
    assert found("climate", "temperature", room="外").rooms == ("outside",)
    assert found("climate", "temperature", room="3階").ask_back == "ask_back.unknown_room"
    assert {room.id: room_kind(room) for room in _house().rooms} == {
        "living": "living",
        "main": "bedroom",
        "child_1": "children",
        "bath": "bathroom",
    }


def test_people_are_found_in_either_language_with_their_titles() -> None:
    """Whoever is called grandmother is おばあちゃん too; "I" is who speaks."""
    for said in ("grandma", "おばあちゃん", "花子さん", "花子", "Grandma's"):
        assert found("sleep", "asleep", resident=said).residents == ("hana",), said
    assert found("sleep", "asleep", who="mio", resident="私").residents == ("mio",)
    assert found("sleep", "asleep", resident="私").ask_back == "ask_back.which_resident"


def test_numbers_are_in_the_unit_that_is_meant() -> None:
    """Forty is percent of a lamp, three is a step of a fan, and one degree warmer is a difference."""
    assert _number(found("level", "set", device="sofa lamp", number="40")) == (0.4, "share")
    assert _number(found("level", "set", device="range hood", number="2")) == (2.0, "step")
    assert _number(found("level", "set", device="sofa lamp", number="三割")) == (0.3, "share")
    assert _number(found("temperature", "set", room="寝室", number="二十三度半")) == (23.5, "c")
    assert _number(found("temperature", "up", room="寝室", number="1度")) == (1.0, "k")
    assert _number(found("humidity", "set", room="living", number="50")) == (0.5, "share")
    assert found("colour", "set", device="sofa lamp", colour="電球色").colour_k == 2700
    assert _number(found("colour", "set", device="sofa lamp", number="4000K")) == (4000.0, "kelvin")


def _number(got: Resolved) -> tuple[float | None, str]:
    return got.number, got.unit


def test_what_is_beyond_the_device_stays_for_the_gate() -> None:
    """Thirty-five degrees can be meant; whether it is given the gate decides."""
    got = found("temperature", "set", room="寝室", number="35度")
    assert (got.number, got.ask_back) == (35.0, "")


def test_where_nothing_is_named_the_room_of_who_speaks_is_meant() -> None:
    """A lamp for light, a blind for what is opened, the tank for hot water."""
    assert set(found("level", "up", "living").devices) == {"living_light", "sofa_lamp"}
    assert found("cover", "half", "living").devices == ("living_blind",)
    assert found("hot_water", "now").devices == ("ecocute",)
    assert found("cover", "half", "main").ask_back == "ask_back.none_there"


def test_every_kind_of_device_has_a_word_in_both_languages() -> None:
    """Whatever house.yaml can have can be spoken of."""
    assert set(DEVICE_WORDS) == set(DEVICE_KINDS)
    assert all(words.ja and words.en for words in DEVICE_WORDS.values())


def test_the_only_tank_is_meant_wherever_it_stands() -> None:
    """Without a word for it, and from any room."""
    assert found("hot_water", "now", here="living").devices == ("ecocute",)
    assert found("hot_water", "now", room="", device="お湯", here="main").devices == ("ecocute",)


def test_a_question_about_any_lamp_is_about_all_of_them() -> None:
    """It is not asked back which one; an order would be."""
    asked = found("state", "device", device="fan")
    assert (set(asked.devices), asked.ask_back) == ({"bath_fan", "range_hood"}, "")
    assert found("power", "on", device="fan").ask_back == "ask_back.several_devices"


@pytest.mark.parametrize(
    "word", ["家じゅう", "全部の部屋", "all over", "my home", "apartment", "everywhere", "the whole house"]
)
def test_the_whole_house_by_many_names(word: str) -> None:
    """Every lamp of it."""
    got = found("power", "off", here="living", device="light", room=word)
    assert (set(got.devices), got.ask_back) == ({"living_light", "sofa_lamp", "main_light"}, "")


def test_rooms_may_be_called_politely() -> None:
    """お before a name."""
    assert found("climate", "temperature", room="お寝室").rooms == ("main",)


def test_a_kind_that_begins_with_a_word_for_the_whole_house_is_that_kind() -> None:
    """全館空調 is not the air conditioner of every room."""
    assert found("power", "on", device="全館空調").devices == ()
    central = Device(id="central", room="living", kind="whole_house_air_conditioner")
    house = msgspec.structs.replace(_house(), devices=(*_house().devices, central))
    call = Call(tool="power", what="on", spans={"device": "全館空調", "room": "寝室"})
    assert resolve(call, Names(house), now_unix_s=NOW_S).devices == ("central",)


@pytest.mark.parametrize(
    ("tool", "what", "said", "value", "unit"),
    [
        ("temperature", "up", "a degree", 1.0, "k"),
        ("temperature", "down", "a couple of degrees", 2.0, "k"),
        ("temperature", "up", "いっこ", 1.0, "k"),
        ("temperature", "up", "一段", 1.0, "k"),
        ("level", "set", "強", 1.0, "share"),
        ("level", "set", "弱", 0.25, "share"),
    ],
)
def test_how_much_without_a_number(tool: str, what: str, said: str, value: float, unit: str) -> None:
    """Words that mean one, two, or all of it."""
    device = "bath fan" if tool == "level" else "エアコン"
    got = found(tool, what, here="living", device=device, number=said)
    assert (got.number, got.unit, got.ask_back) == (value, unit, "")


def test_days_and_colours_with_endings() -> None:
    """Yesterday's, and オレンジいろ."""
    assert found("energy", "cost", period="yesterday's").period == found("energy", "cost", period="yesterday").period
    assert found("colour", "set", here="living", device="電気", colour="オレンジいろ").colour_k == 2200.0


def test_a_lamp_that_alone_is_called_so_is_that_lamp() -> None:
    house = _house()
    stand = Device(id="stand", room="main", kind="light", name="読書スタンド")
    names = Names(msgspec.structs.replace(house, devices=(*house.devices, stand)))

    def lamps(said: str) -> tuple[str, ...]:
        call = Call(tool="power", what="off", spans={"device": said})
        return resolve(call, names, now_unix_s=NOW_S, room_of_speaker="main").devices

    assert lamps("スタンド") == ("stand",)
    assert set(lamps("電気")) == {"main_light", "stand"}


def test_a_persons_room_is_the_one_that_they_share_least() -> None:
    house = _house()
    everybody = tuple(one.id for one in house.residents)
    own = {"living": everybody, "main": ("hana",)}
    rooms = tuple(msgspec.structs.replace(room, residents=own.get(room.id, ())) for room in house.rooms)
    names = Names(msgspec.structs.replace(house, rooms=rooms))
    call = Call(tool="power", what="on", spans={"device": "電気", "room": "花子さんのお部屋"})
    assert resolve(call, names, now_unix_s=NOW_S).rooms == ("main",)
