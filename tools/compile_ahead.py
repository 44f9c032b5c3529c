#!/usr/bin/env python3
"""Compiles the loops of simulated radars and of the radar chain, by a short scene; and the tests, by looking for them.

Where several processes begin at once each would do it for itself. What is compiled is kept on disk: loops beside their
source (`sumika.compiled`), modules as files of byte code, tests with the asserts that pytest rewrites, which takes a
third of the time in which it finds them.

    python tools/compile_ahead.py
"""

import os
import subprocess
import sys
from pathlib import Path

from sumika.training.posture import windows
from sumika.world.radar_scene import exercising_scene
from sumika.world.radar_scene.living import living_waveform

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Look for every test, and beside it at somebody who exercises: two cores are there, and each takes a minute.

    What cannot be found is told by the run of the tests.
    """
    finds = [sys.executable, "-m", "pytest", "--collect-only", "-qq"]
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with subprocess.Popen(finds, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL):
        for _ in windows(exercising_scene(3, living_waveform("iwr6843aop")), 1.0):
            pass


if __name__ == "__main__":
    main()
