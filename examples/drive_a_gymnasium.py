"""Our controller drives a house that is a Gymnasium environment, in Fahrenheit, percent, miles and kWh a step.

    python -m examples.drive_a_gymnasium                  # a summer: looks on for 5 days, drives for 3
    python -m examples.drive_a_gymnasium --season winter

Any environment of buildings can stand where this one does: each of its numbers takes one line in `MEASURED`, each of
its setpoints one in `DRIVEN`. What it costs is printed beside what the environment's own thermostat would have cost in
the same days.
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from examples.one_zone_house import NAMES, STEP_S, OneZoneHouse
from examples.outside import SITE
from examples.scoring import Score, table
from sumika import Ecu
from sumika.ecu.foreign import Adapter, Driven, Measured, house_of_zones
from sumika.schema.worth import worth_of

HOUSE = house_of_zones(
    {"zone": 75.0},
    {"heat_pump": ("zone", "room_air_conditioner")},
    ratings={"heat_pump": {"heating_w": 5000, "heating_cop": 3.5, "cooling_w": 5000, "cooling_cop": 3.5}},
    site=SITE,
)
COMFORT_C = {"summer": (22.0, 26.0), "winter": (20.0, 25.0)}
"""EN 16798-1 has about these for homes (category II: 20 to 25 °C with heating, 23 to 26 with cooling)."""

WORTH = replace(worth_of(None, "EUR"), humidity_per_person_h=0.0, mould_per_room_h=0.0)
"""The environment counts money and temperature alone: so does the controller, who else would dry damp air too."""

MODE = {"summer": 2.0, "winter": 1.0}
"""Whether the heat pump cools or heats in a season, as far as the environment's own thermostat drives it."""


def _place(name: str) -> int:
    return NAMES.index(name)


MEASURED = (
    Measured(name=_place("outdoor_temperature"), quantity="temperature_c", unit="degF"),
    Measured(name=_place("outdoor_humidity"), quantity="relative_humidity", unit="%"),
    Measured(name=_place("wind_speed"), quantity="wind_m_s", unit="mph"),
    Measured(name=_place("global_horizontal_radiation"), quantity="global_horizontal_w_m2"),
    Measured(name=_place("total_electricity"), quantity="power_w", unit="kWh/step"),
    Measured(name=_place("people_occupant"), room="zone", quantity="people"),
    Measured(name=_place("air_temperature"), room="zone", quantity="temperature_c", unit="degF"),
    Measured(name=_place("air_humidity"), room="zone", quantity="relative_humidity", unit="%"),
    Measured(name=_place("hvac_electricity"), device="heat_pump", quantity="power_w", unit="kWh/step"),
)
DRIVEN = (
    # Two setpoints there are one setpoint and a mode with us; the one that does not hold is put out of the way.
    Driven(name=0, device="heat_pump", setting="setpoint_c", unit="degF", modes=(1.0,), otherwise=50.0, high=75.0),
    Driven(name=1, device="heat_pump", setting="setpoint_c", unit="degF", modes=(2.0, 3.0), otherwise=95.0, low=68.0),
)

Observation = NDArray[np.float32]
Decides = Callable[[Observation, datetime], Observation]
"""Takes an observation; returns an action."""


def thermostat(heats_c: float, cools_c: float, away_k: float = 0.0) -> Decides:
    """Return a thermostat; while nobody is there it lets go by some kelvins."""

    def decide(observation: Observation, at: datetime) -> Observation:
        wide_k = away_k if observation[_place("people_occupant")] < 0.5 else 0.0
        return np.array([1.8 * (heats_c - wide_k) + 32.0, 1.8 * (cools_c + wide_k) + 32.0], np.float32)

    return decide


def live(house: OneZoneHouse, observation: Observation, decides: Decides, days: float, score: Score) -> Observation:
    """Let somebody drive the house for some days; return the last observation."""
    for _ in range(round(days * 86_400.0 / STEP_S)):
        observation, _, _, _, info = house.step(decides(observation, house.at))
        score.count(info["cost"], info["energy_kwh"], info["discomfort_k_h"])
    return observation


def ours(house: OneZoneHouse, season: str) -> tuple[Decides, Decides]:
    """Return our controller as one who looks on, and as one who drives."""
    ecu = Ecu(HOUSE, worth=WORTH, comfort_c={"zone": COMFORT_C[season]})
    adapter = Adapter(ecu, MEASURED, DRIVEN, step_s=STEP_S, assumed={("heat_pump", "mode"): MODE[season]})
    usual = thermostat(21.0, 25.0)

    def watch(observation: Observation, at: datetime) -> Observation:
        adapter.see(observation, at)
        return usual(observation, at)

    def drive(observation: Observation, at: datetime) -> Observation:
        adapter.see(observation, at)
        return adapter.array(adapter.act(house.outside.foretold(at)))

    return watch, drive


def main(season: str, watch_days: float, drive_days: float, seed: int = 1) -> list[Score]:
    """Let two thermostats and our controller live the same days; return how each did.

    Args:
        season: "summer" or "winter".
        watch_days: So long ours looks on while a thermostat drives.
        drive_days: So long each drives and is scored.
        seed: Of the weather.
    """
    usual = thermostat(21.0, 25.0)
    scores = []
    for name, simple in (
        ("thermostat", usual),
        ("with set-back when away", thermostat(20.5, 25.5, 4.0)),
        ("Sumika", None),
    ):
        house = OneZoneHouse(season)
        observation, _ = house.reset(seed=seed)
        before, after = (usual, simple) if simple is not None else ours(house, season)
        observation = live(house, observation, before, watch_days, Score("nobody counts this"))
        score = Score(name)
        live(house, observation, after, drive_days, score)
        scores.append(score)
    return scores


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--season", choices=sorted(COMFORT_C), default="summer")
    arguments.add_argument("--watch", type=float, default=5.0, metavar="DAYS", help="so long it looks on")
    arguments.add_argument("--drive", type=float, default=3.0, metavar="DAYS", help="so long it drives")
    asked = arguments.parse_args()
    print(table(main(asked.season, asked.watch, asked.drive)))
