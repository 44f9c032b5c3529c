"""Strain from heart and breathing rate: a row every 15 s, groups are people, truth is the protocol of a laboratory.

Traps of these recordings, and what is done about them. All sessions follow nearly one timetable: elapsed time alone
tells the tasks with an AUC of 0.97, so no feature may drift with it (`sumika.models.features.strain`), and time is
kept as a control alone. Against what of the timetable may still shine through, each session is learnt from turned, too:
begun at a random moment, its beginning put after its end, so that being early or late in it says nothing. The truth is
when a task ran, not what anybody felt; one of the tasks is breathing itself. The breathing rate was estimated from the
pulse wave. The first ten minutes are listened to and not told of, as in a house.
"""

from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.records import ArraySet
from sumika.models.features.strain import CLASSES, FEATURES, strain_features
from sumika.training.recordings import Recordings

STEP_S = 15.0
EDGE_S = 300
"""No session is turned by less."""
AS_RECORDED, TURNED = "as recorded", "turned"
"""Domains of the examples."""


class StrainOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is made of them.

    Attributes:
        step_s: From one row to the next.
        turned: How many turned forms of each session there are beside the one that was recorded.
    """

    step_s: float = STEP_S
    turned: int = 0

    def __post_init__(self) -> None:
        """Refuse what no type can."""
        if not self.step_s > 0 or self.turned < 0:
            raise ValueError("`step_s` is above 0, `turned` at least 0")


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One person's rows.

    Attributes:
        person: Its name.
        at_s: When, from the start of the session: for the control alone, never for a student.
        x: (row, column)
        y: 1 while a task ran.
        is_turned: Whether the session was turned.
    """

    person: str
    at_s: NDArray[np.float64]
    x: NDArray[np.float32]
    y: NDArray[np.int64]
    is_turned: bool = False


def sessions(folder: Path, step_s: float = STEP_S, turned: int = 0) -> list[Session]:
    """Return what is told of every person, from when enough was seen.

    Args:
        folder: With `hr_resp_label.csv.gz`.
        step_s: From one row to the next.
        turned: As in `StrainOptions`; always the same moments.
    """
    table = np.genfromtxt(folder / "hr_resp_label.csv.gz", delimiter=",", skip_header=1)
    random = np.random.default_rng(0)
    found: list[Session] = []
    for person in np.unique(table[:, 0]):
        own = table[table[:, 0] == person]
        starts = [0, *random.integers(EDGE_S, len(own) - EDGE_S, turned)]
        found += [
            _session(f"person {person:.0f}", np.roll(own, -start, axis=0), own[:, 2], step_s, is_turned=number > 0)
            for number, start in enumerate(starts)
        ]
    return found


def _session(
    person: str, rows: NDArray[np.float64], second: NDArray[np.float64], step_s: float, *, is_turned: bool
) -> Session:
    heart, breath, task = rows[:, 3], rows[:, 4], rows[:, 5]
    at_s = np.arange(second[0] + step_s, second[-1], step_s)
    x, known = strain_features(second, heart, second, breath, at_s)
    y = task[np.searchsorted(second, at_s) - 1].astype(np.int64)
    return Session(person=person, at_s=at_s[known], x=x[known], y=y[known], is_turned=is_turned)


def _strain(folder: Path, options: StrainOptions) -> ArraySet:
    people = sessions(folder, options.step_s, options.turned)
    group = np.concatenate([np.full(len(one.y), one.person) for one in people])
    domain = np.concatenate([np.full(len(one.y), TURNED if one.is_turned else AS_RECORDED) for one in people])
    x, y = np.concatenate([one.x for one in people]), np.concatenate([one.y for one in people])
    return ArraySet(x=x, y=y, group=group, domain=domain, classes=CLASSES)


STRAIN = Recordings(
    name="strain",
    folder_name="stress_predict",
    files=("hr_resp_label.csv.gz",),
    options=StrainOptions,
    make=_strain,
    licence="MIT",
    cite="Iqbal et al., Sensors 22(21) 8135, 2022; github.com/italha-d/Stress-Predict-Dataset",
    features=FEATURES,
    code=("sumika.models.features.strain", "sumika.models.features._slots"),
)
