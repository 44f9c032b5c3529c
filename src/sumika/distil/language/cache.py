"""Keys and values of what a decoder has read, in memory that is claimed once."""

import torch
from torch import Tensor

from sumika.distil.language.shape import DecoderShape


class Cache:
    """Room for the keys and values of several sequences.

    Attributes:
        keys: Per layer (sequence, key-value head, token, head size).
        values: As `keys`.
        lengths: (sequence,) int64 tokens read so far.
        longest: The largest of them.
    """

    def __init__(self, shape: DecoderShape, batch: int, context: int, device: torch.device, dtype: torch.dtype) -> None:
        size = (batch, shape.key_value_heads, context, shape.head_size)
        self.context = context
        self.keys = [torch.zeros(size, device=device, dtype=dtype) for _ in range(shape.layers)]
        self.values = [torch.zeros(size, device=device, dtype=dtype) for _ in range(shape.layers)]
        self.lengths = torch.zeros(batch, dtype=torch.int64, device=device)
        self.longest = 0
        self._mask: Tensor | None = None
        self._all = torch.arange(batch, device=device)

    def fill(self, layer: int, key: Tensor, value: Tensor, lengths: list[int]) -> None:
        """Write the keys and values of packed sequences, one for each row, from position 0 on.

        Args:
            layer: Which layer's.
            key: (token, key-value head, head size).
            value: As `key`.
            lengths: Tokens of each sequence.

        Raises:
            ValueError: if they do not fit.
        """
        if len(lengths) != len(self.lengths) or max(lengths) > self.context:
            raise ValueError(f"{len(lengths)} sequences of up to {max(lengths)} tokens for a cache of {self}")
        for row, (one, other) in enumerate(zip(torch.split(key, lengths), torch.split(value, lengths), strict=True)):
            self.keys[layer][row, :, : len(one)] = one.transpose(0, 1)
            self.values[layer][row, :, : len(one)] = other.transpose(0, 1)

    def begin(self, lengths: list[int]) -> None:
        """Say how much `fill` has written."""
        self.lengths = torch.tensor(lengths, device=self.lengths.device)
        self.longest = max(lengths)

    def next_positions(self, rows: Tensor | None) -> Tensor:
        """Return where the next token of these sequences stands, and prepare to attend to it.

        Raises:
            ValueError: if there is no room for one more.
        """
        positions = self.lengths if rows is None else self.lengths[rows]
        if self.longest >= self.context and int(positions.max()) >= self.context:
            raise ValueError(f"no room for one more token in a cache of {self}")
        reach = min(self.longest + 1, self.context)
        self._mask = (torch.arange(reach, device=positions.device) <= positions[:, None])[:, None]
        return positions

    def attend(self, layer: int, query: Tensor, key: Tensor, value: Tensor, rows: Tensor | None) -> Tensor:
        """Write one token per sequence and return its attention over all that it may see.

        Args:
            layer: Which layer's.
            query: (sequence, head, head size).
            key: (sequence, key-value head, head size).
            value: As `key`.
            rows: The sequences; None for all.

        Returns:
            (sequence, head * head size).
        """
        assert self._mask is not None  # next_positions comes first
        active = self._all if rows is None else rows
        positions = self.lengths[active]
        reach = self._mask.shape[-1]
        self.keys[layer][active, :, positions] = key
        self.values[layer][active, :, positions] = value
        keys = self.keys[layer] if rows is None else self.keys[layer][rows]
        values = self.values[layer] if rows is None else self.values[layer][rows]
        batch, kinds, _, size = keys.shape
        grouped = query.view(batch, kinds, -1, size)
        scores = torch.matmul(grouped, keys[:, :, :reach].transpose(2, 3)) * size**-0.5
        scores.masked_fill_(~self._mask[:, None], -torch.inf)
        return torch.matmul(scores.softmax(-1), values[:, :, :reach]).reshape(batch, -1)

    def advance(self, rows: Tensor | None) -> None:
        """Count the token that every layer has written."""
        if rows is None:
            self.lengths = self.lengths + 1
        else:
            self.lengths[rows] += 1
        self.longest = min(self.longest + 1, self.context)

    def keep(self, rows: Tensor) -> None:
        """Drop every sequence but these, in this order; rows count anew from 0."""
        self.keys = [keys[rows] for keys in self.keys]
        self.values = [values[rows] for values in self.values]
        self.lengths = self.lengths[rows]
        self._all = torch.arange(len(rows), device=rows.device)
        self.longest = int(self.lengths.max()) if len(rows) else 0

    def __repr__(self) -> str:
        """Return its size."""
        return f"{len(self.lengths)} sequences of {self.context} tokens"
