#!/usr/bin/env python3
"""Put together the folder that Home Assistant builds its app (add-on) from: `home_assistant_app.py FOLDER`.

Home Assistant builds a local app from one folder alone, so that what the app installs has to lie in it. Copy the folder
to `/addons/sumika` of the machine that runs Home Assistant: docs/how-to/home-assistant-app.md.
"""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "packaging" / "home_assistant" / "app"
INSTALLED_FROM = ("pyproject.toml", "constraints.txt", "README.md", "LICENSE", "NOTICE")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info", ".*")


def put_together(folder: Path) -> None:
    """Write the folder.

    Args:
        folder: Is made; must not be there yet, so that nothing old stays in it.

    Raises:
        FileExistsError: if it is there.
    """
    shutil.copytree(APP, folder, ignore=LEFT_OUT)
    source = folder / "source"
    source.mkdir()
    for name in INSTALLED_FROM:
        shutil.copy2(ROOT / name, source / name)
    shutil.copytree(ROOT / "src", source / "src", ignore=LEFT_OUT)


def main() -> int:
    """Return 0 when the folder is there, 1 when it cannot be made, 2 when none is named."""
    if len(sys.argv) != 2:
        print("usage: python tools/home_assistant_app.py FOLDER", file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    try:
        put_together(folder)
    except OSError as error:
        print(f"{folder} cannot be made: {error}. Name a folder that is not there yet.", file=sys.stderr)
        return 1
    print(f"{folder} is ready. Copy it to /addons/sumika of the machine that runs Home Assistant.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
