"""Where one radar should look for one person: what the tracker hands to the measurement of breath and heartbeat."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One tracked body in a radar's own coordinates (`sumika.schema.antennas`).

    Attributes:
        id: Of the track.
        range_m: Distance of its middle.
        azimuth_rad: Right positive.
        elevation_rad: Upwards positive.
        range_sigma_m: Standard deviation.
        azimuth_sigma_rad: Standard deviation.
        elevation_sigma_rad: Standard deviation.
        speed_m_s: How fast it moves.
        still_s: How long it has not left its place.
    """

    id: int
    range_m: float
    azimuth_rad: float
    elevation_rad: float
    range_sigma_m: float
    azimuth_sigma_rad: float
    elevation_sigma_rad: float
    speed_m_s: float
    still_s: float
