"""From a plan to what devices are told: modes and setpoints instead of kilowatts, for devices have thermostats.

A heat pump is told the temperature at which the plan wants the room, not its power: it finds the power itself, faster
and better than any plan, and if the plan falls silent it goes on holding a room that somebody wanted so. What comes in
steps (levels of a fan) is rounded so that what was rounded off is made up for in the next quarters.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sumika.belief.airflow import rating
from sumika.belief.house import HouseBelief
from sumika.clock import Instant
from sumika.ecu.air_controls import driven_fans
from sumika.plan.problem import Planned
from sumika.schema import DEVICE_KINDS, Asker, Command, Origin
from sumika.schema.house import Device
from sumika.units import clamp, seconds_to_ns

Array = NDArray[np.float64]
Told = Mapping[tuple[str, str], float]
Setting = tuple[str, str, float]
"""Device, setting, value."""

EXPIRES_S = 900.0
"""A command that was not obeyed by then is not to be obeyed any more."""

LEAST_HEAT_KW = 0.12
"""Less is not worth a compressor's start."""

FLOOR_W_M2_K = 8.0
"""Between the water of a floor heating and the floor, per area with pipes; typical of pipes in screed."""

DRIES_ON_K = 1.0
"""A unit that dries goes on to a kelvin or two below its setpoint; typical."""

BY_ITSELF = 1.0
"""The mode of what keeps energy in which it looks after itself."""

_LOOKS_AHEAD = 2


def commands_of(settings: Iterable[Setting], at: datetime, asker: Asker) -> tuple[Command, ...]:
    """Return settings as commands that hold for a quarter of an hour.

    Args:
        settings: What devices are to be set to.
        at: Now, with a time zone.
        asker: In whose name.
    """
    stamp = Instant(0, int(at.timestamp() * 1e9), "ecu")
    return tuple(
        Command(
            stamp=stamp,
            origin=Origin.LIVE,
            device=device,
            action=setting,
            value=float(value),
            asked_by=asker,
            expires_ns=stamp.monotonic_ns + seconds_to_ns(EXPIRES_S),
        )
        for device, setting, value in settings
    )


