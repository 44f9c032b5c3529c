"""Packaging is true as far as it can be seen without Docker: it parses, its parts fit each other and the code."""

import contextlib
import importlib.util
import json
import re
import ssl
import struct
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import msgspec
import pytest
from ruamel.yaml import YAML

import sumika
from sumika.bridge import HouseBridge, Kept, Places
from sumika.bridge.measured import AIR, METER
from sumika.bridge.people_here import POSTURES
from sumika.bridge.rooms import COMFORTS, MOST_OFFSET_K
from sumika.cli._doctor_machine import LEAST_MEMORY_BYTES
from sumika.config import load_house
from sumika.dashboard.entrance import CONTENT_SECURITY_POLICY
from sumika.schema.house import Bridge, Page, Sensor
from tests.bridge_helpers import played_house
from tests.conftest import ROOT

PACKAGING = ROOT / "packaging"
APP = PACKAGING / "home_assistant" / "app"
BLUEPRINTS = sorted((PACKAGING / "home_assistant" / "blueprints").glob("*.yaml"))
DASHBOARD = PACKAGING / "home_assistant" / "dashboard" / "sumika.yaml"
DOCKER = PACKAGING / "docker"
COMPOSE = DOCKER / "compose.yaml"
INGRESS = APP / "ingress.conf"
PAGE_AT = f"127.0.0.1:{Page().port}"
BROKER_PORT = int(Bridge().broker.rpartition(":")[2])


def load(path: Path) -> Any:
    """Return what a file says; `!input name` as text."""
    text = re.sub(r"!input (\w+)", r'"!input \1"', path.read_text("utf-8"))
    return YAML(typ="safe", pure=True).load(text)


