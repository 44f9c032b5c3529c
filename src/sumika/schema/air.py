"""What sensors say of the air, the light and the sound of a room, of the weather, and of the meter."""

from sumika.schema._message import Message

CONTACT_LASTS_S = 86_400.0
"""A contact that lives says something once a day, its battery's state at least; typical. One that was silent for longer
may be dead behind a link that lives: it is not believed any more."""


class AirSample(Message, frozen=True, kw_only=True):
    """One reading of a sensor; what it does not measure is None.

    Attributes:
        sensor: Name in `house.yaml`.
        room: The room it is in.
        temperature_c: Of the air.
        relative_humidity: 0..1.
        co2_ppm: Volume parts per million.
        voc_ug_m3: All volatile organic compounds together.
        pm2_5_ug_m3: Fine particles.
        illuminance_lux: On a horizontal plane at table height.
        melanopic_edi_lux: Melanopic equivalent daylight illuminance at the eye (CIE S 026).
        sound_dba: A-weighted level.
        co_ppm: Carbon monoxide, volume parts per million.
        smoke: Whether there is smoke.
        window_open: Share to which a window of the room stands open; a contact says 0 or 1.
        held_s: Above 0 it is no news: its sensor said so that long ago, and has not said otherwise. Only what holds
            until it changes is told again so: smoke and windows, never a reading.
    """

    sensor: str
    room: str
    temperature_c: float | None = None
    relative_humidity: float | None = None
    co2_ppm: float | None = None
    voc_ug_m3: float | None = None
    pm2_5_ug_m3: float | None = None
    illuminance_lux: float | None = None
    melanopic_edi_lux: float | None = None
    sound_dba: float | None = None
    co_ppm: float | None = None
    smoke: bool | None = None
    window_open: float | None = None
    held_s: float = 0.0


class WeatherSample(Message, frozen=True, kw_only=True):
    """The weather outside.

    Attributes:
        source: Station, file or service.
        temperature_c: Of the air.
        relative_humidity: 0..1.
        wind_m_s: At 10 m height.
        wind_from_deg: Clockwise from north.
        global_horizontal_w_m2: Of the sun and the sky on a level plane.
        direct_normal_w_m2: Of the sun at right angles.
        diffuse_horizontal_w_m2: Of the sky on a level plane.
        pressure_pa: At the site.
        rain_mm_h: Rain or melted snow.
        pm2_5_ug_m3: Fine particles.
    """

    source: str
    temperature_c: float | None = None
    relative_humidity: float | None = None
    wind_m_s: float | None = None
    wind_from_deg: float | None = None
    global_horizontal_w_m2: float | None = None
    direct_normal_w_m2: float | None = None
    diffuse_horizontal_w_m2: float | None = None
    pressure_pa: float | None = None
    rain_mm_h: float | None = None
    pm2_5_ug_m3: float | None = None


class MeterSample(Message, frozen=True, kw_only=True):
    """What the meter of the house says.

    Attributes:
        meter: Its name.
        power_w: Taken from the grid; negative: given to it.
        imported_kwh: Since the meter began.
        exported_kwh: Since the meter began.
        pv_w: Of the roof.
        gas_w: Heat value of the gas or oil that is burnt.
        price_per_kwh: For a kWh taken now, in `currency`.
        currency: ISO 4217.
        carbon_g_kwh: Of a kWh from the grid now.
    """

    meter: str
    power_w: float | None = None
    imported_kwh: float | None = None
    exported_kwh: float | None = None
    pv_w: float | None = None
    gas_w: float | None = None
    price_per_kwh: float | None = None
    currency: str = ""
    carbon_g_kwh: float | None = None


class WeatherForecast(Message, frozen=True, kw_only=True):
    """What the weather is foretold to be; every series is as long as `begins_unix_s`, or empty where nothing is said.

    Attributes:
        source: Service, file or simulated house.
        issued_unix_s: When it was issued.
        begins_unix_s: (step,) when each step begins, seconds since 1970, ever later.
        ends_unix_s: When the last one ends.
        temperature_c: (step,) of the air.
        temperature_sigma_k: (step,) its standard deviation; empty: not said.
        relative_humidity: (step,) 0..1.
        wind_m_s: (step,) at 10 m.
        direct_normal_w_m2: (step,) of the sun at right angles.
        diffuse_horizontal_w_m2: (step,) of the sky on a level plane.
        global_horizontal_w_m2: (step,) of both on a level plane.
        rain_mm_h: (step,) rain or melted snow.
        held_s: Above 0 it is no news: it was told that long ago, and is told again to who began to listen since.
    """

    source: str
    issued_unix_s: float
    begins_unix_s: tuple[float, ...]
    ends_unix_s: float
    temperature_c: tuple[float, ...] = ()
    temperature_sigma_k: tuple[float, ...] = ()
    relative_humidity: tuple[float, ...] = ()
    wind_m_s: tuple[float, ...] = ()
    direct_normal_w_m2: tuple[float, ...] = ()
    diffuse_horizontal_w_m2: tuple[float, ...] = ()
    global_horizontal_w_m2: tuple[float, ...] = ()
    rain_mm_h: tuple[float, ...] = ()
    held_s: float = 0.0
