"""What a fan or a window spares: of stale, damp or dusty air, whichever would cost most without it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.physics.psychrometrics import humidity_ratio
from sumika.plan.problem import Planned
from sumika.plan.situation import Hinge

Array = NDArray[np.float64]
States = Mapping[str, Array]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """What is spared.

    Attributes:
        carried: "co2", "humidity" or "pm2_5".
        room: Its place.
        money: How much more it would cost without.
        without: How far it would go: ppm, relative humidity (0..1), µg/m³.
        planned: How far it goes as planned.
    """

    carried: str
    room: int
    money: float
    without: float
    planned: float


def relief(planned: Planned, alone: States, steps: int) -> Relief | None:
    """Return what is spared most over the first steps; None where nothing is.

    Args:
        planned: The plan.
        alone: (step + 1, state) by system, as it would go without the device.
        steps: Over how many steps.
    """
    spared: dict[tuple[str, str], float] = {}
    hours = planned.situation.grid.hours[:steps]
    for hinge in planned.situation.hinges:
        if hinge.name == "air":
            less = _cost(hinge, alone, steps, hours) - _cost(hinge, planned.states, steps, hours)
            spared[hinge.carried, hinge.room] = spared.get((hinge.carried, hinge.room), 0.0) + less
    if not spared:
        return None
    carried, name = max(spared, key=lambda key: spared[key])
    room = planned.situation.rooms.index(name)
    if spared[carried, name] <= 0.0:
        return None
    return Relief(
        carried=carried,
        room=room,
        money=spared[carried, name],
        without=_most(carried, alone, room, steps),
        planned=_most(carried, planned.states, room, steps),
    )


def _cost(hinge: Hinge, states: States, steps: int, hours: Array) -> float:
    felt = states[hinge.carried][1 : steps + 1] @ hinge.weights
    beyond = felt - hinge.limit[:steps] if hinge.above else hinge.limit[:steps] - felt
    return float((np.maximum(beyond, 0.0) * hinge.cost_per_h[:steps] * hours).sum())


def _most(carried: str, states: States, room: int, steps: int) -> float:
    """Return the most of it in a room, in the unit that people know."""
    values = states[carried][1 : steps + 1, room]
    if carried != "humidity":
        return float(values.max())
    air_c: Array = states["heat"][1 : steps + 1, room]
    full = humidity_ratio(air_c, np.ones_like(air_c))
    return float(np.minimum(values / full, 1.0).max())
