"""Answers in OpenAI's shapes: whole ones and chunks."""

import secrets
import time
from collections.abc import Sequence
from typing import Any

from sumika.distil.language.batch import Written
from sumika.distil.language.tokenizer import Tokenizer
from sumika.distil.serve._asked import Choice

Told = dict[str, Any]


class Envelope:
    """What every part of one answer repeats.

    Attributes:
        chat: Whether it is a chat's.
        tokenizer: Of the student.
    """

    def __init__(self, model: str, tokenizer: Tokenizer, *, chat: bool, streamed: bool) -> None:
        self.chat, self.tokenizer = chat, tokenizer
        kind = ("chat.completion.chunk" if streamed else "chat.completion") if chat else "text_completion"
        name = f"{'chatcmpl' if chat else 'cmpl'}-{secrets.token_hex(12)}"
        self._told = {"id": name, "object": kind, "created": int(time.time()), "model": model}

    def holding(self, choices: Sequence[Told], **more: Any) -> Told:
        """Return the answer with these choices."""
        return {**self._told, "choices": choices, **more}

    def delta(self, choice: Choice, told: Told, *, finish: str | None = None, logs: Told | None = None) -> Told:
        """Return a chunk with what is new."""
        part = {"delta": told} if self.chat else {"text": told.get("content", "")}
        return self.holding([{"index": choice.number, **part, "logprobs": logs, "finish_reason": finish}])

    def whole(self, choice: Choice, logs: Told | None) -> Told:
        """Return a finished choice."""
        reply = choice.reply
        ended = {"index": choice.number, "logprobs": logs, "finish_reason": choice.finish}
        if not self.chat:
            return {**ended, "text": reply.answer}
        return {**ended, "message": {"role": "assistant", **spoken(reply.reasoning, reply.answer), "refusal": None}}

    def logs(self, written: Sequence[Written], begun: int = 0) -> Told:
        """Return the log-probabilities of some tokens; `begun` characters of text came before them."""
        ours = [one for one in written if one.token is not None]
        return {"content": [self._log(one) for one in ours]} if self.chat else self._legacy(ours, begun)

    def _piece(self, token: int, log: float) -> Told:
        text = self.tokenizer.decode([token])
        return {"token": text, "logprob": log, "bytes": list(text.encode())}

    def _log(self, one: Written) -> Told:
        assert one.token is not None  # only written tokens come here
        return {**self._piece(one.token, one.log), "top_logprobs": [self._piece(*pair) for pair in one.top]}

    def _legacy(self, written: Sequence[Written], begun: int) -> Told:
        tokens = [self.tokenizer.decode([one.token]) for one in written if one.token is not None]
        offsets = [begun + sum(map(len, tokens[:place])) for place in range(len(tokens))]
        tops = [{self.tokenizer.decode([token]): log for token, log in one.top} for one in written]
        logs = [one.log for one in written]
        return {"tokens": tokens, "token_logprobs": logs, "top_logprobs": tops, "text_offset": offsets}


def spoken(reasoning: str, answer: str) -> Told:
    """Return the fields of a message; reasoning under both names that clients look for."""
    return {"content": answer, "reasoning_content": reasoning, "reasoning": reasoning}


def new(reasoning: str, answer: str) -> Told:
    """Return the fields of a delta: those that have anything new."""
    told: Told = {"reasoning_content": reasoning, "reasoning": reasoning} if reasoning else {}
    return told | ({"content": answer} if answer else {})


def usage(choices: Sequence[Choice]) -> Told:
    """Return the tokens of a request; a prompt that several choices share counts once."""
    prompts = {id(choice.job.row.prompt): len(choice.job.row.prompt) for choice in choices}
    asked, written = sum(prompts.values()), sum(choice.reply.tokens for choice in choices)
    reasoning = sum(choice.reply.reasoning_tokens for choice in choices)
    return {
        "prompt_tokens": asked,
        "completion_tokens": written,
        "total_tokens": asked + written,
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }
