"""A small house and stretches of time of whoever is in it, for tests of the radar that looks into it."""

import math
from dataclasses import replace

import numpy as np

from sumika.schema.building import Building, Door
from sumika.schema.house import House, Radar, Resident, Room, WorldSource
from sumika.schema.living import Furniture, FurnitureKind, Life
from sumika.world.exchange import Breaths, Doing, Leg, Posture, Stretch

RADAR = Radar(
    id="radar",
    room="living",
    model="iwr6843isk",
    position_m=(2.0, 0.05, 1.4),
    yaw_deg=90.0,
    pitch_deg=-6.0,
    source=WorldSource(),
)


def house(*furniture: Furniture, door_m: tuple[float, float] = (2.0, 4.0)) -> House:
    """Return a living room of 4 m by 4 m, and a bedroom behind it through one door."""
    return House(
        rooms=(
            Room(id="living", floor_m=((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0))),
            Room(id="bedroom", floor_m=((0.0, 4.0), (4.0, 4.0), (4.0, 7.0), (0.0, 7.0))),
        ),
        radars=(RADAR,),
        residents=(Resident(id="aoi", life=Life(height_m=1.6, mass_kg=54.0)), Resident(id="ren", life=Life())),
        building=Building(doors=(Door(id="door", rooms=("living", "bedroom"), at_m=door_m),)),
        furniture=furniture,
    )


def wardrobe(x: float, y: float) -> Furniture:
    """Return one that stands in the living room, its front towards the radar."""
    return Furniture(kind=FurnitureKind.WARDROBE, room="living", at_m=(x, y), heading_deg=-90.0)


def sitting(
    start_s: float, seconds: float = 60.0, at_m: tuple[float, float] = (2.0, 2.0), name: str = "ren"
) -> Stretch:
    """Return somebody who sits and breathes 15 times a minute; breaths and beats go on from stretch to stretch."""
    end_s = start_s + seconds
    begun = np.arange(math.floor(start_s / 4.0), math.ceil(end_s / 4.0), dtype=np.float64) * 4.0
    beats = np.arange(math.ceil(start_s / 0.85), math.ceil(end_s / 0.85), dtype=np.float64) * 0.85
    return Stretch(
        body=name,
        kind="person",
        start_s=start_s,
        seconds=seconds,
        present=True,
        start_m=at_m,
        posture=Posture.SITTING,
        heading_rad=-np.pi / 2,
        base_m=0.45,
        legs=(Leg(seconds=seconds),),
        away=(False,),
        breaths=Breaths(
            start_s=begun,
            inhale_s=np.full(begun.size, 1.5),
            exhale_s=np.full(begun.size, 2.1),
            depth_m=np.full(begun.size, 5e-3),
        ),
        beat_s=beats,
        doing=(Doing(start_s=start_s, activity="reading", room="living"),),
        restless_mm=0.3,
    )


def walking(start_s: float, *legs: Leg, at_m: tuple[float, float] = (1.0, 2.0), kind: str = "person") -> Stretch:
    """Return somebody, or a cat, who goes about."""
    name = "ren" if kind == "person" else "cat"
    seconds = sum(leg.seconds for leg in legs)
    still = sitting(start_s, seconds, at_m, name)
    return replace(still, kind=kind, posture=Posture.STANDING, legs=legs, away=(False,) * len(legs))
