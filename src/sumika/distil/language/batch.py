"""Sequences that are decoded together, each with settings of its own: any may join or leave between two tokens."""

from collections.abc import Sequence

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sumika.distil.language.budget import Budget, Thinking
from sumika.distil.language.cache import Cache
from sumika.distil.language.decoder import Decoder


class Sampling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the next token is drawn.

    Attributes:
        temperature: 0 takes the most probable one.
        top_k: Only among this many; 0 for all.
        top_p: Only among the fewest whose probability reaches this.
        max_tokens: Tokens written at most, forced ones counted.
        seed: Of the first request; request i of a call has `seed + i` unless it states its own.
    """

    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0
    max_tokens: int = 512
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse settings that mean nothing."""
        if self.temperature < 0 or self.top_k < 0 or not 0 < self.top_p <= 1 or self.max_tokens < 1:
            raise ValueError(f"no way of sampling: {self}")


class Row:
    """One sequence at work.

    Attributes:
        prompt: Its beginning.
        ids: Written so far, without the stop token.
        logs: Log-probability of each under the model at temperature 1; forced ones too.
        finish: "" while at work; then "stop", "length", or "context" where the decoder's context was full.
        sampling: Its own.
        thinking: Where it stands in its budget; None without one.
        tops: How many of the most probable tokens are told beside each.
    """

    def __init__(
        self, prompt: list[int], sampling: Sampling, *, seed: int, budget: Budget | None = None, tops: int = 0
    ) -> None:
        self.prompt, self.sampling, self.tops = prompt, sampling, tops
        self.thinking: Thinking | None = budget.begin() if budget else None
        self.ids: list[int] = []
        self.logs: list[float] = []
        self.finish = ""
        self._random = np.random.default_rng(seed)

    def draw(self) -> float:
        """Return the row's next random number in [0, 1)."""
        return float(self._random.random())

    @property
    def longest(self) -> int:
        """Tokens it may come to, prompt included."""
        return len(self.prompt) + self.sampling.max_tokens


class Written(msgspec.Struct, frozen=True):
    """What one step did to one row.

    Attributes:
        row: The row.
        token: Written; None where the stop token came, which is not kept.
        log: Log-probability of it.
        top: The most probable tokens with their log-probabilities, as many as `row.tops`.
        finish: Why it has left with this token, as in `Row`; "" if it has not.
    """

    row: Row
    token: int | None
    log: float
    top: list[tuple[int, float]]
    finish: str


def choose(logits: Tensor, sampling: Sampling, uniform: NDArray[np.float64] | None) -> Tensor:
    """Return (sequence,) next tokens.

    Args:
        logits: (sequence, vocabulary).
        sampling: Settings.
        uniform: (sequence,) a number in [0, 1) of each sequence's own generator; None if greedy.
    """
    if sampling.temperature == 0 or uniform is None:
        return logits.argmax(-1)
    scaled = logits.double() / sampling.temperature
    ordered, indices = scaled.sort(dim=-1, descending=True, stable=True)
    if sampling.top_k:
        ordered, indices = ordered[:, : sampling.top_k], indices[:, : sampling.top_k]
    cumulative = ordered.softmax(-1).cumsum(-1)
    total = cumulative[:, -1:]
    if sampling.top_p < 1:  # what reaches top_p is kept whole
        reached = (cumulative < sampling.top_p * total).sum(-1, keepdim=True).clamp_max(cumulative.shape[1] - 1)
        total = cumulative.gather(1, reached)
    point = torch.from_numpy(uniform).to(logits.device)[:, None] * total
    place = torch.searchsorted(cumulative, point, right=True).clamp_max(cumulative.shape[1] - 1)
    return indices.gather(1, place)[:, 0]


def _choose_each(logits: Tensor, rows: Sequence[Row]) -> list[int]:
    """Choose row by row's own settings, those with equal ones together."""
    groups: dict[tuple[float, int, float], list[int]] = {}
    for place, row in enumerate(rows):
        settings = row.sampling
        groups.setdefault((settings.temperature, settings.top_k, settings.top_p), []).append(place)
    drawn = [0] * len(rows)
    for places in groups.values():
        sampling = rows[places[0]].sampling
        part = logits if len(places) == len(rows) else logits[places]
        uniform = np.array([rows[place].draw() for place in places]) if sampling.temperature else None
        for place, token in zip(places, choose(part, sampling, uniform).tolist(), strict=True):
            drawn[place] = token
    return drawn


