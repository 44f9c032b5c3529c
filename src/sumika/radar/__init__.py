"""Radar signal processing as a library of its own: pure functions on arrays whose axes are named, and one step.

`range_transform` takes converter samples to complex amplitude per distance; `measure_change` splits a window of
profiles into what stands, what lives and noise; `strongest_reflection` and `chest_cells` say where the person is;
`find_centres`, `phase_increments` and `displacement_mm` turn the cells' I/Q into the chest's movement. `front_end.step`
chains the first three, frame by frame.
"""

from sumika.radar.cells import Reflection, chest_cells, strongest_reflection
from sumika.radar.clutter import Change, measure_change, quiet_noise, sweep_noise
from sumika.radar.decode import decode, saturated_share
from sumika.radar.faults import frame_fault
from sumika.radar.motion import MOVING, motion_score, motion_scores, unpredicted_power
from sumika.radar.phase import Centres, displacement_mm, find_centres, fit_circles, phase_increments
from sumika.radar.profiles import Distances, ProfileMemory, kept_distances
from sumika.radar.range_transform import range_frame, range_grid, range_transform, range_window

__all__ = [
    "MOVING",
    "Centres",
    "Change",
    "Distances",
    "ProfileMemory",
    "Reflection",
    "chest_cells",
    "decode",
    "displacement_mm",
    "find_centres",
    "fit_circles",
    "frame_fault",
    "kept_distances",
    "measure_change",
    "motion_score",
    "motion_scores",
    "phase_increments",
    "quiet_noise",
    "range_frame",
    "range_grid",
    "range_transform",
    "range_window",
    "saturated_share",
    "strongest_reflection",
    "sweep_noise",
    "unpredicted_power",
]
