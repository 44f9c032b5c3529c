"""What training a language model needs in memory, and what fits where it would not suffice."""

import psutil

from sumika.distil.language.shape import DecoderShape

LOGIT_ROWS = 1024
"""Tokens whose logits exist at once."""


def training_memory_gb(
    shape: DecoderShape, *, trained: int, micro_tokens: int, recomputed: float = 0.0, bytes_per_weight: float = 2.0
) -> float:
    """Return the memory that training needs, 10^9 bytes.

    Args:
        shape: Of the model.
        trained: Weights that are trained; each takes 8 bytes more in bf16: gradient, two moments, compensation.
        micro_tokens: Tokens held at once.
        recomputed: Share of the layers whose activations are computed twice; they keep their input alone.
        bytes_per_weight: Of the weights; 4 for float32.
    """
    state = bytes_per_weight * (shape.parameters() + trained * 4)
    if trained < shape.parameters():
        state += bytes_per_weight * trained  # additions lie beside the frozen weights
    logits = LOGIT_ROWS * shape.vocabulary * 4 * 2.0
    return (state + micro_tokens * _bytes_per_token(shape, recomputed, bytes_per_weight) + logits) / 1e9


def micro_tokens_that_fit(
    shape: DecoderShape, *, trained: int, available_gb: float, recomputed: float = 0.0, bytes_per_weight: float = 2.0
) -> int:
    """Return how many tokens may be held at once in `available_gb`; 0 where not even the weights fit.

    Arguments as `training_memory_gb`.
    """
    fixed_gb = training_memory_gb(
        shape, trained=trained, micro_tokens=0, recomputed=recomputed, bytes_per_weight=bytes_per_weight
    )
    return max(0, int((available_gb - fixed_gb) * 1e9 / _bytes_per_token(shape, recomputed, bytes_per_weight)))


def available_gb() -> float:
    """Return the memory of this machine that is free for a new process, 10^9 bytes."""
    return psutil.virtual_memory().available / 1e9


def _bytes_per_token(shape: DecoderShape, recomputed: float, bytes_per_value: float) -> float:
    # Kept by a layer for each token: both norms' inputs and outputs, queries, keys, values, what attention gives, and
    # the gate, its product and both factors of the feed-forward.
    kept = 4 * shape.width + 2 * shape.query_width + 2 * shape.key_value_width + 4 * shape.hidden
    layer = kept * (1 - recomputed) + shape.width * recomputed
    return bytes_per_value * (shape.layers * layer + (kept if recomputed else 0.0))


def lora_parameters(shape: DecoderShape, rank: int) -> int:
    """Return the weights of the low-rank additions to all seven projections of each layer."""
    query, key_value = shape.query_width, shape.key_value_width
    ends = 2 * (shape.width + query) + 2 * (shape.width + key_value) + 3 * (shape.width + shape.hidden)
    return shape.layers * rank * ends
