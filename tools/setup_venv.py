#!/usr/bin/env python3
"""Make `.venv` and install Sumika into it: `setup_venv.py run` to use it, `distil` with torch, `dev` to work on it.

Needs nothing but Python. It is also read by Pythons too old for Sumika, to tell them so: no syntax newer than 3.7 here.
A second call with nothing changed ends at once and asks no network.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
EXTRAS = {"run": "all", "distil": "all,distil", "dev": "dev"}
HOLD = {"run": ("run", "distil", "dev"), "distil": ("distil", "dev"), "dev": ("dev",)}
INPUTS = ("pyproject.toml", "constraints.txt")
UV = "uv==0.13.9"
BY_PIP = {"distil": ("torch",), "dev": ("torch",)}
"""Pip installs these first: its settings may name a build without gigabytes for graphics cards."""


class SetUpError(Exception):
    """What a person has to mend before this can go on."""


def version_of(python: str) -> tuple[int, int]:
    """Return (major, minor) of a Python, (0, 0) if it does not run."""
    code = "import sys; print(*sys.version_info[:2])"
    result = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    if result.returncode:
        return (0, 0)
    major, minor = result.stdout.split()
    return (int(major), int(minor))


def base_python() -> str:
    """Return a Python that is new enough: $PYTHON, or the one this runs on, or the first python3.N on the path."""
    named = os.environ.get("PYTHON", "")
    candidates = [named] if named else [sys.executable, *(f"python3.{minor}" for minor in range(14, 10, -1))]
    for candidate in candidates:
        path = shutil.which(candidate)
        if path and version_of(path) >= OLDEST:
            return path
    found = named or "Python {}.{}".format(*sys.version_info[:2])
    raise SetUpError(
        f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed, found {found}. Install it (Debian, Ubuntu: "
        "apt install python3.11 python3.11-venv) or name one: make run PYTHON=/path/to/python3.11"
    )


def fingerprint(kind: str) -> str:
    """Return what an installation depends on: the pins, the project file, the place and the set."""
    digest = hashlib.sha256()
    for name in INPUTS:
        digest.update((ROOT / name).read_bytes())
    digest.update(f"{ROOT}\n{EXTRAS[kind]}".encode())
    return digest.hexdigest()


def stamp(kind: str) -> Path:
    """Return the file that says what has been installed."""
    return VENV / f".sumika-{kind}"


def is_current(kind: str) -> bool:
    """Return whether everything of this set is installed already; a larger set holds a smaller one."""
    return VENV_PYTHON.exists() and any(
        stamp(having).exists() and stamp(having).read_text() == fingerprint(having) for having in HOLD[kind]
    )


def works() -> bool:
    """Return whether `.venv` is whole, new enough and made here: one that was copied or left half made is not."""
    launcher = VENV / "bin" / "pip"
    if not VENV_PYTHON.exists() or not launcher.exists() or version_of(str(VENV_PYTHON)) < OLDEST:
        return False
    has_pip = subprocess.run([str(VENV_PYTHON), "-c", "import pip"], capture_output=True, check=False).returncode == 0
    return has_pip and str(VENV).encode() in launcher.read_bytes()


def create() -> None:
    """Make an empty `.venv`."""
    python = base_python()
    for module in ("venv", "ensurepip"):
        if subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode:
            raise SetUpError(
                f"{python} has no module {module}. Install it (Debian, Ubuntu: apt install python3-venv) and retry."
            )
    if VENV.exists():
        shutil.rmtree(VENV)
    if subprocess.run([python, "-m", "venv", str(VENV)], check=False).returncode:
        raise SetUpError(f"{python} -m venv .venv failed; its message is above.")


def pip_install(arguments: list[str]) -> None:
    """Run pip inside `.venv` with the pins."""
    command = [str(VENV_PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--constraint", "constraints.txt", *arguments]
    # As a variable and not as an option: newer pips build no other way any more and may not know the option.
    environ = {**os.environ, "PIP_USE_PEP517": "1"}
    if subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode:
        raise SetUpError(
            "could not install what constraints.txt names; pip's message is above. The first set-up needs a Python "
            "package index (the network or a mirror), later ones do not. Call again when it can be reached."
        )


def uv_install(kind: str) -> bool:
    """Install the project by uv, in a fifth of pip's processor time; return whether that could be done.

    It reads no settings of pip, such as the address of a mirror: where it cannot, pip does.
    """
    environ = {**os.environ, "UV_SYSTEM_CERTS": "1"}
    python = ["--quiet", "--python", str(VENV_PYTHON), "--constraint", "constraints.txt"]
    for what in (["setuptools"], ["--no-build-isolation", "--editable", f".[{EXTRAS[kind]}]"]):
        command = [str(VENV_PYTHON), "-m", "uv", "pip", "install", *python, *what]
        if subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, check=False).returncode:
            return False
    return True


def has_uv() -> bool:
    """Return whether uv is there, or could be fetched."""
    command = [str(VENV_PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", UV]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


def install(kind: str) -> None:
    """Install the project with the extras of this set."""
    print("Setting up .venv: once, a minute or two ...", file=sys.stderr, flush=True)
    if not works():
        create()
    by_uv = has_uv()
    if by_uv and kind in BY_PIP:
        pip_install(list(BY_PIP[kind]))
    if not by_uv or not uv_install(kind):
        # The pinned build tool, instead of one that pip would fetch on its own whenever it builds.
        pip_install(["setuptools"])
        pip_install(["--no-build-isolation", "--editable", f".[{EXTRAS[kind]}]"])
    stamp(kind).write_text(fingerprint(kind))


def main() -> None:
    """Set up what the first argument names, one caller at a time."""
    if len(sys.argv) != 2 or sys.argv[1] not in EXTRAS:
        sys.exit("usage: setup_venv.py run|distil|dev")
    lock = os.open(str(ROOT), os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_current(sys.argv[1]):
            install(sys.argv[1])
    except SetUpError as error:
        sys.exit(f"sumika set-up: {error}")
    finally:
        os.close(lock)


if __name__ == "__main__":
    main()
