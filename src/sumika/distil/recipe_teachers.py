"""Who answers, as a recipe says it: trained here, in a folder, a program, an endpoint, or whoever wrote the data."""

import msgspec

from sumika.distil.language.settings import LanguageTrainSettings
from sumika.distil.language.shape import DecoderShape
from sumika.distil.teachers.local import LocalSettings
from sumika.distil.teachers.presets import EndpointSettings
from sumika.distil.teachers.program import ProgramSettings


class Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sizes of a decoder from scratch; what is left out follows from the width."""

    width: int
    layers: int
    head_width: int = 32
    hidden: int = 0
    context: int = 256
    rope_base: float = 1_000.0

    def __post_init__(self) -> None:
        """Refuse sizes that make no network."""
        if self.width < 1 or self.layers < 1 or self.width % self.head_width:
            raise ValueError(f"`width` {self.width} must be a multiple of `head_width` {self.head_width}")

    def decoder(self, vocabulary: int) -> DecoderShape:
        """Return the whole shape with a tokenizer's vocabulary."""
        heads = max(1, self.width // self.head_width)
        hidden = self.hidden or int(self.width * 8 / 3) // 16 * 16
        return DecoderShape(
            vocabulary=vocabulary,
            width=self.width,
            layers=self.layers,
            heads=heads,
            key_value_heads=heads,
            head_width=self.head_width,
            hidden=hidden,
            context=self.context,
            rope_base=self.rope_base,
        )


class _Teacher(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="from"):
    pass


class TrainedTeacher(_Teacher, frozen=True, kw_only=True, tag="trained"):
    """A large decoder trained here on worked problems, drawn evenly.

    Attributes:
        examples: How many worked problems it reads.
        shape: Its sizes, without the vocabulary.
        train: How it is trained.
    """

    examples: int
    shape: Shape
    train: LanguageTrainSettings

    @property
    def terms(self) -> str:
        """Our own."""
        return "own"


class FolderTeacher(_Teacher, frozen=True, kw_only=True, tag="folder"):
    """A model in a Hugging Face folder, asked here.

    Attributes:
        model: Which, and how.
    """

    model: LocalSettings

    @property
    def terms(self) -> str:
        """Identifier of the terms of its answers."""
        return self.model.terms


class ProgramTeacher(_Teacher, frozen=True, kw_only=True, tag="program"):
    """Any program that reads problems and writes answers, one JSON object a line.

    Attributes:
        program: Which, and how.
    """

    program: ProgramSettings

    @property
    def terms(self) -> str:
        """Identifier of the terms of its answers."""
        return self.program.terms


class EndpointTeacher(_Teacher, frozen=True, kw_only=True, tag="endpoint"):
    """Any OpenAI-compatible endpoint.

    Attributes:
        endpoint: Which, and how.
    """

    endpoint: EndpointSettings

    @property
    def terms(self) -> str:
        """Identifier of the terms of its answers."""
        return self.endpoint.known.terms


class DataTeacher(_Teacher, frozen=True, kw_only=True, tag="data"):
    """Whoever wrote the reasoning that came with the data.

    Attributes:
        name: Of the teacher.
        terms: Identifier of the terms of its answers.
        version: What exactly answered; "" if it is not known.
        date: Day of the traces, ISO 8601; "" if it is not known.
        answers_alone: Whether the data brings answers and no reasoning, and these are to be learnt.
    """

    name: str
    terms: str
    version: str = ""
    date: str = ""
    answers_alone: bool = False


Teacher = TrainedTeacher | FolderTeacher | ProgramTeacher | EndpointTeacher | DataTeacher
