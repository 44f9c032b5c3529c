"""From a plan to what devices are told: modes and setpoints instead of kilowatts, for devices have thermostats.

A heat pump is told the temperature at which the plan wants the room, not its power: it finds the power itself, faster
and better than any plan, and if the plan falls silent it goes on holding a room that somebody wanted so. What comes in
steps (levels of a fan) is rounded so that what was rounded off is made up for in the next quarters.
"""

from collections.abc import Mapping

import numpy as np

from sumika.belief.airflow import rating
from sumika.belief.house import HouseBelief
from sumika.ecu.air_controls import driven_fans
from sumika.plan.problem import Planned
from sumika.schema import DEVICE_KINDS
from sumika.schema.house import Device
from sumika.units import clamp

Setting = tuple[str, str, float]
"""Device, setting, value."""

LEAST_HEAT_KW = 0.12
"""Less is not worth a compressor's start."""

LEVELS_OF_FLOW = (0.6, 1.0, 1.5)
_LOOKS_AHEAD = 2


class Telling:
    """Turns plans into settings; it remembers what was rounded off, and what each room's device is off by."""

    def __init__(self, belief: HouseBelief) -> None:
        """Take the house."""
        self._belief = belief
        self._owed: dict[str, float] = {}
        self._offset_k: dict[str, float] = {}
        self._step = 0

    def settings(self, plan: Planned, told: Mapping[tuple[str, str], float], step: int = 0) -> list[Setting]:
        """Return what every device is to be set to for one step of a plan.

        Args:
            plan: The newest.
            told: What devices said last, by (device, name).
            step: Which of its steps it is now.
        """
        self._step = step
        found: list[Setting] = []
        for device in self._belief.house.devices:
            if device.kind in ("room_air_conditioner", "whole_house_air_conditioner"):
                found += self._air_conditioner(plan, device, told)
            elif device.kind == "floor_heating":
                found += self._floor(plan, device)
            elif device.kind == "radiator":
                found += [(device.id, "setpoint_c", self._room_c(plan, device)), (device.id, "valve", 1.0)]
            elif device.kind == "boiler":
                found += self._boiler(plan, device)
            elif device.kind == "blind" and (device.id, "closed") in plan.controls:
                found.append((device.id, "closed", float(round(plan.controls[device.id, "closed"][self._step], 1))))
            elif device.kind == "air_purifier" and (device.id, "level") in plan.controls:
                found.append(
                    (device.id, "level", self._rounded(device.id, plan.controls[device.id, "level"][self._step]))
                )
            elif device.kind in ("humidifier", "dehumidifier"):
                found.append((device.id, "on", self._rounded(device.id, plan.controls[device.id, "on"][self._step])))
            elif device.kind == "heat_pump_water_heater":
                found += self._tank(plan, device)
            elif device.kind in ("battery", "ev_charger"):
                found += self._battery(plan, device, told)
        return found + self._fans(plan)

    def _room_c(self, plan: Planned, device: Device) -> float:
        """Return the temperature of the room's air at the end of the first step."""
        room = self._belief.outline.index[device.room]
        if device.kind == "whole_house_air_conditioner":
            volume = self._belief.outline.volume_m3
            return float(plan.states["heat"][self._step + 1, : len(volume)] @ volume / volume.sum())
        return float(plan.states["heat"][self._step + 1, room])

    def _air_conditioner(self, plan: Planned, device: Device, told: Mapping[tuple[str, str], float]) -> list[Setting]:
        heats = float(plan.controls[device.id, "heat_kw"][self._step : self._step + _LOOKS_AHEAD].max())
        cools = float(plan.controls[device.id, "cool_kw"][self._step : self._step + _LOOKS_AHEAD].max())
        mode = told.get((device.id, "mode"), 0.0)
        least = LEAST_HEAT_KW * (0.6 if mode in (1.0, 2.0) else 1.0)
        if max(heats, cools) < least:
            return [(device.id, "mode", 0.0)]
        target = self._room_c(plan, device) + self._offset(device, told)
        step = DEVICE_KINDS[device.kind].settings["setpoint_c"].step
        rounded = step * round((target + self._owed.get(device.id, 0.0)) / step)
        self._owed[device.id] = clamp(target + self._owed.get(device.id, 0.0) - rounded, -step, step)
        return [(device.id, "mode", 1.0 if heats >= cools else 2.0), (device.id, "setpoint_c", clamp(rounded, 16, 31))]

    def _offset(self, device: Device, told: Mapping[tuple[str, str], float]) -> float:
        """Return how much warmer than the room's sensor the device believes its room is; learned slowly."""
        says = told.get((device.id, "room_temperature_c"))
        state = self._belief.state
        if says is not None and state is not None and np.isfinite(says):
            room = self._belief.outline.index[device.room]
            off = clamp(says - float(state[room]), -1.5, 1.5)
            known = self._offset_k.get(device.id, 0.0)
            self._offset_k[device.id] = known + 0.02 * (off - known)
        return self._offset_k.get(device.id, 0.0)

    def _floor(self, plan: Planned, device: Device) -> list[Setting]:
        wanted = float(plan.controls[device.id, "heat_kw"][self._step : self._step + _LOOKS_AHEAD].mean())
        if wanted < LEAST_HEAT_KW:
            return [(device.id, "on", 0.0)]
        room = self._belief.outline.index[device.room]
        rooms = self._belief.thermal.rooms
        state = self._belief.state
        floor_c = float(state[rooms + room]) if state is not None else 22.0
        area = rating(device, "area_share") * float(self._belief.outline.floor_m2[room])
        return [
            (device.id, "on", 1.0),
            (device.id, "supply_temp_c", clamp(round(floor_c + 1000 * wanted / 8 / area), 25, 50)),
        ]

    def _boiler(self, plan: Planned, device: Device) -> list[Setting]:
        wanted = sum(
            float(plan.controls[one.id, "heat_kw"][self._step : self._step + _LOOKS_AHEAD].max())
            for one in self._belief.house.devices
            if one.kind == "radiator"
        )
        outdoor = self._belief.record.rows().outside[-1:, 0]
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

    def _tank(self, plan: Planned, device: Device) -> list[Setting]:
        store = next(one for one in plan.situation.stores if one.device == device.id)
        share = float(plan.charge_kw[device.id][self._step] / max(store.charge_kw[self._step], 1e-6))
        # It runs at full power or not at all: a part of a quarter is owed to the next ones.
        total = share + self._owed.get(device.id, 0.0)
        runs = total >= 0.5
        self._owed[device.id] = clamp(total - float(runs), -0.6, 0.6) if share > 0.02 else 0.0
        return [(device.id, "mode", 2.0 if runs else 0.0)]

    def _battery(self, plan: Planned, device: Device, told: Mapping[tuple[str, str], float]) -> list[Setting]:
        power_w = 1000.0 * float(plan.charge_kw[device.id][self._step])
        settings = DEVICE_KINDS[device.kind].settings
        most = rating(device, "power_w")
        if device.kind == "battery" and self._follows(plan, power_w):
            return [(device.id, "mode", 1.0)]
        step = settings["power_w"].step
        value = clamp(step * round(power_w / step), -most, most)
        if device.kind == "ev_charger":
            if told.get((device.id, "at_home"), 1.0) < 0.5:
                return []
            value = 0.0 if abs(value) < rating(device, "least_w") else value
        if value == 0.0:
            return [(device.id, "mode", 0.0)]
        return [(device.id, "mode", 2.0), (device.id, "power_w", value)]

    def _follows(self, plan: Planned, power_w: float) -> bool:
        """Return whether the plan neither takes nor gives: then the battery follows the house better by itself."""
        exchange_w = 1000.0 * abs(float(plan.taken_kw[self._step]) - float(plan.given_kw[self._step]))
        return exchange_w < 120.0 and abs(power_w) > 30.0
