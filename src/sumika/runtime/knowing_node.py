"""The node that works out what is known of people: what it takes, and where its students come from."""

from functools import cache
from typing import Any

from sumika.perception.known_keys import known_keys, routed
from sumika.runtime.node import COMPILES_WITHIN_S, Node, StepTask
from sumika.runtime.step_loop import run_step
from sumika.schema import Message
from sumika.schema.house import House

KNOWING = "knowing"

_TAKES = (
    "air",
    "heart_rate",
    "person_vitals",
    "presence",
    "respiration",
    "sleep",
    "tick",
    "tracks/house",
    "vote",
    "weather",
)


def knowing_nodes(house: House) -> tuple[Node, ...]:
    """Return who works out what is known of people, where the house wants any of it."""
    if not known_keys(house):
        return ()
    task = StepTask(_start, _step, _inputs(house), known_keys, routed, may_be_silent=True)
    # Tracking's loops come along with the geometry of radars, and may have to be compiled.
    return (Node(KNOWING, run_step, step=task, watchdog_s=30.0, starts_within_s=COMPILES_WITHIN_S),)


def _inputs(house: House) -> tuple[str, ...]:
    """Return what is taken: points only where somebody's body is looked at, since they are many."""
    wants = house.knowing is not None and (house.knowing.activity or house.knowing.gestures or house.knowing.poses)
    return (*_TAKES, "points") if wants and house.agreed() else _TAKES


def _start(house: House, key: str) -> object:
    # Imported where it runs: networks and tracking cost every other process memory and time.
    from sumika.perception import knowing

    return knowing.start(house, key, _found)


def _step(state: Any, message: Any) -> tuple[Any, tuple[Message, ...]]:
    from sumika.perception import knowing

    return knowing.step(state, message)


@cache
def _found(name: str, features: str) -> Any:
    """Return a student; None where there is none that may be used, which the estimate then says of itself."""
    from sumika.models import StudentRefused, find_student

    try:
        return find_student(name, features=features)
    except StudentRefused:
        return None
