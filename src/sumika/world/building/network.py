"""The thermal network of a house as a linear system x' = A x + B u of the nodes that have mass.

Nodes without mass (surfaces, stars) are solved for beforehand: 0 = -K_mc x - K_mm m + B_m u gives m as a linear
function of x and u, exactly (Schur complement). Air that moves is the one thing that changes from step to step: it
touches only entries between the nodes of the air.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.world.building.links import GROUND, Linked

Array = NDArray[np.float64]
Indices = NDArray[np.int64]

BOUNDARIES = 3
_NOTHING = 1e-13


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A house as a linear system.

    Inputs u are, in this order: temperatures of outdoor air, sky and ground; irradiance of each plane (W/m²); and for
    every room heat into the air, onto surfaces, into the floor, by the sun (W).

    Attributes:
        capacity_j_k: (node,) of nodes with mass; those of the air come first, by room.
        values: (entry,) of A without moving air, compressed by rows.
        columns: (entry,) their columns.
        starts: (node + 1,) where each row begins.
        air_entries: (room, room) where A holds what the air of one room does to that of another.
        inputs: (node, input) B.
        massless_of_state: (massless, node) temperatures of nodes without mass by those with mass.
        massless_of_inputs: (massless, input) the same by inputs.
        loss_of_state: (boundary, node) heat that goes out to each boundary, W/K.
        loss_of_inputs: (boundary, input) the same by inputs.
        heat_of_inputs: (input,) heat that each input brings in all; 0 for temperatures.
        star: (room,) which of the massless nodes is the room's star.
        surface_room: (surface,) room of each inner surface without mass.
        surface_node: (surface,) which of the massless nodes it is.
        surface_area_m2: (surface,) of it.
        surface_kind: (surface,) 0 inner, 1 outer wall or roof, 2 glass, 3 floor inside, 4 floor on the ground or air.
        planes: (azimuth, tilt) of each plane.
        rooms: How many there are.
    """

    capacity_j_k: Array = field(repr=False)
    values: Array = field(repr=False)
    columns: Indices = field(repr=False)
    starts: Indices = field(repr=False)
    air_entries: Indices = field(repr=False)
    inputs: Array = field(repr=False)
    massless_of_state: Array = field(repr=False)
    massless_of_inputs: Array = field(repr=False)
    loss_of_state: Array = field(repr=False)
    loss_of_inputs: Array = field(repr=False)
    heat_of_inputs: Array = field(repr=False)
    star: Indices = field(repr=False)
    surface_room: Indices = field(repr=False)
    surface_node: Indices = field(repr=False)
    surface_area_m2: Array = field(repr=False)
    surface_kind: Indices = field(repr=False)
    planes: tuple[tuple[float, float], ...]
    rooms: int

    def matrix(self) -> Array:
        """Return A without moving air, (node, node) in full."""
        size = len(self.capacity_j_k)
        full = np.zeros((size, size))
        for row in range(size):
            part = slice(self.starts[row], self.starts[row + 1])
            full[row, self.columns[part]] = self.values[part]
        return full


