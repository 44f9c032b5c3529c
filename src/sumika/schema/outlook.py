"""What the planner foresees: the next two days of the house, room by room and device by device."""

import msgspec

from sumika.schema._message import Message


class RoomOutlook(msgspec.Struct, frozen=True, kw_only=True):
    """A room's next two days; every series has one value for each step.

    Attributes:
        room: Name in `house.yaml`.
        air_c: Air temperature at the end of each step.
        air_sigma_k: Its standard deviation.
        felt_c: Operative temperature at the end of each step.
        coolest_c: Below it who is expected there is not content; None where nobody is.
        warmest_c: Above it likewise.
        co2_ppm: At the end of each step; empty where it is not planned for.
        relative_humidity: 0..1, at the end of each step; empty where it is not planned for.
        people: Expected number.
    """

    room: str
    air_c: tuple[float, ...]
    air_sigma_k: tuple[float, ...] = ()
    felt_c: tuple[float, ...] = ()
    coolest_c: tuple[float | None, ...] = ()
    warmest_c: tuple[float | None, ...] = ()
    co2_ppm: tuple[float, ...] = ()
    relative_humidity: tuple[float, ...] = ()
    people: tuple[float, ...] = ()


class DeviceOutlook(msgspec.Struct, frozen=True, kw_only=True):
    """What one device is planned to do; every series has one value for each step.

    Attributes:
        device: Name in `house.yaml`.
        what: Of it: heat_kw, cool_kw, level, closed, on, charge_kw ...
        value: How much.
        power_kw: Electric; empty where it has none of its own.
        stored_kwh: In it at the end of each step, for what keeps energy; else empty.
    """

    device: str
    what: str
    value: tuple[float, ...]
    power_kw: tuple[float, ...] = ()
    stored_kwh: tuple[float, ...] = ()


class PlanOutlook(Message, frozen=True, kw_only=True):
    """The plan in force; every series is as long as `begins_unix_s`.

    Attributes:
        planner: The node.
        zone: The house's time zone, IANA name; empty: that of UTC.
        begins_unix_s: (step,) when each step begins, on the house's own clock: quarters of an hour, then hours.
        ends_unix_s: When the last one ends.
        currency: Of all money.
        price_per_kwh: (step,) of a kWh taken, as foretold.
        feed_in_per_kwh: (step,) of a kWh given.
        outdoor_c: (step,) foretold.
        outdoor_sigma_k: (step,) its standard deviation.
        sun_w_m2: (step,) of sun and sky on a level plane.
        taken_kw: (step,) from the grid.
        given_kw: (step,) to it.
        solar_kw: (step,) of the roof.
        load_kw: (step,) what the house draws whatever is planned.
        rooms: Room by room.
        devices: Device by device.
        plan_cost: Of the two days to come, all counted.
        simple_cost: Of the best simple controller by the same model.
        best_simple: Its name.
    """

    planner: str
    zone: str = ""
    begins_unix_s: tuple[float, ...]
    ends_unix_s: float
    currency: str = "JPY"
    price_per_kwh: tuple[float, ...] = ()
    feed_in_per_kwh: tuple[float, ...] = ()
    outdoor_c: tuple[float, ...] = ()
    outdoor_sigma_k: tuple[float, ...] = ()
    sun_w_m2: tuple[float, ...] = ()
    taken_kw: tuple[float, ...] = ()
    given_kw: tuple[float, ...] = ()
    solar_kw: tuple[float, ...] = ()
    load_kw: tuple[float, ...] = ()
    rooms: tuple[RoomOutlook, ...] = ()
    devices: tuple[DeviceOutlook, ...] = ()
    plan_cost: float | None = None
    simple_cost: float | None = None
    best_simple: str = ""
