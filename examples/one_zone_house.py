"""A house of one zone as a Gymnasium environment, in American units and by the conventions of building environments.

As in Sinergym an action is a heating and a cooling setpoint and an observation is an array with names beside it; as in
BOPTEST-Gym the reward is what energy and discomfort cost. Its numbers are nobody's business but its own.
"""

from datetime import datetime, timedelta
from typing import Any

import gymnasium
import numpy as np
from gymnasium.utils.env_checker import check_env
from numpy.typing import NDArray

from examples.outside import Outside
from sumika.physics.psychrometrics import humidity_ratio, relative_humidity

STEP_S = 900.0
NAMES = (
    "outdoor_temperature",  # F
    "outdoor_humidity",  # %
    "wind_speed",  # mph
    "global_horizontal_radiation",  # W/m2
    "people_occupant",
    "air_temperature",  # F
    "air_humidity",  # %
    "htg_setpoint",  # F
    "clg_setpoint",  # F
    "hvac_electricity",  # kWh in the step
    "total_electricity",  # kWh in the step
)
"""What each place of an observation is."""

DISCOMFORT_PER_K_H = 0.1
_FLOOR_M2, _HEIGHT_M, _PASSES_M2 = 75.0, 2.5, 5.5
_AIR_J_K, _MASS_J_K = 1.4e6, 1.6e7
_LOSS_W_K, _WALL_W_K, _INNER_W_K = 85.0, 70.0, 650.0
_MOST_W, _STANDBY_W, _INNER_STEP_S = 5200.0, 6.0, 60.0
_PERSON_W, _PERSON_KG_S = 75.0, 55e-3 / 3600.0
_FRESH_PER_S = 0.5 / 3600.0


