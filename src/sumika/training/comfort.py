"""Thermal votes of people at work: a row a vote, in the order of time, groups are people.

Traps of these recordings, and what is done about them. Each vote is told with what the same person voted before and
nothing later, so that a row is what the house would know at that moment; the first votes of each person count too. Only
two in five votes know the room's temperature; the sensor at the wrist is warmed by it and is no room's: it is not used.
Rows without a vote stay without a label. Singapore's offices are no Japanese homes.
"""

import csv
import gzip
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np

from sumika.distil.networks.losses import UNLABELLED
from sumika.distil.records import ArraySet
from sumika.models.features.comfort import CLASSES, FEATURES, Conditions, Felt, comfort_features
from sumika.training.recordings import Recordings

VOTES = {"9.0": 0, "10.0": 1, "11.0": 2}
SINGAPORE = timedelta(hours=8)


class ComfortOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is made of them.

    Attributes:
        unlabelled: Keep moments without a vote, for a teacher to answer.
    """

    unlabelled: bool = False


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One record of one person.

    Attributes:
        person: Who.
        then: How it was.
        vote: What they said; None if nothing.
    """

    person: str
    then: Conditions
    vote: int | None


def moments(folder: Path) -> list[Moment]:
    """Return every record, in the order of people, then of time.

    Args:
        folder: With `votes.csv.gz`.
    """
    with gzip.open(folder / "votes.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = []
    for row in rows:
        when = datetime.fromisoformat(row["time"])
        local = when + SINGAPORE
        then = Conditions(
            at_s=when.timestamp(),
            hour=local.hour + local.minute / 60.0,
            air_c=_number(row["temperature_sensing"]),
            relative=_number(row["humidity_sensing"]) / 100.0,
            heart_bpm=_number(row["heartRate_cozie"]),
        )
        found.append(Moment(person=row["user_id"], then=then, vote=VOTES.get(row["thermal_cozie"])))
    return sorted(found, key=lambda one: (one.person, one.then.at_s))


def _number(text: str) -> float:
    return float(text) if text else float("nan")


def _comfort(folder: Path, options: ComfortOptions) -> ArraySet:
    x, y, group = [], [], []
    votes: dict[str, list[Felt]] = {}
    for moment in moments(folder):
        own = votes.setdefault(moment.person, [])
        if moment.vote is not None or options.unlabelled:
            x.append(comfort_features(own, moment.then))
            y.append(UNLABELLED if moment.vote is None else moment.vote)
            group.append(moment.person)
        if moment.vote is not None:
            own.append(Felt(vote=moment.vote, then=moment.then))
    names = np.array(group)
    return ArraySet(x=np.stack(x), y=np.array(y, np.int64), group=names, domain=names, classes=CLASSES)


COMFORT = Recordings(
    name="comfort",
    folder_name="cozie_thermal_preference",
    files=("votes.csv.gz",),
    options=ComfortOptions,
    make=_comfort,
    licence="MIT",
    cite="Jayathissa et al., Buildings 10(10) 174, 2020; github.com/buds-lab/humans-as-a-sensor-for-buildings",
    features=FEATURES,
    code=("sumika.models.features.comfort",),
)
