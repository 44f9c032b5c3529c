"""How the air of a room moves: each quantity against what it was minutes, half an hour and hours ago, and outdoors."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sumika.physics.psychrometrics import humidity_ratio
from sumika.schema import AirSample, WeatherSample

PASCALS = 101_325.0
"""Of the air: what the weather makes of it changes a kilogram's water by 3 %."""

FAST_S, MEDIUM_S, SLOW_S = 60.0, 300.0, 1800.0
LOW_RISES_S, LOW_FALLS_S = 4 * 3600.0, 600.0
"""The usual of a room follows downwards at once, and upwards over hours: what comes and goes stands out above it."""

LONGEST_GAP_S = 900.0
"""After such a silence the course begins anew."""

PARTS = ("against five minutes", "against half an hour", "against the usual")


def _grams_per_kg(sample: AirSample | WeatherSample) -> float | None:
    if sample.temperature_c is None or sample.relative_humidity is None:
        return None
    return 1000.0 * humidity_ratio(sample.temperature_c, sample.relative_humidity, PASCALS)


def _dust(sample: AirSample) -> float | None:
    return None if sample.pm2_5_ug_m3 is None else math.log1p(max(sample.pm2_5_ug_m3, 0.0) / 20.0)


def _vapours(sample: AirSample) -> float | None:
    return None if sample.voc_ug_m3 is None else math.log1p(max(sample.voc_ug_m3, 0.0) / 200.0)


def _co2(sample: AirSample) -> float | None:
    return None if sample.co2_ppm is None else math.log(max(sample.co2_ppm, 300.0) / 420.0)


QUANTITIES: Mapping[str, Callable[[AirSample], float | None]] = MappingProxyType(
    {
        "dust": _dust,
        "vapours": _vapours,
        "water": _grams_per_kg,
        "warmth": lambda sample: sample.temperature_c,
        "co2": _co2,
    }
)
"""Dust, vapours and carbon dioxide as logarithms: what matters is how many times more there is."""

MIXED = ("warmth", "water", "co2")
_CONTRASTS: Mapping[str, float] = MappingProxyType({"warmth": 3.0, "water": 2.0, "co2": 0.3})
"""Where indoors and outdoors differ by less, moving towards outdoors says little."""

FEATURES = (
    *(f"{name} {part}" for name in QUANTITIES for part in PARTS),
    *(f"{name} towards outdoors {part}" for name in MIXED for part in PARTS[:2]),
)


@dataclass(frozen=True, slots=True)
class Outdoors:
    """What the air outside is like, in the units of `QUANTITIES`; None where nothing is known."""

    warmth: float | None = None
    water: float | None = None
    co2: float = 0.0

    @classmethod
    def of(cls, weather: WeatherSample) -> "Outdoors":
        """Return what a weather station tells."""
        return cls(warmth=weather.temperature_c, water=_grams_per_kg(weather))


@dataclass(slots=True)
class _Quantity:
    """One quantity's past, as means over different times."""

    fast: float
    medium: float
    slow: float
    low: float
    seen_s: float

    def take(self, value: float, passed_s: float) -> None:
        """Let time pass and take a value in."""
        self.fast += (value - self.fast) * -math.expm1(-passed_s / FAST_S)
        self.medium += (value - self.medium) * -math.expm1(-passed_s / MEDIUM_S)
        self.slow += (value - self.slow) * -math.expm1(-passed_s / SLOW_S)
        time_s = LOW_FALLS_S if self.fast < self.low else LOW_RISES_S
        self.low += (self.fast - self.low) * -math.expm1(-passed_s / time_s)


@dataclass(slots=True)
class AirCourse:
    """One sensor's past; changed in place.

    Attributes:
        since_s: Since when it is watched without a gap; None before the first sample.
    """

    since_s: float | None = None
    _last_s: float = 0.0
    _past: dict[str, _Quantity] = field(default_factory=dict)

    def take(self, sample: AirSample, now_s: float) -> None:
        """Take a sample in; what is no number is left out.

        Args:
            sample: Of this sensor.
            now_s: When, on a clock that never goes back; an earlier one is left out.
        """
        if self.since_s is None or not 0.0 <= now_s - self._last_s <= LONGEST_GAP_S:
            self.since_s, self._past = now_s, {}
        self._last_s = now_s
        for name, read in QUANTITIES.items():
            value = read(sample)
            if value is None or not math.isfinite(value):
                continue
            past = self._past.get(name)
            if past is None or now_s - past.seen_s > LONGEST_GAP_S:
                self._past[name] = _Quantity(value, value, value, value, now_s)
                continue
            past.take(value, now_s - past.seen_s)
            past.seen_s = now_s

    def measures(self, name: str) -> bool:
        """Return whether a quantity is measured now."""
        past = self._past.get(name)
        return past is not None and self._last_s - past.seen_s <= LONGEST_GAP_S

    def features(self, outdoors: Outdoors) -> NDArray[np.float64]:
        """Return (feature,) as `FEATURES` names them; 0, as if nothing moved, of what is not measured or known.

        Args:
            outdoors: The air outside now.
        """
        found = np.zeros(len(FEATURES))
        for place, name in enumerate(QUANTITIES):
            past = self._past.get(name)
            if past is not None:
                found[3 * place : 3 * place + 3] = (
                    past.fast - past.medium,
                    past.medium - past.slow,
                    past.fast - past.low,
                )
        for place, name in enumerate(MIXED):
            past, outside = self._past.get(name), getattr(outdoors, name)
            if past is not None and outside is not None:
                first = 3 * len(QUANTITIES) + 2 * place
                found[first] = _towards(outside, past.medium, past.fast, _CONTRASTS[name])
                found[first + 1] = _towards(outside, past.slow, past.fast, _CONTRASTS[name])
        return found


def _towards(outside: float, before: float, now: float, least: float) -> float:
    """Return which share of the way to outdoors a quantity has gone, less where indoors hardly differs."""
    way = outside - before
    return way * (now - before) / (way**2 + least**2)
