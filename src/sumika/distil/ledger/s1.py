"""Quotes of the two s1 recipes on one GPU, with the arithmetic shown, and what fits the promised time and money."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from sumika.distil.language.shape import DecoderShape
from sumika.distil.ledger.calibrate import Accelerator, accelerator
from sumika.distil.ledger.memory import lora_parameters, training_memory_gb
from sumika.distil.ledger.prices import Prices, money
from sumika.distil.ledger.quote import Lengths, Quote, language_training

QWEN_7B = DecoderShape(
    vocabulary=152_064,
    width=3584,
    layers=28,
    heads=28,
    key_value_heads=4,
    hidden=18_944,
    context=32_768,
    tied=False,
    query_bias=True,
)
QWEN_32B = DecoderShape(
    vocabulary=152_064,
    width=5120,
    layers=64,
    heads=40,
    key_value_heads=8,
    hidden=27_648,
    context=32_768,
    tied=False,
    query_bias=True,
)
"""Sizes of Qwen2.5-7B and Qwen2.5-32B, from the published config.json of each."""

S1K_SAMPLES = 1000
S1K_LENGTHS = Lengths(
    mean=4700.0,
    weighted=6500.0,
    longest=32_768,
    evidence="assumed: 4.7 M tokens in s1K, which agrees with s1's 26 min at 19 % of 16 peaks; not counted",
)
S1_EPOCHS = 5
EPOCHS = 3
"""What the shipped recipes make, so that they keep their promise at the measured utilisation; s1 made five."""
MEASURED = Path(__file__).with_name("measured_mfu.json")
MICRO_TOKENS = 8192
LORA_RANK = 16


class S1Quote(msgspec.Struct, frozen=True, kw_only=True):
    """The quote of an s1 recipe beside what is promised.

    Attributes:
        quote: Time and money, with arithmetic.
        minutes: Predicted.
        eur: Predicted.
        target_minutes: Promised.
        target_eur: Promised.
        epochs: That were quoted.
        epochs_that_fit: Whole epochs within both promises; 0 if not even one.
        mfu_needed: Utilisation at which the quoted epochs would take the promised minutes.
    """

    quote: Quote
    minutes: float
    eur: float
    target_minutes: float
    target_eur: float
    epochs: float
    epochs_that_fit: int
    mfu_needed: float

    @property
    def within(self) -> bool:
        """Whether time, money and memory suffice."""
        memory = all(stage.fits for stage in self.quote.stages)
        return memory and self.minutes <= self.target_minutes and self.eur <= self.target_eur

    def lines(self) -> list[str]:
        """Return the quote for a person."""
        verdict = "within" if self.within else "NOT within"
        promise = f"{verdict} the promised {self.target_minutes:g} min and {self.target_eur:g} €"
        fit = f"{self.epochs_that_fit} epochs fit; {self.epochs:g} would need a utilisation of {self.mfu_needed:.2f}"
        return [*self.quote.lines(), promise, fit]


def s1_7b(
    prices: Prices,
    *,
    epochs: float = EPOCHS,
    gpu: str = "h200",
    measured: Path | None = MEASURED,
    lengths: Lengths = S1K_LENGTHS,
) -> S1Quote:
    """Quote full fine-tuning of a 7.6 B model on s1K: bf16 weights, gradients, moments and compensation.

    Args:
        prices: To pay.
        epochs: Passes; s1 made five, the shipped recipe makes three.
        gpu: Kind.
        measured: File of measured utilisations; None assumes one.
        lengths: Of the samples.
    """
    memory_gb = training_memory_gb(QWEN_7B, trained=QWEN_7B.parameters(), micro_tokens=MICRO_TOKENS)
    speed = accelerator(gpu, "full", measured)
    return _quoted("s1-7b", QWEN_7B, prices, speed, epochs, lengths, 1.0, memory_gb, (25.0, 2.0))


def s1_32b_lora(
    prices: Prices,
    *,
    epochs: float = EPOCHS,
    gpu: str = "h200",
    measured: Path | None = MEASURED,
    lengths: Lengths = S1K_LENGTHS,
) -> S1Quote:
    """Quote low-rank training of a 32 B model on s1K, on one GPU of 141 GB.

    As many layers as the memory demands compute their activations twice; the others keep them. Arguments as `s1_7b`.
    """
    speed = accelerator(gpu, "lora", measured)
    added = lora_parameters(QWEN_32B, LORA_RANK)
    none_kept = training_memory_gb(QWEN_32B, trained=added, micro_tokens=MICRO_TOKENS, recomputed=1.0)
    all_kept = training_memory_gb(QWEN_32B, trained=added, micro_tokens=MICRO_TOKENS)
    room = speed.memory_gb * 0.95
    recomputed = min(1.0, max(0.0, (all_kept - room) / (all_kept - none_kept)))
    memory_gb = training_memory_gb(QWEN_32B, trained=added, micro_tokens=MICRO_TOKENS, recomputed=recomputed)
    work_share = (2 + recomputed) / 3  # forward, gradient of the activations, and the second forward where needed
    return _quoted("s1-32b-lora", QWEN_32B, prices, speed, epochs, lengths, work_share, memory_gb, (110.0, 7.0))


def _quoted(
    name: str,
    shape: DecoderShape,
    prices: Prices,
    speed: Accelerator,
    epochs: float,
    lengths: Lengths,
    work_share: float,
    memory_gb: float,
    target: tuple[float, float],
) -> S1Quote:
    stage = language_training(
        "train",
        shape,
        samples=S1K_SAMPLES,
        lengths=lengths,
        epochs=epochs,
        speed=speed,
        prices=prices,
        work_share=work_share,
        memory_gb=memory_gb,
    )
    quote = Quote(name=name, stages=(stage,), prices=prices.values())
    minutes = stage.spent.wall_s / 60
    eur = money(quote.bill().total_usd, quote.prices).eur
    per_epoch = max(minutes / target[0], eur / target[1]) / epochs
    return S1Quote(
        quote=quote,
        minutes=minutes,
        eur=eur,
        target_minutes=target[0],
        target_eur=target[1],
        epochs=epochs,
        epochs_that_fit=int(1 / per_epoch),
        mfu_needed=speed.mfu * minutes / target[0],
    )


def s1_quote(name: str, prices: Prices, *, gpu: str = "h200", measured: Path | None = None) -> S1Quote:
    """Return the quote of one of `S1`; without a file of measured utilisations, by those that come with the package."""
    return S1[name](prices, gpu=gpu, measured=measured or MEASURED)


S1: dict[str, Callable[..., S1Quote]] = {"s1-7b": s1_7b, "s1-32b-lora": s1_32b_lora}
"""Recipes that need one large GPU, and are quoted by its utilisation."""
