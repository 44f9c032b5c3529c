"""The thermal model of a house that is learned: three temperatures a room, and what flows between them and outside.

Each room has its air (with what warms in minutes: furniture, the skin of walls), its mass, and what lies deep: the
screed and slab that answer over days. What the description of
the house says is the prior; every parameter is a factor on it (or a few watts per m² beside it), so that 0 in its
logarithm means "as described". The model is linear in its states; air that fans move changes its coefficients, which is
kept as a few configurations.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm

from sumika.belief._march import filtered, march
from sumika.belief.airflow import AIR_J_M3_K, AirFlow
from sumika.belief.heat_sources import filled, given_of
from sumika.belief.outline import Outline
from sumika.belief.record import OUTSIDE, ROW_S, Rows
from sumika.belief.sunlight import Sun
from sumika.schema import DEVICE_KINDS
from sumika.schema.house import House

Array = NDArray[np.float64]

AIR_J_M2_K = 14e3
"""Capacity of what warms in minutes (air, furniture, surfaces), per floor area; learning says how much it is."""

MASS_J_M2_K = 70e3
"""Of walls and floors, per floor area: a timber house with plasterboard."""

DEEP_J_M2_K = 200e3
"""Of screed and slab, per floor area, behind a floor's covering."""

DEEP_W_M2_K = 3.0
GROUND_W_M2_K = 0.35
GROUND_DAYS = 20.0
"""The ground under a house follows the weather of about so many days."""

SURFACES_W_M2_K = 10.0
"""Between air and mass, per floor area: three times the floor in surfaces, 3 W/(m²K) each."""

PERSON_W = 75.0
SUN_TO_AIR = 0.25
_LEAST_FLOOR_M2 = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One thing to learn.

    Attributes:
        name: What it is, with its room or device.
        spread: Standard deviation of what is not known of it before (of a logarithm, or in its unit).
    """

    name: str
    spread: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """All that acts on the house in each row, apart from what is learned; built once from a record.

    Attributes:
        outdoor_c: (row,).
        by_itself_m3_s: (row, room) air through gaps, before its factor.
        settings: (configuration, control) of fans and windows.
        which: (row,) configuration.
        sun_w: (row, room) through windows, blinds taken into account.
        people: (row, room) expected.
        rest_w: (row,) what sockets and stoves draw, that no device accounts for.
        given: What each device gives: its id, (row,) watts into air and into mass, (room,) shares.
        guessed: (row, device) which of `given` ran and are no more than guessed; in their order.
        measured_c: (row, room) air; NaN where nothing was said.
        opened_m3_s: (row, room) air through what was found to stand open.
        unknown_w: (row, room) heat of something unknown that was found.
    """

    outdoor_c: Array
    by_itself_m3_s: Array
    settings: Array
    which: NDArray[np.int64]
    sun_w: Array
    people: Array
    rest_w: Array
    given: tuple[tuple[str, Array, Array, Array], ...]
    guessed: NDArray[np.bool_]
    measured_c: Array
    opened_m3_s: Array
    unknown_w: Array

    def __len__(self) -> int:
        """Return how many rows."""
        return len(self.outdoor_c)

    def guessed_rooms(self) -> NDArray[np.bool_]:
        """Return (row, room) where heat is no more than guessed."""
        found = np.zeros(self.measured_c.shape, np.bool_)
        for place, (_, _, _, shares) in enumerate(self.given):
            found |= self.guessed[:, place, None] & (shares > 0.0)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The house's linear equations at one set of parameters; nodes are the rooms' air, their mass, what lies deep.

    Attributes:
        capacity_j_k: (node,).
        conductance_w_k: (configuration, node, node) so that C dT/dt = G T + q.
        outside_w_k: (configuration, node) to outside; q has it times the outdoor temperature.
        transition: (configuration, node, node) over a quarter of an hour.
        response: (configuration, node, node) kelvin per watt over a quarter of an hour.
    """

    capacity_j_k: Array
    conductance_w_k: Array
    outside_w_k: Array
    transition: Array
    response: Array


