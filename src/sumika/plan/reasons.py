"""Why a plan does what it does, in words and in both languages, from the plan's own numbers.

A reason says what is done, then what speaks for it (who is expected when, what the price does, what the roof gives, how
stale the air would be), then what it would cost to do without, where that was worked out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.plan._air_relief import Relief, relief
from sumika.plan._facts import PRICE_MOVES, Facts
from sumika.plan.account import Account
from sumika.plan.problem import Planned
from sumika.plan.rolling import AsPlanned, Rolling
from sumika.schema import Command
from sumika.schema.house import Device, House
from sumika.schema.worth import from_yen
from sumika.text import money_text, say

Array = NDArray[np.float64]

LEAST_MONEY = {"JPY": 0.5, "EUR": 0.005}
"""Less is not worth a word."""


def least_money(currency: str) -> float:
    """Return how much money is worth a word.

    Args:
        currency: Of the money.
    """
    return LEAST_MONEY.get(currency, from_yen(LEAST_MONEY["JPY"], currency))


AHEAD_H = 2.0
_PARTS = ("comfort", "air", "energy", "stores")
_Part = tuple[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why something is done.

    Attributes:
        text: In English.
        text_ja: In Japanese.
    """

    text: str
    text_ja: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What reasons are made from besides the plan.

    Attributes:
        house: For names and kinds.
        begins: (step,) when each step of the plan begins, in local time.
        without: By device: what it would cost to do without it, where that was worked out.
        follows: Name of the simple controller whose way this is; empty: it is the plan's own.
        dearer: How much more the plan's own way would cost than that.
        given: By device: the reason of what was decided beside the optimisation.
    """

    house: House
    begins: Sequence[datetime]
    without: Mapping[str, Account] = field(default_factory=dict)
    follows: str = ""
    dearer: float = 0.0
    given: Mapping[str, Reason] = field(default_factory=dict)


def with_reasons(planned: Planned, commands: Iterable[Command], known: Known) -> tuple[Command, ...]:
    """Return commands with their reasons.

    Args:
        planned: The plan that they come from.
        commands: Its first step, as devices are told.
        known: What else there is to say.
    """
    settings: dict[str, dict[str, float]] = {}
    commands = tuple(commands)
    for command in commands:
        settings.setdefault(command.device, {})[command.action] = command.value
    told = _Telling(planned, known)
    reasons = {device: told.reason(device, values) for device, values in settings.items()}
    return tuple(
        msgspec.structs.replace(one, why=reasons[one.device].text, why_ja=reasons[one.device].text_ja)
        for one in commands
    )


class _Telling:
    def __init__(self, planned: Planned, known: Known) -> None:
        self._planned, self._known = planned, known
        self._facts = Facts(planned, known.begins)
        self._rolling = Rolling(planned.situation)
        self._devices = {device.id: device for device in known.house.devices}
        self._names = {room.id: room.name or room.id for room in known.house.rooms}
        self._index = {room: place for place, room in enumerate(planned.situation.rooms)}

    def reason(self, device_id: str, settings: Mapping[str, float]) -> Reason:
        if device_id in self._known.given:
            return self._known.given[device_id]
        device = self._devices[device_id]
        tells = _TELLS.get(device.kind, _Telling.plainly)
        parts = tells(self, device, settings)
        if parts[0][0] == "by_itself":
            pass  # what it does is no longer the plan's, nor what that costs
        elif self._known.follows:
            parts = [*parts[:1], ("simple", {"name": self._known.follows, "money": self._known.dearer})]
        else:
            parts = [*parts, *(self._without(device_id) if _does_something(settings) else [])]
        return Reason(text=self._said(parts, "en"), text_ja=self._said(parts, "ja"))

    def _said(self, parts: Sequence[_Part], language: str) -> str:
        told = [say(f"why.plan.{key}", language, **self._worded(values, language)) for key, values in parts]
        head, rest = told[0], told[1:]
        if not rest:
            return head
        return say("why.plan.because", language, head=head, rest=say("why.plan.comma", language).join(rest))

    def _worded(self, values: Mapping[str, object], language: str) -> dict[str, object]:
        """Return values as they are read: money with its currency, times as a clock shows them, names as they are."""
        worded: dict[str, object] = {}
        for name, value in values.items():
            if name == "money" and isinstance(value, float):
                worded[name] = money_text(value, self._planned.situation.currency, language)
            elif name == "what":
                worded[name] = say(f"why.plan.what.{value}", language)
            elif name == "name":
                worded[name] = say(f"why.plan.simple.{value}", language)
            elif name == "people":
                worded[name] = say("why.plan.person" if value == 1 else "why.plan.people", language, count=value)
            else:
                worded[name] = f"{value:%H:%M}" if isinstance(value, datetime) else value
        return worded

    def _without(self, device: str) -> list[_Part]:
        account = self._known.without.get(device)
        least = least_money(self._planned.situation.currency)
        if account is None or account.total < least:
            return []
        what = max(_PARTS, key=lambda name: float(getattr(account, name)))
        return [("without", {"money": account.total, "what": what})]

    def plainly(self, device: Device, settings: Mapping[str, float]) -> list[_Part]:
        return [("set", {"device": device.id})]

    def climate(self, device: Device, settings: Mapping[str, float]) -> list[_Part]:
        """Say why a room is heated, cooled, or left alone."""
        planned, room = self._planned, self._index[device.room]
        heats = self._soon(device, "heat_kw") if (device.id, "heat_kw") in planned.controls else 0.0
        cools = self._soon(device, "cool_kw") if (device.id, "cool_kw") in planned.controls else 0.0
        place = self._names[device.room]
        comes = self._facts.arrival(room)
        off = settings.get("mode", settings.get("on", 1.0)) == 0.0
        if off or max(heats, cools) <= 0.0:
            return [("left", {"room": place, "now": float(planned.states["heat"][0, room])}), *self._why_left(room)]
        warms = heats >= cools
        ahead = comes is not None and comes.at is not None
        head = ("pre" if ahead else "") + ("heat" if warms else "cool")
        to_c = settings.get("setpoint_c", float(planned.states["heat"][1, room]))
        parts: list[_Part] = [(head, {"room": place, "to": to_c})]
        parts += self._people(room)
        parts += self._price(wants_dearer_later=ahead or to_c > float(planned.states["heat"][0, room]))
        return [*parts, *self._roof(), *self._beyond(device, room, warms=warms)]

    def _soon(self, device: Device, name: str) -> float:
        return float(self._planned.controls[device.id, name][:2].max())

    def _people(self, room: int) -> list[_Part]:
        comes = self._facts.arrival(room)
        if comes is None:
            return [("nobody", {})]
        if comes.at is None:
            return [("here", {"people": comes.people})]
        spread = max(5, 5 * round(comes.spread_min / 5.0))
        return [("expected", {"people": comes.people, "time": comes.at, "spread": spread})]

    def _why_left(self, room: int) -> list[_Part]:
        comes = self._facts.arrival(room)
        low, high = self._facts.low_c(room), self._facts.high_c(room)
        if comes is None:
            return [("nobody", {})]
        if comes.at is not None:
            return [*self._people(room), *self._price(wants_dearer_later=False)]
        if low is not None and high is not None:
            return [("band", {"low": low, "high": high})]
        return self._people(room)

    def _price(self, *, wants_dearer_later: bool) -> list[_Part]:
        move = self._facts.price_move()
        if move is None or (move.share > 0.0) is not wants_dearer_later:
            return []
        key = "price_rises" if move.share > 0.0 else "price_falls"
        return [(key, {"percent": round(100.0 * abs(move.share)), "time": move.at})]

    def _roof(self) -> list[_Part]:
        roof = self._facts.roof_kw()
        return [("roof", {"kw": roof})] if roof > 0.0 else []

    def _beyond(self, device: Device, room: int, *, warms: bool) -> list[_Part]:
        """Say what a room would come to without its device, where that is beyond what people like."""
        lead = self._facts.lead_h
        alone = self._alone(device)["heat"][1:, room][lead < AHEAD_H]
        worst = float(alone.min() if warms else alone.max())
        limit = self._facts.low_c(room) if warms else self._facts.high_c(room)
        if limit is None or (worst >= limit if warms else worst <= limit):
            return []
        return [("would_cool" if warms else "would_warm", {"to": worst, "limit": limit})]

    def _alone(self, device: Device) -> Mapping[str, Array]:
        steps = int((self._facts.lead_h < AHEAD_H).sum())
        return self._rolling.roll(AsPlanned(self._planned, frozenset({device.id}), steps)).states

    def fan(self, device: Device, settings: Mapping[str, float]) -> list[_Part]:
        """Say how stale, damp or dusty the air would be without it: whichever would cost most."""
        head: tuple[str, str] = ("vent_more", "vent_least")
        if device.kind == "window_opener":
            head = ("window_open", "window_shut")
        lead = self._facts.lead_h < AHEAD_H
        people = self._planned.situation.people[: len(lead)][lead].max(axis=0) >= 0.3
        alone = self._alone(device)
        told = {"level": settings.get("level", 0.0)}
        spared = relief(self._planned, alone, int(lead.sum()))
        if spared is not None and spared.money >= least_money(self._planned.situation.currency):
            room = self._names[self._planned.situation.rooms[spared.room]]
            return [(head[0], told), _RELIEFS[spared.carried](room, spared)]
        if not people.any():
            return [(head[1], told), ("nobody", {})]
        fullest = int((alone["co2"][1:][lead].max(axis=0) - 1e6 * ~people).argmax())
        values = {
            "room": self._names[self._planned.situation.rooms[fullest]],
            "ppm": float(alone["co2"][1:][lead][:, fullest].max()),
        }
        return [(head[1], told), ("stays_fresh", values)]

    def purifier(self, device: Device, settings: Mapping[str, float]) -> list[_Part]:
        """Say how dusty it would be without it."""
        lead, room = self._facts.lead_h < AHEAD_H, self._index[device.room]
        alone = float(self._alone(device)["pm2_5"][1:, room][lead].max())
        then = float(self._planned.states["pm2_5"][1:, room][lead].max())
        if settings.get("level", 0.0) > 0.0 and alone - then >= 1.0:
            return [("clean_more", {"room": self._names[device.room]}), ("would_dust", {"then": then, "dust": alone})]
        key = "clean_more" if settings.get("level", 0.0) > 0.0 else "clean_off"
        return [(key, {"room": self._names[device.room]}), ("dust", {"then": then})]

    def moisture(self, device: Device, settings: Mapping[str, float]) -> list[_Part]:
        """Say why water is given to the air or taken from it."""
        room = self._names[device.room]
        if settings.get("on", 0.0) == 0.0:
            return [("moisture_off", {"room": room}), *self._people(self._index[device.room])[:1]]
        key = "moisten" if device.kind == "humidifier" else "dry"
        return [(key, {"room": room}), *self._people(self._index[device.room])]

    def blind(self, device: Device, settings: Mapping[str, float]) -> list[_Part]:
        """Say what of the sun is kept out or let in."""
        control = next(one for one in self._planned.situation.controls if one.device == device.id)
        acts = control.acts["heat"]
        watts = float(-(acts[0] if acts.ndim == 2 else acts).sum())
        room, closed = self._names[device.room], settings.get("closed", 0.0)
        if closed > 0.0:
            parts: list[_Part] = [("shade", {"room": room, "watts": watts * closed})]
            return [*parts, *self._beyond(device, self._index[device.room], warms=False)]
        return [("sun_in", {"room": room, "watts": watts})] if watts > 20.0 else [("no_sun", {"room": room})]

    def water(self, device: Device, settings: Mapping[str, float]) -> list[_Part]:
        """Say why water is heated now, or until when the tank lasts."""
        if settings.get("mode") == 1.0:
            return [("by_itself", {"device": device.id})]
        if settings.get("mode", 0.0) > 0.0:
            return [("water_now", {}), *self._against_day(cheap=True), *self._roof()]
        charge = self._planned.charge_kw[device.id]
        later = [step for step in range(len(charge)) if charge[step] > 0.05]
        parts: list[_Part] = [
            ("water_later", {"time": self._known.begins[later[0]]}) if later else ("water_enough", {})
        ]
        return [*parts, *(self._cheaper_at(later[0]) if later else [])]

    def _cheaper_at(self, step: int) -> list[_Part]:
        """Say that the price is lower at a later step, where it is."""
        price = self._planned.situation.price
        share = float(price[step]) / float(price[0]) - 1.0 if price[0] > 0.0 else 0.0
        return [("cheaper_then", {"percent": round(-100.0 * share)})] if share <= -PRICE_MOVES else []

    def store(self, device: Device, settings: Mapping[str, float]) -> list[_Part]:
        """Say why a battery or a car is charged or gives."""
        if settings.get("mode") == 1.0 and device.kind != "battery":
            return [("by_itself", {"device": device.id})]
        if settings.get("mode") == 1.0:
            return [("follows", {}), *self._roof()]
        kw = settings.get("power_w", 0.0) / 1000.0
        if kw > 0.0:
            return [("charge", {"kw": kw}), *self._against_day(cheap=True), *self._roof()]
        if kw < 0.0:
            return [("give", {"kw": -kw}), *self._against_day(cheap=False)]
        return [("rest", {}), *self._price(wants_dearer_later=True)]

    def _against_day(self, *, cheap: bool) -> list[_Part]:
        share = self._facts.price_against_day()
        if abs(share) < PRICE_MOVES or (share < 0.0) is not cheap:
            return []
        return [("price_low" if cheap else "price_high", {"percent": round(100.0 * abs(share))})]


def _does_something(settings: Mapping[str, float]) -> bool:
    """Return whether a device is told to do something that it could leave."""
    switches = [settings[name] for name in ("mode", "on", "level", "closed", "open") if name in settings]
    return not switches or max(switches) > 0.0


_RELIEFS: Mapping[str, Callable[[str, Relief], _Part]] = {
    "co2": lambda room, spared: ("would_stale", {"room": room, "ppm": spared.without}),
    "humidity": lambda room, spared: ("would_damp", {"room": room, "percent": 100.0 * spared.without}),
    "pm2_5": lambda room, spared: ("would_dust", {"then": spared.planned, "dust": spared.without}),
}

_TELLS: Mapping[str, Callable[[_Telling, Device, Mapping[str, float]], list[_Part]]] = {
    "room_air_conditioner": _Telling.climate,
    "whole_house_air_conditioner": _Telling.climate,
    "floor_heating": _Telling.climate,
    "radiator": _Telling.climate,
    "exhaust_fan": _Telling.fan,
    "balanced_ventilation": _Telling.fan,
    "window_opener": _Telling.fan,
    "air_purifier": _Telling.purifier,
    "humidifier": _Telling.moisture,
    "dehumidifier": _Telling.moisture,
    "blind": _Telling.blind,
    "heat_pump_water_heater": _Telling.water,
    "battery": _Telling.store,
    "ev_charger": _Telling.store,
}
