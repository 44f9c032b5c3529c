"""Students for the nodes that ask them: the house's own where it has one, else those that ship.

Which one that is may change while a node runs: somebody goes back to the one before, or a night has made a better one.
So steps are handed a `Followed`, and between two messages, never within one, the loop looks whether the house's folder
is another than it was (`StudentWatch`). What was refused on the way is said once, and once that it no longer is.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sumika.runtime.process import NodeProcess
from sumika.schema import Event, Origin, Severity
from sumika.units import seconds_to_ns

if TYPE_CHECKING:
    from sumika.models import Answer, Student

LOOK_EVERY_S = 20.0
_MOST_DETAIL = 300


class Followed:
    """A student as steps ask it; another one may stand behind it from one message to the next.

    Attributes:
        student: Who is asked.
    """

    def __init__(self, student: "Student") -> None:
        self.student = student

    @property
    def name(self) -> str:
        """Of the student."""
        return self.student.name

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of its outputs; empty for values."""
        return self.student.classes

    def answer(self, x: Any, mask: Any = None) -> "Answer":
        """Return what it says of one input."""
        return self.student.answer(x, mask)

    def answers(self, x: Any, mask: Any = None) -> "list[Answer]":
        """Return what it says of several inputs."""
        return self.student.answers(x, mask)


@dataclass(slots=True)
class _Wanted:
    """A student that this process was asked for.

    Attributes:
        followed: Who is asked; None where none could be used when it was asked for, which its step then says.
        refused: Why others that would have come before it are not, or why there is none.
        seen: What the house's folder of it was like when it was loaded.
    """

    name: str
    features: str
    data: Path | None
    followed: Followed | None = None
    refused: tuple[str, ...] = ()
    seen: object = None

    def load(self) -> None:
        # Imported where it runs: networks cost every other process memory and time.
        from sumika.models import StudentRefused, find_student, house_shelf

        shelf = house_shelf(self.data) if self.data else None
        self.seen = shelf.looks(self.name) if shelf else None
        try:
            student = find_student(self.name, features=self.features, shelf=shelf)
        except (StudentRefused, OSError) as error:
            self.refused = (str(error),)  # one that was whole when it was loaded goes on
            return
        self.refused = student.passed_over
        if self.followed is None:
            self.followed = Followed(student)
        self.followed.student = student

    def load_again(self) -> None:
        """Load it again where the house's folder has changed; a step that was told of none cannot be told of one."""
        if self.data is None or self.followed is None:
            return
        from sumika.models import house_shelf

        if house_shelf(self.data).looks(self.name) != self.seen:
            self.load()

    @property
    def detail(self) -> str:
        """What a person needs to know of a refusal, in one line."""
        if not self.refused:
            return ""
        own = self.followed is not None and self.followed.student.about.personal is not None
        used = "nobody" if self.followed is None else "the house's own before it" if own else "the one that ships"
        return f"asked instead: {used}. {self.refused[0]}"[:_MOST_DETAIL]


_WANTED: dict[tuple[str, str, Path | None], _Wanted] = {}
"""Of this process: whoever asks twice for a student is handed the same one."""


def found_student(name: str, features: str, data: Path | None = None) -> Followed | None:
    """Return a student; None where there is none that may be used, which the estimate then says of itself.

    Args:
        name: Of the student.
        features: What it will be handed, with the version.
        data: Folder of the house's data; None: only those that ship may be used.
    """
    key = (name, features, data)
    if key not in _WANTED:
        _WANTED[key] = _Wanted(name, features, data)
        _WANTED[key].load()
    return _WANTED[key].followed


class StudentWatch:
    """Looks after the students that a node's steps ask; `turn()` once per turn of its loop."""

    def __init__(self, process: NodeProcess) -> None:
        self._process = process
        self._told: dict[str, tuple[str, ...]] = {}
        # Not at once: who is to hear of a refusal has to subscribe first.
        self._next_ns = process.clock.now().monotonic_ns + seconds_to_ns(LOOK_EVERY_S)

    def turn(self) -> None:
        """Load again what is another one now, and say of what was refused or is so no longer; now and then."""
        if not _WANTED or self._process.clock.now().monotonic_ns < self._next_ns:
            return
        self._next_ns = self._process.clock.now().monotonic_ns + seconds_to_ns(LOOK_EVERY_S)
        for wanted in _WANTED.values():
            wanted.load_again()
            self._tell(wanted)

    def _tell(self, wanted: _Wanted) -> None:
        publisher = self._process.publisher
        if publisher is None or self._told.get(wanted.name, ()) == wanted.refused:
            return
        self._told[wanted.name] = wanted.refused
        publisher.publish(
            Event(
                stamp=self._process.clock.now(),
                origin=Origin.LIVE,
                subject=wanted.name,
                code="student_refused",
                severity=Severity.WARNING if wanted.refused else Severity.INFO,
                recovered=not wanted.refused,
                detail=wanted.detail,
            )
        )
