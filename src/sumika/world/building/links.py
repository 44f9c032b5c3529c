"""The links of the thermal network: which node gives heat to which, and how each surface hangs between air and rays.

Every inner surface, without mass, exchanges heat with the air of its room by convection and with the room's star by
rays. The star is a node without mass that stands for the mean radiant field (the star network of M. G. Davies, Building
Heat Transfer, 2004, ch. 6: resistance (1 - A/sum A) / (A h_r) from each surface).
"""

from dataclasses import dataclass, field

from sumika.world.building.elements import AIR, EARTH, DoorPlace, Elements, Glazing, Opaque
from sumika.world.building.envelope import (
    CONVECTION_IN_W_M2_K,
    CONVECTION_OUT_W_M2_K,
    FILM_OUT_M2_K_W,
    RADIATION_IN_W_M2_K,
    RADIATION_OUT_W_M2_K,
    Envelope,
    film_in_m2_k_w,
)
from sumika.world.building.geometry import Surfaces
from sumika.world.building.layers import SOIL, Construction, scaled

OUTDOOR, SKY, GROUND = 0, 1, 2
"""Boundary temperatures: the first inputs of the network."""

FURNITURE_J_M2_K = 15e3
"""Of furniture and what lies about, per floor area: typical, above the 10 kJ/(m²K) of ISO 52016-1 for both with air."""

_SUN_ABSORBED = {0.0: 0.7, 90.0: 0.6, 180.0: 0.0}
_SKY_SEEN = {0.0: 1.0, 90.0: 0.35, 180.0: 0.0}
"""Share of long-wave exchange that goes to the sky; the rest goes to things as warm as the air (EnergyPlus: half of the
sky times the root of it for a wall)."""

_LEAST_GLASS_M2_K_W = 0.002


@dataclass(slots=True)
class Links:
    """What the network is made of, as it grows.

    Attributes:
        capacity_j_k: By node; 0 without mass.
        joined: (node, node, W/K).
        bounded: (node, boundary, W/K).
        driven: (node, name of the input, room or plane, share of it).
        planes: (azimuth, tilt) of outer surfaces that the sun shines on.
    """

    capacity_j_k: list[float] = field(default_factory=list)
    joined: list[tuple[int, int, float]] = field(default_factory=list)
    bounded: list[tuple[int, int, float]] = field(default_factory=list)
    driven: list[tuple[int, str, int, float]] = field(default_factory=list)
    planes: list[tuple[float, float]] = field(default_factory=list)

    def node(self, capacity_j_k: float = 0.0) -> int:
        """Add a node and return its number."""
        self.capacity_j_k.append(capacity_j_k)
        return len(self.capacity_j_k) - 1

    def plane(self, azimuth_deg: float, tilt_deg: float) -> int:
        """Return the number of a plane."""
        key = (float(round(azimuth_deg) % 360), tilt_deg)
        if key not in self.planes:
            self.planes.append(key)
        return self.planes.index(key)


@dataclass(frozen=True, slots=True, kw_only=True)
class InnerSurface:
    """A surface that a room sees.

    Attributes:
        room: Its index.
        node: In the network.
        area_m2: Of it.
        tilt_deg: 90 a wall, 0 a ceiling, 180 a floor.
        outer: Whether the outside or the earth lies behind.
        glass: Whether it is a window.
    """

    room: int
    node: int
    area_m2: float
    tilt_deg: float
    outer: bool = False
    glass: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """The finished links of a house.

    Attributes:
        links: Nodes, what joins them and what drives them.
        air: Node of the air, by room.
        star: Node of the rays, by room.
        surfaces: All inner surfaces.
    """

    links: Links = field(repr=False)
    air: tuple[int, ...]
    star: tuple[int, ...]
    surfaces: tuple[InnerSurface, ...] = field(repr=False)


