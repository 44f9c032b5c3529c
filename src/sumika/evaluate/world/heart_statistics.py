"""Whether resting residents' heartbeats lie within the spread of real people who sit: `gudb_rpeaks`, two minutes each.

Both are taken alike: intervals of two minutes between hand-checked R peaks, or between a resident's beats while they
sit and read. Mean heart rate, SDNN and RMSSD of the intervals; LF/HF from the interval course at 4 Hz (cubic) without
its trend, its spectrum by Welch over 60 s, 0.04 to 0.15 against 0.15 to 0.40 Hz (Task Force of ESC and NASPE, Eur.
Heart J. 17, 1996). The residents are of working age; nothing in the model is fitted to the recording.
"""

import gzip
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import trapezoid
from scipy.interpolate import CubicSpline
from scipy.signal import detrend, welch

from sumika.config import recordings_folder
from sumika.evaluate.figure import Evidence, Figure
from sumika.schema import SumikaError
from sumika.schema.house import House, Resident, Room
from sumika.schema.living import Furniture, FurnitureKind, Life, Routine
from sumika.world.residents import Household

Array = NDArray[np.float64]

STATISTICS = ("heart_bpm", "sdnn_ms", "rmssd_ms", "lf_hf")
QUICK_RESIDENTS, FULL_RESIDENTS = 40, 200
SECONDS = 120.0
SEED = 20261128
FILE = Path("gudb_rpeaks") / "rpeaks.csv.gz"
_SAMPLE_HZ, _GRID_HZ = 250.0, 4.0
_WINDOW_S = 60.0
_LF_HZ, _HF_HZ = (0.04, 0.15), (0.15, 0.40)
_LEADS = ("chest_strap", "cables")
"""Of a person's leads the first that is there is taken; both are the same heart."""
_START = datetime(2026, 1, 20, tzinfo=ZoneInfo("Asia/Tokyo"))
_SETTLES_S = 300.0
_YOUNGEST, _OLDEST = 20.0, 60.0


@dataclass(frozen=True, slots=True)
class Spread:
    """Each statistic of some people.

    Attributes:
        values: (person,) by statistic.
    """

    values: Mapping[str, Array]

    def inside(self, other: "Spread") -> dict[str, float]:
        """Return of each statistic the share of these people that lies between the least and the most of others."""
        return {
            name: float(np.mean((self.values[name] >= one.min()) & (self.values[name] <= one.max())))
            for name, one in other.values.items()
        }


def measure(full: bool) -> dict[str, Figure]:
    """Return `hrv_in_range`; without the recording nothing, and a line on stderr.

    Args:
        full: Whether many residents are asked.
    """
    folder = recordings_folder(os.environ)
    if folder is None or not (folder / FILE).is_file():
        sys.stderr.write(f"world.heart_statistics: left out: no {FILE}; set SUMIKA_DATA to where recordings are\n")
        return {}
    people = spread_of_people(folder / FILE)
    count = FULL_RESIDENTS if full else QUICK_RESIDENTS
    residents = spread_of_residents(count, SEED)
    shares = residents.inside(people)
    detail: dict[str, float | str] = {"residents": count, "people": len(people.values["heart_bpm"])}
    for name in STATISTICS:
        real, simulated = people.values[name], residents.values[name]
        detail |= {
            f"{name}_share": round(shares[name], 4),
            f"{name}_median_people": round(float(np.median(real)), 3),
            f"{name}_median_residents": round(float(np.median(simulated)), 3),
            f"{name}_range_people": f"{real.min():.2f} to {real.max():.2f}",
            f"{name}_range_residents": f"{simulated.min():.2f} to {simulated.max():.2f}",
        }
    return {
        "hrv_in_range": Figure(
            value=float(np.mean(list(shares.values()))), unit="share", evidence=Evidence.SIMULATION, detail=detail
        )
    }


