"""What clients may ask, checked field by field; what the student cannot do is refused rather than ignored."""

from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from sumika.distil.serve._errors import refused

LARGEST_CHOICES, LARGEST_PROMPTS, LARGEST_STOPS, LARGEST_TOPS = 16, 16, 4, 20
ROLES = ("system", "developer", "user", "assistant")

Count = Annotated[int, Meta(ge=1, le=1 << 20)]
Temperature = Annotated[float, Meta(ge=0, le=2)]
Share = Annotated[float, Meta(gt=0, le=1)]
Seed = Annotated[int, Meta(ge=-(1 << 63), le=(1 << 63) - 1)]
Choices = Annotated[int, Meta(ge=1, le=LARGEST_CHOICES)]
StopText = Annotated[str, Meta(min_length=1, max_length=1000)]
Stop = StopText | Annotated[list[StopText], Meta(max_length=LARGEST_STOPS)] | None
Prompts = str | Annotated[list[str], Meta(min_length=1, max_length=LARGEST_PROMPTS)]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a message: text alone."""

    type: Literal["text"]
    text: str


class Turn(msgspec.Struct, frozen=True):
    """One message. Fields beside these (a name, the reasoning of earlier answers) are of no use to a student."""

    role: str
    content: str | list[Part]

    @property
    def text(self) -> str:
        """The words."""
        return self.content if isinstance(self.content, str) else "".join(part.text for part in self.content)


class StreamOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an answer is streamed."""

    include_usage: bool = False
    include_obfuscation: bool = False


class Format(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Form of the answer."""

    type: Literal["text"] = "text"


class Common(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What both kinds of request share.

    Attributes:
        seed: None for one drawn anew.
        top_k: No field of OpenAI's; others have it.
        user: And the ones after it: taken and not used, for they ask for nothing.
    """

    model: str
    temperature: Temperature | None = None
    top_p: Share | None = None
    top_k: Annotated[int, Meta(ge=0, le=1 << 20)] = 0
    max_tokens: Count | None = None
    n: Choices | None = None
    stop: Stop = None
    seed: Seed | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    user: str | None = None
    presence_penalty: Annotated[float, Meta(ge=0, le=0)] | None = None
    frequency_penalty: Annotated[float, Meta(ge=0, le=0)] | None = None

    @property
    def stops(self) -> list[str]:
        """Texts that end an answer."""
        return [self.stop] if isinstance(self.stop, str) else list(self.stop or [])


class ChatRequest(Common, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`POST /v1/chat/completions`.

    Attributes:
        thinking_budget: Tokens of thinking at most; 0 for an answer without thinking.
        wait: How many ends of thinking are suppressed, each replaced by "Wait".
    """

    messages: Annotated[list[Turn], Meta(min_length=1, max_length=1000)]
    max_completion_tokens: Count | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Meta(ge=0, le=LARGEST_TOPS)] | None = None
    thinking_budget: Annotated[int, Meta(ge=0, le=1 << 20)] | None = None
    wait: Annotated[int, Meta(ge=0, le=100)] = 0
    response_format: Format | None = None
    metadata: dict[str, str] | None = None
    store: bool | None = None


class TextRequest(Common, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`POST /v1/completions`: the prompt is read as it stands."""

    prompt: Prompts
    logprobs: Annotated[int, Meta(ge=0, le=LARGEST_TOPS)] | None = None
    echo: Literal[False] | None = None
    best_of: Literal[1] | None = None
    suffix: None = None


Kind = TypeVar("Kind", bound=Common)


def parse(body: bytes, kind: type[Kind]) -> Kind:
    """Return a request.

    Raises:
        ApiError: 400 if it is no JSON or does not fit, naming the field.
    """
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at `$")
        field = place.rstrip("`").lstrip(".")
        raise refused(f"{problem}{f' (at {field})' if field else ''}", field=field) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise refused(f"the body is no JSON: {error}", "invalid_json") from error


def prompt_of(turns: list[Turn], *, last_alone: bool = False) -> str:
    """Return the question: what all turns say, line by line. A student is trained on single questions.

    Args:
        turns: The conversation.
        last_alone: Only what was said last is asked.

    Raises:
        ApiError: 400 for an unknown role, or if the last turn is not the user's.
    """
    for place, turn in enumerate(turns):
        if turn.role not in ROLES:
            raise refused(
                f"unknown role '{turn.role[:40]}': there are {', '.join(ROLES)}", field=f"messages[{place}].role"
            )
    if turns[-1].role != "user":
        raise refused("the last message must be the user's", field="messages")
    return turns[-1].text if last_alone else "\n".join(turn.text for turn in turns if turn.text)
