"""What the chat endpoints of different makers call the same thing: reasoning, usage, the end of a stream.

Reasoning comes as `reasoning_content` (DeepSeek, xAI, llama.cpp, vLLM before 0.11), as `reasoning` (OpenRouter, Ollama,
newer vLLM), as content marked by `extra_content.google.thought` (Gemini), as `<think>...</think>` or
`<thought>...</thought>` within the content (servers that do not parse it), or not at all: then `usage` says how many
tokens it had (OpenAI). Some count it within `completion_tokens` (OpenAI, DeepSeek), others beside it (xAI, Gemini),
where only `total_tokens` holds everything that is billed.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from sumika.schema import UNREADABLE

TAGS = re.compile(r"\A\s*(?:<(?P<tag>think|thought)>)?(?P<reasoning>.*?)</(?:think|thought)>\s*", re.DOTALL)
PLACEHOLDER = re.compile(r"(?:thinking[.…\s]*)+", re.IGNORECASE)  # some of xAI's models send it in place of thoughts
UNCLOSED = re.compile(r"\A\s*<(?:think|thought)>(?P<reasoning>.*)\Z", re.DOTALL)
FINISHES = {"stop": "stop", "length": "length", "content_filter": "filtered", "max_tokens": "length", "eos": "stop"}


class BrokenError(Exception):
    """What came is no chat completion; the message says why."""


class ServerSaidError(Exception):
    """The server reports an error within the stream."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One completion, its parts told apart.

    Attributes:
        reasoning: "" if none was shown.
        answer: Without the reasoning.
        finish: "stop", "length", "filtered", or what the server calls it.
        model: Who says it has answered.
        prompt_tokens: Read; -1 if the server does not say.
        reasoning_tokens: Written as reasoning, shown or hidden.
        answer_tokens: Written as the answer.
    """

    reasoning: str
    answer: str
    finish: str
    model: str
    prompt_tokens: int = -1
    reasoning_tokens: int = 0
    answer_tokens: int = 0


class Assembly:
    """Puts a stream of chunks together; a whole response that was not streamed is one chunk.

    Attributes:
        finish: Why the model stopped; "" while it has not.
        model: The model that the server names.
    """

    def __init__(self) -> None:
        self.finish = self.model = ""
        self._reasoning: list[str] = []
        self._content: list[str] = []
        self._usage: Mapping[str, Any] = {}

    def add(self, data: str | bytes) -> None:
        """Take one chunk.

        Raises:
            BrokenError: if it is no JSON object of a chat completion.
            ServerSaidError: if it reports an error.
        """
        try:
            chunk = msgspec.json.decode(data)
        except UNREADABLE as error:
            raise BrokenError(f"no JSON ({error}): {data[:80]!r}") from error
        if not isinstance(chunk, dict):
            raise BrokenError(f"no JSON object: {data[:80]!r}")
        if chunk.get("error"):
            raise ServerSaidError(error_text(chunk))
        self.model = self.model or _text(chunk.get("model"))
        if isinstance(chunk.get("usage"), dict):
            self._usage = chunk["usage"]
        choices = chunk.get("choices") or []
        if not isinstance(choices, list) or not all(isinstance(choice, dict) for choice in choices):
            raise BrokenError(f"`choices` is no list of objects: {data[:80]!r}")
        for choice in choices[:1]:
            self._take(choice.get("delta") or choice.get("message") or {})
            self.finish = self.finish or _text(choice.get("finish_reason"))

    def _take(self, delta: Mapping[str, Any]) -> None:
        if not isinstance(delta, dict):
            raise BrokenError("`delta` is no object")
        # Some servers send the same piece under the old and the new name: one of them is taken.
        shown = _text(delta.get("reasoning_content")) or _text(delta.get("reasoning"))
        if not shown:
            details = delta.get("reasoning_details")
            parts = details if isinstance(details, list) else []
            shown = "".join(_text(part.get("text")) for part in parts if isinstance(part, dict))
        self._reasoning.append(shown)
        content = _text(delta.get("content")) or _text(delta.get("refusal"))
        (self._reasoning if _is_thought(delta) else self._content).append(content)

    def told(self) -> Told:
        """Return the completion, once it is whole.

        Raises:
            BrokenError: if it has no end.
        """
        if not self.finish:
            raise BrokenError("the stream ended before the answer did")
        reasoning, answer = "".join(self._reasoning), "".join(self._content)
        inside, rest = cut_reasoning(answer)
        if not reasoning.strip():
            reasoning, answer = inside, rest
        elif _is_thought_tag(answer) or _is_thought_tag(reasoning):
            # Gemini marks the pieces and writes the tags too; an end tag may fall into the first piece of the answer.
            reasoning, answer = re.sub(r"</?thought>", "", reasoning), re.sub(r"\A\s*</thought>", "", answer)
        if PLACEHOLDER.fullmatch(reasoning.strip()):
            reasoning = ""
        prompt, thought, answered = _tokens(self._usage, len(reasoning), len(answer))
        return Told(
            reasoning=reasoning.strip(),
            answer=answer.strip(),
            finish=FINISHES.get(self.finish, self.finish),
            model=self.model,
            prompt_tokens=prompt,
            reasoning_tokens=thought,
            answer_tokens=answered,
        )


def cut_reasoning(content: str) -> tuple[str, str]:
    """Return (reasoning, answer) of content that holds both; ("", content) if it holds no reasoning.

    The opening tag may be missing: some chat templates put it into the prompt. Without the closing one everything is
    reasoning: the model was cut off while it thought.
    """
    if found := TAGS.match(content):
        return found["reasoning"], content[found.end() :]
    if found := UNCLOSED.match(content):
        return found["reasoning"], ""
    return "", content


def error_text(body: Any) -> str:
    """Return what an error body says, in one line of at most 300 characters."""
    error = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(error, dict):
        error = error.get("message") or error.get("detail") or error.get("code") or error
    return " ".join(str(error).split())[:300]


def error_code(body: Any) -> str:
    """Return the machine-readable code of an error body, "" if it has none."""
    error = body.get("error") if isinstance(body, dict) else None
    return _text(error.get("code")) or _text(error.get("type")) if isinstance(error, dict) else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _is_thought(delta: Mapping[str, Any]) -> bool:
    google = (delta.get("extra_content") or {}).get("google") if isinstance(delta.get("extra_content"), dict) else None
    return isinstance(google, dict) and google.get("thought") is True


def _is_thought_tag(text: str) -> bool:
    return text.lstrip().startswith(("<thought>", "</thought>"))


def _tokens(usage: Mapping[str, Any], reasoning_length: int, answer_length: int) -> tuple[int, int, int]:
    """Return tokens of (prompt, reasoning, answer), everything that is billed among them."""

    def number(name: str, where: Mapping[str, Any] = usage) -> int:
        value = where.get(name)
        return value if isinstance(value, int) and value > 0 else 0

    if not number("completion_tokens") and not number("total_tokens"):
        return -1, 0, 0
    prompt = number("prompt_tokens")
    written = number("completion_tokens")
    billed = max(written, number("total_tokens") - prompt)
    details = usage.get("completion_tokens_details")
    thought = number("reasoning_tokens", details if isinstance(details, dict) else usage)
    thought = thought or billed - written
    if not thought and reasoning_length:  # shown but not counted apart: shared out by length
        thought = round(billed * reasoning_length / (reasoning_length + answer_length))
    return prompt, min(thought, billed), billed - min(thought, billed)
