"""What it costs to do without something: the best that could be done if a device were left alone for two hours."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sumika.plan.account import Account, account_of
from sumika.plan.problem import Planned, plan
from sumika.plan.situation import Situation, Store

LEFT_ALONE_H = 2.0


def left_alone(situation: Situation, device: str, hours: float = LEFT_ALONE_H) -> Situation:
    """Return a situation in which one device does no more than its least at first.

    Args:
        situation: As it is.
        device: Its id.
        hours: So long.
    """
    ends = (situation.grid.begin_unix_s - situation.grid.begin_unix_s[0]) / 3600.0 + situation.grid.hours
    early = ends <= hours + 1e-9
    controls = tuple(
        replace(one, high=np.where(early, one.low, one.high)) if one.device == device else one
        for one in situation.controls
    )
    stores = tuple(
        _rests(one, early, situation.grid.hours) if one.device == device else one for one in situation.stores
    )
    return replace(situation, controls=controls, stores=stores)


def _rests(store: Store, early: NDArray[np.bool_], hours: NDArray[np.float64]) -> Store:
    """Return a store that nothing goes into or out of at first; nobody misses what only is kept in reserve."""
    charge_kw = np.where(early, 0.0, store.charge_kw)
    least_kwh = store.least_kwh
    if not store.drawn_kw.any():
        reached_kwh = store.start_kwh + np.append(0.0, np.cumsum(charge_kw * store.charge_gain * hours))
        least_kwh = np.minimum(least_kwh, reached_kwh)
    return replace(
        store, charge_kw=charge_kw, discharge_kw=np.where(early, 0.0, store.discharge_kw), least_kwh=least_kwh
    )


def cost_without(planned: Planned, device: str, *, hours: float = LEFT_ALONE_H, limit_s: float = 5.0) -> Account:
    """Return how much more the best plan costs in which a device is left alone at first; found by a second solve.

    Args:
        planned: The plan with it.
        device: Its id.
        hours: So long it is left alone.
        limit_s: The solver gives up after so long.

    Raises:
        PlanError: if there is no such plan within the time.
    """
    alone = left_alone(planned.situation, device, hours)
    return account_of(plan(alone, limit_s=limit_s)).less(account_of(replace(planned, situation=alone)))
