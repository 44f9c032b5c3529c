"""Training a language student: batches, schedule, checkpoints, resuming."""

import hashlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec
import torch
from torch import Tensor

from sumika.distil.language import checkpoint
from sumika.distil.language.adamw import Optimiser
from sumika.distil.language.attention import layout_of
from sumika.distil.language.decoder import Decoder, Projection
from sumika.distil.language.dialogue import Sample
from sumika.distil.language.lora import add_lora
from sumika.distil.language.objectives import token_loss, top_k_loss
from sumika.distil.language.optimiser import learning_rate, make_optimiser
from sumika.distil.language.packing import PackedBatch, check_lengths, cut, pack, plan_epoch
from sumika.distil.language.settings import LanguageTrainSettings, Precision
from sumika.distil.language.top_k import TopK
from sumika.distil.store import key_of
from sumika.schema import SumikaError


class TrainReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a training run did.

    Attributes:
        steps: Optimiser steps.
        losses: Mean loss per loss token of each step, nats.
        final_loss: The last of them.
        tokens: Tokens of all sequences trained on, no padding.
        loss_tokens: Those that carried loss.
        seconds: Spent training; what was lost in a crash is left out.
        tokens_per_s: Tokens over seconds.
        flops: Floating-point operations, from the shape.
    """

    steps: int
    losses: list[float]
    final_loss: float
    tokens: int
    loss_tokens: int
    seconds: float
    tokens_per_s: float
    flops: float


class Source(Protocol):
    """Where the batches of a run come from and what their loss is."""

    @property
    def steps(self) -> int:
        """Optimiser steps of the whole run."""
        ...

    def batches(self, step: int) -> list[PackedBatch]:
        """Return the packed batches whose gradients make up a step."""
        ...

    def loss(self, batch: PackedBatch, hidden: Tensor, decoder: Decoder, scale: float) -> Tensor:
        """Return `scale` times the sum of the losses at the positions `batch.loss_at`.

        Args:
            batch: Which one.
            hidden: (loss token, width).
            decoder: The student.
            scale: 1 / loss tokens of the step.
        """
        ...


class TraceSource:
    """Batches of traces: loss on reasoning and answer, and where stored, the teacher's distributions."""

    def __init__(
        self, samples: Sequence[Sample], settings: LanguageTrainSettings, seed: int, top_k: TopK | None = None
    ) -> None:
        self.samples, self.settings, self.top_k = samples, settings, top_k
        self.lengths = [len(sample.token_ids) for sample in samples]
        self.plan = [
            rows
            for epoch in range(settings.epochs)
            for rows in plan_epoch(self.lengths, settings.batch_tokens, seed, epoch)
        ][: settings.most_steps or None]

    @property
    def steps(self) -> int:
        """Optimiser steps of the whole run."""
        return len(self.plan)

    def batches(self, step: int) -> list[PackedBatch]:
        """Return the packed batches of a step."""
        budget = self.settings.micro_tokens or self.settings.batch_tokens
        return [pack(self.samples, rows) for rows in cut(self.plan[step], self.lengths, budget)]

    def loss(self, batch: PackedBatch, hidden: Tensor, decoder: Decoder, scale: float) -> Tensor:
        """Return the loss of a packed batch."""
        targets = torch.from_numpy(batch.targets).to(hidden.device)
        if self.top_k is None:
            return token_loss(hidden, decoder.head, targets, scale)
        share = self.settings.soft_weight
        ids, log_probabilities = self.top_k.rows(batch.samples, hidden.device)
        soft = top_k_loss(decoder.logits(hidden), ids, log_probabilities, self.settings.temperature) * scale
        if share >= 1.0:
            return soft
        return share * soft + token_loss(hidden, decoder.head, targets, (1 - share) * scale)


def train(
    decoder: Decoder,
    samples: Sequence[Sample],
    settings: LanguageTrainSettings,
    work_folder: Path | None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    seed: int = 0,
    top_k: TopK | None = None,
) -> TrainReport:
    """Train a student on traces; goes on from the newest checkpoint in the folder.

    Args:
        decoder: The student, on the device it shall train on; changed in place; LoRA's additions are not
            folded in.
        samples: What to train on.
        settings: How.
        work_folder: Where checkpoints go; None for none.
        progress: Told steps done and steps in all.
        seed: Of the order of the data and of LoRA's start.
        top_k: The teacher's stored distributions of these samples.

    Raises:
        SumikaError: if the samples do not fit the model or the disk is full.
    """
    check_lengths(samples, decoder.shape.context, decoder.shape.vocabulary)
    source = TraceSource(samples, settings, seed, top_k)
    digest = hashlib.sha256()
    for sample in samples:
        digest.update(msgspec.msgpack.encode(sample))
    return run(decoder, source, settings, work_folder, progress, seed=seed, data=digest.hexdigest())


