"""Training an array student: labels and a teacher's answers in, weights out; killed at any step it goes on exactly."""

import hashlib
import time
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from pathlib import Path

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sumika.distil.language import checkpoint
from sumika.distil.language.adamw import AdamW
from sumika.distil.networks import layers as kinds
from sumika.distil.networks.augment import Augmentation, Kind, augment
from sumika.distil.networks.build import Network
from sumika.distil.networks.curves import CurvesPart, knots_of
from sumika.distil.networks.fake_int8 import rounded_inputs, rounded_weights
from sumika.distil.networks.losses import LossSettings, Targets, balanced_weights, feature_hint, mixed_loss
from sumika.distil.networks.presets import Inputs, inputs_of, is_signal
from sumika.distil.records import ArraySet
from sumika.distil.store import key_of
from sumika.schema import SumikaError

Array = NDArray[np.float32]
FORWARD_AND_BACKWARD = 3  # a step costs about three forward passes
AT_ONCE = 1024


class FitSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of `fit`.

    Attributes:
        epochs: Passes over the examples.
        batch: Examples of one step.
        learning_rate: Highest one.
        warm_up: Share of the steps in which the rate rises.
        last_rate: Share of the highest rate at the end of the cosine.
        weight_decay: Of matrices; vectors have none.
        clip_norm: Largest norm of the gradient; 0 for any.
        validation_share: Share of the groups that are watched, not learnt from; 0 for none.
        patience: Stop after so many epochs without a better validation loss, and keep the best; 0 trains to the end.
        int8_epochs: Last epochs that are trained against int8 rounding.
        checkpoint_s: Seconds between checkpoints.
        loss: What is learnt from.
        augment: What is done to the examples.
    """

    epochs: int = 20
    batch: int = 64
    learning_rate: float = 3e-3
    warm_up: float = 0.05
    last_rate: float = 0.01
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    validation_share: float = 0.0
    patience: int = 0
    int8_epochs: int = 0
    checkpoint_s: float = 30.0
    loss: LossSettings = LossSettings()
    augment: Augmentation = Augmentation()

    def __post_init__(self) -> None:
        """Refuse what no type can."""
        if self.epochs < 1 or self.batch < 1:
            raise ValueError("`epochs` and `batch` are at least 1")
        if self.patience and not self.validation_share > 0:
            raise ValueError("`patience` needs a `validation_share`")


class FitReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a training did.

    Attributes:
        steps: Optimiser steps done.
        losses: Mean training loss of each epoch.
        validation: Loss of the watched groups after each epoch; empty if none were.
        kept_epoch: Epoch, from 1, whose weights were kept.
        parameters: Weights and biases of the network.
        flops: Operations of the training, from the shapes.
        seconds: Spent; what was lost in a crash is left out.
        inputs: Mean and scale of the inputs that the network now expects to be normalised with.
        watched_groups: The groups that were not learnt from.
    """

    steps: int
    losses: list[float]
    validation: list[float]
    kept_epoch: int
    parameters: int
    flops: float
    seconds: float
    inputs: Inputs
    watched_groups: tuple[str, ...] = ()


def fit(
    network: Network,
    arrays: ArraySet,
    settings: FitSettings,
    work_folder: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    seed: int,
    teacher_logits: Array | None = None,
    teacher_hidden: Array | None = None,
) -> FitReport:
    """Train a network; goes on from the newest checkpoint in the folder.

    Afterwards it reads inputs normalised by the report's `inputs` and gives classes' logits or values in own units.

    Args:
        network: Changed in place.
        arrays: What to learn from.
        settings: How.
        work_folder: Where checkpoints go; None for none.
        progress: Told steps done and steps in all.
        seed: Of order, augmentation and the choice of watched groups.
        teacher_logits: (example, class) of a teacher, or (example, output) of a regression's or policy's.
        teacher_hidden: (example, width) of the teacher's layer before its outputs; needed for hints.

    Raises:
        SumikaError: if the arrays do not fit, or the loss stops being a number.
    """
    _check(arrays, teacher_logits, teacher_hidden, settings)
    run = _Run(network, arrays, settings, seed, teacher_logits, teacher_hidden)
    run.take_up(work_folder)
    saved = time.monotonic()
    while run.state.step < run.total and not run.has_stopped:
        run.advance()
        progress(run.state.step, run.total)
        due = run.state.step == run.total or time.monotonic() - saved >= settings.checkpoint_s
        if work_folder is not None and due:
            checkpoint.save(work_folder, run.state, run.tensors())
            saved = time.monotonic()
    return run.finish()


