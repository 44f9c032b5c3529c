"""The house edited from the page: preview, backup, undo, two at once, and a house that comes with Sumika."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from sumika.config import DEMO_FILE, load_house
from sumika.dashboard import HouseFile, Role
from sumika.dashboard.house_file import Edit, Edits
from sumika.schema import RADAR_MODELS, RestartAnswer, SumikaError
from tests.page_helpers import Played, quick_passwords

TALLER = {"op": "set", "path": "rooms[living].height_m", "value": 2.6}
CROSSED = {"op": "set", "path": "rooms[living].floor_m", "value": [[4.1, 0], [8, 3], [8, 0], [4.1, 3]]}


pytestmark = pytest.mark.slow


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Played:
    quick_passwords(monkeypatch)
    return Played(tmp_path)


def put(browser: TestClient, *edits: Mapping[str, object], base_hash: str = "") -> tuple[int, dict[str, Any]]:
    answer = browser.put("/api/house/preview", json={"edits": list(edits), "base_hash": base_hash})
    return answer.status_code, answer.json()


def apply(browser: TestClient, *edits: Mapping[str, object], base_hash: str = "") -> tuple[int, dict[str, Any]]:
    answer = browser.post("/api/house/apply", json={"edits": list(edits), "base_hash": base_hash})
    return answer.status_code, answer.json()


def test_a_preview_shows_the_difference_and_writes_nothing(played: Played) -> None:
    before = played.file.read_bytes()
    status, preview = put(played.owner(), TALLER)
    assert status == 200
    assert preview["usable"]
    assert "+    height_m: 2.6" in str(preview["diff"])
    assert played.file.read_bytes() == before


def test_a_house_behind_a_link_finds_its_backups(tmp_path: Path) -> None:
    real, link = tmp_path / "conf" / "mine.yaml", tmp_path / "house.yaml"
    real.parent.mkdir()
    real.write_text("rooms: [{ id: living, floor_m: [[0, 0], [4, 0], [4, 3], [0, 3]] }]\n", encoding="utf-8")
    link.symlink_to(real)
    file = HouseFile(link, load_house(link).house, frozenset(RADAR_MODELS), tmp_path)
    file.apply(Edits(edits=(Edit(op="set", path="name", value="New"),)), "owner")
    assert [backup.name.startswith("mine.yaml.") for backup in file.backups()] == [True]
    file.undo("", "owner")
    assert (load_house(link).house.name, link.is_symlink()) == (load_house(real).house.name, True)
    assert load_house(real).house.name != "New"


def test_walls_that_cross_are_told_with_field_and_line_and_not_applied(played: Played) -> None:
    owner, before = played.owner(), played.file.read_bytes()
    status, preview = put(owner, CROSSED)
    assert status == 200
    assert not preview["usable"]
    (problem,) = (one for one in preview["problems"] if not one["warning"])
    assert problem["path"] == "rooms[1].floor_m"
    assert "crosses" in problem["problem"]
    assert "交差" in problem["problem_ja"]
    status, told = apply(owner, CROSSED)
    assert status == 422
    assert "crosses itself" in told["problem"]
    assert "交差" in told["problem_ja"]
    assert played.file.read_bytes() == before


def test_a_change_is_written_with_comments_and_backup_and_can_be_undone(played: Played) -> None:
    owner, before = played.owner(), played.file.read_text(encoding="utf-8")
    status, applied = apply(owner, TALLER)
    assert status == 200
    assert applied["restart_needed"]
    assert "# of the tests" in played.file.read_text(encoding="utf-8")
    assert len(owner.get("/api/house/backups").json()["backups"]) == 1
    undone = owner.post("/api/house/undo", json={}).json()
    assert played.file.read_text(encoding="utf-8") == before
    assert not undone["restart_needed"]
    owner.post("/api/house/undo", json={})
    assert "height_m: 2.6" in played.file.read_text(encoding="utf-8")
    assert owner.post("/api/house/undo", json={"backup": "../../etc/passwd"}).status_code == 404


def test_of_two_who_edit_at_once_the_second_is_told(played: Played) -> None:
    first, second = played.owner(), played.owner()
    base = first.get("/api/house").json()["hash"]
    assert apply(first, TALLER, base_hash=base)[0] == 200
    status, told = apply(second, {"op": "set", "path": "name", "value": "Other"}, base_hash=base)
    assert status == 409
    assert "(owner)" in str(told["problem"])
    assert "Other" not in played.file.read_text(encoding="utf-8")
    assert put(second, TALLER, base_hash=base)[0] == 409


def test_what_is_not_there_is_no_edit(played: Played) -> None:
    owner = played.owner()
    edits: tuple[Mapping[str, object], ...] = (
        {"op": "set", "path": "rooms[nowhere].height_m", "value": 2},
        {"op": "remove", "path": "radars[7]"},
        {"op": "add", "path": "name", "value": 1},
        {"op": "set", "path": "!!", "value": 1},
    )
    for edit in edits:
        assert apply(owner, edit)[0] == 422, edit
    assert apply(owner, {"op": "burn", "path": "rooms"})[0] == 400
    assert apply(owner, *([TALLER] * 501))[0] == 413


HOME = {"id": "home", "type": "mqtt", "address": "elsewhere.example:1883"}


@pytest.mark.parametrize(
    "edit",
    [
        {"op": "set", "path": "connections[post].secret_file", "value": "page/accounts.json"},
        {"op": "set", "path": "connections", "value": [{**HOME, "secret_file": "~/.token"}]},
        {"op": "add", "path": "connections", "value": {**HOME, "secret_file": "~/.token"}},
        {"op": "set", "path": "page.private_key", "value": "/home/me/key.pem"},
        {
            "op": "set",
            "path": "alarms",
            "value": {"dead_man": {"ways": [{"type": "webhook", "url": "https://a.example", "secret_file": "x"}]}},
        },
    ],
)
def test_no_browser_says_where_secrets_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: Mapping[str, object]
) -> None:
    """Else who has the owner's session for a minute could have any secret of this computer sent anywhere."""
    quick_passwords(monkeypatch)
    played = Played(tmp_path, 'page: {}\nconnections: [{ id: post, type: mqtt, address: "localhost:1883" }]')
    owner, before = played.owner(), played.file.read_bytes()
    for status, told in (put(owner, edit), apply(owner, edit)):
        assert status == 403
        assert "house.yaml" in told["remedy"]
    assert played.file.read_bytes() == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edit", "status"),
    [
        ({"op": "set", "path": "connections[post].address", "value": "evil.example:1883"}, 403),
        ({"op": "set", "path": "connections[post].type", "value": "modbus"}, 403),
        ({"op": "remove", "path": "connections[post]"}, 200),
        ({"op": "set", "path": "name", "value": "Elsewhere"}, 200),
    ],
)
def test_a_secret_is_not_sent_where_it_was_not_sent_before(
    edit: dict[str, object], status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_passwords(monkeypatch)
    there = 'connections: [{ id: post, type: mqtt, address: "localhost:1883", secret_file: /home/me/secret }]'
    owner = Played(tmp_path, f"page: {{}}\n{there}").owner()
    assert put(owner, edit)[0] == status
    assert apply(owner, edit)[0] == status


def test_secrets_and_lives_stay_in_the_house(tmp_path: Path) -> None:
    secret = """page: {}
connections:
  - id: home
    type: mqtt
    address: localhost:1883
    secret_file: /home/me/secret
    options: { password: hunter2, prefix: home }
"""
    played = Played(tmp_path, secret)
    text = played.owner().get("/api/house").text
    assert "hunter2" not in text
    assert "/home/me/secret" not in text
    assert "localhost:1883" in text
    guest = played.user("guest", Role.GUEST).get("/api/house").json()
    assert "connections" not in guest["house"]
    assert guest["file"] == ""


ALARMS = """page: {}
connections:
  - { id: post, type: mqtt, address: "localhost:1883" }
bridge: { broker: "broker.example:1883", user: sumika-house, secret_file: /home/me/of-broker }
alarms:
  suspected_fall: {}
  contacts:
    - id: ken
      way: { type: webhook, url: "https://hooks.example/T0KEN", secret_file: /home/me/of-hook }
    - { id: mari, way: { type: email, host: mail.example, to: [mari@private.example], sender: us@private.example } }
  dead_man: { ways: [{ type: webhook, url: "https://alive.example/T0KEN" }] }
"""


def test_how_contacts_are_reached_is_told_to_those_alone_who_describe_it(tmp_path: Path) -> None:
    played = Played(tmp_path, ALARMS)
    owner = played.owner().get("/api/house").text
    assert "T0KEN" in owner
    assert "/home/me" not in owner
    resident = played.user("taro", Role.RESIDENT).get("/api/house")
    assert [each["way"] for each in resident.json()["house"]["alarms"]["contacts"]] == [
        {"type": "webhook"},
        {"type": "email"},
    ]
    assert "T0KEN" not in resident.text
    assert "private.example" not in resident.text
    for role in (Role.CARER, Role.GUEST):
        house = played.user(role.value, role).get("/api/house").json()["house"]
        assert not {"alarms", "bridge"} & house.keys()


def test_the_plan_is_drawn_with_walls_and_what_a_radar_does_not_see(played: Played) -> None:
    shown = played.owner().get("/api/house").json()
    assert any(set(wall["rooms"]) == {"bedroom", "living"} and not wall["outer"] for wall in shown["walls"])
    (view,) = shown["view"]["radars"]
    assert view["radar"] == "bedroom_radar"
    assert 0.3 < view["seen_share"] < 0.95
    assert view["blind_m"]
    for x, y in view["seen_m"]:
        assert -0.01 <= x <= 4.01
        assert -0.01 <= y <= 3.01


def test_a_house_broken_by_hand_is_shown_as_it_runs_with_the_reason(played: Played) -> None:
    owner = played.owner()
    played.file.write_text("rooms: [", encoding="utf-8")
    shown = owner.get("/api/house").json()
    assert [room["id"] for room in shown["house"]["rooms"]] == ["bedroom", "living", "study"]
    assert shown["problems"]
    assert apply(owner, TALLER)[0] == 422


def test_a_house_that_comes_with_sumika_is_copied_before_it_is_changed(tmp_path: Path) -> None:
    copy = tmp_path / "house.yaml"
    before = DEMO_FILE.read_bytes()
    file = HouseFile(DEMO_FILE, load_house(DEMO_FILE).house, frozenset(RADAR_MODELS), tmp_path)
    applied = file.apply(Edits(edits=(Edit(op="set", path="name", value="Mine"),)), "owner")
    assert applied.file == str(copy)
    assert load_house(copy).house.name == "Mine"
    assert DEMO_FILE.read_bytes() == before


def test_a_house_begins_again_when_its_owner_says_so(played: Played) -> None:
    owner = played.owner()
    assert owner.post("/api/restart", json={}).json() == {"port": 8160, "moved": False}
    assert played.bus.asked[-1][0] == "restart"
    played.bus.answers["restart"] = RestartAnswer(accepted=False, problem="not now")
    told = owner.post("/api/restart", json={})
    assert (told.status_code, told.json()["problem"]) == (422, "not now")
    assert played.user("taro", Role.RESIDENT).post("/api/restart", json={}).status_code == 403


def test_a_house_that_could_not_begin_again_is_not_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(house: Path) -> None:
        raise SumikaError("no radar of it works", where=str(house), remedy="Plug one in.")

    quick_passwords(monkeypatch)
    played = Played(tmp_path)
    played.begin_with(begins=never)
    owner = played.owner()
    told = owner.post("/api/restart", json={})
    assert (told.status_code, told.json()["remedy"]) == (422, "Plug one in.")
    played.file.write_text("rooms: [", encoding="utf-8")
    assert owner.post("/api/restart", json={}).status_code == 422
    assert "restart" not in [name for name, _ in played.bus.asked]
