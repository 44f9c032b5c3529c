"""Devices that do not obey, that say so while nothing happens, and sensors whose reading sticks.

A pure step, fed with what the gate wrote, what devices say, what sensors read, and what the house's model expects with
the device and without it::

    state = told(state, write, stamp)                       # a write of the gate went out
    state, findings = step(state, message, expected)        # a DeviceState or an AirSample came in

Each suspicion is a sequential test: log-likelihood ratios of independent stretches are added up, never below zero
(CUSUM: E. S. Page, Biometrika 41, 1954), and a finding is told when the sum passes `THRESHOLD`. A false one then comes
no oftener than once in exp(threshold) stretches on average (G. Lorden, Ann. Math. Statist. 42, 1971). One stretch
counts for `MOST_PER_STRETCH` at most, so that no single event, such as a door that is left open, decides.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from sumika.belief.suspicion import Fault, Finding, Suspicion
from sumika.clock import Instant
from sumika.schema import DEVICE_KINDS, AirSample, DeviceState, Write
from sumika.units import seconds_to_ns

THRESHOLD = 9.2
"""ln(10 000): at three stretches an hour one false finding in four months of uninterrupted use, on average."""
MOST_PER_STRETCH = 3.0
_CLEARED = -2.0 * THRESHOLD

LATENCY_S = 60.0
"""So long a device may take to say what it was told; polled ones are asked every 30 s."""
_DISOBEYS = 0.95
_LATE = 0.05
"""How often a device that does not obey says something else, and how often one that obeys does so still."""

LEAST_STRETCH_S = 300.0
MOST_STRETCH_S = 1800.0
_TELLING = 2.0
"""A stretch is long enough when the two expectations differ by so many standard deviations."""
_ENDS = 4
"""The mean of the first and of the last quarter of a stretch is compared."""
_MOST_SAMPLES = 400
_GAP_S = 1000.0
"""Who observes every quarter of an hour has no gaps."""
_POWER_EVERY_S = 60.0
_HOUR_S = 3600.0
_MOST = 1e6
"""No quantity here is ever larger; what says so is broken in another way."""
_ERROR_LASTS_S = 7200.0
"""An error of the model (sun, a door, a stove) lasts about so long (typical): stretches within it are one witness."""
_ERRS = 2.0
"""By so many of its standard deviations the model may be wrong before a reading that rests is suspicious."""

NOISE: Mapping[str, float] = MappingProxyType(
    {
        "temperature_c": 0.1,
        "relative_humidity": 0.01,
        "co2_ppm": 15.0,
        "pm2_5_ug_m3": 3.0,
        "illuminance_lux": 10.0,
        "sound_dba": 1.0,
    }
)
"""Standard deviation of one reading (typical of consumer sensors such as Sensirion's SHT4x and SCD4x)."""
RESOLUTION: Mapping[str, float] = MappingProxyType(
    {"temperature_c": 0.1, "relative_humidity": 0.01, "co2_ppm": 1.0, "pm2_5_ug_m3": 1.0, "illuminance_lux": 1.0}
)
"""Steps that readings come in, unless a sensor has shown coarser ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the house's model expects of a quantity now.

    Attributes:
        quantity: A field of AirSample; or `power_w`, which the device itself measures.
        room: Where; empty for power.
        device: Whose effect is in question; empty: only whether the sensor still reads is.
        with_it: With the device working as it says: change per hour, or for power the level in W.
        without_it: If it did nothing.
        sigma: Standard deviation of the expectation, in the same unit.
    """

    quantity: str
    room: str = ""
    device: str = ""
    with_it: float
    without_it: float
    sigma: float


@dataclass(frozen=True, slots=True)
class _Asked:
    """A write that the device has not said yet."""

    value: float
    at_ns: int


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Readings of one sensor since a stretch began, and what was expected to change meanwhile."""

    times_ns: tuple[int, ...] = ()
    readings: tuple[float, ...] = ()
    with_it: float = 0.0
    without_it: float = 0.0
    sigma: float = 0.0
    step: float = 0.0

    @property
    def lasts_s(self) -> float:
        """How long it is."""
        return (self.times_ns[-1] - self.times_ns[0]) / 1e9


@dataclass(frozen=True, slots=True)
class Obedience:
    """All that is remembered between steps; begin with an empty one.

    Attributes:
        kinds: Kind of each device, by name.
        asked: Writes not yet said, by device and setting.
        states: Latest state of each device.
        stretches: By suspicion.
        sums: Evidence against somebody, by suspicion.
        steps: Smallest step that a sensor has shown, by sensor and quantity.
        found: Suspicions that have been told and hold.
    """

    kinds: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[tuple[str, str], _Asked] = field(default_factory=dict)
    states: Mapping[str, DeviceState] = field(default_factory=dict)
    stretches: Mapping[Suspicion, _Stretch] = field(default_factory=dict)
    sums: Mapping[Suspicion, float] = field(default_factory=dict)
    steps: Mapping[tuple[str, str], float] = field(default_factory=dict)
    found: frozenset[Suspicion] = frozenset()


def told(state: Obedience, write: Write, stamp: Instant) -> Obedience:
    """Return the state after the gate has written something."""
    before = state.asked.get((write.device, write.action))
    if before is not None and before.value == write.value:
        return state  # asked again: its time is counted from the first
    asked = {**state.asked, (write.device, write.action): _Asked(write.value, stamp.monotonic_ns)}
    return replace(state, asked=asked)


def step(
    state: Obedience, message: DeviceState | AirSample, expected: Iterable[Expected] = ()
) -> tuple[Obedience, tuple[Finding, ...]]:
    """Take in what a device or a sensor says.

    Args:
        state: From the step before.
        message: What was said.
        expected: What the model expects now; those that concern this message are used.

    Returns:
        The state to go on with, and what was found or is over.
    """
    if isinstance(message, DeviceState):
        return _device(state, message, tuple(expected))
    findings: list[Finding] = []
    for one in expected:
        reading = getattr(message, one.quantity, None) if one.room == message.room else None
        if isinstance(reading, float | int) and _is_possible(reading):
            state, more = _reading(state, message, one, float(reading))
            findings += more
    return state, tuple(findings)


def works(device: DeviceState) -> bool:
    """Return whether a device says that it does something: its mode, its switch or its level is not 0."""
    switches = [device.values[name] for name in ("mode", "on", "level", "valve", "open") if name in device.values]
    return device.available and any(value > 0 for value in switches)


def _is_possible(value: float | None) -> bool:
    return value is not None and abs(value) <= _MOST  # false for what is no number, too


def _device(
    state: Obedience, message: DeviceState, expected: tuple[Expected, ...]
) -> tuple[Obedience, tuple[Finding, ...]]:
    if message.available and not message.values:
        return state, ()  # it only says why it refused something
    before = state.states.get(message.device)
    state = replace(state, states={**state.states, message.device: message})
    if before is not None and _settings(before, state) != _settings(message, state):
        # What it does has changed: a stretch that began before tells nothing.
        kept = {key: one for key, one in state.stretches.items() if key.subject != message.device}
        state = replace(state, stretches=kept)
    findings: list[Finding] = []
    if message.available:
        state, findings = _said(state, message)
        for one in expected:
            if one.device == message.device and one.quantity == "power_w" and _is_possible(message.power_w):
                state, more = _power(state, message, one, message.power_w or 0.0)
                findings += more
    return state, tuple(findings)


def _said(state: Obedience, message: DeviceState) -> tuple[Obedience, list[Finding]]:
    """Compare what a device says with what it was told."""
    findings: list[Finding] = []
    asked = dict(state.asked)
    for (device, setting), wanted in state.asked.items():
        said = message.values.get(setting) if device == message.device else None
        if said is None:
            continue
        suspicion = Suspicion(Fault.DOES_NOT_OBEY, device, setting)
        since_s = (message.stamp.monotonic_ns - wanted.at_ns) / 1e9
        if abs(said - wanted.value) <= _rounds_to(state, device, setting):
            # Once it has said so, another value later is a hand at the device, not disobedience.
            del asked[device, setting]
            state, more = _add(state, suspicion, _CLEARED, message.stamp, {})
        elif since_s <= LATENCY_S:
            continue
        else:
            evidence = {"asked": wanted.value, "said": said, "minutes": since_s / 60.0}
            state, more = _add(state, suspicion, math.log(_DISOBEYS / _LATE), message.stamp, evidence)
        findings += more
    return replace(state, asked=asked), findings


def _power(state: Obedience, message: DeviceState, one: Expected, power_w: float) -> tuple[Obedience, list[Finding]]:
    """Compare the power that a device draws with what it would draw if it did as it says."""
    suspicion = Suspicion(Fault.NO_EFFECT, message.device, one.quantity)
    stretch = state.stretches.get(suspicion, _Stretch())
    now_ns = message.stamp.monotonic_ns
    if not works(message):
        return _without(state, suspicion), []
    if stretch.times_ns and now_ns - stretch.times_ns[-1] < seconds_to_ns(_POWER_EVERY_S):
        return state, []
    state = replace(state, stretches={**state.stretches, suspicion: _Stretch((now_ns,), (power_w,))})
    evidence = {"measured": power_w, "with_it": one.with_it, "without_it": one.without_it, "sigma": one.sigma}
    ratio = _ratio(power_w, one.with_it, one.without_it, one.sigma)
    return _add(state, suspicion, ratio, message.stamp, evidence)


def _reading(state: Obedience, sample: AirSample, one: Expected, reading: float) -> tuple[Obedience, list[Finding]]:
    """Take one reading into its stretch; where that is long enough, weigh it."""
    sticks = Suspicion(Fault.STUCK_READING, sample.sensor, one.quantity)
    suspicion = Suspicion(Fault.NO_EFFECT, one.device, f"{sample.sensor}.{one.quantity}") if one.device else sticks
    if one.device and not _is_judged(state, one.device, sticks):
        return _without(state, suspicion), []
    stretch = state.stretches.get(suspicion, _Stretch())
    now_ns = sample.stamp.monotonic_ns
    if stretch.times_ns and not 0 < now_ns - stretch.times_ns[-1] <= seconds_to_ns(_GAP_S):
        stretch = _Stretch()
    state, coarse = _coarseness(state, sample.sensor, one.quantity, stretch, reading)
    stretch = replace(_longer(stretch, one, now_ns, reading), step=coarse)
    if not _long_enough(stretch, one):
        return replace(state, stretches={**state.stretches, suspicion: stretch}), []
    state = replace(state, stretches={**state.stretches, suspicion: _longer(_Stretch(), one, now_ns, reading)})
    ratio, evidence = _effect(stretch, one) if one.device else _sticks(stretch, one)
    return _add(state, suspicion, ratio, sample.stamp, evidence)


def _is_judged(state: Obedience, device: str, sticks: Suspicion) -> bool:
    """Return whether a device says that it works, and the sensor that would tell of it is above suspicion."""
    known = state.states.get(device)
    return known is not None and works(known) and state.sums.get(sticks, 0.0) == 0.0


def _coarseness(
    state: Obedience, sensor: str, quantity: str, stretch: _Stretch, reading: float
) -> tuple[Obedience, float]:
    """Return the smallest step that a sensor has shown so far."""
    usual = RESOLUTION.get(quantity, 0.0)
    shown = abs(reading - stretch.readings[-1]) if stretch.readings else 0.0
    known = state.steps.get((sensor, quantity), math.inf)
    if 0.0 < shown < known:
        state, known = replace(state, steps={**state.steps, (sensor, quantity): shown}), shown
    return state, usual if math.isinf(known) else max(usual, known)


def _longer(stretch: _Stretch, one: Expected, now_ns: int, reading: float) -> _Stretch:
    hours = (now_ns - stretch.times_ns[-1]) / 1e9 / _HOUR_S if stretch.times_ns else 0.0
    return _Stretch(
        (*stretch.times_ns, now_ns)[-_MOST_SAMPLES:],
        (*stretch.readings, reading)[-_MOST_SAMPLES:],
        stretch.with_it + one.with_it * hours,
        stretch.without_it + one.without_it * hours,
        stretch.sigma + one.sigma * hours,  # within a stretch an error of the model does not average out
    )


def _long_enough(stretch: _Stretch, one: Expected) -> bool:
    if stretch.lasts_s < LEAST_STRETCH_S or len(stretch.readings) < _ENDS:
        return False
    differs = stretch.with_it - stretch.without_it if one.device else stretch.with_it
    return stretch.lasts_s >= MOST_STRETCH_S or abs(differs) >= _TELLING * _spread(stretch, one)


def _noise(stretch: _Stretch, one: Expected) -> float:
    """Return the standard deviation of one reading: its noise, and that of rounding."""
    return math.hypot(NOISE.get(one.quantity, 0.0), stretch.step / math.sqrt(12.0))


def _spread(stretch: _Stretch, one: Expected) -> float:
    """Return the standard deviation of the change over a stretch.

    An error of the model that lasts over several stretches would be counted by each of them. Widening it by the root of
    their number makes all of them together count it once.
    """
    count = max(1, len(stretch.readings) // _ENDS)
    model = stretch.sigma * math.sqrt(max(1.0, _ERROR_LASTS_S / stretch.lasts_s))
    return max(math.hypot(_noise(stretch, one) * math.sqrt(2.0 / count), model), 1e-9)


def _changed(stretch: _Stretch) -> tuple[float, float]:
    """Return the change of the readings between the means of both ends, and which share of the stretch that spans."""
    count = max(1, len(stretch.readings) // _ENDS)
    first, last = stretch.readings[:count], stretch.readings[-count:]
    began, ended = stretch.times_ns[:count], stretch.times_ns[-count:]
    spans = (sum(ended) - sum(began)) / count / (stretch.times_ns[-1] - stretch.times_ns[0])
    return sum(last) / count - sum(first) / count, spans


def _effect(stretch: _Stretch, one: Expected) -> tuple[float, dict[str, float]]:
    changed, spans = _changed(stretch)
    hours = stretch.lasts_s / _HOUR_S * spans
    with_it, without_it = stretch.with_it * spans, stretch.without_it * spans
    evidence = {
        "measured": changed / hours,
        "with_it": with_it / hours,
        "without_it": without_it / hours,
        "sigma": stretch.sigma * spans / hours,
    }
    return _ratio(changed, with_it, without_it, _spread(stretch, one)), evidence


def _sticks(stretch: _Stretch, one: Expected) -> tuple[float, dict[str, float]]:
    """Weigh that all readings of a stretch are the same: certain if it is stuck, unlikely while the room changes."""
    hours = stretch.lasts_s / _HOUR_S
    evidence = {"measured": 0.0, "with_it": stretch.with_it / hours, "minutes": 60.0 * hours}
    if any(reading != stretch.readings[0] for reading in stretch.readings):
        return _CLEARED, evidence
    # What the model may be wrong by counts for the sensor: a room may rest although it should not.
    changes = abs(stretch.with_it) - _ERRS * stretch.sigma
    if changes <= 0.0:
        return 0.0, evidence
    noise = max(NOISE.get(one.quantity, 0.0) * math.sqrt(2.0), 1e-9)
    upper, lower = (stretch.step / 2.0 - changes) / noise, (-stretch.step / 2.0 - changes) / noise
    same = 0.5 * (math.erf(upper / math.sqrt(2.0)) - math.erf(lower / math.sqrt(2.0)))
    return -math.log(max(same, 1e-9)), evidence


def _ratio(measured: float, with_it: float, without_it: float, sigma: float) -> float:
    """Return ln(p(measured | it does nothing) / p(measured | it does as it says)), both normal."""
    spread = max(sigma, 1e-9)
    return ((measured - with_it) ** 2 - (measured - without_it) ** 2) / (2.0 * spread * spread)


def _add(
    state: Obedience, suspicion: Suspicion, ratio: float, stamp: Instant, evidence: Mapping[str, float]
) -> tuple[Obedience, list[Finding]]:
    """Add evidence; tell once when it is enough, and once when it is gone."""
    limited = min(MOST_PER_STRETCH, ratio)
    total = min(THRESHOLD * 1.5, max(0.0, state.sums.get(suspicion, 0.0) + limited))
    state = replace(state, sums={**state.sums, suspicion: total})
    if total >= THRESHOLD and suspicion not in state.found:
        finding = Finding(stamp=stamp, suspicion=suspicion, evidence=dict(evidence))
        return replace(state, found=state.found | {suspicion}), [finding]
    if total == 0.0 and suspicion in state.found:
        finding = Finding(stamp=stamp, suspicion=suspicion, evidence=dict(evidence), recovered=True)
        return replace(state, found=state.found - {suspicion}), [finding]
    return state, []


def _without(state: Obedience, suspicion: Suspicion) -> Obedience:
    if suspicion not in state.stretches:
        return state
    return replace(state, stretches={key: one for key, one in state.stretches.items() if key != suspicion})


def _settings(device: DeviceState, state: Obedience) -> dict[str, float]:
    kind = DEVICE_KINDS.get(state.kinds.get(device.device, ""))
    names = kind.settings if kind is not None else device.values
    return {name: value for name, value in device.values.items() if name in names}


def _rounds_to(state: Obedience, device: str, setting: str) -> float:
    """Return how far a device may be from what it was told by rounding; names of states are exact."""
    kind = DEVICE_KINDS.get(state.kinds.get(device, ""))
    known = kind.settings.get(setting) if kind is not None else None
    if known is None or known.high - known.low <= 5.0 * known.step:
        return 1e-6
    return max(1e-6, known.step)
