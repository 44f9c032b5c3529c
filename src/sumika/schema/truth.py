"""What is really so in a simulated house. No stage of the house may read any of it: it is for scores and for show."""

from sumika.schema._message import Message

PlaceM = tuple[float, float, float]
"""(x, y, height above the floor) on the floor plan."""


class TrueBody(Message, frozen=True, kw_only=True):
    """Where somebody or something that moves really is.

    Attributes:
        body: Its name: a resident's, a guest's, a pet's.
        kind: "person", "pet" or "robot".
        room: The room it is in; empty: out of the house.
        position_m: Mean of its parts.
        velocity_m_s: Of that.
        posture: "standing", "sitting" or "lying"; empty of what has none.
        activity: What somebody does, as the world's routines name it.
        sleep_stage: "awake", "n1", "n2", "n3" or "rem"; empty of what does not sleep here.
        fallen: Whether a fall has just brought it down.
    """

    body: str
    kind: str = "person"
    room: str = ""
    position_m: PlaceM | None = None
    velocity_m_s: PlaceM | None = None
    posture: str = ""
    activity: str = ""
    sleep_stage: str = ""
    fallen: bool = False


class TrueBreath(Message, frozen=True, kw_only=True):
    """A breath that began.

    Attributes:
        body: Whose.
        depth_mm: How far the chest goes, peak to peak.
        rate_bpm: The breathing rate at that moment.
    """

    body: str
    depth_mm: float
    rate_bpm: float


class TrueBeat(Message, frozen=True, kw_only=True):
    """A heartbeat.

    Attributes:
        body: Whose.
        interval_s: Since the one before.
    """

    body: str
    interval_s: float


class TrueRoom(Message, frozen=True, kw_only=True):
    """What a room is really like.

    Attributes:
        room: Its name.
        air_temperature_c: Of the air.
        radiant_temperature_c: Mean radiant.
        relative_humidity: 0..1.
        coldest_surface_c: Of the walls, windows and floor.
        co2_ppm: Volume parts per million.
        voc_ug_m3: All together.
        pm2_5_ug_m3: Fine particles.
        air_changes_per_h: Of outdoor air.
        illuminance_lux: At table height.
        melanopic_edi_lux: At the eye.
        sound_dba: A-weighted.
    """

    room: str
    air_temperature_c: float
    radiant_temperature_c: float
    relative_humidity: float
    coldest_surface_c: float
    co2_ppm: float
    voc_ug_m3: float
    pm2_5_ug_m3: float
    air_changes_per_h: float
    illuminance_lux: float
    melanopic_edi_lux: float
    sound_dba: float


class TrueWorld(Message, frozen=True, kw_only=True):
    """How a simulated house runs.

    Attributes:
        world: Its name.
        local_time: Date and time there, ISO 8601 with the offset.
        at_s: Seconds since it began.
        scenario: A named night or day; empty: ordinary life.
        outdoor_temperature_c: Of the air outside.
        cost: Of energy since it began.
        currency: ISO 4217.
    """

    world: str
    local_time: str
    at_s: float
    scenario: str = ""
    outdoor_temperature_c: float | None = None
    cost: float | None = None
    currency: str = ""
