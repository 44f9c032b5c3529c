"""How a problem, its reasoning and its answer become the text of a language student."""

from pathlib import Path

import msgspec

from sumika.distil.language.tokenizer import END_THINK, THINK, Tokenizer
from sumika.distil.store import write_whole
from sumika.schema import SumikaError

PROMPT = "{prompt}"
"""Stands for the problem in how a student is asked, and is all of it where nothing else is said."""

ASKED = "asked.json"
"""Beside the weights of a student that is asked in some way of its own."""


class _Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ask: str


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One sequence to train on.

    Attributes:
        token_ids: The whole text, ended by the end piece.
        loss_from: First token that is predicted for the loss: everything before is the question.
    """

    token_ids: list[int]
    loss_from: int

    def __post_init__(self) -> None:
        """Refuse a sample that has nothing to learn or nothing to learn from."""
        if not 1 <= self.loss_from < len(self.token_ids):
            raise ValueError(f"loss from token {self.loss_from} of {len(self.token_ids)}")

    @property
    def loss_tokens(self) -> int:
        """How many tokens carry loss."""
        return len(self.token_ids) - self.loss_from


def question(tokenizer: Tokenizer, prompt: str) -> list[int]:
    """Return the tokens a student is asked with: the prompt, and the start of thinking."""
    return tokenizer.encode(prompt + THINK)


def encode_trace(tokenizer: Tokenizer, prompt: str, reasoning: str, answer: str) -> Sample:
    """Return `prompt <think> reasoning </think> answer <end>`, with loss after `<think>`.

    Args:
        tokenizer: Of the student.
        prompt: The problem.
        reasoning: "" to learn the answer alone.
        answer: What is right.
    """
    asked = question(tokenizer, prompt)
    told = tokenizer.encode(reasoning + END_THINK + answer)
    return Sample(token_ids=[*asked, *told, tokenizer.end_id], loss_from=len(asked))


def write_ask(folder: Path, ask: str) -> None:
    """Keep beside a student's weights how it is asked; nothing where it is the problem alone.

    Args:
        folder: Of the weights.
        ask: A text with `PROMPT` in it.
    """
    path = folder / ASKED
    if ask != PROMPT:
        write_whole(path, msgspec.json.encode(_Asked(ask)))
    else:
        path.unlink(missing_ok=True)


def read_ask(folder: Path) -> str:
    """Return how the student in a folder is asked.

    Raises:
        SumikaError: if that is not to be read.
    """
    path = folder / ASKED
    if not path.exists():
        return PROMPT
    try:
        ask = msgspec.json.decode(path.read_bytes(), type=_Asked).ask
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SumikaError(
            f"how the student is asked cannot be read ({error})", where=str(path), remedy="Make the student again."
        ) from error
    if PROMPT not in ask:
        raise SumikaError(f"no {PROMPT} in how the student is asked", where=str(path), remedy="Make the student again.")
    return ask
