"""Compares finished runs: scores with intervals, the paired difference, bills and sizes."""

import io
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from sumika.schema import UNREADABLE, SumikaError

RESAMPLES = 10_000


class CompareError(SumikaError):
    """The runs cannot be compared."""


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """An estimate with its 95 % interval.

    Attributes:
        value: The estimate.
        low: 2.5 % quantile.
        high: 97.5 % quantile.
    """

    value: float
    low: float
    high: float


class RunResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one finished run is compared by.

    Attributes:
        name: Of the run.
        scores: Score per evaluation set, per example: {set: {example id: 0..1}}.
        parameters: Of the student.
        size_bytes: Of the exported student.
        latency_s: Of one answer; median.
        student_usd: Bill of the student alone.
        all_in_usd: Bill with everything.
    """

    name: str
    scores: dict[str, dict[str, float]]
    parameters: int = 0
    size_bytes: int = 0
    latency_s: float = 0.0
    student_usd: float = 0.0
    all_in_usd: float = 0.0


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """One run on one evaluation set.

    Attributes:
        run: Its name.
        evaluation: Name of the set.
        examples: How many.
        score: Mean with interval.
        difference: Against the first run, paired over the examples that both answered; None for the first run or
            where they share none.
        shared: How many examples that rests on.
    """

    run: str
    evaluation: str
    examples: int
    score: Interval
    difference: Interval | None
    shared: int


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Several runs beside each other.

    Attributes:
        runs: Name, sizes and bills; the first is what the others are compared with.
        scores: Per evaluation set and run.
    """

    runs: list[RunResult]
    scores: list[Score]


def bootstrap_mean(values: NDArray[np.float64], *, seed: int = 0, resamples: int = RESAMPLES) -> Interval:
    """Return the mean of `values` with its percentile bootstrap interval (Efron 1979).

    Args:
        values: float64 (example,), at least one.
        seed: Of the resampling.
        resamples: How many.

    Raises:
        ValueError: if there is no value.
    """
    if not len(values):
        raise ValueError("no values")
    generator = np.random.default_rng(seed)
    means = np.empty(resamples)
    block = max(1, 2_000_000 // len(values))  # 16 MB at a time
    for start in range(0, resamples, block):
        rows = generator.integers(0, len(values), (min(block, resamples - start), len(values)))
        means[start : start + len(rows)] = values[rows].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Interval(value=float(values.mean()), low=float(low), high=float(high))


def paired_difference(first: dict[str, float], second: dict[str, float], *, seed: int = 0) -> Interval | None:
    """Return mean(second - first) over the examples that both have, with interval; None if they share none."""
    shared = sorted(first.keys() & second.keys())
    if not shared:
        return None
    return bootstrap_mean(np.array([second[one] - first[one] for one in shared], dtype=np.float64), seed=seed)


def compare(runs: Sequence[RunResult], *, seed: int = 0) -> Comparison:
    """Compare two or more runs; the first is the one that the others are held against.

    Raises:
        CompareError: if there are fewer than two, or two have the same name.
    """
    names = [run.name for run in runs]
    if len(runs) < 2 or len(set(names)) < len(names):
        raise CompareError(
            f"these cannot be compared: {', '.join(names) or 'nothing'}", remedy="Name two or more different runs."
        )
    scores = [
        _score(runs[0], run, evaluation, seed)
        for evaluation in dict.fromkeys(name for run in runs for name in run.scores)
        for run in runs
        if run.scores.get(evaluation)
    ]
    return Comparison(runs=list(runs), scores=scores)


def _score(first: RunResult, run: RunResult, evaluation: str, seed: int) -> Score:
    own, base = run.scores[evaluation], first.scores.get(evaluation, {})
    values = np.array([own[one] for one in sorted(own)], dtype=np.float64)
    return Score(
        run=run.name,
        evaluation=evaluation,
        examples=len(own),
        score=bootstrap_mean(values, seed=seed),
        difference=None if run is first else paired_difference(base, own, seed=seed),
        shared=len(base.keys() & own.keys()),
    )


def load_result(path: Path) -> RunResult:
    """Return the result of a finished run.

    Raises:
        CompareError: if the file is missing or is none.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=RunResult)
    except (OSError, *UNREADABLE) as error:
        raise CompareError(f"no result of a finished run ({error})", where=str(path)) from error


def as_table(comparison: Comparison, width: int = 80) -> str:
    """Return the comparison as text; scores in percent, differences in points."""
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    for heading in ("evaluation", "run", "n", "score %", "against the first, points"):
        table.add_column(heading, justify="left" if heading in ("evaluation", "run") else "right")
    for one in comparison.scores:
        score = f"{100 * one.score.value:.1f} [{100 * one.score.low:.1f}, {100 * one.score.high:.1f}]"
        gain = one.difference
        difference = f"{100 * gain.value:+.1f} [{100 * gain.low:+.1f}, {100 * gain.high:+.1f}]" if gain else "-"
        table.add_row(one.evaluation, one.run, str(one.examples), score, difference)
    sizes = Table(box=None, pad_edge=False, padding=(0, 1))
    for heading in ("run", "parameters", "kB", "latency ms", "student $", "all-in $"):
        sizes.add_column(heading, justify="left" if heading == "run" else "right")
    for run in comparison.runs:
        money = (f"{run.student_usd:.4f}", f"{run.all_in_usd:.4f}")
        sizes.add_row(
            run.name, f"{run.parameters:,}", f"{run.size_bytes / 1000:,.1f}", f"{run.latency_s * 1000:.2f}", *money
        )
    output = io.StringIO()
    console = Console(file=output, width=width, color_system=None, legacy_windows=False)
    console.print(table)
    console.print()
    console.print(sizes)
    return output.getvalue()


def as_json(comparison: Comparison) -> bytes:
    """Return the comparison as one JSON object; the single scores of the examples are left out."""
    runs = [msgspec.structs.replace(run, scores={}) for run in comparison.runs]
    return msgspec.json.format(msgspec.json.encode(msgspec.structs.replace(comparison, runs=runs)), indent=2)
