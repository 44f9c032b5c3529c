"""Training a reader of sentences: labels and a teacher's answers in, weights out; killed at any step it goes on."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from sumika.distil.language import checkpoint
from sumika.distil.language.adamw import AdamW
from sumika.distil.networks.reader import Reader, flops_per_place, soft_cross_entropy
from sumika.distil.sentence_coding import CHARACTER, PHRASE, TRIPLE
from sumika.distil.sentence_data import NO_STATISTIC, Coded
from sumika.distil.sentence_reading import OUTSIDE
from sumika.distil.store import key_of
from sumika.schema import SumikaError

FORWARD_AND_BACKWARD = 3
BUCKET = 32
"""Batches whose sentences are sorted by length together: padding costs as much as text."""
HIDDEN = (0.0, 0.3, 0.5, 1.0, 1.0)
"""How often characters, pairs, triples, words and phrases of a piece are hidden where its words are."""
Array = NDArray[np.float32]


class SentenceFitSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of `fit_reader`.

    Attributes:
        epochs: Passes over the sentences.
        batch: Sentences of one step.
        learning_rate: Highest one; it rises over `warm_up` of the steps and falls as half a cosine to nothing.
        warm_up: Share of the steps.
        weight_decay: Of matrices but the table of codes; vectors have none.
        clip_norm: Largest norm of the gradient.
        forget: Share of the codes of pairs, triples and words that are taken for rare ones, place by place, each time a
            sentence is seen; a tenth of it for characters: what stands around must be enough.
        forget_pieces: Share of the sentences in whose pieces all words are taken for rare ones: where a name begins and
            ends must be known by what stands around it, for names that nobody has heard.
        mark_weight: Of the loss of the marks, beside 1 for the intent.
        soft_weight: Share of the loss that is the distance to the teacher's answers, where there is a teacher.
        temperature: Softens the teacher's and the student's intents alike.
        checkpoint_s: Seconds between checkpoints.
    """

    epochs: int = 2
    batch: int = 32
    learning_rate: float = 6e-3
    warm_up: float = 0.05
    weight_decay: float = 0.02
    clip_norm: float = 1.0
    forget: float = 0.1
    forget_pieces: float = 0.25
    mark_weight: float = 2.0
    soft_weight: float = 0.7
    temperature: float = 2.0
    checkpoint_s: float = 60.0

    def __post_init__(self) -> None:
        """Refuse what no type can."""
        if self.epochs < 1 or self.batch < 1:
            raise ValueError("`epochs` and `batch` are at least 1")
        shares = (self.forget, self.forget_pieces, self.soft_weight)
        if not (all(0 <= one <= 1 for one in shares) and self.temperature > 0):
            raise ValueError("`forget`, `forget_pieces` and `soft_weight` are shares, `temperature` is above 0")


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """Logits of a teacher, in the order of the sentences.

    Attributes:
        intents: (sentence, intent).
        statistics: (sentence, statistic).
        marks: (place, mark), all places one after the other.
    """

    intents: Array
    statistics: Array
    marks: Array


class SentenceFitReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a training did: steps, mean loss of each epoch, operations, seconds."""

    steps: int
    losses: list[float]
    flops: float
    seconds: float


def fit_reader(
    network: Reader,
    lessons: Coded,
    settings: SentenceFitSettings,
    folder: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    seed: int,
    teacher: Answers | None = None,
) -> SentenceFitReport:
    """Train a reader in place; goes on from the newest checkpoint in the folder.

    Args:
        network: Changed.
        lessons: What to learn from.
        settings: How.
        folder: Where checkpoints go; None for none.
        progress: Told steps done and steps in all.
        seed: Of order and forgetting.
        teacher: What it says of the same sentences; None to learn from labels alone.

    Raises:
        SumikaError: if there is nothing to learn from, or the loss stops being a number.
    """
    if not len(lessons):
        raise SumikaError("there is no sentence to learn from", where="fit")
    run = _Run(network, lessons, settings, seed, teacher)
    run.take_up(folder)
    saved = time.monotonic()
    while run.state.step < run.total:
        run.advance()
        progress(run.state.step, run.total)
        if folder is not None and time.monotonic() - saved >= settings.checkpoint_s:
            checkpoint.save(folder, run.state, checkpoint.gather(network, run.optimiser))
            saved = time.monotonic()
    network.eval()
    losses, size = run.state.losses, run.per_epoch
    return SentenceFitReport(
        steps=run.state.step,
        losses=[float(np.mean(losses[first : first + size])) for first in range(0, len(losses), size)],
        flops=run.state.flops,
        seconds=run.state.seconds,
    )


class _Run:
    """One training: everything that a step needs, all of it following from seed and step."""

    def __init__(
        self, network: Reader, lessons: Coded, settings: SentenceFitSettings, seed: int, teacher: Answers | None
    ) -> None:
        self.network, self.lessons, self.settings, self.seed, self.teacher = network, lessons, settings, seed, teacher
        self.per_epoch = -(-len(lessons) // settings.batch)
        self.total = settings.epochs * self.per_epoch
        table = {id(network.table.weight)}
        weights = list(network.parameters())
        decayed = [one for one in weights if one.dim() > 1 and id(one) not in table]
        others = [one for one in weights if one.dim() < 2 or id(one) in table]
        groups = [{"params": decayed, "weight_decay": settings.weight_decay}, {"params": others, "weight_decay": 0.0}]
        self.optimiser = AdamW(groups, lr=settings.learning_rate, betas=(0.9, 0.98), fused=True)
        self.state = checkpoint.Progress(run=self._key())
        self._epoch, self._order = -1, list[NDArray[np.int64]]()

    def _key(self) -> str:
        digest = hashlib.sha256()
        lessons = self.lessons
        for part in (lessons.codes, lessons.marks, lessons.intent, lessons.statistic, self.teacher):
            array = part.intents if isinstance(part, Answers) else part
            digest.update(b"" if array is None else np.ascontiguousarray(array).tobytes())
        for weight in self.network.parameters():
            digest.update(weight.detach().numpy().tobytes())
        return key_of(self.settings, self.seed, digest.hexdigest())

    def take_up(self, folder: Path | None) -> None:
        """Go on from the newest checkpoint of this very run."""
        found = None if folder is None else checkpoint.newest(folder, self.state.run, torch.device("cpu"))
        if found is not None:
            self.state, tensors = found
            checkpoint.restore(self.network, self.optimiser, tensors)

    def _batches(self, epoch: int) -> list[NDArray[np.int64]]:
        """Return the rows of each step: shuffled, then within some batches sorted by length."""
        if epoch != self._epoch:
            random = np.random.default_rng((self.seed, epoch))
            order, size = random.permutation(len(self.lessons)), self.settings.batch
            lengths, found = self.lessons.lengths, list[NDArray[np.int64]]()
            for first in range(0, len(order), size * BUCKET):
                part = order[first : first + size * BUCKET]
                part = part[np.argsort(lengths[part], kind="stable")]
                found += [part[start : start + size] for start in range(0, len(part), size)]
            self._epoch, self._order = epoch, [found[place] for place in random.permutation(len(found))]
        return self._order

    def advance(self) -> None:
        """Do one step."""
        start = time.perf_counter()
        step, settings = self.state.step, self.settings
        epoch, position = divmod(step, self.per_epoch)
        rows = self._batches(epoch)[position]
        self.network.train()
        codes, rare, marks = self.lessons.padded(rows)
        places = codes.shape[0] * codes.shape[1]
        loss = self._loss(
            self._forgotten(codes, rare, marks, np.random.default_rng((self.seed, epoch, position))), marks, rows
        )
        value = float(loss.detach())
        if not np.isfinite(value):
            raise SumikaError(f"the loss is {value} at step {step + 1}", where="fit", remedy="Lower learning_rate.")
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call] # torch publishes no type for it
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), settings.clip_norm)
        for group in self.optimiser.param_groups:
            group["lr"] = _rate(settings, step, self.total)
        self.optimiser.step()
        each = FORWARD_AND_BACKWARD * flops_per_place(self.network.shape, self.network.outputs)
        self.state = msgspec.structs.replace(
            self.state,
            step=step + 1,
            losses=[*self.state.losses, value],
            seconds=self.state.seconds + time.perf_counter() - start,
            flops=self.state.flops + each * places,
        )

    def _forgotten(
        self, codes: NDArray[np.int32], rare: NDArray[np.int32], marks: NDArray[np.int64], random: np.random.Generator
    ) -> Tensor:
        """Return the codes with some of them as they would be if what they stand for were rare."""
        share, random_of = self.settings.forget, random.random
        hidden = random_of(codes.shape) < np.where(np.arange(codes.shape[2]) == CHARACTER, share / 10, share)
        blind = random_of(len(codes)) < self.settings.forget_pieces
        # A new name may be of known syllables: its words are always hidden, its triples and pairs now and then.
        kinds = random_of((len(codes), PHRASE + 1)) < np.array(HIDDEN)
        channels = kinds[:, [kind if kind <= PHRASE else TRIPLE for kind in range(codes.shape[2])]]
        hidden |= (blind[:, None] & (marks > OUTSIDE))[..., None] & channels[:, None, :]
        return torch.from_numpy(np.where(hidden, rare, codes))

    def _loss(self, codes: Tensor, marks: NDArray[np.int64], rows: NDArray[np.int64]) -> Tensor:
        settings, lessons = self.settings, self.lessons
        intents, _, statistics, marked = self.network(codes)
        real = torch.from_numpy(marks >= 0)
        counted = torch.from_numpy(lessons.statistic[rows] != NO_STATISTIC)
        hard = functional.cross_entropy(intents, torch.from_numpy(lessons.intent[rows]))
        if counted.any():
            truth = torch.from_numpy(lessons.statistic[rows])[counted]
            share = counted.float().mean()
            hard = hard + share * functional.cross_entropy(statistics[counted], truth)
        hard_marks = functional.cross_entropy(marked[real], torch.from_numpy(marks)[real]) if real.any() else 0.0
        loss = hard + settings.mark_weight * hard_marks
        if self.teacher is None or not settings.soft_weight:
            return loss
        soft = self._soft(intents, statistics, marked[real], rows, counted)
        return (1 - settings.soft_weight) * loss + settings.soft_weight * soft

    def _soft(
        self, intents: Tensor, statistics: Tensor, marked: Tensor, rows: NDArray[np.int64], counted: Tensor
    ) -> Tensor:
        """Return the distance to the teacher's answers (Hinton et al. 2015, arXiv:1503.02531)."""
        assert self.teacher is not None
        heat, teacher = self.settings.temperature, self.teacher
        wanted = torch.softmax(torch.from_numpy(teacher.intents[rows].astype(np.float32)) / heat, dim=1)
        soft = soft_cross_entropy(intents / heat, wanted) * heat**2
        if counted.any():
            told = torch.softmax(torch.from_numpy(teacher.statistics[rows].astype(np.float32)), dim=1)[counted]
            soft = soft + counted.float().mean() * soft_cross_entropy(statistics[counted], told)
        places = [
            np.arange(self.lessons.starts[row], self.lessons.starts[row + 1])
            for row in rows
            if self.lessons.intent[row]
        ]
        if places:
            said = torch.from_numpy(teacher.marks[np.concatenate(places)].astype(np.float32))
            soft = soft + self.settings.mark_weight * soft_cross_entropy(marked, torch.softmax(said, dim=1))
        return soft


