"""What each radar of a floor plan would see, as maps."""

import math

import numpy as np

from sumika.evaluate.plots.panels import Floor, Heatmap, Panel, Series
from sumika.schema.house import House
from sumika.world.compare.coverage import LEAST_SNR_DB, Coverage

_LOUDEST_DB = 75.0


def coverage_panels(house: House, coverage: Coverage) -> list[Panel]:
    """Return the floor plan with its blind places, and a map for each radar.

    Args:
        house: Whose rooms and radars are drawn.
        coverage: What they see.
    """
    blind = (coverage.inside >= 0) & ~coverage.seen
    rows, columns = np.nonzero(blind)
    here = {one.room for one in coverage.rooms}
    panels: list[Panel] = [
        Floor(
            title="Blind places (marked)",
            rooms={room.id: np.array(room.floor_m, np.float64) for room in house.rooms if room.id in here},
            radars={
                radar.id: (*radar.position_m[:2], math.radians(radar.yaw_deg))
                for radar in house.radars
                if radar.room in here
            },
            ghosts=Series(name="blind", x=coverage.x_m[columns], y=coverage.y_m[rows], marks=True),
        )
    ]
    for name, level in coverage.snr_db.items():
        shown = np.clip(np.where(np.isfinite(level), level, LEAST_SNR_DB - 10.0), LEAST_SNR_DB - 10.0, _LOUDEST_DB)
        panels.append(
            Heatmap(
                title=f"{name}: a chest's signal-to-noise ratio (seen from {LEAST_SNR_DB:g} dB)",
                x_label="x, m",
                y_label="y, m",
                x=coverage.x_m,
                y=coverage.y_m,
                value_db=shown,
            )
        )
    return panels
