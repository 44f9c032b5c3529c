"""Whether an office is occupied, by its air: a row a minute, groups are days of a file, truth is photographs.

Traps of these recordings, and what is done about them. Light alone tells the working hours of this office, and so does
a clock: neither is read. Minutes of one day are alike: a split may only be by day, or by file as their makers did. Both
files were taken with the door mostly closed; in the third, held out, it stood open, and carbon dioxide tells little.
"""

import csv
import gzip
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.records import ArraySet
from sumika.models.features.occupancy import CLASSES, FEATURES, occupancy_features
from sumika.training.recordings import Recordings

TRAINING, TEST = "datatraining", "datatest"


class OccupancyOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is made of them; there is nothing to choose."""


def _file(path: Path) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.str_]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]  # the header has no name for the row number
    when = [datetime.fromisoformat(row[1]).replace(tzinfo=UTC) for row in rows]
    at_s = np.array([one.timestamp() for one in when])
    temperature_c, co2_ppm, ratio = (np.array([float(row[place]) for row in rows]) for place in (2, 5, 6))
    x, known = occupancy_features(at_s, co2_ppm, temperature_c, ratio, at_s)
    y = np.array([int(row[7]) for row in rows], np.int64)
    name = path.name.removesuffix(".csv.gz")
    day = np.array([f"{name} {one:%m-%d}" for one in when])
    return x[known], y[known], day[known]


def _occupancy(folder: Path, options: OccupancyOptions) -> ArraySet:
    del options
    parts = [_file(folder / f"{name}.csv.gz") for name in (TRAINING, TEST)]
    x, y, day = (np.concatenate(one) for one in zip(*parts, strict=True))
    return ArraySet(x=x, y=y, group=day, domain=day, classes=CLASSES)


OCCUPANCY = Recordings(
    name="occupancy",
    folder_name="uci_occupancy",
    files=(f"{TRAINING}.csv.gz", f"{TEST}.csv.gz"),
    options=OccupancyOptions,
    make=_occupancy,
    licence="CC-BY-4.0",
    cite="Candanedo and Feldheim, Energy and Buildings 112, 28-39, 2016; UCI dataset 357, doi 10.24432/C5X01N",
    features=FEATURES,
    code=("sumika.models.features.occupancy", "sumika.models.features._slots"),
)
