"""The weather and the sun at one step of the simulated house, as its envelope and its devices meet them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Outside, as a mean over one step.

    Attributes:
        temperature_c: Of the air.
        humidity_ratio: Kilograms of vapour per kilogram of dry air.
        pressure_pa: At the site.
        wind_m_s: At 10 m height over open land.
        wind_from_deg: Clockwise from north.
        sky_temperature_c: Of the sky as a black body.
        ground_temperature_c: Under the slab, without the house.
        sun_elevation_deg: Apparent; negative at night.
        sun_azimuth_deg: Clockwise from north.
        direct_normal_w_m2: Of the sun at right angles.
        diffuse_horizontal_w_m2: Of the sky on a level plane.
        global_horizontal_w_m2: Of both on a level plane.
        rain_mm_h: Rain or melted snow.
        co2_ppm: Volume parts per million.
        voc_ug_m3: All together.
        pm2_5_ug_m3: Fine particles.
        sound_dba: Of the street, at the wall.
    """

    temperature_c: float
    humidity_ratio: float
    pressure_pa: float = 101_325.0
    wind_m_s: float = 0.0
    wind_from_deg: float = 0.0
    sky_temperature_c: float = 0.0
    ground_temperature_c: float = 15.0
    sun_elevation_deg: float = -90.0
    sun_azimuth_deg: float = 0.0
    direct_normal_w_m2: float = 0.0
    diffuse_horizontal_w_m2: float = 0.0
    global_horizontal_w_m2: float = 0.0
    rain_mm_h: float = 0.0
    co2_ppm: float = 425.0
    voc_ug_m3: float = 20.0
    pm2_5_ug_m3: float = 10.0
    sound_dba: float = 45.0
