"""Where house.yaml and the measurements contradict each other: heat loss, flows, windows that look elsewhere, sensors.

Learning starts from the description and strays from it as far as ordinary life makes it. What data alone say of a
parameter is its posterior with the prior taken out again; a line of house.yaml is contradicted where that lies away
from it by more than the odds of a night in ten years, and by enough to matter. Whether windows look where they are said
to, and sensors hang where they are said to, is decided by likelihood against every other way.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sumika.belief.airflow import rating
from sumika.belief.house import HouseBelief
from sumika.belief.thermal import SUN_TO_AIR, Driven
from sumika.schema.building import Building
from sumika.schema.grades import GRADES, region_of

Array = NDArray[np.float64]

SURE_SIGMAS = 3.5
"""Of a normal distribution two nights in ten years lie further out."""

MATTERS = math.log(1.3)
"""A line is named when it is off by a third or more: nobody's plate is exact."""

SOURCE_MATTERS = math.log(1.25)
SOURCE_SIGMA = 0.15
"""What a rating says of a winter's mean: cycling, frost and part load are worth so much either way (typical: seasonal
efficiencies of EN 14825 lie so far from what single rating points promise)."""

_HEAT_RATINGS = ("heating_cop", "heating_w_at_50k", "efficiency")
"""What a source gives for what it draws, by kind."""

HEATS_SHARE = 0.7
"""What heats for so much of its work at least is judged by its rating for heat."""

_HEAT_MODE = 1.0
LEARNED_DAYS = 5.0
LOOKS_BACK_ROWS = 10 * 96
TURNS_DEG = (0, 45, 90, 135, 180, 225, 270, 315)
LEAST_ROWS = 3 * 96
SWAPPED_ROWS = 12.0
"""So many neighbouring errors count as one, as in `sumika.belief.learning`."""