def linked(surfaces: Surfaces, elements: Elements, envelope: Envelope, air_j_m3_k: float) -> Linked:
    """Return the links of a house's thermal network.

    Args:
        surfaces: Of the floor plan.
        elements: Walls, windows and doors.
        envelope: What they let through.
        air_j_m3_k: Heat that a volume of air holds.
    """
    links = Links()
    volumes = [area * room.height_m for area, room in zip(surfaces.area_m2, surfaces.rooms, strict=True)]
    air = tuple(links.node(air_j_m3_k * volume) for volume in volumes)
    star = tuple(links.node() for _ in volumes)
    inner: list[InnerSurface] = []
    for part in elements.opaque:
        inner += _opaque(links, part, envelope)
    for number, glazing in enumerate(elements.glazings):
        inner.append(_glass(links, glazing, envelope.window_u_w_m2_k[number], air))
    for place in elements.doors:
        if -1 in place.rooms:
            inner.append(_leaf(links, place, envelope.door_u_w_m2_k, air))
    for room, area in enumerate(surfaces.area_m2):
        node = links.node(FURNITURE_J_M2_K * area)
        inner.append(InnerSurface(room=room, node=node, area_m2=area, tilt_deg=90.0))
    _hang(links, inner, air, star)
    _bridges(links, inner, envelope.bridge_w_m2_k, air)
    _drive(links, inner, air, star)
    return Linked(links=links, air=air, star=star, surfaces=tuple(inner))


def _opaque(links: Links, part: Opaque, envelope: Envelope) -> list[InnerSurface]:
    """Add a wall, floor or roof: its inner surface, the nodes of its layers and what lies behind."""
    area = part.area_m2
    layers = scaled(part.construction, envelope.insulation)
    surface = links.node()
    outer = part.behind in (AIR, EARTH)
    found = [InnerSurface(room=part.room, node=surface, area_m2=area, tilt_deg=part.tilt_deg, outer=outer)]
    if part.behind >= 0:
        last = links.node()
        _chain(links, layers, area, surface, last, part.room)
        # The floor of the room above is the ceiling of the one below.
        found.append(InnerSurface(room=part.behind, node=last, area_m2=area, tilt_deg=180.0 - part.tilt_deg))
    elif part.behind == EARTH:
        last = links.node()
        _chain(links, (*layers, SOIL), area, surface, last, part.room)
        links.bounded.append((last, GROUND, 1e3 * area))
    else:
        last = links.node()
        _chain(links, layers, area, surface, last, part.room)
        _outside(links, last, area, part.azimuth_deg, part.tilt_deg)
    return found


def _chain(links: Links, layers: Construction, area_m2: float, first: int, last: int, room: int) -> None:
    """Join two surfaces by the layers between them: a node in the middle of each part of a layer."""
    before, resistance = first, 0.0
    for layer in layers:
        part = layer.resistance_m2_k_w / layer.parts
        for _ in range(layer.parts):
            node = links.node(layer.capacity_j_m3_k * layer.thickness_m / layer.parts * area_m2)
            links.joined.append((before, node, area_m2 / (resistance + 0.5 * part)))
            before, resistance = node, 0.5 * part
            if layer.screed:
                links.driven.append((node, "floor", room, area_m2))
    links.joined.append((before, last, area_m2 / resistance))


def _outside(links: Links, node: int, area_m2: float, azimuth_deg: float, tilt_deg: float) -> None:
    """Put an outer surface into the air, under the sky and into the sun."""
    sky = _SKY_SEEN[tilt_deg] * RADIATION_OUT_W_M2_K
    links.bounded.append((node, OUTDOOR, (CONVECTION_OUT_W_M2_K + RADIATION_OUT_W_M2_K - sky) * area_m2))
    if sky > 0.0:
        links.bounded.append((node, SKY, sky * area_m2))
    if _SUN_ABSORBED[tilt_deg] > 0.0:
        plane = links.plane(azimuth_deg, tilt_deg)
        links.driven.append((node, "plane", plane, _SUN_ABSORBED[tilt_deg] * area_m2))