def watched_rows(arrays: ArraySet, share: float, seed: int) -> NDArray[np.bool_]:
    """Return the rows of the groups that are watched: whole groups, at least one if `share` > 0, never all.

    Raises:
        SumikaError: if there is only one group.
    """
    groups = np.unique(arrays.group)
    if share <= 0:
        return np.zeros(len(arrays), bool)
    if len(groups) < 2:
        raise SumikaError("there is one group only: none can be watched", remedy="Say `validation_share: 0`.")
    count = min(len(groups) - 1, max(1, round(share * len(groups))))
    return np.isin(arrays.group, np.random.default_rng(seed).permutation(groups)[:count])


def outputs_of(network: Network, x: Array, mask: NDArray[np.bool_] | None, inputs: Inputs) -> tuple[Array, Array]:
    """Return a network's outputs (example, output) and its hidden layer before them (example, width).

    Args:
        network: The network.
        x: Inputs in their own units.
        mask: Which points are real; None where every one is.
        inputs: What they are normalised with.
    """
    signal = is_signal(network.layers)
    found: list[tuple[Array, Array]] = []
    network.eval()
    with torch.no_grad():
        for first in range(0, len(x), AT_ONCE):
            part = slice(first, first + AT_ONCE)
            scaled = torch.from_numpy(inputs.apply(x[part], signal=signal))
            real = None if mask is None else torch.from_numpy(mask[part])
            outputs, hidden = _hidden_and_outputs(network, scaled, real)
            found.append((outputs.numpy(), hidden.numpy()))
    return np.concatenate([one[0] for one in found]), np.concatenate([one[1] for one in found])


def _hidden_and_outputs(
    network: Network, x: Tensor, mask: Tensor | None, weights: dict[str, Tensor] | None = None
) -> tuple[Tensor, Tensor]:
    hidden: list[Tensor] = []
    last = network.parts[-1]
    handle = last.register_forward_pre_hook(lambda _, arguments: hidden.append(arguments[0]))
    try:
        outputs = network(x, mask) if weights is None else torch.func.functional_call(network, weights, (x, mask))
    finally:
        handle.remove()
    return outputs, hidden[0]


def learning_rate(settings: FitSettings, step: int, steps: int) -> float:
    """Return the rate of a step (from 0): a linear rise, then half a cosine down to `last_rate` of the highest."""
    rise = max(1, round(settings.warm_up * steps))
    if step < rise:
        return settings.learning_rate * (step + 1) / rise
    cosine = 0.5 * (1 + float(np.cos(np.pi * (step - rise) / max(1, steps - rise))))
    return settings.learning_rate * (settings.last_rate + (1 - settings.last_rate) * cosine)


@lru_cache(maxsize=1)
def _order(seed: int, epoch: int, count: int) -> NDArray[np.int64]:
    """Return the order of an epoch: shuffled once, and not for each of its steps."""
    return np.random.default_rng((seed, epoch)).permutation(count)


def _check(arrays: ArraySet, teacher: Array | None, hidden: Array | None, settings: FitSettings) -> None:
    for name, one in (("teacher_logits", teacher), ("teacher_hidden", hidden)):
        if one is not None and (one.ndim != 2 or len(one) != len(arrays) or not np.isfinite(one).all()):
            raise SumikaError(
                f"{name} has the shape {one.shape}, or is not finite; ({len(arrays)}, ...) is expected", where="fit"
            )
    if settings.loss.hint_weight > 0 and hidden is None:
        raise SumikaError("hints need the teacher's hidden layer", where="fit", remedy="Say `hint_weight: 0`.")
    if not len(arrays):
        raise SumikaError("there is nothing to learn from", where="fit", remedy="Look at what was cleaned out.")