def network_of(house: Linked) -> Network:
    """Return the linear system of a house's links."""
    links = house.links
    capacity = np.array(links.capacity_j_k)
    massive, massless = np.flatnonzero(capacity > 0.0), np.flatnonzero(capacity == 0.0)
    conductance, inputs, outward = _matrices(house)
    of_state, of_inputs = _without_mass(conductance, inputs, massive, massless)
    coupling = conductance[np.ix_(massive, massless)]
    per_capacity = 1.0 / capacity[massive][:, None]
    matrix = -per_capacity * (conductance[np.ix_(massive, massive)] + coupling @ of_state)
    drive = per_capacity * (inputs[massive] - coupling @ of_inputs)
    loss_inputs = outward[:, massless] @ of_inputs
    loss_inputs[:, :BOUNDARIES] -= np.diag(outward.sum(axis=1))
    rooms = len(house.air)
    values, columns, starts, entries = _compressed(matrix, rooms)
    places = {int(node): place for place, node in enumerate(massless)}
    surfaces = [surface for surface in house.surfaces if surface.node in places]
    heat = inputs.sum(axis=0)
    heat[:BOUNDARIES] = 0.0
    return Network(
        capacity_j_k=capacity[massive],
        values=values,
        columns=columns,
        starts=starts,
        air_entries=entries,
        inputs=drive,
        massless_of_state=of_state,
        massless_of_inputs=of_inputs,
        loss_of_state=outward[:, massive] + outward[:, massless] @ of_state,
        loss_of_inputs=loss_inputs,
        heat_of_inputs=heat,
        star=np.array([places[node] for node in house.star], np.int64),
        surface_room=np.array([surface.room for surface in surfaces], np.int64),
        surface_node=np.array([places[surface.node] for surface in surfaces], np.int64),
        surface_area_m2=np.array([surface.area_m2 for surface in surfaces]),
        surface_kind=np.array(
            [_kind(surface.outer, surface.glass, surface.tilt_deg) for surface in surfaces], np.int64
        ),
        planes=tuple(links.planes),
        rooms=rooms,
    )


def _without_mass(conductance: Array, inputs: Array, massive: Indices, massless: Indices) -> tuple[Array, Array]:
    """Return temperatures of nodes without mass by those with mass (massless, node), and by inputs (massless, input).

    Args:
        conductance: (node, node) W/K, of all nodes.
        inputs: (node, input) what each input brings to each of them.
        massive: Which nodes have mass.
        massless: Which have none.
    """
    to_massless = conductance[np.ix_(massless, massless)]
    of_state = _solved(to_massless, -conductance[np.ix_(massless, massive)])
    return of_state, _solved(to_massless, inputs[massless])


def _solved(matrix: Array, right: Array) -> Array:
    return np.linalg.solve(matrix, right).astype(np.float64)


INNER, OUTER, GLASS, INNER_FLOOR, OUTER_FLOOR = 0, 1, 2, 3, 4


def _kind(outer: bool, glass: bool, tilt_deg: float) -> int:
    if glass:
        return GLASS
    if tilt_deg == 180.0:
        return OUTER_FLOOR if outer else INNER_FLOOR
    return OUTER if outer else INNER


def _matrices(house: Linked) -> tuple[Array, Array, Array]:
    """Return conductances (node, node), inputs (node, input) and what nodes give to boundaries (boundary, node)."""
    links, rooms = house.links, len(house.air)
    size, planes = len(links.capacity_j_k), len(links.planes)
    first = {"plane": BOUNDARIES}
    for place, name in enumerate(("convective", "radiant", "floor", "solar")):
        first[name] = BOUNDARIES + planes + place * rooms
    conductance = np.zeros((size, size))
    inputs = np.zeros((size, BOUNDARIES + planes + 4 * rooms))
    outward = np.zeros((BOUNDARIES, size))
    for one, other, w_k in links.joined:
        conductance[one, one] += w_k
        conductance[other, other] += w_k
        conductance[one, other] -= w_k
        conductance[other, one] -= w_k
    for node, boundary, w_k in links.bounded:
        assert 0 <= boundary <= GROUND
        conductance[node, node] += w_k
        inputs[node, boundary] += w_k
        outward[boundary, node] += w_k
    for node, name, index, share in links.driven:
        inputs[node, first[name] + index] += share
    return conductance, inputs, outward


def _compressed(matrix: Array, rooms: int) -> tuple[Array, Indices, Indices, Indices]:
    """Return a matrix compressed by rows, with room for the moving air between rooms."""
    largest = np.abs(matrix).max()
    kept = np.abs(matrix) > _NOTHING * largest
    kept[:rooms, :rooms] = True
    starts = np.concatenate([[0], np.cumsum(kept.sum(axis=1))])
    columns = np.nonzero(kept)[1]
    place = np.cumsum(kept.ravel()).reshape(kept.shape) - 1
    return matrix[kept], columns.astype(np.int64), starts.astype(np.int64), place[:rooms, :rooms].astype(np.int64)
