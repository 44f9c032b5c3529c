"""Batched generation on a decoder's cache: finished rows leave the batch, waiting ones take their place."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sumika.distil.language.budget import Budget, Thinking
from sumika.distil.language.cache import Cache
from sumika.distil.language.decoder import Decoder
from sumika.distil.language.dialogue import question
from sumika.distil.language.tokenizer import Tokenizer


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


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One prompt.

    Attributes:
        token_ids: The prompt.
        seed: Of its samples.
    """

    token_ids: list[int]
    seed: int = 0


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """What was written.

    Attributes:
        token_ids: Without the stop token.
        log_probabilities: Of each token under the model at temperature 1; forced ones too.
        finish: "stop", "length", or "context" where the decoder's context was full.
        thinking_tokens: Tokens before the end of thinking; 0 without a budget.
    """

    token_ids: list[int]
    log_probabilities: list[float]
    finish: str
    thinking_tokens: int = 0


class _Row:
    """One sequence at work."""

    def __init__(self, index: int, request: Request, thinking: Thinking | None) -> None:
        self.index, self.request, self.thinking = index, request, thinking
        self.ids: list[int] = []
        self.logs: list[float] = []
        self.random = np.random.default_rng(request.seed)
        self.finish = ""

    def completion(self) -> Completion:
        thinking_tokens = self.thinking.tokens if self.thinking else 0
        return Completion(
            token_ids=self.ids, log_probabilities=self.logs, finish=self.finish, thinking_tokens=thinking_tokens
        )


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


