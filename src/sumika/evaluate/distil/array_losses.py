"""What each loss of an array student brings: one task, one student, everything else alike.

The task is a table: points around twenty places in eight dimensions, four places to a class, near enough to overlap. A
fifth of the labels that are learnt from is drawn anew, the unseen ones that are scored are right. Of one seed, every
student has the same weights to start from, the same steps and the same schedule; only what it is pulled towards
differs.
"""

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from sumika.distil.networks.build import Network, build
from sumika.distil.networks.fit import FitSettings, fit, outputs_of
from sumika.distil.networks.losses import UNLABELLED, LossSettings, ensemble_logits
from sumika.distil.networks.presets import Inputs, Perceptron, layers_of
from sumika.distil.records import ArraySet

Array = NDArray[np.float32]
CLASSES = ("first", "second", "third", "fourth", "fifth")
PLACES, COLUMNS = 20, 8
AGAINST = {
    "soft, T = 1": "hard",
    "soft, T = 2": "hard",
    "soft, T = 4": "hard",
    "hints": "soft, T = 2",
    "ensemble of 3": "soft, T = 2",
    "and unlabelled examples": "ensemble of 3",
    "hard, three times the steps": "hard",
}
"""Way of learning -> the way it is compared with; the last one tells what mere patience brings."""


class ArraySizes(msgspec.Struct, frozen=True, kw_only=True):
    """How large the experiment is.

    Attributes:
        labelled: Examples with a label, right or wrong.
        unlabelled: Further ones without.
        unseen: Examples that all are scored on.
        wrong_share: Of the labels that are drawn anew.
        members: Teachers of the ensemble; the first is also the single teacher.
        teacher_epochs: Passes of a teacher.
        student_epochs: Passes of a student over the labelled examples.
    """

    labelled: int = 1000
    unlabelled: int = 4000
    unseen: int = 4000
    wrong_share: float = 0.2
    members: int = 3
    teacher_epochs: int = 15
    student_epochs: int = 60


TEACHER, STUDENT = Perceptron(width=64, depth=2), Perceptron(width=12, depth=2)
LABELS_ALONE = LossSettings(soft_weight=0.0)


def rows(count: int, seed: int) -> ArraySet:
    """Return rows of eight columns around twenty places; the places are always the same."""
    places = np.random.default_rng(0).normal(size=(PLACES, COLUMNS))
    random = np.random.default_rng(seed)
    place = random.integers(0, PLACES, count)
    x = places[place] + random.normal(0, 0.9, (count, COLUMNS))
    nobody = np.full(count, "")
    y = (place % len(CLASSES)).astype(np.int64)
    return ArraySet(x=x.astype(np.float32), y=y, group=nobody, domain=nobody, classes=CLASSES)


def scores(seed: int, sizes: ArraySizes) -> dict[str, float]:
    """Return way of learning -> share of unseen examples that its student gets right, and the teachers' own.

    Args:
        seed: Draws data, teachers and the student's start.
        sizes: How large.
    """
    seen, further, unseen = (
        rows(count, 10 * seed + part) for part, count in enumerate((sizes.labelled, sizes.unlabelled, sizes.unseen))
    )
    labelled = _mislabelled(seen, sizes.wrong_share, seed)
    every = _joined(labelled, further)
    teachers = [_trained(TEACHER, labelled, sizes.teacher_epochs, 100 * seed + one) for one in range(sizes.members)]
    told = [outputs_of(network, every.x, None, inputs) for network, inputs in teachers]
    few, few_hidden = told[0][0][: sizes.labelled], told[0][1][: sizes.labelled]
    together = ensemble_logits([logits for logits, _ in told])
    judged = ensemble_logits([outputs_of(network, unseen.x, None, inputs)[0] for network, inputs in teachers])
    found = {"teacher": _right(*teachers[0], unseen), "ensemble": _share(judged, unseen)}
    epochs = sizes.student_epochs
    fewer = max(1, round(epochs * sizes.labelled / len(every)))  # as many steps, though there are more examples
    for name, data, passes, loss, logits, hidden in (
        ("hard", labelled, epochs, LABELS_ALONE, None, None),
        ("hard, three times the steps", labelled, 3 * epochs, LABELS_ALONE, None, None),
        ("soft, T = 1", labelled, epochs, LossSettings(temperature=1.0), few, None),
        ("soft, T = 2", labelled, epochs, LossSettings(temperature=2.0), few, None),
        ("soft, T = 4", labelled, epochs, LossSettings(temperature=4.0), few, None),
        ("hints", labelled, epochs, LossSettings(temperature=2.0, hint_weight=1.0), few, few_hidden),
        ("ensemble of 3", labelled, epochs, LossSettings(temperature=2.0), together[: sizes.labelled], None),
        ("and unlabelled examples", every, fewer, LossSettings(temperature=2.0), together, None),
    ):
        student = _trained(STUDENT, data, passes, seed, loss, logits, hidden)
        found[name] = _right(*student, unseen)
    return found


def _trained(
    preset: Perceptron,
    data: ArraySet,
    epochs: int,
    seed: int,
    loss: LossSettings = LABELS_ALONE,
    logits: Array | None = None,
    hidden: Array | None = None,
) -> tuple[Network, Inputs]:
    network = build(layers_of(preset, len(CLASSES)), data.x.shape[1:], len(CLASSES), seed)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # threads that wait for each other cost networks this small far more than they bring
    try:
        settings = FitSettings(epochs=epochs, loss=loss)
        report = fit(network, data, settings, seed=seed, teacher_logits=logits, teacher_hidden=hidden)
    finally:
        torch.set_num_threads(threads)
    return network, report.inputs


def _mislabelled(data: ArraySet, share: float, seed: int) -> ArraySet:
    random = np.random.default_rng((seed, 3))
    drawn = random.integers(0, len(CLASSES), len(data))
    y = np.where(random.random(len(data)) < share, drawn, data.y).astype(np.int64)
    return ArraySet(x=data.x, y=y, group=data.group, domain=data.domain, classes=data.classes)


def _joined(labelled: ArraySet, further: ArraySet) -> ArraySet:
    nothing = np.full(len(further), UNLABELLED, np.int64)
    return ArraySet(
        x=np.concatenate([labelled.x, further.x]),
        y=np.concatenate([labelled.y.astype(np.int64), nothing]),
        group=np.concatenate([labelled.group, further.group]),
        domain=np.concatenate([labelled.domain, further.domain]),
        classes=labelled.classes,
    )


def _right(network: Network, inputs: Inputs, unseen: ArraySet) -> float:
    return _share(outputs_of(network, unseen.x, None, inputs)[0], unseen)


def _share(logits: Array, unseen: ArraySet) -> float:
    return float((logits.argmax(axis=1) == unseen.y).mean())
