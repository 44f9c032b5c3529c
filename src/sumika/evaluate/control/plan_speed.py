"""How long one plan takes: six rooms, two days, every kind of device that a house of this kind has, air included."""

import time
from statistics import median

import msgspec

from sumika.ecu import Ecu
from sumika.evaluate.control.arena import Arena
from sumika.evaluate.control.baselines import FAMILIES, tuned_settings
from sumika.evaluate.control.houses import EQUIPMENT
from sumika.evaluate.control.ours import Ours
from sumika.evaluate.control.weeks import week_of
from sumika.evaluate.figure import Evidence, Figure
from sumika.plan.problem import plan
from sumika.schema.house import House

_WEEK, _WATCHES_DAYS, _TIMES = "winter_sapporo", 1.0, 5


def equipped() -> House:
    """Return a house of six rooms with all that one of ours can have."""
    house = week_of(_WEEK).house(5, warm_up_days=1)
    have = {device.id for device in house.devices}
    more = [device for several in EQUIPMENT.values() for device in several if device.id not in have]
    return msgspec.structs.replace(house, devices=(*house.devices, *more))


def measure(full: bool) -> dict[str, Figure]:
    """Return the processor time of the first plan and of those after it."""
    arena = Arena(equipped())
    ecu = Ecu(arena.house, currency=arena.world.meter.currency, guarded=False)
    thermostat = FAMILIES["thermostat"].make(arena.house, tuned_settings(_WEEK, "thermostat"))
    arena.run(thermostat, _WATCHES_DAYS, learners=(Ours(ecu),))
    forecast = arena.forecast()
    began = time.process_time()
    ecu.plan(forecast)
    cold_ms = 1000.0 * (time.process_time() - began)
    warm_ms = []
    for _ in range(_TIMES):
        began = time.process_time()
        situating = ecu.situate(forecast)
        assert ecu.planned is not None
        planned = plan(situating.situation(situating.nominal_of(ecu.planned.states)))
        warm_ms.append(1000.0 * (time.process_time() - began))
    situation = planned.situation
    detail: dict[str, float | str] = {
        "rooms": len(situation.rooms),
        "steps": len(situation.grid),
        "controls": len(situation.controls),
        "stores": len(situation.stores),
        "soft_limits": len(situation.hinges),
        "kinds": len({device.kind for device in arena.house.devices}),
    }
    return {
        "plan_ms_cold": Figure(value=cold_ms, unit="ms", evidence=Evidence.MEASURED, detail=detail),
        "plan_ms_warm": Figure(value=median(warm_ms), unit="ms", evidence=Evidence.MEASURED, detail=detail),
    }
