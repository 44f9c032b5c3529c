"""Quotes: what a run will take, said before it starts; and how far off that was, said after."""

from collections.abc import Sequence
from typing import Protocol

import msgspec
import numpy as np

from sumika.distil.ledger.calibrate import Accelerator, Rate
from sumika.distil.ledger.ledger import Entry, Role
from sumika.distil.ledger.prices import Bill, Prices, bill_of, energy_kwh, money, rate_line
from sumika.distil.ledger.show import duration
from sumika.distil.records import Spent

Speed = Rate | Accelerator


class Countable(Protocol):
    """A network whose operations follow from its shape (`language.shape.DecoderShape`)."""

    def parameters(self) -> int:
        """Return the number of weights."""
        ...

    def flops_per_token(self, context: int, *, train: bool) -> float:
        """Return the operations per token in a sequence of `context` tokens."""
        ...


class Lengths(msgspec.Struct, frozen=True, kw_only=True):
    """Lengths of sequences, from a sample of them.

    Attributes:
        mean: Tokens per sequence.
        weighted: Length of the sequence that a random token stands in; decides the cost of attention.
        longest: Of the sample.
        evidence: What it rests on.
    """

    mean: float
    weighted: float
    longest: int
    evidence: str


class StageEstimate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one stage is predicted to take.

    Attributes:
        stage: Its name.
        role: On whose account it goes.
        spent: Predicted time, operations, energy, tokens, and money for endpoints.
        gpu: Accelerator; "" for none.
        memory_gb: 10^9 bytes needed at once; 0 where it was not estimated.
        memory_available_gb: 10^9 bytes there are; 0 where that is not known.
        arithmetic: The steps of the calculation, one a line.
    """

    stage: str
    role: Role
    spent: Spent
    gpu: str = ""
    memory_gb: float = 0.0
    memory_available_gb: float = 0.0
    arithmetic: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether the memory suffices, as far as known."""
        return not self.memory_gb or not self.memory_available_gb or self.memory_gb <= self.memory_available_gb


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """A run, predicted.

    Attributes:
        name: Of the recipe.
        stages: In order.
        prices: Bare values that it is priced at.
    """

    name: str
    stages: tuple[StageEstimate, ...]
    prices: dict[str, float]

    def spent(self, role: Role | None = None) -> Spent:
        """Return the sum, of everything or of one account."""
        return sum((one.spent for one in self.stages if role in (None, one.role)), start=Spent())

    def bill(self, role: Role | None = None) -> Bill:
        """Return what that costs."""
        bills = (bill_of(one.spent, self.prices, one.gpu) for one in self.stages if role in (None, one.role))
        return sum(bills, start=Bill())

    def lines(self) -> list[str]:
        """Return the quote for a person: every stage with its arithmetic, the sum, the rates."""
        shown: list[str] = []
        for one in self.stages:
            cost = money(bill_of(one.spent, self.prices, one.gpu).total_usd, self.prices)
            shown.append(f"{one.stage}: {duration(one.spent.wall_s)}, {cost.eur:.4f} € = {cost.usd:.4f} $")
            shown += [f"  {line}" for line in one.arithmetic]
            if not one.fits:
                shown.append(f"  NOT ENOUGH MEMORY: {one.memory_gb:.0f} GB of {one.memory_available_gb:.0f} GB")
        cost = money(self.bill().total_usd, self.prices)
        total = f"{self.name}: {duration(self.spent().wall_s)}, ¥{cost.jpy:.2f} = {cost.usd:.4f} $ = {cost.eur:.4f} €"
        return [*shown, total, rate_line(self.prices)]


class PredictedActual(msgspec.Struct, frozen=True, kw_only=True):
    """One stage, predicted beside what happened; for the card.

    Attributes:
        stage: Its name.
        predicted: From the quote.
        actual: From the ledger, all tries.
        predicted_usd: Total.
        actual_usd: Total.
    """

    stage: str
    predicted: Spent
    actual: Spent
    predicted_usd: float
    actual_usd: float


def sampled_lengths(lengths: Sequence[int], evidence: str) -> Lengths:
    """Return what a quote needs of the lengths of some sequences.

    Raises:
        ValueError: if there are none.
    """
    if not len(lengths):
        raise ValueError("no lengths")
    tokens = np.asarray(lengths, dtype=np.float64)
    weighted = float((tokens**2).sum() / tokens.sum())
    return Lengths(mean=float(tokens.mean()), weighted=weighted, longest=int(tokens.max()), evidence=evidence)