def python_file(path: Path) -> ModuleType:
    """Return a file that is no part of a package, as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def every(value: object) -> Iterator[tuple[str, object]]:
    """Yield each key with its value, however deep."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key), inner
            yield from every(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from every(inner)


def published() -> dict[str, dict[str, Any]]:
    """Return every entity that the bridge tells of a house named as in the dashboard: entity id to configuration."""
    house = played_house()
    sensors = (*house.sensors, Sensor(id="grid", room="hall", kind="meter"))
    house = msgspec.structs.replace(house, name="Our house", sensors=sensors)
    assert house.bridge is not None
    seen = {"living_air": tuple(one.field for one in AIR), "meter:grid": tuple(one.field for one in METER)}
    places = Places(house.bridge, "0123456789ab")
    bridge = HouseBridge(house, places, Kept(seen=seen), version="1", language="en")
    return {
        f"{entity.platform}.{slug(f'{device.name} {entity.name}')}": dict(entity.config)
        for device in bridge.devices()
        for entity in device.entities
    }


def slug(name: str) -> str:
    """Return a name as Home Assistant makes it part of an entity id (homeassistant.util.slugify)."""
    return re.sub("[^a-z0-9]+", "_", name.lower()).strip("_")


def every_packaged_file() -> list[Path]:
    """Return what is handed on; not the bytecode that Python leaves beside a script that a test has run."""
    return [path for path in PACKAGING.rglob("*") if path.is_file() and path.suffix not in (".png", ".pyc")]


# --- The app of Home Assistant


def test_app_configuration_says_what_home_assistant_wants_to_know() -> None:
    config = load(APP / "config.yaml")
    assert {"name", "version", "slug", "description", "arch"} <= set(config)
    assert config["version"] == sumika.__version__
    assert set(config["arch"]) == {"amd64", "aarch64"}
    assert re.fullmatch(r"[-_.A-Za-z0-9]+", config["slug"])
    assert config["ingress"] is True


def test_app_asks_for_no_rights_that_it_can_do_without() -> None:
    config = load(APP / "config.yaml")
    powerful = {"full_access", "privileged", "docker_api", "hassio_role", "host_network", "host_pid", "auth_api"}
    assert not powerful & {key for key, value in config.items() if value}
    assert not config.get("homeassistant_api", False)
    assert config["apparmor"] is True
    assert {entry["type"] for entry in config["map"]} == {"app_config"}


def test_ports_of_ingress_page_and_health_check_are_the_same_everywhere() -> None:
    config, ingress = load(APP / "config.yaml"), INGRESS.read_text("utf-8")
    port = config["ingress_port"]
    assert re.findall(r"listen\s+(\S+);", ingress) == [str(port)]
    assert f":{port}/api/health" in config["watchdog"]
    assert f"proxy_pass http://{PAGE_AT};" in ingress
    assert f"proxy_set_header Host {PAGE_AT};" in ingress
    assert python_file(APP / "start.py").PAGE == PAGE_AT
    checked = python_file(DOCKER / "healthy.py")
    assert PAGE_AT.endswith(f":{checked.PORT}")


def test_only_the_supervisor_comes_in_and_the_frame_is_home_assistants_alone() -> None:
    ingress = INGRESS.read_text("utf-8")
    assert re.findall(r"(allow|deny)\s+(\S+);", ingress) == [("allow", "172.30.32.2"), ("deny", "all")]
    policy = re.search(r'add_header Content-Security-Policy "([^"]+)" always;', ingress)
    assert policy is not None
    assert policy[1] == CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    assert policy[1] != CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_option_of_the_app_is_explained(language: str) -> None:
    config, words = load(APP / "config.yaml"), load(APP / "translations" / f"{language}.yaml")
    assert set(words["configuration"]) == set(config["schema"]) == set(config["options"])
    assert all(words["configuration"][option].keys() == {"name", "description"} for option in config["schema"])
    pattern = re.fullmatch(r"match\((.+)\)", config["schema"]["house"])
    assert pattern is not None
    assert re.match(pattern[1], config["options"]["house"])
    assert not re.match(pattern[1], "../elsewhere.yaml")


def test_icon_is_a_square_png() -> None:
    head = (APP / "icon.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:24]) == (128, 128)


def test_folder_for_home_assistant_holds_what_its_dockerfile_copies(tmp_path: Path) -> None:
    tool = python_file(ROOT / "tools" / "home_assistant_app.py")
    folder = tmp_path / "app"
    tool.put_together(folder)
    copied = re.findall(r"^COPY (\S+) ", (folder / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert copied
    assert all((folder / name).exists() for name in copied)
    assert (folder / "source" / "src" / "sumika" / "dashboard" / "static" / "index.html").is_file()
    assert not list(folder.rglob("__pycache__"))
    with pytest.raises(FileExistsError):
        tool.put_together(folder)


# --- What the app does at its start


def test_brokers_password_is_written_for_its_owner_alone_and_replaced(tmp_path: Path) -> None:
    start = python_file(APP / "start.py")
    for password in ("first", "second"):
        start.write_password(tmp_path, {"username": "addons", "password": password})
        target = tmp_path / start.PASSWORD
        assert target.read_text("utf-8") == f"{password}\n"
        assert target.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [start.PASSWORD]


@pytest.mark.parametrize(("ssl", "broker"), [(False, "core-mosquitto:1883"), (True, "mqtts://core-mosquitto:1883")])
def test_bridge_that_the_app_writes_is_one_that_a_house_may_have(tmp_path: Path, ssl: bool, broker: str) -> None:
    start = python_file(APP / "start.py")
    found = {"host": "core-mosquitto", "port": 1883, "username": "addons", "password": "x", "ssl": ssl}
    house = tmp_path / "house.yaml"
    house.write_text(
        "version: 1\nname: Flat # mine\nrooms:\n  - {id: a, floor_m: [[0, 0], [3, 0], [3, 3], [0, 3]]}\npage: {}\n"
    )
    start.add_bridge(house, start.bridge_section(found))
    bridge = load_house(house).house.bridge
    assert bridge is not None
    assert (bridge.broker, bridge.user, bridge.secret_file) == (broker, "addons", start.PASSWORD)
    assert "# mine" in house.read_text("utf-8")
    start.add_bridge(house, {"broker": "elsewhere:1883"})
    again = load_house(house).house.bridge
    assert again == bridge
    assert start.page_problem(house) == ""


@pytest.mark.parametrize(
    ("line", "said"),
    [("", "no page"), ("page: { port: 9000 }", PAGE_AT), ("page: { listen: 0.0.0.0 }", PAGE_AT), ("page: {}", "")],
)
def test_a_page_that_home_assistant_would_not_find_is_said(tmp_path: Path, line: str, said: str) -> None:
    house = tmp_path / "house.yaml"
    house.write_text(f"version: 1\n{line}\n")
    problem = python_file(APP / "start.py").page_problem(house)
    assert said in problem
    assert bool(problem) is bool(said)


def test_groups_of_serial_ports_are_taken_from_the_machine_and_never_roots(tmp_path: Path) -> None:
    start = python_file(APP / "start.py")
    assert start.groups_of_ports(tmp_path) == []
    (tmp_path / "ttyUSB0").touch()
    own = (tmp_path / "ttyUSB0").stat().st_gid
    assert start.groups_of_ports(tmp_path) == ([own] if own else [])


# --- Blueprints and the dashboard


def test_there_are_blueprints() -> None:
    assert [path.stem for path in BLUEPRINTS] == ["night_path", "stale_air", "warm_welcome"]


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.stem)
def test_inputs_of_a_blueprint_are_declared_and_used(path: Path) -> None:
    blueprint = load(path)
    declared = blueprint["blueprint"]["input"]
    used = set(re.findall(r"!input (\w+)", path.read_text("utf-8")))
    assert used == set(declared)
    assert all({"name", "selector"} <= set(one) for one in declared.values())
    assert blueprint["blueprint"]["domain"] == "automation"
    assert {"mode", "triggers", "conditions", "actions"} <= set(blueprint)


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.stem)
def test_every_entity_that_a_blueprint_asks_for_is_one_that_the_bridge_publishes(path: Path) -> None:
    entities = published()
    wanted = [
        one
        for key, value in every(load(path)["blueprint"]["input"])
        if key == "filter" and isinstance(value, list)
        for one in value
    ]
    assert len(wanted) >= 2
    for one in wanted:
        assert one["integration"] == "mqtt"
        fitting = [
            entity
            for entity, config in entities.items()
            if entity.startswith(f"{one['domain']}.") and one.get("device_class") in (None, config.get("device_class"))
        ]
        assert fitting, one


def test_states_that_blueprints_wait_for_are_states_of_ours() -> None:
    night, welcome = (load(path) for path in (BLUEPRINTS[0], BLUEPRINTS[2]))
    postures = {night["triggers"][0]["from"], *night["triggers"][0]["to"]}
    assert postures <= set(POSTURES)
    assert welcome["conditions"][0]["state"] in COMFORTS
    warmer = welcome["blueprint"]["input"]["warmer"]["selector"]["number"]
    assert warmer["max"] <= MOST_OFFSET_K


def test_dashboard_shows_entities_that_the_bridge_publishes() -> None:
    document = load(DASHBOARD)
    shown = [str(value) for key, value in every(document) if key == "entity"]
    assert len(shown) > 20
    assert set(shown) <= set(published())


# --- Docker


def test_images_are_named_by_an_exact_tag() -> None:
    images = [service["image"] for service in load(COMPOSE)["services"].values()]
    for dockerfile in (DOCKER / "Dockerfile", APP / "Dockerfile"):
        images += re.findall(r"^FROM (\S+)", dockerfile.read_text("utf-8"), re.MULTILINE)
    assert len(images) >= 5
    for image in images:
        assert re.search(r":\d+\.\d+\.\d+[\w.-]*$", image), image
    assert f"sumika:{sumika.__version__}" in images


def test_services_have_no_more_rights_than_they_need() -> None:
    for name, service in load(COMPOSE)["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["read_only"] is True, name
        assert not service.get("privileged", False), name
    lines = (DOCKER / "Dockerfile").read_text("utf-8").splitlines()
    assert "USER sumika" in lines
    assert lines.index("USER sumika") < lines.index(
        'CMD ["sumika", "run", "--headless", "--house", "/house/house.yaml"]'
    )
    assert any(line.startswith("HEALTHCHECK") for line in lines)


def test_both_architectures_are_built_and_what_is_built_from_is_there() -> None:
    build = load(COMPOSE)["services"]["sumika"]["build"]
    assert build["platforms"] == ["linux/amd64", "linux/arm64"]
    assert ((DOCKER / build["context"]).resolve() / build["dockerfile"]).samefile(DOCKER / "Dockerfile")
    allowed = {
        line[1:] for line in (DOCKER / "Dockerfile.dockerignore").read_text("utf-8").splitlines() if line[:1] == "!"
    }
    copied = {
        name
        for sources in re.findall(
            r"^COPY (?!--from)(.+) \S+$", (DOCKER / "Dockerfile").read_text("utf-8"), re.MULTILINE
        )
        for name in sources.split()
    }
    assert copied == allowed
    assert all((ROOT / name).exists() for name in copied)


def test_broker_lets_nobody_in_without_a_password_and_listens_at_this_machine() -> None:
    lines = (DOCKER / "mosquitto" / "mosquitto.conf").read_text("utf-8").splitlines()
    settings = dict(line.split(" ", 1) for line in lines if line and not line.startswith("#"))
    assert settings["allow_anonymous"] == "false"
    assert settings["listener"] == str(BROKER_PORT)
    broker = load(COMPOSE)["services"]["broker"]
    inside = {mount.split(":")[1] for mount in broker["volumes"]}
    assert {str(Path(settings[key]).parent) for key in ("password_file", "acl_file")} <= inside
    assert broker["ports"] == [f"127.0.0.1:{BROKER_PORT}:{BROKER_PORT}"]
    access = (DOCKER / "mosquitto" / "access").read_text("utf-8")
    for topic in (Bridge().base_topic, Bridge().discovery_prefix):
        assert f"topic readwrite {topic}/#" in access.partition("user homeassistant")[0]


@pytest.mark.parametrize(
    ("speaks", "status", "healthy"), [("http", 200, True), ("https", 200, True), ("http", 503, False), ("", 200, False)]
)
def test_health_check_believes_only_a_page_that_answers_well(
    monkeypatch: pytest.MonkeyPatch, speaks: str, status: int, healthy: bool
) -> None:
    check = python_file(DOCKER / "healthy.py")
    asked: list[str] = []

    def answer(address: str, *, timeout: float, context: ssl.SSLContext) -> contextlib.nullcontext[SimpleNamespace]:
        asked.append(address)
        if not speaks or not address.startswith(f"{speaks}:"):
            raise urllib.error.URLError("refused")
        return contextlib.nullcontext(SimpleNamespace(status=status))

    monkeypatch.setattr(check.urllib.request, "urlopen", answer)
    assert check.is_healthy() is healthy
    assert all(address.endswith(f"://{PAGE_AT}/api/health") for address in asked)


# --- All of it


@pytest.mark.parametrize("path", every_packaged_file(), ids=lambda path: path.relative_to(PACKAGING).as_posix())
def test_nothing_packaged_holds_a_secret(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(
        r"(?i)\b(password|token|secret|api_key)\b\s*[:=]\s*['\"]?[A-Za-z0-9+/_]{6,}['\"]?\s*$", text, re.MULTILINE
    )
    assert "PRIVATE KEY" not in text
    if path.suffix == ".yaml":
        load(path)
    if path.suffix == ".json":
        json.loads(text)


@pytest.mark.parametrize(
    ("place", "setting"),
    [
        (PACKAGING / "systemd" / "sumika.service", r"MemoryMax=(\d+)G"),
        (PACKAGING / "systemd" / "user" / "sumika.service", r"MemoryMax=(\d+)G"),
        (COMPOSE, r"mem_limit: (\d+)g"),
    ],
)
def test_the_demo_house_has_room_to_spare_in_what_it_is_allowed(place: Path, setting: str) -> None:
    allowed = re.search(setting, place.read_text(encoding="utf-8"))
    assert allowed
    assert int(allowed[1]) * 2**30 > 1.5 * LEAST_MEMORY_BYTES
