"""How a problem, its reasoning and its answer become the text of a language student."""

import msgspec

from sumika.distil.language.tokenizer import END_THINK, THINK, Tokenizer


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
