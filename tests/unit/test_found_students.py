"""Nodes ask the student that the house's folder says, also when that changes while they run; a refusal is said once."""

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import numpy as np
import pytest

import sumika.models
from sumika.clock import SimulatedClock
from sumika.distil.about import ABOUT, Head, Personal, about_json, read_about
from sumika.models import STUDENTS, Shelf, StudentRefused, house_shelf
from sumika.runtime import found_students
from sumika.runtime.found_students import LOOK_EVERY_S, Followed, StudentWatch, found_student
from sumika.runtime.process import NodeProcess
from sumika.schema import Event, Severity
from sumika.text import say
from sumika.units import seconds_to_ns
from tests.log_helpers import START

NAME, FEATURES = "comfort-tiny", read_about(STUDENTS / "comfort-tiny").features


@pytest.fixture(autouse=True)
def no_students_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(found_students, "_WANTED", {})


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """A house that has made a student its own."""
    made = Path(shutil.copytree(STUDENTS / NAME, tmp_path / "made"))
    about = read_about(made)
    head = about.model.head
    assert head is not None
    other = Head(weight=head.weight, bias=tuple(one + 0.1 * number for number, one in enumerate(head.bias)))
    own = Personal(
        head=other, of=about.model.sha256, made="2026-11-30", examples=9, judged_by="labels", before=-2, after=-1
    )
    (made / ABOUT).write_bytes(about_json(msgspec.structs.replace(about, personal=own)))
    found = house_shelf(tmp_path)
    found.place(NAME, made)
    return found


class Loop:
    """A node's loop as the watch sees it."""

    def __init__(self) -> None:
        self.clock = SimulatedClock(START)
        self.said: list[Event] = []
        self.publisher = SimpleNamespace(publish=self.said.append)
        self.watch = StudentWatch(cast("NodeProcess", self))

    def turns(self, seconds: float = LOOK_EVERY_S + 1.0) -> list[Event]:
        """Let some time pass in quick turns, and return what was said meanwhile."""
        before = len(self.said)
        for _ in range(int(seconds / 0.25)):
            self.clock.sleep_until(self.clock.now().monotonic_ns + seconds_to_ns(0.25))
            self.watch.turn()
        return self.said[before:]


def followed(data: Path | None) -> Followed:
    found = found_student(NAME, FEATURES, data)
    assert found is not None
    return found


def is_own(student: Followed) -> bool:
    return student.student.about.personal is not None


def test_going_back_reaches_a_house_that_runs(shelf: Shelf, tmp_path: Path) -> None:
    loop, student = Loop(), followed(tmp_path)
    assert followed(tmp_path) is student, "one of each in a process"
    assert is_own(student)
    assert (student.name, student.classes) == (NAME, student.student.classes)
    x = np.zeros((1, *student.student.about.model.shape), np.float32)
    own = student.answers(x)
    shelf.back(NAME)
    assert loop.turns(LOOK_EVERY_S / 2) == []
    assert is_own(student), "not yet"
    assert loop.turns() == []
    assert not is_own(student)
    assert student.answers(x) != own
    assert student.answer(x[0]) == student.answers(x)[0]
    shelf.back(NAME)
    loop.turns()
    assert is_own(student)


def test_a_look_at_what_has_not_changed_loads_nothing(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, student = Loop(), followed(tmp_path)
    monkeypatch.setattr(sumika.models, "find_student", None)
    before = student.student
    assert loop.turns(300.0) == []
    assert student.student is before


def test_a_refusal_is_said_once_and_that_it_is_over_once(shelf: Shelf, tmp_path: Path) -> None:
    loop, student = Loop(), followed(tmp_path)
    network = shelf.folders(NAME)[0] / "student.int8.onnx"
    whole = network.read_bytes()
    network.write_bytes(whole[:-1] + b"?")
    (event,) = loop.turns()
    assert (event.subject, event.code, event.severity) == (NAME, "student_refused", Severity.WARNING)
    assert "asked instead: the one that ships" in event.detail
    assert "changed: student.int8.onnx" in event.detail
    assert not is_own(student)
    assert loop.turns(120.0) == []
    network.write_bytes(whole)
    (over,) = loop.turns()
    assert (over.code, over.severity, over.recovered, over.detail) == ("student_refused", Severity.INFO, True, "")
    assert is_own(student)
    for language in ("en", "ja"):
        assert NAME in say("event.student_refused", language, subject=NAME)
        assert NAME in say("event.student_refused.recovered", language, subject=NAME)


def test_where_none_can_be_used_the_node_says_so_and_its_step_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a shipped student one byte is another: the rule stands in, and the house does not keep that to itself."""

    def refuse(name: str, **asked: Any) -> Any:
        raise StudentRefused("changed: student.int8.onnx", where=name, remedy="Take it again from the release.")

    loop = Loop()
    with monkeypatch.context() as spoilt:
        spoilt.setattr(sumika.models, "find_student", refuse)
        assert found_student(NAME, FEATURES) is None
    (event,) = loop.turns(300.0)
    assert event.severity is Severity.WARNING
    assert "asked instead: nobody" in event.detail
    assert "from the release" in event.detail


def test_what_cannot_be_loaded_again_leaves_who_was_asked(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, student = Loop(), followed(tmp_path)
    before = student.student

    def fail(name: str, **asked: Any) -> Any:
        raise PermissionError("may not be read")

    monkeypatch.setattr(sumika.models, "find_student", fail)
    shelf.back(NAME)
    (event,) = loop.turns()
    assert student.student is before
    assert "may not be read" in event.detail