class Telling:
    """Turns plans into settings; it remembers what was rounded off, and what each room's device is off by."""

    def __init__(self, belief: HouseBelief) -> None:
        """Take the house."""
        self._belief = belief
        self._owed: dict[str, float] = {}
        self._offset_k: dict[str, float] = {}
        self._silent: Container[tuple[str, str]] = ()
        self._step = 0
        self._tells: Mapping[str, Callable[[Planned, Device, Told], list[Setting]]] = {
            "room_air_conditioner": self._air_conditioner,
            "whole_house_air_conditioner": self._air_conditioner,
            "floor_heating": self._floor,
            "radiator": self._radiator,
            "boiler": self._boiler,
            "blind": self._blind,
            "air_purifier": self._purifier,
            "humidifier": self._moisture,
            "dehumidifier": self._moisture,
            "heat_pump_water_heater": self._tank,
            "battery": self._battery,
            "ev_charger": self._battery,
        }

    def settings(
        self, plan: Planned, told: Told, step: int = 0, silent: Container[tuple[str, str]] = ()
    ) -> list[Setting]:
        """Return what every device is to be set to for one step of a plan.

        Args:
            plan: The newest.
            told: What devices said last, by (device, name).
            step: Which of its steps it is now.
            silent: What they said once and do not say any more.
        """
        self._step, self._silent = step, silent
        found: list[Setting] = []
        for device in self._belief.house.devices:
            tells = self._tells.get(device.kind)
            if tells is not None:
                found += tells(plan, device, told)
        return found + self._fans(plan)

    def _now(self, plan: Planned, device: Device, name: str) -> float:
        return float(plan.controls[device.id, name][self._step])

    def _soon(self, plan: Planned, device: Device, name: str) -> Array:
        """Return what is planned for now and the next step; nothing of what a plan does not know."""
        planned = plan.controls.get((device.id, name))
        return np.zeros(1) if planned is None else planned[self._step : self._step + _LOOKS_AHEAD]

    def _radiator(self, plan: Planned, device: Device, told: Told) -> list[Setting]:
        return [(device.id, "setpoint_c", self._room_c(plan, device)), (device.id, "valve", 1.0)]

    def _blind(self, plan: Planned, device: Device, told: Told) -> list[Setting]:
        control = next((one for one in plan.situation.controls if one.device == device.id), None)
        # Without sun a plan has nothing to say of a blind: whoever wants it shut at night shuts it.
        if control is None or control.high[self._step] <= 0.0:
            return []
        return [(device.id, "closed", round(self._now(plan, device, "closed"), 1))]

    def _purifier(self, plan: Planned, device: Device, told: Told) -> list[Setting]:
        return [(device.id, "level", self._rounded(device.id, self._now(plan, device, "level")))]

    def _moisture(self, plan: Planned, device: Device, told: Told) -> list[Setting]:
        return [(device.id, "on", self._rounded(device.id, self._now(plan, device, "on")))]

    def _room_c(self, plan: Planned, device: Device) -> float:
        """Return the temperature of the room's air at the end of the first step."""
        room = self._belief.outline.index[device.room]
        if device.kind == "whole_house_air_conditioner":
            volume = self._belief.outline.volume_m3
            return float(plan.states["heat"][self._step + 1, : len(volume)] @ volume / volume.sum())
        return float(plan.states["heat"][self._step + 1, room])

    def _air_conditioner(self, plan: Planned, device: Device, told: Told) -> list[Setting]:
        heats = float(self._soon(plan, device, "heat_kw").max())
        cools = float(self._soon(plan, device, "cool_kw").max())
        dries = float(self._soon(plan, device, "dry_kw").max())
        mode = told.get((device.id, "mode"), 0.0)
        least = LEAST_HEAT_KW * (0.6 if mode in (1.0, 2.0, 3.0) else 1.0)
        if max(heats, cools, dries) < least:
            return [(device.id, "mode", 0.0)]
        if dries > max(heats, cools):
            warm = clamp(round(2.0 * (self._room_c(plan, device) + DRIES_ON_K)) / 2.0, 18, 30)
            return [(device.id, "mode", 3.0), (device.id, "setpoint_c", warm), (device.id, "humidity_setpoint", 0.5)]
        target = self._room_c(plan, device) + self._offset(device, told)
        step = DEVICE_KINDS[device.kind].settings["setpoint_c"].step
        rounded = step * round((target + self._owed.get(device.id, 0.0)) / step)
        self._owed[device.id] = clamp(target + self._owed.get(device.id, 0.0) - rounded, -step, step)
        return [(device.id, "mode", 1.0 if heats >= cools else 2.0), (device.id, "setpoint_c", clamp(rounded, 16, 31))]

    def _offset(self, device: Device, told: Told) -> float:
        """Return how much warmer than the room's sensor the device believes its room is; learned slowly."""
        says = told.get((device.id, "room_temperature_c"))
        state = self._belief.state
        if says is not None and state is not None and np.isfinite(says):
            room = self._belief.outline.index[device.room]
            off = clamp(says - float(state[room]), -1.5, 1.5)
            known = self._offset_k.get(device.id, 0.0)
            self._offset_k[device.id] = known + 0.02 * (off - known)
        return self._offset_k.get(device.id, 0.0)

    def _floor(self, plan: Planned, device: Device, told: Told) -> list[Setting]:
        wanted = float(self._soon(plan, device, "heat_kw").mean())
        if wanted < LEAST_HEAT_KW:
            return [(device.id, "on", 0.0)]
        room = self._belief.outline.index[device.room]
        rooms = self._belief.thermal.rooms
        state = self._belief.state
        floor_c = float(state[rooms + room]) if state is not None else 22.0
        area = rating(device, "area_share") * float(self._belief.outline.floor_m2[room])
        supply_c = clamp(round(floor_c + 1000.0 * wanted / (FLOOR_W_M2_K * area)), 25, 50)
        return [(device.id, "on", 1.0), (device.id, "supply_temp_c", supply_c)]

    def _boiler(self, plan: Planned, device: Device, told: Told) -> list[Setting]:
        wanted = sum(
            float(self._soon(plan, one, "heat_kw").max())
            for one in self._belief.house.devices
            if one.kind == "radiator"
        )
        outdoor = self._belief.record.rows().last(1).outdoor_c()
        cold = float(outdoor[0]) if len(outdoor) and np.isfinite(outdoor[0]) else 5.0
        supply = clamp(round(40.0 + 1.2 * max(0.0, 15.0 - cold)), 30, 75)
        return [(device.id, "on", float(wanted > LEAST_HEAT_KW)), (device.id, "supply_temp_c", supply)]

    def _fans(self, plan: Planned) -> list[Setting]:
        found: list[Setting] = []
        for device, _ in driven_fans(self._belief):
            wanted = float(plan.controls[device.id, "level"][self._step])
            if device.kind == "window_opener":
                found.append((device.id, "open", round(wanted, 1) if wanted > 0.1 else 0.0))
            else:
                found.append((device.id, "level", self._rounded(device.id, 1.0 + wanted)))
        return found

    def _rounded(self, device: str, wanted: float) -> float:
        """Return a whole level; what is rounded off is owed."""
        total = float(wanted) + self._owed.get(device, 0.0)
        level = float(max(0, round(total)))
        self._owed[device] = clamp(total - level, -0.5, 0.5)
        return level

    def _tank(self, plan: Planned, device: Device, told: Told) -> list[Setting]:
        # What it holds is guessed then: it knows better itself when to heat.
        if (device.id, "hot_water_l") not in told:
            self._owed.pop(device.id, None)
            return [(device.id, "mode", BY_ITSELF)]
        store = next(one for one in plan.situation.stores if one.device == device.id)
        share = float(plan.charge_kw[device.id][self._step] / max(store.charge_kw[self._step], 1e-6))
        # It runs at full power or not at all: a part of a quarter is owed to the next ones.
        total = share + self._owed.get(device.id, 0.0)
        runs = total >= 0.5
        self._owed[device.id] = clamp(total - float(runs), -0.6, 0.6) if share > 0.02 else 0.0
        return [(device.id, "mode", 2.0 if runs else 0.0)]

    def _battery(self, plan: Planned, device: Device, told: Told) -> list[Setting]:
        if device.kind == "ev_charger" and told.get((device.id, "at_home"), 1.0) < 0.5:
            return []
        charge = device.id, "charge"
        # Most wallboxes never say what a car holds: what is planned for it goes by what it was given (`stores`).
        if charge not in told and (device.kind == "battery" or charge in self._silent):
            return [(device.id, "mode", BY_ITSELF)]
        power_w = 1000.0 * float(plan.charge_kw[device.id][self._step])
        settings = DEVICE_KINDS[device.kind].settings
        most = rating(device, "power_w")
        if device.kind == "battery" and self._follows(plan, power_w):
            return [(device.id, "mode", BY_ITSELF)]
        step = settings["power_w"].step
        value = clamp(step * round(power_w / step), -most, most)
        if device.kind == "ev_charger":
            value = self._at_least(plan, device, value)
        if value == 0.0:
            return [(device.id, "mode", 0.0)]
        return [(device.id, "mode", 2.0), (device.id, "power_w", value)]

    def _at_least(self, plan: Planned, device: Device, value_w: float) -> float:
        """Return what a charger can do of what is planned: it runs at its least power where even that pays, or not."""
        least_w = rating(device, "least_w")
        if abs(value_w) >= least_w or value_w >= 0.0:
            return value_w if abs(value_w) >= least_w else 0.0
        step, situation = self._step, plan.situation
        store = next(one for one in situation.stores if one.device == device.id)
        least_kw = least_w / 1000.0
        others_kw = plan.taken_kw[step] - plan.given_kw[step] - plan.charge_kw[device.id][step]
        used_kw = clamp(float(others_kw), 0.0, least_kw)
        earns = used_kw * situation.price[step] + (least_kw - used_kw) * situation.feed_in[step]
        costs = least_kw * (store.end_value / store.discharge_gain + store.wear_cost)
        return -least_w if earns > costs else 0.0

    def _follows(self, plan: Planned, power_w: float) -> bool:
        """Return whether the plan neither takes nor gives: then the battery follows the house better by itself."""
        exchange_w = 1000.0 * abs(float(plan.taken_kw[self._step]) - float(plan.given_kw[self._step]))
        return exchange_w < 120.0 and abs(power_w) > 30.0
