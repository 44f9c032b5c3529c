"""The houses of the scenario weeks: who lives there, and what stands in them."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import msgspec

from sumika.config import demo_house, load_house
from sumika.schema.building import Building, Site
from sumika.schema.house import Device, House, Resident
from sumika.schema.living import Life, Routine

FAMILY_FILE = Path(__file__).with_name("family_house.yaml")

SITES: Mapping[str, Site] = MappingProxyType(
    {
        "sapporo": Site(latitude_deg=43.06, longitude_deg=141.33, climate="sapporo"),
        "tokyo": Site(latitude_deg=35.69, longitude_deg=139.75, climate="tokyo"),
        "naha": Site(latitude_deg=26.21, longitude_deg=127.69, climate="naha"),
    }
)
"""Where the weeks are lived: the stations of the climates."""

EQUIPMENT: Mapping[str, tuple[Device, ...]] = MappingProxyType(
    {
        "pv": (Device(id="roof_pv", room="living", kind="pv", ratings={"peak_w": 5000}),),
        "battery": (Device(id="battery", room="hall", kind="battery"),),
        "car": (Device(id="car", room="hall", kind="ev_charger"),),
        "floor_heating": (Device(id="living_floor", room="living", kind="floor_heating", ratings={"heating_w": 4000}),),
        "dehumidifier": (
            Device(id="living_dehumidifier", room="living", kind="dehumidifier"),
            Device(id="bedroom_dehumidifier", room="bedroom", kind="dehumidifier"),
        ),
        "window_openers": (
            Device(id="living_window", room="living", kind="window_opener", window="living_west"),
            Device(id="bedroom_window", room="bedroom", kind="window_opener", window="bedroom_south"),
        ),
    }
)
"""What a week's house may have besides."""


@cache
def couple_house() -> House:
    """Return the demo house: two who work, one of them at home."""
    house = demo_house({}).house
    kept = tuple(device for device in house.devices if device.kind != "pv")
    likes = {"aoi": 23.5, "ren": 22.0}
    residents = tuple(_liking(one, likes[one.id]) for one in house.residents)
    assert house.world is not None
    alone = msgspec.structs.replace(house.world, pets=())
    return msgspec.structs.replace(house, devices=kept, residents=residents, world=alone)


@cache
def elderly_house() -> House:
    """Return the demo house with two retired people in it, who are at home most of the day and like it warmer."""
    house = couple_house()
    residents = (
        Resident(
            id="fumi",
            life=Life(
                routine=Routine.RETIRED,
                age_years=74,
                height_m=1.52,
                mass_kg=50,
                female=True,
                bedroom="bedroom",
                wakes_at_h=5.75,
                sleeps_at_h=21.5,
                likes_c=24.0,
                night_toilets=1.0,
            ),
        ),
        Resident(
            id="goro",
            life=Life(
                routine=Routine.RETIRED,
                age_years=77,
                height_m=1.64,
                mass_kg=61,
                bedroom="bedroom",
                wakes_at_h=6.0,
                sleeps_at_h=21.75,
                likes_c=23.5,
                night_toilets=1.2,
            ),
        ),
    )
    rooms = tuple(
        msgspec.structs.replace(room, residents=("fumi", "goro") if room.residents else ()) for room in house.rooms
    )
    return msgspec.structs.replace(house, residents=residents, rooms=rooms)


@cache
def family_house() -> House:
    """Return a larger house with five: one in an office, one at home, two pupils, a baby."""
    return load_house(FAMILY_FILE, {}).house


HOUSEHOLDS: Mapping[str, Callable[[], House]] = MappingProxyType(
    {"couple": couple_house, "elderly": elderly_house, "family": family_house}
)


def building_of(house: House) -> Building:
    """Return a house's building; an ordinary one where nothing is said."""
    return house.building if house.building is not None else Building()


def _liking(resident: Resident, likes_c: float) -> Resident:
    life = resident.life or Life()
    return msgspec.structs.replace(resident, life=msgspec.structs.replace(life, likes_c=likes_c))