def _pane(links: Links, u_w_m2_k: float, area_m2: float, air: int) -> tuple[int, int]:
    """Add a pane without mass and return its inner and outer surface.

    What its frame lets through beyond what the films of air allow goes round it, straight from the air of the room.
    """
    inside, outside = links.node(), links.node()
    films = film_in_m2_k_w(90.0) + FILM_OUT_M2_K_W
    resistance = max(1.0 / u_w_m2_k - films, _LEAST_GLASS_M2_K_W)
    links.joined.append((inside, outside, area_m2 / resistance))
    round_it = u_w_m2_k - 1.0 / (resistance + films)
    if round_it > 1e-9:
        links.bounded.append((air, OUTDOOR, round_it * area_m2))
    return inside, outside


def _glass(links: Links, glazing: Glazing, u: float, air: tuple[int, ...]) -> InnerSurface:
    inside, outside = _pane(links, u, glazing.area_m2, air[glazing.room])
    sky = _SKY_SEEN[90.0] * RADIATION_OUT_W_M2_K
    links.bounded.append((outside, OUTDOOR, (CONVECTION_OUT_W_M2_K + RADIATION_OUT_W_M2_K - sky) * glazing.area_m2))
    links.bounded.append((outside, SKY, sky * glazing.area_m2))
    return InnerSurface(room=glazing.room, node=inside, area_m2=glazing.area_m2, tilt_deg=90.0, outer=True, glass=True)


def _leaf(links: Links, place: DoorPlace, u: float, air: tuple[int, ...]) -> InnerSurface:
    room = max(place.rooms)
    inside, outside = _pane(links, u, place.area_m2, air[room])
    _outside(links, outside, place.area_m2, place.azimuth_deg, 90.0)
    return InnerSurface(room=room, node=inside, area_m2=place.area_m2, tilt_deg=90.0, outer=True)


def _hang(links: Links, inner: list[InnerSurface], air: tuple[int, ...], star: tuple[int, ...]) -> None:
    """Hang every inner surface between the air and the star of its room."""
    total = [0.0] * len(air)
    for surface in inner:
        total[surface.room] += surface.area_m2
    for surface in inner:
        share = min(surface.area_m2 / total[surface.room], 0.5)
        radiation = RADIATION_IN_W_M2_K * surface.area_m2 / (1.0 - share)
        links.joined.append((surface.node, air[surface.room], CONVECTION_IN_W_M2_K[surface.tilt_deg] * surface.area_m2))
        links.joined.append((surface.node, star[surface.room], radiation))


def _bridges(links: Links, inner: list[InnerSurface], bridge_w_m2_k: float, air: tuple[int, ...]) -> None:
    for surface in inner:
        if surface.outer:
            links.bounded.append((air[surface.room], OUTDOOR, bridge_w_m2_k * surface.area_m2))


_FLOOR_SHARE = 0.6
"""Of the sun that comes in, what the floor takes; the rest is thrown to walls, ceiling and furniture by area."""


def _drive(links: Links, inner: list[InnerSurface], air: tuple[int, ...], star: tuple[int, ...]) -> None:
    """Let heat act on the nodes of each room: into the air, onto all surfaces, into the floor, by the sun."""
    for room, node in enumerate(air):
        links.driven.append((node, "convective", room, 1.0))
        links.driven.append((star[room], "radiant", room, 1.0))
        here = [surface for surface in inner if surface.room == room and not surface.glass]
        floors = [surface for surface in here if surface.tilt_deg == 180.0]
        others = [surface for surface in here if surface.tilt_deg != 180.0]
        floor_share = _FLOOR_SHARE if floors else 0.0
        for group, share in ((floors, floor_share), (others, 1.0 - floor_share)):
            area = sum(surface.area_m2 for surface in group)
            for surface in group:
                links.driven.append((surface.node, "solar", room, share * surface.area_m2 / area))
    _share_screeds(links, len(air), [next(s.node for s in inner if s.room == room) for room in range(len(air))])


def _share_screeds(links: Links, rooms: int, spare: list[int]) -> None:
    """Make the shares of the heat in each room's floor one together; a room without a screed takes it in a surface."""
    area = [0.0] * rooms
    for _, name, room, share in links.driven:
        if name == "floor":
            area[room] += share
    links.driven = [
        (node, name, room, share / area[room] if name == "floor" else share) for node, name, room, share in links.driven
    ]
    links.driven += [(spare[room], "floor", room, 1.0) for room in range(rooms) if area[room] == 0.0]
