"""What walls, roofs and floors are made of: layers from the room outwards, and the heat that goes through them.

Conductivity and heat capacity of materials are those of ISO 10456:2007, table 3, and of Japan's energy standard
(建築研究所, エネルギー消費性能の評価に関する技術情報, 第三章第三節), rounded.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A layer of one material.

    Attributes:
        thickness_m: Across the flow of heat.
        conductivity_w_m_k: Of the material.
        capacity_j_m3_k: Heat per volume.
        insulates: Whether its thickness is what makes the difference between grades.
        parts: Into how many nodes it is cut.
        screed: Whether floor heating lies in it.
    """

    thickness_m: float
    conductivity_w_m_k: float
    capacity_j_m3_k: float
    insulates: bool = False
    parts: int = 1
    screed: bool = False

    @property
    def resistance_m2_k_w(self) -> float:
        """Kelvin per watt and area."""
        return self.thickness_m / self.conductivity_w_m_k


Construction = tuple[Layer, ...]

GYPSUM = Layer(thickness_m=0.0125, conductivity_w_m_k=0.22, capacity_j_m3_k=830e3)
PLYWOOD = Layer(thickness_m=0.012, conductivity_w_m_k=0.16, capacity_j_m3_k=720e3)
SIDING = Layer(thickness_m=0.015, conductivity_w_m_k=0.35, capacity_j_m3_k=1400e3)
TILES = Layer(thickness_m=0.012, conductivity_w_m_k=0.96, capacity_j_m3_k=1500e3)
FLOORING = Layer(thickness_m=0.012, conductivity_w_m_k=0.18, capacity_j_m3_k=780e3)
MORTAR = Layer(thickness_m=0.04, conductivity_w_m_k=1.5, capacity_j_m3_k=1600e3, screed=True)
CONCRETE = Layer(thickness_m=0.15, conductivity_w_m_k=1.6, capacity_j_m3_k=2000e3, parts=2)
SOIL = Layer(thickness_m=1.0, conductivity_w_m_k=1.0, capacity_j_m3_k=2000e3, parts=3)
AIR_GAP = Layer(thickness_m=0.09, conductivity_w_m_k=0.5, capacity_j_m3_k=30e3)
"""Between the boards of an inner wall: 0.18 m²K/W (ISO 6946, table 8); its heat is that of the studs in it."""

FRAMED_WOOL = Layer(thickness_m=0.1, conductivity_w_m_k=0.047, capacity_j_m3_k=90e3, insulates=True)
"""Glass wool of 0.038 W/(m K) between studs of 0.12 W/(m K) that fill 0.17 of the area, less what they overlap."""

BLOWN_WOOL = Layer(thickness_m=0.15, conductivity_w_m_k=0.045, capacity_j_m3_k=40e3, insulates=True)
FOAM = Layer(thickness_m=0.05, conductivity_w_m_k=0.03, capacity_j_m3_k=40e3, insulates=True)

OUTER_WALL: Construction = (GYPSUM, FRAMED_WOOL, PLYWOOD, SIDING)
ROOF: Construction = (GYPSUM, BLOWN_WOOL, PLYWOOD, TILES)
GROUND_FLOOR: Construction = (FLOORING, MORTAR, FOAM, CONCRETE)
FLOOR_OVER_AIR: Construction = (FLOORING, replace(PLYWOOD, thickness_m=0.024, screed=True), FRAMED_WOOL, SIDING)
BASEMENT_WALL: Construction = (GYPSUM, FOAM, CONCRETE)
INNER_WALL: Construction = (GYPSUM, AIR_GAP, GYPSUM)
INNER_FLOOR: Construction = (FLOORING, replace(PLYWOOD, thickness_m=0.024, screed=True), AIR_GAP, GYPSUM)


def scaled(construction: Construction, factor: float) -> Construction:
    """Return a construction whose insulation is thicker by a factor."""
    return tuple(
        replace(layer, thickness_m=layer.thickness_m * factor) if layer.insulates else layer for layer in construction
    )


def resistance_m2_k_w(construction: Construction) -> float:
    """Return the resistance of all layers, without what clings to the surfaces."""
    return sum(layer.resistance_m2_k_w for layer in construction)
