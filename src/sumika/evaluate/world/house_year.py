"""How long a year of a house with people, devices and weather takes on one core, in steps of five minutes."""

import time

from sumika.config import demo_house
from sumika.evaluate.figure import Evidence, Figure
from sumika.world.simulation import World

STEP_S = 300.0
YEAR_STEPS = round(365 * 86_400 / STEP_S)
_QUICK_STEPS = 4000
_WARM_STEPS = 300
"""Loops are compiled and the first days made before the clock runs."""


def measure(full: bool) -> dict[str, Figure]:
    """Return the time of a year; quick: of two weeks, scaled."""
    steps = YEAR_STEPS if full else _QUICK_STEPS
    house = demo_house({}).house
    world = World.of(house)
    for _ in range(_WARM_STEPS):
        world.step(STEP_S)
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    for _ in range(steps):
        world.step(STEP_S)
    cpu_s = time.process_time() - began_cpu_s
    year_s = cpu_s * YEAR_STEPS / steps
    return {
        "house_year_s": Figure(
            value=year_s,
            unit="s",
            evidence=Evidence.MEASURED,
            detail={
                "steps": steps,
                "wall_s": time.perf_counter() - began_s,
                "step_ms": 1000.0 * cpu_s / steps,
                "rooms": len(house.rooms),
                "devices": len(house.devices),
                "residents": len(house.residents),
            },
        )
    }
