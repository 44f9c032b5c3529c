"""What a finished run of an array recipe says for itself: scores, costs of an answer, ratios, 8 bits, and the bill."""

import io
import math
import textwrap

import msgspec
from rich.console import Console
from rich.table import Table

from sumika.distil.array_costs import ArrayCost
from sumika.distil.array_rating import Rated
from sumika.distil.array_works import STUDENT, TEACHER, ArrayReport
from sumika.distil.compare import Interval
from sumika.distil.ledger.ledger import Summary, Total
from sumika.distil.ledger.prices import money, rate_line
from sumika.distil.ledger.quote import PredictedActual, quote_errors
from sumika.distil.ledger.show import duration
from sumika.distil.networks.scores import ClassScores, ValueScores

INT8 = "student in 8 bits"
METRIC_NAMES = {"accuracy": "accuracy", "macro_f1": "macro F1", "kappa": "kappa x 100"}
SCORE_NAMES: dict[str, str] = METRIC_NAMES | {"auc": "AUC x 100", "error": "mean absolute error"}
Scores = ClassScores | ValueScores


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """Where data come from.

    Attributes:
        licence: SPDX identifier, or the licence's name; "" where it is not known.
        cite: Who made them, and where they are.
        evidence: "real recording" or "simulation"; "" where nobody says.
    """

    licence: str = ""
    cite: str = ""
    evidence: str = ""


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """One form that the student was written in.

    Attributes:
        form: "onnx", "onnx-int8" or "c".
        size_bytes: Of the file; of C, the weights and tables.
        memory_bytes: Static memory of C; 0 for the others.
        latency_s: Median of an answer; 0 where it was not measured.
    """

    form: str
    size_bytes: int
    memory_bytes: int = 0
    latency_s: float = 0.0


class EightBits(msgspec.Struct, frozen=True, kw_only=True):
    """What rounding to 8 bits does.

    Attributes:
        scores: Of the students in 8 bits, as ONNX Runtime computes them, on the groups that each had not learnt from.
        lost: Score of the student minus that, paired by group, by metric; empty for values.
        compared: Inputs that both ONNX Runtime and compiled C answered; 0 without a compiler.
        mismatches: Of these, those with another answer, or a logit that differs in a bit.
        rated: In the recipe's score.
        score_lost: The student's score minus that, paired by group; of errors, by how much they are larger.
    """

    scores: Scores
    lost: dict[str, Interval]
    compared: int = 0
    mismatches: int = 0
    rated: Rated | None = None
    score_lost: Interval | None = None


class ArrayOutcome(ArrayReport, frozen=True, kw_only=True):
    """A finished run: its report and what everything cost.

    Attributes:
        run_id: Of the run.
        data: Name of the data.
        provenance: Of the data.
        eight_bits: What 8 bits cost.
        costs: Of an answer: of the teacher, the student, and the student in 8 bits.
        trained_usd: What training cost: of the teacher, and of the student without teacher and data.
        exports: The forms.
        bill: Of the ledger.
        predicted: Stages of the quote beside what they took.
    """

    run_id: str
    data: str
    provenance: Provenance
    eight_bits: EightBits
    costs: dict[str, ArrayCost]
    trained_usd: dict[str, float]
    exports: tuple[Exported, ...]
    bill: Summary
    predicted: tuple[PredictedActual, ...] = ()

    @property
    def everybody(self) -> dict[str, Scores]:
        """Scores of all, those of the student in 8 bits after the student's."""
        found: dict[str, Scores] = {}
        for name, scores in self.scores.items():
            found[name] = scores
            if name == STUDENT:
                found[INT8] = self.eight_bits.scores
        return found

    def ratios(self) -> dict[str, float]:
        """Return teacher over student: parameters, operations, latency and energy of an answer, cost of training."""
        teacher, student = self.costs[TEACHER], self.costs[STUDENT]
        names = ("parameters", "flops", "latency_s", "energy_j")
        found = {name: getattr(teacher, name) / max(getattr(student, name), 1e-12) for name in names}
        if self.trained_usd[TEACHER] and self.trained_usd[STUDENT]:
            found["training cost"] = self.trained_usd[TEACHER] / self.trained_usd[STUDENT]
        return found

    def evidence_line(self) -> str:
        """Return whether people or a program made the data, and under which licence they are."""
        licence = f", {self.provenance.licence}" if self.provenance.licence else ""
        said = self.provenance.evidence or "not stated whether a real recording or a simulation"
        return f"Evidence: {said} ({self.data}{licence})."


