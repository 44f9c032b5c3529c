"""Hands questions on to a student and keeps what it makes of them, for a student to become a house's own by."""

import numpy as np
from numpy.typing import NDArray

from sumika.models import AT_ONCE, UNLABELLED, Answer, Lived, Student, nothing_hidden

MOST_A_DAY = 2000
"""Questions of a day that are kept: by chance out of all, so that every hour and everybody has their share."""


class Asked:
    """A student that is listened to: what a house's log makes of its steps is what they ask live.

    Attributes:
        day: Of the questions that come.
        questions: How many have come.
        like: How many of them are like what it has learnt from.
    """

    def __init__(self, student: Student) -> None:
        self._student = student
        self.day = ""
        self.questions = self.like = 0
        self._of_day: dict[str, int] = {}
        self._kept: dict[tuple[str, int], tuple[int, NDArray[np.float32]]] = {}
        self._waiting: dict[tuple[str, int], tuple[int, NDArray[np.float32], NDArray[np.bool_] | None]] = {}
        self._random = np.random.default_rng(0)

    @property
    def name(self) -> str:
        """Of the student."""
        return self._student.name

    @property
    def classes(self) -> tuple[str, ...]:
        """Of the student."""
        return self._student.classes

    def answer(self, x: NDArray[np.float32], mask: NDArray[np.bool_] | None = None) -> Answer:
        """Return what the student says, and keep what it makes of the question."""
        said = self._student.answer(x, mask)
        self._keep(x, mask, said)
        return said

    def answers(self, x: NDArray[np.float32], mask: NDArray[np.bool_] | None = None) -> list[Answer]:
        """Return what the student says of several, and keep what it makes of the questions."""
        said = self._student.answers(x, mask)
        for row, one in enumerate(said):
            self._keep(x[row], None if mask is None else mask[row], one)
        return said

    def lived(self) -> Lived:
        """Return what was kept, in the order in which it came."""
        self._look()
        rows = sorted((number, day, hidden) for (day, _), (number, hidden) in self._kept.items())
        return Lived(
            hidden=np.stack([hidden for _, _, hidden in rows]) if rows else nothing_hidden(self._student),
            day=np.array([day for _, day, _ in rows], np.str_),
            label=np.full(len(rows), UNLABELLED, np.int64),
        )

    def _keep(self, x: NDArray[np.float32], mask: NDArray[np.bool_] | None, said: Answer) -> None:
        if x.shape != self._student.about.model.shape:
            return
        self.questions += 1
        if not said.valid:
            return
        self.like += 1
        # Vitter's algorithm R: at any time each one of the day has had the same chance to be there.
        before = self._of_day[self.day] = self._of_day.get(self.day, -1) + 1
        place = before if before < MOST_A_DAY else int(self._random.integers(before + 1))
        if place < MOST_A_DAY:
            self._waiting[self.day, place] = (self.questions, x.copy(), None if mask is None else mask.copy())
        if len(self._waiting) >= AT_ONCE:
            self._look()

    def _look(self) -> None:
        """Put the layer before the outputs in the place of the questions that wait."""
        if not self._waiting:
            return
        every = np.ones(self._student.about.model.shape[0], bool)
        masks = [every if mask is None else mask for _, _, mask in self._waiting.values()]
        x = np.stack([one for _, one, _ in self._waiting.values()])
        hidden = self._student.hidden(x, np.stack(masks) if self._student.about.model.masked else None)
        for (place, (number, _, _)), own in zip(self._waiting.items(), hidden, strict=True):
            self._kept[place] = (number, own.copy())
        self._waiting.clear()
