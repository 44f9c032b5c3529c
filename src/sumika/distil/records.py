"""What passes between the stages: problems, traces, sets of arrays, and what a stage has spent."""

import hashlib
from enum import StrEnum

import msgspec
import numpy as np
from numpy.typing import NDArray


class Grading(StrEnum):
    """How an answer is compared with the truth."""

    TEXT = "text"  # equal after white space is folded
    MATHS = "maths"  # equal in value
    CODE = "code"  # the program passes the example's tests


class Example(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One problem of a pool or of an evaluation set.

    Attributes:
        prompt: What teacher and student are asked.
        answer: The truth; "" where there is none.
        domain: Field it belongs to; diversity is chosen over these.
        grading: How an answer is graded.
        tests: Python statements that a program must survive (`assert f(2) == 4`); for `Grading.CODE`.
        reasoning: A trace that came with the data; "" where there is none.
        source: Data set and row, for the lineage.
        licence: SPDX identifier of the data; "" where it is not known.
    """

    prompt: str
    answer: str = ""
    domain: str = ""
    grading: Grading = Grading.TEXT
    tests: tuple[str, ...] = ()
    reasoning: str = ""
    source: str = ""
    licence: str = ""

    @property
    def id(self) -> str:
        """Name of this example: a hash of what is asked and what is right, 16 hexadecimal digits."""
        content = "\x00".join((self.prompt, self.answer, *self.tests))
        return hashlib.sha256(content.encode()).hexdigest()[:16]


class Usage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one call of a teacher used.

    Attributes:
        prompt_tokens: Tokens read.
        reasoning_tokens: Tokens of reasoning written.
        answer_tokens: Tokens of the answer written.
        money_usd: What the call cost at the teacher's stated prices; 0 for a local one, whose time is metered instead.
    """

    prompt_tokens: int = 0
    reasoning_tokens: int = 0
    answer_tokens: int = 0
    money_usd: float = 0.0


class Trace(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One teacher's answer to one example.

    Attributes:
        example_id: `Example.id`.
        reasoning: What came before the answer; "" if the teacher showed none.
        answer: The answer alone.
        teacher: Name of the teacher.
        version: What exactly answered: a model's hash, or the name that an endpoint says answered.
        date: Day it was made, ISO 8601.
        terms: Identifier of the terms under which it may be used.
        try_index: Which of several samples of the same question.
        finish: "stop", or why it ended otherwise ("length", "cut").
        correct: What the grader said; None where it was not graded.
        usage: Tokens and money.
    """

    example_id: str
    reasoning: str
    answer: str
    teacher: str
    version: str
    date: str
    terms: str
    try_index: int = 0
    finish: str = "stop"
    correct: bool | None = None
    usage: Usage = Usage()


VIEW_OF = "view of "
"""Begins the domain of an example that is another one, changed at random: it is learnt from and never scored."""


class ArraySet(msgspec.Struct, frozen=True, kw_only=True):
    """Labelled arrays: windows of a signal, sets of points, rows of a table.

    Attributes:
        x: float32, first axis the example: (example, channel, time), (example, point, feature) or (example, column).
        y: int64 class per example, or float32 (example, output) for a regression or a policy.
        group: Person, room or session per example; splits never cut through a group.
        domain: Domain per example; diversity is chosen over these. `VIEW_OF` begins that of a view of another example,
            which is of the same group.
        classes: Names of the classes; empty for a regression.
        mask: bool (example, point): which points are real; None where every one is.
    """

    x: NDArray[np.float32]
    y: NDArray[np.int64] | NDArray[np.float32]
    group: NDArray[np.str_]
    domain: NDArray[np.str_]
    classes: tuple[str, ...] = ()
    mask: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        """Return the number of examples."""
        return len(self.x)

    @property
    def is_view(self) -> NDArray[np.bool_]:
        """Which examples are views of others, and so are not to be scored."""
        return np.char.startswith(self.domain.astype(str), VIEW_OF)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "ArraySet":
        """Return the examples at these rows."""
        mask = None if self.mask is None else self.mask[rows]
        return ArraySet(
            x=self.x[rows],
            y=self.y[rows],
            group=self.group[rows],
            domain=self.domain[rows],
            classes=self.classes,
            mask=mask,
        )


class Spent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a piece of work used up.

    Attributes:
        wall_s: From start to end.
        cpu_s: Time on processor cores, all threads and children.
        gpu_s: Time that an accelerator was held.
        flops: Floating-point operations of the networks, counted from their shapes (multiply and add are two).
        energy_kwh: Electricity, from measured time and stated watts.
        prompt_tokens: Tokens read by language models.
        output_tokens: Tokens written by language models, or trained on.
        money_usd: Bought from others (endpoints). Own machines are priced from time and energy by the ledger.
    """

    wall_s: float = 0.0
    cpu_s: float = 0.0
    gpu_s: float = 0.0
    flops: float = 0.0
    energy_kwh: float = 0.0
    prompt_tokens: int = 0
    output_tokens: int = 0
    money_usd: float = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        """Return both together."""
        return Spent(**{name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__})
