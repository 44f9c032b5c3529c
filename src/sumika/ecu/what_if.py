"""What a warmer or cooler room would cost: the plan once with that wish and once without, from the same moment."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from sumika.ecu.ecu import Ecu
from sumika.ecu.moments import later
from sumika.ecu.outlook import Forecast
from sumika.ecu.room_wishes import RoomWish, RoomWishes
from sumika.plan.account import account_of
from sumika.plan.problem import Planned, plan
from sumika.schema import SumikaError

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """A plan with a wish beside the same without it.

    Attributes:
        cost: More money for energy, wear of devices and what is missing in stores at the end; negative: less.
        energy_kwh: More energy taken from the grid, less what is given to it.
        currency: Of the money.
        begins_unix_s: (step,) when each step begins.
        air_c: (step,) the room's air at the end of each step, with the wish.
        usual_c: (step,) without.
    """

    cost: float
    energy_kwh: float
    currency: str
    begins_unix_s: Array
    air_c: Array
    usual_c: Array


def what_if(ecu: Ecu, forecast: Forecast, room: str, offset_k: float, hours: float) -> WhatIf:
    """Return what it would cost to have a room warmer or cooler than people are content with there.

    What comes of it is not followed: the plan in force stays.

    Args:
        ecu: Whose belief and plan; it has made one.
        forecast: Of weather and prices.
        room: Which.
        offset_k: By so much warmer.
        hours: From now on.

    Raises:
        PlanError: if no plan could be made.
        SumikaError: if there is no plan yet.
    """
    if ecu.at is None or ecu.planned is None:
        raise SumikaError("there is no plan yet", where="what_if", remedy="Ask in a quarter of an hour")
    wish = RoomWish(since=ecu.at, until=later(ecu.at, timedelta(hours=hours)), offset_k=offset_k)
    wished = _planned(ecu, forecast, RoomWishes({**ecu.wishes.rooms, room: wish}))
    usual = _planned(ecu, forecast, ecu.wishes)
    place = ecu.belief.outline.index[room]
    return WhatIf(
        cost=_money(wished) - _money(usual),
        energy_kwh=_energy_kwh(wished) - _energy_kwh(usual),
        currency=usual.situation.currency,
        begins_unix_s=usual.situation.grid.begin_unix_s,
        air_c=wished.states["heat"][1:, place],
        usual_c=usual.states["heat"][1:, place],
    )


def _planned(ecu: Ecu, forecast: Forecast, wishes: RoomWishes) -> Planned:
    return plan(ecu.linear_situation(ecu.situate(forecast, wishes=wishes)))


def _money(planned: Planned) -> float:
    account = account_of(planned)
    return account.energy + account.devices + account.stores


def _energy_kwh(planned: Planned) -> float:
    return float(((planned.taken_kw - planned.given_kw) * planned.situation.grid.hours).sum())