def language_training(
    stage: str,
    shape: Countable,
    *,
    samples: int,
    lengths: Lengths,
    epochs: float,
    speed: Speed,
    prices: Prices,
    role: Role = Role.STUDENT,
    work_share: float = 1.0,
    memory_gb: float = 0.0,
    memory_available_gb: float = 0.0,
) -> StageEstimate:
    """Predict the training of a language model.

    Args:
        stage: Its name.
        shape: Of the model.
        samples: Sequences per epoch.
        lengths: Of the sequences.
        epochs: Passes.
        speed: Tokens per second measured on this machine, or an accelerator.
        prices: For energy.
        role: On whose account it goes.
        work_share: Operations really computed, over those of full training without recomputation: low-rank training
            skips the weights' gradients (2/3), recomputing all activations adds a third.
        memory_gb: Needed (`training_memory_gb`).
        memory_available_gb: There is.
    """
    tokens = round(samples * lengths.mean * epochs)
    per_token = shape.flops_per_token(round(lengths.weighted), train=True) * work_share
    available = memory_available_gb or (speed.memory_gb if isinstance(speed, Accelerator) else 0.0)
    spent, steps = _timed(tokens, "tokens", per_token, speed, prices)
    first = (
        f"{samples:,} samples x {lengths.mean:,.0f} tokens ({lengths.evidence}) x {epochs:g} epochs = {tokens:,} tokens"
    )
    work = f"{shape.parameters():,} parameters: {per_token / 1e9:.4g} GFLOP per token"
    work += f" ({work_share:.2f} of full training)" if work_share != 1 else ""
    memory = (f"memory: {memory_gb:.0f} GB of {available:.0f} GB",) if memory_gb and available else ()
    return StageEstimate(
        stage=stage,
        role=role,
        spent=msgspec.structs.replace(spent, output_tokens=tokens),
        gpu=_gpu(speed),
        memory_gb=memory_gb,
        memory_available_gb=available,
        arithmetic=(first, work, *steps, *memory),
    )


def generation(
    stage: str,
    shape: Countable,
    *,
    answers: int,
    prompt_tokens: float,
    output_tokens: float,
    speed: Speed,
    prices: Prices,
    role: Role,
) -> StageEstimate:
    """Predict writing `answers` answers of a mean of `output_tokens` tokens to prompts of `prompt_tokens`.

    `speed` counts written tokens; a measured one includes the reading of prompts of that length.
    """
    written, read = round(answers * output_tokens), round(answers * prompt_tokens)
    context = round(prompt_tokens + output_tokens / 2)
    per_token = shape.flops_per_token(context, train=False) * (written + read) / max(1, written)
    spent, steps = _timed(written, "tokens", per_token, speed, prices)
    first = f"{answers:,} answers x {output_tokens:,.0f} tokens = {written:,} tokens written, {read:,} read"
    spent = msgspec.structs.replace(spent, prompt_tokens=read, output_tokens=written)
    return StageEstimate(stage=stage, role=role, spent=spent, gpu=_gpu(speed), arithmetic=(first, *steps))


def endpoint_teacher(
    stage: str,
    *,
    calls: int,
    prompt_tokens: float,
    output_tokens: float,
    usd_per_million_prompt: float,
    usd_per_million_output: float,
    seconds_per_call: float,
    concurrency: int,
    money_cap_usd: float = 0.0,
    retries: float = 1.05,
) -> StageEstimate:
    """Predict what an endpoint will cost before anything is asked; the cap is compared with it, not taken for it.

    Args:
        stage: Its name.
        calls: Questions.
        prompt_tokens: Mean tokens of a question.
        output_tokens: Mean tokens of reasoning and answer.
        usd_per_million_prompt: List price.
        usd_per_million_output: List price.
        seconds_per_call: Mean time to an answer.
        concurrency: Calls at once.
        money_cap_usd: The recipe's cap; 0 for none.
        retries: Calls per answer, tries that break off included.
    """
    read, written = round(calls * prompt_tokens * retries), round(calls * output_tokens * retries)
    usd = (read * usd_per_million_prompt + written * usd_per_million_output) / 1e6
    wall_s = calls * retries * seconds_per_call / concurrency
    lines = [
        f"{calls:,} calls x {retries:g} tries = {read:,} tokens read, {written:,} written",
        f"at {usd_per_million_prompt:g} and {usd_per_million_output:g} $ per million = {usd:.4f} $",
        f"{seconds_per_call:g} s per call, {concurrency} at once = {wall_s:.0f} s",
    ]
    if money_cap_usd and usd > money_cap_usd:
        lines.append(
            f"ABOVE THE CAP of {money_cap_usd:.2f} $: about {calls * money_cap_usd / usd:,.0f} calls fit in it"
        )
    spent = Spent(wall_s=wall_s, prompt_tokens=read, output_tokens=written, money_usd=usd)
    return StageEstimate(stage=stage, role=Role.TRACING, spent=spent, arithmetic=tuple(lines))


