"""Causal attention within each of several packed sequences, and the rotary positions."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

GROUPS = 4  # sequences of like length are padded together; more groups pad less and call more often


@dataclass
class Group:
    """Sequences that are attended to together, right-padded to the longest of them.

    Attributes:
        sequences: How many.
        longest: Tokens of the longest.
        gather: (sequences * longest,) where each padded place comes from; padding repeats some token of the batch.
        back: (token of this group,) where each token lies in the padded block.
        tokens: (token of this group,) where each token lies in the packed batch; None if the group is the whole batch.
    """

    sequences: int
    longest: int
    gather: Tensor
    back: Tensor
    tokens: Tensor | None


@dataclass
class Layout:
    """Where the sequences of a packed batch lie; computed once, used by every layer.

    Attributes:
        lengths: Tokens of each sequence.
        positions: (token,) place of each token in its sequence.
        groups: For attention by padded groups.
        boundaries: (sequence + 1,) int32, where each starts and the last ends; for kernels of variable length.
        longest: Tokens of the longest sequence.
    """

    lengths: list[int]
    positions: Tensor
    groups: list[Group] = field(default_factory=list)
    boundaries: Tensor | None = None
    longest: int = 0


def layout_of(lengths: list[int], device: torch.device, *, groups: int = GROUPS) -> Layout:
    """Return the layout of sequences that lie one after another.

    Args:
        lengths: Tokens of each sequence; all positive.
        device: Where the indices are wanted.
        groups: Most groups to pad in (on a CPU).
    """
    counts = torch.tensor(lengths)
    starts = counts.cumsum(0) - counts
    positions = torch.arange(int(counts.sum())) - torch.repeat_interleave(starts, counts)
    layout = Layout(lengths, positions.to(device), longest=max(lengths))
    if device.type == "cuda":
        ends = torch.cat((torch.zeros(1, dtype=torch.int64), counts.cumsum(0)))
        layout.boundaries = ends.to(device, torch.int32)
        return layout
    order = torch.argsort(counts, stable=True)
    for rows in torch.chunk(order, min(groups, len(lengths))):
        layout.groups.append(_group(counts, starts, rows.sort().values, whole=len(rows) == len(lengths)))
    return layout


def _group(counts: Tensor, starts: Tensor, rows: Tensor, *, whole: bool) -> Group:
    longest = int(counts[rows].max())
    place = torch.arange(longest)
    valid = place < counts[rows, None]
    source = torch.where(valid, starts[rows, None] + place, 0)
    return Group(
        sequences=len(rows),
        longest=longest,
        gather=source.flatten(),
        back=valid.flatten().nonzero()[:, 0],
        tokens=None if whole else source[valid],
    )


class _Pad(torch.autograd.Function):
    """(token, width) -> (padded place, width); no gradient comes from padding, so going back is a look-up."""

    @staticmethod
    def forward(ctx: Any, packed: Tensor, group: Group) -> Tensor:
        ctx.group, ctx.count = group, len(packed)
        return packed.index_select(0, group.gather)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (gradient,) = gradients
        back = gradient.reshape(len(ctx.group.gather), -1).index_select(0, ctx.group.back)
        if ctx.group.tokens is None:
            return back, None
        return back.new_zeros(ctx.count, back.shape[1]).index_copy_(0, ctx.group.tokens, back), None


class _Unpad(torch.autograd.Function):
    """(padded place, width) -> (token of the group, width); padding gets a gradient of zero."""

    @staticmethod
    def forward(ctx: Any, padded: Tensor, group: Group) -> Tensor:
        ctx.group = group
        return padded.index_select(0, group.back)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (gradient,) = gradients
        zeros = gradient.new_zeros(len(ctx.group.gather), gradient.shape[1])
        return zeros.index_copy_(0, ctx.group.back, gradient), None


def attend(query: Tensor, key: Tensor, value: Tensor, layout: Layout) -> Tensor:
    """Return causal attention of every token over its own sequence.

    Args:
        query: (token, head, head size).
        key: (token, key-value head, head size).
        value: As `key`.
        layout: Where the sequences lie.

    Returns:
        (token, head * head size).
    """
    if layout.boundaries is not None:
        return _attend_varlen(query, key, value, layout).flatten(1)
    parts = [_attend_group(query, key, value, group) for group in layout.groups]
    if len(parts) == 1:
        return parts[0]
    places = torch.cat([group.tokens for group in layout.groups if group.tokens is not None])
    return torch.cat(parts).index_select(0, torch.argsort(places))


def _attend_group(query: Tensor, key: Tensor, value: Tensor, group: Group) -> Tensor:
    def padded(tensor: Tensor) -> Tensor:
        block: Tensor = _Pad.apply(tensor.flatten(1), group)  # type: ignore[no-untyped-call] # torch publishes no type for it
        return block.view(group.sequences, group.longest, -1, tensor.shape[2]).transpose(1, 2)

    grouped = query.shape[1] != key.shape[1]
    mixed = scaled_dot_product_attention(padded(query), padded(key), padded(value), is_causal=True, enable_gqa=grouped)
    flat = mixed.transpose(1, 2).reshape(group.sequences * group.longest, -1)
    result: Tensor = _Unpad.apply(flat, group)  # type: ignore[no-untyped-call] # torch publishes no type for it
    return result


@cache
def _varlen() -> tuple[Callable[..., Any], dict[str, Any], bool]:
    """Return the attention of variable length, its options for causal attention, and whether heads may share keys.

    It is imported when a GPU first needs it: torch loads its whole compiler along with it, which takes every process
    of a run longer than torch itself.
    """
    from torch.nn.attention.varlen import varlen_attn

    # The argument for causal attention was renamed between releases of torch, and sharing keys among heads was added.
    known = inspect.signature(varlen_attn).parameters
    causal: dict[str, Any] = {"window_size": (-1, 0)} if "window_size" in known else {"is_causal": True}
    return varlen_attn, causal, "enable_gqa" in known


def _attend_varlen(query: Tensor, key: Tensor, value: Tensor, layout: Layout) -> Tensor:
    varlen_attn, causal, shares_keys = _varlen()
    options = dict(causal)
    if query.shape[1] != key.shape[1]:
        if shares_keys:
            options["enable_gqa"] = True
        else:
            times = query.shape[1] // key.shape[1]
            key, value = key.repeat_interleave(times, 1), value.repeat_interleave(times, 1)
    ends, longest = layout.boundaries, layout.longest
    assert ends is not None  # `attend` comes here for such layouts alone
    # The flash kernels know half precisions alone.
    kind = torch.bfloat16 if query.dtype == torch.float32 else query.dtype
    mixed = varlen_attn(query.to(kind), key.to(kind), value.to(kind), ends, ends, longest, longest, **options)
    assert isinstance(mixed, Tensor)  # no auxiliary outputs were asked for
    return mixed.to(query.dtype)


def rotation_tables(context: int, head_size: int, base: float, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return cosines and sines of the rotary positions (Su et al. 2021, arXiv:2104.09864).

    Returns:
        Two of (context, head size // 2), float32.
    """
    frequencies = 1.0 / base ** (torch.arange(0, head_size, 2, dtype=torch.float32, device=device) / head_size)
    angles = torch.arange(context, dtype=torch.float32, device=device)[:, None] * frequencies
    return angles.cos(), angles.sin()


def rotate(tensor: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Return heads rotated by their positions: halves form the pairs, as in Hugging Face's Llama.

    Args:
        tensor: (token, head, head size).
        cosine: (token, 1, head size // 2), of the tensor's type.
        sine: As `cosine`.
    """
    first, second = tensor.chunk(2, -1)
    return torch.cat((first * cosine - second * sine, second * cosine + first * sine), -1)