class Batch:
    """Rows at work on one decoder.

    Attributes:
        decoder: The model.
        stop_ids: Tokens that end a row.
        rows: At work.
    """

    def __init__(self, decoder: Decoder, stop_ids: frozenset[int]) -> None:
        self.decoder, self.stop_ids = decoder, stop_ids
        self.rows: list[Row] = []
        self._cache: Cache | None = None
        self._hidden = torch.empty(0)

    def admit(self, fresh: Sequence[Row]) -> None:
        """Read the prompts of further rows and put these to work.

        Raises:
            ValueError: if a prompt is empty or fills the context.
        """
        self.check(fresh)
        lengths = [len(row.prompt) for row in fresh]
        padded = torch.zeros(len(fresh), max(lengths), dtype=torch.int64)
        for place, row in enumerate(fresh):
            padded[place, : len(row.prompt)] = torch.tensor(row.prompt)
        added = self.decoder.new_cache(len(fresh), max(row.longest for row in fresh))
        hidden = self.decoder.prefill(padded.to(self.decoder.device), lengths, added)
        if self._cache is None or not self.rows:
            self._cache, self._hidden = added, hidden
        else:
            self._cache, self._hidden = join(self._cache, added), torch.cat([self._hidden, hidden])
        self.rows += fresh

    def check(self, rows: Sequence[Row]) -> None:
        """Refuse rows that cannot be admitted.

        Raises:
            ValueError: if a prompt is empty or fills the context.
        """
        context = self.decoder.shape.context
        if any(not 0 < len(row.prompt) < context for row in rows):
            raise ValueError(f"a prompt has from 1 to {context - 1} tokens")

    def drop(self, rows: Sequence[Row]) -> None:
        """Take rows away, whatever they were doing."""
        gone = set(map(id, rows))
        kept = [place for place, row in enumerate(self.rows) if id(row) not in gone]
        if len(kept) < len(self.rows):
            self._hidden = self._hidden[kept]
            self._keep(kept)

    def step(self) -> list[Written]:
        """Write one token in every row; those that finish leave."""
        if not self.rows:
            return []
        written = self._next()
        kept = [place for place, row in enumerate(self.rows) if not row.finish]
        if len(kept) < len(self.rows):
            self._keep(kept)
        if self.rows:
            assert self._cache is not None  # rows have been admitted
            tokens = torch.tensor([row.ids[-1] for row in self.rows], device=self.decoder.device)
            self._hidden = self.decoder.step(tokens, self._cache, None)
        return written

    def _keep(self, places: list[int]) -> None:
        assert self._cache is not None  # rows have been admitted
        self.rows = [self.rows[place] for place in places]
        if self.rows:
            self._cache.keep(torch.tensor(places, dtype=torch.int64, device=self.decoder.device))
        else:
            self._cache = None  # the next rows claim as much as they need

    @torch.no_grad()
    def _next(self) -> list[Written]:
        rows = self.rows
        logits = self.decoder.logits(self._hidden).float()
        logs = logits.log_softmax(-1)
        for place, row in enumerate(rows):
            if row.thinking and (banned := row.thinking.banned()):
                logits[place, banned] = -torch.inf
        drawn = _choose_each(logits, rows)
        tokens = [row.thinking.put(token) if row.thinking else token for row, token in zip(rows, drawn, strict=True)]
        places = torch.tensor(tokens, device=logs.device)[:, None]
        taken = logs.gather(1, places)[:, 0].tolist()
        tops = [_top(logs[place], row.tops) if row.tops else [] for place, row in enumerate(rows)]
        return [self._take(*one) for one in zip(rows, tokens, taken, tops, strict=True)]

    def _take(self, row: Row, token: int, log: float, top: list[tuple[int, float]]) -> Written:
        if token in self.stop_ids:
            row.finish = "stop"
            return Written(row, None, log, top, row.finish)
        row.ids.append(token)
        row.logs.append(log)
        if len(row.ids) >= row.sampling.max_tokens:
            row.finish = "length"
        elif len(row.prompt) + len(row.ids) >= self.decoder.shape.context:
            row.finish = "context"
        return Written(row, token, log, top, row.finish)


def _top(logs: Tensor, count: int) -> list[tuple[int, float]]:
    best = logs.topk(min(count, len(logs)))
    return list(zip(best.indices.tolist(), best.values.tolist(), strict=True))


def join(first: Cache, second: Cache) -> Cache:
    """Return one cache with the sequences of both, as roomy as the larger; both are used up."""
    small, large = sorted((first, second), key=lambda cache: cache.context)
    if small.context < large.context:
        for tensors in (small.keys, small.values):
            for layer, tensor in enumerate(tensors):
                wider = tensor.new_zeros(*tensor.shape[:2], large.context, tensor.shape[3])
                wider[:, :, : small.context] = tensor
                tensors[layer] = wider
        small.context = large.context
    first.keys = [torch.cat(pair) for pair in zip(first.keys, second.keys, strict=True)]
    first.values = [torch.cat(pair) for pair in zip(first.values, second.values, strict=True)]
    first.lengths = torch.cat([first.lengths, second.lengths])
    first.keep(torch.arange(len(first.lengths), device=first.lengths.device))
    return first
