"""From a checked request to sequences for the engine."""

import asyncio
import secrets
from collections.abc import Sequence

from sumika.distil.language.batch import Row, Sampling
from sumika.distil.language.budget import Budget, budget_of
from sumika.distil.language.generate import LanguageStudent
from sumika.distil.language.tokenizer import SPECIAL, CharacterTokenizer
from sumika.distil.serve._engine import Job, Pieces
from sumika.distil.serve._errors import refused
from sumika.distil.serve._requests import ChatRequest, Common, TextRequest, prompt_of
from sumika.distil.serve._text import Reply

WAIT = "Wait"


class Choice:
    """One answer that is on its way.

    Attributes:
        number: Its index in the response.
        job: The sequence.
        reply: What has come.
        finish: Why it has ended, in OpenAI's words: "stop" or "length"; "" while it has not.
    """

    def __init__(self, number: int, job: Job, reply: Reply) -> None:
        self.number, self.job, self.reply = number, job, reply
        self.finish = ""


def chat_choices(student: LanguageStudent, request: ChatRequest, most: int) -> list[Choice]:
    """Return the sequences of a chat request, each of `most` tokens at most.

    Raises:
        ApiError: 400 if the student cannot be asked this.
    """
    # Without a line break in its alphabet a student has never read two lines: it is asked the last question alone, else
    # chat programs, which send everything that was said before, could ask it nothing but their first one.
    text = prompt_of(request.messages, last_alone=bool(student.tokenizer.lacks("\n")))
    _check(student, text, field="messages")
    if request.top_logprobs and not request.logprobs:
        raise refused("top_logprobs needs logprobs", field="top_logprobs")
    ids, thinking, budget = student.question(text), True, None
    if request.thinking_budget == 0:
        if request.wait:
            raise refused("without thinking nothing can wait", field="wait")
        ids, thinking = [*ids, *student.end_think], False
    elif request.thinking_budget or request.wait:
        budget = _budget(student, request)
    sampling = _sampling(student, request, request.max_completion_tokens or request.max_tokens, most)
    tops = request.top_logprobs or 0
    return _choices(student, request, [ids], sampling, budget=budget, tops=tops, thinking=thinking)


def text_choices(student: LanguageStudent, request: TextRequest, most: int) -> list[Choice]:
    """Return the sequences of a completion request, each of `most` tokens at most.

    Raises:
        ApiError: 400 if the student cannot be asked this.
    """
    prompts = [request.prompt] if isinstance(request.prompt, str) else request.prompt
    for prompt in prompts:
        _check(student, prompt, field="prompt", raw=True)
    encoded = [student.tokenizer.encode(prompt) for prompt in prompts]
    sampling = _sampling(student, request, request.max_tokens, most)
    return _choices(student, request, encoded, sampling, tops=request.logprobs or 0)


def _sampling(student: LanguageStudent, request: Common, limit: int | None, most: int) -> Sampling:
    return Sampling(
        temperature=1.0 if request.temperature is None else request.temperature,
        top_k=request.top_k,
        top_p=request.top_p or 1.0,
        max_tokens=min(limit or most, most, student.generator.decoder.shape.context),
        seed=secrets.randbits(62) if request.seed is None else request.seed,
    )


def _choices(
    student: LanguageStudent,
    request: Common,
    prompts: Sequence[list[int]],
    sampling: Sampling,
    *,
    budget: Budget | None = None,
    tops: int,
    thinking: bool = False,
) -> list[Choice]:
    context = student.generator.decoder.shape.context
    longest = max(map(len, prompts))
    if longest >= context:
        message = f"the prompt has {longest} tokens, the student takes {context - 1} at most"
        raise refused(
            message, "context_length_exceeded", field="messages" if isinstance(request, ChatRequest) else "prompt"
        )
    made: list[Choice] = []
    pieces: Pieces = asyncio.Queue()
    for ids in prompts:
        for _ in range(request.n or 1):
            # Every choice has a seed of its own, and no negative one.
            row = Row(ids, sampling, seed=(sampling.seed + len(made)) % (1 << 63), budget=budget, tops=tops)
            reply = Reply(student.tokenizer, student.end_think, request.stops, thinking=thinking)
            made.append(Choice(len(made), Job(row, pieces), reply))
    return made


def _budget(student: LanguageStudent, request: ChatRequest) -> Budget:
    if request.wait and (missing := student.tokenizer.lacks(WAIT)):
        raise refused(f"the student cannot write '{WAIT}': it has no {_listed(missing)}", field="wait")
    end = student.tokenizer.decode(student.end_think)
    return budget_of(student.tokenizer, cap=request.thinking_budget or 0, waits=request.wait, wait=WAIT, end=end)


def _check(student: LanguageStudent, text: str, *, field: str, raw: bool = False) -> None:
    """Refuse an empty text, characters that the student cannot read, and marks that only the server may set."""
    if not text.strip():
        raise refused("there is nothing to answer: the text is empty", field=field)
    if missing := student.tokenizer.lacks(text):
        raise refused(f"the student cannot read {_listed(missing)}", "unknown_characters", field=field)
    marks = [mark for mark in SPECIAL if mark in text]
    if marks and not raw and isinstance(student.tokenizer, CharacterTokenizer):
        raise refused(f"a message may not hold {', '.join(marks)}: these divide question and answer", field=field)


def _listed(characters: Sequence[str]) -> str:
    shown = ", ".join(f"{one!r} (U+{ord(one):04X})" for one in characters[:10])
    return shown if len(characters) <= 10 else f"{shown} and {len(characters) - 10} more characters"
