"""The scenario weeks: four seasons in three cities, each with another household, tariff and equipment.

Every season meets every city once. Households and tariffs are laid over them so that each comes four times and none
always with the same season or city.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

import msgspec

from sumika.evaluate.control.houses import EQUIPMENT, HOUSEHOLDS, SITES, building_of
from sumika.schema import UsageError
from sumika.schema.building import Grade, VentilationClass
from sumika.schema.house import House, Tariff, WorldSettings

SCORED_DAYS, WARM_UP_DAYS = 7, 7
SCORED_SEEDS = (11, 12, 13, 14, 15)
"""Controllers are compared on these."""
TUNING_SEEDS = (91, 92)
"""Simple controllers are tuned on these, and nothing is scored on them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A scenario week.

    Attributes:
        name: Season and city.
        season: winter, spring, summer or rainy.
        city: sapporo, tokyo or naha.
        household: couple, elderly or family.
        tariff: Name of a tariff.
        start: When its scored part begins, as a date.
        grade: Insulation of the house.
        ventilation: Which way of the air is driven.
        equipment: What the house has besides, by `EQUIPMENT`.
    """

    name: str
    season: str
    city: str
    household: str
    tariff: str
    start: str
    grade: Grade
    ventilation: VentilationClass
    equipment: tuple[str, ...] = ()

    def house(self, seed: int, *, warm_up_days: int = WARM_UP_DAYS) -> House:
        """Return its house, which begins to be lived in some days before the scored part.

        Args:
            seed: Of weather, people and prices.
            warm_up_days: How many.
        """
        house = HOUSEHOLDS[self.household]()
        begins = date.fromisoformat(self.start) - timedelta(days=warm_up_days)
        building = msgspec.structs.replace(
            building_of(house), site=SITES[self.city], grade=self.grade, ventilation=self.ventilation
        )
        devices = (*house.devices, *(device for name in self.equipment for device in EQUIPMENT[name]))
        if self.ventilation is VentilationClass.EXHAUST:
            devices = tuple(device for device in devices if device.kind != "balanced_ventilation")
        settings = msgspec.structs.replace(
            house.world or WorldSettings(), seed=seed, start=f"{begins.isoformat()}T00:00"
        )
        return msgspec.structs.replace(
            house,
            name=self.name,
            building=building,
            devices=devices,
            tariff=Tariff(plan=self.tariff),
            world=settings,
        )


_CLASS_1, _CLASS_3 = VentilationClass.BALANCED, VentilationClass.EXHAUST


def _week(
    name: str,
    household: str,
    tariff: str,
    start: str,
    grade: Grade,
    ventilation: VentilationClass,
    *equipment: str,
) -> Week:
    season, city = name.split("_")
    return Week(
        name=name,
        season=season,
        city=city,
        household=household,
        tariff=tariff,
        start=start,
        grade=grade,
        ventilation=ventilation,
        equipment=equipment,
    )


_ALL = (
    _week("winter_sapporo", "couple", "flat_jp", "2026-01-26", Grade.HEAT20_G2, _CLASS_1, "floor_heating"),
    _week("winter_tokyo", "elderly", "market_jp", "2026-01-26", Grade.GRADE_4, _CLASS_3, "pv", "battery"),
    _week("winter_naha", "family", "time_of_use_jp", "2026-01-26", Grade.GRADE_4, _CLASS_3, "car"),
    _week("spring_sapporo", "elderly", "time_of_use_jp", "2026-04-20", Grade.GRADE_4, _CLASS_3, "floor_heating"),
    _week("spring_tokyo", "family", "flat_jp", "2026-04-13", Grade.HEAT20_G2, _CLASS_1, "pv", "car", "window_openers"),
    _week("spring_naha", "couple", "market_jp", "2026-04-13", Grade.ZEH, _CLASS_3, "pv", "window_openers"),
    _week("summer_sapporo", "family", "market_jp", "2026-08-03", Grade.ZEH, _CLASS_1, "pv", "battery"),
    _week("summer_tokyo", "couple", "time_of_use_jp", "2026-08-03", Grade.ZEH, _CLASS_3, "pv", "battery"),
    _week("summer_naha", "elderly", "flat_jp", "2026-07-13", Grade.GRADE_4, _CLASS_3, "dehumidifier"),
    _week("rainy_sapporo", "couple", "flat_jp", "2026-07-06", Grade.WOODEN_1980, _CLASS_3, "window_openers"),
    _week("rainy_tokyo", "elderly", "market_jp", "2026-06-22", Grade.HEAT20_G2, _CLASS_1, "dehumidifier", "pv"),
    _week(
        "rainy_naha", "family", "time_of_use_jp", "2026-06-08", Grade.ZEH, _CLASS_1, "dehumidifier", "battery", "car"
    ),
)

WEEKS: Mapping[str, Week] = MappingProxyType({week.name: week for week in _ALL})
"""All of them by name."""

QUICK = ("winter_tokyo", "summer_tokyo", "rainy_naha")
"""Three that hold all households, two tariffs, and heat, cold and damp."""


def week_of(name: str) -> Week:
    """Return a week by its name.

    Raises:
        UsageError: if there is none of that name.
    """
    if name not in WEEKS:
        raise UsageError(f"there is no scenario week {name!r}", where="--week", remedy=f"There are: {', '.join(WEEKS)}")
    return WEEKS[name]
