"""How fast this machine is: a few seconds of the very work that is quoted, and stated speeds for accelerators."""

import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from sumika.distil.ledger.flops import GPU_MEMORY_GB, PEAK_BF16_FLOPS
from sumika.distil.ledger.meter import cpu_time_s
from sumika.schema import UNREADABLE, SumikaError

ASSUMED_MFU = {"full": 0.40, "lora": 0.45, "generate": 0.03}
"""Shares of the bf16 peak that are assumed until one was measured. s1's own run reached about 0.19 on 16 H100; a single
GPU has no traffic between machines. Low-rank training of a large frozen model has larger products. Generation reads
every weight for each token of a small batch and computes little."""


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """How fast something went.

    Attributes:
        units_per_s: Units (tokens, steps, calls) per second of wall time; the median of the repeats.
        cpu_s_per_unit: Processor time for one unit.
        repeats: How many steps were measured.
        spread: Half the distance between the quartiles of the repeats' speeds, as a share of their median.
    """

    units_per_s: float
    cpu_s_per_unit: float
    repeats: int
    spread: float


class Accelerator(msgspec.Struct, frozen=True, kw_only=True):
    """A GPU whose speed is its peak times a utilisation.

    Attributes:
        gpu: "h100" or "h200".
        mfu: Share of the peak.
        evidence: "assumed", or what measured it.
        count: How many of them.
    """

    gpu: str
    mfu: float
    evidence: str = "assumed"
    count: int = 1

    def __post_init__(self) -> None:
        """Refuse what is no speed.

        Raises:
            ValueError: if the GPU is unknown or the share is not in (0, 1].
        """
        if self.gpu not in PEAK_BF16_FLOPS or not 0 < self.mfu <= 1 or self.count < 1:
            raise ValueError(f"no such accelerator: {self.gpu} at {self.mfu} x {self.count}")

    @property
    def flops_per_s(self) -> float:
        """Operations per second of all of them."""
        return PEAK_BF16_FLOPS[self.gpu] * self.count * self.mfu

    @property
    def memory_gb(self) -> float:
        """Memory of one, 10^9 bytes."""
        return GPU_MEMORY_GB[self.gpu]


class MeasuredUtilisation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A utilisation that was measured: the file that recalibrates a quote.

    Attributes:
        gpu: Kind it was measured on.
        method: "full", "lora" or "generate".
        mfu: Share of the stated bf16 peak.
        measured: Date, model and shape of the batch.
    """

    gpu: str
    method: str
    mfu: float
    measured: str


def accelerator(gpu: str, method: str, measured: Path | None = None, *, count: int = 1) -> Accelerator:
    """Return the speed of a GPU for a method: measured if the file has it, assumed otherwise.

    Args:
        gpu: "h100" or "h200". Both have the same stated peak, so one's measured share serves the other, and it is said.
        method: Key of `ASSUMED_MFU`.
        measured: JSON file with a list of `MeasuredUtilisation`.
        count: How many.

    Raises:
        SumikaError: if the file is no such list.
    """
    if measured is not None:
        try:
            found = msgspec.json.decode(measured.read_bytes(), type=list[MeasuredUtilisation])
        except (OSError, *UNREADABLE) as error:
            raise SumikaError(f"no list of measured utilisations ({error})", where=str(measured)) from error
        usable = [one for one in found if one.method == method]
        for one in sorted(usable, key=lambda one: one.gpu != gpu):
            evidence = f"measured on {one.gpu}: {one.measured}"
            return Accelerator(gpu=gpu, mfu=one.mfu, evidence=evidence, count=count)
    return Accelerator(gpu=gpu, mfu=ASSUMED_MFU[method], count=count)


def measure_rate(step: Callable[[], float], *, seconds: float = 3.0, warm_up: int = 1, least: int = 3) -> Rate:
    """Return how fast `step` goes.

    Args:
        step: Does a piece of the very work (that shape, that batch) and returns how many units it was.
        seconds: Measure for so long.
        warm_up: Steps before that, not counted (memory, caches, compilation).
        least: Steps that are measured however long they take.

    Raises:
        ValueError: if a step did nothing.
    """
    for _ in range(warm_up):
        step()
    speeds: list[float] = []
    units = 0.0
    cpu0_s, end_s = cpu_time_s(), time.monotonic() + seconds
    while len(speeds) < least or time.monotonic() < end_s:
        start_s = time.perf_counter()
        done = step()
        if done <= 0:
            raise ValueError("a step of the calibration did nothing")
        speeds.append(done / (time.perf_counter() - start_s))
        units += done
    low, middle, high = np.quantile(speeds, [0.25, 0.5, 0.75])
    cpu_s = cpu_time_s() - cpu0_s
    return Rate(
        units_per_s=float(middle),
        cpu_s_per_unit=cpu_s / units,
        repeats=len(speeds),
        spread=float((high - low) / 2 / middle),
    )
