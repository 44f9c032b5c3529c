"""Climate normals of the cities whose weather can be made up, month by month.

Sources. Japan: climatological normals 1991-2020 of the Japan Meteorological Agency for Sapporo, Tokyo and Naha. Paris:
Météo-France's normals 1991-2020 of Paris-Montsouris. Minneapolis: NOAA's U.S. Climate Normals 1991-2020 of
Minneapolis-St. Paul International Airport; its humidity and sunshine are the WMO normals 1961-1990, as NOAA has made
none since. Those of temperature and rain are as published, and so is Japan's and France's sunshine; days of rain,
humidity and wind are rounded, typical values of the same stations.

Typical, as no normals of them are published: standard deviation of a day's mean temperature about the season (3 to 7 K
in winter on the continent, 1 to 3 K by the sea and in summer), its correlation from day to day (0.6 to 0.75, Wilks and
Wilby 1999, "The weather generation game"), the prevailing wind, and fine particles of the years 2018-2022.
"""

from dataclasses import dataclass

from sumika.schema import UsageError

Months = tuple[float, float, float, float, float, float, float, float, float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Climate:
    """What is normal, January to December.

    Attributes:
        latitude_deg: Of the station; sunshine is a share of its days.
        mean_c: Air temperature.
        maximum_c: Mean of the days' highest.
        minimum_c: Mean of the days' lowest.
        spread_k: Standard deviation of a day's mean temperature.
        persistence: Correlation of that with the next day's.
        humidity: Relative, 0..1.
        wind_m_s: At the station's mast.
        wind_from_deg: Prevailing, clockwise from north.
        rain_mm: Of the whole month; snow melted.
        rain_days: With at least about 1 mm.
        sunshine_h: Of the whole month.
        pm2_5_ug_m3: Of the year.
    """

    latitude_deg: float
    mean_c: Months
    maximum_c: Months
    minimum_c: Months
    spread_k: Months
    persistence: float
    humidity: Months
    wind_m_s: Months
    wind_from_deg: Months
    rain_mm: Months
    rain_days: Months
    sunshine_h: Months
    pm2_5_ug_m3: float


CLIMATES: dict[str, Climate] = {
    "sapporo": Climate(
        latitude_deg=43.06,
        mean_c=(-3.2, -2.7, 1.1, 7.3, 13.0, 17.0, 21.1, 22.3, 18.6, 12.1, 5.2, -0.9),
        maximum_c=(-0.4, 0.4, 4.5, 11.7, 17.9, 21.8, 25.4, 26.4, 22.8, 16.4, 8.7, 2.0),
        minimum_c=(-6.4, -6.2, -2.4, 3.4, 9.0, 13.4, 17.9, 19.1, 14.8, 8.0, 1.6, -4.0),
        spread_k=(2.8, 2.9, 2.9, 3.2, 3.3, 2.9, 2.7, 2.4, 2.6, 2.9, 3.5, 3.1),
        persistence=0.62,
        humidity=(0.69, 0.68, 0.65, 0.61, 0.65, 0.72, 0.75, 0.75, 0.71, 0.67, 0.67, 0.67),
        wind_m_s=(3.3, 3.3, 3.8, 4.3, 4.3, 3.7, 3.5, 3.5, 3.3, 3.4, 3.5, 3.3),
        wind_from_deg=(315, 315, 315, 315, 150, 150, 150, 150, 150, 180, 315, 315),
        rain_mm=(108.4, 91.9, 77.6, 54.6, 55.5, 60.4, 90.7, 126.8, 142.2, 109.9, 113.8, 114.5),
        rain_days=(18.0, 15.5, 14.0, 9.5, 9.0, 8.5, 9.0, 9.5, 11.0, 12.5, 14.5, 16.5),
        sunshine_h=(90.4, 103.5, 144.7, 175.8, 200.4, 180.0, 168.0, 168.1, 159.3, 145.9, 99.1, 82.7),
        pm2_5_ug_m3=8.5,
    ),
    "tokyo": Climate(
        latitude_deg=35.69,
        mean_c=(5.4, 6.1, 9.4, 14.3, 18.8, 21.9, 25.7, 26.9, 23.3, 18.0, 12.5, 7.7),
        maximum_c=(9.8, 10.9, 14.2, 19.4, 23.6, 26.1, 29.9, 31.3, 27.5, 22.0, 16.7, 12.0),
        minimum_c=(1.2, 2.1, 5.0, 9.8, 14.6, 18.5, 22.4, 23.5, 20.3, 14.8, 8.8, 3.8),
        spread_k=(1.9, 2.4, 2.8, 2.9, 2.5, 2.4, 2.6, 2.2, 2.6, 2.4, 2.5, 2.3),
        persistence=0.62,
        humidity=(0.51, 0.52, 0.57, 0.62, 0.68, 0.75, 0.76, 0.74, 0.75, 0.71, 0.64, 0.56),
        wind_m_s=(2.8, 2.9, 3.1, 3.1, 2.9, 2.7, 2.7, 2.8, 2.7, 2.6, 2.6, 2.6),
        wind_from_deg=(330, 330, 350, 180, 180, 180, 180, 180, 0, 350, 330, 330),
        rain_mm=(59.7, 56.5, 116.0, 133.7, 139.7, 167.8, 156.2, 154.7, 224.9, 234.8, 96.3, 57.9),
        rain_days=(5.3, 6.2, 11.0, 11.0, 11.4, 12.7, 11.8, 9.0, 12.2, 10.8, 7.6, 4.9),
        sunshine_h=(192.6, 170.4, 175.3, 178.8, 179.6, 124.2, 151.4, 174.2, 126.7, 129.4, 149.8, 174.4),
        pm2_5_ug_m3=10.0,
    ),
    "naha": Climate(
        latitude_deg=26.21,
        mean_c=(17.3, 17.5, 19.1, 21.5, 24.2, 27.2, 29.1, 29.0, 27.9, 25.5, 22.5, 19.0),
        maximum_c=(19.8, 20.2, 21.9, 24.3, 27.0, 29.8, 31.9, 31.8, 30.6, 28.1, 25.0, 21.5),
        minimum_c=(14.9, 15.1, 16.7, 19.1, 22.1, 25.2, 27.0, 26.8, 25.8, 23.5, 20.4, 16.8),
        spread_k=(2.2, 2.4, 2.4, 2.1, 1.7, 1.5, 0.9, 1.0, 1.1, 1.4, 1.8, 2.1),
        persistence=0.65,
        humidity=(0.66, 0.69, 0.71, 0.75, 0.78, 0.83, 0.78, 0.78, 0.75, 0.72, 0.69, 0.67),
        wind_m_s=(5.3, 5.2, 5.2, 5.1, 4.9, 5.5, 5.3, 5.2, 5.3, 5.4, 5.4, 5.3),
        wind_from_deg=(0, 0, 10, 90, 90, 190, 160, 150, 90, 30, 20, 0),
        rain_mm=(101.6, 114.5, 142.8, 161.0, 245.3, 284.4, 188.1, 240.0, 275.2, 179.2, 119.1, 110.0),
        rain_days=(11.0, 10.0, 11.5, 10.5, 11.5, 11.5, 10.0, 12.5, 12.0, 9.5, 9.0, 10.0),
        sunshine_h=(93.1, 93.1, 115.3, 120.9, 138.2, 159.5, 227.0, 206.3, 181.3, 163.3, 121.7, 107.4),
        pm2_5_ug_m3=9.0,
    ),
    "paris": Climate(
        latitude_deg=48.82,
        mean_c=(5.4, 6.0, 9.2, 12.2, 15.6, 18.8, 20.9, 20.8, 17.2, 13.2, 8.7, 5.9),
        maximum_c=(7.6, 8.8, 12.8, 16.6, 20.2, 23.4, 25.7, 25.6, 21.5, 16.5, 11.1, 8.0),
        minimum_c=(3.2, 3.3, 5.6, 7.9, 11.1, 14.2, 16.2, 16.0, 13.0, 9.9, 6.2, 3.8),
        spread_k=(3.9, 3.6, 3.1, 3.1, 3.1, 3.4, 3.3, 3.2, 2.7, 3.0, 3.4, 3.8),
        persistence=0.74,
        humidity=(0.83, 0.78, 0.73, 0.69, 0.70, 0.69, 0.68, 0.71, 0.76, 0.82, 0.84, 0.84),
        wind_m_s=(3.7, 3.6, 3.6, 3.4, 3.2, 3.0, 3.0, 2.9, 3.0, 3.2, 3.3, 3.6),
        wind_from_deg=(220, 220, 230, 30, 40, 260, 260, 250, 230, 210, 210, 210),
        rain_mm=(47.6, 41.8, 45.2, 45.8, 69.0, 51.3, 59.4, 58.0, 44.7, 55.2, 54.3, 62.0),
        rain_days=(9.9, 9.1, 9.5, 8.6, 9.2, 8.3, 7.4, 8.1, 7.5, 9.5, 10.4, 11.4),
        sunshine_h=(59.0, 83.8, 134.9, 177.3, 201.0, 203.5, 222.4, 215.3, 174.7, 118.6, 69.8, 56.9),
        pm2_5_ug_m3=11.0,
    ),
    "minneapolis": Climate(
        latitude_deg=44.88,
        mean_c=(-8.8, -6.3, 0.7, 8.4, 15.3, 20.9, 23.5, 22.1, 17.5, 9.7, 1.6, -5.6),
        maximum_c=(-4.7, -1.9, 5.4, 13.7, 20.7, 26.1, 28.6, 27.1, 22.7, 14.5, 5.5, -1.8),
        minimum_c=(-12.9, -10.7, -3.9, 3.1, 9.9, 15.8, 18.5, 17.1, 12.3, 4.9, -2.4, -9.3),
        spread_k=(6.9, 6.5, 5.6, 4.9, 4.5, 3.5, 2.9, 2.9, 4.2, 4.7, 5.4, 6.4),
        persistence=0.68,
        humidity=(0.70, 0.70, 0.67, 0.60, 0.60, 0.64, 0.65, 0.68, 0.71, 0.68, 0.73, 0.74),
        wind_m_s=(4.4, 4.4, 4.7, 5.1, 4.7, 4.3, 3.9, 3.8, 4.1, 4.5, 4.6, 4.4),
        wind_from_deg=(310, 310, 320, 320, 160, 170, 180, 160, 180, 180, 310, 310),
        rain_mm=(22.6, 22.1, 42.7, 73.9, 99.3, 116.3, 103.1, 110.2, 76.7, 65.5, 40.9, 29.7),
        rain_days=(9.6, 7.8, 9.0, 11.2, 12.4, 11.8, 10.4, 9.8, 9.3, 9.5, 8.3, 9.7),
        sunshine_h=(156.7, 178.3, 217.5, 242.1, 295.2, 321.9, 350.5, 307.2, 233.2, 181.0, 112.8, 114.3),
        pm2_5_ug_m3=8.0,
    ),
}
"""By the name that `building.site.climate` has."""


def climate_of(name: str) -> Climate:
    """Return a climate by its name.

    Raises:
        UsageError: if there is none of that name.
    """
    if name not in CLIMATES:
        raise UsageError(
            f"there is no climate {name!r}",
            where="building.site.climate",
            remedy=f"There are {', '.join(sorted(CLIMATES))}; for any other place give building.site.weather_file",
        )
    return CLIMATES[name]
