"""Our controller drives a house that is an FMU, of which it knows the floor areas and the plates of heat pumps.

    python -m examples.drive_an_fmu                 # builds the FMU, looks on for 4 days, drives for 3
    python -m examples.drive_an_fmu --watch 7 --drive 7

The house (`two_zone_house/`) knows no Sumika and Sumika does not know it: all that goes between them are the FMU's
inputs and outputs. What it costs is printed beside what the house's own thermostats would have cost in the same days.
"""

import argparse
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from fmpy import extract, read_model_description
from fmpy.fmi2 import FMU2Slave

from examples.outside import SITE, Outside
from examples.scoring import ASLEEP_C, AWAKE_C, Score, off_k, table
from examples.two_zone_house.build import build
from sumika import Ecu
from sumika.ecu.foreign import Adapter, Driven, Measured, house_of_zones

STEP_S = 300.0

HOUSE = house_of_zones(
    {"living": 45.0, "bedroom": 28.0},
    {"living_unit": ("living", "room_air_conditioner"), "bedroom_unit": ("bedroom", "room_air_conditioner")},
    ratings={"living_unit": {"heating_w": 4000}, "bedroom_unit": {"heating_w": 2500}},
    site=SITE,
)
"""What a household knows of its house."""

COMFORT_C = {"living": AWAKE_C, "bedroom": ASLEEP_C}
"""What it asks for when somebody is there; without it ISO 7730 says what people bear."""

UNITS_OF = {"Living": "living", "Bedroom": "bedroom"}
MEASURED = (
    Measured(name="TOut", quantity="temperature_c", unit="K"),
    Measured(name="global", quantity="global_horizontal_w_m2"),
    Measured(name="PHouse", quantity="power_w", unit="W"),
    *(Measured(name=f"T{name}", room=zone, quantity="temperature_c", unit="K") for name, zone in UNITS_OF.items()),
    *(Measured(name=f"nPeople{name}", room=zone, quantity="people") for name, zone in UNITS_OF.items()),
    *(Measured(name=f"P{name}", device=f"{zone}_unit", quantity="power_w") for name, zone in UNITS_OF.items()),
    *(
        Measured(name=f"TSet{name}", device=f"{zone}_unit", quantity="setpoint_c", unit="K")
        for name, zone in UNITS_OF.items()
    ),
    *(Measured(name=f"on{name}", device=f"{zone}_unit", quantity="mode") for name, zone in UNITS_OF.items()),
)
DRIVEN = (
    *(
        Driven(name=f"TSet{name}", device=f"{zone}_unit", setting="setpoint_c", unit="K")
        for name, zone in UNITS_OF.items()
    ),
    # The FMU can be switched on and off, and only heats: every other mode of ours is off to it.
    *(
        Driven(name=f"on{name}", device=f"{zone}_unit", setting="mode", values={0: 0, 1: 1, 2: 0, 3: 0, 4: 0})
        for name, zone in UNITS_OF.items()
    ),
)

Told = Mapping[str, float]
Decides = Callable[[Told, datetime], Mapping[str | int, float]]
"""Takes what the house tells; returns what inputs are set to."""


class FmuHouse:
    """The FMU in its weather, with its people."""

    def __init__(self, fmu: Path, folder: Path, outside: Outside) -> None:
        """Unpack and begin."""
        description = read_model_description(str(fmu))
        self._places = {one.name: one.valueReference for one in description.modelVariables}
        self._slave = FMU2Slave(
            guid=description.guid,
            unzipDirectory=extract(str(fmu), unzipdir=str(folder)),
            modelIdentifier=description.coSimulation.modelIdentifier,
            instanceName="house",
        )
        self.outside, self._seconds = outside, 0.0
        self._slave.instantiate()
        self._slave.setupExperiment(startTime=0.0)
        self._slave.enterInitializationMode()
        self._slave.exitInitializationMode()

    @property
    def at(self) -> datetime:
        """Now."""
        return self.outside.begin + timedelta(seconds=self._seconds)

    def tell(self) -> dict[str, float]:
        """Return all inputs and outputs, and the light outside, which is no part of the FMU."""
        values = self._slave.getReal(list(self._places.values()))
        told = dict(zip(self._places, values, strict=True))
        return {**told, "global": self.outside.light_w_m2(self.at)[0]}

    def step(self, action: Mapping[str | int, float]) -> None:
        """Set inputs and let some minutes pass."""
        living, bedroom = self.outside.people(self.at)
        inputs = {
            "TOut": self.outside.temperature_c(self.at) + 273.15,
            "HSouth": self.outside.sun_on_wall_w_m2(self.at, 180.0),
            "HNorth": self.outside.sun_on_wall_w_m2(self.at, 0.0),
            "nPeopleLiving": living,
            "nPeopleBedroom": bedroom,
            "PAppliances": self.outside.appliances_w(self.at),
            **{str(name): value for name, value in action.items()},
        }
        self._slave.setReal([self._places[name] for name in inputs], list(inputs.values()))
        self._slave.doStep(currentCommunicationPoint=self._seconds, communicationStepSize=STEP_S)
        self._seconds += STEP_S

    def close(self) -> None:
        """End."""
        self._slave.terminate()
        self._slave.freeInstance()