class _Run:
    """One training: everything that a step needs, all of it following from seed and step."""

    def __init__(
        self,
        network: Network,
        arrays: ArraySet,
        settings: FitSettings,
        seed: int,
        teacher: Array | None,
        hidden: Array | None,
    ) -> None:
        self.network, self.settings, self.seed = network, settings, seed
        self.arrays, self.teacher, self.hidden = arrays, teacher, hidden
        watched = watched_rows(arrays, settings.validation_share, seed)
        self.rows, self.watched = np.flatnonzero(~watched), np.flatnonzero(watched)
        self.signal = is_signal(network.layers)
        learnt = arrays.take(self.rows)
        self.kind: Kind = "signal" if self.signal else "points" if arrays.x.ndim == 3 else "table"
        self.inputs = inputs_of(learnt, signal=self.signal)
        _set_knots(network, self.inputs, learnt)
        self.is_classes = arrays.y.dtype == np.int64
        self.offset, self.scale = self._value_scale(learnt)
        self.weights = self._class_weights(learnt)
        self.per_epoch = -(-len(self.rows) // settings.batch)
        self.total = settings.epochs * self.per_epoch
        self.trained = torch.nn.ModuleDict({"network": network})
        self.projection: torch.nn.Linear | None = None
        if settings.loss.hint_weight > 0 and hidden is not None:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed)
                self.projection = torch.nn.Linear(_hidden_width(network), hidden.shape[1])
            self.trained["projection"] = self.projection
        matrices = [weight for weight in self.trained.parameters() if weight.dim() > 1]
        vectors = [weight for weight in self.trained.parameters() if weight.dim() < 2]
        groups = [{"params": matrices, "weight_decay": settings.weight_decay}, {"params": vectors, "weight_decay": 0.0}]
        self.optimiser = AdamW(groups, lr=settings.learning_rate)
        self.state = checkpoint.Progress(run=self.key)
        self.validation: list[float] = []
        self.best: dict[str, Tensor] = {}
        self.trained.train()

    @cached_property
    def key(self) -> str:
        """Hash of everything that decides the result."""
        digest = hashlib.sha256()
        arrays = self.arrays
        for part in (arrays.x, arrays.y, arrays.group.astype("<U64"), arrays.mask, self.teacher, self.hidden):
            digest.update(b"" if part is None else np.ascontiguousarray(part).tobytes())
        for weight in self.network.parameters():
            digest.update(weight.detach().cpu().numpy().tobytes())
        return key_of(self.network.layers, self.settings, self.seed, digest.hexdigest())

    def take_up(self, folder: Path | None) -> None:
        """Go on from the newest checkpoint of this very run."""
        found = None if folder is None else checkpoint.newest(folder, self.state.run, torch.device("cpu"))
        if found is None:
            return
        self.state, tensors = found
        self.validation = tensors.pop("validation/").tolist()
        self.best = {
            name.removeprefix("best/"): tensors.pop(name) for name in list(tensors) if name.startswith("best/")
        }
        checkpoint.restore(self.trained, self.optimiser, tensors)

    def tensors(self) -> dict[str, Tensor]:
        """Return what a checkpoint holds."""
        kept = checkpoint.gather(self.trained, self.optimiser)
        kept["validation/"] = torch.tensor(self.validation, dtype=torch.float64)
        return kept | {f"best/{name}": value for name, value in self.best.items()}

    @property
    def has_stopped(self) -> bool:
        """Whether the validation loss has not fallen for `patience` epochs."""
        patience, found = self.settings.patience, self.validation
        return bool(patience) and len(found) > patience and int(np.argmin(found)) < len(found) - patience

    def advance(self) -> None:
        """Do one step, and after the last of an epoch look at the watched groups."""
        start = time.perf_counter()
        step, settings = self.state.step, self.settings
        epoch, position = divmod(step, self.per_epoch)
        order = _order(self.seed, epoch, len(self.rows))
        rows = self.rows[order[position * settings.batch : (position + 1) * settings.batch]]
        loss = self._loss(rows, epoch, np.random.default_rng((self.seed, epoch, position)))
        value = float(loss.detach())
        if not np.isfinite(value):
            raise SumikaError(f"the loss is {value} at step {step + 1}", where="fit", remedy="Lower learning_rate.")
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call] # torch publishes no type for it
        if settings.clip_norm:
            torch.nn.utils.clip_grad_norm_(self.trained.parameters(), settings.clip_norm)
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(settings, step, self.total)
        self.optimiser.step()
        flops = FORWARD_AND_BACKWARD * len(rows) * kinds.flops(self.network.layers, self.arrays.x.shape[1:])
        self.state.losses.append(value)  # in place: a copy at every step would cost more and more
        self.state = msgspec.structs.replace(
            self.state,
            step=step + 1,
            seconds=self.state.seconds + time.perf_counter() - start,
            flops=self.state.flops + flops,
        )
        if position + 1 == self.per_epoch and len(self.watched):
            self._watch(epoch)

    def finish(self) -> FitReport:
        """Leave the network with the weights to keep, its values in their own units, and tell what was done."""
        kept = len(self.epoch_losses())
        if self.settings.patience and self.best:
            kept = int(np.argmin(self.validation)) + 1
            self.network.load_state_dict(self.best)
        last = self.network.parts[-1]
        if not self.is_classes and isinstance(last, torch.nn.Linear):
            scale, offset = torch.from_numpy(self.scale), torch.from_numpy(self.offset)
            with torch.no_grad():
                last.weight.mul_(scale[:, None])
                last.bias.mul_(scale).add_(offset)
        self.network.eval()
        return FitReport(
            steps=self.state.step,
            losses=self.epoch_losses(),
            validation=self.validation,
            kept_epoch=kept,
            parameters=sum(weight.numel() for weight in self.network.parameters()),
            flops=self.state.flops,
            seconds=self.state.seconds,
            inputs=self.inputs,
            watched_groups=tuple(np.unique(self.arrays.group[self.watched]).tolist()),
        )

    def epoch_losses(self) -> list[float]:
        """Return the mean training loss of each epoch that has ended."""
        losses, size = self.state.losses, self.per_epoch
        return [float(np.mean(losses[first : first + size])) for first in range(0, len(losses), size)]

    def _loss(self, rows: NDArray[np.int64], epoch: int, random: np.random.Generator | None) -> Tensor:
        """Return the loss of some rows; augmented where there is a source of draws."""
        x, mask = self.arrays.x[rows], None if self.arrays.mask is None else self.arrays.mask[rows]
        if random is not None:
            scale = np.asarray(self.inputs.scale, np.float32)
            x, mask = augment(x, mask, scale, self.settings.augment, random, self.kind)
        scaled = torch.from_numpy(self.inputs.apply(x, signal=self.signal))
        real = None if mask is None else torch.from_numpy(mask)
        rounds = epoch >= self.settings.epochs - self.settings.int8_epochs
        with rounded_inputs(self.network, active=rounds):
            weights = rounded_weights(self.network) if rounds else None
            outputs, hidden = _hidden_and_outputs(self.network, scaled, real, weights)
        loss = mixed_loss(outputs, self._targets(rows), self.settings.loss)
        if self.projection is not None and self.hidden is not None:
            wanted = torch.from_numpy(self.hidden[rows])
            loss = loss + self.settings.loss.hint_weight * feature_hint(hidden, wanted, self.projection)
        return loss

    def _targets(self, rows: NDArray[np.int64]) -> Targets:
        y = self.arrays.y[rows]
        teacher = None if self.teacher is None else self.teacher[rows]
        if not self.is_classes:
            y = np.asarray((y - self.offset) / self.scale, np.float32)
            teacher = None if teacher is None else np.asarray((teacher - self.offset) / self.scale, np.float32)
        return Targets(
            y=torch.from_numpy(y),
            teacher=None if teacher is None else torch.from_numpy(teacher),
            class_weights=self.weights,
        )

    def _watch(self, epoch: int) -> None:
        self.trained.eval()
        with torch.no_grad():
            parts = [self.watched[first : first + AT_ONCE] for first in range(0, len(self.watched), AT_ONCE)]
            losses = [float(self._loss(rows, epoch, None)) for rows in parts]
        self.trained.train()
        self.validation.append(float(np.average(losses, weights=[len(rows) for rows in parts])))
        if int(np.argmin(self.validation)) == len(self.validation) - 1:
            self.best = {name: value.clone() for name, value in self.network.state_dict().items()}

    def _class_weights(self, learnt: ArraySet) -> Tensor | None:
        if not self.is_classes or self.settings.loss.class_weights == "none":
            return None
        outputs = kinds.shapes(self.network.layers, self.arrays.x.shape[1:])[-1][0]
        return torch.from_numpy(balanced_weights(np.asarray(learnt.y, np.int64), outputs))

    def _value_scale(self, learnt: ArraySet) -> tuple[Array, Array]:
        if self.is_classes:
            return np.zeros(1, np.float32), np.ones(1, np.float32)
        offset, scale = learnt.y.mean(axis=0), learnt.y.std(axis=0)
        return np.asarray(offset, np.float32), np.where(scale > 0, scale, 1.0).astype(np.float32)


def _set_knots(network: Network, inputs: Inputs, learnt: ArraySet) -> None:
    """Set the knots of curves over the inputs by what is learnt from; no trained weight, they are as data are."""
    front = network.parts[0]
    if isinstance(front, CurvesPart):
        normalised = inputs.apply(learnt.x, signal=False)
        with torch.no_grad():
            front.knots.copy_(torch.from_numpy(knots_of(normalised, front.weight.shape[1])))


def _hidden_width(network: Network) -> int:
    last: Sequence[Tensor] = list(network.parts[-1].parameters())
    if not isinstance(network.parts[-1], torch.nn.Linear):
        raise SumikaError("hints need a network that ends in a Dense layer", where="fit")
    return int(last[0].shape[1])
