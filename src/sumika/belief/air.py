"""The air of a house as it is learned: how fast it is renewed and mixed, and what people give to it.

One balance per room and quantity, all carried by the same flows: what fans move, what comes through gaps, what doors
let pass. The flows are learned from carbon dioxide, the only tracer that people give off in known amounts (Persily and
de Jonge, Indoor Air 27, 2017); humidity and particles then follow with sources of their own.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

from sumika.belief._march import filtered, march
from sumika.belief.airflow import AirFlow
from sumika.belief.learning import Learned, learn
from sumika.belief.record import ROW_S, Rows
from sumika.belief.thermal import Driven, Parameter
from sumika.schema.house import House

Array = NDArray[np.float64]

PERSON_M3_S = 4.6e-6
"""Carbon dioxide of an adult who sits: 16.5 litres an hour."""

AJAR = 0.4
"""Share of a bedroom door's exchange that is left while people sleep: some shut it, some do not. Learned."""

OUTDOOR_PPM = 425.0
PROCESS_PPM, MEASURED_PPM = 15.0, 15.0
FIT_PPM = 60.0
_FREE_RUN_ROWS = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class AirNetwork:
    """How air is exchanged at one set of parameters.

    Attributes:
        rate: (configuration, room, room) per second: dC/dt = rate C + fresh Co + source / volume.
        fresh: (configuration, room) per second, from outside.
        transition: (configuration, room, room) over a step.
        response: (configuration, room, room) to a source in units per second, over a step.
    """

    rate: Array
    fresh: Array
    transition: Array
    response: Array