def _rate(settings: SentenceFitSettings, step: int, steps: int) -> float:
    rise = max(1, round(settings.warm_up * steps))
    if step < rise:
        return settings.learning_rate * (step + 1) / rise
    return settings.learning_rate * 0.5 * (1 + float(np.cos(np.pi * (step - rise) / max(1, steps - rise))))


def answers_of(
    network: Reader,
    asked: Coded,
    batch: int = 256,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Answers:
    """Return a network's logits, in the order of the sentences.

    Args:
        network: Asked.
        asked: Sentences.
        batch: Of so many at once.
        progress: Told sentences done and in all.
    """
    network.eval()
    outputs = network.outputs
    intents = np.empty((len(asked), outputs.intents), np.float32)
    statistics = np.empty((len(asked), outputs.statistics), np.float32)
    marks = np.empty((len(asked.codes), outputs.marks), np.float32)
    order = np.argsort(asked.lengths, kind="stable")
    with torch.no_grad():
        for first in range(0, len(order), batch):
            rows = order[first : first + batch]
            said, _, counted, marked = network(torch.from_numpy(asked.padded(rows)[0]))
            intents[rows], statistics[rows] = said.numpy(), counted.numpy()
            for number, row in enumerate(rows):
                begin, end = asked.starts[row], asked.starts[row + 1]
                marks[begin:end] = marked[number, : end - begin].numpy()
            progress(min(first + batch, len(order)), len(order))
    return Answers(intents=intents, statistics=statistics, marks=marks)
