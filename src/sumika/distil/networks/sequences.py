"""Networks that read all examples of a group at once, in their order: what was told a minute ago tells of now.

They teach students that read one example at a time. Dilated convolutions (Oord et al. 2016, arXiv:1609.03499) over the
columns of a table, depthwise separable, the same length in and out.
"""

from collections.abc import Callable, Iterator

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from sumika.distil.networks.losses import UNLABELLED
from sumika.distil.records import ArraySet
from sumika.schema import SumikaError

Array = NDArray[np.float32]
FORWARD_AND_BACKWARD = 3
FARTHEST = 4.0
"""Deviations from the mean beyond which a column says no more: few sequences make outliers of few people's habits."""
LEAST_SCALE = 1e-3


class SequenceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What reads sequences, and how it is trained.

    Attributes:
        width: Channels.
        depth: Blocks; each looks twice as far as the one before it.
        kernel: Examples that a block's filter sees; odd.
        dropout: Share of the channels that are left out in training, anew at every example.
        jitter: Deviation of the noise on what is learnt from, in deviations of each column.
        loudness: Deviation of a factor on each column of a sequence.
        epochs: Passes over the sequences; each is one step.
        learning_rate: Highest one, of one cycle.
        weight_decay: Of every weight.
    """

    width: int = 64
    depth: int = 5
    kernel: int = 5
    dropout: float = 0.3
    jitter: float = 0.3
    loudness: float = 0.1
    epochs: int = 60
    learning_rate: float = 3e-3
    weight_decay: float = 0.05

    def __post_init__(self) -> None:
        """Refuse what no type can."""
        if min(self.width, self.depth, self.epochs) < 1 or self.kernel % 2 != 1:
            raise ValueError("`width`, `depth` and `epochs` are at least 1, `kernel` is odd")
        if not 0 <= self.dropout < 1 or min(self.jitter, self.loudness) < 0:
            raise ValueError("`dropout` is a share, `jitter` and `loudness` are not negative")


class _Block(torch.nn.Module):
    def __init__(self, width: int, kernel: int, dilation: int, dropout: float) -> None:
        super().__init__()
        padding = dilation * (kernel // 2)
        self.along = torch.nn.Conv1d(width, width, kernel, padding=padding, dilation=dilation, groups=width)
        self.across = torch.nn.Conv1d(width, width, 1)
        self.dropout = torch.nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = x + self.dropout(functional.relu(self.across(self.along(x))))
        return found


class SequenceReader(torch.nn.Module):
    """Reads sequences (sequence, column, example) and tells logits (sequence, class, example).

    Attributes:
        mean: Of each column.
        scale: Of each column.
    """

    def __init__(self, columns: int, outputs: int, settings: SequenceSettings) -> None:
        super().__init__()
        blocks = [
            _Block(settings.width, settings.kernel, 2**number, settings.dropout) for number in range(settings.depth)
        ]
        self.first = torch.nn.Conv1d(columns, settings.width, 1)
        self.dropout = torch.nn.Dropout(settings.dropout)
        self.blocks = torch.nn.Sequential(*blocks)
        self.last = torch.nn.Conv1d(settings.width, outputs, 1)
        self.mean, self.scale = np.zeros(columns, np.float32), np.ones(columns, np.float32)

    @property
    def parameters_count(self) -> int:
        """Weights and biases."""
        return sum(one.numel() for one in self.parameters())

    def forward(self, x: Tensor) -> Tensor:
        """Return logits of sequences that are brought to mean 0 and deviation 1."""
        found: Tensor = self.last(self.blocks(self.dropout(functional.relu(self.first(x)))))
        return found

    def normalised(self, x: Array) -> Tensor:
        """Return one sequence (example, column) as the network reads it (1, column, example)."""
        z = np.clip((x - self.mean) / self.scale, -FARTHEST, FARTHEST)
        return torch.from_numpy(np.ascontiguousarray(z.T[None], np.float32))

    @torch.no_grad()
    def outputs_of(self, x: Array, sequence: NDArray[np.str_]) -> Array:
        """Return logits (example, class).

        Args:
            x: (example, column).
            sequence: (example,) which sequence each is of; in order within each.
        """
        self.eval()
        found = np.empty((len(x), self.last.out_channels), np.float32)
        for rows in sequences_of(sequence):
            found[rows] = self(self.normalised(x[rows]))[0].numpy().T
        return found


def sequences_of(sequence: NDArray[np.str_]) -> Iterator[NDArray[np.int64]]:
    """Yield the rows of each sequence, in their order."""
    for one in dict.fromkeys(sequence.tolist()):
        yield np.flatnonzero(sequence == one)


def fit_sequences(
    arrays: ArraySet,
    settings: SequenceSettings,
    outputs: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    seed: int,
) -> SequenceReader:
    """Train a reader of sequences; one sequence is one step.

    Args:
        arrays: A table, x (example, column), in order within each group; examples without a label are read, not learnt.
        settings: How.
        outputs: Classes.
        progress: Told steps done and steps in all.
        seed: Of weights, order and noise.

    Raises:
        SumikaError: if it is no table of classes, or nothing in it has a label.
    """
    if arrays.x.ndim != 2 or arrays.y.dtype != np.int64:
        raise SumikaError(
            f"sequences are read of tables with classes: the inputs have {arrays.x.ndim} axes, the answers are "
            f"{arrays.y.dtype}",
            where="teacher.from",
            remedy="Take `from: boosting` or `from: networks`.",
        )
    learnt = [rows for rows in sequences_of(arrays.group) if (arrays.y[rows] != UNLABELLED).any()]
    if not learnt:
        raise SumikaError("nothing has a label", where="sequences", remedy="Give examples of known classes.")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = SequenceReader(arrays.x.shape[1], outputs, settings)
        network.mean = arrays.x.mean(axis=0)
        network.scale = np.maximum(arrays.x.std(axis=0), LEAST_SCALE)
        pairs = [(network.normalised(arrays.x[rows]), torch.from_numpy(arrays.y[rows])[None]) for rows in learnt]
        _train(network, pairs, settings, progress, seed)
    return network


def _train(
    network: SequenceReader,
    pairs: list[tuple[Tensor, Tensor]],
    settings: SequenceSettings,
    progress: Callable[[int, int], None],
    seed: int,
) -> None:
    random, total = np.random.default_rng(seed), settings.epochs * len(pairs)
    best = torch.optim.AdamW(network.parameters(), settings.learning_rate, weight_decay=settings.weight_decay)
    rate = torch.optim.lr_scheduler.OneCycleLR(best, settings.learning_rate, total_steps=total)
    network.train()
    for step in range(total):
        if step % len(pairs) == 0:
            order = random.permutation(len(pairs))
        x, y = pairs[order[step % len(pairs)]]
        x = x * (1 + settings.loudness * torch.randn(1, x.shape[1], 1)) + settings.jitter * torch.randn_like(x)
        loss = functional.cross_entropy(network(x), y, ignore_index=UNLABELLED)
        best.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        best.step()
        rate.step()
        progress(step + 1, total)
