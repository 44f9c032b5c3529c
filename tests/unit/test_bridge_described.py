"""What `sumika house check` says of a bridge to Home Assistant that cannot work."""

from pathlib import Path

import pytest

from sumika.config import ConfigError, load_house
from sumika.schema.house import Bridge

HOUSE = """\
version: 1
name: One room
rooms: [{ id: bedroom, floor_m: [[0, 0], [4, 0], [4, 3], [0, 3]] }]
bridge: { BRIDGE }
"""


def described(folder: Path, bridge: str) -> Bridge:
    path = folder / "house.yaml"
    path.write_text(HOUSE.replace("BRIDGE", bridge), encoding="utf-8")
    found = load_house(path).house.bridge
    assert found is not None
    return found


@pytest.mark.parametrize(
    "bridge",
    [
        "",
        "broker: homeassistant.local",
        'broker: "192.168.1.4:1884", user: sumika, secret_file: word',
        'broker: "mqtts://broker.home:8883", ca_file: ca.pem, protocol: "3.1.1", discovery: component',
        'broker: "[fd00::1]:1883", enabled: false',
    ],
)
def test_a_bridge_that_can_work_is_taken(tmp_path: Path, bridge: str) -> None:
    assert isinstance(described(tmp_path, bridge), Bridge)


@pytest.mark.parametrize(
    ("bridge", "problem"),
    [
        ('broker: "http://broker"', "no address of an MQTT broker"),
        ('broker: "me:word@broker"', "no address of an MQTT broker"),
        ('broker: "broker:99999"', "no address of an MQTT broker"),
        ('broker: "broker/home"', "no address of an MQTT broker"),
        ("secret_file: word", "a password needs a user"),
        ('broker: "broker:1883", ca_file: ca.pem', "without encryption"),
        ('discovery_prefix: "home/#"', "discovery_prefix"),
        ("protocol: 4", "protocol"),
        ("discovery: both", "discovery"),
        ("host: broker", "host"),
    ],
)
def test_a_bridge_that_cannot_is_explained(tmp_path: Path, bridge: str, problem: str) -> None:
    with pytest.raises(ConfigError) as told:
        described(tmp_path, bridge)
    assert problem in str(told.value)
    assert "house.yaml" in str(told.value)
