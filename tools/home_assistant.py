#!/usr/bin/env python3
"""Make a real Home Assistant for the tests: its own Python, its demo devices, somebody who has logged in once.

Everything lies in `build/home_assistant` and is made once: `python`, a virtual environment with the exact versions of
`home_assistant_pins.txt`, and `config`, a folder that was started, warmed and onboarded, and from which every test
process copies its own. It is never part of Sumika: Sumika speaks to it over its WebSocket alone.

Home Assistant 2024.3 is the last that runs on Python 3.11; its WebSocket commands used here have not changed since.
Where a Python 3.13 is found, 2025.4 is made too, in `build/home_assistant_2025`: the first that are told of a device at
a time over MQTT (since 2024.12).
"""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "home_assistant"
NEWER = ROOT / "build" / "home_assistant_2025"
INSTALLER = ROOT / "build" / "uv"
PINS = {
    FOLDER.name: Path(__file__).with_name("home_assistant_pins.txt"),
    NEWER.name: Path(__file__).with_name("home_assistant_2025_pins.txt"),
}
NEWER_PYTHON = "3.13"
CLIENT = "http://127.0.0.1/"
"""Names us to Home Assistant's log-in; nothing is ever fetched from it."""
START_S = 90.0
STOP_S = 30.0
UV = "uv==0.13.9"

CONFIGURATION = """\
homeassistant:
  name: Test house
  time_zone: Asia/Tokyo
  unit_system: {units}
  currency: JPY
http:
  server_host: 127.0.0.1
  server_port: {port}
api:
config:
websocket_api:
person:
zone:
demo:
logger:
  default: error
"""


class PreparationError(Exception):
    """What a person has to mend before there can be a Home Assistant."""


def fingerprint(folder: Path) -> str:
    """Return what a prepared folder depends on."""
    return hashlib.sha256(PINS[folder.name].read_bytes() + CONFIGURATION.encode()).hexdigest()


def newer_python() -> str:
    """Return the Python that a newer Home Assistant needs; empty where there is none."""
    name = f"python{NEWER_PYTHON}"
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [str(one) for one in sorted(kept.glob(f"{NEWER_PYTHON}.*/bin/{name}"))] + [shutil.which(name) or name]
    for one in found:  # a name on the path may be a shim of a version that is not chosen
        with contextlib.suppress(OSError):
            if subprocess.run([one, "-c", ""], capture_output=True, check=False).returncode == 0:
                return one
    return ""


def prepared(folder: Path = FOLDER) -> bool:
    """Return whether the folder holds a Home Assistant that this file and its pins made."""
    mark = folder / "made_of"
    return mark.is_file() and mark.read_text(encoding="ascii") == fingerprint(folder)


