"""A heat-pump water heater with a tank (EcoCute): hot above, cold below, heated at night, and it can run out.

The tank is two layers with a moving border: CO2 heat pumps warm water in one pass from the cold end to the setpoint and
lay it on top. Efficiency follows the Lorentz cycle, whose hot side glides with the water.
"""

import math

from sumika.physics.psychrometrics import ZERO_C_K
from sumika.schema.house import Device as Described
from sumika.schema.house import House
from sumika.world.devices.demands import TAP_C
from sumika.world.devices.device import Around, SimulatedDevice

WATER_J_L_K = 4186.0
NIGHT_H = (23.0, 7.0)
RESERVE_L = 60.0
"""Less hot water than that is made again by day, as these heaters do."""

MIXES_W_K = 1.2
"""Heat that crosses the border between hot and cold water, per kelvin; typical: a tank cools by some kelvins a day."""

_LEAST_INLET_C, _APPROACH_K, _OUTDOOR_APPROACH_K = 5.0, 3.0, 8.0
_LEAST_ON_S = 600.0
_REMEMBERS = 1.0 / 7.0  # a week's habit, as the makers' "leave it to me" modes
_SPARE = 1.15


def mains_c(ground_c: float) -> float:
    """Return the temperature of tap water: that of the ground it lies in, not below 4 °C."""
    return max(4.0, ground_c)


class Tank:
    """Hot water over cold."""

    def __init__(self, litres: float, hot_c: float, cold_c: float, hot_share: float) -> None:
        """Fill it.

        Args:
            litres: All together.
            hot_c: Of the hot part.
            cold_c: Of the rest.
            hot_share: Part of it that is hot.
        """
        self.litres, self.hot_c, self.cold_c, self.hot_l = litres, hot_c, cold_c, litres * hot_share

    def heat_j(self) -> float:
        """Return its heat above 0 °C."""
        return WATER_J_L_K * (self.hot_l * self.hot_c + (self.litres - self.hot_l) * self.cold_c)

    def draw(self, litres: float, mains_temperature_c: float) -> float:
        """Take water of 40 degrees; what is taken hot flows in cold below.

        Returns:
            Litres of 40 degrees that could not be given.
        """
        if self.hot_c <= TAP_C or litres <= 0.0:
            return max(0.0, litres)
        per_litre = max(0.0, TAP_C - mains_temperature_c) / (self.hot_c - mains_temperature_c)
        hot = litres * per_litre
        given = min(hot, self.hot_l)
        cold_l = self.litres - self.hot_l
        self.hot_l -= given
        if cold_l + given > 0.0:
            self.cold_c = (cold_l * self.cold_c + given * mains_temperature_c) / (cold_l + given)
        return 0.0 if hot <= 0.0 else litres * (1.0 - given / hot)

    def charge(self, heat_j: float, to_c: float) -> float:
        """Lay water warmed from the cold end on top; return the heat that found no place."""
        room_j = WATER_J_L_K * (self.litres - self.hot_l) * max(0.0, to_c - self.cold_c)
        taken = min(heat_j, room_j)
        if taken <= 0.0:
            return heat_j
        litres = taken / (WATER_J_L_K * (to_c - self.cold_c))
        self.hot_c = (self.hot_l * self.hot_c + litres * to_c) / (self.hot_l + litres)
        self.hot_l = min(self.litres, self.hot_l + litres)
        return heat_j - taken

    def cool(self, loss_w_k: float, ambient_c: float, seconds: float) -> float:
        """Lose heat to the surroundings and across the border; return the heat lost (J)."""
        before = self.heat_j()
        hot_j_k, cold_j_k = WATER_J_L_K * self.hot_l, WATER_J_L_K * (self.litres - self.hot_l)
        share = loss_w_k / self.litres / WATER_J_L_K
        fade = math.exp(-share * seconds)
        self.hot_c = ambient_c + (self.hot_c - ambient_c) * fade
        self.cold_c = ambient_c + (self.cold_c - ambient_c) * fade
        lost = before - self.heat_j()
        if hot_j_k > 0.0 and cold_j_k > 0.0:
            series = hot_j_k * cold_j_k / (hot_j_k + cold_j_k)
            passes = series * (self.hot_c - self.cold_c) * (1.0 - math.exp(-MIXES_W_K * seconds / series))
            self.hot_c -= passes / hot_j_k
            self.cold_c += passes / cold_j_k
        if self.hot_l > 0.0 and self.hot_c < TAP_C + 2.0:
            # No longer of use: it counts as cold water, and is warmed again in one pass.
            self.cold_c, self.hot_l = self.heat_j() / WATER_J_L_K / self.litres, 0.0
        return lost


def co2_cop(outdoor_c: float, inlet_c: float, outlet_c: float, rated_cop: float) -> float:
    """Return heat per electricity of a CO2 heat pump; rated at 16 °C outside, water from 17 to 65 °C (JIS C 9220)."""
    return rated_cop * _lorentz(outdoor_c, inlet_c, outlet_c) / _lorentz(16.0, 17.0, 65.0)


