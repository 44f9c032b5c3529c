"""From belief to a situation that can be planned: the house's equations, people, prices and limits on one grid."""

import numpy as np
from numpy.typing import NDArray

from sumika.belief.air import OUTDOOR_PPM, PERSON_M3_S, discrete
from sumika.belief.airflow import AIR_J_M3_K
from sumika.belief.house import HouseBelief
from sumika.belief.quarter import AIR_KG_M3, MOISTURE_BUFFER, PERSON_VAPOUR_KG_S
from sumika.ecu.air_controls import Nominal, base_settings, fan_controls, moisture_controls, purifier_controls
from sumika.ecu.heat_controls import blind_controls, heat_controls
from sumika.ecu.inputs import Inputs
from sumika.ecu.restraint import restrained
from sumika.ecu.soft_limits import soft_limits
from sumika.physics.psychrometrics import humidity_ratio
from sumika.plan.situation import Carried, Control, Situation
from sumika.schema.worth import from_yen

Array = NDArray[np.float64]

LASTS_H = 3.0
"""What the model does not explain now (a shut door, an open window, a guest) stays for about so long."""

AIR_STEPS = 48
"""The air of a house forgets in hours: beyond twelve of them it decides nothing that is done now."""

SETTLES_PER_S = 0.25 / 3600.0
PARTICLES_PASS = 0.75
_SCALES = {"heat": 1.0, "co2": 100.0, "humidity": 1e-3, "pm2_5": 10.0}
_BLIND_YEN_PER_PERSON_H = 0.5
_LOUD_YEN_PER_PERSON_H = 0.3


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
        self.hinges = soft_limits(belief, inputs)

    def situation(self, nominal: Nominal | None) -> Situation:
        """Return the situation, linear around how the house is foreseen.

        Args:
            nominal: By the plan before; None: as it would go with every control at its least.
        """
        inputs, belief = self.inputs, self.belief
        around = nominal if nominal is not None else self.unplanned()
        price = float((inputs.ahead.price * inputs.ahead.hours).sum() / inputs.ahead.hours.sum())
        asleep, awake = inputs.people.asleep, inputs.people.awake + inputs.people.active
        currency = inputs.worth.currency
        quiet = from_yen(_LOUD_YEN_PER_PERSON_H, currency) * np.minimum(asleep, 2.0)
        dislike = from_yen(_BLIND_YEN_PER_PERSON_H, currency) * awake
        kg = 1.0 / (AIR_KG_M3 * belief.outline.volume_m3 * MOISTURE_BUFFER)
        controls: list[Control] = [
            *heat_controls(belief, inputs.ahead, price, inputs.gas_price, inputs.settings, kg),
            *blind_controls(belief, inputs.ahead, self.sun_w, dislike, currency),
            *fan_controls(belief, inputs.ahead, around, quiet, price),
            *purifier_controls(belief, inputs.ahead, around, quiet),
            *moisture_controls(belief, inputs.ahead, kg),
        ]
        worth = inputs.worth
        return Situation(
            grid=inputs.grid,
            currency=currency,
            carried=self.carried,
            hinges=self.hinges,
            controls=tuple(self._restrained(controls)),
            stores=tuple(inputs.stores),
            load_kw=inputs.other_w / 1000.0 + inputs.light.load_kw + inputs.running_kw,
            dim_per_h=inputs.light.dim_per_h,
            solar_kw=inputs.solar_kw,
            price=inputs.ahead.price + worth.carbon_per_kg * inputs.ahead.carbon_g_kwh / 1000.0,
            feed_in=inputs.ahead.feed_in,
            gas_price=inputs.gas_price,
            people=inputs.people.everybody,
            rooms=belief.outline.rooms,
            notes=inputs.notes,
        )

    def _restrained(self, controls: list[Control]) -> list[Control]:
        unix_s = self.inputs.ahead.unix_s
        rooms = {device.id: device.room for device in self.belief.house.devices}
        return restrained(controls, self.inputs.restraint, rooms, (unix_s - unix_s[0]) / 3600.0)

    def unplanned(self) -> Nominal:
        """Return how the house would go with every control at its least, held near what people would bear."""
        run = {}
        for carried in self.carried:
            kind = carried.kinds(self.inputs.grid)
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
        for step, kind in enumerate(carried.kinds(self.inputs.grid)):
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
        # What lamps shine warms what it falls on as much as the air.
        drive[:, : self.rooms] += 0.6 * inputs.light.room_w
        drive[:, self.rooms : 2 * self.rooms] += 0.4 * inputs.light.room_w
        drive[:, : self.rooms] += self._lasting()[:, None] * belief.unexplained_k / own
        for watts in inputs.restraint.gives_w.values():
            drive += self._lasting()[:, None] * watts
        drive[:, : self.rooms] += self._lasting()[:, None] * self._through_open_w(np.diag(nets[0].response[0]))
        assert belief.state is not None
        return Carried(
            name="heat",
            start=belief.state,
            transition=np.stack([net.transition[0] for net in nets]),
            response=np.stack([net.response[0] for net in nets]),
            drive=drive,
        )

    def _through_open_w(self, own: Array) -> Array:
        """Return (step, room) what comes in through what stands open, and what something unknown gives."""
        belief, ahead = self.belief, self.inputs.ahead
        assert belief.state is not None
        w_k = AIR_J_M3_K * belief.opened_m3_s
        gap = ahead.outdoor_c[:, None] - belief.state[: self.rooms]
        return np.asarray(w_k / (1.0 + w_k * own[: self.rooms]) * gap + belief.unknown_w)

    def _lasting(self) -> Array:
        """Return (step,) how much of what nobody can explain now is still there later."""
        ahead = self.inputs.ahead
        return np.asarray(np.exp(-(ahead.unix_s - ahead.unix_s[0]) / (3600.0 * LASTS_H)))

    def _air(self) -> tuple[Carried, Carried, Carried]:
        belief, inputs = self.belief, self.inputs
        volume, place = belief.outline.volume_m3, belief.air.place
        leaks = self.leaks_m3_s * np.exp(belief.air_theta[place["gaps"]]) / volume
        settings, lives = self._ways_of_living()
        net = belief.air.network(belief.air_theta, settings, 900.0, leaks)
        kind = inputs.grid.kind + 2 * lives
        own = np.diagonal(net.response, axis1=1, axis2=2)[lives]
        fresh, rate = net.fresh[0], net.rate
        vapour = PERSON_VAPOUR_KG_S * inputs.people.everybody / (AIR_KG_M3 * volume)
        dust = PARTICLES_PASS * inputs.outdoor_pm2_5
        moist = self._handed_over() / volume
        return (
            _carried(
                "co2",
                belief.ppm,
                rate,
                fresh * OUTDOOR_PPM
                + self._breathed_out()
                + self._lasting()[:, None] * belief.unexplained_ppm / own
                + self._lasting()[:, None] * self._through_open_per_s(own) * (OUTDOOR_PPM - belief.ppm),
                kind,
            ),
            _carried(
                "humidity",
                inputs.humidity,
                (rate + np.diag(moist)) / MOISTURE_BUFFER,
                ((fresh - moist) * self.outdoor_ratio[:, None] + vapour) / MOISTURE_BUFFER,
                kind,
            ),
            _carried(
                "pm2_5",
                inputs.pm2_5,
                rate - SETTLES_PER_S * np.eye(self.rooms),
                fresh * dust + inputs.dust_per_s,
                kind,
            ),
        )

    def _breathed_out(self) -> Array:
        """Return (step, room) ppm/s of carbon dioxide that people give off."""
        belief = self.belief
        person = 1e6 * PERSON_M3_S * float(np.exp(belief.air_theta[belief.air.place["person"]]))
        return np.asarray(person * self.inputs.people.everybody / belief.outline.volume_m3)

    def _through_open_per_s(self, own: Array) -> Array:
        """Return (step, room) changes of air a second through what stands open.

        Args:
            own: (step, room) how a room's air answers to what comes into it, s.
        """
        opened = self.belief.opened_m3_s / self.belief.outline.volume_m3
        return np.asarray(opened / (1.0 + opened * own))

    def _ways_of_living(self) -> tuple[Array, NDArray[np.int64]]:
        """Return (way, control) settings of fans with bedrooms in which people sleep, and (step,) which holds."""
        belief = self.belief
        asleep = self.inputs.people.asleep[:, list(belief.flow.bedrooms)] > 0.5
        shut, lives = np.unique(asleep, axis=0, return_inverse=True)
        settings = np.repeat(base_settings(belief)[None], len(shut), axis=0)
        settings[:, settings.shape[1] - shut.shape[1] :] = shut
        return settings, np.asarray(lives.reshape(-1), np.int64)

    def _handed_over(self) -> Array:
        """Return (room,) m³/s of the air from outside whose moisture difference a ventilator's exchanger hands over."""
        theta, place = self.belief.air_theta, self.belief.air.place
        flows = self.belief.flow.flows(base_settings(self.belief), float(np.exp(theta[place["fans"]])))
        inlet = np.exp([theta[place[f"inlet.{room}"]] for room in self.belief.outline.rooms])
        return np.asarray((flows.fresh_m3_s - flows.drying_m3_s) * inlet)


def _carried(name: str, start: Array, rates: Array, drive: Array, kind: NDArray[np.int64]) -> Carried:
    steps = [discrete(rate, seconds) for rate in rates for seconds in (900.0, 3600.0)]
    return Carried(
        name=name,
        start=start,
        transition=np.stack([one[0] for one in steps]),
        response=np.stack([one[1] for one in steps]),
        drive=drive,
        scale=_SCALES[name],
        steps=AIR_STEPS,
        kind=kind,
    )
