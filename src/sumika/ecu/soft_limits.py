"""What people bear of warmth and air, as soft limits: beyond each of them every hour costs, a step further costs more.

Comfort follows ISO 7730 by what each person does, air the limits of `schema/worth.py`, damp surfaces ISO 13788. Nothing
here forbids anything, so that a plan can be found from any state of the house.
"""

import numpy as np
from numpy.typing import NDArray

from sumika.belief.comfort import Band, band_of
from sumika.belief.house import HouseBelief
from sumika.ecu.inputs import Inputs
from sumika.physics.psychrometrics import humidity_ratio
from sumika.plan.situation import Hinge
from sumika.units import clamp

Array = NDArray[np.float64]

LEAST_PEOPLE = 0.02
"""Fewer are expected in a room: its comfort is nobody's."""

ACTIVITY_K = {"awake": 1.0, "sleep": 0.5, "active": 1.0}
"""How far a person's neutral temperature moves with what they just did and wear: under a blanket it hardly moves."""

MODEL_K = 0.4
"""How far a forecast of a room is off.

What is not known of a limit makes it soft: the expected cost of a normal distribution, by straight lines at three of
its quantiles. A plan then keeps as much distance from the limit as is worth its energy."""

CORNER = 1.1
"""How many standard deviations out the outer quantiles lie that stand for a third of the cases each."""

WALL_RESISTS = 0.7
"""Share of the difference between inside and outside that the coldest corner of a wall keeps (fRsi, ISO 13788)."""

PANE_M2_K_W = 0.145
"""Resistance of the air at a pane, its edge counted in (ISO 13788 has 0.13 for panes)."""

MOULD_FROM, MOULD_FULL = 0.74, 0.82
"""Humidity at that surface from which mould is counted, and where its whole cost is reached."""

UNSURE_PPM = 40.0


def soft_limits(belief: HouseBelief, inputs: Inputs) -> tuple[Hinge, ...]:
    """Return what is felt of warmth and air in every room, over the plan's steps.

    Args:
        belief: Of the house, with a state.
        inputs: Who is expected where, and what discomfort and bad air are worth.
    """
    return (*_comfort(belief, inputs), *_freshness(belief, inputs), *_mould(belief, inputs))


def _comfort(belief: HouseBelief, inputs: Inputs) -> list[Hinge]:
    worth = inputs.worth
    found = []
    here_by = {"awake": inputs.people.awake, "sleep": inputs.people.asleep, "active": inputs.people.active}
    for does, people in here_by.items():
        for room in range(belief.thermal.rooms):
            here = np.where(people[:, room] > LEAST_PEOPLE, people[:, room], 0.0)
            if here.any():
                price = worth.discomfort_per_person_h * here
                found += _sides(belief, inputs, room, does, price)
    return found


def band_in(belief: HouseBelief, inputs: Inputs, room: int, does: str) -> Band:
    """Return the band in which people in a room are content.

    Args:
        belief: Of the house.
        inputs: How people dress, and what they like or asked for.
        room: Its place.
        does: What they do: "awake", "sleep" or "active".
    """
    usual = band_of(
        inputs.outdoor_mean_c,
        does=does,
        neutral_pmv=inputs.worth.neutral_pmv,
        humidity=_relative(belief, inputs, room),
    )
    asked = inputs.comfort_c.get(belief.outline.rooms[room])
    if asked is None:
        return usual.moved(float(inputs.warmer_k[room]))
    return Band(*asked, usual.low_per_k, usual.high_per_k)


def _relative(belief: HouseBelief, inputs: Inputs, room: int) -> float:
    """Return the relative humidity of a room's air now."""
    air_c = float(belief.state[room]) if belief.state is not None else 21.0
    return float(inputs.humidity[room] / humidity_ratio(clamp(air_c, 5.0, 35.0), 1.0))


