#!/usr/bin/env python3
"""Fetch and check what the page takes from others: published files of npm packages, unchanged, with their licences.

Users need none of this: the files are part of the package. `--check` (no network) fails where a file is not what
it was when it was taken; without it, the packages are fetched again by `npm pack` and the files written.
"""

import argparse
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "src" / "sumika" / "dashboard" / "static" / "vendor"


@dataclass(frozen=True)
class Package:
    """A package of the npm registry.

    Attributes:
        name: There.
        version: Exactly.
        licence: SPDX.
        what: What the page does with it.
        files: File of the package -> (file here, SHA-256).
    """

    name: str
    version: str
    licence: str
    what: str
    files: dict[str, tuple[str, str]]


PACKAGES = (
    Package(
        name="htm",
        version="3.1.1",
        licence="Apache-2.0",
        what="draws the page: htm with Preact (MIT) and its hooks in one file",
        files={
            "preact/standalone.module.js": (
                "preact-htm.js",
                "72284e8e9079c87817145df1110f74e8a2aa040b2fc384922e18dfcb46fc1fd7",
            ),
            "LICENSE": ("LICENSE.htm.txt", "740725f7252e750af735d0028cc534970772f513331e9f68150fede8fb3ce00f"),
        },
    ),
    Package(
        name="preact",
        version="10.5.13",
        licence="MIT",
        what="its licence; the code is in the file of htm",
        files={
            "LICENSE": ("LICENSE.preact.txt", "1fe6958409c8c257a70c587a18b6f7f412b179b456630790d30b2ec9a8e4b7d4"),
        },
    ),
    Package(
        name="uplot",
        version="1.6.32",
        licence="MIT",
        what="plots of the past and of the plan",
        files={
            "dist/uPlot.iife.min.js": (
                "uPlot.iife.min.js",
                "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
            ),
            "dist/uPlot.min.css": ("uPlot.min.css", "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04"),
            "LICENSE": ("LICENSE.uplot.txt", "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd"),
        },
    ),
    Package(
        name="three",
        version="0.180.0",
        licence="MIT",
        what="a room in three dimensions; the last line of versions that is published minified",
        files={
            "build/three.module.min.js": (
                "three.module.min.js",
                "e2b5ee6bccd38fd6d8a2428546b83c5f2426d84b152ef82be8055556e3b40eb6",
            ),
            "build/three.core.min.js": (
                "three.core.min.js",
                "61ba0df005b05991361d040d8ff670e1aadfd0ce7aeebd1fdb0725957a8957de",
            ),
            "LICENSE": ("LICENSE.three.txt", "bfe119ea4fd413f5f7ca3fcd63adb0c4a073ed39daa2fe7d3e6b769e21272601"),
        },
    ),
    Package(
        name="@msgpack/msgpack",
        version="3.1.3",
        licence="ISC",
        what="reads the live feed",
        files={
            "dist.umd/msgpack.min.js": (
                "msgpack.min.js",
                "3e7ae27410846ac09f94674bd7b91133d6e59bd3c02508080c4139c1386b359b",
            ),
            "LICENSE": ("LICENSE.msgpack.txt", "d95a411bcdadac85d678a99367ff51719e53539fa5ee9994943cd760c4ae64e4"),
        },
    ),
)


def digest(data: bytes) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(data).hexdigest()


def fetched(package: Package, folder: Path) -> dict[str, bytes]:
    """Return the files of a package, here's name -> content.

    Raises:
        SystemExit: if the registry gives something else than was taken before.
    """
    command = ["npm", "pack", "--silent", f"{package.name}@{package.version}"]
    answer = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    found = {}
    with tarfile.open(folder / answer.stdout.split()[-1]) as archive:
        for name, (here, expected) in package.files.items():
            member = archive.extractfile(f"package/{name}")
            data = member.read() if member else b""
            if digest(data) != expected:
                sys.exit(f"tools/vendor_frontend.py: {package.name} {name} has SHA-256 {digest(data)}, not {expected}")
            found[here] = data
    return found


def readme() -> str:
    """Return the list of what is here."""
    lines = [
        "# What the page takes from others",
        "",
        "Published files of npm packages, unchanged. Made and checked by `tools/vendor_frontend.py`.",
        "",
        "| package | version | licence | for | file | SHA-256 |",
        "|---|---|---|---|---|---|",
    ]
    for package in PACKAGES:
        for here, expected in package.files.values():
            name = f"{package.name} | {package.version} | {package.licence} | {package.what}"
            lines.append(f"| {name} | `{here}` | `{expected}` |")
    return "\n".join(lines) + "\n"


def check() -> list[str]:
    """Return what is not as it was taken; empty: all is."""
    wrong = []
    for package in PACKAGES:
        for here, expected in package.files.values():
            path = VENDOR / here
            if not path.is_file() or digest(path.read_bytes()) != expected:
                wrong.append(f"{path.relative_to(ROOT)}: not the file of {package.name} {package.version}")
    known = {here for package in PACKAGES for here, _ in package.files.values()} | {"README.md"}
    wrong += [
        f"{path.relative_to(ROOT)}: nobody knows where it comes from"
        for path in VENDOR.iterdir()
        if path.name not in known
    ]
    if (VENDOR / "README.md").read_text(encoding="utf-8") != readme():
        wrong.append(f"{(VENDOR / 'README.md').relative_to(ROOT)}: not what the tool writes")
    return wrong


def main() -> None:
    """Fetch, or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only look at what is here")
    if parser.parse_args().check:
        wrong = check()
        sys.exit("\n".join(wrong) if wrong else 0)
    VENDOR.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        with tempfile.TemporaryDirectory() as folder:
            for here, data in fetched(package, Path(folder)).items():
                (VENDOR / here).write_bytes(data)
    (VENDOR / "README.md").write_text(readme(), encoding="utf-8")


if __name__ == "__main__":
    main()