def statistics_of(beat_s: Array) -> dict[str, float]:
    """Return the statistics of two minutes or so of heartbeats.

    Args:
        beat_s: (beat,) when each was.
    """
    interval_s = np.diff(beat_s)
    at_s = beat_s[1:]
    grid_s = np.arange(at_s[0], at_s[-1], 1.0 / _GRID_HZ)
    course: Array = np.asarray(detrend(CubicSpline(at_s, interval_s)(grid_s)), np.float64)
    spectrum = welch(course, fs=_GRID_HZ, nperseg=round(_WINDOW_S * _GRID_HZ))
    frequency_hz, power = (np.asarray(one, np.float64) for one in spectrum)
    low, high = (
        float(trapezoid(power[(frequency_hz >= band[0]) & (frequency_hz < band[1])], dx=1.0 / _WINDOW_S))
        for band in (_LF_HZ, _HF_HZ)
    )
    return {
        "heart_bpm": float(60.0 / interval_s.mean()),
        "sdnn_ms": float(1e3 * interval_s.std(ddof=1)),
        "rmssd_ms": float(1e3 * np.sqrt(np.mean(np.diff(interval_s) ** 2))),
        "lf_hf": low / high,
    }


def spread_of_people(path: Path) -> Spread:
    """Return the statistics of everybody who sits in a file of R peaks.

    Args:
        path: `rpeaks.csv.gz`: subject, activity, lead, sample at 250 Hz.

    Raises:
        SumikaError: if nobody sits in it.
    """
    peaks: dict[tuple[str, str], list[int]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        next(lines, None)
        for line in lines:
            subject, activity, lead, sample = line.strip().split(",")
            if activity == "sitting":
                peaks.setdefault((subject, lead), []).append(int(sample))
    subjects = sorted({subject for subject, _ in peaks})
    if not subjects:
        raise SumikaError("nobody sits in the recording", where=str(path), remedy="Fetch gudb_rpeaks anew")
    chosen = [next(peaks[subject, lead] for lead in _LEADS if (subject, lead) in peaks) for subject in subjects]
    return _spread([statistics_of(np.unique(np.array(one)) / _SAMPLE_HZ) for one in chosen])


def spread_of_residents(count: int, seed: int) -> Spread:
    """Return the statistics of residents of working age, two minutes each while they sit and read.

    Args:
        count: How many.
        seed: Of who they are and of all they do.
    """
    random = np.random.Generator(np.random.SFC64((seed, 61)))
    return _spread([statistics_of(_resting(seed + number, random)) for number in range(count)])


def _spread(found: list[dict[str, float]]) -> Spread:
    return Spread({name: np.array([one[name] for one in found]) for name in STATISTICS})


def _resting(seed: int, random: np.random.Generator) -> Array:
    """Return two minutes of somebody's beats, some minutes after they sat down to read or watch."""
    life = Life(
        routine=Routine.RETIRED,  # sits at home by day, whatever the age
        age_years=float(random.uniform(_YOUNGEST, _OLDEST)),
        female=bool(random.uniform() < 0.5),
    )
    house = House(
        rooms=(Room(id="room", floor_m=((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0))),),
        residents=(Resident(id="sitter", life=life),),
        furniture=(Furniture(kind=FurnitureKind.SOFA, room="room", at_m=(1.0, 2.0)),),
    )
    household = Household.of(house, seed, _START)
    begin_s = _sits_at_s(household)
    return np.concatenate([household.stretches(begin_s + 60.0 * number, 60.0)[0].beat_s for number in range(2)])


def _sits_at_s(household: Household) -> float:
    """Return from when on the resident has sat at rest for a while, and does for two minutes more."""
    for minute in range(9 * 60, 48 * 60):
        begin_s = 60.0 * minute
        doing = household.doing("sitter", begin_s)
        if doing.activity not in ("reading", "watching_tv") or begin_s - doing.start_s < _SETTLES_S:
            continue
        if household.doing("sitter", begin_s + SECONDS) == doing:
            return begin_s
    raise SumikaError("the resident never sits down", where="world.heart_statistics")
