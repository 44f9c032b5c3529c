"""What becoming personal brings, as a figure: of made-up people whose offset says what must come out."""

from pathlib import Path

import numpy as np
import pytest

from sumika.distil.about import About
from sumika.evaluate.people import personal
from sumika.evaluate.people.personal import Person, figures_of, gains_of, measure
from sumika.models import Way
from tests.students import decided, make_student, two_classes


@pytest.fixture(scope="module")
def about(tmp_path_factory: pytest.TempPathFactory) -> About:
    return decided(make_student(tmp_path_factory.mktemp("student"), key=None))


def people(about: About, *, offset: float) -> list[Person]:
    """Return people who lie off all others by so many deviations, to the side of one of the classes."""
    reference = about.domain.reference
    spread = np.array(reference.spread)[-reference.hidden :]
    found = []
    for number in range(8):
        random = np.random.default_rng(number)
        label = random.integers(0, 2, 800)
        moved = two_classes(about, label, random) + offset * spread * (-1) ** number / 2
        found.append(Person(about=about, fold=number % 4, hidden=moved.astype(np.float32), label=label))
    return found


def test_who_lies_off_all_others_gains_and_who_does_not_loses_nothing(about: About) -> None:
    off = gains_of(people(about, offset=1.2), 0, (Way(shift=0.75),))
    assert all(one.kept for one in off)
    assert np.mean([one.points for one in off]) > 3
    near = gains_of(people(about, offset=0.0), 0, (Way(shift=0.75),))
    assert abs(np.mean([one.points for one in near])) < 5


def test_the_way_is_chosen_by_the_people_of_other_folds(about: About) -> None:
    off = people(about, offset=1.2)
    both = gains_of(off, 0, (Way(shift=0.0), Way(shift=0.75)))
    assert both == gains_of(off, 0, (Way(shift=0.75),))


def test_the_figure_is_the_worst_student_and_lists_each(about: About, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(personal, "LABELS", 60)
    found = figures_of({"one": people(about, offset=1.2)[:4], "other": people(about, offset=0.0)[:4]})
    assert set(found) == {"personal_gain", "personal_gain_told"}
    alone = found["personal_gain"]
    assert alone.value == pytest.approx(min(float(alone.detail["one"]), float(alone.detail["other"])), abs=1e-4)
    assert alone.detail["worst"] in ("one", "other")
    assert float(alone.detail["one, points of accuracy"]) > 0
    assert found["personal_gain_told"].detail["labels"] == 60
    assert measure(full=False) == {}


def test_students_without_recordings_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SUMIKA_DATA", str(tmp_path / "nowhere"))
    monkeypatch.setenv("SUMIKA_BENCH_STORE", str(tmp_path / "store"))
    monkeypatch.setattr(personal, "STUDENTS", ("sleep-tiny",))
    assert measure(full=True) == {}
    assert "sleep-tiny left out" in capsys.readouterr().err
