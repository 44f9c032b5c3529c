"""What it costs to do without something: the best that could be done if a device were left alone for two hours."""

from dataclasses import replace

import numpy as np

from sumika.plan.account import Account, account_of
from sumika.plan.problem import Planned, plan
from sumika.plan.situation import Situation

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
        replace(
            one,
            charge_kw=np.where(early, 0.0, one.charge_kw),
            discharge_kw=np.where(early, 0.0, one.discharge_kw),
        )
        if one.device == device
        else one
        for one in situation.stores
    )
    return replace(situation, controls=controls, stores=stores)


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
    second = plan(left_alone(planned.situation, device, hours), limit_s=limit_s)
    return account_of(second).less(account_of(planned))
