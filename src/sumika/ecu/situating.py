"""From belief to a situation that can be planned: the house's equations, people, prices and limits on one grid."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from sumika.belief.air import OUTDOOR_PPM, PERSON_M3_S, discrete
from sumika.belief.airflow import AIR_J_M3_K
from sumika.belief.comfort import Band, band_of
from sumika.belief.house import HouseBelief
from sumika.belief.routine import PeopleAhead
from sumika.ecu.air_controls import Nominal, base_settings, fan_controls, moisture_controls, purifier_controls
from sumika.ecu.heat_controls import blind_controls, heat_controls
from sumika.ecu.outlook import Ahead
from sumika.physics.psychrometrics import humidity_ratio
from sumika.plan.situation import Carried, Control, Grid, Hinge, Situation, Store
from sumika.schema.worth import Worth

Array = NDArray[np.float64]

LEAST_PEOPLE = 0.02
"""Fewer are expected in a room: its comfort is nobody's."""

ACTIVITY_K, MODEL_K = 1.0, 0.4
"""How far a person's neutral temperature moves with what they just did and wear, and how far a forecast is off.

What is not known of a limit makes it soft: the expected cost of a normal distribution, by straight lines at three of
its quantiles. A plan then keeps as much distance from the limit as is worth its energy."""

CORNERS = (-1.1, 0.0, 1.1)
WALL_RESISTS = 0.7
"""Share of the difference between inside and outside that the coldest corner of a wall keeps (fRsi, ISO 13788)."""

PANE_M2_K_W = 0.145
"""Resistance of the air at a pane, its edge counted in (ISO 13788 has 0.13 for panes)."""

MOULD_FROM, MOULD_FULL = 0.74, 0.82
"""Humidity at that surface from which mould is counted, and where its whole cost is reached."""

UNSURE_PPM = 40.0
LASTS_H = 3.0
"""What the model does not explain now (a shut door, an open window, a guest) stays for about so long."""

AIR_STEPS = 48
"""The air of a house forgets in hours: beyond twelve of them it decides nothing that is done now."""

BUFFER = 6.0
"""Walls and textiles take up moisture: a room's air answers as if it had so many times its volume; typical."""

