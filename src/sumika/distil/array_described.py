"""What the house must know of a student: calibration, domain, uncertainty and what disturbed inputs do to it.

All of it from students in 8 bits, each asked about groups that it had not learnt from.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.array_branch import Branch
from sumika.distil.array_files import WholeStudent
from sumika.distil.array_rating import Rating, calibration_of, score_of
from sumika.distil.calibration import Calibration, cross_fitted
from sumika.distil.compare import Interval
from sumika.distil.disturbed import disturbances
from sumika.distil.domain import Domain, Kind, Reference, distances, domain_of, reference_of, summary
from sumika.distil.export.integer import head_of
from sumika.distil.export.onnx_int8 import export_onnx_int8
from sumika.distil.networks.presets import inputs_of, is_signal
from sumika.distil.own_shift import OwnShift, Part, own_shift
from sumika.distil.records import ArraySet
from sumika.distil.uncertain import Uncertainty, uncertainty_of_classes, uncertainty_of_values

if TYPE_CHECKING:
    from sumika.distil.array_finish import ArrayFinish

Array = NDArray[np.float32]
LEARNT_FROM = 4000
DISTURBED = 6000
BATCH = 1024


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """What `describe` finds.

    Attributes:
        calibration: Of the student in 8 bits.
        domain: What it knows.
        uncertainty: How far it may lie off.
        disturbed: Its score on disturbed inputs, by what was done to them.
        own: What taking a person's own offset away has brought.
    """

    calibration: Calibration
    domain: Domain
    uncertainty: Uncertainty
    disturbed: dict[str, Interval]
    own: OwnShift = OwnShift()


class Asked:
    """A student in 8 bits that can be asked for its outputs and the layer before them."""

    def __init__(self, whole: WholeStudent) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        with tempfile.TemporaryDirectory(prefix="sumika-int8-") as name:
            path = export_onnx_int8(whole.network, Path(name) / "int8.onnx")
            self._session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
        self._masked = whole.network.masked

    def __call__(self, x: Array, mask: NDArray[np.bool_] | None) -> tuple[Array, Array]:
        """Return outputs (example, output) and hidden (example, width), which is empty where there is none."""
        parts = []
        for first in range(0, len(x), BATCH):
            feed: dict[str, NDArray[np.float32] | NDArray[np.bool_]] = {"x": x[first : first + BATCH]}
            if self._masked:
                real = np.ones(x.shape[:2], bool) if mask is None else mask
                feed["mask"] = real[first : first + BATCH]
            parts.append(self._session.run(None, feed))
        outputs = np.concatenate([part[0] for part in parts])
        return outputs, np.concatenate([part[1] if len(part) > 1 else part[0][:, :0] for part in parts])


def kind_of(works: "ArrayFinish") -> Kind:
    """Return what the inputs of a recipe are."""
    if works.arrays.x.ndim == 2:
        return "table"
    return "signal" if is_signal(works.model.layers) else "points"


def describe(works: "ArrayFinish", progress: Callable[[int, int], None]) -> Described:
    """Return what the house must know of the student; asks the students of all folds.

    Args:
        works: The finished run.
        progress: Told folds done and folds in all.
    """
    kind, random = kind_of(works), np.random.default_rng(works.recipe.seed)
    apart, outputs, disturbed = [], [], [dict[str, Array]() for _ in works.branches]
    within = list[tuple[Array, Reference]]()
    few = [works.some(branch.test_rows, max(1, DISTURBED // len(works.branches))) for branch in works.branches]
    for number, branch in enumerate(works.branches):
        asked = Asked(works.whole_of(branch))
        tests = works.arrays.take(branch.test_rows)
        said, hidden = asked(tests.x, tests.mask)
        reference = learnt_by(works, branch, asked, kind)
        apart.append(distances(summary(tests.x, tests.mask, kind), hidden, reference))
        outputs.append(said)
        within.append((hidden, reference))
        disturbed[number] = _disturbed(asked, works.arrays.take(few[number]), kind, random)
        progress(number + 1, len(works.branches))
    fold = np.repeat(np.arange(len(works.branches)), [len(one) for one in outputs])
    rows = np.concatenate([branch.test_rows for branch in works.branches])
    final = learnt_by(works, works.final, Asked(works.whole_of(works.final)), kind)
    unseen = np.concatenate(outputs)
    return Described(
        calibration=calibration_of(works.metric, works.truth(rows, fold), unseen),
        domain=domain_of(kind, final, np.concatenate(apart), works.recipe.evaluate.answered_share),
        uncertainty=_uncertainty(works, rows, fold, unseen),
        disturbed=_scores(works, few, disturbed, (rows, fold, unseen)),
        own=_own(works, within, (rows, fold, unseen)),
    )


def _own(
    works: "ArrayFinish",
    within: list[tuple[Array, Reference]],
    whole: tuple[NDArray[np.int64], NDArray[np.int64], Array],
) -> OwnShift:
    """Return what a person's own offset is worth; nothing for values, and for networks without a plain last layer."""
    rows, fold, unseen = whole
    if not works.final.is_classes or not all(hidden.shape[1] for hidden, _ in within):
        return OwnShift()
    parts = []
    for number, (branch, (hidden, reference)) in enumerate(zip(works.branches, within, strict=True)):
        others = fold != number
        truth = works.truth(rows[others], fold[others])
        weight, bias = head_of(works.whole_of(branch).network)
        tests = works.arrays.take(branch.test_rows)
        parts.append(
            Part(
                hidden=hidden,
                y=np.asarray(tests.y, np.int64),
                group=tests.group,
                weight=weight,
                bias=bias,
                centre=np.array(reference.centre)[-reference.hidden :],
                calibration=calibration_of(works.metric, truth, unseen[others]),
            )
        )
    return own_shift(parts)