def _lorentz(outdoor_c: float, inlet_c: float, outlet_c: float) -> float:
    inlet = max(inlet_c, _LEAST_INLET_C) + _APPROACH_K + ZERO_C_K
    outlet = max(outlet_c + _APPROACH_K + ZERO_C_K, inlet + 1.0)
    hot = (outlet - inlet) / math.log(outlet / inlet)
    cold = outdoor_c - _OUTDOOR_APPROACH_K + ZERO_C_K
    return hot / max(hot - cold, 15.0)


class HeatPumpWaterHeater(SimulatedDevice):
    """An EcoCute."""

    def __init__(self, described: Described, house: House, seed: int, number: int) -> None:
        """Set it up with two thirds of its tank hot."""
        super().__init__(described, house, seed, number)
        self.tank = Tank(self.ratings["tank_l"], 65.0, 12.0, 0.66)
        people = max(1, len(house.residents))
        # Heaters of one house stand side by side in its pipes: each gives its part of what is drawn.
        self._part = 1.0 / max(1, sum(device.kind == described.kind for device in house.devices))
        # Of 40 °C; typical: 150 l a person and day with the bath.
        self._day_l, self._habit_l = 0.0, 150.0 * people * self._part
        self._date = -1
        self._runs, self._since_s = False, -math.inf
        self.source_w = self.drawn_w = self.loss_w = 0.0

    def refuses(self, setting: str, value: float, now_s: float) -> str:
        """Refuse to be switched off just after it started."""
        left_s = self._since_s + _LEAST_ON_S - now_s
        if setting == "mode" and round(value) == 0 and self._runs and left_s > 0.0:
            return f"minimum on-time, {left_s:.0f} s left"
        return ""

    def rest(self, around: Around) -> None:
        """Give what is hot and cool down."""
        super().rest(around)
        self._runs = False
        self.source_w = 0.0
        self._use(around)

    def act(self, around: Around) -> None:
        """Heat, give and lose for one step."""
        self.power_w = self.ratings["standby_w"]
        self._learn(around)
        self._heat(around)
        self._use(around)

    def _learn(self, around: Around) -> None:
        day = around.local.toordinal()
        if self._date >= 0 and day != self._date:
            self._habit_l += _REMEMBERS * (self._day_l - self._habit_l)
            self._day_l = 0.0
        self._date = day

    def _heat(self, around: Around) -> None:
        tank, to_c, outdoor_c = self.tank, self.setting("tank_setpoint_c"), around.outside.temperature_c
        self.source_w = 0.0
        runs = self._wants(around, to_c)
        if runs != self._runs and (runs or around.now_s - self._since_s >= _LEAST_ON_S):
            self._runs, self._since_s = runs, around.now_s
        if not self._runs:
            return
        share = min(1.1, max(0.5, 1.0 + 0.012 * (outdoor_c - 16.0)))
        able_w = self.ratings["heating_w"] * share
        inlet_c = tank.cold_c
        heat_w = able_w - tank.charge(able_w * around.seconds, to_c) / around.seconds
        electric_w = heat_w / co2_cop(outdoor_c, inlet_c, to_c, self.ratings["heating_cop"])
        self.power_w += electric_w
        self.source_w = heat_w - electric_w

    def _wants(self, around: Around, to_c: float) -> bool:
        tank, mode = self.tank, int(self.setting("mode"))
        if mode == 0 or tank.litres - tank.hot_l < 2.0 or tank.cold_c > to_c - 5.0:
            return False
        if mode == 2 or tank.hot_l < RESERVE_L or (self._runs and tank.hot_l < 1.5 * RESERVE_L):
            return True
        until_h = (NIGHT_H[1] - around.hour) % 24.0
        if until_h > (NIGHT_H[1] - NIGHT_H[0]) % 24.0:
            return False
        mains = mains_c(around.outside.ground_temperature_c)
        usual_l = _SPARE * self._habit_l * (TAP_C - mains) / max(to_c - mains, 1.0)
        need_l = min(tank.litres, usual_l + RESERVE_L)
        short_l = need_l - tank.hot_l * max(0.0, tank.hot_c - mains) / max(to_c - mains, 1.0)
        takes_h = short_l * WATER_J_L_K * (to_c - tank.cold_c) / self.ratings["heating_w"] / 3600.0
        # As late as it can be, so that less is lost, with a half hour in hand.
        return short_l > 0.0 and (self._runs or takes_h + 0.5 >= until_h)

    def _use(self, around: Around) -> None:
        tank, mains = self.tank, mains_c(around.outside.ground_temperature_c)
        wanted_l = self._part * max(0.0, sum(around.demands.hot_water_l.values()))
        self._day_l += wanted_l
        before = tank.heat_j()
        missing_l = tank.draw(wanted_l, mains)
        self.drawn_w = (before - tank.heat_j()) / around.seconds
        # The tank stands outside, as almost all do.
        lost_j = tank.cool(self.ratings["loss_w_k"], around.outside.temperature_c, around.seconds)
        self.loss_w = lost_j / around.seconds
        self.values = {
            "hot_water_l": round(tank.hot_l),
            "tank_c": round(tank.hot_c, 1),
            "missing_l": round(missing_l, 1),
            "heats": float(self._runs),
        }
        self.acting = ()


__all__ = ["HeatPumpWaterHeater", "Tank", "co2_cop", "mains_c"]
