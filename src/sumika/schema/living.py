"""Who lives in a simulated house, how, and on what they sit and lie."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from sumika.schema._plan import Degrees, Identifier, Point


class FurnitureKind(StrEnum):
    """What stands in a room, as far as it matters for what people do there."""

    BED = "bed"
    SOFA = "sofa"
    CHAIR = "chair"
    DESK = "desk"
    TABLE = "table"
    KITCHEN = "kitchen"
    BATH = "bath"
    WASHBASIN = "washbasin"
    TOILET = "toilet"
    TV = "tv"
    WARDROBE = "wardrobe"
    CURTAIN = "curtain"
    FAN = "fan"


class Furniture(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A piece of furniture.

    Attributes:
        kind: What it is.
        room: Where it stands.
        at_m: Middle of it on the floor plan; where one sits, lies or stands.
        heading_deg: Where one faces, counter-clockwise from the plan's x axis; in a bed: from head to feet.
        height_m: Of what one sits or lies on; None: as its kind has it.
        places: How many people it takes.
    """

    kind: FurnitureKind
    room: Identifier
    at_m: Point
    heading_deg: Degrees = 0.0
    height_m: Annotated[float, Meta(ge=0, le=3)] | None = None
    places: Annotated[int, Meta(ge=1, le=12)] = 1


class Routine(StrEnum):
    """Whose day somebody has."""

    OFFICE = "office"
    HOME_OFFICE = "home_office"
    HOMEMAKER = "homemaker"
    PUPIL = "pupil"
    RETIRED = "retired"
    BABY = "baby"


class Life(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A simulated resident's body and habits.

    Attributes:
        routine: Whose day it is.
        age_years: Of life.
        height_m: From head to foot.
        mass_kg: Of the body.
        female: For heart and breath at rest.
        bedroom: Where they sleep; empty: the room that names them.
        wakes_at_h: Hour of an ordinary working day.
        sleeps_at_h: Hour of going to bed; past midnight counts on from 24.
        likes_c: The operative temperature that suits them in their usual clothes; None: as the comfort standard has it.
        patience: How much discomfort they bear before they touch the thermostat, 0 to 1.
        resting_heart_bpm: Heart rate sitting at rest; None: by age and chance.
        resting_breath_bpm: Breaths per minute at rest; None: by age and chance.
        night_toilets: How often they get up in an ordinary night.
        frail: How likely they stumble, 0 to 1.
    """

    routine: Routine = Routine.OFFICE
    age_years: Annotated[float, Meta(ge=0, le=120)] = 40.0
    height_m: Annotated[float, Meta(ge=0.4, le=2.3)] = 1.68
    mass_kg: Annotated[float, Meta(ge=2, le=300)] = 65.0
    female: bool = False
    bedroom: str = ""
    wakes_at_h: Annotated[float, Meta(ge=0, le=24)] = 6.75
    sleeps_at_h: Annotated[float, Meta(ge=18, le=30)] = 23.0
    likes_c: Annotated[float, Meta(ge=10, le=35)] | None = None
    patience: Annotated[float, Meta(ge=0, le=1)] = 0.5
    resting_heart_bpm: Annotated[float, Meta(ge=30, le=200)] | None = None
    resting_breath_bpm: Annotated[float, Meta(ge=4, le=80)] | None = None
    night_toilets: Annotated[float, Meta(ge=0, le=10)] = 0.3
    frail: Annotated[float, Meta(ge=0, le=1)] = 0.0
