"""What the steps that ask a student have in common: a student, or why there is none."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sumika.models import Answer
from sumika.schema import Reason


class Asked(Protocol):
    """A student, as steps ask it."""

    @property
    def name(self) -> str:
        """Of the student."""
        ...

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of its outputs; empty for values."""
        ...

    def answer(self, x: NDArray[np.float32], mask: NDArray[np.bool_] | None = None) -> Answer:
        """Return what it says of one input."""
        ...

    def answers(self, x: NDArray[np.float32], mask: NDArray[np.bool_] | None = None) -> list[Answer]:
        """Return what it says of several inputs."""
        ...


NOBODY = Answer(valid=False, reason=Reason.NO_STUDENT)
"""The answer where there is no student."""


def asked(student: Asked | None, x: NDArray[np.float32]) -> Answer:
    """Return what a student says of one input; where there is none, that there is none."""
    return NOBODY if student is None else student.answer(x)


def name_of(student: Asked | None) -> str:
    """Return a student's name; empty where there is none."""
    return "" if student is None else student.name
