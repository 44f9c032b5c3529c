"""What residents and plain thermostats do with the devices of a house that nobody clever drives.

An ordinary house lives by it: heating and cooling where somebody is, light where it is dark, the range hood over the
stove, the fan after the bath, blinds at night. Devices can be left out, one by one, for somebody else to drive.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from sumika.schema.devices import DEVICE_KINDS
from sumika.schema.house import House
from sumika.schema.living import FurnitureKind
from sumika.world.devices.devices import Devices
from sumika.world.devices.habit_rules import RULES, Scene
from sumika.world.devices.indoor_machines import Appliance
from sumika.world.exchange import Doing, Outside, RoomsNow

TRIES_AGAIN_S = 1800.0
"""Who wants something of a device and does not get it asks again after so long."""

WISH_HOLDS_S = 4 * 3600.0
"""A wish of a resident holds so long; then habits take over again."""

_BATHES = ("bath", "shower")
_TANKS = ("humidifier", "dehumidifier")


class ResidentWish(Protocol):
    """A wish of a resident, as `sumika.world.residents` makes them."""

    @property
    def device_kind(self) -> str:
        """Of which kind of device."""

    @property
    def room(self) -> str:
        """In which room."""

    @property
    def setting(self) -> str:
        """Which setting."""

    @property
    def change(self) -> float:
        """By how much."""


class Habits:
    """The habits of a house.

    Attributes:
        off: Devices, by id, that somebody else drives.
        lit_by_house: Lamps, by id, that the house lights by itself; who finds light there at night leaves it.
    """

    def __init__(self, house: House) -> None:
        """Know the house; nobody is seen yet."""
        self._devices = tuple(house.devices)
        self._index = {room.id: place for place, room in enumerate(house.rooms)}
        self._kitchens = frozenset(one.room for one in house.furniture if one.kind == FurnitureKind.KITCHEN)
        self._baths = frozenset(one.room for one in house.furniture if one.kind == FurnitureKind.BATH)
        self._hoods = _hoods(house, self._kitchens)
        self._seen_s: dict[str, float] = {}
        self._bathed_s: dict[str, float] = {}
        self._told: dict[tuple[str, str], tuple[float, float]] = {}
        self._wishes: dict[tuple[str, str], tuple[float, float]] = {}
        self._tended_day = -1
        self._now_s = 0.0
        self.off: set[str] = set()
        self.lit_by_house: set[str] = set()
        self._machines_wait = house.world is not None and house.world.machines_wait
        self._loaded_day: dict[str, int] = {}
        self._done_by_s: dict[str, float] = {}

    @classmethod
    def of(cls, house: House) -> "Habits":
        """Return the habits of a house."""
        return cls(house)

    def commands(
        self,
        local: datetime,
        rooms: RoomsNow,
        where: Mapping[str, str],
        doing: Mapping[str, Doing],
        outside: Outside | None = None,
        wants_light: Collection[str] | None = None,
    ) -> tuple[tuple[str, str, float], ...]:
        """Return what residents tell their devices now: what changes, and after a while once more what was said.

        Args:
            local: On a clock on the wall, with a time zone.
            rooms: As they are.
            where: Room of each body that is in the house; empty: of none.
            doing: What each resident does.
            outside: The weather; without it nobody opens windows, and blinds and boiler go by the clock.
            wants_light: Rooms in which residents want light; None: wherever somebody is who does not sleep.

        Returns:
            Device, setting, value.
        """
        scene = self._scene(local, rooms, where, doing, outside, wants_light)
        told: list[tuple[str, str, float]] = []
        for device in self._devices:
            rule = RULES.get(device.kind)
            if rule is None or device.id in self.off:
                continue
            for setting, usual in rule(device, scene):
                value = self._wished(device.id, device.kind, setting, usual)
                if self._is_news(device.id, setting, value):
                    told.append((device.id, setting, value))
        return tuple(told)

    def hear(self, wish: ResidentWish) -> None:
        """Take a resident's wish to heart: it shifts what is usual for some hours."""
        for device in self._devices:
            known = DEVICE_KINDS.get(device.kind)
            told = device.kind == wish.device_kind and known is not None and wish.setting in known.settings
            here = device.room == wish.room or device.kind == "whole_house_air_conditioner"
            if told and here:
                shifted = self._shift(device.id, wish.setting) + wish.change
                self._wishes[device.id, wish.setting] = (self._now_s, shifted)

    def tend(self, devices: Devices, local: datetime, doing: Mapping[str, Doing]) -> None:
        """Fill and empty tanks in the morning once somebody is up, and change a filter that is used up."""
        day = local.toordinal()
        if day == self._tended_day or local.hour < 7 or not any(_up(one) for one in doing.values()):
            return
        self._tended_day = day
        for described in self._devices:
            used_up = devices.device(described.id).values.get("filter_left", 1.0) <= 0.0
            if described.kind in _TANKS or used_up:
                devices.tend(described.id)

    def load(self, devices: Devices, local: datetime, doing: Mapping[str, Doing]) -> None:
        """Load machines whose start is left to the house; start by hand what it has not started in time.

        The dishwasher is loaded by whoever does the dishes, once a day and after noon; other machines by whoever does
        housework, once a day.

        Args:
            devices: Of the house.
            local: On a clock on the wall.
            doing: What each resident does.
        """
        for described in self._devices if self._machines_wait else ():
            machine = devices.device(described.id)
            if not isinstance(machine, Appliance):
                continue
            late = machine.loaded and local.timestamp() >= self._done_by_s.get(described.id, 0.0)
            if late and any(_up(one) for one in doing.values()):
                machine.start_by_hand()
            in_kitchen = described.room in self._kitchens
            task, from_h = ("dishes", 12) if in_kitchen else ("housework", 0)
            if local.hour >= from_h and any(one.activity == task for one in doing.values()):
                self._load(machine, local)

    def _load(self, machine: Appliance, local: datetime) -> None:
        """Load a machine, once a day and not while it runs."""
        if self._loaded_day.get(machine.id) == local.toordinal() or machine.setting("on") >= 0.5:
            return
        machine.loaded, self._loaded_day[machine.id] = True, local.toordinal()
        done_by = local.replace(hour=0, minute=0, second=0) + timedelta(hours=machine.ratings["done_by_h"])
        while done_by < local + timedelta(seconds=machine.ratings["run_s"]):
            done_by += timedelta(days=1)
        self._done_by_s[machine.id] = done_by.timestamp()

    def _scene(
        self,
        local: datetime,
        rooms: RoomsNow,
        where: Mapping[str, str],
        doing: Mapping[str, Doing],
        outside: Outside | None,
        wants_light: Collection[str] | None,
    ) -> Scene:
        self._now_s = now_s = local.timestamp()
        activities: dict[str, frozenset[str]] = {}
        for body, one in doing.items():
            room = where.get(body, "")
            if room in self._index:
                activities[room] = activities.get(room, frozenset()) | {one.activity}
                self._seen_s[room] = now_s
                if one.activity.startswith(_BATHES):
                    self._bathed_s[room] = now_s
        return Scene(
            now_s=now_s,
            local=local,
            outside=outside,
            rooms=rooms,
            index=self._index,
            activities=activities,
            wants_light=wants_light,
            seen_s=self._seen_s,
            bathed_s=self._bathed_s,
            kitchens=self._kitchens,
            baths=self._baths,
            hoods=self._hoods,
            lit_by_house=frozenset(self.lit_by_house),
        )

    def _shift(self, device: str, setting: str) -> float:
        since_s, shift = self._wishes.get((device, setting), (-1e18, 0.0))
        return shift if self._now_s - since_s < WISH_HOLDS_S else 0.0

    def _wished(self, device: str, kind: str, setting: str, usual: float) -> float:
        if (device, setting) not in self._wishes:
            return usual
        limits = DEVICE_KINDS[kind].settings[setting]
        return min(limits.high, max(limits.low, usual + self._shift(device, setting)))

    def _is_news(self, device: str, setting: str, value: float) -> bool:
        said_s, said = self._told.get((device, setting), (-1e18, value))
        if said == value and self._now_s - said_s < TRIES_AGAIN_S:
            return False
        self._told[device, setting] = (self._now_s, value)
        return True


def _up(one: Doing) -> bool:
    return one.room != "" and not one.activity.startswith("sleep")


def _hoods(house: House, kitchens: frozenset[str]) -> frozenset[str]:
    """Return the strongest exhaust fan of each kitchen: it hangs over the stove."""
    usual = DEVICE_KINDS["exhaust_fan"].ratings["boost_m3_h"]
    hoods: set[str] = set()
    for kitchen in kitchens:
        fans = [one for one in house.devices if one.kind == "exhaust_fan" and one.room == kitchen]
        if fans:
            hoods.add(max(fans, key=lambda fan: fan.ratings.get("boost_m3_h", usual)).id)
    return frozenset(hoods)
