#!/usr/bin/env python3
"""Renew constraints.txt: install every extra into a fresh environment and write down what came.

Run on the oldest Python that is supported, so that what is pinned can be installed on every newer one too.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = """\
# Exact versions of everything that Sumika is built, run and tested with, so that two machines get the same house.
# Made by `make pins` (Python 3.11, every extra); pyproject.toml says what is needed, this file which version of it.
"""
PIN = re.compile(r"^[A-Za-z0-9._-]+==[A-Za-z0-9.+!_-]+$")
NOT_PINNED = {"pip", "sumika"}


def freeze(environment: Path) -> list[str]:
    """Install the project into `environment` and return what is there, one `name==version` a line."""
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", "setuptools>=77"], check=True)
    subprocess.run([*pip, "install", "--quiet", "--no-build-isolation", f"{ROOT}[dev]"], check=True)
    frozen = subprocess.run([*pip, "freeze", "--all"], check=True, capture_output=True, text=True).stdout
    # Whatever is not a plain pin names a folder of this machine, which is nobody else's business.
    pins = [line for line in frozen.splitlines() if PIN.match(line)]
    return sorted((pin for pin in pins if pin.split("==")[0].lower() not in NOT_PINNED), key=str.lower)


def main() -> None:
    """Write constraints.txt."""
    if sys.version_info[:2] != (3, 11):
        sys.exit("tools/pins.py: run it on Python 3.11, the oldest that is supported")
    with tempfile.TemporaryDirectory() as folder:
        pins = freeze(Path(folder) / "venv")
    (ROOT / "constraints.txt").write_text(HEADER + "\n".join(pins) + "\n", encoding="utf-8")
    print(f"constraints.txt: {len(pins)} pins")


if __name__ == "__main__":
    main()
