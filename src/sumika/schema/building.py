"""The building round the rooms, as its builder describes it: where it stands, its openings, its insulation and air."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from sumika.schema._plan import Degrees, Identifier, Point

Positive = Annotated[float, Meta(gt=0, le=1000)]
Share = Annotated[float, Meta(ge=0, le=1)]


class Grade(StrEnum):
    """How well a building is insulated, by the name under which it is sold."""

    WOODEN_1980 = "wooden_1980"
    GRADE_4 = "grade_4"
    ZEH = "zeh"
    HEAT20_G2 = "heat20_g2"
    HEAT20_G3 = "heat20_g3"
    PASSIVE_HOUSE = "passive_house"


class VentilationClass(StrEnum):
    """Which way of the air is driven: both (Japan's class 1), the exhaust alone (class 3), or neither."""

    BALANCED = "class_1"
    EXHAUST = "class_3"
    NATURAL = "natural"


class HeatingSystem(StrEnum):
    """How heat and cold reach the rooms."""

    ROOM_UNITS = "room_units"
    WHOLE_HOUSE = "whole_house"
    RADIATORS = "radiators"
    NONE = "none"


class Site(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where the building stands.

    Attributes:
        latitude_deg: North positive.
        longitude_deg: East positive.
        altitude_m: Above the sea.
        timezone: Name of its time zone in the tz database.
        north_deg: Where north is on the floor plan, counter-clockwise from its x axis; 90 is up.
        sheltered: How much of the wind neighbours keep away.
        climate: The weather that is made up where no file gives it: sapporo, tokyo, naha, paris or minneapolis.
        weather_file: EPW or TMY file, absolute or relative to house.yaml; empty: the climate above.
    """

    latitude_deg: Annotated[float, Meta(ge=-90, le=90)] = 35.69
    longitude_deg: Annotated[float, Meta(ge=-180, le=180)] = 139.75
    altitude_m: Annotated[float, Meta(ge=-450, le=6000)] = 25.0
    timezone: str = "Asia/Tokyo"
    north_deg: Degrees = 90.0
    sheltered: Share = 0.5
    climate: str = "tokyo"
    weather_file: str = ""


class Window(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A window, or a glazed door, in an outer wall.

    Attributes:
        id: Its name on the bus.
        room: The room it is in.
        wall: Which edge of the room's floor, from 0: edge n joins corner n to corner n + 1.
        width_m: Of the whole opening.
        height_m: Of the whole opening.
        sill_m: Its lower edge above the floor.
        u_w_m2_k: Of glass and frame together; None: as the building's grade has it.
        solar_gain: Share of the sun's heat that comes in at right angles (g, η); None: as the building's grade has it.
        overhang_m: How far eaves or a balcony above it stand out.
        shading: Share of the sky and sun that neighbours or trees keep away.
        openable: Whether it can be opened.
    """

    id: Identifier
    room: Identifier
    wall: Annotated[int, Meta(ge=0, le=199)]
    width_m: Positive
    height_m: Positive
    sill_m: Annotated[float, Meta(ge=0, le=20)] = 0.9
    u_w_m2_k: Annotated[float, Meta(gt=0, le=10)] | None = None
    solar_gain: Share | None = None
    overhang_m: Annotated[float, Meta(ge=0, le=10)] = 0.0
    shading: Share = 0.0
    openable: bool = True


class Door(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A door, or an opening without one, between two rooms or to the outside.

    Attributes:
        id: Its name on the bus.
        rooms: The two rooms it joins; `outside` is a room here.
        at_m: Middle of it on the floor plan.
        width_m: Clear width.
        height_m: Clear height.
        always_open: An opening without a door leaf.
        undercut_m: Gap under the leaf, through which air goes when it is shut.
    """

    id: Identifier
    rooms: tuple[Identifier, Identifier]
    at_m: Point
    width_m: Positive = 0.8
    height_m: Positive = 2.0
    always_open: bool = False
    undercut_m: Annotated[float, Meta(ge=0, le=0.2)] = 0.01


OUTSIDE = "outside"
"""What a door to the outside joins its room to."""


class Building(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A building.

    Attributes:
        site: Where it stands.
        grade: Its insulation by name; the numbers below override single ones.
        ua_w_m2_k: Mean heat loss through the envelope per area and kelvin (UA値); None: as the grade has it.
        leakage_cm2_m2: Equivalent leakage area per floor area at 9.8 Pa (C値); None: as the grade has it.
        ventilation: Which way of the air is driven.
        air_changes_per_h: That the ventilation is sized for; Japan asks 0.5.
        heat_recovery: Share of sensible heat that balanced ventilation keeps where its plate says nothing; None: as the
            grade has it.
        heating: How heat and cold reach the rooms.
        windows: All of them.
        doors: All of them.
        ground_floor_storey: Which storey stands on the ground.
    """

    site: Site = Site()
    grade: Grade = Grade.GRADE_4
    ua_w_m2_k: Annotated[float, Meta(gt=0, le=10)] | None = None
    leakage_cm2_m2: Annotated[float, Meta(ge=0, le=50)] | None = None
    ventilation: VentilationClass = VentilationClass.EXHAUST
    air_changes_per_h: Annotated[float, Meta(ge=0, le=20)] = 0.5
    heat_recovery: Share | None = None
    heating: HeatingSystem = HeatingSystem.ROOM_UNITS
    windows: tuple[Window, ...] = ()
    doors: tuple[Door, ...] = ()
    ground_floor_storey: Annotated[int, Meta(ge=-5, le=50)] = 1
