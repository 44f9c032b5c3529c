"""What the students of a recipe make of the groups that they had not learnt from, for trying things with them."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.about import About
from sumika.distil.array_about import head_of_whole
from sumika.distil.array_described import Asked, kind_of, learnt_by
from sumika.distil.array_finish import ArrayFinish
from sumika.distil.array_rating import calibration_of

Array = NDArray[np.float32]


class Unseen(msgspec.Struct, frozen=True, kw_only=True):
    """Groups that were left out with one fold, as its student in 8 bits sees them.

    Attributes:
        about: The kept student's, with this one's head, domain and a calibration by the other folds.
        hidden: Layer before the outputs (example, width).
        y: Class per example.
        group: Person, room or session per example.
    """

    about: About
    hidden: Array
    y: NDArray[np.int64]
    group: NDArray[np.str_]


def unseen_by(works: ArrayFinish, about: About) -> list[Unseen]:
    """Return what each fold's student makes of the groups that it has not learnt from; classes only.

    Args:
        works: A recipe that has been run to its end.
        about: What its kept student says of itself.
    """
    kind = kind_of(works)
    asked = [Asked(works.whole_of(branch)) for branch in works.branches]
    tests = [works.arrays.take(branch.test_rows) for branch in works.branches]
    said = [one(part.x, part.mask) for one, part in zip(asked, tests, strict=True)]
    found = []
    for number, branch in enumerate(works.branches):
        others = [place for place in range(len(tests)) if place != number]
        rows = np.concatenate([works.branches[place].test_rows for place in others])
        truth = works.truth(rows, np.zeros(len(rows), np.int64))
        calibration = calibration_of(works.metric, truth, np.concatenate([said[place][0] for place in others]))
        reference = learnt_by(works, branch, asked[number], kind)
        model = msgspec.structs.replace(about.model, head=head_of_whole(works.whole_of(branch)))
        domain = msgspec.structs.replace(about.domain, reference=reference)
        own = msgspec.structs.replace(about, model=model, domain=domain, calibration=calibration)
        y = np.asarray(tests[number].y, np.int64)
        found.append(Unseen(about=own, hidden=said[number][1], y=y, group=tests[number].group))
    return found
