"""One quarter of an hour as the model foresaw it and as it was: what every watch over house and sensors looks at.

The quarter is foreseen from the filtered state at its beginning with all that is known to have acted in it; how far
sensors then say something else is all that can be known of what nobody told.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sumika.belief.air import OUTDOOR_PPM, AirModel, AirNetwork, co2_of
from sumika.belief.record import ROW_S, Rows
from sumika.belief.thermal import Driven, Network, ThermalModel
from sumika.physics.psychrometrics import humidity_ratio

Array = NDArray[np.float64]

MOISTURE_BUFFER = 6.0
"""Walls and textiles take up moisture: a room's air answers as if it had so many times its volume; typical."""

BOOSTED = 1.05
"""From this mean level on an exhaust fan ran beyond its steady one for a part of the quarter."""

PERSON_VAPOUR_KG_S = 50e-3 / 3600.0
AIR_KG_M3 = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """A quarter of an hour; arrays are (room,) unless said otherwise.

    Attributes:
        begin_s: Unix time of its beginning.
        outdoor_c: Of the air outside.
        outdoor_ratio: Humidity ratio outside; NaN: not said.
        people: How many were expected.
        air_c: Filtered, at its beginning.
        foreseen_c: At its end, foreseen.
        error_k: What was measured at its end less what was foreseen; NaN where nothing was measured.
        ppm: Filtered, at its beginning.
        foreseen_ppm: At its end, foreseen.
        error_ppm: As `error_k`.
        ratio: Humidity ratio at its beginning, as measured; NaN: not measured.
        error_ratio: As `error_k`, foreseen from what was measured at its beginning.
        kelvin_per_w: (room, node) the air at the end for each watt all through the quarter.
        ppm_per_unit: (room, room) the same of carbon dioxide for ppm a second.
        given: By device: (node,) watts that it gave, learned factor in.
        fans_ppm: What the whole ventilation by fans changes of carbon dioxide in the quarter.
        is_boosted: Whether a hood or a bath's fan ran at full power: nobody knows by which gaps its air comes in.
    """

    begin_s: float
    outdoor_c: float
    outdoor_ratio: float
    people: Array
    air_c: Array
    foreseen_c: Array
    error_k: Array
    ppm: Array
    foreseen_ppm: Array
    error_ppm: Array
    ratio: Array
    error_ratio: Array
    kelvin_per_w: Array
    ppm_per_unit: Array
    given: dict[str, Array]
    fans_ppm: Array
    is_boosted: bool = False

    @property
    def end_s(self) -> float:
        """Unix time of its end."""
        return self.begin_s + ROW_S


def quarter_of(
    thermal: ThermalModel,
    air: AirModel,
    thetas: tuple[Array, Array],
    rows: Rows,
    driven: Driven,
    before: tuple[Array, Array],
) -> Quarter:
    """Return the last quarter of some rows.

    Args:
        thermal: The model of heat.
        air: Of the air.
        thetas: Their parameters.
        rows: As recorded; the quarter is the last one. The row before it tells how humid it was at the beginning.
        driven: What acted in that last row alone.
        before: Filtered state (node,) of heat and (room,) of carbon dioxide at its beginning.
    """
    theta, air_theta = thetas
    state, ppm = before
    rooms = thermal.rooms
    network = thermal.network(theta, driven.settings[driven.which])
    exchange = air.network(air_theta, driven.settings[driven.which])
    foreseen_c = _foreseen_c(thermal, theta, driven, network, state)
    told_ppm = air.simulate(air_theta, driven, ppm, {})[-1]
    ratios = _ratios(rows)
    outside = rows.outside[-1]
    known = bool(np.isfinite(outside[:2]).all())
    outdoor_ratio = float(humidity_ratio(outside[0], outside[1])) if known else float("nan")
    return Quarter(
        begin_s=float(rows.unix_s[-1]),
        outdoor_c=float(driven.outdoor_c[-1]),
        outdoor_ratio=outdoor_ratio,
        people=driven.people[-1].copy(),
        air_c=state[:rooms].copy(),
        foreseen_c=foreseen_c,
        error_k=driven.measured_c[-1] - foreseen_c,
        ppm=ppm.copy(),
        foreseen_ppm=told_ppm,
        error_ppm=co2_of(rows)[-1] - told_ppm,
        ratio=ratios[0],
        error_ratio=ratios[1] - _foreseen_ratio(air, exchange, ratios[0], outdoor_ratio, driven.people[-1]),
        kelvin_per_w=network.response[0][:rooms].copy(),
        ppm_per_unit=exchange.response[0].copy(),
        given=_given_w(thermal, theta, driven),
        fans_ppm=_by_fans(air, exchange, ppm),
        is_boosted=any(float(rows.setting(fan.id, "level", 0.0)[-1]) > BOOSTED for fan in air.flow.fans),
    )


def _foreseen_c(thermal: ThermalModel, theta: Array, driven: Driven, network: Network, state: Array) -> Array:
    one = replace(driven, settings=driven.settings[driven.which], which=np.zeros(1, np.int64))
    q, leaky = thermal.drive(theta, one, network)
    push = q[0] + leaky[0] * (driven.outdoor_c[0] - state)
    return np.asarray((network.transition[0] @ state + network.response[0] @ push)[: thermal.rooms])


def _given_w(thermal: ThermalModel, theta: Array, driven: Driven) -> dict[str, Array]:
    """Return (node,) watts by device, spread as `ThermalModel.drive` does; no device whose heat is guessed."""
    rooms, found = thermal.rooms, {}
    for place, (device, air_w, mass_w, shares) in enumerate(driven.given):
        if driven.guessed[-1, place]:
            continue
        name = f"source.{device}"
        factor = float(np.exp(theta[thermal.place[name]])) if name in thermal.place else 1.0
        watts = np.zeros(thermal.nodes)
        watts[:rooms] = factor * air_w[-1] * shares
        watts[rooms : 2 * rooms] = 0.4 * factor * mass_w[-1] * shares
        watts[2 * rooms :] = 0.6 * factor * mass_w[-1] * shares
        found[device] = watts
    return found


def _by_fans(air: AirModel, exchange: AirNetwork, ppm: Array) -> Array:
    return np.asarray(exchange.response[0] @ (exchange.fresh[0] * (OUTDOOR_PPM - ppm)))


def _foreseen_ratio(air: AirModel, exchange: AirNetwork, ratio: Array, outdoor: float, people: Array) -> Array:
    """Return (room,) humidity ratio after a quarter; walls and textiles take up most of what changes."""
    if not np.isfinite(outdoor) or not np.isfinite(ratio).any():
        return ratio
    # A room that nobody measures is as humid as the others.
    full = np.where(np.isfinite(ratio), ratio, np.nanmean(ratio))
    vapour = PERSON_VAPOUR_KG_S * people / (AIR_KG_M3 * air.outline.volume_m3)
    per_s = exchange.rate[0] @ full + exchange.fresh[0] * outdoor + vapour
    return np.asarray(ratio + ROW_S * per_s / MOISTURE_BUFFER)


def _ratios(rows: Rows) -> Array:
    """Return (2, room) measured humidity ratio at the end of the row before the last one, and of the last one."""
    last = rows.last(2).air
    rooms = last.shape[1]
    found = np.full((2, rooms), np.nan)
    good = np.isfinite(last[:, :, :2]).all(axis=2)
    ratio = np.full(good.shape, np.nan)
    if good.any():
        ratio[good] = humidity_ratio(last[:, :, 0][good], np.clip(last[:, :, 1][good], 0.0, 1.0))
    found[-len(ratio) :] = ratio
    return found
