"""Respiration, distance and presence on the real recordings, each played once through the whole chain.

What the references are, and are not: for the IWR6843 and BGT60 recordings nobody counted breaths; 15.2 and 14.3 /min
are what all their channels agree on. For the Acconeer recordings the maker's own application, run on the same data, is
the reference: another algorithm's answer, not a contact sensor's.
"""

import os
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.radar.one_pass import Pass, one_pass, read_frames
from sumika.metrics import agreement, score_estimates
from sumika.schema import AdcFrame, Frame, RangeFrame, SumikaError
from sumika.sensors import recordings_folder

PRESENCE_FILES = {
    "presence-default": "expected_presence-default.h5",
    "presence-long_range": "expected_presence-long_range.h5",
    "smart_presence": "expected_smart_presence-controller.h5",
}
SHUFFLES_QUICK, SHUFFLES_FULL = 2, 50
STRETCH = 1.2

Detail = dict[str, float | str]


def measure(full: bool) -> dict[str, Figure]:
    """Return the figures of every recording that is there; what is missing is named on stderr.

    Args:
        full: Whether many shuffles are tried, not few.
    """
    folder = recordings_folder(os.environ)
    figures: dict[str, Figure] = {}
    if folder is None:
        sys.stderr.write("radar.respiration: left out: no recordings; set SUMIKA_DATA to where they are\n")
        return figures
    for part in (_iwr6843, _bgt60, _acconeer_respiration, _acconeer_presence):
        try:
            figures |= part(folder, SHUFFLES_FULL if full else SHUFFLES_QUICK)
        except (SumikaError, OSError, ImportError) as problem:
            sys.stderr.write(f"radar.respiration: left out: {problem}\n")
    return figures


def _breath_pass(frames: list[Frame]) -> Pass:
    return one_pass(frames, with_heart=False)


def _iwr6843(folder: Path, shuffles: int) -> dict[str, Figure]:
    frames = list(read_frames(folder / "iwr6843_vital_adc" / "demo.bin", "iwr6843", "builtin:iwr6843_vital"))
    seen = _breath_pass(frames)
    distances = [one.range_m for one in seen.presences if one.range_m is not None]
    sigmas = [one.range_sigma_m for one in seen.presences if one.range_sigma_m is not None]
    return {
        "respiration_iwr6843": _rate_figure("iwr6843_vital_adc", seen, _bent(frames, shuffles)),
        "distance_iwr6843_m": Figure(
            value=float(np.median(distances)),
            unit="m",
            evidence=Evidence.REAL_RECORDING,
            detail={
                "sigma_m": float(np.median(sigmas)),
                "smallest_m": min(distances),
                "largest_m": max(distances),
            },
        ),
    }


def _bgt60(folder: Path, shuffles: int) -> dict[str, Figure]:
    frames = list(read_frames(folder / "bgt60tr13c_breathing", "bgt60tr13c"))
    return {"respiration_bgt60": _rate_figure("bgt60tr13c_breathing", _breath_pass(frames), _bent(frames, shuffles))}


def _rate_figure(name: str, seen: Pass, bent: Detail) -> Figure:
    """Return the rate at the end of the pass, which rests on the most of the recording.

    Raises:
        SumikaError: if no rate was valid.
    """
    valid = [one for one in seen.respirations if one.valid and one.rate_bpm is not None]
    if not valid:
        raise SumikaError("no rate was valid: a recording that was not copied whole?", where=name)
    rates = [one.rate_bpm for one in valid if one.rate_bpm is not None]
    last = valid[-1]
    return Figure(
        value=rates[-1],
        unit="breaths/min",
        evidence=Evidence.REAL_RECORDING,
        detail={
            "sigma": last.sigma_bpm or 0.0,
            "median": float(np.median(rates)),
            "smallest": min(rates),
            "largest": max(rates),
            "first_valid_s": seen.seconds(valid[0]),
            "coverage": len(valid) / len(seen.respirations),
            "amplitude_mm": last.amplitude_mm or 0.0,
            "reference": "agreement of all channels, not a truth",
            **bent,
        },
    )


def _bent(frames: list[Frame], shuffles: int) -> Detail:
    """Return what becomes of the rate when time is stretched (ratio: 1 / 1.2 is right) and shuffled (no rate is)."""
    plain, slow = (_last_rate(_breath_pass(some)) for some in (frames, _stretched(frames, STRETCH)))
    shuffled = [one for seed in range(shuffles) for one in _breath_pass(_shuffled(frames, seed)).respirations]
    return {
        f"stretched_{STRETCH}_ratio": slow / plain if slow is not None and plain is not None else "invalid",
        "shuffled_valid_share": sum(one.valid for one in shuffled) / len(shuffled),
        "shuffles": float(shuffles),
    }


def _last_rate(seen: Pass) -> float | None:
    return next((one.rate_bpm for one in reversed(seen.respirations) if one.valid), None)


