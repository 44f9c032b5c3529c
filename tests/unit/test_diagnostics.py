"""Nothing private leaves with the diagnostics: a house full of secrets is searched for every one of them."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sumika.clock import Instant, SimulatedClock
from sumika.config import load_house
from sumika.history import Records
from sumika.runtime.diagnostics import write_diagnostics
from sumika.runtime.redaction import HARMLESS, Redactor
from sumika.schema import Event, Origin, Severity
from sumika.schema.house import House

CLOCK = SimulatedClock(Instant(10**12, 1_768_867_200 * 10**9, "boot"))
PRIVATE = (
    "Villa Marker", "markerroom", "Marker Chamber", "寝室マーカー", "markerperson", "Marker Yamada", "marker-broker",
    "markeruser", "markertopic", "markerdevice", "markersensor", "markerradar", "ttyMARKER", "marker.example",
    "marker-token-in-a-file", "marker_phone", "markerlink", "markercontact", "Marker Ken", "marker-mail-password",
    "35.6812", "139.7671", "climate.marker", "MARKERFIELD", "markerhook", "markersecretfile",
)  # fmt: skip
HOUSE = """\
version: 1
name: Villa Marker
rooms:
  - {id: markerroom, name: Marker Chamber, floor_m: [[0, 0], [3, 0], [3, 4], [0, 4]], residents: [markerperson]}
  - {id: other, name: 寝室マーカー, floor_m: [[3, 0], [6, 0], [6, 4], [3, 4]]}
radars:
  - id: markerradar
    room: markerroom
    model: iwr6843isk
    position_m: [1, 0, 1.5]
    yaw_deg: 90
    source: {type: port, device: /dev/ttyMARKER0, command: /dev/ttyMARKER1, address: "marker.example:99"}
residents:
  - {id: markerperson, name: Marker Yamada}
building: {site: {latitude_deg: 35.6812, longitude_deg: 139.7671}}
connections:
  - id: markerlink
    type: mqtt
    address: "marker-broker.marker.example:1883"
    user: markeruser
    secret_file: markersecretfile
  - {id: ha, type: home_assistant, address: "ws://marker.example:8123/api/websocket", secret_file: markersecretfile}
devices:
  - {id: markerdevice, room: markerroom, kind: room_air_conditioner, connection: ha, address: climate.marker_room}
sensors:
  - id: markersensor
    room: markerroom
    kind: air
    connection: markerlink
    mapping: {co2_ppm: "markertopic#MARKERFIELD"}
alarms:
  suspected_fall: {}
  contacts:
    - {id: markercontact, name: Marker Ken, way: {type: home_assistant, connection: ha, service: notify.marker_phone}}
    - id: mail
      way: {type: email, host: smtp.marker.example, to: [ken@marker.example], user: markeruser, secret_file: mailsecret}
    - {id: hook, way: {type: webhook, url: "https://marker.example/markerhook?key=abc"}}
"""
DETAILS = (
    "Marker Yamada is in the Marker Chamber at marker.example",
    "寝室マーカーの隣で転倒の疑い",
    "cannot reach marker-broker.marker.example:1883 as markeruser: marker-token-in-a-file",
    "no such file: /home/markeruser/Villa Marker/ttyMARKER0",
    "MARKERPERSON and markerperson's radar",
    "ken@marker.example does not take it: marker-mail-password",
    "192.168.77.31 and fe80:1:2:3::7 and aa:bb:cc:dd:ee:ff",
)


@pytest.fixture
def diagnosed(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "house.yaml").write_text(HOUSE, encoding="utf-8")
    for name, secret in (("markersecretfile", "marker-token-in-a-file"), ("mailsecret", "marker-mail-password")):
        (tmp_path / name).write_text(secret, encoding="utf-8")
    records = Records(tmp_path / "data" / "history", CLOCK)
    for detail in DETAILS:
        for subject in ("markerroom", "devices.markerlink", "gate"):
            records.record_event(
                Event(
                    stamp=CLOCK.now(),
                    origin=Origin.LIVE,
                    subject=subject,
                    code="node_died",
                    severity=Severity.WARNING,
                    detail=detail,
                )
            )
    records.close()
    target = tmp_path / "diagnostics.zip"
    write_diagnostics(target, load_house(tmp_path / "house.yaml", {}), tmp_path / "data", CLOCK)
    assert target.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_no_secret_of_a_house_full_of_secrets_is_inside(diagnosed: dict[str, bytes]) -> None:
    whole = b"\n".join(diagnosed.values()).decode().casefold()
    assert [word for word in PRIVATE if word.casefold() in whole] == []
    assert "192.168.77.31" not in whole
    assert "aa:bb:cc" not in whole


def test_what_helps_is_inside(diagnosed: dict[str, bytes]) -> None:
    events = msgspec.json.decode(diagnosed["events.json"])
    assert len(events) == len(DETAILS) * 3
    assert {event["code"] for event in events} == {"node_died"}
    assert {event["subject"] for event in events} == {"room_1", "devices.connection_1", "gate"}
    house = msgspec.json.decode(diagnosed["house.json"])
    assert house["radars"][0]["model"] == "iwr6843isk"
    assert house["radars"][0]["room"] == house["rooms"][0]["id"] == "room_1"
    assert house["devices"][0]["kind"] == "room_air_conditioner"
    assert house["rooms"][0]["floor_m"] == [[0, 0], [3, 0], [3, 4], [0, 4]]
    assert house["building"]["site"]["latitude_deg"] == 36
    assert "sumika" in msgspec.json.decode(diagnosed["versions.json"])


def strings(part: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(part, dict):
        for name, value in part.items():
            yield from strings(value, name)
    elif isinstance(part, list | tuple):
        for each in part:
            yield from strings(each, key)
    elif isinstance(part, str):
        yield key, part


def test_every_text_of_a_description_is_replaced_unless_it_comes_out_of_a_list(tmp_path: Path) -> None:
    (tmp_path / "house.yaml").write_text(HOUSE, encoding="utf-8")
    house: House = load_house(tmp_path / "house.yaml", {}).house
    for key, said in strings(Redactor(house).description(house)):
        numbered = said.rpartition("_")[2].isdigit()
        assert said == "" or said.startswith("<") or numbered or key in HARMLESS | {"kind", "model", "timezone"}, key


def test_longer_secrets_go_before_shorter_ones_within_them(tmp_path: Path) -> None:
    (tmp_path / "house.yaml").write_text(HOUSE, encoding="utf-8")
    redactor = Redactor(load_house(tmp_path / "house.yaml", {}).house, ["tok", "tok-and-more"])
    assert redactor.text("a tok-and-more of it") == "a <secret> of it"
