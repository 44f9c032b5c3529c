"""What people do, and what doing it takes: heat of the body, clothes, water, power, and where it is done.

Metabolic rates are those of ISO 8996:2021 and ASHRAE 55 (table of typical tasks), in watts per square metre of skin;
58.2 W/m² are one met. Water and power per activity are typical of Japanese homes (hot water: about 450 l of 40 °C a day
for a family of four; M1 standard mode of JIS C 9220).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sumika.schema.living import FurnitureKind

MET_W_M2 = 58.2
_K = FurnitureKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Something that people do.

    Attributes:
        name: In one word.
        at: Furniture at which it is done, the best first.
        met: Metabolic rate in met.
        clothing_clo: Clothes in winter; in summer half of them.
        lying: Whether one lies.
        seated: Whether one sits down for it, on the floor where there is no seat.
        away: Whether one is out of the house.
        hot_water_l: Litres of 40 degrees, spread over the activity.
        vapour_g: Water that evaporates besides that of the body, spread over the activity.
        cooking_w: Power of the stove.
        plug_w: Of what is plugged in.
        pm2_5_ug_s: Fine particles.
        voc_ug_s: Organic compounds besides those of the body.
        fidgets: How often one changes place a little, per hour.
        speaks: Share of the time one speaks.
        light: How bright one wants it, 0..1.
        sound_dba: How loud it is in the room.
    """

    name: str
    at: tuple[FurnitureKind, ...] = ()
    met: float = 1.0
    clothing_clo: float = 1.0
    lying: bool = False
    seated: bool = False
    away: bool = False
    hot_water_l: float = 0.0
    vapour_g: float = 0.0
    cooking_w: float = 0.0
    plug_w: float = 0.0
    pm2_5_ug_s: float = 0.0
    voc_ug_s: float = 0.0
    fidgets: float = 0.0
    speaks: float = 0.0
    light: float = 0.0
    sound_dba: float = 0.0


_ALL = (
    Activity(name="sleeping", at=(_K.BED,), met=0.75, clothing_clo=2.2, lying=True),
    Activity(name="lying_ill", at=(_K.BED,), met=0.95, clothing_clo=2.4, lying=True),
    Activity(name="toilet", at=(_K.TOILET,), met=1.1, light=0.5, sound_dba=40),
    Activity(name="washing", at=(_K.WASHBASIN, _K.BATH), met=1.6, hot_water_l=6, vapour_g=30, light=0.7, sound_dba=50),
    Activity(
        name="bathing",
        at=(_K.BATH, _K.WASHBASIN),
        met=1.6,
        clothing_clo=0.0,
        hot_water_l=75,
        vapour_g=450,
        light=0.6,
        sound_dba=52,
    ),
    Activity(
        name="cooking",
        at=(_K.KITCHEN, _K.TABLE),
        met=1.9,
        hot_water_l=12,
        vapour_g=700,
        cooking_w=1400,
        pm2_5_ug_s=18,
        voc_ug_s=60,
        fidgets=45,
        light=0.9,
        sound_dba=55,
    ),
    Activity(
        name="dishes",
        at=(_K.KITCHEN, _K.TABLE),
        met=1.8,
        hot_water_l=18,
        vapour_g=60,
        fidgets=20,
        light=0.8,
        sound_dba=54,
    ),
    Activity(
        name="eating", seated=True, at=(_K.TABLE, _K.SOFA), met=1.2, vapour_g=60, speaks=0.2, light=0.8, sound_dba=55
    ),
    Activity(name="working", seated=True, at=(_K.DESK, _K.TABLE), met=1.2, plug_w=90, fidgets=4, light=0.9),
    Activity(name="homework", seated=True, at=(_K.DESK, _K.TABLE), met=1.2, fidgets=8, light=0.9),
    Activity(
        name="watching_tv",
        seated=True,
        at=(_K.SOFA, _K.TABLE),
        met=1.0,
        plug_w=120,
        fidgets=2,
        speaks=0.05,
        light=0.5,
        sound_dba=55,
    ),
    Activity(name="reading", seated=True, at=(_K.SOFA, _K.BED, _K.TABLE), met=1.0, fidgets=2, light=0.8),
    Activity(
        name="talking", seated=True, at=(_K.SOFA, _K.TABLE), met=1.2, fidgets=6, speaks=0.4, light=0.7, sound_dba=60
    ),
    Activity(name="housework", at=(_K.KITCHEN, _K.TABLE), met=2.4, plug_w=150, fidgets=70, light=0.7, sound_dba=58),
    Activity(
        name="playing", seated=True, at=(_K.SOFA, _K.TABLE), met=2.0, fidgets=60, speaks=0.3, light=0.7, sound_dba=60
    ),
    Activity(name="napping", at=(_K.SOFA, _K.BED), met=0.8, clothing_clo=1.5, lying=True),
    Activity(name="dressing", at=(_K.WARDROBE, _K.BED), met=1.7, fidgets=30, light=0.7),
    Activity(name="standing_by", met=1.3, light=0.5),
    Activity(name="befallen", met=1.1),
    Activity(name="away", met=1.6, clothing_clo=1.3, away=True),
)

ACTIVITIES: Mapping[str, Activity] = MappingProxyType({one.name: one for one in _ALL})
"""All of them by name."""
