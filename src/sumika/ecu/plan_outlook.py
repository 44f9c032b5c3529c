"""The plan in force as a message for people: the two days to come, room by room and device by device."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sumika.belief.house import HouseBelief
from sumika.belief.thermal import PROCESS_AIR_K, PROCESS_DEEP_K, PROCESS_MASS_K
from sumika.clock import Instant
from sumika.ecu.air_controls import base_settings
from sumika.ecu.ecu import Ecu
from sumika.ecu.modes import Decision
from sumika.ecu.outlook import Forecast
from sumika.ecu.situating import Situating
from sumika.ecu.soft_limits import band_in
from sumika.physics.psychrometrics import humidity_ratio
from sumika.plan.account import power_of
from sumika.plan.problem import Planned
from sumika.plan.situation import Carried, Grid
from sumika.schema import DeviceOutlook, Origin, PlanOutlook, RoomOutlook

Array = NDArray[np.float64]

EXPECTED = 0.1
"""Fewer people than this are expected: nobody's comfort is shown."""

BRINGS_BACK_H = 1.5
"""So fast a room that strays is brought back by later plans, about; what a room unit can do in a usual room."""


def outlook_of(
    ecu: Ecu, forecast: Forecast, decision: Decision, planner: str, stamp: Instant, origin: Origin
) -> PlanOutlook:
    """Return the newest plan for people to see; every series is on the plan's own steps.

    Args:
        ecu: Whose newest plan.
        forecast: That it was made from.
        decision: What came of it.
        planner: The node.
        stamp: Now.
        origin: The worst of what it was made from.
    """
    planned = ecu.planned
    assert planned is not None
    situation = planned.situation
    situating = ecu.situate(forecast, situation.grid)
    ahead = situating.inputs.ahead
    sigma_k = _on_plan(forecast, getattr(forecast, "temperature_sigma_k", None), situation.grid.begin_unix_s)
    drift_k = spread_ahead(ecu.belief, situating.heat, situation.grid, sigma_k, _held(planned))
    middle = situation.grid.begin_unix_s + 1800.0 * situation.grid.hours
    above, _ = ecu.belief.sun.position(middle)
    level = ahead.diffuse_w_m2 + ahead.direct_w_m2 * np.maximum(np.sin(np.radians(above)), 0.0)
    return PlanOutlook(
        stamp=stamp,
        origin=origin,
        planner=planner,
        zone=ecu.house.building.site.timezone if ecu.house.building is not None else "",
        begins_unix_s=_told(situation.grid.begin_unix_s, 0),
        ends_unix_s=float(situation.grid.begin_unix_s[-1] + 3600.0 * situation.grid.hours[-1]),
        currency=situation.currency,
        price_per_kwh=_told(ahead.price, 3),
        feed_in_per_kwh=_told(ahead.feed_in, 3),
        outdoor_c=_told(ahead.outdoor_c, 2),
        outdoor_sigma_k=_told(sigma_k, 2),
        sun_w_m2=_told(level, 0),
        taken_kw=_told(planned.taken_kw, 3),
        given_kw=_told(planned.given_kw, 3),
        solar_kw=_told(situation.solar_kw, 3),
        load_kw=_told(situation.load_kw, 3),
        rooms=tuple(_room(planned, situating, drift_k[:, place], place) for place in range(len(situation.rooms))),
        devices=(*_controls(planned), *_stores(planned)),
        plan_cost=decision.comparison.plan.total,
        simple_cost=decision.comparison.best.account.total,
        best_simple=decision.comparison.best.name,
    )


def spread_ahead(
    belief: HouseBelief, heat: Carried, grid: Grid, outdoor_sigma_k: Array, held: NDArray[np.bool_]
) -> Array:
    """Return (step, room) the standard deviation of rooms' air at the end of each step.

    It is what the filter is not sure of now, what it adds from quarter to quarter, and the forecast's own error, which
    is taken to lie on one side all the time. A plan is made anew every quarter of an hour: where a room is held, it is
    brought back when it strays.

    Args:
        belief: Of the house, with a state.
        heat: Its equations on the plan's steps.
        grid: The plan's steps.
        outdoor_sigma_k: (step,) of the air outside.
        held: (step, room) where something that heats or cools is at work, or people are expected who would have it so.
    """
    rooms, thermal = belief.thermal.rooms, belief.thermal
    process = np.diag(np.repeat([PROCESS_AIR_K**2, PROCESS_MASS_K**2, PROCESS_DEEP_K**2], rooms))
    outside_w_k = thermal.network(belief.theta, base_settings(belief)[None], 900.0).outside_w_k[0]
    covariance, shift = belief.spread, np.zeros(thermal.nodes)
    found = np.empty((len(grid), rooms))
    for step, which in enumerate(grid.kind):
        left = np.exp(-np.tile(held[step].astype(float), 3) * grid.hours[step] / BRINGS_BACK_H)
        transition = left[:, None] * heat.transition[which]
        quarters = 4.0 if which else 1.0
        covariance = transition @ covariance @ transition.T + quarters * process
        shift = transition @ shift + heat.response[which] @ (outside_w_k * outdoor_sigma_k[step])
        found[step] = np.sqrt(np.diag(covariance)[:rooms] + shift[:rooms] ** 2)
    return found


