"""One tracked person: where to look, what was seen there last, and what is known of breath and heart."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sumika.radar.target import Target
from sumika.radar.vitals.beams import Weights
from sumika.radar.vitals.breath import Breath, BreathMemory, no_breath
from sumika.radar.vitals.chest_movement import ChestMovement
from sumika.radar.vitals.heart import HeartMemory
from sumika.radar.vitals.paths import Traces, ViewKey
from sumika.schema.reason import Reason
from sumika.schema.vitals import Beat, Rate


def _warming_up() -> Rate:
    return Rate(valid=False, reason=Reason.WARMING_UP)


@dataclass(frozen=True, slots=True)
class PersonResult:
    """Breath and heartbeat of one target at one frame.

    Attributes:
        respiration: Breaths per minute.
        heart: Heart beats per minute.
        displacement_mm: Chest towards the radar, its mean over half a minute about zero; None while it moves.
        displacement_sigma_mm: Its standard deviation, receiver noise only.
        beats: Those found since the frame before.
        breathing_log_odds: Natural logarithm of the odds that something breathes in the target's cells.
    """

    respiration: Rate
    heart: Rate
    displacement_mm: float | None = None
    displacement_sigma_mm: float | None = None
    beats: tuple[Beat, ...] = ()
    breathing_log_odds: float = 0.0


@dataclass(frozen=True, slots=True)
class FoundBeat:
    """A beat that is to be told.

    Attributes:
        time_s: When.
        interval_s: Since the beat before it; None where that one did not pass.
        sigma_s: Standard deviation of `time_s`.
    """

    time_s: float
    interval_s: float | None
    sigma_s: float


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the slow time gave, until the next one.

    Attributes:
        cells: Bins looked at.
        weights: (antenna, cell).
        chest: The movement.
        paths: The same on an even time axis.
        at_s: When.
        seen_share: Share of the frames that should be there and are.
    """

    cells: slice
    weights: Weights
    chest: ChestMovement
    paths: Traces
    at_s: float
    seen_share: float


@dataclass(frozen=True, slots=True)
class Beam:
    """What a person's cells showed, antennas summed up.

    Attributes:
        cells: Bins.
        weights: (antenna, cell).
        nulled: Ids of those who must not be heard in it.
        iq: (frame, cell), oldest first.
        last_ns: Stamp of the newest frame.
        looks: How many looks ago the weights were chosen.
    """

    cells: slice
    weights: Weights
    nulled: frozenset[int]
    iq: NDArray[np.complex64]
    last_ns: int
    looks: int


@dataclass(slots=True)
class View:
    """Follows the displacement from frame to frame, between looks.

    Attributes:
        bins: (cell,) range bins.
        weights: (antenna, cell) to multiply with.
        centre: (cell,) what the phase turns around.
        mix: (cell,) coefficients that sum the cells up; empty where they vote.
        signal_to_noise: Of one frame.
        position_mm: Displacement now; its mean over a window is about zero.
        before: (cell,) the frame before, around the centres.
    """

    bins: NDArray[np.intp]
    weights: Weights
    centre: NDArray[np.complex128]
    mix: NDArray[np.complex128]
    signal_to_noise: float
    position_mm: float
    before: NDArray[np.complex128]


@dataclass(slots=True)
class Person:
    """State of one target.

    Attributes:
        target: As last told.
        next_look_s: When the next look is due.
        moved_s: When the whole body last moved; None if it was not seen to.
        look: The last look; None if there was none, or movement made it worthless.
        shares_cell: Whether somebody else is where the radar cannot tell them apart.
        breath_due: Whether breath has not been looked for in the last look yet, but shall be.
        heart_due: Whether the heart has not been looked for in the last look yet.
        breath: What is known of breathing.
        heart: What is known of the heart.
        log_odds: Natural logarithm of the odds that something breathes here.
        breath_memory: Of the measurement of breath.
        heart_memory: Of the measurement of the heart.
        heart_s: When the heart was last looked for; None if it was not yet.
        told_s: When the last beat was that was told; None if there is none to count an interval from.
        beats: Those found and not told yet.
        beam: What was formed for the last look.
        view: What the displacement is followed in.
        key: What stays the same of the path that breathes.
        looks: How many looks there were.
    """

    target: Target
    next_look_s: float
    moved_s: float | None = None
    look: Look | None = None
    shares_cell: bool = False
    breath_due: bool = False
    heart_due: bool = False
    breath: Breath = field(default_factory=lambda: Breath(_warming_up()))
    heart: Rate = field(default_factory=_warming_up)
    log_odds: float = 0.0
    breath_memory: BreathMemory = field(default_factory=BreathMemory)
    heart_memory: HeartMemory = field(default_factory=HeartMemory)
    heart_s: float | None = None
    told_s: float | None = None
    beats: tuple[FoundBeat, ...] = ()
    beam: Beam | None = None
    view: View | None = None
    key: ViewKey | None = None
    looks: int = 0

    def cannot_measure(self, reason: Reason) -> None:
        """Say why nothing can be measured now."""
        self.look, self.beam, self.view = None, None, None
        self.breath_due, self.heart_due = False, False
        self.breath = Breath(no_breath(self.breath_memory, reason))
        self.heart = Rate(valid=False, reason=reason)
        self.log_odds = 0.0
