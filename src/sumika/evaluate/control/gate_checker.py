"""An independent checker of the safety gate: it sees what the gate hears and lets through, and finds what is wrong.

It knows nothing of `sumika.safety`. It keeps its own, simpler books, and where these cannot tell for sure what was so,
it lets the gate have its way: what it reports is wrong beyond doubt.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from sumika.evaluate.control.gate_numbers import (
    CHANGES,
    HANDS_OFF,
    HEATS,
    RANGES,
    RUNS,
    STEPS,
    UNATTENDED_STEPS,
    VENTS,
    WATER_C,
    WHOLE,
    WRITES,
)
from sumika.schema import AirSample, Command, DeviceState, Heartbeat, Message, Presence, Verdict, WeatherSample, Write
from sumika.schema.house import Device, House

SECOND = 1_000_000_000
_PEOPLE = ("resident", "operator")
_CONTROLLERS = ("plan", "policy", "rules")
_URGENT = ("smoke_or_co", "frost", "overheating", "scald")


@dataclass(slots=True)
class _Passed:
    """A write that was let through."""

    at: int
    value: float
    asker: str
    moved: float


@dataclass(slots=True)
class _Place:
    """One setting of one device."""

    passed: list[_Passed] = field(default_factory=list)
    said: float | None = None
    contradicted_at: int = -1  # when the device last said something else than what was written last

    def may_be(self) -> list[float]:
        """Return what the setting may be now, as far as anybody can know."""
        last = [self.passed[-1].value] if self.passed else []
        return last + ([self.said] if self.said is not None else [])


class GateChecker:
    """The checker's books. All times are true ones, in nanoseconds, that no reboot and no clock touches."""

    def __init__(self, house: House) -> None:
        """Know the house.

        Args:
            house: As the gate knows it.
        """
        self._devices: dict[str, Device] = {device.id: device for device in house.devices}
        control = house.control
        self._mode = "shadow" if control is None else control.mode
        self._hold_ns = 0 if control is None else round(control.resident_holds_min * 60 * SECOND)
        self._demo = house.demo
        self._places: dict[tuple[str, str], _Place] = {}
        self._bad: dict[tuple[str, str], bool] = {}
        self._lasting: dict[tuple[str, str], int | None] = {}
        self._open: dict[tuple[str, str], tuple[bool, int]] = {}
        self._air: dict[str, dict[str, tuple[float, int]]] = {}
        self._someone: dict[str, tuple[bool, int]] = {}
        self._rain: tuple[bool, int] = (False, 0)
        self._water: dict[str, tuple[dict[str, float], int]] = {}
        self._beats: dict[str, int] = {}
        self._plan_until = 0
        self._held_until: dict[str, int] = {}
        self._counted_from = 0
        self.tested = False

    def restart(self, at: int) -> None:
        """The gate begins anew: what it heard and counted is forgotten; least times, holds and steps are not."""
        for each in (self._bad, self._lasting, self._open, self._air, self._someone, self._water, self._beats):
            each.clear()
        self._rain, self._plan_until, self.tested = (False, 0), 0, False
        self._counted_from = at

    def hear(self, message: Message, at: int, promised_until: int = 0) -> None:
        """Take what the gate is told.

        Args:
            message: Anything.
            at: True time.
            promised_until: True time until which a plan's beat says that it holds.
        """
        if isinstance(message, AirSample):
            self._hear_air(message, at)
        elif isinstance(message, DeviceState) and message.device in self._devices and message.available:
            self._hear_device(message, at)
        elif isinstance(message, Presence):
            sure = message.valid and message.probability is not None and message.probability < 0.1
            self._someone[message.room] = (not sure, at)
        elif isinstance(message, WeatherSample):
            bad = (message.rain_mm_h or 0.0) > 0.1 or (message.wind_m_s or 0.0) > 10.0
            self._rain = (bad, at)
        elif isinstance(message, Heartbeat):
            self._beats[message.asker] = at
            if message.asker == "plan":
                self._plan_until = min(promised_until, at + 900 * SECOND)

    def _hear_air(self, air: AirSample, at: int) -> None:
        if air.smoke is not None:
            self._hear_alarm((air.sensor, "smoke"), air.smoke, not air.smoke, at)
        if air.co_ppm is not None and not math.isnan(air.co_ppm):
            self._hear_alarm((air.sensor, "co"), air.co_ppm >= 30.0, air.co_ppm < 10.0, at)
        # What its contact knows nothing of any more, no checker knows either.
        self._open[air.room, air.sensor] = (air.window_open is not None and not air.window_open <= 0.02, at)
        if air.temperature_c is not None and -40.0 <= air.temperature_c <= 60.0:
            self._air.setdefault(air.room, {})[air.sensor] = (air.temperature_c, at)

    def _hear_alarm(self, sensor: tuple[str, str], bad: bool, good: bool, at: int) -> None:
        """Note an alarm, and whether it may still be on: it is over after ten minutes of good readings."""
        self._bad[sensor] = bad
        if bad:
            self._lasting[sensor] = None
        elif sensor in self._lasting:
            calm = self._lasting[sensor] if good else None
            self._lasting[sensor] = at if good and calm is None else calm
            if calm is not None and at - calm >= 600 * SECOND:
                del self._lasting[sensor]

    def _hear_device(self, state: DeviceState, at: int) -> None:
        for name, value in state.values.items():
            if math.isfinite(value):
                place = self._places.setdefault((state.device, name), _Place())
                place.said = value
                if not place.passed or value != place.passed[-1].value:
                    place.contradicted_at = at
        water, _ = self._water.get(state.device, ({}, at))
        self._water[state.device] = ({**water, **state.values}, at)

    def hand(self, device: str, at: int) -> None:
        """A resident has set a device by hand, beyond doubt."""
        self._held_until[device] = at + self._hold_ns

    def judge(self, verdict: Verdict, write: Write | None, command: Command | None, at: int, age: int) -> list[str]:
        """Return what is wrong with what the gate let through.

        Args:
            verdict: What it said.
            write: What goes to the device.
            command: What was asked; None where the gate acts by itself.
            at: True time.
            age: How old the command is, ns.
        """
        wrong = list(self._of_veto(verdict))
        if verdict.ruling != "vetoed" and verdict.asked_by in _PEOPLE and self._hold_ns:
            self._held_until[verdict.device] = at + self._hold_ns
        if write is None:
            return [*wrong, *(["written, but nothing is sent"] if verdict.written is not None else [])]
        device = self._devices.get(write.device)
        if device is None or (verdict.device, verdict.action, verdict.written) != (
            write.device,
            write.action,
            write.value,
        ):
            return [*wrong, "sends what the verdict does not say"]
        place = self._places.setdefault((write.device, write.action), _Place())
        wrong += self._of_value(device, write, place, verdict)
        wrong += self._of_asker(device, verdict, command, at, age)
        wrong += self._of_times(device, write, place, verdict, at)
        wrong += self._of_rates(device, write, place, verdict, at)
        wrong += self._of_house(device, write, place, verdict, at)
        moved = min((abs(write.value - one) for one in self._within(device, write.action, place)), default=0.0)
        place.passed.append(_Passed(at, write.value, verdict.asked_by, moved))
        return [f"{write.device}.{write.action}={write.value!r} ({verdict.asked_by}): {each}" for each in wrong]

    def _of_veto(self, verdict: Verdict) -> Iterator[str]:
        above = ("resident_holds", "outranked", "wrong_mode", "never_by_plan")
        if verdict.ruling == "vetoed" and verdict.asked_by == "resident" and verdict.rule in above:
            yield f"a resident is refused by {verdict.rule}"

    def _range(self, device: Device, setting: str) -> tuple[float, float] | None:
        known = RANGES.get(device.kind)
        own = device.limits.get(setting)
        if known is None:
            return own if own is not None and own[0] <= own[1] else None
        if setting not in known:
            return None
        low, high = known[setting]
        low, high = (low, high) if own is None else (max(low, own[0]), min(high, own[1]))
        if setting in WHOLE or (setting == "level" and device.kind != "light"):
            low, high = math.ceil(low), math.floor(high)
        return (low, high) if low <= high else None

    def _within(self, device: Device, setting: str, place: _Place) -> list[float]:
        """Return what the setting may be, each brought into its range."""
        low, high = self._range(device, setting) or (-math.inf, math.inf)
        return [min(high, max(low, each)) for each in place.may_be()]

    def _of_value(self, device: Device, write: Write, place: _Place, verdict: Verdict) -> Iterator[str]:
        bounds = self._range(device, write.action)
        if bounds is None:
            yield "no such setting"
            return
        value: object = write.value
        if (
            not isinstance(value, float)
            or not bounds[0] <= value <= bounds[1]
            or math.copysign(1.0, value or 1.0) * value < 0
        ):
            yield f"not a number within {bounds}"
        whole = write.action in WHOLE or (write.action == "level" and device.kind != "light")
        if whole and device.kind in RANGES and write.value != round(write.value):
            yield "between two states"
        key, known = (device.kind, write.action), self._within(device, write.action, place)
        if verdict.asked_by == "limit" or not known:
            return
        step = STEPS.get(key, math.inf)
        if verdict.asked_by in _CONTROLLERS:
            step = min(step, UNATTENDED_STEPS.get(key, math.inf))
        if min(abs(write.value - each) for each in known) > step + 1e-9:
            yield f"a step of more than {step:g} from {known}"

    def _of_asker(self, device: Device, verdict: Verdict, command: Command | None, at: int, age: int) -> Iterator[str]:
        if not self.tested:
            yield "before the self-test"
        if command is None:
            if verdict.asked_by not in ("limit", "resident"):
                yield "in somebody's name"
            if self._mode == "shadow" and verdict.asked_by == "limit":
                yield "touches what it only shadows"
            return
        if not -SECOND <= age <= (900 * SECOND if command.expires_ns else 5 * SECOND):
            yield f"{age / SECOND:g} s old"
        if command.origin != "live" and device.connection and not self._demo:
            yield "moves a real device by what is not live"
        if verdict.asked_by in _CONTROLLERS:
            yield from self._of_controller(device, verdict, at)

    def _of_controller(self, device: Device, verdict: Verdict, at: int) -> Iterator[str]:
        if self._mode != "drive":
            yield f"a controller in mode {self._mode}"
        if device.kind in HANDS_OFF or device.kind not in RANGES:
            yield "never by a plan"
        if at - self._beats.get(verdict.asked_by, -(10**18)) >= 10 * SECOND:
            yield "its controller is silent"
        if verdict.asked_by != "plan" and at < self._plan_until:
            yield "while a plan holds"
        if verdict.asked_by == "rules" and at - self._beats.get("policy", -(10**18)) < 10 * SECOND:
            yield "while the policy lives"
        if at < self._held_until.get(device.id, 0):
            yield "while a person holds it"

    def _of_times(self, device: Device, write: Write, place: _Place, verdict: Verdict, at: int) -> Iterator[str]:
        runs = RUNS.get(device.kind)
        if runs is None or runs[0] != write.action or not place.passed:
            return
        if verdict.asked_by == "limit" and verdict.rule in _URGENT:
            return
        last = place.passed[-1].value
        switched = self._since(place)
        least_s = runs[1] if last else runs[2]
        if switched is not None and last != write.value and at - switched < least_s * SECOND:
            yield f"{(at - switched) / SECOND:g} s after {last:g}, must be {least_s:g}"

    def _since(self, place: _Place) -> int | None:
        """Return when the last value was first written; None where the device may have been so before.

        Writing a value once more switches nothing.
        """
        value, since, before = place.passed[-1].value, place.passed[-1].at, -1
        for each in reversed(place.passed):
            if each.value != value:
                before = each.at
                break
            since = each.at
        return since if place.contradicted_at < before or place.contradicted_at < 0 else None

    def _of_rates(self, device: Device, write: Write, place: _Place, verdict: Verdict, at: int) -> Iterator[str]:
        if verdict.asked_by == "limit":
            return
        key = (device.kind, write.action)
        most, window_s = WRITES.get(key, (10**9, 1.0))
        counted = [each for each in place.passed if each.at >= self._counted_from]
        recent = [each for each in counted if at - each.at < window_s * SECOND and each.asker != "limit"]
        if len(recent) >= most:
            yield f"more than {most} writes"
        if verdict.asked_by not in _CONTROLLERS:
            return
        if 2 * sum(each.asker in _CONTROLLERS for each in recent) >= most:
            yield "a controller takes what is kept for people"
        most_change, window_s = CHANGES.get(key, (math.inf, 1.0))
        moved = [each.moved for each in counted if at - each.at < window_s * SECOND and each.asker in _CONTROLLERS]
        now = min((abs(write.value - each) for each in self._within(device, write.action, place)), default=0.0)
        if sum(moved) + now > most_change + 1e-6:
            yield f"moves by more than {most_change:g}"

    def _of_house(self, device: Device, write: Write, place: _Place, verdict: Verdict, at: int) -> Iterator[str]:
        alarmed = any(self._bad.values())
        known = self._within(device, write.action, place)
        lower = bool(known) and write.value < min(known)
        if alarmed and lower and ((device.kind in VENTS and write.action == "level") or write.action == "open"):
            yield "seals the house while there is smoke or carbon monoxide"
        if alarmed and (device.kind, write.action, write.value) == ("boiler", "on", 1.0):
            yield "burns while there is smoke or carbon monoxide"
        if (
            device.kind in VENTS
            and write.action == "level"
            and write.value < 1.0 <= self._highest(device)
            and self._people(at)
        ):
            yield "no ventilation, with people"
        if write.action == "open" and verdict.asked_by in _CONTROLLERS and not self._lasting:
            higher = not known or write.value > max(known)
            if higher and write.value > 0.0 and self._rain[0] and at - self._rain[1] <= 3600 * SECOND:
                yield "opens a window to the rain"
        yield from self._of_heat(device, write, at)

    def _highest(self, device: Device) -> float:
        bounds = self._range(device, "level")
        return bounds[1] if bounds is not None else 0.0

    def _of_heat(self, device: Device, write: Write, at: int) -> Iterator[str]:
        water = WATER_C.get(device.kind)
        hotter = water is not None and water[2][0] == write.action and write.value > water[2][1]
        measured, told = self._water.get(device.id, ({}, at))
        cooled_s = 24 * 3600 if device.kind == "heat_pump_water_heater" else 3600  # when nobody tells any more
        if hotter and water is not None and at - told <= cooled_s * SECOND and measured.get(water[0], 0.0) > water[1]:
            yield "heats water that is too hot"
        heats = HEATS.get(device.kind)
        if heats is None or heats[0] != write.action or not heats[1] <= write.value <= heats[2]:
            return
        fresh = [air_c for air_c, heard in self._air.get(device.room, {}).values() if at - heard <= 900 * SECOND]
        cold = any(air_c < 8.0 for air_c in fresh)
        windows = [one for (room, _), one in self._open.items() if room == device.room]
        if not cold and any(is_open and at - told <= 900 * SECOND for is_open, told in windows):
            yield "heats with the window open"
        if fresh and min(fresh) > 32.0:
            yield "heats what is too hot"

    def _people(self, at: int) -> bool:
        return any(someone or at - heard > 60 * SECOND for someone, heard in self._someone.values())
