"""A student becomes a house's own: by what is lasting in it, by labels, only if better, and one command back."""

from collections.abc import Callable
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import sumika.config
from sumika.cli import _distil_asked
from sumika.cli._distil_personalise import make_own
from sumika.cli.distil import distil
from sumika.clock import SimulatedClock
from sumika.config import parse_house
from sumika.distil.about import ABOUT, about_json
from sumika.distil.own_shift import OwnShift
from sumika.distil.sign import public_key_of, sign_folder
from sumika.log import LogWriter, RunInfo
from sumika.models import (
    AT_ONCE,
    UNLABELLED,
    Lived,
    Student,
    StudentRefused,
    Way,
    adapted,
    find_student,
    house_shelf,
    judged,
    lived_of,
    load_student,
)
from sumika.perception import knowing
from sumika.runtime import knowing_node, replay_log
from sumika.runtime.knowing_node import knowing_nodes, with_own_students
from sumika.schema import UsageError
from tests.log_helpers import START, envelope, presence
from tests.students import decided, inputs, make_student, two_classes

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = public_key_of(KEY)
SHAPE = (8, 3)
NAME = "trial-tiny"


@pytest.fixture(scope="module")
def students(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("students")
    (folder / NAME / ABOUT).write_bytes(about_json(decided(make_student(folder / NAME, key=None))))
    sign_folder(folder / NAME, KEY)
    return folder


@pytest.fixture(scope="module")
def student(students: Path) -> Student:
    return load_student(students / NAME, PUBLIC)


def lived(student: Student, *, offset: Callable[[int], float], labels: int = 0, days: int = 6) -> Lived:
    """Return days of hidden layers, each off by so many deviations, and labels as the shipped head would not say."""
    random = np.random.default_rng(1)
    reference = student.about.domain.reference
    spread = np.array(reference.spread)[-reference.hidden :]
    day = np.repeat(np.arange(days), 40)
    hidden = two_classes(student.about, random.integers(0, 2, len(day)), random)
    hidden = hidden + spread * np.array([offset(one) for one in range(days)])[day][:, None]
    label = np.full(len(hidden), UNLABELLED, np.int64)
    some = random.permutation(len(hidden))[:labels]
    label[some] = (hidden[some, 0] < np.median(hidden[:, 0])).astype(np.int64)
    return Lived(hidden=hidden.astype(np.float32), day=day.astype(str), label=label)


def test_what_is_so_every_day_is_taken_away_and_what_changes_daily_is_not(student: Student) -> None:
    lasting = judged(student.about, lived(student, offset=lambda day: 0.5), Way())
    assert (lasting.judged_by, lasting.better, lasting.problem) == ("nearness", True, "")
    assert lasting.after > lasting.before
    wild = judged(student.about, lived(student, offset=lambda day: 1.0 * (-1) ** day), Way())
    assert wild.after < lasting.after
    none = judged(student.about, lived(student, offset=lambda day: 0.8 if day % 2 else -0.2), Way(shift=1.0))
    assert not none.better


def one_in(student: Student, share: float, count: int = 2000) -> Lived:
    """Return days on which so great a share is of one class, lived through by somebody who lies off nobody."""
    random = np.random.default_rng(3)
    label = (random.random(count) > share).astype(np.int64)
    hidden = two_classes(student.about, label, random)
    day = (np.arange(count) % 6).astype(str)
    return Lived(hidden=hidden, day=day, label=np.full(count, UNLABELLED, np.int64))


def test_what_is_mostly_done_is_not_how_somebody_is(student: Student) -> None:
    """Who makes one gesture in nine of ten lies off all others for that, every day: that must not be taken away."""
    mostly, even = one_in(student, 0.9), one_in(student, 0.5)
    shipped = student.about.model.head
    assert shipped is not None
    moved = [np.array(adapted(student.about, one, Way()).bias) - np.array(shipped.bias) for one in (mostly, even)]
    reference = student.about.domain.reference
    off = np.median(mostly.hidden, axis=0) - np.array(reference.centre)[-reference.hidden :]
    for one in moved:
        assert np.abs(one).max() < 0.2 * np.abs(0.25 * np.array(shipped.weight) @ off).max()
    assert judged(student.about, mostly, Way()).problem == ""


@pytest.mark.parametrize("count", [200, 4000])
def test_a_log_that_shows_one_class_alone_changes_nothing_and_says_what_helps(student: Student, count: int) -> None:
    """Of four thousand, a hundred are taken for the other class by a slip; they are not that class."""
    one = one_in(student, 1.0, count)
    head = student.about.model.head
    assert head is not None
    slips = (one.hidden @ np.array(head.weight).T + np.array(head.bias)).argmax(axis=1).sum()
    assert slips > 0.01 * count
    verdict = judged(student.about, one, Way())
    assert not verdict.better
    assert "too rare: high" in verdict.problem
    assert "--file" in verdict.problem
    assert adapted(student.about, one, Way()) == adapted(student.about, one, Way(shift=0.0))


def test_labels_are_learnt_and_decide(student: Student) -> None:
    told = lived(student, offset=lambda day: 0.0, labels=150)
    verdict = judged(student.about, told, Way(ridge=1.0))
    assert (verdict.judged_by, verdict.labels) == ("labels", 150)
    assert verdict.better
    head = adapted(student.about, told, Way(ridge=1.0))
    known = told.label != UNLABELLED
    said = told.hidden[known] @ np.array(head.weight).T + np.array(head.bias)
    shipped = student.about.model.head
    assert shipped is not None
    before = told.hidden[known] @ np.array(shipped.weight).T + np.array(shipped.bias)
    right = [(one.argmax(axis=1) == told.label[known]).mean() for one in (said, before)]
    assert right[0] > right[1] + 0.1
    near = adapted(student.about, told, Way(ridge=1e6, shift=0.0))
    np.testing.assert_allclose(np.array(near.weight), np.array(shipped.weight), atol=1e-3)


def test_labels_at_random_are_not_followed(student: Student, tmp_path: Path) -> None:
    told = lived(student, offset=lambda day: 0.0, labels=150)
    unsure = make_student(tmp_path / "unsure", key=None)
    random = np.where(told.label == UNLABELLED, UNLABELLED, np.random.default_rng(2).integers(0, 2, len(told)))
    shipped_best = Lived(hidden=told.hidden, day=told.day, label=random.astype(np.int64))
    loose, tight = (judged(unsure, shipped_best, Way(ridge=ridge)).after for ridge in (0.01, 100.0))
    assert loose < tight, "a ridge keeps from learning chance by heart"


def test_a_log_alone_changes_nothing_where_that_has_helped_nobody(student: Student) -> None:
    own = msgspec.structs.replace(student.about, own=OwnShift(tried=0.25))
    assert Way.of(own).shift == 0
    assert Way.of(student.about).shift == 0.25
    verdict = judged(own, lived(student, offset=lambda day: 0.5), Way.of(own))
    assert "not surely helped" in verdict.problem
    assert not verdict.better
    assert judged(own, lived(student, offset=lambda day: 0.5, labels=150), Way.of(own)).judged_by == "labels"


@pytest.mark.parametrize("days", [1, 0])
def test_too_little_is_told(student: Student, days: int) -> None:
    whole = lived(student, offset=lambda day: 0.0, days=1)
    verdict = judged(student.about, whole.take(np.full(len(whole), bool(days))), Way())
    assert "too few" in verdict.problem
    assert not verdict.better


def test_what_is_unlike_is_left_out(student: Student) -> None:
    x = inputs(SHAPE, 50, 3)
    x[:5] += 100
    found = lived_of(student, x, np.repeat("day", 50))
    assert len(found) == sum(one.valid for one in student.answers(x)) <= 45


def questions(folder: Path, *, offset: float = 0.4, **more: Any) -> Path:
    """Write a file of inputs that are a little off all others, every day."""
    x = inputs(SHAPE, 200, 4) + np.float32(offset)
    folder.mkdir(exist_ok=True)
    np.savez(folder / "lived.npz", x=x, day=np.repeat(np.arange(5), 40), **more)
    return folder / "lived.npz"


def test_a_house_makes_it_its_own_and_goes_back(students: Path, tmp_path: Path) -> None:
    said = make_own(NAME, tmp_path, file=questions(tmp_path), students=students, public_key=PUBLIC)
    assert "this house's own now" in said[-2]
    assert "A house that runs" in said[-1]
    shelf = house_shelf(tmp_path)

    def used() -> Student:
        return find_student(NAME, shelf=shelf, students=students, public_key=PUBLIC)

    own = used()
    assert own.signer == shelf.public_key
    personal = own.about.personal
    assert personal is not None
    assert (personal.judged_by, personal.of) == ("nearness", own.about.model.sha256)
    x = inputs(SHAPE, 1, 9)[0]
    assert own.answer(x).probabilities != load_student(students / NAME, PUBLIC).answer(x).probabilities
    back = partial(make_own, NAME, tmp_path, back=True, students=students, public_key=PUBLIC)
    assert "the one that ships" in back()[0]
    assert used().signer == PUBLIC
    assert "number 1 is in use" in back()[0]
    with pytest.raises(StudentRefused):
        make_own("nobody-tiny", tmp_path, back=True)


def test_what_somebody_went_back_to_no_nightly_job_undoes(students: Path, tmp_path: Path) -> None:
    file, shelf = questions(tmp_path), house_shelf(tmp_path)
    nightly = partial(make_own, NAME, tmp_path, file=file, students=students, public_key=PUBLIC)
    nightly()
    first = shelf.order(NAME)
    assert not first.held
    assert "until you say otherwise" in nightly(back=True)[0]
    for _ in range(2):
        (said,) = nightly()
        assert "somebody went back to it" in said
        assert "--anew" in said
    assert (shelf.order(NAME).current, shelf.order(NAME).held) == (0, True)
    assert "until you say otherwise" not in nightly(back=True)[0]
    assert shelf.order(NAME) == first, "forth again: a person's word, and nights may go on from there"
    assert "this house's own now" in nightly()[-2]
    nightly(back=True)
    assert "this house's own now" in nightly(anew=True)[-2]
    assert not shelf.order(NAME).held


def test_one_step_back_leads_out_of_all_nights(students: Path, tmp_path: Path) -> None:
    nightly = partial(make_own, NAME, tmp_path, file=questions(tmp_path), students=students, public_key=PUBLIC)
    for night in range(1, 4):
        assert "this house's own now" in nightly()[-2]
        assert (house_shelf(tmp_path).order(NAME).current, house_shelf(tmp_path).order(NAME).previous) == (night, 0)
    assert "the one that ships is in use" in nightly(back=True)[0]
    nightly(anew=True)
    nightly()
    assert "the one that ships is in use" in nightly(back=True)[0]


def test_what_residents_told_no_log_alone_replaces(students: Path, tmp_path: Path) -> None:
    shelf, file = house_shelf(tmp_path), questions(tmp_path)
    nightly = partial(make_own, NAME, tmp_path, students=students, public_key=PUBLIC)
    said = load_student(students / NAME, PUBLIC).answers(np.load(file)["x"])
    high = np.array([one.probabilities[1] if one.probabilities else 0.0 for one in said])
    other = (high < np.median(high)).astype(int)
    nightly(file=file)
    assert "told labels" in nightly(file=questions(tmp_path / "told", label=other))[1]
    told = shelf.order(NAME)
    assert (told.current, told.previous) == (2, 1)
    assert "fitted to what residents told" in nightly(file=file)[-1]
    (line,) = nightly()
    assert "--anew" in line, "no log is read for it: there is none"
    assert shelf.order(NAME) == told
    for _ in range(2):
        assert "this house's own now" in nightly(file=file, anew=True)[-2]
    assert shelf.order(NAME).current == 4
    assert "number 2 is in use" in nightly(back=True)[0]


def test_names_of_classes_are_labels_and_too_few_days_change_nothing(students: Path, tmp_path: Path) -> None:
    names = np.array(["low", "?", "high", "?"] * 50)
    said = make_own(NAME, tmp_path, file=questions(tmp_path, label=names), students=students, public_key=PUBLIC)
    assert "told labels" in said[1]
    np.savez(tmp_path / "few.npz", x=inputs(SHAPE, 50), day=np.zeros(50))
    said = make_own(NAME, tmp_path / "other", file=tmp_path / "few.npz", students=students, public_key=PUBLIC)
    assert "stays as it is" in said[-1]
    assert house_shelf(tmp_path / "other").names() == ()


def test_a_house_without_a_log_says_so(students: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no log"):
        make_own(NAME, tmp_path / "empty", students=students, public_key=PUBLIC)


def test_of_questions_without_number_a_fair_part_is_kept_and_never_the_questions(
    student: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A room that is asked every second for weeks would fill a small computer's memory with inputs."""
    monkeypatch.setattr(_distil_asked, "MOST_A_DAY", 100)
    together: list[int] = []

    def hidden(self: Student, x: Any, mask: Any = None, genuine: Any = Student.hidden) -> Any:
        together.append(len(x))
        return genuine(self, x, mask)

    monkeypatch.setattr(Student, "hidden", hidden)
    x = inputs(SHAPE, 40, 5)
    x[0] += 100
    order = student.hidden(x)
    together.clear()
    asked = _distil_asked.Asked(student)
    for day in ("one", "other"):
        asked.day = day
        for number in range(1000):
            asked.answer(x[number // 25])
            asked.answers(x[number // 25 : number // 25 + 1], np.ones((1, 8), bool))
    asked.answer(x[1][:3])
    lived = asked.lived()
    assert (asked.questions, asked.like) == (4000, 4000 - sum(50 * (not one.valid) for one in student.answers(x)) * 2)
    assert max(together) <= AT_ONCE
    assert sum(together) < 1500
    assert [(lived.day == one).sum() for one in ("one", "other")] == [100, 100]
    assert list(lived.day) == sorted(lived.day), "in the order in which they came"
    part = np.array([np.abs(order - one).sum(axis=1).argmin() for one in lived.hidden[:100]])
    assert 12 < np.median(part) < 28, "of the whole day, not of its first hours"
    assert len(_distil_asked.Asked(student).lived()) == 0


def test_inputs_of_a_file_are_asked_about_some_at_a_time(student: Student, monkeypatch: pytest.MonkeyPatch) -> None:
    x, together = inputs(SHAPE, 700, 5), list[int]()

    def answers(self: Student, x: Any, mask: Any = None, genuine: Any = Student.answers) -> Any:
        together.append(len(x))
        return genuine(self, x, mask)

    whole = student.hidden(x[[one.valid for one in student.answers(x)]])
    monkeypatch.setattr(Student, "answers", answers)
    np.testing.assert_allclose(lived_of(student, x, np.repeat("day", 700)).hidden, whole, rtol=1e-5)
    assert together == [256, 256, 188]


def test_the_house_asks_its_own_and_so_does_a_replay_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_student(tmp_path / "made", key=None)
    house_shelf(tmp_path).place(NAME, tmp_path / "made")
    monkeypatch.setattr(knowing_node, "known_keys", lambda house: ("bedroom",))
    monkeypatch.setattr(knowing, "start", lambda house, key, find, votes=None: find(NAME, "trial/1"))
    house = parse_house((Path(sumika.config.__file__).parent / "demo_house.yaml").read_text(), Path("demo")).house
    (node,) = knowing_nodes(house)
    assert node.step is not None
    assert node.step.start(house, "bedroom") is None, "none of that name ships"
    (own,) = with_own_students([node], tmp_path)
    assert own.step is not None
    found = own.step.start(house, "bedroom")
    assert found.student.signer == house_shelf(tmp_path).public_key
    assert with_own_students([node], None) == (node,)
    assert replay_log.data_of(tmp_path / "log" / "run" / "1.mcap") == tmp_path.resolve()
    assert replay_log.data_of(tmp_path / "elsewhere.mcap") is None


@pytest.mark.parametrize("name", ["comfort-tiny", "sleep-live-tiny", "har-tiny", "strain-tiny"])
def test_a_log_in_which_a_student_was_asked_nothing_says_so(tmp_path: Path, name: str) -> None:
    """A house's first hour: nobody has slept, voted or exercised yet."""
    clock = SimulatedClock(START)
    text = (files("sumika.config") / "demo_house.yaml").read_text()
    run = RunInfo(run_id="run", config_text=text, version="0.1.0", boot_id=START.boot_id)
    with LogWriter(tmp_path / "log" / "run", run, clock) as writer:
        writer.write(envelope(presence(0), 0), presence(0))
    done = CliRunner().invoke(distil, ["personalise", name, "--data", str(tmp_path)])
    assert done.exit_code == 0, done.exception
    assert f"{name} was asked nothing in what was logged." in done.output
    assert f"{name} stays as it is: " in done.output


def test_what_reads_sentences_is_no_houses_own(tmp_path: Path) -> None:
    done = CliRunner().invoke(distil, ["personalise", "house-tiny", "--data", str(tmp_path)])
    assert isinstance(done.exception, UsageError)
    assert "reads sentences" in str(done.exception)


def test_the_command_says_what_it_needs(tmp_path: Path) -> None:
    done = CliRunner().invoke(distil, ["personalise", "nobody-tiny", "--data", str(tmp_path)])
    assert isinstance(done.exception, StudentRefused)
    assert "There are" in str(done.exception)