class OneZoneHouse(gymnasium.Env[NDArray[np.float32], NDArray[np.float32]]):
    """A house of one zone with a heat pump that heats and cools.

    Attributes:
        outside: Weather, prices and people.
    """

    def __init__(self, season: str = "summer", days: float = 30.0) -> None:
        """Build a house.

        Args:
            season: As in `examples.outside`.
            days: After so many an episode is over.
        """
        self.metadata = {"render_modes": []}
        low = np.array([-60, 0, 0, 0, 0, -20, 0, 40, 40, 0, 0], np.float32)
        high = np.array([140, 100, 100, 1500, 20, 160, 100, 110, 110, 50, 50], np.float32)
        self.observation_space = gymnasium.spaces.Box(low, high, dtype=np.float32)
        self.action_space = gymnasium.spaces.Box(
            np.array([50.0, 68.0], np.float32), np.array([75.0, 95.0], np.float32), dtype=np.float32
        )
        self._season, self._steps = season, round(days * 86_400.0 / STEP_S)
        self.outside = Outside(season)
        self._begin()

    @property
    def at(self) -> datetime:
        """Now."""
        return self.outside.begin + timedelta(seconds=STEP_S * self._step)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Begin again; return the first observation and what else is known.

        Args:
            seed: Of the weather.
            options: None are known.
        """
        super().reset(seed=seed)
        self.outside = Outside(self._season, 1 if seed is None else seed)
        self._begin()
        return self._observed(0.0, 0.0), {"time": self.at}

    def step(self, action: NDArray[np.float32]) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """Let a quarter of an hour pass; return observation, reward, terminated, truncated and what else is known.

        Args:
            action: (2,) heating and cooling setpoint, F.
        """
        began = self.at
        self._setpoints_c = [(float(one) - 32.0) / 1.8 for one in action]
        power_w = self._pass(began)
        self._step += 1
        people = sum(self.outside.people(began))
        low_c, high_c = (20.0, 25.0) if self._season == "winter" else (22.0, 26.0)
        off_k = max(low_c - self._air_c, self._air_c - high_c, 0.0) * people
        hours = STEP_S / 3600.0
        cost = hours * power_w / 1000.0 * self.outside.price_per_kwh(began)
        info = {"time": self.at, "cost": cost, "discomfort_k_h": hours * off_k, "energy_kwh": hours * power_w / 1000.0}
        reward = -(cost + DISCOMFORT_PER_K_H * hours * off_k)
        all_w = power_w + self.outside.appliances_w(began)
        return self._observed(power_w, all_w), reward, False, self._step >= self._steps, info

    def _begin(self) -> None:
        self._step = 0
        self._air_c = self._mass_c = 20.0 if self._season == "winter" else 25.5
        self._water = 0.006 if self._season == "winter" else 0.011
        self._setpoints_c = [20.0, 26.0]
        self._share = 0.0

    def _pass(self, at: datetime) -> float:
        """Let air, mass and moisture go on through one step; return the heat pump's mean power."""
        outdoor_c = self.outside.temperature_c(at)
        sun_w = _PASSES_M2 * self.outside.sun_on_wall_w_m2(at, 200.0)
        people, appliances_w = sum(self.outside.people(at)), self.outside.appliances_w(at)
        outdoor_water = humidity_ratio(outdoor_c, self._outdoor_humidity())
        power_j = 0.0
        for _ in range(round(STEP_S / _INNER_STEP_S)):
            heat_w, power_w, dries_kg_s = self._heat_pump(outdoor_c)
            inner_w = _INNER_W_K * (self._mass_c - self._air_c)
            air_w = heat_w + 0.3 * sun_w + 0.6 * _PERSON_W * people + 0.7 * appliances_w + inner_w
            mass_w = 0.7 * sun_w + 0.4 * _PERSON_W * people + 0.3 * appliances_w - inner_w
            self._air_c += (air_w + _LOSS_W_K * (outdoor_c - self._air_c)) * _INNER_STEP_S / _AIR_J_K
            self._mass_c += (mass_w + _WALL_W_K * (outdoor_c - self._mass_c)) * _INNER_STEP_S / _MASS_J_K
            fresh = _FRESH_PER_S * (float(outdoor_water) - self._water)
            made = (_PERSON_KG_S * people - dries_kg_s) / (1.2 * _FLOOR_M2 * _HEIGHT_M)
            self._water = max(self._water + (fresh + made) * _INNER_STEP_S / 4.0, 1e-4)
            power_j += power_w * _INNER_STEP_S
        return power_j / STEP_S

    def _heat_pump(self, outdoor_c: float) -> tuple[float, float, float]:
        """Return heat into the air, electric power, and water taken out a second."""
        heats_k, cools_k = self._setpoints_c[0] - self._air_c, self._air_c - self._setpoints_c[1]
        wanted = float(np.clip(0.9 * max(heats_k, cools_k) + 0.35, 0.0, 1.0)) if max(heats_k, cools_k) > -0.35 else 0.0
        self._share += 0.25 * (wanted - self._share)
        if self._share < 0.12:
            return 0.0, _STANDBY_W, 0.0
        heat_w = self._share * _MOST_W
        heats = heats_k > cools_k
        hot_c, cold_c = (self._air_c, outdoor_c) if heats else (outdoor_c, self._air_c)
        # Refrigerant is hotter than the air that it warms, and colder than the air that it cools, the more the harder
        # it works; of what an ideal machine would do it does 45 %.
        condenses_c, evaporates_c = hot_c + 6.0 + 8.0 * self._share, cold_c - 7.0 - 6.0 * self._share
        cop = 0.45 * (condenses_c + 273.15) / max(condenses_c - evaporates_c, 12.0)
        if heats:
            return heat_w, _STANDBY_W + heat_w / cop, 0.0
        dries = 0.22 if self._water > 0.009 else 0.05
        return -(1.0 - dries) * heat_w, _STANDBY_W + heat_w / cop, dries * heat_w / 2.45e6

    def _outdoor_humidity(self) -> float:
        return 0.8 if self._season == "winter" else 0.6

    def _observed(self, power_w: float, all_w: float) -> NDArray[np.float32]:
        humid = float(relative_humidity(self._air_c, self._water))
        kwh = STEP_S / 3.6e6
        values = (
            1.8 * self.outside.temperature_c(self.at) + 32.0,
            100.0 * self._outdoor_humidity(),
            5.0,
            self.outside.light_w_m2(self.at)[0],
            float(sum(self.outside.people(self.at))),
            1.8 * self._air_c + 32.0,
            100.0 * min(humid, 1.0),
            1.8 * self._setpoints_c[0] + 32.0,
            1.8 * self._setpoints_c[1] + 32.0,
            kwh * power_w,
            kwh * all_w,
        )
        return np.array(values, np.float32)


if __name__ == "__main__":
    check_env(OneZoneHouse(days=1.0), skip_render_check=True)
    print("Gymnasium finds nothing wrong with it.")