def as_text(outcome: ArrayOutcome, width: int = 80) -> str:
    """Return the tables of a run: who scores what, what it costs, how many times less than the teacher."""
    output = io.StringIO()
    console = Console(file=output, width=width, color_system=None, legacy_windows=False)
    anyone = next(iter(outcome.scores.values()))
    unit = "%" if isinstance(anyone, ClassScores) else "mean absolute error"
    heading = f"{outcome.recipe}: {anyone.examples:,} examples of {anyone.groups} groups, {unit} [95 % interval]"
    notes = [f"{note[0].upper()}{note[1:]}." for note in outcome.notes]
    parts: tuple[Table | list[str], ...] = (
        [heading],
        _scores(outcome),
        *_rated(outcome),
        ["", "What an answer and the training take"],
        _costs(outcome),
        _how_lines(outcome),
        ["", *_export_lines(outcome)],
        ["", *_bill_lines(outcome)],
        ["", outcome.evidence_line(), *notes],
    )
    for part in parts:
        if isinstance(part, Table):
            console.print(part)
            continue
        for line in part:
            output.write(textwrap.fill(line, width, subsequent_indent="  ", break_long_words=False) + "\n")
    return "".join(f"{line.rstrip()}\n" for line in output.getvalue().splitlines())


def _table(headings: tuple[str, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _scores(outcome: ArrayOutcome) -> Table:
    classes = isinstance(outcome.scores[STUDENT], ClassScores)
    table = _table(tuple(METRIC_NAMES.values()) if classes else ("error",))
    for name, scores in outcome.everybody.items():
        if isinstance(scores, ClassScores):
            cells = [percent(getattr(scores, metric)) for metric in METRIC_NAMES]
        else:
            cells = [_value(scores.mean_absolute_error)]
        table.add_row(name.replace("student without", "without"), *cells)
    compared = {"student - teacher": outcome.over_teacher, "student - without": outcome.over_plain}
    compared["student - in 8 bits"] = outcome.eight_bits.lost
    for name, gains in compared.items():
        if gains:
            table.add_row(name, *(_points(gains[metric]) for metric in METRIC_NAMES))
    return table


def _rated(outcome: ArrayOutcome) -> tuple[Table | list[str], ...]:
    """Return the recipe's score of everybody, calibrated, and what is kept and gained by it."""
    if outcome.kept is None or outcome.gained is None:
        return ()
    rated = dict(outcome.rated)
    if outcome.eight_bits.rated is not None:
        rated[INT8] = outcome.eight_bits.rated
    share = outcome.metric != "error"
    shown = percent if share else _value
    name = SCORE_NAMES[outcome.metric].removesuffix(" x 100")
    lines = [f"The student keeps {percent(outcome.kept)} % of its teacher's {name}"]
    by = f"{_points(outcome.gained)} points" if share else _value(outcome.gained)
    lines.append(f"and gains {by} by having one.")
    if outcome.eight_bits.score_lost is not None:
        lost = outcome.eight_bits.score_lost
        lines.append(f"8 bits cost {f'{_points(lost)} points' if share else _value(lost)}.")
    if not share:
        return (["", " ".join(lines)],)
    table = _table((SCORE_NAMES[outcome.metric], "log-loss", "calibration error"))
    for name, one in rated.items():
        loss = _value(one.log_loss) if one.log_loss else "-"
        before, after = one.error_before or 0.0, one.error_after or 0.0
        cells = (shown(one.score), loss, f"{before:.3f} to {after:.3f}")
        table.add_row(name.replace("student without", "without"), *cells)
    return ["", "Calibrated by the groups of the other folds"], table, [" ".join(lines)]


def percent(one: Interval) -> str:
    """Return a share in percent, with its interval."""
    shown = [f"{100 * share:.1f}".replace("100.0", "100") for share in (one.value, one.low, one.high)]
    return f"{shown[0]} [{shown[1]}, {shown[2]}]"


def _value(one: Interval) -> str:
    return f"{one.value:.4g} [{one.low:.4g}, {one.high:.4g}]"


def _points(one: Interval) -> str:
    return f"{100 * one.value:+.1f} [{100 * one.low:+.1f}, {100 * one.high:+.1f}]"


def _costs(outcome: ArrayOutcome) -> Table:
    table = _table(("parameters", "FLOPs", "ms", "mJ", "training ¥", "$"))
    for name, cost in outcome.costs.items():
        usd = outcome.trained_usd.get(name)
        sums = ["-", "-"]
        if usd is not None:
            paid = money(usd, outcome.bill.prices)
            sums = [f"{paid.jpy:.3f}", f"{paid.usd:.5f}"]
        sizes = (f"{cost.latency_s * 1e3:.3f}", f"{cost.energy_j * 1e3:.3f}")
        table.add_row(name, _count(cost.parameters), _count(cost.flops), *sizes, *sums)
    ratios = [_ratio(value) for value in outcome.ratios().values()]
    table.add_row("student / teacher", *ratios, *[""] * (len(table.columns) - 1 - len(ratios)))
    return table


def _count(number: float) -> str:
    return f"{number:,.0f}" if number < 1e7 else f"{number:.2e}"


def _ratio(value: float) -> str:
    return f"1/{value:,.1f}" if value >= 1 else f"x {1 / max(value, 1e-12):,.1f}"


def _how_lines(outcome: ArrayOutcome) -> list[str]:
    ways = {name: outcome.costs[name].how for name in (TEACHER, STUDENT)}
    if len(set(ways.values())) == 1:
        return [f"Measured in {ways[STUDENT]}."]
    return [f"Measured in {how}: {name}." for name, how in ways.items()]


def _export_lines(outcome: ArrayOutcome) -> list[str]:
    sizes = []
    for one in outcome.exports:
        memory = f" flash, {one.memory_bytes / 1000:.1f} kB RAM" if one.memory_bytes else ""
        sizes.append(f"{one.form} {one.size_bytes / 1000:.1f} kB{memory}")
    lines = [f"Exports: {'; '.join(sizes) or 'none'}."]
    eight = outcome.eight_bits
    if eight.compared:
        lines.append(f"C and ONNX in 8 bits: {eight.mismatches} of {eight.compared:,} answers differ in any bit.")
    else:
        lines.append("C was not compared with ONNX: there is no C compiler here.")
    return lines


def _bill_lines(outcome: ArrayOutcome) -> list[str]:
    bill = outcome.bill
    lines = [_total_line("Student alone", bill.student, bill), _total_line("All-in", bill.all_in, bill)]
    if outcome.predicted:
        error = quote_errors(outcome.predicted)
        said = sum(one.predicted.wall_s for one in outcome.predicted)
        took = sum(one.actual.wall_s for one in outcome.predicted)
        off = ", ".join(f"{name} {100 * share:.0f} %" for name, share in error.items())
        lines.append(f"Quoted {duration(said)}, took {duration(took)}; off by: {off}.")
    return [*lines, f"At {rate_line(bill.prices)}; energy: {', '.join(bill.energy_sources)}."]


def _sum(value: float) -> str:
    """Return a sum with places enough for two figures of a small one."""
    places = 2 if value >= 1 else min(8, 1 - math.floor(math.log10(max(value, 1e-9))))
    return f"{value:,.{max(2, places)}f}"


def _total_line(name: str, total: Total, bill: Summary) -> str:
    paid, spent = money(total.bill.total_usd, bill.prices), total.spent
    sums = f"¥{_sum(paid.jpy)} = ${_sum(paid.usd)} = €{_sum(paid.eur)}"
    energy = f"{spent.energy_kwh * 1000:.2f} Wh"
    return f"{name}: {duration(spent.wall_s)} wall, {duration(spent.cpu_s)} CPU, {energy}, {sums}."
