"""A network that reads sentences: codes of characters in, an intent, a statistic and a mark of each character out.

Codes are looked up in one table and added; blocks of depthwise separable convolutions (Howard et al. 2017,
arXiv:1704.04861) look at what stands near, one layer of attention (Vaswani et al. 2017, arXiv:1706.03762) at the whole.
Padding is kept at zero throughout, so that a sentence is read alike whatever stands beside it in a batch.
"""

import math
from typing import Any

import msgspec
import torch
from torch import Tensor
from torch.nn import functional

BAG = 24.0
"""The mean of the codes' rows is smaller than what else is gathered, and would be learnt from slowly."""


class ReaderShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sizes of a reader.

    Attributes:
        embed: Numbers of a code.
        width: Numbers of a place.
        inner: Numbers within a block, as a multiple of `width`.
        blocks: Convolutions before the attention, and as many after it.
        kernel: Places that a convolution sees.
        heads: Of the attention; a divisor of `width`.
    """

    embed: int = 64
    width: int = 128
    inner: int = 2
    blocks: int = 2
    kernel: int = 5
    heads: int = 4

    def __post_init__(self) -> None:
        """Refuse what gives no network."""
        if min(self.embed, self.width, self.inner, self.blocks, self.heads) < 1:
            raise ValueError("sizes of a reader are at least 1")
        if self.width % self.heads or self.kernel % 2 == 0:
            raise ValueError("`heads` divides `width`, and `kernel` is odd")


class Outputs(msgspec.Struct, frozen=True, kw_only=True):
    """How many of each.

    Attributes:
        intents: Classes of a sentence.
        statistics: Classes of a sentence.
        marks: Classes of a place.
    """

    intents: int
    statistics: int
    marks: int


class Block(torch.nn.Module):
    """x + dense(relu(dense(depthwise(norm(x)))))."""

    def __init__(self, shape: ReaderShape) -> None:
        super().__init__()
        width = shape.width
        self.norm = torch.nn.LayerNorm(width)
        self.near = torch.nn.Conv1d(width, width, shape.kernel, padding=shape.kernel // 2, groups=width)
        self.widen = torch.nn.Linear(width, shape.inner * width)
        self.narrow = torch.nn.Linear(shape.inner * width, width)

    def forward(self, x: Tensor, real: Tensor) -> Tensor:
        """Return (example, place, width); `real` (example, place, 1) is 1 where a character stands."""
        near = depthwise(self.norm(x) * real, self.near)
        change: Tensor = self.narrow(torch.relu(self.widen(near))) * real
        return x + change


class _Depthwise(torch.autograd.Function):
    """Shifted products, and their gradients by hand: a third of the time of the library's convolution of groups."""

    @staticmethod
    def forward(context: Any, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        kernel, length = weight.shape[2], x.shape[1]
        taps = weight[:, 0].t().contiguous()
        wide = functional.pad(x, (0, 0, kernel // 2, kernel // 2))
        found = bias.expand(x.shape)
        for step in range(kernel):
            found = torch.addcmul(found, wide[:, step : step + length], taps[step])
        context.save_for_backward(wide, taps)
        return found

    @staticmethod
    def backward(context: Any, *grads: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        (wide, taps), grad = context.saved_tensors, grads[0].contiguous()
        kernel, (count, length, width) = len(taps), grad.shape
        ones = grad.new_ones(count * length)
        of_taps = [(grad * wide[:, step : step + length]).view(-1, width).t().mv(ones) for step in range(kernel)]
        of_bias = grad.view(-1, width).t().mv(ones)
        wide_grad = functional.pad(grad, (0, 0, kernel // 2, kernel // 2))
        of_x = wide_grad[:, :length] * taps[kernel - 1]
        for step in range(1, kernel):
            of_x.addcmul_(wide_grad[:, step : step + length], taps[kernel - 1 - step])
        return of_x, torch.stack(of_taps, dim=1)[:, None, :], of_bias


def depthwise(x: Tensor, near: torch.nn.Conv1d) -> Tensor:
    """Return the convolution of each number along the places.

    Args:
        x: (example, place, width).
        near: Of as many groups as numbers.
    """
    found: Tensor = _Depthwise.apply(x, near.weight, near.bias)  # type: ignore[no-untyped-call] # torch has no type for it
    return found


class Attention(torch.nn.Module):
    """x + dense(attention(norm(x))), without regard to where: the convolutions before it know."""

    def __init__(self, shape: ReaderShape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.norm = torch.nn.LayerNorm(shape.width)
        self.ask = torch.nn.Linear(shape.width, 3 * shape.width)
        self.narrow = torch.nn.Linear(shape.width, shape.width)

    def forward(self, x: Tensor, real: Tensor) -> Tensor:
        """Return (example, place, width)."""
        count, length, width = x.shape
        each = width // self.heads
        split = self.ask(self.norm(x)).view(count, length, 3, self.heads, each).permute(2, 0, 3, 1, 4)
        query, key, value = split[0], split[1], split[2]
        score = query @ key.transpose(2, 3) / math.sqrt(each)
        score = score + (real.transpose(1, 2)[:, None] - 1) * 1e4
        mixed = (torch.softmax(score, dim=3) @ value).transpose(1, 2).reshape(count, length, width)
        change: Tensor = self.narrow(mixed) * real
        return x + change


class Reader(torch.nn.Module):
    """The whole network."""

    def __init__(self, shape: ReaderShape, codes: int, outputs: Outputs) -> None:
        super().__init__()
        self.shape, self.outputs = shape, outputs
        width = shape.width
        self.table = torch.nn.Embedding(codes, shape.embed, padding_idx=0)
        torch.nn.init.normal_(self.table.weight, std=0.5 / math.sqrt(shape.embed))
        # A place has no code in some channels: that must add nothing.
        torch.nn.init.zeros_(self.table.weight[:1])
        self.enter = torch.nn.Linear(shape.embed, width)
        self.before = torch.nn.ModuleList([Block(shape) for _ in range(shape.blocks)])
        self.attention = Attention(shape)
        self.after = torch.nn.ModuleList([Block(shape) for _ in range(shape.blocks)])
        self.norm = torch.nn.LayerNorm(width)
        self.gather = torch.nn.Linear(2 * width + shape.embed, width)
        self.intents = torch.nn.Linear(width, outputs.intents)
        self.statistics = torch.nn.Linear(width, outputs.statistics)
        self.mark = torch.nn.Linear(2 * width, width)
        self.marks = torch.nn.Linear(width, outputs.marks)

    def forward(self, codes: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return logits of intents, the layer before them, logits of statistics, and of marks (example, place, mark).

        Args:
            codes: (example, place, channel) of `sentence_coding.codes_of`, zeros where nothing stands.
        """
        real = (codes[:, :, :1] > 0).to(self.enter.weight.dtype)
        entry = self.table(codes).sum(dim=2)
        x = self.enter(entry) * real
        for block in self.before:
            x = block(x, real)
        x = self.attention(x, real)
        for block in self.after:
            x = block(x, real)
        x = self.norm(x) * real
        places = real.sum(dim=1).clamp(min=1)
        highest = (x + (real - 1) * 1e4).amax(dim=1).clamp(min=-1e3)
        # What stands in the sentence, wherever it stands, is known at once; the rest must be learnt.
        pooled = torch.cat([x.sum(dim=1) / places, highest, BAG * (entry * real).sum(dim=1) / places], dim=1)
        hidden = torch.relu(self.gather(pooled))
        whole = hidden[:, None, :].expand(-1, x.shape[1], -1)
        marked = torch.relu(self.mark(torch.cat([x, whole], dim=2)))
        return self.intents(hidden), hidden, self.statistics(hidden), self.marks(marked)


def build_reader(shape: ReaderShape, codes: int, outputs: Outputs, seed: int) -> Reader:
    """Return a reader with weights drawn by the seed; the caller's random state stays."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Reader(shape, codes, outputs)


def parameters_of(network: torch.nn.Module) -> int:
    """Return the number of weights."""
    return sum(weight.numel() for weight in network.parameters())


def flops_per_place(shape: ReaderShape, outputs: Outputs) -> int:
    """Return the operations for each character: products of matrices only, multiply and add are two."""
    width = shape.width
    blocks = 2 * shape.blocks * (2 * shape.inner * width * width + shape.kernel * width)
    heads = 2 * width * width + width * outputs.marks
    return 2 * (shape.embed * width + blocks + 4 * width * width + heads)


def soft_cross_entropy(logits: Tensor, wanted: Tensor) -> Tensor:
    """Return the mean over rows of the cross-entropy to soft answers that sum to 1."""
    return -(wanted * functional.log_softmax(logits, dim=-1)).sum(dim=-1).mean()
