"""What a radar's signal processing, or its own firmware, sees in one frame: points, and claims."""

from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.schema._message import Message

POINT_COLUMNS = (
    "range_m",
    "velocity_m_s",
    "azimuth_rad",
    "elevation_rad",
    "range_sigma_m",
    "velocity_sigma_m_s",
    "azimuth_sigma_rad",
    "elevation_sigma_rad",
    "snr_db",
)
"""Columns of a point cloud. Velocity is radial, away positive; azimuth to the right, elevation upwards positive, as in
`AntennaArray`. A coordinate that the radar cannot measure is 0 with the sigma of its field of view: never NaN."""

MAX_POINTS = 4096


class PointCloud(Message, frozen=True, kw_only=True):
    """The points of one frame, in the radar's own coordinates. Always logged.

    Attributes:
        radar: The radar's name in `house.yaml`.
        room: The room it looks into.
        index: The frame's index; a gap is a lost frame.
        frame_interval_s: Time between frames of this radar.
        usable: False if the frame was not fit for use; `reason` then says why, and there are no points.
        reason: Why it is not usable; or what was worked around, where it is.
        count: How many points.
        rows: float32 (point, column), little-endian; columns are `POINT_COLUMNS`.
        made_by: "sumika", or the firmware whose answer this is.
    """

    radar: str
    room: str
    index: int
    frame_interval_s: float
    usable: bool
    reason: str = ""
    count: int = 0
    rows: bytes = b""
    made_by: str = "sumika"

    def array(self) -> NDArray[np.float32]:
        """Return the points as (point, column) without copying.

        Raises:
            ValueError: if `rows` does not hold `count` points.
        """
        return np.frombuffer(self.rows, dtype="<f4").reshape(self.count, len(POINT_COLUMNS))

    def with_points(self, points: NDArray[np.floating]) -> Self:
        """Return the same frame with these (point, column) points."""
        rows = np.ascontiguousarray(points, dtype="<f4")
        return msgspec.structs.replace(self, count=len(rows), rows=rows.tobytes())


class Claim(Message, frozen=True, kw_only=True):
    """One number that a module's own firmware tells, taken as a claim and never as truth.

    Attributes:
        radar: The radar's name in `house.yaml`.
        room: The room it looks into.
        quantity: "presence", "range_m", "respiration_bpm", "heart_bpm", "people" ...
        value: As the module tells it; None where it says that it has none.
        sigma: How far it is trusted, same unit; wide, and from the maker's own figures where there are any.
        made_by: The firmware.
    """

    radar: str
    room: str
    quantity: str
    value: float | None
    sigma: float
    made_by: str
