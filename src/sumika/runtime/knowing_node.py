"""The node that works out what is known of people: what it takes, and where its students come from."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from sumika.perception.known_keys import known_keys, routed
from sumika.runtime.found_students import found_student
from sumika.runtime.kept_votes import keeping_votes, kept_votes
from sumika.runtime.node import Launch, Node, StepTask
from sumika.runtime.step_loop import run_step
from sumika.schema import AirSample, Message, is_news
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
    # The morning's reading of a whole night takes a slow machine some seconds.
    return (Node(KNOWING, _run, step=task, watchdog_s=30.0, starts_within_s=60.0),)


def with_own_students(nodes: Iterable[Node], data: Path | None) -> tuple[Node, ...]:
    """Return nodes of which the one that knows people asks the house's own students, and remembers residents' votes.

    Args:
        nodes: Of the house.
        data: Folder of its data; None where it is not known: then students that ship are asked, and nothing is kept.
    """
    if data is None:
        return tuple(nodes)
    return tuple(_with_own(node, data) if node.name == KNOWING else node for node in nodes)


def _with_own(node: Node, data: Path) -> Node:
    return node if node.step is None else replace(node, step=replace(node.step, start=partial(_start, data=data)))


def _run(node: Node, launch: Launch) -> None:
    own = _with_own(node, launch.data)
    if own.step is not None:
        own = replace(own, step=replace(own.step, step=keeping_votes(own.step.step, launch.data)))
    run_step(own, launch)


def _inputs(house: House) -> tuple[str, ...]:
    """Return what is taken: points only where somebody's body is looked at, since they are many."""
    wants = house.knowing is not None and (house.knowing.activity or house.knowing.gestures or house.knowing.poses)
    return (*_TAKES, "points") if wants and house.agreed() else _TAKES


def _start(house: House, key: str, data: Path | None = None) -> object:
    # Imported where it runs: networks cost every other process memory and time.
    from sumika.perception import knowing

    find = partial(found_student, data=data)
    return (
        knowing.start(house, key, find) if data is None else knowing.start(house, key, find, partial(kept_votes, data))
    )


def _step(state: Any, message: Any) -> tuple[Any, tuple[Message, ...]]:
    # Told again, only a contact says something: this node may have begun after its sensor fell silent.
    if isinstance(message, AirSample) and not is_news(message) and message.window_open is None:
        return state, ()
    from sumika.perception import knowing

    return knowing.step(state, message)