def thermostat(day_c: float, night_c: float) -> Decides:
    """Return a thermostat with two temperatures: from six in the morning, and from eleven at night."""

    def decide(told: Told, at: datetime) -> dict[str | int, float]:
        return set_to(*[day_c if 6 <= at.hour < 23 else night_c] * 2)

    return decide


def schedule(living_c: float, bedroom_c: float, else_c: float, ahead_h: float) -> Decides:
    """Return a schedule for each room that knows its people's hours, and begins to heat some hours before them."""

    def decide(told: Told, at: datetime) -> dict[str | int, float]:
        soon = at + timedelta(hours=ahead_h)
        living = any(Outside.people(one)[0] for one in (at, soon))
        bedroom = any(Outside.people(one)[1] for one in (at, soon))
        return set_to(living_c if living else else_c, bedroom_c if bedroom else else_c)

    return decide


def set_to(living_c: float, bedroom_c: float) -> dict[str | int, float]:
    """Return the inputs that set both rooms."""
    return {"TSetLiving": living_c + 273.15, "TSetBedroom": bedroom_c + 273.15, "onLiving": 1.0, "onBedroom": 1.0}


def live(house: FmuHouse, decides: Decides, days: float, score: Score | None = None) -> None:
    """Let somebody drive the house for some days."""
    for _ in range(round(days * 86_400.0 / STEP_S)):
        at = house.at
        house.step(decides(house.tell(), at))
        if score is not None:
            told, people = house.tell(), dict(zip(UNITS_OF, house.outside.people(at), strict=True))
            kwh = STEP_S / 3.6e6 * sum(told[f"P{name}"] for name in UNITS_OF)
            off = sum(
                people[name] * off_k(told[f"T{name}"] - 273.15, COMFORT_C[zone]) for name, zone in UNITS_OF.items()
            )
            score.count(house.outside.price_per_kwh(at) * kwh, kwh, STEP_S / 3600.0 * off)


def ours(outside: Outside) -> tuple[Decides, Decides]:
    """Return our controller as one who looks on, and as one who drives."""
    adapter = Adapter(Ecu(HOUSE, currency="EUR", comfort_c=COMFORT_C), MEASURED, DRIVEN, step_s=STEP_S)
    usual = SIMPLE["thermostat 21 °C"]

    def watch(told: Told, at: datetime) -> Mapping[str | int, float]:
        adapter.see(told, at)
        return usual(told, at)

    def drive(told: Told, at: datetime) -> Mapping[str | int, float]:
        adapter.see(told, at)
        return adapter.act(outside.foretold(at))

    return watch, drive


SIMPLE: Mapping[str, Decides] = {
    "thermostat 21 °C": thermostat(21.0, 21.0),
    "with a night set-back": thermostat(20.5, 17.0),
    "schedule of each room": schedule(20.3, 17.3, 15.0, 1.5),
}
"""What drives such houses. The last one knows what nobody tells ours: when people will be where."""


def main(watch_days: float, drive_days: float, seed: int = 1) -> list[Score]:
    """Let simple controllers and ours live the same days; return how each did.

    Args:
        watch_days: So long ours looks on while a thermostat drives.
        drive_days: So long each drives and is scored.
        seed: Of the weather.
    """
    scores = []
    usual = SIMPLE["thermostat 21 °C"]
    with tempfile.TemporaryDirectory(prefix="sumika-fmu-") as scratch:
        fmu = build(Path(scratch) / "two_zone_house.fmu")
        for name in (*SIMPLE, "Sumika"):
            outside = Outside("winter", seed)
            house = FmuHouse(fmu, Path(scratch) / name, outside)
            before, after = (usual, SIMPLE[name]) if name in SIMPLE else ours(outside)
            score = Score(name)
            live(house, before, watch_days)
            live(house, after, drive_days, score)
            house.close()
            scores.append(score)
    return scores


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--watch", type=float, default=4.0, metavar="DAYS", help="so long it looks on")
    arguments.add_argument("--drive", type=float, default=3.0, metavar="DAYS", help="so long it drives")
    asked = arguments.parse_args()
    print(table(main(asked.watch, asked.drive)))
