"""Answers about devices: what each does now, and what the house is going to do."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from sumika.assistant.saying import Sentence, Voice
from sumika.assistant.talk_wanted import Sources, Wanted
from sumika.facts import Row
from sumika.schema import DeviceState, PlannedAction, PlanOutlook, PlanReport
from sumika.schema.house import Device

MOST_DEVICES, MOST_STEPS = 8, 4
SHARES = frozenset({"closed", "open", "valve", "slat", "humidity_setpoint"})
"""Settings that are shares, 0..1."""

_FIRST = ("mode", "on", "level", "closed", "open", "valve")
"""Of these the first that a device has says what it does."""

_BESIDES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "room_air_conditioner": ("setpoint_c",),
        "whole_house_air_conditioner": ("setpoint_c",),
        "floor_heating": ("supply_temp_c",),
        "heat_pump_water_heater": ("tank_setpoint_c",),
        "humidifier": ("humidity_setpoint",),
        "dehumidifier": ("humidity_setpoint",),
        "light": ("colour_temperature_k",),
        "radiator": ("setpoint_c",),
    }
)
LEAST_CHANGE = 0.3
"""Smaller steps of a plan are no news."""


def value_text(voice: Voice, kind: str, action: str, value: float) -> str:
    """Return what a setting is set to, in words.

    Args:
        voice: Says it.
        kind: Of the device.
        action: The setting.
        value: Of it.
    """
    if action == "level" and kind == "light":
        return voice.say("talk.value.off") if value < 0.005 else voice.percent(value)
    key = f"talk.value.{action}.{round(value)}"
    family = f"talk.value.{kind}.{action}.{round(value)}"
    for one in (family, key):
        if voice.has(one) and abs(value - round(value)) < 1e-6:
            return voice.say(one)
    if action in SHARES:
        return voice.percent(value)
    if action.endswith("_c"):
        return voice.celsius(value)
    if action == "colour_temperature_k":
        return f"{voice.number(value)} K"
    return voice.number(value, 0 if abs(value - round(value)) < 1e-6 else 1)


def setting_name(voice: Voice, action: str) -> str:
    """Return what a setting is called; empty for what a device is on the whole."""
    key = f"talk.setting.{action}"
    return voice.say(key) if voice.has(key) else ""


def setting_text(voice: Voice, kind: str, action: str, value: float) -> str:
    """Return a setting with its name, where it has one of its own: "heating", "set to 21.0 °C"."""
    name, shown = setting_name(voice, action), value_text(voice, kind, action, value)
    return voice.say("talk.state.with", setting=name, value=shown) if name else shown


def state(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    """Return what devices do now."""
    devices = _meant(sources, wanted)
    if not devices:
        return (sources.voice.sentence("talk.state.none"),)
    return tuple(_state(sources, device) for device in devices[:MOST_DEVICES])


def _meant(sources: Sources, wanted: Wanted) -> list[Device]:
    """Return the devices that are asked about; without any named, those of the rooms that do something."""
    house = sources.house
    if wanted.devices:
        return [one for one in house.devices if one.id in wanted.devices]
    rooms = wanted.rooms or ((wanted.here,) if wanted.here else ())
    there = [one for one in house.devices if not rooms or one.room in rooms]
    busy = [one for one in there if _is_busy(sources.newest.told(one.id))]
    return busy or there


def _is_busy(values: Mapping[str, float]) -> bool:
    return any(values.get(name, 0.0) > 0.0 for name in ("mode", "on", "level"))


def _state(sources: Sources, device: Device) -> Sentence:
    voice, name = sources.voice, sources.voice.device(device.id)
    told = sources.newest.one(DeviceState, device.id)
    if told is None or not told.available:
        why = voice.say("talk.state.silent" if told is None else "talk.state.unreachable")
        return voice.sentence("talk.not_known", what=voice.say("talk.state.what", device=name), why=why)
    rows = tuple(_rows(voice, told, device))
    words = state_words(voice, device, told.values)
    if told.power_w is not None and abs(told.power_w) >= 1.0:
        rows += (sources.voice.row(told, "device_state.power_w", device.id, told.power_w, "W"),)
        words.append(voice.say("talk.state.power", watts=voice.number(abs(told.power_w))))
    return voice.sentence(
        "talk.state", rows, told.origin.value, device=name, state=("、" if voice.is_japanese else ", ").join(words)
    )


def state_words(voice: Voice, device: Device, values: Mapping[str, float]) -> list[str]:
    """Return what a device does, in a few words."""
    first = next((name for name in _FIRST if name in values), "")
    if not first:
        return []
    words = [value_text(voice, device.kind, first, values[first])]
    if values[first] > 0.0:
        words += [
            voice.say(
                "talk.state.with",
                setting=setting_name(voice, name),
                value=value_text(voice, device.kind, name, values[name]),
            )
            for name in _BESIDES.get(device.kind, ())
            if name in values
        ]
    return words


def _rows(voice: Voice, told: DeviceState, device: Device) -> Iterator[Row]:
    for name in (*_FIRST, *_BESIDES.get(device.kind, ())):
        if name in told.values:
            unit = "1" if name in SHARES or (name == "level" and device.kind == "light") else ""
            yield voice.row(told, f"device_state.{name}", device.id, told.values[name], unit)


def plan(sources: Sources, wanted: Wanted) -> tuple[Sentence, ...]:
    """Return what the house is going to do: what it does now and why, and the next changes."""
    voice = sources.voice
    report, outlook = sources.newest.only(PlanReport), sources.newest.only(PlanOutlook)
    if report is None and outlook is None:
        return (voice.sentence("talk.not_known", what=voice.say("talk.plan.what"), why=voice.say("talk.plan.none")),)
    told = [] if report is None else _now(sources, report, wanted)
    if outlook is not None:
        told += [_next(sources, outlook, one) for one in upcoming(sources, outlook, wanted)[:MOST_STEPS]]
    return tuple(told) or (voice.sentence("talk.plan.nothing"),)


def _concerns(sources: Sources, wanted: Wanted, device_id: str) -> bool:
    if wanted.devices:
        return device_id in wanted.devices
    room = next((one.room for one in sources.house.devices if one.id == device_id), "")
    return not wanted.rooms or room in wanted.rooms


def _now(sources: Sources, report: PlanReport, wanted: Wanted) -> list[Sentence]:
    """Return what the plan does with each device and why; settings with one reason are one sentence."""
    voice, kinds = sources.voice, {one.id: one.kind for one in sources.house.devices}
    together: dict[tuple[str, str], list[PlannedAction]] = {}
    for action in report.actions:
        if _concerns(sources, wanted, action.device):
            why = action.why_ja if voice.is_japanese else action.why
            together.setdefault((action.device, why), []).append(action)
    told = []
    for (device, why), actions in list(together.items())[: MOST_STEPS - 1]:
        rows = [sources.voice.row(report, f"plan.{one.action}", device, one.value, text=why) for one in actions]
        values = [setting_text(voice, kinds.get(device, ""), one.action, one.value) for one in actions]
        reason = voice.quoted(why) if why else voice.say("talk.no_reason")
        comma = "、" if voice.is_japanese else ", "
        told.append(
            voice.sentence(
                "talk.plan.now",
                rows,
                report.origin.value,
                [100.0 * one.value for one in actions],
                device=voice.device(device),
                value=comma.join(values),
                why=reason,
            )
        )
    return told


def upcoming(sources: Sources, outlook: PlanOutlook, wanted: Wanted) -> list[tuple[float, str, str, float]]:
    """Return the next change of each device by the plan: (when, device, what, value), the soonest first."""
    found: list[tuple[float, str, str, float]] = []
    now_s, begins = sources.house_s, outlook.begins_unix_s
    for lane in outlook.devices:
        if not _concerns(sources, wanted, lane.device) or not lane.value:
            continue
        present = max((n for n, at_s in enumerate(begins) if at_s <= now_s), default=0)
        for step in range(present + 1, len(lane.value)):
            if abs(lane.value[step] - lane.value[present]) >= LEAST_CHANGE:
                found.append((begins[step], lane.device, lane.what, lane.value[step]))
                break
    period = wanted.period
    if period is not None:
        found = [one for one in found if period.holds(one[0] - sources.ahead_s)]
    return sorted(found)


def _next(sources: Sources, outlook: PlanOutlook, step: tuple[float, str, str, float]) -> Sentence:
    voice, (at_s, device, what, value) = sources.voice, step
    unit = "kW" if what.endswith("_kw") else "1" if what in SHARES else ""
    row = Row(
        source=f"outlook.{what}",
        subject=device,
        begin_unix_s=at_s,
        end_unix_s=at_s,
        value=value,
        unit=unit,
        zone=voice.zone_name,
    )
    is_off = abs(value) < LEAST_CHANGE / 2 and not what.startswith(("closed", "open"))
    shown = (
        f"{voice.number(abs(value), 1)} kW"
        if unit == "kW"
        else voice.percent(value)
        if unit == "1"
        else voice.number(value, 1)
    )
    family = f"talk.plan.{what}"
    key = "talk.plan.off" if is_off else family if voice.has(family) else "talk.plan.other"
    return voice.sentence(
        key,
        (row,),
        outlook.origin.value,
        device=voice.device(device),
        at=sources.planner_voice.on(at_s),
        value=shown,
        what=what,
    )