PERSON_VAPOUR_KG_S = 50e-3 / 3600.0
SETTLES_PER_S = 0.25 / 3600.0
PARTICLES_PASS = 0.75
AIR_KG_M3 = 1.2
_SCALES = {"heat": 1.0, "co2": 100.0, "humidity": 1e-3, "pm2_5": 10.0}
_BLIND_PER_PERSON_H = 0.5
_LOUD_PER_PERSON_H = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What a situation is put together from, besides the belief of the house.

    Attributes:
        grid: Of the plan.
        ahead: The forecast on it.
        when: (step,) the middle of each step, in local time.
        people: Who is expected where.
        other_w: (step,) sockets and stoves.
        solar_kw: (step,) of the roof.
        outdoor_mean_c: Running mean: people dress by it.
        warmer_k: (room,) how much warmer than the standard people like it.
        taste_sigma_k: (room,) how sure that is.
        humidity: (room,) humidity ratio now.
        pm2_5: (room,) particles now.
        outdoor_pm2_5: Outside.
        dust_per_s: (step, room) particles that cooking and the like make, µg/m³ a second.
        stores: What keeps energy.
        settings: What each control was planned to do in the step before.
        worth: Of everything.
        notes: What is missing or doubtful.
    """

    grid: Grid
    ahead: Ahead
    when: list[datetime]
    people: PeopleAhead
    other_w: Array
    solar_kw: Array
    outdoor_mean_c: float
    warmer_k: Array
    taste_sigma_k: Array
    humidity: Array
    pm2_5: Array
    outdoor_pm2_5: float
    dust_per_s: Array
    stores: list[Store]
    settings: dict[str, float]
    worth: Worth
    notes: tuple[str, ...] = ()


class Situating:
    """Puts one situation together; the parts that do not change between linearisations are made once."""

    def __init__(self, belief: HouseBelief, inputs: Inputs) -> None:
        """Take the belief and what else there is."""
        self.belief, self.inputs = belief, inputs
        self.rooms = belief.thermal.rooms
        self.sun_w = self._sun()
        self.outdoor_ratio = np.asarray(humidity_ratio(inputs.ahead.outdoor_c, inputs.ahead.humidity))
        leaks = belief.flow.by_itself_m3_s(21.0 - inputs.ahead.outdoor_c, inputs.ahead.wind_m_s).mean(axis=0)
        self.leaks_m3_s = np.asarray(leaks)
        self.heat = self._heat()
        self.carried = (self.heat, *self._air())
        self.hinges = (*self._comfort(), *self._freshness(), *self._mould())

    def situation(self, nominal: Nominal | None) -> Situation:
        """Return the situation, linear around how the house is foreseen.

        Args:
            nominal: By the plan before; None: as it would go with every control at its least.
        """
        inputs, belief = self.inputs, self.belief
        around = nominal if nominal is not None else self.unplanned()
        price = float((inputs.ahead.price * inputs.ahead.hours).sum() / inputs.ahead.hours.sum())
        asleep, awake = inputs.people.asleep, inputs.people.awake + inputs.people.active
        quiet = _LOUD_PER_PERSON_H * np.minimum(asleep, 2.0)
        kg = 1.0 / (AIR_KG_M3 * belief.outline.volume_m3 * BUFFER)
        controls: list[Control] = [
            *heat_controls(belief, inputs.ahead, price, inputs.settings, kg),
            *blind_controls(belief, inputs.ahead, self.sun_w, _BLIND_PER_PERSON_H * awake),
            *fan_controls(belief, inputs.ahead, around, quiet, price),
            *purifier_controls(belief, inputs.ahead, around, quiet),
            *moisture_controls(belief, inputs.ahead, kg),
        ]
        worth = inputs.worth
        return Situation(
            grid=inputs.grid,
            currency=worth.currency,
            carried=self.carried,
            hinges=self.hinges,
            controls=tuple(controls),
            stores=tuple(inputs.stores),
            load_kw=inputs.other_w / 1000.0,
            solar_kw=inputs.solar_kw,
            price=inputs.ahead.price + worth.carbon_per_kg * inputs.ahead.carbon_g_kwh / 1000.0,
            feed_in=inputs.ahead.feed_in,
            people=inputs.people.everybody,
            rooms=belief.outline.rooms,
            notes=inputs.notes,
        )

    def unplanned(self) -> Nominal:
        """Return how the house would go with every control at its least, held near what people would bear."""
        kind = self.inputs.grid.kind
        run = {}
        for carried in self.carried:
            state = carried.start.copy()
            told = [state]
            for step in range(len(kind)):
                state = carried.transition[kind[step]] @ state + carried.response[kind[step]] @ carried.drive[step]
                told.append(state)
            run[carried.name] = np.array(told[:-1])
        air = np.clip(run["heat"][:, : self.rooms], 17.0, 28.0)
        return self._nominal(air, np.minimum(run["co2"], 1200.0), run["humidity"], run["pm2_5"])

    def nominal_of(self, states: dict[str, Array]) -> Nominal:
        """Return how a plan foresees the house, from where it really is now.

        Args:
            states: Of the plan, on this situation's grid; what came otherwise meanwhile fades as it would by itself.
        """
        states = {carried.name: self._from_now(carried, states[carried.name]) for carried in self.carried}
        air = states["heat"][:-1, : self.rooms]
        return self._nominal(air, states["co2"][:-1], states["humidity"][:-1], states["pm2_5"][:-1])

    def _from_now(self, carried: Carried, states: Array) -> Array:
        gap = carried.start - states[0]
        found = [states[0] + gap]
        for step, kind in enumerate(self.inputs.grid.kind):
            gap = carried.transition[kind] @ gap
            found.append(states[step + 1] + gap)
        return np.array(found)

    def _nominal(self, air: Array, co2: Array, humidity: Array, pm2_5: Array) -> Nominal:
        steps = len(self.inputs.grid)
        return Nominal(
            air_c=air,
            outdoor_c=self.inputs.ahead.outdoor_c,
            quantities={
                "co2": (co2, np.full(steps, OUTDOOR_PPM)),
                "humidity": (humidity, self.outdoor_ratio),
                "pm2_5": (pm2_5, np.full(steps, PARTICLES_PASS * self.inputs.outdoor_pm2_5)),
            },
        )

    def _sun(self) -> dict[str, Array]:
        belief, ahead = self.belief, self.inputs.ahead
        factor = belief.thermal.sun_factor(belief.theta)
        middle = ahead.unix_s + 1800.0 * ahead.hours
        return {
            window.id: factor[window.room] * belief.sun.through(window, middle, ahead.direct_w_m2, ahead.diffuse_w_m2)
            for window in belief.outline.windows
        }

    def _heat(self) -> Carried:
        belief, inputs, theta = self.belief, self.inputs, self.belief.theta
        ahead, thermal = inputs.ahead, self.belief.thermal
        leak = np.zeros(thermal.nodes)
        leak[: self.rooms] = AIR_J_M3_K * self.leaks_m3_s * np.exp(theta[thermal.place["gaps"]])
        base = base_settings(belief)[None]
        nets = [thermal.network(theta, base, seconds, leak) for seconds in (900.0, 3600.0)]
        sun = np.zeros((len(inputs.grid), self.rooms))
        factor = thermal.sun_factor(theta)
        for window in belief.outline.windows:
            sun[:, window.room] += self.sun_w[window.id] / factor[window.room]
        people = inputs.people.everybody
        drive = thermal.gains_w(theta, sun, people, inputs.other_w)
        drive += nets[0].outside_w_k[0] * ahead.outdoor_c[:, None]
        own = np.diag(nets[0].response[0])[: self.rooms]
        drive[:, : self.rooms] += self._lasting()[:, None] * belief.unexplained_k / own
        assert belief.state is not None
        return Carried(
            name="heat",
            start=belief.state,
            transition=np.stack([net.transition[0] for net in nets]),
            response=np.stack([net.response[0] for net in nets]),
            drive=drive,
        )

    def _lasting(self) -> Array:
        """Return (step,) how much of what nobody can explain now is still there later."""
        ahead = self.inputs.ahead
        return np.asarray(np.exp(-(ahead.unix_s - ahead.unix_s[0]) / (3600.0 * LASTS_H)))

    def _air(self) -> tuple[Carried, Carried, Carried]:
        belief, inputs = self.belief, self.inputs
        volume, place = belief.outline.volume_m3, belief.air.place
        leaks = self.leaks_m3_s * np.exp(belief.air_theta[place["gaps"]]) / volume
        base = base_settings(belief)[None]
        net = belief.air.network(belief.air_theta, base, 900.0, leaks)
        people = inputs.people.everybody
        person = 1e6 * PERSON_M3_S * float(np.exp(belief.air_theta[place["person"]]))
        fresh, rate = net.fresh[0], net.rate[0]
        vapour = PERSON_VAPOUR_KG_S * people / (AIR_KG_M3 * volume)
        dust = PARTICLES_PASS * inputs.outdoor_pm2_5
        return (
            _carried(
                "co2",
                belief.ppm,
                rate,
                fresh * OUTDOOR_PPM
                + person * people / volume
                + self._lasting()[:, None] * belief.unexplained_ppm / net.response[0].diagonal(),
            ),
            _carried(
                "humidity",
                inputs.humidity,
                rate / BUFFER,
                (fresh * self.outdoor_ratio[:, None] + vapour) / BUFFER,
            ),
            _carried(
                "pm2_5",
                inputs.pm2_5,
                rate - SETTLES_PER_S * np.eye(self.rooms),
                fresh * dust + inputs.dust_per_s,
            ),
        )

    def _comfort(self) -> list[Hinge]:
        inputs, worth = self.inputs, self.inputs.worth
        found = []
        here_by = {"awake": inputs.people.awake, "sleep": inputs.people.asleep, "active": inputs.people.active}
        for does, people in here_by.items():
            band = band_of(inputs.outdoor_mean_c, does=does, neutral_pmv=worth.neutral_pmv)
            for room in range(self.rooms):
                here = np.where(people[:, room] > LEAST_PEOPLE, people[:, room], 0.0)
                if here.any():
                    price = worth.discomfort_per_person_h * here
                    found += self._sides(room, band.moved(float(inputs.warmer_k[room])), price)
        return found

    def _sides(self, room: int, band: Band, price: Array) -> list[Hinge]:
        weights = np.zeros(self.belief.thermal.nodes)
        # What surrounds people is colder than the room's mass by panes and outer walls.
        cold = float(self.belief.outline.cold_share[room])
        weights[room], weights[self.rooms + room] = 0.5, 0.5 * (1.0 - cold)
        outside_gives = 0.5 * cold * self.inputs.ahead.outdoor_c
        name = self.belief.outline.rooms[room]
        outdoor = self.inputs.outdoor_mean_c
        sigma_k = float(np.sqrt(self.inputs.taste_sigma_k[room] ** 2 + ACTIVITY_K**2 + MODEL_K**2))
        sides: list[Hinge] = []
        for above, limit, slope in ((False, band.low_c, band.low_per_k), (True, band.high_c, band.high_per_k)):
            # The side that the season makes unlikely is looked at once.
            unlikely = (above and outdoor < 10.0) or (not above and outdoor > 24.0)
            corners = (0.0,) if unlikely else tuple(sigma_k * one for one in CORNERS)
            sides += [
                Hinge(
                    name="comfort",
                    carried="heat",
                    room=name,
                    weights=weights,
                    limit=limit + offset - outside_gives,
                    above=above,
                    cost_per_h=slope * price / len(corners),
                )
                for offset in corners
            ]
        return sides

    def _freshness(self) -> list[Hinge]:
        inputs, worth = self.inputs, self.inputs.worth
        people = inputs.people.everybody
        found = []
        for room, name in enumerate(self.belief.outline.rooms):
            here = np.where(people[:, room] > LEAST_PEOPLE, people[:, room], 0.0)
            if not here.any():
                continue
            weights = np.zeros(self.rooms)
            weights[room] = 1.0
            found.append(
                _limit(
                    "air",
                    "co2",
                    name,
                    weights,
                    worth.fresh_ppm - UNSURE_PPM,
                    True,
                    worth.stale_air_per_person_h / 1000.0 * here,
                )
            )
            found.append(
                _limit(
                    "air",
                    "pm2_5",
                    name,
                    weights,
                    worth.clean_ug_m3,
                    True,
                    worth.dust_per_person_h / worth.dust_unit_ug_m3 * here,
                )
            )
            air_c = float(self.belief.state[room]) if self.belief.state is not None else 21.0
            full = float(humidity_ratio(max(air_c, 16.0), 1.0))
            per_ratio = worth.humidity_per_person_h / 0.1 / full
            low, high = worth.humidity_low * full, worth.humidity_high * full
            found.append(_limit("air", "humidity", name, weights, low, False, per_ratio * here))
            found.append(_limit("air", "humidity", name, weights, high, True, per_ratio * here))
        return found

    def _mould(self) -> list[Hinge]:
        """Return what damp surfaces cost, in every room and at all hours."""
        inputs, state = self.inputs, self.belief.state
        assert state is not None
        found = []
        resists_by = np.full(self.rooms, WALL_RESISTS)
        for window in self.belief.outline.windows:
            pane = 1.0 - PANE_M2_K_W * window.loss_w_k / window.area_m2
            resists_by[window.room] = min(resists_by[window.room], max(pane, 0.05))
        for room, name in enumerate(self.belief.outline.rooms):
            inside = 0.5 * float(state[room] + state[self.rooms + room])
            surface = inputs.ahead.outdoor_c + resists_by[room] * (inside - inputs.ahead.outdoor_c)
            full = np.asarray(humidity_ratio(np.minimum(surface, inside), 1.0))
            weights = np.zeros(self.rooms)
            weights[room] = 1.0
            found.append(
                Hinge(
                    name="air",
                    carried="humidity",
                    room=name,
                    weights=weights,
                    limit=MOULD_FROM * full,
                    above=True,
                    cost_per_h=inputs.worth.mould_per_room_h / ((MOULD_FULL - MOULD_FROM) * full),
                )
            )
        return found


def _limit(name: str, carried: str, room: str, weights: Array, limit: float, above: bool, cost: Array) -> Hinge:
    return Hinge(
        name=name,
        carried=carried,
        room=room,
        weights=weights,
        limit=np.full(len(cost), limit),
        above=above,
        cost_per_h=cost,
    )


def _carried(name: str, start: Array, rate: Array, drive: Array) -> Carried:
    steps = [discrete(rate, seconds) for seconds in (900.0, 3600.0)]
    return Carried(
        name=name,
        start=start,
        transition=np.stack([one[0] for one in steps]),
        response=np.stack([one[1] for one in steps]),
        drive=drive,
        scale=_SCALES[name],
        steps=AIR_STEPS,
    )