class Generator:
    """Generates for many requests at once.

    Attributes:
        decoder: The model.
        stop_ids: Tokens that end a completion.
        batch: Sequences at work at once.
    """

    def __init__(self, decoder: Decoder, stop_ids: Sequence[int], *, batch: int = 256) -> None:
        self.decoder, self.stop_ids, self.batch = decoder, frozenset(stop_ids), batch

    def run(
        self,
        requests: Sequence[Request],
        sampling: Sampling,
        *,
        budget: Budget | None = None,
        on_token: Callable[[int, int], None] | None = None,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> list[Completion]:
        """Return the completions in the order of the requests.

        Args:
            requests: Prompts with seeds; a sample depends on its own request alone.
            sampling: Settings.
            budget: Of thinking; None for none.
            on_token: Called with (request, token) as they come.
            progress: Requests done and in all.

        Raises:
            ValueError: if a prompt is empty or fills the context.
        """
        done: list[Completion | None] = [None] * len(requests)
        finished = 0
        for index, token in self._tokens(requests, sampling, budget, done):
            if on_token and token >= 0:
                on_token(index, token)
            if token < 0:
                finished += 1
                progress(finished, len(requests))
        return [completion for completion in done if completion is not None]

    def stream(self, request: Request, sampling: Sampling, *, budget: Budget | None = None) -> Iterator[int]:
        """Yield the tokens of one request as they come."""
        done: list[Completion | None] = [None]
        for _, token in self._tokens([request], sampling, budget, done):
            if token >= 0:
                yield token

    def _tokens(
        self,
        requests: Sequence[Request],
        sampling: Sampling,
        budget: Budget | None,
        done: list[Completion | None],
    ) -> Iterator[tuple[int, int]]:
        context = self.decoder.shape.context
        if any(not 0 < len(request.token_ids) < context for request in requests):
            raise ValueError(f"a prompt has from 1 to {context - 1} tokens")
        order = sorted(range(len(requests)), key=lambda index: len(requests[index].token_ids))
        rows = [_Row(index, requests[index], budget.begin() if budget else None) for index in order]
        waiting, active = deque(rows), list[_Row]()
        cache: Cache | None = None
        hidden = torch.empty(0)
        while waiting or active:
            # Refilled when half has left: a prefill of few sequences costs nearly as much as one of many.
            if waiting and len(active) <= self.batch // 2:
                fresh = [waiting.popleft() for _ in range(min(len(waiting), self.batch - len(active)))]
                cache, hidden = self._admit(fresh, cache, hidden, sampling)
                active += fresh
            assert cache is not None  # the first pass has admitted
            tokens = self._next(active, hidden, sampling)
            for row, token in zip(active, tokens, strict=True):
                if row.ids and row.finish != "stop":
                    yield row.index, token
            kept = [place for place, row in enumerate(active) if not row.finish]
            for row in active:
                if row.finish:
                    done[row.index] = row.completion()
                    yield row.index, -1
            if len(kept) < len(active):
                cache.keep(torch.tensor(kept, dtype=torch.int64, device=self.decoder.device))
                active = [active[place] for place in kept]
                tokens = [tokens[place] for place in kept]
            if active:
                hidden = self.decoder.step(torch.tensor(tokens, device=self.decoder.device), cache, None)

    def _admit(
        self, fresh: list[_Row], cache: Cache | None, hidden: Tensor, sampling: Sampling
    ) -> tuple[Cache, Tensor]:
        prompts = [row.request.token_ids for row in fresh]
        lengths = [len(prompt) for prompt in prompts]
        padded = torch.zeros(len(prompts), max(lengths), dtype=torch.int64)
        for place, prompt in enumerate(prompts):
            padded[place, : len(prompt)] = torch.tensor(prompt)
        room = min(self.decoder.shape.context, max(lengths) + sampling.max_tokens)
        added = self.decoder.new_cache(len(prompts), room)
        first = self.decoder.prefill(padded.to(self.decoder.device), lengths, added)
        if cache is None or not len(cache.lengths):
            return added, first
        return join(cache, added), torch.cat([hidden, first])

    @torch.no_grad()
    def _next(self, active: list[_Row], hidden: Tensor, sampling: Sampling) -> list[int]:
        logits = self.decoder.logits(hidden).float()
        logs = logits.log_softmax(-1)
        banned = [(place, row.thinking.banned()) for place, row in enumerate(active) if row.thinking]
        for place, tokens in banned:
            if tokens:
                logits[place, tokens] = -torch.inf
        uniform = np.array([row.random.random() for row in active]) if sampling.temperature else None
        drawn: list[int] = choose(logits, sampling, uniform).tolist()
        tokens = [row.thinking.put(token) if row.thinking else token for row, token in zip(active, drawn, strict=True)]
        places = torch.tensor(tokens, device=logs.device)[:, None]
        for row, token, log in zip(active, tokens, logs.gather(1, places)[:, 0].tolist(), strict=True):
            self._take(row, token, log, sampling)
        return tokens

    def _take(self, row: _Row, token: int, log: float, sampling: Sampling) -> None:
        if token in self.stop_ids:
            row.finish = "stop"
            return
        row.ids.append(token)
        row.logs.append(log)
        if len(row.ids) >= sampling.max_tokens:
            row.finish = "length"
        elif len(row.request.token_ids) + len(row.ids) >= self.decoder.shape.context:
            row.finish = "context"


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


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of a student.

    Attributes:
        reasoning: What stands before the end of thinking.
        answer: What stands after it; "" if thinking never ended.
        tokens: Written in all.
        finish: As in `Completion`.
        thinking_tokens: Tokens before the end of thinking.
    """

    reasoning: str
    answer: str
    tokens: int
    finish: str
    thinking_tokens: int = 0


class LanguageStudent:
    """A decoder with its tokenizer, asked in words.

    Attributes:
        generator: What generates.
        tokenizer: Of the decoder.
        end_think: Token that ends thinking.
    """

    def __init__(
        self, decoder: Decoder, tokenizer: Tokenizer, *, batch: int = 256, end_think: str = "</think>"
    ) -> None:
        ids = tokenizer.encode(end_think)
        if tokenizer.size > decoder.shape.vocabulary:
            raise ValueError(f"{tokenizer.size} pieces for a vocabulary of {decoder.shape.vocabulary}")
        self.tokenizer, self.end_think = tokenizer, ids
        self.generator = Generator(decoder, [tokenizer.end_id], batch=batch)

    def answer(
        self, prompts: Sequence[str], sampling: Sampling, budget: Budget | None = None, samples: int = 1
    ) -> list[Answered]:
        """Return `samples` answers to each prompt, those of one prompt together."""
        asked = [question(self.tokenizer, prompt) for prompt in prompts for _ in range(samples)]
        requests = [Request(token_ids=ids, seed=sampling.seed + index) for index, ids in enumerate(asked)]
        return [self.read(completion) for completion in self.generator.run(requests, sampling, budget=budget)]

    def read(self, completion: Completion) -> Answered:
        """Cut a completion into reasoning and answer."""
        ids, mark = completion.token_ids, self.end_think
        places = [place for place in range(len(ids)) if ids[place : place + len(mark)] == mark]
        cut = places[0] if places else len(ids)
        return Answered(
            reasoning=self.tokenizer.decode(ids[:cut]),
            answer=self.tokenizer.decode(ids[cut + len(mark) :]),
            tokens=len(ids),
            finish=completion.finish,
            thinking_tokens=cut,
        )
