"""Several sensors of one room are believed together: one that sees nobody hides nobody whom another one sees."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sumika.clock import Instant, SimulatedClock
from sumika.config import parse_house
from sumika.links.esphome import EntityReport
from sumika.links.home_assistant import EntityState
from sumika.schema import AirSample, Message, Presence, Reason
from sumika.schema.house import Connection, House, Room, Sensor
from sumika.sensors.air import open_sensors
from sumika.units import seconds_to_ns
from tests.held_helpers import QuietHouse

BEGAN = Instant(seconds_to_ns(1000.0), 10**18, "boot")
HOME = Connection(id="home", type="home_assistant", address="127.0.0.1:8123")
FLOOR = ((0.0, 0.0), (4.0, 0.0), (4.0, 3.0), (0.0, 3.0))
CLASSES = {"sofa": "occupancy", "desk": "presence", "pir": "motion"}
PERSONS = ("taro", "hanako")


def entity_of(name: str) -> str:
    return f"person.{name}" if name in PERSONS else f"binary_sensor.{name}"


class Living:
    """A living room with sensors of Home Assistant, and who listens to them."""

    def __init__(self, *names: str, connection: Connection = HOME) -> None:
        sensors = tuple(
            Sensor(
                id=name,
                room="living",
                kind="pir" if name == "pir" else "presence",
                connection=connection.id,
                address=entity_of(name),
            )
            for name in names
        )
        self.house = House(rooms=(Room(id="living", floor_m=FLOOR),), sensors=sensors, connections=(connection,))
        self.reader = open_sensors(connection, self.house)
        self.heard = QuietHouse(self.house, connection.id, SimulatedClock(BEGAN))
        self.last: Presence | None = None

    def says(self, **states: str) -> "Living":
        """Let entities say something, one after the other, and let ten seconds pass."""
        for name, state in states.items():
            report = EntityState(
                entity_id=entity_of(name), state=state, attributes={"device_class": CLASSES.get(name, "")}
            )
            self._take(*self.reader.read(report, self.heard.clock.now()))
        self.heard.passes(10)
        return self

    def breaks(self) -> None:
        """Let the link break."""
        self._take(*self.reader.lost(self.heard.clock.now()))

    def _take(self, *told: Message) -> None:
        for message in told:
            assert isinstance(message, Presence)
            self.last = message
        self.heard.says(*told)

    @property
    def somebody(self) -> float | None:
        """How sure planner and bridge are that somebody is there."""
        by_bridge, by_planner = self.heard.presence("living")
        assert by_bridge == by_planner
        return by_planner

    @property
    def why(self) -> Reason | None:
        return None if self.last is None else self.last.reason


@pytest.mark.parametrize(
    ("said", "somebody"),
    [
        ({"sofa": "on", "desk": "off"}, 1.0),
        ({"desk": "off", "sofa": "on"}, 1.0),
        ({"sofa": "off", "desk": "off"}, 0.0),
        ({"sofa": "on", "pir": "off"}, 1.0),
        ({"sofa": "off", "pir": "on"}, 1.0),
        ({"sofa": "off", "pir": "off"}, 0.0),
        ({"taro": "home", "hanako": "not_home"}, None),
        ({"taro": "not_home", "hanako": "not_home"}, 0.0),
        ({"taro": "home", "pir": "on"}, 1.0),
        ({"taro": "home", "pir": "off"}, None),
        ({"taro": "not_home", "pir": "off"}, 0.0),
        ({"taro": "home", "sofa": "off"}, 0.0),
        ({"taro": "not_home", "sofa": "on"}, 1.0),
        ({"taro": "unavailable", "sofa": "off"}, 0.0),
    ],
)
def test_one_sensor_that_sees_somebody_is_enough_and_nobody_needs_all_that_look(
    said: dict[str, str], somebody: float | None
) -> None:
    living = Living(*said).says(**said)
    assert living.somebody == somebody
    living.heard.passes(600)
    assert living.somebody == somebody, "and it holds"


def test_who_was_seen_by_one_sensor_is_gone_when_that_one_says_so() -> None:
    living = Living("sofa", "desk").says(sofa="on", desk="off")
    assert living.says(sofa="off").somebody == 0.0
    assert living.says(desk="on").somebody == 1.0


def test_a_sensor_that_is_gone_or_was_never_heard_hides_nothing_that_another_sees() -> None:
    living = Living("sofa", "desk")
    assert living.says(sofa="off").somebody == 0.0
    assert living.says(desk="unavailable").somebody == 0.0
    assert living.says(sofa="on").somebody == 1.0
    assert living.says(sofa="off").somebody == 0.0
    living.says(sofa="unavailable")
    assert (living.somebody, living.why) == (None, Reason.NO_SIGNAL), "where none is left that says anything"


def test_whom_a_sensor_saw_before_it_fell_silent_is_not_gone_until_somebody_is_seen_to_go() -> None:
    living = Living("sofa", "desk").says(sofa="off", desk="on")
    living.says(desk="unavailable")
    assert (living.somebody, living.why) == (None, Reason.NO_SIGNAL)
    assert living.says(desk="on").somebody == 1.0
    assert living.says(desk="unavailable").somebody is None
    assert living.says(desk="off").somebody == 0.0, "it only blinked"
    living.says(desk="on").says(desk="unavailable")
    assert living.says(sofa="on").says(sofa="off").somebody == 0.0


def test_a_telephone_that_cannot_be_reached_hides_nothing_that_a_sensor_sees() -> None:
    living = Living("sofa", "taro").says(taro="home", sofa="off")
    assert living.says(taro="unavailable").somebody == 0.0


def test_a_link_that_breaks_is_told_once_for_each_room() -> None:
    living = Living("sofa", "desk").says(sofa="on", desk="on")
    told = len(living.heard.told)
    living.breaks()
    assert (living.somebody, living.why) == (None, Reason.NO_SIGNAL)
    living.heard.passes(60)
    assert len(living.heard.told) == told
    assert len(tuple(living.reader.lost(BEGAN))) == 1


def test_what_is_no_presence_goes_by() -> None:
    air = Sensor(id="air", room="living", kind="air", connection="home", address="sensor.co2")
    pir = Sensor(id="pir", room="living", kind="pir", connection="home", address="binary_sensor.pir")
    house = House(rooms=(Room(id="living", floor_m=FLOOR),), sensors=(air, pir), connections=(HOME,))
    reader = open_sensors(HOME, house)
    assert set(reader.addresses()) == {"sensor.co2", "binary_sensor.pir"}
    report = EntityState(entity_id="sensor.co2", state="900", attributes={"device_class": "carbon_dioxide"})
    (told,) = reader.read(report, BEGAN)
    assert isinstance(told, AirSample)
    assert [type(one) for one in reader.lost(BEGAN)] == [AirSample, Presence]


def test_a_motion_sensor_of_an_esphome_node_is_one_too() -> None:
    connection = Connection(id="node", type="esphome", address="node.local")
    living = Living("pir", "desk", connection=connection)

    def report(name: str, state: bool) -> EntityReport:
        about: Any = SimpleNamespace(name=entity_of(name), domain="binary_sensor", word=lambda _: CLASSES[name])
        return EntityReport(about, {"state": state})

    for name, state, somebody in (("desk", False, 0.0), ("pir", True, 1.0), ("pir", False, 0.0)):
        (told,) = living.reader.read(report(name, state), BEGAN)
        assert isinstance(told, Presence)
        assert told.probability == somebody


DESCRIBED = """\
rooms:
  - {id: living, floor_m: [[0, 0], [5, 0], [5, 4], [0, 4]]}
  - {id: hall, floor_m: [[5, 0], [8, 0], [8, 4], [5, 4]]}
