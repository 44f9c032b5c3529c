#!/usr/bin/env python3
"""Start Sumika inside Home Assistant: the first house, the broker's password, the way in, and no right too many.

It is the first process of the container, starts the nginx that stands before the page, and becomes `sumika run`.
"""

import json
import os
import pwd
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

CONFIG, DATA, RUN = Path("/config"), Path("/data"), Path("/run/sumika")
USER = "sumika"
PAGE = "127.0.0.1:8160"
"""Where `ingress.conf` looks for the page."""

PASSWORD = "mqtt.password"
SUPERVISOR = "http://supervisor/services/mqtt"
PORTS = ("ttyUSB*", "ttyACM*", "ttyAMA*")


def broker(token: str) -> dict[str, Any]:
    """Return how Home Assistant's broker is reached; empty where there is none.

    The answer is {"result": "ok", "data": {"host", "port", "username", "password", "ssl", ...}}:
    https://developers.home-assistant.io/docs/apps/communication
    """
    request = urllib.request.Request(SUPERVISOR, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=10.0) as answer:
            found = json.load(answer)
    except (OSError, ValueError):
        return {}
    data = found.get("data") if isinstance(found, dict) else None
    return data if isinstance(data, dict) and data.get("host") and data.get("port") else {}


def bridge_section(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `house.yaml` has to say of a broker."""
    scheme = "mqtts://" if found.get("ssl") else ""
    section = {"broker": f"{scheme}{found['host']}:{found['port']}"}
    if found.get("username"):
        section |= {"user": str(found["username"]), "secret_file": PASSWORD}
    return section


def write_password(folder: Path, found: Mapping[str, Any]) -> None:
    """Write the broker's password where `house.yaml` looks for it, for its owner's eyes only."""
    if not found.get("username"):
        return
    target = folder / PASSWORD
    new = target.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(f"{found.get('password', '')}\n")
    new.replace(target)


def first_house(path: Path, section: Mapping[str, Any]) -> None:
    """Write a house of one room to begin from, with the page and, where there is a broker, Home Assistant."""
    command = ["sumika", "house", "new", str(path), "--name", "Our house", "--room", "living:4x5"]
    subprocess.run([*command, "--radar", "living:iwr6843isk"], check=True)
    if section:
        add_bridge(path, section)


def add_bridge(path: Path, section: Mapping[str, Any]) -> None:
    """Add the way to the broker to a house; what is written there stays, comments too."""
    yaml = YAML()
    house = yaml.load(path.read_text("utf-8"))
    if "bridge" in house:
        return
    house["bridge"] = dict(section)
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(house, file)


def page_problem(path: Path) -> str:
    """Return why the page would not be seen in Home Assistant; empty where it is."""
    try:
        house = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    except (OSError, YAMLError, UnicodeDecodeError):
        return ""  # `sumika run` says it better, with its line
    page = house.get("page") if isinstance(house, dict) else None
    if not isinstance(page, dict):
        return f"{path.name} has no page: write the line  page: {{}}"
    listens = f"{page.get('listen', '127.0.0.1')}:{page.get('port', 8160)}"
    if listens != PAGE or page.get("enabled", True) is not True:
        return f"the page has to listen at {PAGE} to be shown in Home Assistant: write the line  page: {{}}"
    return ""


def groups_of_ports(folder: Path = Path("/dev")) -> list[int]:
    """Return the groups that may open serial ports: their numbers are the machine's, not this container's."""
    return sorted({port.stat().st_gid for pattern in PORTS for port in folder.glob(pattern)} - {0})


def give(user: pwd.struct_passwd, *folders: Path) -> None:
    """Make folders, and everything in them, a user's own."""
    for folder in folders:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def main() -> None:
    """Prepare, give up every right that is not needed, and become Sumika."""
    options = json.loads((DATA / "options.json").read_text("utf-8"))
    house = CONFIG / Path(str(options.get("house", "house.yaml"))).name
    found = broker(os.environ.pop("SUPERVISOR_TOKEN", ""))
    os.environ.pop("HASSIO_TOKEN", None)  # the same, under its old name: nobody else here is to have it
    write_password(CONFIG, found)
    section = bridge_section(found) if found else {}
    if not house.exists():
        first_house(house, section)
    elif section:
        print(f"Home Assistant's broker, for bridge: in {house.name}: {json.dumps(section)}", flush=True)
    if problem := page_problem(house):
        print(problem, file=sys.stderr, flush=True)
    subprocess.Popen(["nginx", "-g", "daemon off;"])
    user = pwd.getpwnam(USER)
    give(user, CONFIG, DATA / "sumika", RUN)
    os.environ |= {"HOME": str(DATA / "sumika"), "SUMIKA_HOME": str(DATA / "sumika"), "XDG_RUNTIME_DIR": str(RUN)}
    os.setgroups(groups_of_ports())
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    os.umask(0o077)
    os.execvp("sumika", ["sumika", "run", "--headless", "--house", str(house)])


if __name__ == "__main__":
    main()