class ThermalModel:
    """The thermal model of one house."""

    def __init__(self, house: House, outline: Outline, flow: AirFlow, sun: Sun) -> None:
        """Take a house and what is known of it beforehand."""
        self.house, self.outline, self.flow, self._sun = house, outline, flow, sun
        self.rooms = len(outline.rooms)
        self.nodes = 3 * self.rooms
        self.sources = tuple(device.id for device in house.devices if device.kind in _LEARNED_KINDS)
        self._doors = [(i, j) for i, j in zip(*np.nonzero(np.triu(outline.doors_m3_s)), strict=True)]
        rooms = outline.rooms
        self.parameters: tuple[Parameter, ...] = (
            *(Parameter(name=f"air_capacity.{room}", spread=0.5) for room in rooms),
            *(Parameter(name=f"mass_capacity.{room}", spread=0.6) for room in rooms),
            *(Parameter(name=f"surfaces.{room}", spread=0.5) for room in rooms),
            *(Parameter(name=f"deep.{room}", spread=0.6) for room in rooms),
            *(Parameter(name=f"envelope.{room}", spread=0.3) for room in rooms),
            *(Parameter(name=f"sun.{room}", spread=0.3) for room in rooms),
            *(Parameter(name=f"beside.{room}", spread=2.0) for room in rooms),
            *(Parameter(name=f"sockets.{room}", spread=0.7) for room in rooms),
            *(Parameter(name=f"door.{rooms[i]}.{rooms[j]}", spread=0.5) for i, j in self._doors),
            *(Parameter(name=f"source.{device}", spread=0.1) for device in self.sources),
            Parameter(name="windows", spread=0.3),
            Parameter(name="walls", spread=0.5),
            Parameter(name="fans", spread=0.15),
            Parameter(name="gaps", spread=0.6),
            Parameter(name="person", spread=0.15),
        )
        self.place = {one.name: place for place, one in enumerate(self.parameters)}
        dry = np.where(outline.wet, 0.15, 1.0) * outline.floor_m2
        kitchens = {piece.room for piece in house.furniture if piece.kind == "kitchen"}
        weight = dry * np.array([3.0 if room in kitchens else 1.0 for room in rooms])
        self._sockets = weight / weight.sum()

    def prior(self) -> Array:
        """Return the parameters as described: all zero."""
        return np.zeros(len(self.parameters))

    def _of(self, theta: Array, what: str) -> Array:
        return np.array([theta[self.place[f"{what}.{room}"]] for room in self.outline.rooms])

    def driven(self, rows: Rows) -> Driven:
        """Return what acts on the house in each row.

        Args:
            rows: What was recorded.
        """
        outside = {name: filled(rows.outside[:, place], _USUAL[name]) for place, name in enumerate(OUTSIDE)}
        columns = self.flow.columns(rows)
        settings, which = np.unique(columns, axis=0, return_inverse=True)
        sun = self.sun_w(rows)
        given = given_of(self.house, rows, self.outline.index, self.outline.floor_m2)
        outdoor = filled(rows.outdoor_c(), _USUAL["temperature_c"])
        return Driven(
            outdoor_c=outdoor,
            by_itself_m3_s=self.flow.by_itself_m3_s(21.0 - outdoor, outside["wind_m_s"]),
            settings=settings,
            which=which.reshape(-1).astype(np.int64),
            sun_w=sun,
            people=np.nan_to_num(rows.people),
            rest_w=self._rest(rows),
            given=tuple((one.device, one.air_w, one.mass_w, one.shares) for one in given),
            guessed=np.array([one.guessed for one in given], np.bool_).reshape(len(given), len(rows)).T,
            measured_c=rows.air[:, :, 0].copy(),
            opened_m3_s=np.zeros((len(rows), self.rooms)),
            unknown_w=np.zeros((len(rows), self.rooms)),
        )

    def sun_w(self, rows: Rows, turned_deg: float = 0.0) -> Array:
        """Return (row, room) what the sun sends through windows, blinds taken into account.

        Args:
            rows: What was recorded.
            turned_deg: As if the house stood turned by so much, clockwise, against its drawing.
        """
        outside = {name: filled(rows.outside[:, place], _USUAL[name]) for place, name in enumerate(OUTSIDE)}
        middle = rows.unix_s + 0.5 * ROW_S
        direct, diffuse = outside["direct_normal_w_m2"], outside["diffuse_horizontal_w_m2"]
        if not np.isfinite(rows.outside[:, 3]).any() and len(rows):
            direct, diffuse = self._sun.split(middle, outside["global_horizontal_w_m2"])
        sun = np.zeros((len(rows), self.rooms))
        heat_w = self._sun.onto(self.outline.windows, middle, turned_deg).heat_w(direct, diffuse)
        for window, through_w in zip(self.outline.windows, heat_w, strict=True):
            sun[:, window.room] += through_w * self._blind(rows, window.id)
        return sun

    def _blind(self, rows: Rows, window: str) -> Array:
        share = np.ones(len(rows))
        for device in self.house.devices:
            if device.kind == "blind" and device.window == window:
                passes = device.ratings.get("shut_transmits", DEVICE_KINDS["blind"].ratings["shut_transmits"])
                share *= 1.0 - rows.setting(device.id, "closed", 0.0) * (1.0 - passes)
        return share

    def _rest(self, rows: Rows) -> Array:
        """Return what sockets and stoves draw: the meter's power without what devices account for."""
        grid, pv = rows.meter[:, 0], np.nan_to_num(rows.meter[:, 1])
        known = np.nansum(
            np.array(
                [
                    np.nan_to_num(rows.power_w[:, place]) if device.kind != "pv" else np.zeros(len(rows))
                    for place, device in enumerate(self.house.devices)
                ]
                or [np.zeros(len(rows))]
            ),
            axis=0,
        )
        rest = grid + pv - known
        return np.clip(filled(rest, 250.0), 0.0, 6000.0)

    def network(self, theta: Array, settings: Array, seconds: float = ROW_S, leaks_w_k: Array | None = None) -> Network:
        """Return the linear equations at some parameters.

        Args:
            theta: (parameter,).
            settings: (configuration, control) of fans and windows.
            seconds: Length of a step.
            leaks_w_k: (node,) more exchange with outside, for a time whose mean is known.
        """
        outline, rooms = self.outline, self.rooms
        floor = np.maximum(outline.floor_m2, _LEAST_FLOOR_M2)
        air = AIR_J_M2_K * floor * np.exp(self._of(theta, "air_capacity"))
        mass = MASS_J_M2_K * floor * np.exp(self._of(theta, "mass_capacity"))
        deep = DEEP_J_M2_K * floor * np.exp(self._of(theta, "deep"))
        capacity = np.concatenate([air, mass, deep])
        fixed, outside = self._fixed(theta, floor)
        if leaks_w_k is not None:
            outside = outside + leaks_w_k
        configurations = len(settings)
        conductance = np.repeat(fixed[None], configurations, axis=0)
        outer = np.repeat(outside[None], configurations, axis=0)
        factor = float(np.exp(theta[self.place["fans"]]))
        for number, row in enumerate(settings):
            flows = self.flow.flows(row, factor)
            loss = AIR_J_M3_K * flows.fresh_m3_s * (1.0 - flows.recovered)
            outer[number, :rooms] += loss
            moved = AIR_J_M3_K * flows.moved_m3_s
            conductance[number, :rooms, :rooms] += moved - np.diag(moved.sum(axis=1))
            conductance[number] -= np.diag(outer[number])
        steps = [_discrete(one / capacity[:, None], capacity, seconds) for one in conductance]
        return Network(
            capacity_j_k=capacity,
            conductance_w_k=conductance,
            outside_w_k=outer,
            transition=np.array([step[0] for step in steps]),
            response=np.array([step[1] for step in steps]),
        )

    def _fixed(self, theta: Array, floor: Array) -> tuple[Array, Array]:
        """Return conductances between nodes that no fan changes, and those to outside."""
        outline, rooms = self.outline, self.rooms
        between = np.zeros((3 * rooms, 3 * rooms))
        surfaces = SURFACES_W_M2_K * floor * np.exp(self._of(theta, "surfaces"))
        for room in range(rooms):
            between[room, rooms + room] = between[rooms + room, room] = surfaces[room]
            below = 2 * rooms + room
            between[rooms + room, below] = between[below, rooms + room] = DEEP_W_M2_K * floor[room]
        doors = np.zeros((rooms, rooms))
        for i, j in self._doors:
            name = f"door.{outline.rooms[i]}.{outline.rooms[j]}"
            factor = np.exp(theta[self.place[name]])
            doors[i, j] = doors[j, i] = AIR_J_M3_K * outline.doors_m3_s[i, j] * factor
        between[:rooms, :rooms] += doors
        between[rooms : 2 * rooms, rooms : 2 * rooms] += outline.walls_w_k * np.exp(theta[self.place["walls"]])
        outside = np.zeros(3 * rooms)
        outside[rooms : 2 * rooms] = outline.envelope_w_k * np.exp(self._of(theta, "envelope"))
        for window in outline.windows:
            outside[window.room] += window.loss_w_k * np.exp(theta[self.place["windows"]])
        return between - np.diag(between.sum(axis=1)), outside

    def drive(self, theta: Array, driven: Driven, network: Network) -> tuple[Array, Array]:
        """Return what drives each node (row, node) in watts, and the leaky exchange (row, node) in W/K.

        Args:
            theta: (parameter,).
            driven: What acts.
            network: At the same parameters.
        """
        rooms = self.rooms
        q = network.outside_w_k[driven.which] * driven.outdoor_c[:, None]
        q += self.gains_w(theta, driven.sun_w, driven.people, driven.rest_w)
        for device, air_w, mass_w, shares in driven.given:
            name = f"source.{device}"
            factor = float(np.exp(theta[self.place[name]])) if name in self.place else 1.0
            q[:, :rooms] += factor * air_w[:, None] * shares
            q[:, rooms : 2 * rooms] += 0.4 * factor * mass_w[:, None] * shares
            q[:, 2 * rooms :] += 0.6 * factor * mass_w[:, None] * shares
        leaky = np.zeros_like(q)
        leaky[:, :rooms] = AIR_J_M3_K * driven.by_itself_m3_s * float(np.exp(theta[self.place["gaps"]]))
        own = np.diagonal(network.response, axis1=1, axis2=2)[driven.which, :rooms]
        opened = AIR_J_M3_K * driven.opened_m3_s
        # The more air comes in, the nearer a room is to outside already within the step.
        leaky[:, :rooms] += opened / (1.0 + opened * own)
        q[:, :rooms] += driven.unknown_w
        return q, leaky

    def gains_w(self, theta: Array, sun_w: Array, people: Array, rest_w: Array) -> Array:
        """Return (row, node) heat of sun, people and sockets.

        Args:
            theta: (parameter,).
            sun_w: (row, room) through windows.
            people: (row, room).
            rest_w: (row,) what sockets and stoves draw.
        """
        rooms = self.rooms
        sun = sun_w * np.exp(self._of(theta, "sun"))
        person = PERSON_W * float(np.exp(theta[self.place["person"]])) * people
        sockets = self._sockets * np.exp(self._of(theta, "sockets"))
        rest = rest_w[:, None] * sockets / max(1.0, float(sockets.sum()))
        q = np.zeros((len(rest_w), self.nodes))
        q[:, :rooms] = SUN_TO_AIR * sun + 0.6 * person + 0.7 * rest
        beside = self._of(theta, "beside") * np.maximum(self.outline.floor_m2, _LEAST_FLOOR_M2)
        q[:, rooms : 2 * rooms] = (1.0 - SUN_TO_AIR) * sun + 0.4 * person + 0.3 * rest + beside
        return q

    def sun_factor(self, theta: Array) -> Array:
        """Return (room,) what was learned of the sun against the description."""
        return np.asarray(np.exp(self._of(theta, "sun")))

    def simulate(self, theta: Array, driven: Driven, state: Array, restarts: dict[int, Array] | None = None) -> Array:
        """Return (row + 1, node) temperatures, from a state on.

        Args:
            theta: (parameter,).
            driven: What acts in each row.
            state: (node,) at the beginning of the first row.
            restarts: Row -> state that is taken there instead.
        """
        network = self.network(theta, driven.settings)
        q, leaky = self.drive(theta, driven, network)
        where = np.full(len(driven), -1, np.int64)
        states = np.zeros((max(1, len(restarts or {})), self.nodes))
        for number, (row, value) in enumerate((restarts or {}).items()):
            where[row], states[number] = number, value
        return march(
            network.transition, network.response, driven.which, q, leaky, driven.outdoor_c, state, where, states
        )

    def filter(
        self,
        theta: Array,
        driven: Driven,
        state: Array,
        spread: Array,
        *,
        widest: float = 4.0,
        streak: NDArray[np.int64] | None = None,
    ) -> tuple[Array, Array, Array]:
        """Return (row + 1, node) filtered states, innovations (row, room), and the last covariance.

        Args:
            theta: (parameter,).
            driven: What acts, and what was measured at the end of each row.
            state: (node,).
            spread: (node, node).
            widest: Innovations count as no more standard deviations.
            streak: (room,) how many in a row were wider, to go on with; None: none were.
        """
        network = self.network(theta, driven.settings)
        q, leaky = self.drive(theta, driven, network)
        rooms = self.rooms
        process = np.repeat([PROCESS_AIR_K**2, PROCESS_MASS_K**2, PROCESS_DEEP_K**2], rooms)
        return filtered(
            network.transition,
            network.response,
            driven.which,
            q,
            leaky,
            driven.outdoor_c,
            state,
            spread,
            process,
            driven.measured_c,
            np.arange(rooms),
            np.full(rooms, MEASURED_K**2),
            widest,
            np.zeros(rooms, np.int64) if streak is None else streak,
        )


