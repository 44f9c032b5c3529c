"""How devices take orders: late, in steps, within their range, and with a reason when they refuse."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from sumika.schema import SumikaError
from sumika.schema.devices import Setting

HOUR_S = 3600.0
LATENCY_S = (0.3, 3.0)
"""Typical of devices behind a home gateway: a fraction of a second to some seconds."""

SILENT_SHARE = 0.002
"""Share of the hours in which a device's radio does not answer for a while; typical of Wi-Fi at home."""


class Conduct(StrEnum):
    """How a device takes its orders."""

    OBEYS = "obeys"
    IGNORES = "ignores"  # it takes an order, and stays as it is and says so
    LIES = "lies"  # it says what it was told, and stays as it is


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    due_s: float
    setting: str
    value: float


class Panel:
    """What a device is set to, and the orders that are on their way to it."""

    def __init__(self, device: str, settings: Mapping[str, Setting], latency_s: float) -> None:
        """Begin as new.

        Args:
            device: Its id, for messages.
            settings: What it can be told.
            latency_s: Until an order takes effect.
        """
        self._device, self._settings, self._latency_s = device, settings, latency_s
        self._waiting: list[_Order] = []
        self.values = {name: setting.starts_at for name, setting in settings.items()}
        self.refused = ""
        self.conduct = Conduct.OBEYS
        self._claimed: dict[str, float] = {}

    @property
    def says(self) -> dict[str, float]:
        """What it says that it is set to."""
        return {**self.values, **self._claimed}

    def behave(self, conduct: Conduct, claims: Mapping[str, float] | None = None) -> None:
        """Take orders in another way from now on; who is mended does what it claimed.

        Args:
            conduct: Which.
            claims: What one that lies says at first, by setting; None: the truth.
        """
        self.conduct = conduct
        if conduct is Conduct.OBEYS:
            self.values.update(self._claimed)
        self._claimed = dict(claims or {}) if conduct is Conduct.LIES else {}

    def wanted(self, setting: str) -> float:
        """Return what a setting will be when all orders have arrived."""
        for order in reversed(self._waiting):
            if order.setting == setting:
                return order.value
        return self.values[setting]

    def check(self, setting: str, value: float) -> str:
        """Return why a value cannot be taken, empty if it can.

        Raises:
            SumikaError: if there is no such setting.
        """
        if setting not in self._settings:
            raise SumikaError(
                f"{self._device} has no setting {setting!r}",
                where=self._device,
                remedy=f"It has: {', '.join(self._settings) or 'none'}",
            )
        limits = self._settings[setting]
        if not math.isfinite(value):
            return f"{setting} must be a number"
        if not limits.low <= value <= limits.high:
            return f"{setting} is out of range: {limits.low:g} to {limits.high:g}"
        return ""

    def take(self, setting: str, value: float, now_s: float) -> None:
        """Take an order that was checked, rounded to a whole step; it takes effect a little later."""
        limits = self._settings[setting]
        if limits.step > 0.0:
            value = round(round(value / limits.step) * limits.step, 6)
        value = min(limits.high, max(limits.low, value))
        self._waiting.append(_Order(due_s=now_s + self._latency_s, setting=setting, value=value))

    def arrive(self, until_s: float) -> None:
        """Let orders take effect that are due, in the order in which they were given."""
        if not self._waiting:
            return
        for order in self._waiting:
            if order.due_s > until_s or self.conduct is Conduct.IGNORES:
                continue
            into = self._claimed if self.conduct is Conduct.LIES else self.values
            into[order.setting] = order.value
        self._waiting = [order for order in self._waiting if order.due_s > until_s]


class Radio:
    """Whether a device answers: silent in some hours that its seed decides, or when it is cut off."""

    def __init__(self, seed: int, number: int) -> None:
        """Begin connected.

        Args:
            seed: Of the house.
            number: Of the device in the house.
        """
        self._key = (seed, 5201, number)
        self._day = -1
        self._silent: dict[int, tuple[float, float]] = {}
        self.cut_off = False

    def answers(self, now_s: float) -> bool:
        """Return whether it answers at a moment."""
        if self.cut_off:
            return False
        hour = int(now_s // HOUR_S)
        if hour // 24 != self._day:
            self._day = hour // 24
            self._silent = self._of_day(self._day)
        if not self._silent or hour not in self._silent:
            return True
        begin, end = self._silent[hour]
        return not begin <= now_s / HOUR_S - hour < end

    def _of_day(self, day: int) -> dict[int, tuple[float, float]]:
        """Return the hours of a day in which it is silent for a while, and from when to when in them."""
        draws = np.random.Generator(np.random.SFC64((*self._key, max(day, 0)))).random((24, 3))
        return {
            24 * day + int(hour): (float(draws[hour, 1]), float(draws[hour, 1] + 0.25 * draws[hour, 2]))
            for hour in np.flatnonzero(draws[:, 0] < SILENT_SHARE)
        }