def _held(planned: Planned) -> NDArray[np.bool_]:
    """Return (step, room) where a room's warmth is somebody's business, and there is something to keep it with."""
    situation = planned.situation
    rooms = len(situation.rooms)
    reached = np.zeros(rooms, bool)
    for control in situation.controls:
        if control.name in ("heat_kw", "cool_kw") and float(np.max(control.high)) > 0.0:
            reached |= np.abs(np.atleast_2d(control.acts["heat"])).max(axis=0).reshape(3, rooms).max(axis=0) > 1.0
    return (situation.people > EXPECTED) & reached


def _room(planned: Planned, situating: Situating, sigma_k: Array, place: int) -> RoomOutlook:
    inputs, belief = situating.inputs, situating.belief
    states, rooms = planned.states, belief.thermal.rooms
    air, mass = states["heat"][1:, place], states["heat"][1:, rooms + place]
    people, name = inputs.people.everybody[:, place], belief.outline.rooms[place]
    coolest, warmest = _content(situating, place)
    here = people > EXPECTED
    humidity = states["humidity"][1:, place]
    warm_c: Array = np.clip(air[: len(humidity)], 5.0, 35.0)
    full: Array = np.asarray(humidity_ratio(warm_c, np.ones_like(warm_c)))
    relative = humidity / full
    return RoomOutlook(
        room=name,
        air_c=_told(air, 2),
        air_sigma_k=_told(sigma_k, 2),
        felt_c=_told(0.5 * (air + mass), 2),
        coolest_c=tuple(round(float(one), 2) if there else None for one, there in zip(coolest, here, strict=True)),
        warmest_c=tuple(round(float(one), 2) if there else None for one, there in zip(warmest, here, strict=True)),
        co2_ppm=_told(states["co2"][1:, place], 0) if len(states["co2"]) > len(air) else (),
        relative_humidity=_told(relative, 3) if len(relative) == len(air) else (),
        people=_told(people, 2),
    )


def _content(situating: Situating, place: int) -> tuple[Array, Array]:
    """Return (step,) between which temperatures most of those are content who are expected in a room."""
    inputs, belief = situating.inputs, situating.belief
    name = belief.outline.rooms[place]
    doing = {"awake": inputs.people.awake, "sleep": inputs.people.asleep, "active": inputs.people.active}
    most = np.argmax(np.stack([people[:, place] for people in doing.values()]), axis=0)
    bands = [band_in(belief, inputs, place, does) for does in doing]
    sides = []
    for above in (False, True):
        usual = [band.high_c if above else band.low_c for band in bands]
        wished = np.stack([inputs.wishes.limit_c(name, one, inputs.when, above=above) for one in usual])
        sides.append(wished[most, np.arange(len(most))])
    return sides[0], sides[1]


def _controls(planned: Planned) -> list[DeviceOutlook]:
    found = []
    for control in planned.situation.controls:
        told = planned.controls[control.device, control.name]
        if float(np.max(control.high)) <= 0.0:
            continue
        power = _told(power_of(control, told), 3) if len(control.power_kw) else ()
        found.append(DeviceOutlook(device=control.device, what=control.name, value=_told(told, 3), power_kw=power))
    return found


def _stores(planned: Planned) -> list[DeviceOutlook]:
    return [
        DeviceOutlook(
            device=device,
            what="charge_kw",
            value=_told(charge, 3),
            power_kw=_told(charge, 3),
            stored_kwh=_told(planned.stored_kwh[device][1:], 3),
        )
        for device, charge in planned.charge_kw.items()
    ]


def _on_plan(forecast: Forecast, values: ArrayLike | None, unix_s: Array) -> Array:
    """Return (step,) a series of a forecast where the plan's steps begin; 0 where it has none."""
    if values is None:
        return np.zeros(len(unix_s))
    begins = np.array([one.timestamp() for one in forecast.begins])
    return np.asarray(np.interp(unix_s, begins, np.asarray(values, float)))


def _told(values: Array, digits: int) -> tuple[float, ...]:
    """Return numbers as they are sent: finer digits are nobody's business, and minus nothing is nothing."""
    return tuple((np.round(np.asarray(values, float), digits) + 0.0).tolist())
