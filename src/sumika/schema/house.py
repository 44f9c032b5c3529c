"""The house as its owner describes it in `house.yaml`: rooms, radars, sensors, devices, residents."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sumika.schema._plan import Degrees, Identifier, Metres, Point
from sumika.schema.alarm_settings import Alarms
from sumika.schema.building import Building
from sumika.schema.desk_settings import DeskSettings
from sumika.schema.knowing_settings import Knowing
from sumika.schema.living import Furniture, FurnitureKind, Life
from sumika.schema.talking import Talking

OtherNames = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...], Meta(max_length=20)]
"""What else something is called by those who live there, in any language: how it is understood when it is spoken of."""


class Room(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A room.

    Attributes:
        id: Its name on the bus.
        name: Its name for people; the id if empty.
        floor_m: Corners of its floor, in order, at least three; the last joins the first.
        height_m: From floor to ceiling.
        storey: Which storey; rooms overlap only on the same one.
        residents: Who sleeps or lives here, so that personal signals lie under their keys.
        called: What else people call it, so that it is understood when it is spoken of.
    """

    id: Identifier
    name: str = ""
    floor_m: Annotated[tuple[Point, ...], Meta(min_length=3, max_length=200)]
    height_m: Annotated[float, Meta(gt=0, le=20)] = 2.4
    storey: Annotated[int, Meta(ge=-5, le=50)] = 1
    residents: tuple[Identifier, ...] = ()
    called: OtherNames = ()


class RecordingSource(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="recording", tag_field="type"
):
    """Frames from a file.

    Attributes:
        path: File or folder, absolute or relative to house.yaml; `$SUMIKA_DATA` stands for the folder of recordings.
        chirp: File with the chirp description, for formats that do not carry one.
        loop: Whether to start over at the end; each loop is a session of its own.
    """

    path: str
    chirp: str = ""
    loop: bool = True


class PortSource(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag="port",
    tag_field="type",
):
    """Frames from a device, live. All but `device` have defaults that suit the model.

    Attributes:
        device: The port that its data comes from, for example /dev/ttyUSB0; `usb` where the maker's package looks for
            it by itself, `udp` where it comes over the network.
        kind: `frames` for the radar's samples, `points` for what its own firmware makes of them; empty: the model's.
        command: The port that its settings go to, where that is another one than `device`.
        config: File with the settings to send, absolute or relative to house.yaml: a .cfg (TI) or .json.
        baud: Speed of `device`, bits per second; 0: the model's.
        address: The device's own network address, where it has one: host, or host:port.
        listen: This machine's address on the device's network: host, or host:port.
    """

    device: str
    kind: Literal["", "frames", "points"] = ""
    command: str = ""
    config: str = ""
    baud: Annotated[int, Meta(ge=0, le=20_000_000)] = 0
    address: str = ""
    listen: str = ""


class DemoSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="demo", tag_field="type"):
    """A built-in breathing target; simulated, and said to be so.

    Attributes:
        range_m: Distance of the chest.
        respiration_bpm: Its breathing rate.
        seed: Of noise and variability.
    """

    range_m: Annotated[float, Meta(ge=0.2, le=10)] = 1.5
    respiration_bpm: Annotated[float, Meta(ge=4, le=40)] = 15.0
    seed: int = 0


class WorldSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="world", tag_field="type"):
    """The simulated house and its residents, as this radar would see them; simulated, and said to be so.

    Attributes:
        frames_per_s: How often it looks. Hearts are measured from 16 on, and with them stages of sleep and strain; each
            frame has its price on the processor.
    """

    frames_per_s: Annotated[float, Meta(ge=5.0, le=25.0)] = 10.0


Source = RecordingSource | PortSource | DemoSource | WorldSource