def counted_work(
    stage: str, *, units: int, unit: str, flops_per_unit: float, speed: Speed, prices: Prices, role: Role
) -> StageEstimate:
    """Predict anything that is so many times the same: steps of an array network, examples judged, problems graded."""
    spent, steps = _timed(units, unit, flops_per_unit, speed, prices)
    return StageEstimate(stage=stage, role=role, spent=spent, gpu=_gpu(speed), arithmetic=(f"{units:,} {unit}", *steps))


def _timed(units: float, unit: str, flops_per_unit: float, speed: Speed, prices: Prices) -> tuple[Spent, list[str]]:
    flops = units * flops_per_unit
    if isinstance(speed, Rate):
        wall_s, cpu_s, gpu_s = units / speed.units_per_s, units * speed.cpu_s_per_unit, 0.0
        steps = [f"measured here: {speed.units_per_s:,.4g} {unit}/s (± {100 * speed.spread:.0f} %) -> {wall_s:.1f} s"]
    else:
        wall_s = flops / speed.flops_per_s
        cpu_s, gpu_s = wall_s, wall_s * speed.count
        peak = f"{speed.count} x {speed.gpu.upper()} peak x utilisation {speed.mfu:.2f} [{speed.evidence}]"
        steps = [f"{flops:.4g} FLOP / ({peak} = {speed.flops_per_s / 1e12:.0f} TFLOP/s) = {wall_s:.0f} s"]
    energy = energy_kwh(cpu_s, gpu_s, prices.values(), _gpu(speed))
    return Spent(wall_s=wall_s, cpu_s=cpu_s, gpu_s=gpu_s, flops=flops, energy_kwh=energy), steps


def _gpu(speed: Speed) -> str:
    return speed.gpu if isinstance(speed, Accelerator) else ""


def predicted_and_actual(quote: Quote, entries: Sequence[Entry]) -> list[PredictedActual]:
    """Return every stage of the quote that was run beside what it took, all its tries together."""
    compared: list[PredictedActual] = []
    for one in quote.stages:
        tries = [entry for entry in entries if entry.stage == one.stage]
        if tries:
            actual_usd = sum(entry.bill.total_usd for entry in tries)
            compared.append(
                PredictedActual(
                    stage=one.stage,
                    predicted=one.spent,
                    actual=sum((entry.spent for entry in tries), start=Spent()),
                    predicted_usd=bill_of(one.spent, quote.prices, one.gpu).total_usd,
                    actual_usd=actual_usd,
                )
            )
    return compared


def quote_errors(compared: Sequence[PredictedActual]) -> dict[str, float]:
    """Return the relative error of the sums of "wall", "cpu" and "money"; 0.2 is 20 %.

    Wall time is also what other programs on the machine make of it; processor time and money are not.

    Raises:
        ValueError: if nothing was compared.
    """
    if not compared:
        raise ValueError("no stage was both predicted and run")
    sums = {
        "wall": [(one.predicted.wall_s, one.actual.wall_s) for one in compared],
        "cpu": [(one.predicted.cpu_s, one.actual.cpu_s) for one in compared],
        "money": [(one.predicted_usd, one.actual_usd) for one in compared],
    }
    errors: dict[str, float] = {}
    for name, pairs in sums.items():
        predicted, actual = (sum(side) for side in zip(*pairs, strict=True))
        if actual > 0:
            errors[name] = abs(predicted - actual) / actual
    return errors


def quote_error(compared: Sequence[PredictedActual]) -> float:
    """Return the largest of `quote_errors`."""
    return max(quote_errors(compared).values())
