"""Which samples are trained on together: whole sequences, packed up to a budget of tokens."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sumika.distil.language.dialogue import Sample
from sumika.schema import SumikaError

WINDOW_BATCHES = 16  # within this many batches, sequences of like length come together


@dataclass(frozen=True)
class PackedBatch:
    """Samples one after another.

    Attributes:
        token_ids: (token,) int64.
        lengths: Tokens of each sequence.
        loss_at: (loss token,) int64 positions whose next token is to be predicted.
        targets: (loss token,) int64 those next tokens.
        samples: Which samples these are, in order.
    """

    token_ids: np.ndarray[tuple[int], np.dtype[np.int64]]
    lengths: list[int]
    loss_at: np.ndarray[tuple[int], np.dtype[np.int64]]
    targets: np.ndarray[tuple[int], np.dtype[np.int64]]
    samples: list[int]


def check_lengths(samples: Sequence[Sample], context: int, vocabulary: int) -> None:
    """Refuse samples a model cannot take.

    Raises:
        SumikaError: if there are none, some are longer than the context, or a token number is not the model's.
    """
    if not samples:
        raise SumikaError("there is nothing to train on", where="train", remedy="Check what was chosen and traced.")
    longest = max(len(sample.token_ids) for sample in samples)
    if longest > context:
        count = sum(len(sample.token_ids) > context for sample in samples)
        raise SumikaError(
            f"{count} of {len(samples)} traces are longer than the student's context of {context} tokens (the longest "
            f"has {longest})",
            where="train",
            remedy=f"Set the student's context to {longest} or leave out the long traces.",
        )
    largest = max(max(sample.token_ids) for sample in samples)
    if largest >= vocabulary:
        raise SumikaError(
            f"token {largest} is not among the model's {vocabulary}: the tokenizer is not the model's own",
            where="train",
            remedy="Use the tokenizer that came with the model.",
        )


def plan_epoch(lengths: Sequence[int], batch_tokens: int, seed: int, epoch: int) -> list[list[int]]:
    """Return the batches of one pass over the samples: each sample once, batches of at most `batch_tokens`.

    Sequences of like length come together within windows of some batches, which saves padding where attention pads;
    batches come in random order. A longer sequence than the budget is a batch of its own.

    Args:
        lengths: Tokens of each sample.
        batch_tokens: Tokens of a batch.
        seed: Of the run.
        epoch: Which pass.
    """
    random = np.random.default_rng((seed, epoch))
    order = random.permutation(len(lengths))
    mean = sum(lengths) / len(lengths)
    window = max(1, int(WINDOW_BATCHES * batch_tokens / mean))
    batches: list[list[int]] = []
    for start in range(0, len(order), window):
        rows = sorted((int(row) for row in order[start : start + window]), key=lambda row: lengths[row])
        batches.extend(cut(rows, lengths, batch_tokens))
    return [batches[index] for index in random.permutation(len(batches))]


def cut(rows: Sequence[int], lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Cut rows, in their order, into runs of at most `budget` tokens (at least one row each)."""
    runs: list[list[int]] = []
    used = budget + 1
    for row in rows:
        if used + lengths[row] > budget:
            runs.append([])
            used = 0
        runs[-1].append(row)
        used += lengths[row]
    return runs


def pack(samples: Sequence[Sample], rows: Sequence[int]) -> PackedBatch:
    """Return some samples one after another."""
    lengths = [len(samples[row].token_ids) for row in rows]
    token_ids = np.fromiter((token for row in rows for token in samples[row].token_ids), np.int64, sum(lengths))
    starts = np.cumsum([0, *lengths])
    spans = [
        np.arange(start + samples[row].loss_from - 1, start + length - 1)
        for row, start, length in zip(rows, starts, lengths, strict=False)
    ]
    loss_at = np.concatenate(spans)
    return PackedBatch(token_ids, lengths, loss_at, token_ids[loss_at + 1], list(rows))
