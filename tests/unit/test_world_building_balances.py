"""Heat, air, water and gases of the simulated building: books that close, laws that hold, steps of any length."""

import math
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.linalg import expm

from sumika.config import demo_house
from sumika.evaluate.world import building_balances
from sumika.physics.psychrometrics import relative_humidity
from sumika.schema import SumikaError
from sumika.schema.building import Building as Description
from sumika.schema.building import Door, Site, Window
from sumika.schema.house import House, Room
from sumika.world.building import NOBODY, Building
from sumika.world.building.pressure_network import GRAVITY_M_S2
from sumika.world.building.series import advance_dense
from sumika.world.building.smooth_series import advance_smooth, series_of
from sumika.world.exchange import Acting, Outside, RoomsActedOn, RoomsNow

Array = NDArray[np.float64]

WINTER = Outside(temperature_c=0.0, humidity_ratio=0.003, wind_m_s=3.0, wind_from_deg=300.0, sky_temperature_c=-15.0)
CALM = Outside(temperature_c=0.0, humidity_ratio=0.003, sky_temperature_c=0.0, ground_temperature_c=0.0)


def demo() -> Building:
    return Building.of(demo_house().house)


def two_rooms(**description: object) -> House:
    rooms = (
        Room(id="a", floor_m=((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0))),
        Room(id="b", floor_m=((4.1, 0.0), (8.1, 0.0), (8.1, 4.0), (4.1, 4.0))),
    )
    usual: dict[str, object] = {
        "windows": (Window(id="w", room="a", wall=0, width_m=2.0, height_m=1.5),),
        "doors": (Door(id="d", rooms=("a", "b"), at_m=(4.05, 2.0)),),
    }
    return House(rooms=rooms, building=msgspec.convert(msgspec.to_builtins(Description()), Description) if False else Description(**{**usual, **description}))  # type: ignore[arg-type]