class Radar(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A radar on the wall.

    Attributes:
        id: Its name on the bus.
        room: The room it hangs in.
        model: One of the models that `sumika.sensors.radar` knows.
        position_m: (x, y, height above the floor) on the floor plan.
        yaw_deg: Where it looks, counter-clockwise from the plan's x axis.
        pitch_deg: Upwards positive.
        source: Where its frames come from.
    """

    id: Identifier
    room: Identifier
    model: str
    position_m: tuple[Metres, Metres, Metres]
    yaw_deg: Degrees = 0.0
    pitch_deg: Degrees = 0.0
    source: Source


class Connection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A way to real devices and sensors: a smart-home system, a broker, a gateway. One process owns each.

    Attributes:
        id: Its name on the bus.
        type: Which protocol it speaks.
        address: Where it is: `ws://host:8123/api/websocket`, `host:port`, or a network for ECHONET Lite.
        user: Name to log in with, where it wants one.
        secret_file: File (mode 0600) with the token or password, absolute or relative to house.yaml.
        options: What else its protocol needs, by name.
    """

    id: Identifier
    type: Literal["home_assistant", "mqtt", "echonet_lite", "esphome", "modbus", "ocpp"]
    address: str
    user: str = ""
    secret_file: str = ""
    options: dict[str, str | float] = {}


class Sensor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An air or other sensor.

    Attributes:
        id: Its name on the bus.
        room: The room it is in.
        kind: What it measures.
        connection: The connection that it is reached by; empty: the simulated house's.
        address: Which it is there: an entity, a topic, an object, a register.
        mapping: Where there are several: what each value of ours is called there, for example
            `temperature_c: sensor.living_temperature`.
    """

    id: Identifier
    room: Identifier
    kind: str
    connection: str = ""
    address: str = ""
    mapping: dict[str, str] = {}


class Device(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something the house can drive.

    Attributes:
        id: Its name on the bus.
        room: The room it serves.
        kind: What it is: one of `sumika.schema.devices.DEVICE_KINDS`, or a name of one's own.
        window: The window that a blind or an opener belongs to.
        ratings: What its plate says, by name with the unit in it; what is absent is taken from its kind.
        connection: The connection that it is reached by; empty: the simulated house's.
        address: Which it is there: an entity, a topic, an object, a register.
        mapping: What settings of ours are called there, where the protocol cannot tell by itself.
        limits: Bounds (lowest, highest) of settings, narrower than its kind's; the safety gate keeps them.
        fail_safe: What it is set to when nobody controls it any more, by setting; what is absent: as its kind has it.
        name: Its name for people; its kind and its room where it is empty.
        called: What else people call it.
    """

    id: Identifier
    room: Identifier
    kind: str
    window: str = ""
    ratings: dict[str, float] = {}
    connection: str = ""
    address: str = ""
    mapping: dict[str, str] = {}
    limits: dict[str, tuple[float, float]] = {}
    fail_safe: dict[str, float] = {}
    name: Annotated[str, Meta(max_length=64)] = ""
    called: OtherNames = ()


class Resident(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Someone who lives here.

    Attributes:
        id: Name on the bus and of the key under which personal signals are encrypted.
        name: Name for people; the id if empty.
        life: Body and habits, for the simulated house; None where they are nobody's business.
        called: What else people call them: grandmother, mum, ばあば.
    """

    id: Identifier
    name: str = ""
    life: Life | None = None
    called: OtherNames = ()


TARIFF_PLANS = ("flat_jp", "time_of_use_jp", "market_jp", "flat_eu", "time_of_use_eu", "market_eu")
"""Tariffs that are known by name; the simulated house says what each costs (`sumika.world.energy`)."""


class Tariff(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What energy costs.

    Attributes:
        plan: One of those that the simulated house knows: flat_jp, time_of_use_jp, market_jp, flat_eu, time_of_use_eu,
            market_eu.
        feed_in_per_kwh: What a kWh given to the grid earns; None: as the plan has it.
    """

    plan: Annotated[str, Meta(extra_json_schema={"enum": list(TARIFF_PLANS)})] = "time_of_use_jp"
    feed_in_per_kwh: Annotated[float, Meta(ge=0, le=1000)] | None = None


class WorldSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the simulated house runs.

    Attributes:
        seed: Of everything random: the same seed gives the same house, byte for byte.
        start: When it begins, in local time of the site, as 2026-01-20T18:30.
        guests: How many come to visit now and then.
        pets: What lives here besides people: cat, dog, robot_vacuum.
        machines_wait: Whether residents load washing machine and dishwasher and leave the start to the house; what was
            not started in time they start by hand.
    """

    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0
    start: str = "2026-01-20T18:30"
    guests: Annotated[int, Meta(ge=0, le=20)] = 0
    pets: tuple[str, ...] = ()
    machines_wait: bool = False


class Control(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the house is controlled, and what its residents hold to be worth how much.

    Attributes:
        mode: off plans nothing, shadow plans and touches nothing, suggest asks first, drive drives: until somebody
            chooses another.
        resident_holds_min: So long after a resident's hand a plan leaves that device alone, minutes.
        discomfort_per_person_h: What an hour of one person is worth for each unit of |PMV| beyond 0.5, in the tariff's
            currency; None: 60 yen or 0.4 euro.
        stale_air_per_person_h: What an hour of one person is worth for each 1000 ppm of CO2 beyond 1000 ppm; None: 60
            yen or 0.4 euro.
        carbon_per_kg: What a kilogram of CO2 emitted is worth; 0: nothing.
        quiet_from_h: Hour from which nothing loud or bright is done while somebody may sleep.
        quiet_to_h: Until then.
        plan_holds_min: So long a plan is followed that is not renewed, minutes; it is renewed as often.
        weather_from: Where forecasts of the weather come from. none: nothing is asked of anybody, and the house's own
            record stands in; file: `weather_file`; open_meteo and jma: a public service is asked every hour, which
            learns where the house stands.
        weather_file: A forecast as a file, absolute or relative to house.yaml: what one of these services answers, or a
            table (CSV) with a line per hour.
        weather_area: Number of the area, for jma: 130000 is Tokyo.
        nudges: Whether heart and breath that tell of strain may move light, warmth and fresh air a little, by day and
            for half an hour at most. Whoever touches anything in the room, or says no, undoes it.
        light: Whose the lamps are. plan: as bright as eyes and body clocks want it where people are, warm and low in
            the evening, a way to see by at night; a lamp that somebody switches by hand is left to them. residents:
            nobody's but theirs.
    """

    mode: Literal["off", "shadow", "suggest", "drive"] = "shadow"
    resident_holds_min: Annotated[float, Meta(ge=0, le=7 * 24 * 60)] = 120.0
    discomfort_per_person_h: Annotated[float, Meta(ge=0, le=1e5)] | None = None
    stale_air_per_person_h: Annotated[float, Meta(ge=0, le=1e5)] | None = None
    carbon_per_kg: Annotated[float, Meta(ge=0, le=1e4)] = 0.0
    quiet_from_h: Annotated[float, Meta(ge=0, le=24)] = 22.0
    quiet_to_h: Annotated[float, Meta(ge=0, le=24)] = 6.0
    plan_holds_min: Annotated[float, Meta(ge=0.05, le=15)] = 15.0
    weather_from: Literal["none", "file", "open_meteo", "jma"] = "none"
    weather_file: str = ""
    weather_area: Annotated[str, Meta(pattern=r"^[0-9]{0,6}$(?!\n)")] = ""
    nudges: bool = False
    light: Literal["plan", "residents"] = "plan"


class KnownMover(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A place where something moves in the empty room: a fan, a curtain. Learned by `sumika radar learn`.

    Attributes:
        name: For people.
        middle_m: (x, y, height above the floor) on the floor plan.
        covariance_m2: Of its points, (3, 3) row by row.
        points_per_frame: How many a radar sees there.
        storey: Which storey it is on; none: any, where rooms lie over each other.
    """

    name: str
    middle_m: tuple[Metres, Metres, Metres]
    covariance_m2: tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]
    points_per_frame: Annotated[float, Meta(ge=0, le=1000)]
    storey: Annotated[int, Meta(ge=-5, le=50)] | None = None


class Page(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The page that shows the house in a browser, and its interface for machines.

    Attributes:
        enabled: Whether it is served.
        listen: The address it listens at: this machine alone, unless told otherwise; 0.0.0.0 or :: is every network.
            Beyond this machine it speaks TLS only.
        port: The port it listens at.
        certificate: File with a certificate (PEM), absolute or relative to house.yaml; empty: one is made where TLS is
            needed, and its fingerprint is told at the start.
        private_key: File with its key (PEM).
        names: Names by which browsers reach it, beside this machine's own and its addresses.
        guests_may_wish: Whether guests may vote, and wish a room warmer or cooler.
    """

    enabled: bool = True
    listen: Annotated[str, Meta(min_length=1, max_length=64)] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535)] = 8160
    certificate: str = ""
    private_key: str = ""
    names: tuple[Annotated[str, Meta(min_length=1, max_length=253)], ...] = ()
    guests_may_wish: bool = False


MqttPrefix = Annotated[str, Meta(pattern=r"^[^#+/\x00-\x1f]+(/[^#+/\x00-\x1f]+)*$(?!\n)", max_length=100)]
"""Of MQTT topics: levels without wildcards and without what cannot be printed."""


class Bridge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The house as devices and entities in Home Assistant, over an MQTT broker.

    Attributes:
        enabled: Whether it is there; false takes everything back that Home Assistant was told.
        broker: Where the broker is: `host`, `host:port`, or `mqtts://host:port` with encryption.
        user: To log in with, where the broker wants that.
        secret_file: File (mode 0600) with the password, absolute or relative to house.yaml.
        ca_file: Certificates (PEM) by which the broker's own is judged; empty: those of this machine.
        protocol: Of MQTT: "5", or "3.1.1" for old brokers.
        discovery: device tells Home Assistant of a device at a time, which it knows since 2024.12; component tells of
            an entity at a time, which every version knows.
        discovery_prefix: Where Home Assistant listens for devices.
        base_topic: Below it is everything that this house says and hears.
        bodies: Whether breath, heart beat, posture and suspected falls are told too. Who can log in at Home Assistant
            sees them, and it keeps what it saw.
        hands: Whether Home Assistant may set the mode, wishes and devices; false: it only looks on.
    """

    enabled: bool = True
    broker: Annotated[str, Meta(min_length=1, max_length=300)] = "127.0.0.1:1883"
    user: str = ""
    secret_file: str = ""
    ca_file: str = ""
    protocol: Literal["5", "3.1.1"] = "5"
    discovery: Literal["device", "component"] = "device"
    discovery_prefix: MqttPrefix = "homeassistant"
    base_topic: MqttPrefix = "sumika"
    bodies: bool = True
    hands: bool = True


PRESENCE_KINDS = frozenset({"presence", "pir"})
"""Of sensors that tell whether somebody is in a room."""


class House(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole house.

    Attributes:
        version: Version of this format.
        name: Name for people.
        demo: Whether its data is for show; then it lives in a folder of its own.
        language: Language of what people read; empty means the terminal's.
        rooms: At least one.
        radars: Any number.
        sensors: Any number.
        devices: Any number.
        residents: Any number.
        known_movers: What moves where nobody is; any number.
        building: The building round the rooms; None where nothing of it is known.
        furniture: Where people sit, lie, cook and wash.
        tariff: What energy costs.
        world: How the simulated house runs, where any radar looks into it.
        connections: Ways to real devices and sensors; any number.
        control: How the house is controlled.
        page: The page in the browser; None: there is none.
        bridge: The house in Home Assistant; None: it is not there.
        alarms: What is watched, and who is told; None: nothing and nobody.
        knowing: What of its people the house works out; None: nothing beyond who is where, breath, heart and posture.
        pets: Animals that live here. Where there are any, a fall is suspected only of who is surely a person: by height
            and loudness, seen upright before, and staying where he lies.
        assistant: How one talks to the house; None: as is usual, with no larger model behind it.
        desk: Paperwork that is done from the records; None: nothing by itself.
    """

    version: Annotated[int, Meta(ge=1)] = 1
    name: str = "house"
    demo: bool = False
    language: Literal["", "en", "ja"] = ""
    rooms: Annotated[tuple[Room, ...], Meta(min_length=1)]
    radars: tuple[Radar, ...] = ()
    sensors: tuple[Sensor, ...] = ()
    devices: tuple[Device, ...] = ()
    residents: tuple[Resident, ...] = ()
    known_movers: tuple[KnownMover, ...] = ()
    building: Building | None = None
    furniture: tuple[Furniture, ...] = ()
    tariff: Tariff | None = None
    world: WorldSettings | None = None
    connections: tuple[Connection, ...] = ()
    control: Control | None = None
    page: Page | None = None
    bridge: Bridge | None = None
    alarms: Alarms | None = None
    knowing: Knowing | None = None
    pets: tuple[Literal["cat", "dog"], ...] = ()
    assistant: Talking | None = None
    desk: DeskSettings | None = None

    @property
    def has_animals(self) -> bool:
        """Whether an animal lives here, in the simulated house too."""
        simulated = () if self.world is None else self.world.pets
        return bool(self.pets) or not {"cat", "dog"}.isdisjoint(simulated)

    def agreed(self, room_id: str = "") -> bool:
        """Return whether all whom it concerns have agreed that what says something of a body is worked out.

        Args:
            room_id: Where: those who live there, or everybody where the room is nobody's own; empty: everybody.
        """
        own = next((room.residents for room in self.rooms if room.id == room_id), ())
        concerned = frozenset(own) or frozenset(resident.id for resident in self.residents)
        return self.knowing is not None and concerned <= frozenset(self.knowing.agreed)

    @property
    def watched_bedrooms(self) -> tuple[str, ...]:
        """The rooms with a bed in which it is told whether somebody is there."""
        beds = {one.room for one in self.furniture if one.kind is FurnitureKind.BED}
        return tuple(room for room in self.watched_rooms if room in beds)

    @property
    def watched_rooms(self) -> tuple[str, ...]:
        """The rooms of which a radar or sensor tells whether somebody is there."""
        told = {one.room for one in self.radars} | {one.room for one in self.sensors if one.kind in PRESENCE_KINDS}
        return tuple(room.id for room in self.rooms if room.id in told)

    def radar(self, radar_id: str) -> Radar:
        """Return the radar of that id.

        Raises:
            KeyError: if the house has none of that id.
        """
        for radar in self.radars:
            if radar.id == radar_id:
                return radar
        raise KeyError(radar_id)
