"""Accounting of floating-point operations: stated peaks, and which share of a peak was used.

The operations of a network are counted from its shape by the package that builds it; multiply and add are two.
"""

import msgspec

PEAK_BF16_FLOPS: dict[str, float] = {"h100": 989.4e12, "h200": 989.4e12}
"""Dense bf16 operations per second without sparsity; NVIDIA's data sheets of H100 SXM and H200 SXM."""

GPU_MEMORY_GB: dict[str, float] = {"h100": 80.0, "h200": 141.0}
"""Memory in 10^9 bytes; the same data sheets."""


class Utilisation(msgspec.Struct, frozen=True, kw_only=True):
    """Which share of a peak was used (model FLOPs utilisation, MFU).

    Attributes:
        flops: Operations that the network needs; recomputed activations do not count.
        seconds: How long it took.
        peak_flops: Operations per second at the peak, of all devices together.
        mfu: flops / (seconds x peak_flops).
    """

    flops: float
    seconds: float
    peak_flops: float
    mfu: float


def utilisation(flops: float, seconds: float, peak_flops: float) -> Utilisation:
    """Return the MFU (Chowdhery et al. 2022, PaLM, appendix B).

    Raises:
        ValueError: if time or peak are not above 0.
    """
    if seconds <= 0 or peak_flops <= 0:
        raise ValueError("time and peak must be above 0")
    return Utilisation(flops=flops, seconds=seconds, peak_flops=peak_flops, mfu=flops / seconds / peak_flops)


def peak_of(gpu: str, count: int = 1) -> float:
    """Return the stated bf16 peak of `count` accelerators, operations per second.

    Raises:
        ValueError: if the kind is unknown.
    """
    if gpu not in PEAK_BF16_FLOPS:
        raise ValueError(f"no stated peak for {gpu!r}; there are {sorted(PEAK_BF16_FLOPS)}")
    return PEAK_BF16_FLOPS[gpu] * count
