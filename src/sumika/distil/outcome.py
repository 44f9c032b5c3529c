"""What a finished run says for itself: scores with intervals, what an answer costs, ratios, and the bill."""

import io
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from rich.console import Console
from rich.table import Table

from sumika.distil.compare import Interval, bootstrap_mean, paired_difference
from sumika.distil.ledger.ledger import Summary
from sumika.distil.ledger.prices import money, rate_line
from sumika.distil.ledger.show import duration


class AnswerCost(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one answer of a model costs, asked alone on one core.

    Attributes:
        parameters: Of the model.
        tokens: Mean tokens written.
        flops: Operations, from the shape and the tokens read and written.
        latency_s: Median.
        energy_j: Latency times the stated watts of a core.
    """

    parameters: int
    tokens: float
    flops: float
    latency_s: float
    energy_j: float


class Scored(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One model on the evaluation set.

    Attributes:
        name: Who.
        correct: Problem id -> 0 or 1.
        cost: Of an answer; None where it was not measured.
        trained_usd: What training it cost, without its teacher and its data.
    """

    name: str
    correct: dict[str, int]
    cost: AnswerCost | None = None
    trained_usd: float = 0.0


class Outcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A finished run.

    Attributes:
        name: Of the recipe.
        run_id: Of the run.
        models: The teacher first, then the student, then those that it is compared with.
        groups: Subject -> ids of its problems.
        bill: Of the ledger.
        notes: What must be known to read it.
    """

    name: str
    run_id: str
    models: tuple[Scored, ...]
    groups: dict[str, tuple[str, ...]]
    bill: Summary
    notes: tuple[str, ...] = ()

    def model(self, name: str) -> Scored:
        """Return one model.

        Raises:
            KeyError: if it was not scored.
        """
        for one in self.models:
            if one.name == name:
                return one
        raise KeyError(name)

    def score(self, name: str, group: str) -> Interval:
        """Return a model's share of right answers with its 95 % interval (bootstrap over problems)."""
        marks = self.model(name).correct
        return bootstrap_mean(np.array([marks[one] for one in self.groups[group] if one in marks], dtype=np.float64))

    def gain(self, first: str, second: str, group: str) -> Interval | None:
        """Return second minus first with its interval, paired over problems."""
        wanted = set(self.groups[group])
        marks = [{k: float(v) for k, v in self.model(n).correct.items() if k in wanted} for n in (first, second)]
        return paired_difference(*marks)

    def ratios(self) -> dict[str, float]:
        """Return teacher over student: parameters, operations, latency and energy of an answer, cost of training."""
        found: dict[str, float] = {}
        if all(one.name != "teacher" for one in self.models):
            return found
        teacher, student = self.model("teacher"), self.model("student")
        if teacher.cost and student.cost:
            for name in ("parameters", "flops", "latency_s", "energy_j"):
                found[name] = getattr(teacher.cost, name) / max(getattr(student.cost, name), 1e-12)
        if teacher.trained_usd and student.trained_usd:
            found["training cost"] = teacher.trained_usd / student.trained_usd
        return found


def ratio_of(first: Sequence[int], second: Sequence[int], *, seed: int = 0, resamples: int = 10_000) -> Interval:
    """Return mean(first) / mean(second) with its interval: both resampled over the same problems.

    Args:
        first: (problem,) right or wrong.
        second: (problem,) of the same problems.
        seed: Of the resampling.
        resamples: How many.
    """
    marks = np.array([first, second], dtype=np.float64)
    rows = np.random.default_rng(seed).integers(0, marks.shape[1], (resamples, marks.shape[1]))
    means = marks[:, rows].mean(axis=2)
    low, high = np.quantile(means[0] / np.maximum(means[1], 1e-9), [0.025, 0.975])
    return Interval(value=float(marks[0].mean() / max(marks[1].mean(), 1e-9)), low=float(low), high=float(high))


def as_text(outcome: Outcome, width: int = 80) -> str:
    """Return the one table of a run: who scores what, what it costs, how many times less than the teacher."""
    output = io.StringIO()
    console = Console(file=output, width=width, color_system=None, legacy_windows=False)
    console.print(f"{outcome.name}: unseen problems solved, % [95 % interval]", highlight=False)
    console.print(_scores(outcome))
    console.print("\nWhat it takes")
    console.print(_costs(outcome))
    for line in (*_ratio_lines(outcome), *_money_lines(outcome), *outcome.notes):
        console.print(line, highlight=False)
    return output.getvalue()


def _scores(outcome: Outcome) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("", overflow="fold")
    for group, ids in outcome.groups.items():
        table.add_column(f"{group} (n={len(ids)})", justify="right", no_wrap=True)
    for one in outcome.models:
        table.add_row(one.name, *(_percent(outcome.score(one.name, group)) for group in outcome.groups))
    return table


def _percent(score: Interval) -> str:
    return f"{100 * score.value:.1f} [{100 * score.low:.1f}, {100 * score.high:.1f}]"


def _costs(outcome: Outcome) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("", overflow="fold")
    for heading in ("parameters", "FLOPs", "ms", "J/answer", "training ¥", "$"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in outcome.models:
        cost, paid = one.cost, money(one.trained_usd, outcome.bill.prices)
        sizes = ["-"] * 4
        if cost:
            sizes = [f"{cost.parameters:,}", f"{cost.flops:.2e}", f"{cost.latency_s * 1e3:.1f}", f"{cost.energy_j:.3f}"]
        sums = [f"{paid.jpy:.2f}", f"{paid.usd:.4f}"] if one.trained_usd else ["-", "-"]
        table.add_row(one.name, *sizes, *sums)
    return table


NAMES: Mapping[str, str] = {"flops": "FLOPs per answer", "latency_s": "latency", "energy_j": "energy per answer"}


def _ratio_lines(outcome: Outcome) -> list[str]:
    told = [f"{NAMES.get(name, name)} 1/{value:.1f}" for name, value in outcome.ratios().items()]
    return ["", f"Student against teacher: {', '.join(told)}."] if told else []


def _money_lines(outcome: Outcome) -> list[str]:
    bill = outcome.bill
    lines = []
    for total, what in ((bill.student, "Student alone"), (bill.all_in, "All-in (teacher, data, failed tries)")):
        paid = money(total.bill.total_usd, bill.prices)
        times = f"{duration(total.spent.wall_s)} wall, {duration(total.spent.cpu_s)} CPU"
        lines.append(f"{what}: {times}, ¥{paid.jpy:.2f} = ${paid.usd:.4f} = €{paid.eur:.4f}.")
    energy = ", ".join(bill.energy_sources)
    return [*lines, f"At {rate_line(bill.prices)}; energy: {energy}."]
