"""What would the planner say if it were otherwise? Situations besides those that a week of life leads to.

Whoever drives well hardly ever sees a cold room with people in it, and from such days nobody learns what to do there.
Rooms are therefore taken to be warmer or colder, people earlier or later, the weather and the price another. The plan
of such a situation costs as much as any other and teaches more than the next hour of the same day (domain
randomisation: Tobin et al., "Domain Randomization for Transferring Deep Neural Networks", IROS 2017).
"""

from copy import copy
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sumika.belief.routine import PeopleAhead
from sumika.ecu.inputs import Inputs
from sumika.ecu.outlook import Ahead
from sumika.ecu.situating import Situating
from sumika.plan.situation import Store

Array = NDArray[np.float64]

HOUSE_K, ROOM_K, DEEP = 1.5, 1.0, 0.6
"""How much warmer or colder the house is, and each room besides; what is deep in its walls follows by a share."""

OUTDOOR_K = 3.0
AIR, DAMP = 0.35, 0.12
"""Of carbon dioxide and dust, and of humidity: deviation of the logarithm."""

SHIFT_H = 3.0
"""People and prices come earlier or later by up to so much."""

MOST_TIMES = 2.5
"""In half of the situations there are more people than live there, up to so many times as many: larger families."""


def otherwise(situating: Situating, random: np.random.Generator) -> Situating:
    """Return a situation that is otherwise.

    Args:
        situating: As it is.
        random: Draws what is otherwise.
    """
    belief, inputs = copy(situating.belief), situating.inputs
    assert belief.state is not None
    rooms = situating.rooms
    house_k, by_room_k = random.normal(0.0, HOUSE_K), random.normal(0.0, ROOM_K, rooms)
    inert = np.repeat([1.0, 1.0, DEEP], rooms)[: len(belief.state)]
    air_k = np.append(random.normal(0.0, ROOM_K, rooms), np.zeros(len(belief.state) - rooms))
    belief.state = belief.state + inert * (house_k + np.resize(by_room_k, len(inert))) + 0.5 * air_k
    belief.ppm = belief.ppm * np.exp(random.normal(0.0, AIR, rooms))
    return Situating(belief, _inputs(inputs, random))


def _inputs(inputs: Inputs, random: np.random.Generator) -> Inputs:
    outdoor_k = random.normal(0.0, OUTDOOR_K)
    people_h, price_h = random.uniform(-SHIFT_H, SHIFT_H, 2)
    damp = random.normal(0.0, DAMP) + random.normal(0.0, 0.3 * DAMP, len(inputs.humidity))
    times = MOST_TIMES ** max(0.0, float(random.uniform(-1.0, 1.0)))
    return replace(
        inputs,
        ahead=_ahead(inputs.ahead, outdoor_k, price_h),
        people=_people(inputs.people, inputs.ahead, people_h, times),
        humidity=inputs.humidity * np.exp(damp),
        pm2_5=inputs.pm2_5 * np.exp(random.normal(0.0, AIR, len(inputs.pm2_5))),
        outdoor_mean_c=inputs.outdoor_mean_c + 0.5 * outdoor_k,
        stores=[_store(one, random) for one in inputs.stores],
    )


def _people(people: PeopleAhead, ahead: Ahead, hours: float, times: float) -> PeopleAhead:
    later = {name: _later(getattr(people, name), ahead, hours) for name in PeopleAhead.__slots__}
    return PeopleAhead(**{name: values if name == "sure" else times * values for name, values in later.items()})


def _ahead(ahead: Ahead, outdoor_k: float, price_h: float) -> Ahead:
    told = {name: getattr(ahead, name) for name in Ahead.__slots__}
    told["outdoor_c"] = ahead.outdoor_c + outdoor_k
    told["price"] = _later(ahead.price, ahead, price_h)
    return Ahead(**told)


def _later(values: Array, ahead: Ahead, hours: float) -> Array:
    """Return (step, ...) what comes so many hours later; earlier where they are negative, and at the ends the last."""
    middle = ahead.unix_s / 3600.0 + 0.5 * ahead.hours
    looked = np.clip(np.searchsorted(middle, middle - hours), 0, len(middle) - 1)
    return np.asarray(values[looked])


def _store(store: Store, random: np.random.Generator) -> Store:
    least = float(store.least_kwh[0])
    return replace(store, start_kwh=float(random.uniform(min(0.5 * least, store.most_kwh), store.most_kwh)))
