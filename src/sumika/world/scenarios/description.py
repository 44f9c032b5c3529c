"""A scenario as a file: a house, a season, what happens when, and what must then be seen."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

ClockTime = Annotated[str, Meta(pattern=r"^([0-9]{1,2}:[0-5][0-9]|\+[0-9]{1,3}:[0-5][0-9])$(?!\n)")]
"""Local time of day (03:10), the first one after the start; or hours and minutes since the start (+27:10)."""

CheckTime = Annotated[str, Meta(pattern=r"^([0-9]{1,2}:[0-5][0-9]|\+[0-9]{1,3}:[0-5][0-9])?$(?!\n)")]
"""The same, or empty."""

Bodily = Literal[
    "fall",
    "slow_collapse",
    "near_fall",
    "sit_hard",
    "drop",
    "illness",
    "stress",
    "party",
    "absent",
    "night_toilet",
]
Structural = Literal["door", "window", "command", "power_outage", "earthquake", "sensor_fault", "smoke"]


class Happening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that happens.

    Attributes:
        at: When.
        what: What.
        who: The resident it befalls; empty: the first one, or nobody.
        room: Where; empty: where they are, or all over the house.
        id: The door, window, device or sensor it is about.
        setting: What a device is told, with the unit in the name.
        value: To what value, or how strong: share open, guests, seismic intensity, µg/s of smoke.
        fault: What a sensor does: stuck, drift, dropout, fahrenheit, lag.
        minutes: How long it lasts; 0: for good, or as long as such a thing takes.
    """

    at: ClockTime
    what: Bodily | Structural
    who: str = ""
    room: str = ""
    id: str = ""
    setting: str = ""
    value: Annotated[float, Meta(ge=-1e6, le=1e6)] = 0.0
    fault: Literal["", "stuck", "drift", "dropout", "fahrenheit", "lag"] = ""
    minutes: Annotated[float, Meta(ge=0, le=100_000)] = 0.0


class Sky(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is unusual about the weather.

    Attributes:
        climate: Another climate than the house's site has; empty: that one.
        warmer_k: Added to the temperature; negative: colder.
        cloudy: Share of the sun that clouds keep away besides.
        humid: Added to the relative humidity.
        pm2_5_ug_m3: Fine particles outside; None: as usual.
        calm: Share of the wind that is missing.
    """

    climate: str = ""
    warmer_k: Annotated[float, Meta(ge=-30, le=30)] = 0.0
    cloudy: Annotated[float, Meta(ge=0, le=1)] = 0.0
    humid: Annotated[float, Meta(ge=-1, le=1)] = 0.0
    pm2_5_ug_m3: Annotated[float, Meta(ge=0, le=2000)] | None = None
    calm: Annotated[float, Meta(ge=0, le=1)] = 0.0


class Check(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must be seen, or the scenario is not what its name says.

    Attributes:
        what: A quantity of a room or of the house.
        room: The room; empty: the whole house, or the extreme of all rooms.
        statistic: How a course becomes one number.
        of: The value that hours_above and hours_below are counted against.
        least: Lowest that is right; None: no limit.
        most: Highest that is right; None: no limit.
        since: From when on; empty: from the start.
        until: Until when; empty: to the end.
        why: What it shows, for people.
    """

    what: str
    room: str = ""
    statistic: Literal["min", "max", "mean", "last", "rise", "hours_above", "hours_below"] = "mean"
    of: Annotated[float, Meta(ge=-1e9, le=1e9)] = 0.0
    least: float | None = None
    most: float | None = None
    since: CheckTime = ""
    until: CheckTime = ""
    why: str = ""


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named night or day.

    Attributes:
        title: For people.
        title_ja: The same in Japanese.
        about: What it is good for.
        house: A house.yaml, relative to this file; "demo": the demo house.
        start: Local time at which it begins, as 2026-01-20T18:30.
        hours: How long it is.
        seed: Of everything random.
        step_s: Steps of the house's physics.
        grade: Another grade of insulation than the house has; empty: that one.
        guests: How many come.
        habits: Whether residents and their thermostats run the devices; false: nothing is driven.
        sky: The weather.
        happenings: In any order.
        checks: All must hold.
    """

    title: str
    title_ja: str = ""
    about: str = ""
    house: str = "demo"
    start: Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d$(?!\n)")]
    hours: Annotated[float, Meta(gt=0, le=9000)]
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 1
    step_s: Annotated[float, Meta(ge=1, le=900)] = 60.0
    grade: str = ""
    guests: Annotated[int, Meta(ge=0, le=20)] = 0
    habits: bool = True
    sky: Sky = Sky()
    happenings: tuple[Happening, ...] = ()
    checks: tuple[Check, ...] = ()
