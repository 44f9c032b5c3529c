"""Alarms that could not go the way that is described are told at their line, before anybody relies on them."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from sumika.cli.alarms import alarm_lines, alarms
from sumika.config import ConfigError, LoadedHouse, load_house
from sumika.runtime.alarm_desk import watched
from sumika.schema import (
    AlarmAnswer,
    AlarmCause,
    AlarmDelivery,
    AlarmsAnswer,
    AlarmStage,
    AlarmState,
    DeliveryState,
    Origin,
)
from tests.alarm_helpers import NOON

HOUSE = """\
version: 1
rooms:
  - {id: bedroom, floor_m: [[0, 0], [3, 0], [3, 4], [0, 4]]}
devices:
  - {id: lamp, room: bedroom, kind: light}
  - {id: fan, room: bedroom, kind: exhaust_fan}
connections:
  - {id: ha, type: home_assistant, address: "127.0.0.1:8123"}
  - {id: broker, type: mqtt, address: "127.0.0.1:1883"}
"""
KEN = "{id: ken, way: {type: mqtt, connection: broker, topic: a/b}}"


def checked(folder: Path, alarms_text: str) -> LoadedHouse:
    path = folder / "house.yaml"
    path.write_text(f"{HOUSE}alarms: {alarms_text}\n", encoding="utf-8")
    return load_house(path, {})


def contact(way: str, more: str = "") -> str:
    return f"{{contacts: [{{id: ken, way: {{{way}}}{more}}}]}}"


@pytest.mark.parametrize(
    ("alarms_text", "said"),
    [
        (contact("type: mqtt, connection: brokr, topic: x"), "there is no such connection"),
        (contact("type: mqtt, connection: ha, topic: x"), "of type home_assistant"),
        (contact("type: mqtt, connection: broker, topic: 'a/#'"), "topic"),
        (contact("type: home_assistant, connection: broker, service: notify.x"), "of type mqtt"),
        (contact("type: home_assistant, connection: ha, service: nonsense"), "service"),
        (contact("type: webhook, url: 'http://example.org/x'"), "without encryption"),
        (contact("type: webhook, url: 'ftp://example.org/x'"), "url"),
        (contact("type: webhook, url: 'http://[fd00::1/x'"), "no web address"),
        (contact("type: webhook, url: 'https://example.org:44e/x'"), "no web address"),
        (contact("type: webhook, url: 'https:///x'"), "no web address"),
        (contact("type: email, host: mail.example.org, to: [a@b.c], security: none"), "without encryption"),
        (contact("type: email, host: mail.example.org, to: [nobody]"), "to"),
        (contact("type: email, host: mail.example.org, to: [a@b.c], user: me@b.c"), "secret_file"),
        (contact("type: pigeon"), "this kind is not known"),
        (contact("type: mqtt, connection: broker, topic: x", ", of: [boredom]"), "this word is not known"),
        (f"{{contacts: [{KEN}, {KEN}]}}", "this name is taken"),
        (f"{{not_back_in_bed: {{rooms: [attic]}}, contacts: [{KEN}]}}", "there is no such room"),
        (f"{{long_in_bathroom: {{rooms: []}}, contacts: [{KEN}]}}", "rooms"),
        (f"{{no_movement: {{by_h: 4}}, contacts: [{KEN}]}}", "ends before it begins"),
        ("{prompt: {lamps: [fan]}}", "there is no such lamp"),
        ("{prompt: {speakers: [{connection: ha}]}}", "cannot say anything"),
        ("{prompt: {speakers: [{connection: broker, service: notify.x}]}}", "of type mqtt"),
        ("{dead_man: {ways: [{type: mqtt, connection: gone, topic: x}]}}", "there is no such connection"),
        ("{dead_man: {ways: []}}", "ways"),
        ("{suspected_fall: {cancel_s: -1}}", "out of range"),
    ],
)
def test_what_cannot_go_its_way_is_told(tmp_path: Path, alarms_text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        checked(tmp_path, alarms_text)


@pytest.mark.parametrize("host", ["192.168.1.7", "alarm.local", "nas", "localhost", "[fd00::1]"])
def test_within_the_house_a_webhook_needs_no_encryption(tmp_path: Path, host: str) -> None:
    assert checked(tmp_path, contact(f"type: webhook, url: 'http://{host}/x'")).house.alarms is not None


def test_watching_without_anybody_to_tell_is_warned_of(tmp_path: Path) -> None:
    (warning,) = checked(tmp_path, "{suspected_fall: {}}").warnings
    assert "nobody is told" in warning.text


def test_only_what_is_described_is_watched(tmp_path: Path) -> None:
    house = checked(tmp_path, f"{{suspected_fall: {{}}, faults: {{}}, contacts: [{KEN}]}}").house
    assert watched(house) == ("suspected_fall", "radar_blind", "node_degraded")
    assert watched(checked(tmp_path, "{}").house) == ()


def an_alarm() -> AlarmState:
    delivery = AlarmDelivery(
        contact="ken", how="mqtt", state=DeliveryState.FAILED, at_unix_s=1.7e9, problem="no route to host"
    )
    return AlarmState(
        stamp=NOON,
        origin=Origin.LIVE,
        id="suspected_fall.bedroom.1",
        cause=AlarmCause.SUSPECTED_FALL,
        stage=AlarmStage.CONTACTS,
        since_unix_s=1.7e9,
        words="a fall is suspected",
        words_ja="転倒の疑い",
        deliveries=(delivery,),
    )


def test_alarms_are_listed_with_who_was_told_in_both_languages() -> None:
    found = AlarmsAnswer(alarms=(an_alarm(),), watched=("suspected_fall",), resting=True)
    english, japanese = ("\n".join(alarm_lines(found, language)) for language in ("en", "ja"))
    for said in ("nobody is watched now", "suspected_fall.bedroom.1", "telling contacts", "no route to host"):
        assert said in english
    assert "転倒の疑い" in japanese
    over = msgspec.structs.replace(
        an_alarm(), deliveries=(msgspec.structs.replace(an_alarm().deliveries[0], closing=True),)
    )
    assert ", that it is over: " in "\n".join(alarm_lines(AlarmsAnswer(alarms=(over,)), "en"))
    assert alarm_lines(AlarmsAnswer(), "en") == [
        "nothing is watched; house.yaml says under alarms: what is to be",
        "no alarm",
    ]


def test_without_a_running_house_there_is_nobody_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sumika.bus.RuntimeFolder.running", list)
    result = CliRunner().invoke(alarms, ["list"])
    assert "no house is running" in str(result.exception)


class WatchingHouse:
    """The folder of a house that runs and watches: the socket that would be asked is there."""

    path = Path(__file__)

    def answers(self, _: str) -> str:
        return f"ipc://{__file__}"


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["acknowledge", "suspected_fall.bedroom.1", "--by", "Ken"], "alarm_acknowledge"),
        (["cancel", "suspected_fall.bedroom.1", "--by", "Ken"], "alarm_cancel"),
        (["test", "smoke_or_co", "--room", "bedroom", "--by", "Ken"], "alarm_test"),
    ],
)
def test_an_answer_and_a_test_are_asked_for_and_their_alarm_is_shown(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], name: str
) -> None:
    asked: list[tuple[str, Any]] = []

    def ask(_: object, name: str, question: object) -> AlarmAnswer:
        asked.append((name, question))
        return AlarmAnswer(accepted=True, alarm=an_alarm(), problem="the disk is full", language="en")

    monkeypatch.setattr("sumika.bus.RuntimeFolder.running", lambda: [WatchingHouse()])
    monkeypatch.setattr("sumika.cli.alarms.ask", ask)
    result = CliRunner().invoke(alarms, arguments)
    assert result.exit_code == 0, result.output
    assert [(each, question.by) for each, question in asked] == [(name, "Ken")]
    assert "suspected_fall.bedroom.1" in result.stdout
    assert result.stderr == "the disk is full\n"


def test_a_refused_answer_is_an_error_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sumika.bus.RuntimeFolder.running", lambda: [WatchingHouse()])
    monkeypatch.setattr(
        "sumika.cli.alarms.ask", lambda *_: AlarmAnswer(accepted=False, problem="there is no alarm 'x'")
    )
    result = CliRunner(env={"LANG": "C"}).invoke(alarms, ["cancel", "x"])
    assert "there is no alarm 'x'" in str(result.exception)
    assert "sumika alarms list --all" in str(result.exception)
    assert CliRunner().invoke(alarms, ["test", "boredom"]).exit_code == 2
    assert CliRunner().invoke(alarms, ["acknowledge"]).exit_code == 2


def test_a_list_as_json_is_one_object(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sumika.bus.RuntimeFolder.running", lambda: [WatchingHouse()])
    monkeypatch.setattr("sumika.cli.alarms.ask", lambda *_: AlarmsAnswer(alarms=(an_alarm(),)))
    result = CliRunner().invoke(alarms, ["list", "--json"])
    assert json.loads(result.stdout)["alarms"][0]["cause"] == "suspected_fall"