def run(
    decoder: Decoder,
    source: Source,
    settings: LanguageTrainSettings,
    work_folder: Path | None,
    progress: Callable[[int, int], None],
    *,
    seed: int,
    data: str,
) -> TrainReport:
    """Train on whatever `source` gives.

    Args:
        decoder: The student.
        source: Of batches and losses.
        settings: How.
        work_folder: Where checkpoints go; None for none.
        progress: Told steps done and steps in all.
        seed: Of the run.
        data: A hash of the data, so that no checkpoint of other data is taken up.
    """
    prepare(decoder, settings, seed)
    optimiser = make_optimiser(decoder, settings)
    state = checkpoint.Progress(run=key_of(decoder.shape, settings, seed, data, source.steps))
    if work_folder is not None:
        found = checkpoint.newest(work_folder, state.run, decoder.device)
        if found:
            state = found[0]
            checkpoint.restore(decoder, optimiser, found[1])
    saved = time.monotonic()
    while state.step < source.steps:
        state = _step(decoder, source, settings, optimiser, state)
        progress(state.step, source.steps)
        due = time.monotonic() - saved >= settings.checkpoint_s or state.step == source.steps
        if work_folder is not None and due:
            checkpoint.save(work_folder, state, checkpoint.gather(decoder, optimiser))
            saved = time.monotonic()
    return TrainReport(
        steps=state.step,
        losses=state.losses,
        final_loss=state.losses[-1],
        tokens=state.tokens,
        loss_tokens=state.loss_tokens,
        seconds=state.seconds,
        tokens_per_s=state.tokens / max(state.seconds, 1e-9),
        flops=state.flops,
    )


def prepare(decoder: Decoder, settings: LanguageTrainSettings, seed: int) -> None:
    """Set a decoder to the precision, additions, rounding and compilation that the settings ask for."""
    if settings.precision.pure:
        decoder.to(torch.bfloat16)
    if settings.lora is not None:
        add_lora(decoder, settings.lora, seed)
    for module in decoder.model.modules():
        if isinstance(module, Projection):
            module.fake_int8 = settings.quantisation_aware
    decoder.checkpointing = settings.checkpointing
    if settings.compile:
        for block in decoder.model.layers:
            block.compile()
    decoder.train()


def _step(
    decoder: Decoder,
    source: Source,
    settings: LanguageTrainSettings,
    optimiser: Optimiser,
    state: checkpoint.Progress,
) -> checkpoint.Progress:
    start = time.perf_counter()
    batches = source.batches(state.step)
    loss_tokens = sum(len(batch.loss_at) for batch in batches)
    loss = 0.0
    for batch in batches:
        loss += backward(decoder, source, settings, batch, 1 / loss_tokens)
    rate = learning_rate(settings, state.step, source.steps)
    for group in optimiser.param_groups:
        group["lr"] = rate
    if settings.clip_norm:
        torch.nn.utils.clip_grad_norm_(
            [weight for weight in decoder.parameters() if weight.grad is not None], settings.clip_norm
        )
    optimiser.step()
    optimiser.zero_grad()
    if not loss < float("inf"):
        raise SumikaError(
            f"the loss is {loss} at step {state.step + 1}", where="train", remedy="Lower learning_rate in the recipe."
        )
    tokens = sum(len(batch.token_ids) for batch in batches)
    shape = decoder.shape
    context = sum(length * length for batch in batches for length in batch.lengths) / tokens
    share = loss_tokens / tokens
    return msgspec.structs.replace(
        state,
        step=state.step + 1,
        losses=[*state.losses, loss],
        tokens=state.tokens + tokens,
        loss_tokens=state.loss_tokens + loss_tokens,
        seconds=state.seconds + time.perf_counter() - start,
        flops=state.flops + tokens * shape.flops_per_token(round(context), train=True, output_share=share),
    )


def backward(
    decoder: Decoder, source: Source, settings: LanguageTrainSettings, batch: PackedBatch, scale: float
) -> float:
    """Add the gradients of a packed batch and return its loss (times scale)."""
    device = decoder.device
    token_ids = torch.from_numpy(batch.token_ids).to(device)
    wanted = torch.from_numpy(batch.loss_at).to(device)
    mixed = settings.precision is Precision.BFLOAT16_MIXED
    with torch.autocast(device.type, torch.bfloat16, enabled=mixed):
        layout = layout_of(batch.lengths, device)
        hidden = decoder.hidden_packed(token_ids, batch.lengths, layout, wanted)
        loss = source.loss(batch, hidden, decoder, scale)
    loss.backward()  # type: ignore[no-untyped-call] # torch publishes no type for it
    return float(loss.detach())
