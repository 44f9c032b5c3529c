"""What of the detection chain can be chosen."""

import math
from dataclasses import dataclass
from enum import StrEnum


class CfarKind(StrEnum):
    """How the noise around a cell is told from its training cells (Rohling 1983; Gandhi and Kassam 1988)."""

    CA = "ca"  # cell averaging: their mean
    GO = "go"  # greatest of: the larger mean of the two halves; fewer false alarms at the edge of clutter
    SO = "so"  # smallest of: the smaller one; two targets beside each other do not hide each other
    OS = "os"  # ordered statistic: the k-th smallest cell; several targets may lie among the training cells


class AngleMethod(StrEnum):
    """How the direction of a detection is found."""

    FFT = "fft"  # zero-padded beamforming, refined to the maximum of the likelihood of one source
    CAPON = "capon"  # minimum variance (Capon 1969), spatially smoothed and diagonally loaded
    MUSIC = "music"  # noise subspace (Schmidt 1986), spatially smoothed


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionSettings:
    """What of the detection chain can be chosen.

    Attributes:
        false_alarm_probability: Asked per cell of the range-Doppler map.
        cfar: How the noise around a cell is told.
        ordered_share: Which of the training cells CFAR of kind OS takes, 0..1 from the smallest on.
        background_s: Time constant with which what stands still is learned as background.
        angle: How directions are found.
        most_points: Points per frame; the strongest stay.
        speed_sigma_m_s: How fast people move, as a standard deviation: decides between Doppler foldings together with
            the antennas' phases.
        second_direction_db: A second direction in the same cell counts if it is no weaker than the first by more.
    """

    false_alarm_probability: float = 1e-5
    cfar: CfarKind = CfarKind.OS
    ordered_share: float = 0.65
    background_s: float = 20.0
    angle: AngleMethod = AngleMethod.FFT
    most_points: int = 96
    speed_sigma_m_s: float = 2.0
    second_direction_db: float = 10.0

    def __post_init__(self) -> None:
        """Refuse what no chain can do.

        Raises:
            ValueError: naming the value.
        """
        if not 0 < self.false_alarm_probability < 0.5:
            raise ValueError(f"false_alarm_probability {self.false_alarm_probability} is not between 0 and 0.5")
        if not 0 < self.ordered_share < 1:
            raise ValueError(f"ordered_share {self.ordered_share} is not between 0 and 1")
        if not (self.background_s > 0 and math.isfinite(self.background_s)):
            raise ValueError(f"background_s {self.background_s} is no time constant")
        if self.most_points < 1:
            raise ValueError(f"most_points {self.most_points} is less than 1")
