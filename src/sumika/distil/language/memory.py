"""What a training run needs in memory, said before it starts, and what would fit instead."""

import msgspec
import psutil
import torch

from sumika.distil.language.settings import LanguageTrainSettings, LoraSettings, Precision
from sumika.distil.language.shape import DecoderShape
from sumika.schema import SumikaError

MARGIN = 1.1  # for what the allocator cannot use, and what is rounded up
FRAMEWORK_BYTES = 400 << 20  # torch itself with its libraries


def memory_needed_bytes(shape: DecoderShape, settings: LanguageTrainSettings, device: str = "cpu") -> int:
    """Return an estimate of the most memory that training claims.

    Weights, gradients and the optimiser's state from the shape; activations from what each layer keeps for its backward
    pass: about 8 widths, 4 of queries, 4 of keys and values, and 4 of the feed-forward per token.

    Args:
        shape: Of the student.
        settings: Of its training.
        device: "cpu" or "cuda".
    """
    weights = shape.parameters()
    number = 2 if settings.precision.pure else 4
    trained = weights
    if settings.lora is not None:
        trained = _lora_parameters(shape, settings.lora)
    states = {Precision.BFLOAT16: 3, Precision.BFLOAT16_STOCHASTIC: 2}.get(settings.precision, 2)
    fixed = number * (weights + (trained if settings.lora else 0) + trained * (1 + states))
    tokens = settings.micro_tokens or settings.batch_tokens
    active = 2 if settings.precision is not Precision.FLOAT32 else 4
    kept = 8 * shape.width + 4 * shape.query_width + 4 * shape.key_value_width + 4 * shape.hidden
    if settings.checkpointing:
        activations = tokens * active * (shape.width * shape.layers + 2 * kept)
    else:
        activations = tokens * active * kept * shape.layers
    chunk = {"cuda": 1 << 28}.get(device, 1 << 22)
    logits = 4 * min(tokens * shape.vocabulary, chunk) * 2
    return int((fixed + activations + logits) * MARGIN) + FRAMEWORK_BYTES


def _lora_parameters(shape: DecoderShape, lora: LoraSettings) -> int:
    wide, hidden = shape.width, shape.hidden
    sums = {
        "q_proj": wide + shape.query_width,
        "k_proj": wide + shape.key_value_width,
        "v_proj": wide + shape.key_value_width,
        "o_proj": wide + shape.query_width,
        "gate_proj": wide + hidden,
        "up_proj": wide + hidden,
        "down_proj": wide + hidden,
    }
    return shape.layers * lora.rank * sum(sums.get(name, 0) for name in lora.targets)


def memory_free_bytes(device: str) -> int:
    """Return what can be claimed now."""
    if device == "cuda":
        return int(torch.cuda.mem_get_info()[0])
    return int(psutil.virtual_memory().available)


def check_memory(
    shape: DecoderShape, settings: LanguageTrainSettings, device: str = "cpu", *, free_bytes: int | None = None
) -> None:
    """Refuse a run that would not fit, and say what would.

    Args:
        shape: Of the student.
        settings: Of its training.
        device: "cpu" or "cuda".
        free_bytes: What there is; measured if None.

    Raises:
        SumikaError: if the estimate is above what is free.
    """
    free = memory_free_bytes(device) if free_bytes is None else free_bytes
    needed = memory_needed_bytes(shape, settings, device)
    if needed <= free:
        return
    fits = [
        f"{words} ({amount / 1e9:.1f} GB)"
        for words, other in _alternatives(settings)
        if (amount := memory_needed_bytes(shape, other, device)) <= free
    ]
    remedy = f"These would fit: {'; '.join(fits)}." if fits else "Nothing of this size fits: choose a smaller student."
    raise SumikaError(
        f"training needs about {needed / 1e9:.1f} GB of memory, {free / 1e9:.1f} GB are free",
        where="train",
        remedy=remedy,
    )


def _alternatives(settings: LanguageTrainSettings) -> list[tuple[str, LanguageTrainSettings]]:
    replace = msgspec.structs.replace
    tokens = settings.micro_tokens or settings.batch_tokens
    small = replace(settings, micro_tokens=max(512, tokens // 8))
    twice = replace(settings, checkpointing=True)
    half = replace(settings, precision=Precision.BFLOAT16)
    everything = replace(half, checkpointing=True, micro_tokens=small.micro_tokens)
    lora = replace(everything, lora=settings.lora or LoraSettings())
    return [
        (f"micro_tokens: {small.micro_tokens}", small),
        ("checkpointing: true", twice),
        ("precision: bfloat16", half),
        ("all three of these", everything),
        ("all three and lora", lora),
    ]