PROCESS_AIR_K, PROCESS_MASS_K, PROCESS_DEEP_K, MEASURED_K = 0.15, 0.05, 0.01, 0.1
"""Standard deviations: what a quarter of an hour does to air and mass that the model has not; of a reading."""

_LEARNED_KINDS = frozenset(
    {"room_air_conditioner", "whole_house_air_conditioner", "floor_heating", "radiator", "boiler"}
)
_USUAL = {
    "temperature_c": 12.0,
    "relative_humidity": 0.65,
    "wind_m_s": 2.5,
    "direct_normal_w_m2": 0.0,
    "diffuse_horizontal_w_m2": 0.0,
    "global_horizontal_w_m2": 0.0,
    "pressure_pa": 101_325.0,
    "pm2_5_ug_m3": 10.0,
}


def _discrete(rate: Array, capacity: Array, seconds: float) -> tuple[Array, Array]:
    """Return transition and response of dx/dt = rate x + q / capacity over a step of constant q."""
    return _discrete_of(rate.tobytes(), capacity.tobytes(), seconds)


@lru_cache(maxsize=256)
def _discrete_of(rates: bytes, capacities: bytes, seconds: float) -> tuple[Array, Array]:
    # Fans have few settings, and a house is filtered with the same parameters all day.
    capacity = np.frombuffer(capacities)
    nodes = len(capacity)
    rate = np.frombuffer(rates).reshape(nodes, nodes)
    both = np.zeros((2 * nodes, 2 * nodes))
    both[:nodes, :nodes] = rate * seconds
    both[:nodes, nodes:] = np.diag(seconds / capacity)
    whole = expm(both)
    return whole[:nodes, :nodes], whole[:nodes, nodes:]
