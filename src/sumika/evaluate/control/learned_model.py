"""How well a house is known after seven ordinary days: how far a day foretold from then on is off.

What acts on the house on that day (weather, people, what devices draw) is taken as it came: the figure is of the model,
not of the forecasts. Houses are run by their thermostats; nobody tests anything.
"""

import numpy as np
from numpy.typing import NDArray

from sumika.belief.air import co2_of
from sumika.belief.house import HouseBelief, part
from sumika.ecu import Ecu, Measurements
from sumika.evaluate.control.arena import Arena
from sumika.evaluate.control.baselines import FAMILIES, tuned_settings
from sumika.evaluate.control.weeks import QUICK, week_of
from sumika.evaluate.figure import Evidence, Figure

Array = NDArray[np.float64]

LEARNS_DAYS, SCORED_DAYS = 7, 4
DAY_ROWS, EVERY_ROWS = 96, 24
_SEEDS = (3,)


class _Watcher:
    """Looks on and learns nothing until it is asked."""

    def __init__(self, ecu: Ecu) -> None:
        self.ecu = ecu
        ecu.learns = False

    def observe(self, measurements: Measurements) -> None:
        self.ecu.observe(measurements)

    def commands(self, forecast: object) -> tuple[()]:
        return ()


def errors_after(
    week: str, seed: int, *, learns_days: int = LEARNS_DAYS, scored_days: int = SCORED_DAYS
) -> tuple[Array, Array]:
    """Return how far a day's foretelling is off in a week's house: (reading,) kelvins and ppm, by day runs.

    Args:
        week: Its scenario.
        seed: Of weather and people.
        learns_days: How long is looked on before it is learned.
        scored_days: How long foretelling is then compared.
    """
    arena = Arena(week_of(week).house(seed, warm_up_days=learns_days))
    watcher = _Watcher(Ecu(arena.house, guarded=False))
    thermostat = FAMILIES["thermostat"].make(arena.house, tuned_settings(week, "thermostat"))
    arena.run(thermostat, learns_days, learners=(watcher,))
    belief = watcher.ecu.belief
    belief.learn(rounds=8)
    learned_rows = len(belief.record.rows())
    arena.run(thermostat, scored_days, learners=(watcher,))
    return _strays(belief, learned_rows)


def _strays(belief: HouseBelief, learned_rows: int) -> tuple[Array, Array]:
    rows = belief.record.rows()
    driven, ppm = belief.thermal.driven(rows), co2_of(rows)
    first = belief.first_state(driven)
    assert first is not None
    rooms = belief.thermal.rooms
    states, _, _ = belief.thermal.filter(belief.theta, driven, first, np.eye(belief.thermal.nodes) * 4.0)
    airs, _, _ = belief.air.filter(belief.air_theta, driven, ppm, np.full(rooms, 600.0))
    warm, stale = [], []
    for begin in range(learned_rows, len(rows) - DAY_ROWS + 1, EVERY_ROWS):
        day = part(driven, begin, begin + DAY_ROWS)
        told = belief.thermal.simulate(belief.theta, day, states[begin])[1:, :rooms]
        warm.append((told - day.measured_c).ravel())
        air = belief.air.simulate(belief.air_theta, day, airs[begin], {})[1:]
        stale.append((air - ppm[begin : begin + DAY_ROWS]).ravel())
    return np.concatenate(warm), np.concatenate(stale)


def measure(full: bool) -> dict[str, Figure]:
    """Return root mean squares over houses: of one week, or of the quick ones when `full`."""
    kelvins: dict[str, float] = {}
    ppms: dict[str, float] = {}
    for week in QUICK if full else QUICK[:1]:
        for seed in _SEEDS:
            warm, stale = errors_after(week, seed)
            kelvins[week], ppms[week] = _root_mean_square(warm), _root_mean_square(stale)
    return {
        "learned_rmse_k": Figure(
            value=float(np.mean(list(kelvins.values()))), unit="K", evidence=Evidence.SIMULATION, detail=dict(kelvins)
        ),
        "learned_rmse_ppm": Figure(
            value=float(np.mean(list(ppms.values()))), unit="ppm", evidence=Evidence.SIMULATION, detail=dict(ppms)
        ),
    }


def _root_mean_square(values: Array) -> float:
    return float(np.sqrt(np.nanmean(values**2)))
