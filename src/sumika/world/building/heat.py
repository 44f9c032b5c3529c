"""Heat in all nodes of a house: one exact step of its thermal network, and the account of it."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sumika.world.building.accounts import Account
from sumika.world.building.acted import CONVECTIVE, FLOOR, RADIANT, SUPPLY_HEAT
from sumika.world.building.links import GROUND, OUTDOOR, SKY
from sumika.world.building.network import BOUNDARIES, GLASS, INNER_FLOOR, OUTER, OUTER_FLOOR, Network
from sumika.world.building.series import advance_sparse, sparse_norm
from sumika.world.building.smooth_series import advance_smooth, holds, series_of, swing
from sumika.world.building.transport import Transport
from sumika.world.exchange import Outside

Array = NDArray[np.float64]

CORNER, PANE_EDGE = 1.6, 1.2
"""How much colder than the rest of a wall its corners are, and the edges of panes: multiples of the difference of air
and surface. Corners: inner surface resistance 0.25 instead of 0.13 m²K/W, and a bridge (ISO 13788, 4.4); typical."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a step is driven by.

    Attributes:
        inputs: (input,) u of the network.
        moved: The air.
        carried: (room,) heat that air from outside brings in, K/s.
    """

    inputs: Array = field(repr=False)
    moved: Transport = field(repr=False)
    carried: Array = field(repr=False)


class Heat:
    """Temperatures of all nodes of one house."""

    def __init__(self, network: Network, volume_m3: Array, air_j_m3_k: float, account: Account) -> None:
        """Begin at zero degrees.

        Args:
            network: Of the house.
            volume_m3: (room,).
            air_j_m3_k: Heat of a volume of air.
            account: Of heat.
        """
        self.network, self._volume, self._air = network, volume_m3, air_j_m3_k
        self._account = account
        size = len(network.capacity_j_k)
        self.nodes_c = np.zeros(size)
        self.mean_c = np.zeros(size)
        self._integral = np.zeros(size)
        self._values = network.values.copy()
        means = _mean_weights(network)
        self._means = _Seen.of(network, means)
        kinds = network.surface_kind
        outer = np.flatnonzero((kinds == OUTER) | (kinds == GLASS) | (kinds == OUTER_FLOOR))
        outer = outer[np.argsort(network.surface_room[outer], kind="stable")]
        self._cold_room = network.surface_room[outer]
        self._cold_rooms, self._cold_first = np.unique(self._cold_room, return_index=True)
        self._cold_factor = np.where(kinds[outer] == GLASS, PANE_EDGE, CORNER)
        one = np.eye(network.massless_of_state.shape[0])
        rows = np.concatenate([one[network.star], means[: network.rooms], one[network.surface_node[outer]]])
        self._surfaces = _Seen.of(network, rows)

    def inputs(self, outside: Outside, planes_w_m2: Array, acted: Array, solar_w: Array, radiant_w: Array) -> Array:
        """Return (input,) what drives the network.

        Args:
            outside: The weather.
            planes_w_m2: (plane,) irradiance of outer surfaces.
            acted: (row, room) what acts on the rooms.
            solar_w: (room,) sun through windows, onto surfaces.
            radiant_w: (room,) more heat onto surfaces.
        """
        rooms, planes = self.network.rooms, len(planes_w_m2)
        inputs = np.empty(BOUNDARIES + planes + 4 * rooms)
        inputs[OUTDOOR], inputs[SKY] = outside.temperature_c, outside.sky_temperature_c
        inputs[GROUND] = outside.ground_temperature_c
        inputs[BOUNDARIES : BOUNDARIES + planes] = planes_w_m2
        by_room = inputs[BOUNDARIES + planes :].reshape(4, rooms)
        by_room[0], by_room[1], by_room[2] = acted[CONVECTIVE], acted[RADIANT] + radiant_w, acted[FLOOR]
        by_room[3] = solar_w
        return inputs

    def surroundings(self, inputs: Array, outside: Outside, acted: Array, moved: Transport) -> Surroundings:
        """Return what a step is driven by."""
        carried = ((moved.boundary[0] + moved.boundary[1]) * outside.temperature_c + acted[SUPPLY_HEAT]) / self._volume
        return Surroundings(inputs=inputs, moved=moved, carried=carried)

    def settle(self, by: Surroundings, air_c: Array) -> None:
        """Bring walls and floors to where they would stay with air of these temperatures (room,)."""
        matrix = self.network.matrix()
        drive = self.network.inputs @ by.inputs
        rooms = self.network.rooms
        self.nodes_c[:rooms] = air_c
        right = drive[rooms:] + matrix[rooms:, :rooms] @ air_c
        self.nodes_c[rooms:] = np.linalg.solve(-matrix[rooms:, rooms:], right)
        self.mean_c[:] = self.nodes_c
        self._account.began = self._account.stored = float(self.network.capacity_j_k @ self.nodes_c)

    def end_of(self, seconds: float, by: Surroundings) -> tuple[Array, Array]:
        """Return (node,) temperatures at the end of a step and as its mean; nothing is changed."""
        network, rooms = self.network, self.network.rooms
        self._values[:] = network.values
        self._values[network.air_entries] += by.moved.rates
        drive = network.inputs @ by.inputs
        drive[:rooms] += by.carried
        state = self.nodes_c.copy()
        where = (self._values, network.columns, network.starts)
        norm = sparse_norm(self._values, network.starts)
        bound, series = series_of(norm * seconds)
        if holds(series, 2.0 * swing(by.moved.rates, network.capacity_j_k[:rooms]) / norm):
            advance_smooth(*where, drive, state, self._integral, seconds, bound, series)
        else:  # as a gale through open windows makes it
            advance_sparse(*where, drive, state, self._integral, seconds)
        return state, self._integral / seconds

    def step(self, seconds: float, by: Surroundings) -> None:
        """Advance by one step and book what went through."""
        self.nodes_c[:], self.mean_c[:] = self.end_of(seconds, by)
        network = self.network
        lost = network.loss_of_state @ self.mean_c + network.loss_of_inputs @ by.inputs
        for boundary in lost:
            self._account.book(-float(boundary) * seconds)
        self._account.book(float(network.heat_of_inputs @ by.inputs) * seconds)
        carried = float(by.carried @ self._volume) - float(by.moved.out @ self.mean_c[: network.rooms])
        self._account.book(self._air * carried * seconds)
        self._account.stored = float(network.capacity_j_k @ self.nodes_c)

    @property
    def air_c(self) -> Array:
        """(room,) temperature of the air."""
        return self.nodes_c[: self.network.rooms]

    def means_c(self, inputs: Array) -> Array:
        """Return (3, room) mean temperatures, over the last step, of floors, panes and other surfaces by room.

        Where there are none it is that of all that the room sees.
        """
        means: Array = self._means.temperatures_c(self.mean_c, inputs).reshape(3, -1)
        return means

    def surfaces_c(self, inputs: Array) -> tuple[Array, Array, Array]:
        """Return (room,) each the mean radiant temperature, that of the floor, and that of the coldest place, now.

        The coldest place is that of all surfaces, corners and edges of panes included; never warmer than the air.
        """
        rooms, air = self.network.rooms, self.air_c
        seen = self._surfaces.temperatures_c(self.nodes_c, inputs)
        warm = air[self._cold_room]
        colder = warm - self._cold_factor * (warm - seen[2 * rooms :])
        coldest = air.copy()
        if len(colder):
            lowest = np.minimum.reduceat(colder, self._cold_first)
            coldest[self._cold_rooms] = np.minimum(lowest, air[self._cold_rooms])
        return seen[:rooms], seen[rooms : 2 * rooms], coldest


@dataclass(frozen=True, slots=True)
class _Seen:
    """Some sums of the temperatures of nodes without mass, by those with mass and by what drives the network."""

    of_state: Array
    of_inputs: Array

    @classmethod
    def of(cls, network: Network, rows: Array) -> Self:
        return cls(rows @ network.massless_of_state, rows @ network.massless_of_inputs)

    def temperatures_c(self, nodes_c: Array, inputs: Array) -> Array:
        result: Array = self.of_state @ nodes_c + self.of_inputs @ inputs
        return result


def _mean_weights(network: Network) -> Array:
    """Return (3 * room, massless) weights by area of floors, panes and others."""
    rooms = network.rooms
    weights = np.zeros((3, rooms, network.massless_of_state.shape[0]))
    for room, node, area, kind in zip(
        network.surface_room, network.surface_node, network.surface_area_m2, network.surface_kind, strict=True
    ):
        if kind in (INNER_FLOOR, OUTER_FLOOR):
            weights[0, room, node] += area
        weights[1 if kind == GLASS else 2, room, node] += area
    total = weights.sum(axis=2, keepdims=True)
    weights = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0.0)
    for group in range(3):
        for room in np.flatnonzero(total[group, :, 0] == 0.0):
            weights[group, room, network.star[room]] = 1.0  # as warm as all it sees
    flat: Array = weights.reshape(3 * rooms, -1)
    return flat