def _sides(belief: HouseBelief, inputs: Inputs, room: int, does: str, price: Array) -> list[Hinge]:
    band = band_in(belief, inputs, room, does)
    weights = np.zeros(belief.thermal.nodes)
    # What surrounds people is colder than the room's mass by panes and outer walls.
    cold = float(belief.outline.cold_share[room])
    weights[room], weights[belief.thermal.rooms + room] = 0.5, 0.5 * (1.0 - cold)
    outside_gives = 0.5 * cold * inputs.ahead.outdoor_c
    name = belief.outline.rooms[room]
    outdoor = inputs.outdoor_mean_c
    sigma_k = float(np.sqrt(inputs.taste_sigma_k[room] ** 2 + ACTIVITY_K[does] ** 2 + MODEL_K**2))
    if name in inputs.comfort_c or inputs.wishes.names_temperature(name):
        # Who names a band means what the room's thermometer shows, and leaves nothing to guess of taste.
        weights[room], weights[belief.thermal.rooms + room] = 1.0, 0.0
        outside_gives, sigma_k = np.zeros(len(inputs.ahead.outdoor_c)), MODEL_K
    sides: list[Hinge] = []
    for above, limit, slope in ((False, band.low_c, band.low_per_k), (True, band.high_c, band.high_per_k)):
        # Beyond a side that the season makes unlikely nobody goes far: its outer corner says nothing.
        unlikely = does != "sleep" and ((above and outdoor < 10.0) or (not above and outdoor > 24.0))
        inward = -1.0 if above else 1.0
        wished_c = inputs.wishes.limit_c(name, limit, inputs.when, above=above)
        shares = {inward: 1.0 / 3.0, 0.0: 2.0 / 3.0} if unlikely else dict.fromkeys((-1.0, 0.0, 1.0), 1.0 / 3.0)
        sides += [
            Hinge(
                name="comfort",
                carried="heat",
                room=name,
                weights=weights,
                limit=wished_c + CORNER * sigma_k * corner - outside_gives + inputs.cooler_k(name),
                above=above,
                cost_per_h=slope * share * price,
            )
            for corner, share in shares.items()
        ]
    return sides


def _freshness(belief: HouseBelief, inputs: Inputs) -> list[Hinge]:
    worth = inputs.worth
    people = inputs.people.everybody
    found = []
    for room, name in enumerate(belief.outline.rooms):
        here = np.where(people[:, room] > LEAST_PEOPLE, people[:, room], 0.0)
        if not here.any():
            continue
        weights = np.zeros(belief.thermal.rooms)
        weights[room] = 1.0
        fresh_ppm = (worth.fresh_ppm - UNSURE_PPM) / inputs.fresher(name)
        stale = worth.stale_air_per_person_h / 1000.0 * here
        dusty = worth.dust_per_person_h / worth.dust_unit_ug_m3 * here
        found.append(_air_limit("co2", name, weights, fresh_ppm, True, stale))
        found.append(_air_limit("pm2_5", name, weights, worth.clean_ug_m3, True, dusty))
        air_c = float(belief.state[room]) if belief.state is not None else 21.0
        full = float(humidity_ratio(max(air_c, 16.0), 1.0))
        per_ratio = worth.humidity_per_person_h / 0.1 / full
        low, high = worth.humidity_low * full, worth.humidity_high * full
        found.append(_air_limit("humidity", name, weights, low, False, per_ratio * here))
        found.append(_air_limit("humidity", name, weights, high, True, per_ratio * here))
    return found


def _mould(belief: HouseBelief, inputs: Inputs) -> list[Hinge]:
    """Return what damp surfaces cost, in every room and at all hours."""
    state = belief.state
    assert state is not None
    found = []
    resists_by = np.full(belief.thermal.rooms, WALL_RESISTS)
    for window in belief.outline.windows:
        pane = 1.0 - PANE_M2_K_W * window.loss_w_k / window.area_m2
        resists_by[window.room] = min(resists_by[window.room], max(pane, 0.05))
    for room, name in enumerate(belief.outline.rooms):
        inside = 0.5 * float(state[room] + state[belief.thermal.rooms + room])
        surface = inputs.ahead.outdoor_c + resists_by[room] * (inside - inputs.ahead.outdoor_c)
        full = np.asarray(humidity_ratio(np.minimum(surface, inside), 1.0))
        weights = np.zeros(belief.thermal.rooms)
        weights[room] = 1.0
        found.append(
            Hinge(
                name="air",
                carried="humidity",
                room=name,
                weights=weights,
                limit=MOULD_FROM * full,
                above=True,
                cost_per_h=inputs.worth.mould_per_room_h / ((MOULD_FULL - MOULD_FROM) * full),
            )
        )
    return found


def _air_limit(carried: str, room: str, weights: Array, limit: float | Array, above: bool, cost: Array) -> Hinge:
    return Hinge(
        name="air",
        carried=carried,
        room=room,
        weights=weights,
        limit=np.full(len(cost), limit),
        above=above,
        cost_per_h=cost,
    )
