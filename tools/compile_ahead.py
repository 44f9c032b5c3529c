#!/usr/bin/env python3
"""Compiles the loops of simulated radars and houses, of the radar chain and of the belief, and the tests themselves.

Where several processes begin at once each would do it for itself: a house's loops alone take a core most of a minute.
What is compiled is kept on disk: loops beside their source (`sumika.compiled`), modules as files of byte code, tests
with the asserts that pytest rewrites, which takes a third of the time in which it finds them.

    python tools/compile_ahead.py
"""

import importlib
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

from sumika.evaluate.control.arena import Arena, Span
from sumika.evaluate.control.baselines import FAMILIES, tuned_settings
from sumika.evaluate.control.ours import ours
from sumika.evaluate.control.weeks import week_of
from sumika.training.posture import windows
from sumika.world.radar_scene import exercising_scene
from sumika.world.radar_scene.living import living_waveform

ROOT = Path(__file__).resolve().parent.parent
WEEK, DAYS = "winter_tokyo", 0.05


def house() -> None:
    """Let a house live for an hour under its thermostat, then for one under the controller that has looked on."""
    week = week_of(WEEK)
    arena = Arena(week.house(1, warm_up_days=1), span=Span(warm_up_days=1, days=DAYS))
    controller = ours(arena, week)
    arena.run(
        FAMILIES["thermostat"].make(arena.house, tuned_settings(WEEK, "thermostat")), DAYS, learners=(controller,)
    )
    arena.run(controller, DAYS)


def radar() -> None:
    """Look at somebody who exercises."""
    for _ in windows(exercising_scene(3, living_waveform("iwr6843aop")), 1.0):
        pass


def comfort() -> None:
    """Let pythermalcomfort compile its loops, as it does when it is imported first: twenty seconds of a core."""
    importlib.import_module("pythermalcomfort.models")


def tests() -> None:
    """Look for every test; what cannot be found is told by the run of the tests."""
    finds = [sys.executable, "-m", "pytest", "--collect-only", "-qq"]
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(finds, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, check=False)


def main() -> None:
    """Do each of them in a process of its own; what fails is told by the tests that need it."""
    context = multiprocessing.get_context("spawn")
    looking, feeling = context.Process(target=radar), context.Process(target=comfort)
    looking.start()
    feeling.start()
    feeling.join()  # a house and the tests import it too: side by side each of them would compile it
    living = [context.Process(target=each) for each in (house, tests)]
    for each in living:
        each.start()
    for each in (looking, *living):
        each.join()


if __name__ == "__main__":
    main()