connections:
  - {id: home, type: home_assistant, address: "127.0.0.1:8123"}
  - {id: broker, type: mqtt, address: "127.0.0.1:1883"}
sensors:
  - {id: sofa, room: living, kind: presence, connection: home, address: binary_sensor.sofa}
  - {id: desk, room: living, kind: presence, connection: home, address: binary_sensor.desk}
  - {id: pir, room: PLACE, kind: pir, connection: broker, address: zigbee2mqtt/pir}
"""
RADAR = "radars: [{id: eye, room: living, model: a121, position_m: [0, 2, 1.2], source: {type: demo}}]\n"


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (DESCRIBED.replace("PLACE", "hall"), []),
        (DESCRIBED.replace("PLACE", "living"), ["sensors[2].connection"]),
        (DESCRIBED.replace("PLACE", "hall") + RADAR, ["sensors[0].room", "sensors[1].room"]),
        (
            DESCRIBED.replace("PLACE", "hall") + RADAR.replace("room: living", "room: hall").replace("[0,", "[5,"),
            ["sensors[2].room"],
        ),
    ],
)
def test_sensors_that_cannot_be_joined_are_a_warning(text: str, fields: list[str]) -> None:
    warnings = parse_house(text, Path("house.yaml"), {}, models=["a121"]).warnings
    assert [one.field for one in warnings] == fields
    assert all(one.warning for one in warnings)
