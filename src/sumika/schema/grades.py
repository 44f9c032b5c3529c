"""What a builder's grade says: mean heat loss of the envelope by region of Japan, windows, tightness, heat recovery.

Mean heat loss UA in W/(m²K), by region 1 (coldest) to 8:

- 1980: 昭和55年基準, 断熱等性能等級2 (住宅性能表示制度). Region 6 (1.67) was looked up; others are
  as commonly told.
- Grade 4: 平成28年基準 (1999 standard), 断熱等性能等級4.
- ZEH: 断熱等性能等級5 since April 2022; equal to the ZEH criterion.
- HEAT20 G2 and 等級6, HEAT20 G3 and 等級7: http://www.heat20.jp/grade; both tables agree from region 1 to 7.
- Passive House: not asked for by UA but by heating demand (15 kWh/(m²a)), n50 <= 0.6 1/h, heat recovery >= 75 %
  (Passive House Institute, Criteria for Buildings, version 10c, 2023). U values are those with which certified houses
  reach it: opaque about 0.15 in cool temperate and 0.12 in cold climates, windows 0.85 and less.

Region 8 has no limit of heat loss; what holds in region 7 is taken. Windows and tightness are typical of each grade's
houses: aluminium with single panes before 1990, double panes in aluminium about 2000 (4.65), aluminium and resin with
low-emissivity panes (2.33), resin frames (1.6), resin with three panes (1.0): 建築研究所 (BRI),
技術情報, 第三章第三節. Tightness:
5 cm²/m² is what the standard of 1999 asked of most of Japan, 2 of the north; old wooden houses have about 10.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sumika.schema.building import Building, Grade

REGION_OF_CLIMATE: Mapping[str, int] = MappingProxyType(
    {"sapporo": 2, "tokyo": 6, "naha": 8, "paris": 4, "minneapolis": 2}
)
"""Region of Japan's energy standard. Paris and Minneapolis by their heating degree days to 18 degrees, about 2500 and
4200: the limits between regions are 1500, 2000, 2500, 3000, 3500 and 4500."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeValues:
    """What a grade means.

    Attributes:
        ua_w_m2_k: Mean heat loss by region, from region 1.
        window_u_w_m2_k: Of glass and frame together.
        solar_gain: Of the whole window at right angles; a frame takes a fifth.
        door_u_w_m2_k: Of doors to the outside.
        leakage_cm2_m2: Equivalent leakage area per floor area.
        heat_recovery: Of balanced ventilation.
        bridge_w_m2_k: Thermal bridges, per area of the envelope.
    """

    ua_w_m2_k: tuple[float, ...]
    window_u_w_m2_k: float
    solar_gain: float
    door_u_w_m2_k: float
    leakage_cm2_m2: float
    heat_recovery: float
    bridge_w_m2_k: float


GRADES: Mapping[Grade, GradeValues] = MappingProxyType(
    {
        Grade.WOODEN_1980: GradeValues(
            ua_w_m2_k=(0.72, 0.72, 1.21, 1.47, 1.67, 1.67, 2.35, 2.35),
            window_u_w_m2_k=6.51,
            solar_gain=0.7,
            door_u_w_m2_k=4.65,
            leakage_cm2_m2=10.0,
            heat_recovery=0.5,
            bridge_w_m2_k=0.05,
        ),
        Grade.GRADE_4: GradeValues(
            ua_w_m2_k=(0.46, 0.46, 0.56, 0.75, 0.87, 0.87, 0.87, 0.87),
            window_u_w_m2_k=4.07,
            solar_gain=0.63,
            door_u_w_m2_k=3.49,
            leakage_cm2_m2=3.0,
            heat_recovery=0.6,
            bridge_w_m2_k=0.04,
        ),
        Grade.ZEH: GradeValues(
            ua_w_m2_k=(0.40, 0.40, 0.50, 0.60, 0.60, 0.60, 0.60, 0.60),
            window_u_w_m2_k=2.33,
            solar_gain=0.51,
            door_u_w_m2_k=2.33,
            leakage_cm2_m2=2.0,
            heat_recovery=0.7,
            bridge_w_m2_k=0.03,
        ),
        Grade.HEAT20_G2: GradeValues(
            ua_w_m2_k=(0.28, 0.28, 0.28, 0.34, 0.34, 0.46, 0.46, 0.46),
            window_u_w_m2_k=1.6,
            solar_gain=0.46,
            door_u_w_m2_k=1.6,
            leakage_cm2_m2=0.7,
            heat_recovery=0.8,
            bridge_w_m2_k=0.02,
        ),
        Grade.HEAT20_G3: GradeValues(
            ua_w_m2_k=(0.20, 0.20, 0.20, 0.23, 0.23, 0.26, 0.26, 0.26),
            window_u_w_m2_k=0.95,
            solar_gain=0.42,
            door_u_w_m2_k=1.0,
            leakage_cm2_m2=0.5,
            heat_recovery=0.85,
            bridge_w_m2_k=0.01,
        ),
        Grade.PASSIVE_HOUSE: GradeValues(
            ua_w_m2_k=(0.17, 0.17, 0.18, 0.20, 0.22, 0.24, 0.26, 0.30),
            window_u_w_m2_k=0.8,
            solar_gain=0.42,
            door_u_w_m2_k=0.8,
            leakage_cm2_m2=0.2,
            heat_recovery=0.87,
            bridge_w_m2_k=0.01,
        ),
    }
)
"""Every grade. Windows that are too poor for a region's UA are bettered: see `envelope`."""

BETTER_WINDOWS: tuple[tuple[float, float], ...] = ((4.07, 0.63), (2.33, 0.51), (1.6, 0.46), (0.95, 0.42), (0.8, 0.42))
"""(heat loss in W/(m²K), solar gain) of windows from poor to good."""


def region_of(climate: str) -> int:
    """Return the region of Japan's energy standard that a climate belongs to; 6, Tokyo's, where it is not known."""
    return REGION_OF_CLIMATE.get(climate, 6)


def heat_recovery_of(building: Building) -> float:
    """Return the share of sensible heat that balanced ventilation keeps where its plate does not say it."""
    said = building.heat_recovery
    return said if said is not None else GRADES[building.grade].heat_recovery
