"""What breaks in a simulated house, and what a watch that understands it says: who, and which fault.

Every kind of breakage is put into one house of many; which window, device or sensor is hit is drawn. What cannot show
in a house (a heater that never ran, a window that does not open) is not put into it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from sumika.belief.suspicion import Fault, Suspicion
from sumika.ecu.night_watch import VENTILATION
from sumika.schema.living import FurnitureKind
from sumika.world.devices.conduct import Conduct
from sumika.world.exchange import Acting
from sumika.world.simulation import World

OPEN_SHARES = (0.2, 0.4, 0.7)
"""Of a window that is forgotten: tilted, half open, open."""

HEATER_W = 1500.0
CLOGGED_SHARE = 0.45
"""What a filter full of dust lets through; filters are changed at about half of the flow (typical)."""
WEAK_SHARE = 0.5
"""A heat pump that has lost a good part of its refrigerant gives half or less (typical)."""
DRIFTS_K_A_DAY, DRIFTS_PPM_A_DAY = 1.0, 120.0
USED_W = 60.0
"""A device that drew less on average over the days before is not used, and nobody notices that it is broken."""

_VENTILATORS = frozenset({"balanced_ventilation", "exhaust_fan"})
_HEAT_PUMPS = frozenset({"room_air_conditioner", "whole_house_air_conditioner"})
_WET = frozenset({FurnitureKind.BATH, FurnitureKind.TOILET, FurnitureKind.WASHBASIN})


@dataclass(frozen=True, slots=True)
class Scene:
    """A house in which something is to break.

    Attributes:
        world: The simulated house.
        drew_w: By device: mean power of the days before.
        random: Draws who is hit.
    """

    world: World
    drew_w: Mapping[str, float]
    random: np.random.Generator

    def one_of(self, names: list[str]) -> str | None:
        """Return one of some names; None of none."""
        return names[int(self.random.integers(len(names)))] if names else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakage:
    """Something that breaks.

    Attributes:
        breaks: Puts it into a world.
        faults: Names of it that are right.
        subjects: Who is rightly named.
        days: So long it has to be found.
    """

    breaks: Callable[[World], None]
    faults: frozenset[Fault]
    subjects: frozenset[str]
    days: float

    def is_named_by(self, suspicion: Suspicion) -> bool:
        """Return whether a finding names it rightly."""
        said = {suspicion.subject, suspicion.detail} if suspicion.fault is Fault.SWAPPED_SENSORS else {suspicion[1]}
        return suspicion.fault in self.faults and bool(said & self.subjects)


Kind = Callable[[Scene], Breakage | None]


def _breakage(breaks: Callable[[World], None], subject: str, days: float, *faults: Fault) -> Breakage:
    return Breakage(breaks=breaks, faults=frozenset(faults), subjects=frozenset({subject}), days=days)


def _window(scene: Scene) -> Breakage | None:
    house = scene.world.house
    windows = {one.id: one.room for one in (house.building.windows if house.building else ()) if one.openable}
    wet = {piece.room for piece in house.furniture if piece.kind in _WET}
    measured = {sensor.room for sensor in house.sensors} - wet
    window = scene.one_of([one for one, room in windows.items() if room in measured])
    if window is None:
        return None
    share = float(scene.random.choice(OPEN_SHARES))
    return _breakage(lambda world: world.hold_window(window, share), windows[window], 0.5, Fault.WINDOW_OPEN)


def _heater(scene: Scene) -> Breakage | None:
    """Return a fan heater that somebody brought; where people cook and bathe heat is nothing unusual."""
    house = scene.world.house
    warm = {piece.room for piece in house.furniture if piece.kind in _WET | {FurnitureKind.KITCHEN}}
    room = scene.one_of([sensor.room for sensor in house.sensors if sensor.room not in warm])
    if room is None:
        return None

    def heats(world: World) -> None:
        world.extra["a fan heater"] = (Acting(room=room, convective_w=0.8 * HEATER_W, radiant_w=0.2 * HEATER_W),)

    return _breakage(heats, room, 0.25, Fault.UNKNOWN_HEAT)


def _filter(scene: Scene) -> Breakage | None:
    fans = [device.id for device in scene.world.house.devices if device.kind in _VENTILATORS]
    if not fans:
        return None

    def clogs(world: World) -> None:
        for fan in fans:
            world.devices.wear(fan, air_share=CLOGGED_SHARE)

    return _breakage(clogs, VENTILATION, 6.0, Fault.LESS_AIR)


def _used(scene: Scene) -> str | None:
    """Return a heat pump that is used."""
    pumps = [device.id for device in scene.world.house.devices if device.kind in _HEAT_PUMPS]
    return scene.one_of([pump for pump in pumps if scene.drew_w.get(pump, 0.0) >= USED_W])


def _weak(scene: Scene) -> Breakage | None:
    pump = _used(scene)
    if pump is None:
        return None
    return _breakage(lambda world: world.devices.wear(pump, heat_share=WEAK_SHARE), pump, 5.0, Fault.LESS_HEAT)


def _dead(scene: Scene) -> Breakage | None:
    pump = _used(scene)
    if pump is None:
        return None
    return _breakage(
        lambda world: world.devices.wear(pump, heat_share=0.0), pump, 4.0, Fault.NO_EFFECT, Fault.LESS_HEAT
    )


def _ignores(scene: Scene) -> Breakage | None:
    pump = _used(scene)
    if pump is None:
        return None
    return _breakage(lambda world: world.devices.behave(pump, Conduct.IGNORES), pump, 2.0, Fault.DOES_NOT_OBEY)


def _lies(scene: Scene) -> Breakage | None:
    """Return a unit whose compressor stands while its panel says what it is told."""
    pump = _used(scene)
    if pump is None:
        return None

    def stands(world: World) -> None:
        panel = world.devices.device(pump).panel
        said = panel.says
        panel.values["mode"] = 0.0
        panel.behave(Conduct.LIES, said)

    return _breakage(stands, pump, 2.0, Fault.NO_EFFECT)


def _silent(scene: Scene) -> Breakage | None:
    device = scene.one_of([device.id for device in scene.world.house.devices])
    if device is None:
        return None
    return _breakage(lambda world: world.devices.cut_off(device, True), device, 0.25, Fault.UNREACHABLE)


def _sensor(scene: Scene, quantity: str) -> str | None:
    """Return a sensor of a quantity in a room where nobody bathes."""
    house = scene.world.house
    wet = {piece.room for piece in house.furniture if piece.kind in _WET}
    kinds = ("air", "co2") if quantity == "co2_ppm" else ("air", "co2", "climate")
    return scene.one_of([one.id for one in house.sensors if one.kind in kinds and one.room not in wet])


def _failing(kind: str, quantity: str, days: float, per_day: float, *faults: Fault) -> Kind:
    """Return what breaks a sensor."""

    def made(scene: Scene) -> Breakage | None:
        sensor = _sensor(scene, quantity)
        if sensor is None:
            return None
        sign = float(scene.random.choice((-1.0, 1.0)))

        def breaks(world: World) -> None:
            world.sensors.fail(sensor, kind, world.at_s, drift=sign * per_day / 24.0, quantity=quantity)

        return _breakage(breaks, sensor, days, *faults)

    return made


def exchanged(scene: Scene) -> Breakage | None:
    """Return two sensors that hang in each other's room from the first day on."""
    house = scene.world.house
    wet = {piece.room for piece in house.furniture if piece.kind in _WET}
    rooms = {one.id: one.room for one in house.sensors if one.kind == "air" and one.room not in wet}
    if len(rooms) < 2:
        return None
    pair = [str(one) for one in scene.random.permutation(sorted(rooms))[:2]]
    return Breakage(
        breaks=lambda world: world.sensors.exchange(*pair),
        faults=frozenset({Fault.SWAPPED_SENSORS}),
        subjects=frozenset(rooms[one] for one in pair),
        days=7.0,
    )


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "window left open": _window,
        "unknown heater": _heater,
        "filter clogged": _filter,
        "heat pump weak": _weak,
        "heat pump dead": _dead,
        "device ignores": _ignores,
        "device lies": _lies,
        "device silent": _silent,
        "sensor stuck": _failing("stuck", "temperature_c", 1.5, 0.0, Fault.STUCK_READING),
        "sensor in °F": _failing("fahrenheit", "temperature_c", 0.25, 0.0, Fault.WRONG_UNIT),
        "temperature drifts": _failing("drift", "temperature_c", 4.0, DRIFTS_K_A_DAY, Fault.DRIFTING_READING),
        "CO2 drifts": _failing(
            "drift", "co2_ppm", 5.0, DRIFTS_PPM_A_DAY, Fault.DRIFTING_READING, Fault.IMPOSSIBLE_READING
        ),
    }
)
"""What breaks in a house that has been lived in for a while; `exchanged` is wrong from the beginning."""