FALSE_EVERY_NIGHTS = 3650.0
CERTAIN = 3.0
"""So many times the evidence that is enough to speak is enough to act."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """A line of house.yaml that measurements contradict.

    Attributes:
        line: Which, as in house.yaml.
        described: What it says.
        measured: What measurements say.
        sigma: Standard deviation of that.
        probability: How sure it is that the line is off.
    """

    line: str
    described: float
    measured: float
    sigma: float
    probability: float


def contradicted_values(belief: HouseBelief) -> list[Contradiction]:
    """Return the numbers of house.yaml that measurements contradict.

    Args:
        belief: After a night's learning.
    """
    if belief.learned_days < LEARNED_DAYS:
        return []
    found = [_heat_loss(belief), _leakage(belief), *_sources(belief), *_fans(belief)]
    return [one for one in found if one is not None]


def _data_alone(mean: float, spread: float, prior: float) -> tuple[float, float]:
    """Return what data say of a parameter without its prior: mean and standard deviation."""
    share = 1.0 - min(spread / prior, 1.0) ** 2
    if share < 0.1:
        return 0.0, math.inf
    return mean / share, spread / math.sqrt(share)


def _judged(
    line: str, described: float, log_factor: float, sigma: float, *, matters: float = MATTERS
) -> Contradiction | None:
    if not math.isfinite(sigma) or abs(log_factor) < max(matters, SURE_SIGMAS * sigma):
        return None
    measured = described * math.exp(log_factor)
    sure = math.erf(abs(log_factor) / sigma / math.sqrt(2.0))
    return Contradiction(
        line=line, described=described, measured=measured, sigma=abs(measured) * sigma, probability=sure
    )


def _place(belief: HouseBelief, name: str) -> tuple[float, float]:
    thermal = belief.thermal
    place = thermal.place[name]
    return _data_alone(float(belief.theta[place]), float(belief.theta_spread[place]), thermal.parameters[place].spread)


def _heat_loss(belief: HouseBelief) -> Contradiction | None:
    """Judge the envelope as a whole: rooms pass their heat on to each other, and no room is known so well alone."""
    outline, building = belief.outline, belief.house.building or Building()
    parts = [(float(loss), *_place(belief, f"envelope.{room}")) for room, loss in _losses(belief)]
    glass = sum(window.loss_w_k for window in outline.windows)
    parts.append((glass, *_place(belief, "windows")))
    known = [part for part in parts if part[0] > 0.0 and math.isfinite(part[2])]
    total = sum(part[0] for part in parts)
    if total <= 0.0 or sum(part[0] for part in known) < 0.5 * total:
        return None
    weight = sum(loss for loss, _, _ in known)
    mean = sum(loss * log for loss, log, _ in known) / weight
    sigma = math.sqrt(sum((loss * spread) ** 2 for loss, _, spread in known)) / weight
    line = "building.ua_w_m2_k" if building.ua_w_m2_k else "building.grade"
    described = building.ua_w_m2_k or GRADES[building.grade].ua_w_m2_k[region_of(building.site.climate) - 1]
    return _judged(line, described, mean, sigma)


def _losses(belief: HouseBelief) -> list[tuple[str, float]]:
    return list(zip(belief.outline.rooms, belief.outline.envelope_w_k.tolist(), strict=True))


def _leakage(belief: HouseBelief) -> Contradiction | None:
    building = belief.house.building or Building()
    described = building.leakage_cm2_m2 or GRADES[building.grade].leakage_cm2_m2
    mean, sigma = _place(belief, "gaps")
    line = "building.leakage_cm2_m2" if building.leakage_cm2_m2 else "building.grade"
    return _judged(line, described, mean, sigma, matters=math.log(2.0))


def _sources(belief: HouseBelief) -> list[Contradiction | None]:
    found = []
    for device in belief.house.devices:
        if f"source.{device.id}" in belief.thermal.place and _heats(belief, device.id):
            mean, sigma = _place(belief, f"source.{device.id}")
            name = next((one for one in _HEAT_RATINGS if rating(device, one) > 0.0), "")
            line = f"devices[{device.id}].ratings.{name}"
            wide = math.hypot(sigma, SOURCE_SIGMA)
            found.append(_judged(line, rating(device, name) or 1.0, mean, wide, matters=SOURCE_MATTERS))
    return found


def _heats(belief: HouseBelief, device: str) -> bool:
    """Return whether a source was learned from its heat: no plate says how much of the cold dries the air instead."""
    rows = belief.record.rows().last(LOOKS_BACK_ROWS)
    mode = np.round(rows.setting(device, "mode", _HEAT_MODE))
    power = np.nan_to_num(rows.power_w[:, belief.record.devices.index(device)])
    return float(power[mode == _HEAT_MODE].sum()) >= HEATS_SHARE * float(power[mode != 0.0].sum())


def _fans(belief: HouseBelief) -> list[Contradiction | None]:
    place = belief.air.place["fans"]
    mean, sigma = _data_alone(
        float(belief.air_theta[place]), float(belief.air_spread[place]), belief.air.parameters[place].spread
    )
    devices = (*belief.flow.balanced, *belief.flow.fans)
    if not devices:
        return []
    flow = belief.flow.flows(belief.flow.defaults()).fresh_m3_s.sum() * 3600.0
    names = ", ".join(device.id for device in devices)
    return [_judged(f"devices[{names}].ratings.airflow_m3_h", float(flow), mean, sigma)]


@dataclass(frozen=True, slots=True)
class Misplaced:
    """Sensors that seem to hang in each other's room.

    Attributes:
        rooms: Both.
        odds: Log-likelihood ratio against the description.
        is_certain: Whether it is beyond doubt, so that they can be taken to hang there.
    """

    rooms: tuple[str, str]
    odds: float
    is_certain: bool = False


def turned_house(belief: HouseBelief) -> Contradiction | None:
    """Return by how much the whole house seems to be turned against its drawing; None where the sun says it is not.

    Args:
        belief: After a night's learning.
    """
    if belief.learned_days < LEARNED_DAYS or not belief.outline.windows:
        return None
    rows = belief.record.rows().last(LOOKS_BACK_ROWS)
    if len(rows) < LEAST_ROWS:
        return None
    driven = belief.thermal.driven(rows)
    errors = _one_step_errors(belief, driven)
    if errors is None:
        return None
    per_w = _sun_response(belief, driven)
    now = per_w * driven.sun_w * belief.thermal.sun_factor(belief.theta)
    target = errors + now
    odds = np.array([_fit(target, per_w * belief.thermal.sun_w(rows, turn)) for turn in TURNS_DEG])
    best = int(np.argmax(odds))
    threshold = math.log(FALSE_EVERY_NIGHTS * len(TURNS_DEG))
    if best == 0 or odds[best] - odds[0] < threshold:
        return None
    building = belief.house.building or Building()
    others = np.exp(np.clip(odds - odds[best], -700.0, 0.0))
    return Contradiction(
        line="building.site.north_deg",
        described=building.site.north_deg,
        measured=(building.site.north_deg + TURNS_DEG[best]) % 360.0,
        sigma=22.5,
        probability=float(1.0 / others.sum()),
    )


def _one_step_errors(belief: HouseBelief, driven: Driven) -> Array | None:
    """Return (row, room) how far each quarter ended from what was foreseen at its beginning."""
    first = belief.first_state(driven)
    if first is None:
        return None
    thermal = belief.thermal
    states, _, _ = thermal.filter(belief.theta, driven, first, np.eye(thermal.nodes) * 4.0)
    restarts = {row: states[row] for row in range(len(driven))}
    told = thermal.simulate(belief.theta, driven, first, restarts)[1:, : thermal.rooms]
    return np.asarray(driven.measured_c - told)


def _sun_response(belief: HouseBelief, driven: Driven) -> Array:
    """Return (row, room) kelvins at the end of a quarter for a watt of sun through its windows."""
    rooms = belief.thermal.rooms
    network = belief.thermal.network(belief.theta, driven.settings)
    own = np.diagonal(network.response[:, :rooms, :rooms], axis1=1, axis2=2)
    mass = np.diagonal(network.response[:, :rooms, rooms : 2 * rooms], axis1=1, axis2=2)
    return np.asarray((SUN_TO_AIR * own + (1.0 - SUN_TO_AIR) * mass)[driven.which])


def _fit(target: Array, sun: Array) -> float:
    """Return the log-likelihood of errors with one factor of the sun for each room, errors lasting as they do."""
    total = 0.0
    for room in range(target.shape[1]):
        y, x = target[:, room], sun[:, room]
        if np.isfinite(y).sum() < 96 or x.max() <= 0.0:
            continue
        y = np.clip(y, *np.nanquantile(y, [0.01, 0.99]))
        lasts = _lasting(y)
        news_y, news_x = y[1:] - lasts * y[:-1], x[1:] - lasts * x[:-1]
        good = np.isfinite(news_y)
        news_y, news_x = news_y[good], news_x[good]
        factor = max(0.0, float(news_y @ news_x) / max(float(news_x @ news_x), 1e-12))
        # Against the spread of what is left by this very way, so that no way is favoured.
        left = float(((news_y - factor * news_x) ** 2).mean())
        total += -0.5 * len(news_y) * math.log(max(left, 1e-9))
    return total


def _lasting(error: Array) -> float:
    both = np.isfinite(error[1:]) & np.isfinite(error[:-1])
    before, after = error[:-1][both], error[1:][both]
    return float(np.clip(before @ after / max(float(before @ before), 1e-12), 0.0, 0.9))


def misplaced_sensors(belief: HouseBelief) -> list[Misplaced]:
    """Return pairs of rooms whose sensors seem to have been exchanged.

    Both ways are judged by the house as it is described, for learning has got used to the wrong one.

    Args:
        belief: After some days of life.
    """
    rows = belief.record.rows().last(LOOKS_BACK_ROWS)
    if len(rows) < LEAST_ROWS:
        return []
    driven = belief.thermal.driven(rows)
    seen = np.flatnonzero(np.isfinite(driven.measured_c).sum(axis=0) > 192)
    if len(seen) < 2:
        return []
    as_described = _likelihood(belief, driven)
    pairs = [(int(one), int(other)) for place, one in enumerate(seen) for other in seen[place + 1 :]]
    threshold = math.log(FALSE_EVERY_NIGHTS * len(pairs))
    measured, found = driven.measured_c.copy(), []
    for one, other in pairs:
        driven.measured_c[:, [one, other]] = measured[:, [other, one]]
        odds = (_likelihood(belief, driven) - as_described) / SWAPPED_ROWS
        driven.measured_c[:] = measured
        if odds > threshold:
            rooms = (belief.outline.rooms[one], belief.outline.rooms[other])
            found.append(Misplaced(rooms, odds, is_certain=odds > CERTAIN * threshold))
    return sorted(found, key=lambda one: -one.odds)[:1]


def _likelihood(belief: HouseBelief, driven: Driven) -> float:
    first = belief.first_state(driven)
    if first is None:
        return 0.0
    thermal = belief.thermal
    _, news, _ = thermal.filter(thermal.prior(), driven, first, np.eye(thermal.nodes) * 4.0)
    news = news[8:]
    news = news[np.isfinite(news)]
    return float(-0.5 * np.minimum(news**2, 16.0).sum())