def _stretched(frames: list[Frame], factor: float) -> list[Frame]:
    bent: list[Frame] = []
    start = frames[0].notice.stamp
    for frame in frames:
        notice, description = frame.notice, frame.notice.description
        since_ns = notice.stamp.monotonic_ns - start.monotonic_ns
        slower = msgspec.structs.replace(
            notice,
            stamp=start.later(round(since_ns * factor)),
            description=msgspec.structs.replace(description, frame_interval_s=description.frame_interval_s * factor),
        )
        bent.append(AdcFrame(slower, frame.samples) if isinstance(frame, AdcFrame) else RangeFrame(slower, frame.iq))
    return bent


def _shuffled(frames: list[Frame], seed: int) -> list[Frame]:
    order = np.random.default_rng(seed).permutation(len(frames))
    bent: list[Frame] = []
    for frame, other in zip(frames, (frames[index] for index in order), strict=True):
        if isinstance(other, AdcFrame):
            bent.append(AdcFrame(frame.notice, other.samples))
        else:
            bent.append(RangeFrame(frame.notice, other.iq))
    return bent


def _acconeer_respiration(folder: Path, shuffles: int) -> dict[str, Figure]:
    place = folder / "acconeer_a121"
    maker = _expected(place / "expected_breathing-sitting-controller.h5", "breathing_rate")
    frames = list(read_frames(place / "breathing-sitting.h5", "a121"))
    detail = _against_maker(_breath_pass(frames), frames, maker) | _bent(frames, shuffles)
    old_maker = 60 * _expected(place / "expected_a111_sleep_breathing.h5", "f_est")
    old_frames = list(read_frames(place / "a111_sleep_breathing.h5", "a111"))
    old = _against_maker(_breath_pass(old_frames), old_frames, np.where(old_maker > 0, old_maker, np.nan))
    value = detail.pop("mae")
    if not isinstance(value, float):
        return {}
    detail |= {"reference": "the maker's application, not a contact sensor"}
    detail |= {f"a111_{key}": number for key, number in old.items()}
    return {
        "respiration_mae_acconeer": Figure(
            value=value, unit="breaths/min", evidence=Evidence.REAL_RECORDING, detail=detail
        )
    }


def _against_maker(seen: Pass, frames: list[Frame], maker: NDArray[np.float64]) -> Detail:
    """Score every estimate for which the maker's application has a value at the same frame."""
    interval_s = frames[0].notice.description.frame_interval_s
    compared = []
    for one in seen.respirations:
        frame = min(maker.size - 1, round(seen.seconds(one) / interval_s))
        if np.isfinite(maker[frame]):
            compared.append((one.rate_bpm, one.sigma_bpm, float(maker[frame])))
    score = score_estimates(*zip(*compared, strict=True)) if compared else score_estimates([], [], [])
    valid = [seen.seconds(one) for one in seen.respirations if one.valid]
    return {
        "mae": "none given" if score.mean_absolute_error is None else score.mean_absolute_error,
        "bias": "none given" if score.bias is None else score.bias,
        "largest_error": "none given" if score.largest_error is None else score.largest_error,
        "compared": float(score.given),
        "coverage_where_maker_has_a_rate": score.coverage,
        "coverage": len(valid) / len(seen.respirations),
        "first_valid_s": valid[0] if valid else "never",
        "maker_within_95": "none given" if score.within_95 is None else score.within_95,
        "error_over_sigma": "none given" if score.normalised is None else score.normalised,
    }


def _acconeer_presence(folder: Path, _shuffles: int) -> dict[str, Figure]:
    """Return how often "someone is there" is what the maker's application says, of those frames of which we know it."""
    place = folder / "acconeer_a121"
    shares, known_of = dict[str, float](), dict[str, float]()
    for name, expected in PRESENCE_FILES.items():
        maker = _expected(place / expected, "presence_detected") > 0
        frames = list(read_frames(place / f"{name}.h5", "a121"))
        seen = _breath_pass(frames)
        stamps = np.array([one.stamp.monotonic_ns for one in seen.presences])
        said = [None if one.probability is None else one.probability >= 0.5 for one in seen.presences]
        ours = []
        for frame in frames[: maker.size]:
            known = int(np.searchsorted(stamps, frame.notice.stamp.monotonic_ns, "right")) - 1
            ours.append(said[known] if known >= 0 else None)
        share = agreement(ours, maker[: len(ours)].tolist())
        if share is not None:
            shares[name] = share
            known_of[f"{name}, coverage"] = sum(one is not None for one in ours) / len(ours)
    if not shares:
        return {}
    detail: Detail = {**shares, **known_of, "coverage": min(known_of.values())}
    figure = Figure(
        value=min(shares.values()), unit="share of known frames", evidence=Evidence.REAL_RECORDING, detail=detail
    )
    return {"presence_agreement_acconeer": figure}


def _expected(path: Path, name: str) -> NDArray[Any]:
    """Return one series of the maker's output.

    Raises:
        SumikaError: if the file is not there.
        ImportError: if h5py is not installed.
    """
    import h5py  # an optional extra, needed for this file format only

    if not path.is_file():
        raise SumikaError("the maker's output is not there", where=str(path))
    with h5py.File(path, "r") as file:
        series: NDArray[Any] = file[name][()]
    return series
