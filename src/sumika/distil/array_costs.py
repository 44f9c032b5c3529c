"""What one answer of an array model costs, as the house would ask for it."""

import math
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np

from sumika.distil.export.onnx_float import export_onnx_float
from sumika.distil.networks.kept import ArrayModel
from sumika.distil.networks.layers import flops
from sumika.distil.records import ArraySet
from sumika.distil.tabular import Boosted, BoostingSettings
from sumika.distil.teachers.arrays import OnnxTeacher

TIMED_ANSWERS = 200
TREES_ANSWER = 4096
"""Asked of trees at once: fewer, and much of the time is that of the library's own call."""
REPEATS = 5


class ArrayCost(msgspec.Struct, frozen=True, kw_only=True):
    """What one answer costs.

    Attributes:
        parameters: Of the model; of trees their nodes, at most.
        flops: Operations, from the shapes; of trees about one comparison for each doubling of the leaves.
        latency_s: Median.
        energy_j: Latency times the stated watts of a core.
        how: What ran it, and how it was asked.
    """

    parameters: int
    flops: float
    latency_s: float
    energy_j: float
    how: str


def network_cost(models: Sequence[ArrayModel], asked: ArraySet, *, core_w: float) -> ArrayCost:
    """Return what an answer of an ensemble of networks costs, each as float32 in ONNX Runtime.

    Args:
        models: Its members; one for a student.
        asked: Inputs, asked one after the other.
        core_w: Stated watts of a busy core.
    """
    with tempfile.TemporaryDirectory(prefix="sumika-cost-") as name:
        paths = [
            export_onnx_float(one.layers, one.weights, one.shape, Path(name) / f"{number}.onnx", inputs=one.inputs)
            for number, one in enumerate(models)
        ]
        latency_s = onnx_latency_s(paths, asked)
    return ArrayCost(
        parameters=sum(one.parameters for one in models),
        flops=float(sum(flops(one.layers, one.shape) for one in models)),
        latency_s=latency_s,
        energy_j=latency_s * core_w,
        how="ONNX Runtime, float32, asked one at a time",
    )


def onnx_latency_s(paths: Sequence[Path], asked: ArraySet) -> float:
    """Return the median time in which all of some ONNX models, one after the other, answer one input on one core.

    Args:
        paths: Of the models.
        asked: Inputs.
    """
    models = [OnnxTeacher(path, terms="own") for path in paths]

    def answer(row: int) -> None:
        one = asked.take(np.array([row]))
        for model in models:
            model.logits(one.x, one.mask)

    answer(0)  # claims its memory
    return _median_s(answer, len(asked))


def trees_cost(
    trees: Boosted, settings: BoostingSettings, members: int, asked: ArraySet, *, core_w: float
) -> ArrayCost:
    """Return what an answer of an ensemble of boosted trees costs.

    Asked alone, most of the time would be that of the library's own call; so it is a share of the processor
    time of a large batch, which other programs do not lengthen: what trees in a quicker library might take.

    Args:
        trees: One member; the others are alike.
        settings: How it was trained.
        members: How many there are.
        asked: Inputs, asked together.
        core_w: Stated watts of a busy core.
    """
    trees.outputs_of(asked.x)  # claims its memory
    batch_s = _median_s(lambda row: trees.outputs_of(asked.x), REPEATS, time.process_time)
    count = trees.parameters / (2 * settings.leaves - 1)
    latency_s = members * batch_s / len(asked)
    return ArrayCost(
        parameters=members * trees.parameters,
        flops=members * count * math.log2(settings.leaves),
        latency_s=latency_s,
        energy_j=latency_s * core_w,
        how=f"scikit-learn, a share of the processor's time for {len(asked):,}",
    )


def _median_s(call: Callable[[int], object], count: int, clock_s: Callable[[], float] = time.perf_counter) -> float:
    found = []
    for number in range(count):
        begun_s = clock_s()
        call(number)
        found.append(clock_s() - begun_s)
    return float(np.median(found))
