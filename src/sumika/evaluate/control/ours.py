"""Our controller in the arena: as it is, with a forecast that comes true, and beside it perfect foresight."""

import numpy as np
from numpy.typing import NDArray

from sumika.ecu import Ecu, Measurements
from sumika.evaluate.control.arena import Arena
from sumika.evaluate.control.contenders import Contender, enter
from sumika.evaluate.control.forecasts import Forecast
from sumika.evaluate.control.foresight import with_foresight
from sumika.evaluate.control.presence import PresenceSource
from sumika.evaluate.control.weeks import Week
from sumika.plan.solver import PlanError
from sumika.schema import Command

Array = NDArray[np.float64]

PLANS_EVERY_S = 1800.0
"""Half as often as in a house, which halves the time of a comparison and changes little."""


class Ours:
    """Our controller, as the arena runs one."""

    def __init__(self, ecu: Ecu) -> None:
        """Take a controller of its own."""
        self.ecu = ecu
        self.failed = 0

    def observe(self, measurements: Measurements) -> None:
        """Take in what the house says."""
        self.ecu.observe(measurements)

    def commands(self, forecast: Forecast) -> tuple[Command, ...]:
        """Return what devices are told; where no plan comes about, the one before goes on."""
        try:
            return self.ecu.plan(forecast)
        except PlanError:
            self.failed += 1
            return self.ecu.commands() if self.ecu.planned is not None else ()


def ours(arena: Arena, week: Week) -> Ours:
    """Return our controller for a house that it does not know."""
    return Ours(Ecu(arena.house, currency=arena.world.meter.currency, plans_every_s=PLANS_EVERY_S, guarded=False))


def enter_ours() -> tuple[str, ...]:
    """Enter our controllers; return their names.

    "ours" knows the truth of who is where now; "perceives", "motion" and "blind" know what perception tells, what
    motion sensors tell, and nothing.
    """
    everybody = (
        Contender(name="ours", make=ours),
        Contender(name="forecast", make=ours, perfect_forecast=True),
        Contender(name="foresight", make=with_foresight, perfect_forecast=True),
        Contender(name="perceives", make=ours, presence=PresenceSource.PERCEPTION),
        Contender(name="motion", make=ours, presence=PresenceSource.PIR),
        Contender(name="blind", make=ours, presence=PresenceSource.NONE),
    )
    for contender in everybody:
        enter(contender)
    return tuple(contender.name for contender in everybody)
