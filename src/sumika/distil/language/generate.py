"""Batched generation on a decoder's cache: finished rows leave the batch, waiting ones take their place."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence

import msgspec

from sumika.distil.language.batch import Batch, Row, Sampling
from sumika.distil.language.budget import Budget
from sumika.distil.language.decoder import Decoder
from sumika.distil.language.dialogue import PROMPT, question
from sumika.distil.language.tokenizer import Tokenizer

__all__ = ["Answered", "Completion", "Generator", "LanguageStudent", "Request", "Sampling"]


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
        rows = [Row(request.token_ids, sampling, seed=request.seed, budget=budget) for request in requests]
        numbers = {id(row): index for index, row in enumerate(rows)}
        waiting = deque(sorted(rows, key=lambda row: len(row.prompt)))
        batch = Batch(self.decoder, self.stop_ids)
        batch.check(rows)
        while waiting or batch.rows:
            # Refilled when half has left: a prefill of few sequences costs nearly as much as one of many.
            if waiting and len(batch.rows) <= self.batch // 2:
                batch.admit([waiting.popleft() for _ in range(min(len(waiting), self.batch - len(batch.rows)))])
            for written in batch.step():
                index = numbers[id(written.row)]
                if written.token is not None:
                    yield index, written.token
                if written.row.finish:
                    done[index] = _completion(written.row)
                    yield index, -1


def _completion(row: Row) -> Completion:
    return Completion(
        token_ids=row.ids,
        log_probabilities=row.logs,
        finish=row.finish,
        thinking_tokens=row.thinking.tokens if row.thinking else 0,
    )


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
        ask: How it is put to the student; `{prompt}` stands for what it is asked.
    """

    def __init__(
        self,
        decoder: Decoder,
        tokenizer: Tokenizer,
        *,
        batch: int = 256,
        end_think: str = "</think>",
        ask: str = PROMPT,
    ) -> None:
        ids = tokenizer.encode(end_think)
        if tokenizer.size > decoder.shape.vocabulary:
            raise ValueError(f"{tokenizer.size} pieces for a vocabulary of {decoder.shape.vocabulary}")
        self.tokenizer, self.end_think, self.ask = tokenizer, ids, ask
        self.generator = Generator(decoder, [tokenizer.end_id], batch=batch)

    def question(self, prompt: str) -> list[int]:
        """Return the tokens that it is asked with, up to the start of its thinking."""
        return question(self.tokenizer, self.ask.replace(PROMPT, prompt))

    def answer(
        self, prompts: Sequence[str], sampling: Sampling, budget: Budget | None = None, samples: int = 1
    ) -> list[Answered]:
        """Return `samples` answers to each prompt, those of one prompt together."""
        asked = [self.question(prompt) for prompt in prompts for _ in range(samples)]
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
