"""What a call asks of the house: each request with what it was before, so that it can be taken back.

Everything goes out as the resident's wish, through the safety gate. Nothing here decides whether it may: the gate does.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import msgspec

from sumika.assistant.cover_shares import open_share
from sumika.assistant.heat_or_cool import COOL, HEAT, said_mode, useful_mode
from sumika.assistant.talk_ear import Newest
from sumika.assistant.talk_steps import Cannot, Step
from sumika.assistant.talk_wanted import Speaker, Wanted
from sumika.schema import (
    DEVICE_KINDS,
    AirSample,
    ComfortWish,
    Mode,
    ModeReport,
    WeatherSample,
)
from sumika.schema.house import Device, House
from sumika.schema.talk import TalkRight
from sumika.units import clamp

MODES: Mapping[str, float] = MappingProxyType({"heat": HEAT, "cool": COOL, "dry": 3.0, "fan": 4.0})
AIR_CONDITIONERS = frozenset({"room_air_conditioner", "whole_house_air_conditioner"})
FANS = frozenset({"balanced_ventilation", "exhaust_fan", "air_purifier"})
MOISTURE = frozenset({"humidifier", "dehumidifier"})
SWITCHED = frozenset({"floor_heating", "humidifier", "dehumidifier", "boiler", "tv", "appliance"})
FEELINGS: Mapping[str, float] = MappingProxyType({"cold": -2.0, "hot": 2.0, "fine": 0.0})
"""On the seven points of ISO 7730: cool and warm are what a word without more means."""

LIGHT_STEP, DIMMEST, COLOUR_STEP_K, WARMTH_STEP_K, HUMIDITY_STEP = 0.25, 0.1, 700.0, 1.0, 0.05


class Doing:
    """Makes requests of calls; it knows what devices there are, and what they are set to."""

    def __init__(self, house: House, newest: Newest) -> None:
        """Know a house.

        Args:
            house: As described.
            newest: What devices say of themselves.
        """
        self._house, self._newest = house, newest
        self._devices = {device.id: device for device in house.devices}
        self._makes: Mapping[str, Callable[[Wanted, Device], list[Step] | Cannot]] = MappingProxyType(
            {
                "power": self._power,
                "level": self._level,
                "cover": self._cover,
                "mode": self._mode,
                "humidity": self._humidity,
                "colour": self._colour,
                "machine": self._machine,
                "hot_water": self._hot_water,
            }
        )

    def steps(self, wanted: Wanted, speaker: Speaker) -> tuple[Step, ...] | Cannot:
        """Return what a call asks of the house, or why nothing comes of it.

        Args:
            wanted: The call, with its words found in the house.
            speaker: Who speaks; a guest may wish warmth and no more.
        """
        tool = wanted.call.tool
        if tool == "temperature":
            return self._temperature(wanted, speaker)
        if tool == "feel":
            return self._feel(wanted, speaker)
        if tool == "house_mode":
            return self._house_mode(wanted.call.what)
        devices = self._meant(wanted)
        if not devices:
            return Cannot(key="talk.ask.device", ask_back=True)
        found: list[Step] = []
        cannot: Cannot | None = None
        for device in devices:
            made = self._makes[tool](wanted, device)
            if isinstance(made, Cannot):
                cannot = cannot or made
            else:
                found += made
        return tuple(found) or cannot or Cannot(key="talk.cannot.device", devices=tuple(one.id for one in devices))

    def _meant(self, wanted: Wanted) -> list[Device]:
        """Return the devices of a call; of one that names none, those of the kind that the tool is about."""
        if wanted.devices:
            return [self._devices[one] for one in wanted.devices if one in self._devices]
        kinds = {
            "mode": AIR_CONDITIONERS,
            "humidity": MOISTURE,
            "hot_water": frozenset({"heat_pump_water_heater"}),
            "power": frozenset({"light"}),
            "level": frozenset({"light"}),
            "colour": frozenset({"light"}),
            "cover": frozenset({"blind"}),
        }.get(wanted.call.tool, frozenset())
        there = [one for one in self._house.devices if one.kind in kinds]
        rooms = wanted.rooms or ((wanted.here,) if wanted.here else ())
        near = [one for one in there if one.room in rooms]
        return near or (there if len(there) == 1 and not wanted.rooms else [])

    def set_to(self, device: Device, action: str, value: float) -> Step:
        """Return that a setting is set, with what takes it back. What is too much the gate says, not we."""
        limits = DEVICE_KINDS[device.kind].settings[action]
        value = round(value / limits.step) * limits.step if limits.step else value
        told = self._newest.told(device.id).get(action)
        before = None
        if told is not None:
            before = Step(request="wish_device", subject=device.id, action=action, value=told)
        return Step(request="wish_device", subject=device.id, action=action, value=round(value, 6), before=before)

    def anew(self, step: Step) -> Step:
        """Return a step that was put off as it is now, with what takes it back from what its device is at."""
        device = self._devices.get(step.subject)
        if device is None or step.request != "wish_device":
            return step
        now = self.set_to(device, step.action, step.value)
        # A device that says nothing now was last known to be at what it was when this was put off.
        return now if now.before is not None else msgspec.structs.replace(now, before=step.before)

    def is_tank(self, device: str) -> bool:
        """Tell whether a device heats the house's water."""
        return device in self._devices and self._devices[device].kind == "heat_pump_water_heater"

    # -- one method for each tool ------------------------------------------------------------------------------------

    def _power(self, wanted: Wanted, device: Device) -> list[Step] | Cannot:
        on = wanted.call.what == "on"
        if device.kind in SWITCHED:
            return [self.set_to(device, "on", float(on))]
        if device.kind == "light":
            return [self.set_to(device, "level", float(on))]
        if device.kind in FANS:
            usual = DEVICE_KINDS[device.kind].settings["level"].starts_at
            return [self.set_to(device, "level", usual if on else 0.0)]
        if device.kind in AIR_CONDITIONERS:
            mode = (said_mode(wanted.call.spans.get("device", "")) or self._useful(device)) if on else 0.0
            if mode is None:
                return Cannot(
                    key="talk.ask.heat_or_cool",
                    ask_back=True,
                    devices=(device.id,),
                    choices=("talk.choice.heat", "talk.choice.cool"),
                )
            return [self.set_to(device, "mode", mode)]
        if device.kind == "heat_pump_water_heater":
            return [self.set_to(device, "mode", 2.0 if on else 0.0)]
        if device.kind in ("battery", "ev_charger"):
            return [self.set_to(device, "mode", float(on))]
        if device.kind == "radiator":
            limits = DEVICE_KINDS[device.kind].settings["setpoint_c"]
            return [self.set_to(device, "setpoint_c", limits.starts_at if on else limits.low)]
        return Cannot(key="talk.cannot.switch", devices=(device.id,))

    def _useful(self, device: Device, wished_c: float | None = None) -> float | None:
        """Return the mode in which an air conditioner is of use where nobody said it; None where nothing tells it."""
        weather = self._newest.only(WeatherSample)
        return useful_mode(
            air_c=self._air_c(device.room),
            outside_c=None if weather is None else weather.temperature_c,
            wished_c=wished_c,
            told=self._newest.told(device.id).get("mode", 0.0),
        )

    def _air_c(self, room: str) -> float | None:
        told = (one.temperature_c for one in self._newest.all(AirSample) if one.room == room)
        return next((one for one in told if one is not None), None)

    def _level(self, wanted: Wanted, device: Device) -> list[Step] | Cannot:
        action = "fan_level" if device.kind == "room_air_conditioner" else "level"
        limits = DEVICE_KINDS[device.kind].settings.get(action) if device.kind in DEVICE_KINDS else None
        if limits is None:
            return Cannot(key="talk.cannot.level", devices=(device.id,))
        is_light = device.kind == "light"
        what, told = wanted.call.what, self._newest.told(device.id).get(action, limits.starts_at)
        if what == "set":
            return [self.set_to(device, action, self._how_much(wanted, limits.high, is_light=is_light))]
        step = LIGHT_STEP if is_light else 1.0
        lowest = DIMMEST if is_light else 1.0
        value = {
            "most": limits.high,
            "least": lowest,
            "up": max(told, 0.0) + step,
            "down": max(lowest, told - step) if told > 0.0 else 0.0,
        }[what]
        return [self.set_to(device, action, clamp(value, limits.low, limits.high))]

    def _how_much(self, wanted: Wanted, high: float, *, is_light: bool) -> float:
        """Return a number that was said as a setting: per cent, or for a fan a step."""
        number = wanted.number or 0.0
        if wanted.unit == "share":
            return number * high
        if wanted.unit == "step" or (not is_light and number <= high):
            return number / (1.0 if not is_light else 10.0)
        return number / 100.0 * high

    def _cover(self, wanted: Wanted, device: Device) -> list[Step] | Cannot:
        if device.kind not in ("blind", "window_opener"):
            return Cannot(key="talk.cannot.cover", devices=(device.id,))
        number = wanted.number or 0.0
        share = number if wanted.unit == "share" else number / 100.0
        action = "closed" if device.kind == "blind" else "open"
        told = self._newest.told(device.id).get(action)
        told_open = 1.0 - told if told is not None and device.kind == "blind" else told
        # As far as it is said to be open, also of a blind: thirty per cent lets some light in.
        is_open = open_share(wanted.call.what, share, wanted.call.spans.get("number", ""), wanted.said, told_open)
        return [self.set_to(device, action, 1.0 - is_open if device.kind == "blind" else is_open)]

    def _mode(self, wanted: Wanted, device: Device) -> list[Step] | Cannot:
        if device.kind not in AIR_CONDITIONERS:
            on = {"heat": ("floor_heating", "boiler"), "dry": ("dehumidifier",)}.get(wanted.call.what, ())
            if device.kind in on:
                return [self.set_to(device, "on", 1.0)]
            return Cannot(key="talk.cannot.mode", devices=(device.id,))
        found = [self.set_to(device, "mode", MODES[wanted.call.what])]
        if wanted.number is not None and wanted.unit in ("c", ""):
            found.append(self.set_to(device, "setpoint_c", wanted.number))
        return found

    def _humidity(self, wanted: Wanted, device: Device) -> list[Step] | Cannot:
        if device.kind not in MOISTURE:
            return Cannot(key="talk.cannot.humidity", devices=(device.id,))
        what, wants_dry = wanted.call.what, device.kind == "dehumidifier"
        told = self._newest.told(device.id).get("humidity_setpoint", 0.5)
        if what == "set":
            number = wanted.number or 0.0
            return [
                self.set_to(device, "on", 1.0),
                self.set_to(device, "humidity_setpoint", number if wanted.unit == "share" else number / 100.0),
            ]
        if (what == "down") is not wants_dry:
            # The humidifier makes it more humid alone, the other one drier: either is switched off the other way round.
            return [self.set_to(device, "on", 0.0)]
        limits = DEVICE_KINDS[device.kind].settings["humidity_setpoint"]
        value = clamp(told + (HUMIDITY_STEP if what == "up" else -HUMIDITY_STEP), limits.low, limits.high)
        return [self.set_to(device, "on", 1.0), self.set_to(device, "humidity_setpoint", value)]

    def _colour(self, wanted: Wanted, device: Device) -> list[Step] | Cannot:
        if device.kind != "light":
            return Cannot(key="talk.cannot.colour", devices=(device.id,))
        told = self._newest.told(device.id).get("colour_temperature_k", 3000.0)
        kelvin = wanted.number if wanted.unit == "kelvin" else wanted.colour_k
        if wanted.call.what == "set" and kelvin is None:
            return Cannot(key="talk.cannot.hue", devices=(device.id,))
        limits = DEVICE_KINDS[device.kind].settings["colour_temperature_k"]
        step_k = {"set": 0.0, "warmer": -COLOUR_STEP_K, "colder": COLOUR_STEP_K}[wanted.call.what]
        value = (kelvin or told) if step_k == 0.0 else clamp(told + step_k, limits.low, limits.high)
        return [self.set_to(device, "colour_temperature_k", value)]

    def _machine(self, wanted: Wanted, device: Device) -> list[Step] | Cannot:
        if device.kind not in ("appliance", "tv"):
            return Cannot(key="talk.cannot.machine", devices=(device.id,))
        if wanted.call.what != "loaded":
            return [self.set_to(device, "on", float(wanted.call.what == "start"))]
        back = Step(request="load_machine", subject=device.id, value=0.0)
        return [Step(request="load_machine", subject=device.id, value=1.0, hours=wanted.hour, before=back)]

    def _hot_water(self, wanted: Wanted, device: Device) -> list[Step] | Cannot:
        if device.kind != "heat_pump_water_heater":
            return Cannot(key="talk.cannot.hot_water", devices=(device.id,))
        return [self.set_to(device, "mode", {"now": 2.0, "usual": 1.0, "off": 0.0}[wanted.call.what])]

    # -- rooms and the house -----------------------------------------------------------------------------------------

    def _temperature(self, wanted: Wanted, speaker: Speaker) -> tuple[Step, ...] | Cannot:
        """Return a wish for warmth: the planner's where one drives, else the air conditioner's own setting."""
        control = self._house.control
        report = self._newest.only(ModeReport)
        mode = report.mode if report is not None else (control.mode if control is not None else Mode.OFF)
        named = bool(wanted.devices) and bool(wanted.call.spans.get("device"))
        may_set = speaker.has(TalkRight.CONTROL)
        if wanted.call.what != "usual" and may_set and (named or control is None or mode in (Mode.OFF, Mode.SHADOW)):
            made = self._by_hand(wanted)
            if made is not None:
                return made
        rooms = wanted.rooms or tuple(self._devices[one].room for one in wanted.devices if one in self._devices)
        rooms = tuple(dict.fromkeys(rooms)) or ((wanted.here,) if wanted.here else ())
        if not rooms:
            return Cannot(key="talk.ask.room", ask_back=True)
        return tuple(self._wish(wanted, room) for room in rooms)

    def _by_hand(self, wanted: Wanted) -> tuple[Step, ...] | None:
        """Return what is set at air conditioners and radiators; None where there are none that are meant."""
        rooms = wanted.rooms or ((wanted.here,) if wanted.here else ())
        kinds = AIR_CONDITIONERS | {"radiator"}
        devices = [one for one in self._house.devices if one.kind in kinds]
        meant = [one for one in devices if one.id in wanted.devices] or [one for one in devices if one.room in rooms]
        found: list[Step] = []
        for device in meant:
            told = self._newest.told(device.id)
            step_k = abs(wanted.number) if wanted.number is not None else WARMTH_STEP_K
            base_c = told.get("setpoint_c", 22.0)
            wished_c = {"set": wanted.number or base_c, "up": base_c + step_k, "down": base_c - step_k}[
                wanted.call.what
            ]
            if device.kind in AIR_CONDITIONERS and (mode := self._mode_for(wanted, device, wished_c)) is not None:
                found.append(self.set_to(device, "mode", mode))
            found.append(self.set_to(device, "setpoint_c", wished_c))
        return tuple(found) or None

    def _mode_for(self, wanted: Wanted, device: Device, wished_c: float) -> float | None:
        """Return the mode that an air conditioner is put in before it is set to a temperature; None: it stays in its.

        Who says 冷房 of one that heats wants it to cool; who wants it weaker does not want it on.
        """
        told = self._newest.told(device.id).get("mode", 0.0)
        way = {"up": HEAT, "down": COOL}.get(wanted.call.what)
        said = said_mode(wanted.call.spans.get("device", ""))
        if said is None:
            return (way or self._useful(device, wished_c) or HEAT) if told == 0.0 else None
        return None if told == said or way not in (None, said) else said

    def _wish(self, wanted: Wanted, room: str) -> Step:
        what, hours = wanted.call.what, None if wanted.duration_s is None else wanted.duration_s / 3600.0
        held = self._newest.last(ComfortWish, room)
        before = Step(request="set_comfort_wish", subject=room)
        offset_k = 0.0
        if held is not None and (held.temperature_c is not None or held.offset_k):
            action = "offset_k" if held.temperature_c is None else "temperature_c"
            value = held.offset_k if held.temperature_c is None else held.temperature_c
            left_h = None if held.left_s is None else max(0.1, held.left_s / 3600.0)
            before = Step(request="set_comfort_wish", subject=room, action=action, value=value, hours=left_h)
            offset_k = held.offset_k

        def step(action: str, value: float) -> Step:
            return Step(
                request="set_comfort_wish", subject=room, action=action, value=value, hours=hours, before=before
            )

        if what == "usual":
            return Step(request="set_comfort_wish", subject=room, before=before)
        if what == "set":
            return step("temperature_c", wanted.number or 0.0)
        step_k = abs(wanted.number) if wanted.number is not None else WARMTH_STEP_K
        change_k = step_k if what == "up" else -step_k
        if held is not None and held.temperature_c is not None:
            return step("temperature_c", clamp(held.temperature_c + change_k, 10.0, 32.0))
        return step("offset_k", clamp(offset_k + change_k, -5.0, 5.0))

    def _feel(self, wanted: Wanted, speaker: Speaker) -> tuple[Step, ...] | Cannot:
        is_air = wanted.call.what == "stuffy"  # it is so for everybody there
        of_whom = "" if is_air else next((one for one in wanted.residents if one != speaker.resident), "")
        rooms = wanted.rooms or self._where(of_whom, wanted.here)
        if is_air:
            fans = [
                one
                for one in self._house.devices
                if one.kind in FANS - {"air_purifier"} and (not rooms or one.room in rooms)
            ]
            if not fans:
                return Cannot(key="talk.cannot.stuffy")
            return tuple(self.set_to(one, "level", DEVICE_KINDS[one.kind].settings["level"].high) for one in fans)
        if not rooms:
            return Cannot(key="talk.ask.room", ask_back=True)
        felt = FEELINGS[wanted.call.what]
        return tuple(Step(request="vote", subject=room, value=felt, of_whom=of_whom) for room in rooms)

    def _where(self, resident: str, here: str) -> tuple[str, ...]:
        """Return the room of who feels something: of who speaks, where they are; of anybody else only what is sure."""
        if not resident:
            return (here,) if here else ()
        own = tuple(one.id for one in self._house.rooms if resident in one.residents)
        return own if len(own) == 1 and here in ("", *own) else ()

    def _house_mode(self, mode: str) -> tuple[Step, ...]:
        report = self._newest.only(ModeReport)
        before = Step(request="set_mode", text=report.mode) if report is not None else None
        return (Step(request="set_mode", text=mode, before=before),)
