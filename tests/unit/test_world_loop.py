"""The process of the simulated house: what it does before it begins to tell."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self, cast

import pytest

from sumika.clock import SimulatedClock
from sumika.runtime import world_loop
from sumika.runtime.node import Launch, Node
from sumika.schema.house import Control
from sumika.units import seconds_to_ns

DAY_S = 86_400.0


def test_what_was_missed_is_lived_through_by_habits_before_the_gate_takes_the_devices(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    did: list[str] = []

    class Process:
        stopping, clock = False, SimulatedClock()

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *told: object) -> None: ...

        def beat(self) -> None:
            did.append("beats")

    class Telling:
        def __init__(self, world: object, began: object) -> None: ...

        def catch_up(self, now_s: float) -> Iterator[None]:
            assert now_s == 3 * DAY_S
            for _ in range(2):
                did.append("catches up")
                yield

    class Hands:
        def __init__(self, process: Process, world: object) -> None:
            did.append("takes the devices")
            process.stopping = True

        def close(self) -> None: ...

    process = Process()
    began = process.clock.now()
    process.clock.sleep_until(began.monotonic_ns + seconds_to_ns(3 * DAY_S))
    monkeypatch.setattr(world_loop, "NodeProcess", lambda node, launch: process)
    monkeypatch.setattr("sumika.world.simulation.World", SimpleNamespace(of=lambda house, folder: None))
    monkeypatch.setattr("sumika.world.telling.Telling", Telling)
    monkeypatch.setattr("sumika.runtime.simulated_hands.SimulatedHands", Hands)
    launch = SimpleNamespace(
        house=SimpleNamespace(control=Control(mode="drive")),
        house_file=Path("house.yaml"),
        config=SimpleNamespace(stamp=began),
    )
    world_loop.run_world(Node("world", world_loop.run_world), cast(Launch, cast(Any, launch)))
    assert did == ["catches up", "beats", "catches up", "beats", "takes the devices"]
