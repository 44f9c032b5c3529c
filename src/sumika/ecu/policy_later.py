"""A plan some steps on, as if it had come true: one plan then teaches more than its first step.

What a plan foresees is a whole way through the next hours, and at each of its steps the house is as planned and does as
planned. Each is a lesson of its own (what a policy would see there, what it should say there), and costs no solver.
"""

from copy import copy
from dataclasses import replace

from sumika.ecu.inputs import Inputs
from sumika.ecu.outlook import Ahead
from sumika.ecu.situating import Situating
from sumika.plan.problem import Planned
from sumika.plan.situation import Carried, Grid, Store


def later(planned: Planned, situating: Situating, step: int) -> tuple[Planned, Situating]:
    """Return a plan and what it was made from as they will be at one of its steps.

    Args:
        planned: The plan.
        situating: What it was made from.
        step: Which step becomes the first; at most 24 of the 48 short ones, for features look six hours ahead.
    """
    stores = [_store(one, planned, step) for one in situating.inputs.stores]
    then = copy(situating)
    then.inputs = _inputs(situating.inputs, stores, step)
    then.sun_w = {window: watts[step:] for window, watts in situating.sun_w.items()}
    then.outdoor_ratio = situating.outdoor_ratio[step:]
    heat, co2, humidity, dust = (_carried(one, planned, step) for one in situating.carried)
    then.heat, then.carried = heat, (heat, co2, humidity, dust)
    then.hinges = tuple(
        replace(one, limit=one.limit[step:], cost_per_h=one.cost_per_h[step:]) for one in situating.hinges
    )
    moved = replace(
        planned,
        situation=replace(planned.situation, stores=tuple(stores)),
        states={name: states[step:] for name, states in planned.states.items()},
        controls={name: told[step:] for name, told in planned.controls.items()},
        charge_kw={device: power[step:] for device, power in planned.charge_kw.items()},
        taken_kw=planned.taken_kw[step:],
        given_kw=planned.given_kw[step:],
    )
    return moved, then


def _inputs(inputs: Inputs, stores: list[Store], step: int) -> Inputs:
    ahead, grid, people = inputs.ahead, inputs.grid, inputs.people
    return replace(
        inputs,
        grid=Grid(begin_unix_s=grid.begin_unix_s[step:], hours=grid.hours[step:], kind=grid.kind[step:]),
        ahead=Ahead(**{name: getattr(ahead, name)[step:] for name in Ahead.__slots__}),
        when=inputs.when[step:],
        people=replace(people, **{name: getattr(people, name)[step:] for name in type(people).__slots__}),
        other_w=inputs.other_w[step:],
        solar_kw=inputs.solar_kw[step:],
        dust_per_s=inputs.dust_per_s[step:],
        stores=stores,
    )


def _store(store: Store, planned: Planned, step: int) -> Store:
    sliced = ("least_kwh", "charge_kw", "discharge_kw", "charge_gain", "drawn_kw")
    held = float(planned.stored_kwh[store.device][step])
    return replace(store, start_kwh=held, **{name: getattr(store, name)[step:] for name in sliced})


def _carried(carried: Carried, planned: Planned, step: int) -> Carried:
    kind = None if carried.kind is None else carried.kind[step:]
    return replace(carried, start=planned.states[carried.name][step], drive=carried.drive[step:], kind=kind)
