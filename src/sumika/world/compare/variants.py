"""One floor plan with other insulation, other ventilation: what a year of ordinary life costs, and how it is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.schema import UsageError
from sumika.schema.building import Building, Grade, VentilationClass
from sumika.schema.house import House, Radar, WorldSettings
from sumika.world.course import Course, Recorder
from sumika.world.simulation import World

STEP_S = 300.0
COMFORTABLE_C = (18.0, 27.0)
"""Operative temperature asked for where somebody is awake (WHO 2018 for cold; ISO 17772 category II for heat)."""
MOULD_HUMIDITY = 0.8
"""Relative humidity at a surface above which mould grows (ISO 13788)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A house to be compared.

    Attributes:
        name: For people.
        house: As it would be.
        folder: Where its house.yaml lies, for its weather file.
    """

    name: str
    house: House
    folder: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantResult:
    """What a variant brought.

    Attributes:
        name: The variant's.
        days: How long was simulated.
        ua_w_m2_k: Mean heat loss of its envelope.
        electricity_kwh: Taken from the grid.
        heating_cooling_kwh: Of that, what heats and cools.
        cost: Of energy.
        currency: ISO 4217.
        carbon_kg: Of that electricity and gas.
        uncomfortable_h: Hours in which somebody was too cold or too warm.
        coldest_room: The room that was coldest.
        coldest_room_c: Its lowest operative temperature.
        mould_h: Hours in which a surface was wet enough for mould, in the worst room.
        mould_room: That room.
        co2_p95_ppm: Carbon dioxide that was exceeded in a twentieth of the hours in which somebody was there.
    """

    name: str
    days: float
    ua_w_m2_k: float
    electricity_kwh: float
    heating_cooling_kwh: float
    cost: float
    currency: str
    carbon_kg: float
    uncomfortable_h: float
    coldest_room: str
    coldest_room_c: float
    mould_h: float
    mould_room: str
    co2_p95_ppm: float


def variants_of(
    house: House,
    *,
    grades: Sequence[str] = (),
    classes: Sequence[str] = (),
    climate: str = "",
    radars: Sequence[Radar] = (),
    seed: int = 1,
    folder: Path | None = None,
) -> tuple[Variant, ...]:
    """Return the variants that are asked for; without any, the grades of Japan's standards.

    Args:
        house: The floor plan.
        grades: Names of `Grade`.
        classes: Names of `VentilationClass`.
        climate: Another climate; empty: the site's.
        radars: In place of those with the same id.
        seed: The same people and weather for all.
        folder: Where the house.yaml lies.

    Raises:
        UsageError: if there is no such grade or class.
    """
    _known("--grade", grades, [grade.value for grade in Grade])
    _known("--ventilation", classes, [kind.value for kind in VentilationClass])
    building = house.building if house.building is not None else Building()
    if climate:
        site = msgspec.structs.replace(building.site, climate=climate, weather_file="")
        building = msgspec.structs.replace(building, site=site)
    chosen_grades = [Grade(name) for name in grades] or ([building.grade] if classes else list(Grade)[:-1])
    chosen_classes = [VentilationClass(name) for name in classes] or [building.ventilation]
    placed = {radar.id: radar for radar in radars}
    settings = msgspec.structs.replace(house.world or WorldSettings(), seed=seed, start="2026-01-01T00:00")
    base = msgspec.structs.replace(
        house, world=settings, radars=tuple(placed.get(radar.id, radar) for radar in house.radars)
    )
    found = []
    for grade in chosen_grades:
        for kind in chosen_classes:
            changed = msgspec.structs.replace(building, grade=grade, ventilation=kind, ua_w_m2_k=None)
            name = f"{grade.value} {kind.value}" if len(chosen_classes) > 1 else grade.value
            found.append(Variant(name=name, house=msgspec.structs.replace(base, building=changed), folder=folder))
    return tuple(found)


def run_variants(
    variants: Sequence[Variant], days: float, watch: Callable[[str, float], None] = lambda name, share: None
) -> Iterator[VariantResult]:
    """Simulate each variant and yield what it brought.

    Args:
        variants: With the same rooms.
        days: How long.
        watch: Is told the variant's name and the share that is done, now and then.
    """
    for variant in variants:
        yield _run(variant, days, watch)


def _run(variant: Variant, days: float, watch: Callable[[str, float], None]) -> VariantResult:
    world = World.of(variant.house, folder=variant.folder)
    recorder = Recorder(world.start, world.rooms, world.residents)
    steps = round(days * 86_400.0 / STEP_S)
    for number in range(steps):
        recorder.take(world.step(STEP_S))
        if number % 288 == 0:
            watch(variant.name, number / steps)
    watch(variant.name, 1.0)
    course = recorder.course()
    return _told(variant, days, world, course)


def _told(variant: Variant, days: float, world: World, course: Course) -> VariantResult:
    hours = STEP_S / 3600.0
    there = course.of_rooms["people"] > 0
    operative = course.of_rooms["operative_c"]
    stages = np.array([course.stage[body] for body in course.bodies]).reshape(len(course.bodies), len(course.at_s))
    awake = np.any(stages < 0, axis=0)[:, np.newaxis]
    wrong: NDArray[np.bool_] = np.logical_or(operative < COMFORTABLE_C[0], operative > COMFORTABLE_C[1])
    bad: NDArray[np.bool_] = np.logical_and(there & wrong, awake)
    coldest = np.unravel_index(int(np.argmin(operative)), operative.shape)
    mould_h = (course.of_rooms["surface_humidity"] > MOULD_HUMIDITY).sum(axis=0) * hours
    worst = int(np.argmax(mould_h))
    climate = [name for name in course.devices_w if name in world.climate_devices]
    co2 = course.of_rooms["co2_ppm"][there]
    return VariantResult(
        name=variant.name,
        days=days,
        ua_w_m2_k=world.building.ua_w_m2_k,
        electricity_kwh=float(course.of_house["imported_kwh"][-1]),
        heating_cooling_kwh=float(sum(course.devices_w[name].sum() for name in climate)) * hours / 1000.0,
        cost=float(course.of_house["cost"][-1]),
        currency=world.meter.currency,
        carbon_kg=float(course.of_house["carbon_kg"][-1]),
        uncomfortable_h=float(bad.any(axis=1).sum()) * hours,
        coldest_room=course.rooms[int(coldest[1])],
        coldest_room_c=float(operative[coldest]),
        mould_h=float(mould_h[worst]),
        mould_room=course.rooms[worst],
        co2_p95_ppm=float(np.percentile(co2, 95)) if co2.size else 0.0,
    )


def _known(option: str, names: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            raise UsageError(f"there is no {name!r}", where=option, remedy=f"There are {', '.join(known)}")