class AirModel:
    """The air exchange of one house."""

    def __init__(self, house: House, flow: AirFlow) -> None:
        """Take a house and its air paths."""
        self.flow, self.outline = flow, flow.outline
        rooms = self.outline.rooms
        self.rooms = len(rooms)
        self._doors = [(i, j) for i, j in zip(*np.nonzero(np.triu(self.outline.doors_m3_s)), strict=True)]
        self.parameters = (
            *(Parameter(name=f"door.{rooms[i]}.{rooms[j]}", spread=0.8) for i, j in self._doors),
            *(Parameter(name=f"inlet.{room}", spread=0.2) for room in rooms),
            Parameter(name="fans", spread=0.25),
            Parameter(name="gaps", spread=0.6),
            Parameter(name="person", spread=0.2),
            Parameter(name="door_asleep", spread=1.0),
        )
        self.place = {one.name: place for place, one in enumerate(self.parameters)}

    def prior(self) -> Array:
        """Return the parameters as described."""
        prior = np.zeros(len(self.parameters))
        prior[self.place["door_asleep"]] = np.log(AJAR)
        return prior

    def network(
        self, theta: Array, settings: Array, seconds: float = ROW_S, leaks_per_s: Array | None = None
    ) -> AirNetwork:
        """Return how air is exchanged.

        Args:
            theta: (parameter,).
            settings: (configuration, control) of fans and windows.
            seconds: Length of a step.
            leaks_per_s: (room,) more air from outside, per volume, for a time whose mean is known.
        """
        volume, rooms = self.outline.volume_m3, self.rooms
        doors = np.zeros((rooms, rooms))
        for i, j in self._doors:
            name = f"door.{self.outline.rooms[i]}.{self.outline.rooms[j]}"
            doors[i, j] = doors[j, i] = self.outline.doors_m3_s[i, j] * np.exp(theta[self.place[name]])
        inlet = np.exp([theta[self.place[f"inlet.{room}"]] for room in self.outline.rooms])
        shut = float(np.exp(theta[self.place["door_asleep"]]))
        factor = float(np.exp(theta[self.place["fans"]]))
        rates, fresh = [], []
        for row in settings:
            flows = self.flow.flows(row, factor)
            enters = flows.fresh_m3_s * inlet + (0.0 if leaks_per_s is None else leaks_per_s * volume)
            passes = np.ones((rooms, rooms))
            for room in self.flow.sleeping(row):
                passes[room, :] = passes[:, room] = shut
            moved = doors * passes + flows.moved_m3_s
            rate = (moved - np.diag(moved.sum(axis=1) + enters)) / volume[:, None]
            rates.append(rate)
            fresh.append(enters / volume)
        steps = [discrete(rate, seconds) for rate in rates]
        return AirNetwork(
            rate=np.array(rates),
            fresh=np.array(fresh),
            transition=np.array([one[0] for one in steps]),
            response=np.array([one[1] for one in steps]),
        )

    def _drive(self, theta: Array, driven: Driven, network: AirNetwork) -> tuple[Array, Array]:
        volume = self.outline.volume_m3
        person = 1e6 * PERSON_M3_S * float(np.exp(theta[self.place["person"]])) * driven.people / volume
        leaky = driven.by_itself_m3_s * float(np.exp(theta[self.place["gaps"]])) / volume
        opened = driven.opened_m3_s / volume
        leaky += opened / (1.0 + opened * np.diagonal(network.response, axis1=1, axis2=2)[driven.which])
        return network.fresh[driven.which] * OUTDOOR_PPM + person, leaky

    def simulate(self, theta: Array, driven: Driven, start_ppm: Array, restarts: dict[int, Array]) -> Array:
        """Return (row + 1, room) carbon dioxide from a state on, ppm; restarts as in the thermal model."""
        network = self.network(theta, driven.settings)
        push, leaky = self._drive(theta, driven, network)
        where = np.full(len(driven), -1, np.int64)
        states = np.zeros((max(1, len(restarts)), self.rooms))
        for number, (row, value) in enumerate(restarts.items()):
            where[row], states[number] = number, value
        outside = np.full(len(driven), OUTDOOR_PPM)
        return march(network.transition, network.response, driven.which, push, leaky, outside, start_ppm, where, states)

    def filter(
        self,
        theta: Array,
        driven: Driven,
        measured_ppm: Array,
        start_ppm: Array,
        spread: Array | None = None,
        *,
        streak: NDArray[np.int64] | None = None,
    ) -> tuple[Array, Array, Array]:
        """Return (row + 1, room) filtered carbon dioxide, innovations, and the last covariance.

        Args:
            theta: (parameter,).
            driven: What acts.
            measured_ppm: (row, room) at the end of each row; NaN where nothing was said.
            start_ppm: (room,).
            spread: (room, room) covariance at the beginning; None: little is known.
            streak: (room,) how many innovations in a row were too wide, to go on with; None: none were.
        """
        network = self.network(theta, driven.settings)
        push, leaky = self._drive(theta, driven, network)
        rooms = self.rooms
        return filtered(
            network.transition,
            network.response,
            driven.which,
            push,
            leaky,
            np.full(len(driven), OUTDOOR_PPM),
            start_ppm,
            np.eye(rooms) * 200.0**2 if spread is None else spread,
            np.full(rooms, PROCESS_PPM**2),
            measured_ppm,
            np.arange(rooms),
            np.full(rooms, MEASURED_PPM**2),
            4.0,
            np.zeros(rooms, np.int64) if streak is None else streak,
        )

    def learn(self, driven: Driven, measured_ppm: Array, start: Array, rounds: int = 10) -> Learned:
        """Return the flows that would have predicted carbon dioxide best."""
        first = np.full(self.rooms, 600.0)

        def errors(theta: Array) -> Array:
            states, _, _ = self.filter(theta, driven, measured_ppm, first)
            restarts = {row: states[row] for row in range(0, len(driven), _FREE_RUN_ROWS)}
            said = self.simulate(theta, driven, first, restarts)[1:]
            return np.asarray((said - measured_ppm)[4:].ravel())

        spread = np.array([one.spread for one in self.parameters])
        return learn(errors, start, self.prior(), spread, sigma=FIT_PPM, rounds=rounds)


def co2_of(rows: Rows) -> Array:
    """Return (row, room) measured carbon dioxide, ppm; NaN where nothing was said."""
    return rows.air[:, :, 2].copy()


def discrete(rate: Array, seconds: float) -> tuple[Array, Array]:
    """Return transition and response of dC/dt = rate C + source over a step."""
    return _discrete_of(rate.tobytes(), len(rate), seconds)


@lru_cache(maxsize=256)
def _discrete_of(rates: bytes, nodes: int, seconds: float) -> tuple[Array, Array]:
    rate = np.frombuffer(rates).reshape(nodes, nodes)
    both = np.zeros((2 * nodes, 2 * nodes))
    both[:nodes, :nodes] = rate * seconds
    both[:nodes, nodes:] = np.eye(nodes) * seconds
    whole = expm(both)
    return whole[:nodes, :nodes], whole[:nodes, nodes:]
