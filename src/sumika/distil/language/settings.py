"""How a language student is trained, as a recipe says it."""

from enum import StrEnum

import msgspec


class Precision(StrEnum):
    """Number formats of training."""

    FLOAT32 = "float32"
    BFLOAT16_MIXED = "bfloat16_mixed"  # float32 weights, products in bfloat16
    BFLOAT16 = "bfloat16"  # weights, gradients and moments in bfloat16, rounding errors carried along (Kahan)
    BFLOAT16_STOCHASTIC = "bfloat16_stochastic"  # the same without that error: weights are rounded at random instead

    @property
    def pure(self) -> bool:
        """Whether the weights themselves are bfloat16."""
        return self in {Precision.BFLOAT16, Precision.BFLOAT16_STOCHASTIC}


class LoraSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Train low-rank additions to frozen weights (Hu et al. 2021, arXiv:2106.09685).

    Attributes:
        rank: Of each addition.
        alpha: Additions are scaled by alpha / rank.
        targets: Names of the projections that get one.
    """

    rank: int = 16
    alpha: float = 32.0
    targets: tuple[str, ...] = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


class LanguageTrainSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of `training.train`.

    Attributes:
        epochs: Passes over the samples.
        most_steps: Stop after so many optimiser steps; 0 for no limit. The schedule is stretched to what is run.
        batch_tokens: Tokens of whole sequences in one optimiser step.
        micro_tokens: Tokens held in memory at once; gradients are accumulated over a step. 0: a whole batch.
        learning_rate: Highest one.
        warm_up: Share of the steps in which the rate rises.
        last_rate: Share of the highest rate at the end of the cosine.
        weight_decay: Of matrices; vectors have none.
        beta1: Decay of the first moment.
        beta2: Decay of the second moment.
        epsilon: Of AdamW.
        clip_norm: Largest norm of the gradient; 0 for any.
        precision: Number format.
        compile: Compile the layers (minutes at the start, faster after).
        checkpointing: Compute activations twice instead of keeping them.
        lora: Train additions only; None for every weight.
        quantisation_aware: Train against int8 rounding of the weights.
        temperature: Of the teacher's stored distributions.
        soft_weight: Share of the loss that is the distance to the teacher's stored distributions, where there are any.
        checkpoint_s: Seconds between checkpoints.
    """

    epochs: int = 3
    most_steps: int = 0
    batch_tokens: int = 4096
    micro_tokens: int = 0
    learning_rate: float = 1e-3
    warm_up: float = 0.05
    last_rate: float = 0.1
    weight_decay: float = 0.1
    beta1: float = 0.9
    beta2: float = 0.95
    epsilon: float = 1e-8
    clip_norm: float = 1.0
    precision: Precision = Precision.FLOAT32
    compile: bool = False
    checkpointing: bool = False
    lora: LoraSettings | None = None
    quantisation_aware: bool = False
    temperature: float = 1.0
    soft_weight: float = 0.5
    checkpoint_s: float = 60.0