def learnt_by(works: "ArrayFinish", branch: Branch, asked: Asked, kind: Kind) -> Reference:
    """Return middle and spread of what a branch's student has learnt from.

    Args:
        works: The finished run.
        branch: Whose.
        asked: Its student in 8 bits.
        kind: Of the inputs.
    """
    learnt = works.arrays.take(works.some(branch.rows, LEARNT_FROM))
    _, hidden = asked(learnt.x, learnt.mask)
    return reference_of(learnt.x, hidden, learnt.mask, kind)


def _disturbed(asked: Asked, tests: ArraySet, kind: Kind, random: np.random.Generator) -> dict[str, Array]:
    scale = np.asarray(inputs_of(tests, signal=kind == "signal").scale, np.float32)
    found = {"nothing": asked(tests.x, tests.mask)[0]}
    for name, disturb in disturbances(kind).items():
        found[name] = asked(*disturb(tests, scale, random))[0]
    return found


def _uncertainty(works: "ArrayFinish", rows: NDArray[np.int64], fold: NDArray[np.int64], outputs: Array) -> Uncertainty:
    truth = works.truth(rows, fold)
    if not truth.is_classes:
        return uncertainty_of_values(truth.y.astype(np.float64) - outputs)
    known = truth.y >= 0
    score = score_of(works.metric, truth.outputs)
    said, _ = cross_fitted(truth.unseen(outputs), score)
    guess, sure = said[known].argmax(axis=1), np.exp(said[known].max(axis=1))
    return uncertainty_of_classes(sure, guess == truth.y[known], truth.group[known])


def _scores(
    works: "ArrayFinish",
    few: list[NDArray[np.int64]],
    disturbed: list[dict[str, Array]],
    whole: tuple[NDArray[np.int64], NDArray[np.int64], Array],
) -> dict[str, Interval]:
    """Return the score of each disturbance, calibrated by what the students of other folds say undisturbed."""
    rows = np.concatenate(few)
    fold = np.repeat(np.arange(len(few)), [len(one) for one in few])
    said = {name: np.concatenate([one[name] for one in disturbed]) for name in disturbed[0]}
    fitted_on = works.truth(whole[0], whole[1]).unseen(whole[2])
    rating = Rating(works.metric, works.truth(rows, fold), said, fitted_on)
    return {name: rating.rated(name).score for name in said}