def installer() -> str:
    """Return a fast installer, which takes a tenth of pip's time; it is made once."""
    made = INSTALLER / "bin" / "uv"
    if not made.exists():
        # In an environment of its own: a system's Python has no pip, and `.venv` may be in the making beside this.
        subprocess.run([sys.executable, "-m", "venv", str(INSTALLER)], check=True)
        pip = [str(INSTALLER / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--no-deps", UV], check=True)
    return str(made)


def install(folder: Path, interpreter: str) -> None:
    """Make the virtual environment."""
    python, uv = folder / "python", installer()
    subprocess.run([uv, "venv", "--quiet", "--python", interpreter, str(python)], check=True)
    # The machine's own certificates: some networks look into what is fetched. What is installed is linked to the cache,
    # so that it takes no room of its own, and to remove it would take as long as to install.
    environ = {**os.environ, "UV_SYSTEM_CERTS": "1", "UV_CACHE_DIR": str(folder / "uv_cache")}
    subprocess.run(
        [
            uv,
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--python",
            str(python / "bin" / "python"),
            "-r",
            str(PINS[folder.name]),
        ],
        check=True,
        env=environ,
    )


def free_port() -> int:
    """Return a port of this machine that nobody uses now, and that the system lends to nobody who calls.

    Who calls one of those in vain is sooner or later lent it, and then talks to himself where a server should be.
    """
    while True:
        port = 20_000 + int.from_bytes(os.urandom(4), "big") % 12_000
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def running(
    folder: Path, config: Path, port: int, units: str = "metric", *, demo: bool = True
) -> Iterator[subprocess.Popen[bytes]]:
    """Run Home Assistant until the block ends.

    Args:
        folder: Where it was prepared.
        config: Its own folder of settings; written to.
        port: On which it listens.
        units: `metric` or `us_customary`.
        demo: Whether it has its demo devices.

    Raises:
        PreparationError: if it does not answer in time.
    """
    settings = CONFIGURATION.format(port=port, units=units)
    if not demo:
        settings = settings.replace("demo:\n", "")
    (config / "configuration.yaml").write_text(settings, encoding="utf-8")
    # All that it needs is pinned, and there: it would fetch older versions of some, and compile them for half a minute.
    command = [str(folder / "python" / "bin" / "python"), "-m", "homeassistant", "--skip-pip", "-c", str(config)]
    with (config / "output.txt").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait(process, f"http://127.0.0.1:{port}/api/onboarding", config)
        yield process
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask Home Assistant to write down everything and end."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, config: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5.0):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    raise PreparationError(
        f"Home Assistant did not answer on {url} within {START_S:.0f} s:\n{(config / 'output.txt').read_text()[-2000:]}"
    )


def post(url: str, body: dict[str, Any], *, form: bool = False) -> dict[str, Any]:
    """Send something to Home Assistant over HTTP and return its answer."""
    data = urllib.parse.urlencode(body) if form else json.dumps(body)
    kind = "application/x-www-form-urlencoded" if form else "application/json"
    request = urllib.request.Request(url, data.encode(), {"Content-Type": kind})
    with urllib.request.urlopen(request, timeout=30.0) as answer:
        found: dict[str, Any] = json.loads(answer.read())
        return found


def onboard(port: int) -> str:
    """Make the first user, as a person does in the browser; return the token that new access tokens are made of."""
    base = f"http://127.0.0.1:{port}"
    owner = {"client_id": CLIENT, "name": "Owner", "username": "owner", "password": "house", "language": "en"}
    code = post(f"{base}/api/onboarding/users", owner)["auth_code"]
    grant = {"client_id": CLIENT, "grant_type": "authorization_code", "code": code}
    token: str = post(f"{base}/auth/token", grant, form=True)["refresh_token"]
    return token


def access_token(port: int, refresh_token: str) -> str:
    """Return a token that opens the WebSocket for half an hour."""
    grant = {"client_id": CLIENT, "grant_type": "refresh_token", "refresh_token": refresh_token}
    token: str = post(f"http://127.0.0.1:{port}/auth/token", grant, form=True)["access_token"]
    return token


def wait_until_started(port: int, token: str) -> None:
    """Wait until every device is there, and until what is written down at the end would be.

    Raises:
        PreparationError: if that takes too long.
    """
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/config", headers={"Authorization": f"Bearer {token}"}
    )
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        with urllib.request.urlopen(request, timeout=30.0) as answer:
            if json.loads(answer.read())["state"] == "RUNNING":
                return
        time.sleep(0.1)
    raise PreparationError(f"Home Assistant did not come to run within {START_S:.0f} s")


def prepare(folder: Path = FOLDER, interpreter: str = sys.executable) -> None:
    """Make everything, unless it is there.

    Args:
        folder: Where; its name says which version.
        interpreter: The Python that runs it.

    Raises:
        PreparationError: if Home Assistant does not do what it should.
    """
    if prepared(folder):
        return
    shutil.rmtree(folder, ignore_errors=True)
    config = folder / "config"
    config.mkdir(parents=True)
    install(folder, interpreter)
    port = free_port()
    with running(folder, config, port):
        token = onboard(port)
        wait_until_started(port, access_token(port, token))
    if token not in (config / ".storage" / "auth").read_text(encoding="utf-8"):
        raise PreparationError("Home Assistant did not write down who may log in")
    (config / "refresh_token").write_text(token, encoding="ascii")
    (config / "refresh_token").chmod(0o600)
    (folder / "made_of").write_text(fingerprint(folder), encoding="ascii")


if __name__ == "__main__":
    try:
        prepare()
        if interpreter := newer_python():
            prepare(NEWER, interpreter)
    except (PreparationError, subprocess.CalledProcessError, OSError) as problem:
        sys.exit(f"home_assistant.py: {problem}")
