"""What all students of people have in common, read from the folders that ship: the worst one's, each by name."""

from pathlib import Path

import msgspec
import pytest

from sumika.distil.about import About
from sumika.distil.compare import Interval
from sumika.evaluate.code_behind import code_hash
from sumika.evaluate.figure import Evidence
from sumika.evaluate.people import students
from sumika.models import StudentRefused, find_student


def changed(name: str, *, gained: float, lost: float, minutes: float) -> About:
    """Return what is known of a student that ships, with other scores and another bill."""
    about = find_student(name).about
    shown = msgspec.structs.replace(
        about.shown,
        gained=Interval(value=gained, low=gained - 0.01, high=gained + 0.01),
        int8_lost=Interval(value=lost, low=lost, high=lost),
        plain=msgspec.structs.replace(about.shown.plain, value=0.08),
        student=msgspec.structs.replace(about.shown.student, value=0.05),
    )
    paid = msgspec.structs.replace(about.paid, all_in_core_minutes=minutes)
    return msgspec.structs.replace(about, shown=shown, paid=paid)


def test_every_student_of_people_is_there_and_the_worst_is_told() -> None:
    figures = students.measure(full=False)
    for figure in figures.values():
        worst = str(figure.detail["worst"])
        assert figure.value == pytest.approx(float(figure.detail[worst]), abs=1e-4)
    named = {key for key in figures["student_keep"].detail if key.endswith("-tiny")}
    assert len(named) == 11
    assert "house-tiny" not in named
    assert figures["student_keep"].value == min(find_student(name).about.shown.kept.value for name in named)
    assert figures["student_kb"].value == max(find_student(name).about.model.size_bytes for name in named) / 1000
    assert figures["teacher_gain"].evidence in (Evidence.REAL_RECORDING, Evidence.SIMULATION)


def test_what_stands_in_the_folders_has_their_day_and_how_quick_they_are_is_measured_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(students, "answer_s", lambda student: 0.002 if student.name == "pose-tiny" else 0.001)
    figures = students.measure(full=False)
    slowest = figures.pop("student_ms")
    assert (slowest.value, slowest.detail["worst"], slowest.run) == (2.0, "pose-tiny", "now")
    for figure in figures.values():
        day, commit = figure.run.split()
        assert len(day.split("-")) == 3
        assert commit == find_student(str(figure.detail["worst"])).about.commit


def test_an_answer_takes_some_time() -> None:
    assert 0.0 < students.answer_s(find_student("comfort-tiny")) < 1.0


def test_scores_are_told_in_points_and_errors_in_percent() -> None:
    figures = students.worst_of(
        {
            "comfort-tiny": changed("comfort-tiny", gained=0.02, lost=0.001, minutes=6.0),
            "pose-tiny": changed("pose-tiny", gained=0.004, lost=0.001, minutes=12.0),
        }
    )
    gained, lost = figures["teacher_gain"], figures["int8_loss"]
    assert gained.detail["comfort-tiny"] == pytest.approx(2.0)
    assert gained.detail["pose-tiny"] == pytest.approx(100 * 0.004 / 0.08)
    assert gained.detail["worst"] == "comfort-tiny"
    assert str(gained.detail["pose-tiny [95 %]"]).startswith("error: -7.5 to")
    assert lost.value == pytest.approx(100 * 0.001 / 0.05)
    assert figures["all_in_eur"].value == pytest.approx(12 / 60 * 0.10)


def test_a_student_that_may_not_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def find(name: str) -> object:
        if name == "har-tiny":
            raise StudentRefused("its network is not what was signed", where=name, remedy="Install it anew.")
        return find_student(name)

    monkeypatch.setattr(students, "find_student", find)
    figures = students.measure(full=True)
    assert "har-tiny" not in figures["student_keep"].detail
    assert "left out: har-tiny: its network is not what was signed" in " ".join(capsys.readouterr().err.split())


def test_another_student_makes_a_figure_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "models" / "students" / "one"
    folder.mkdir(parents=True)
    (folder / "about.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr("sumika.evaluate.code_behind.PACKAGE", tmp_path)
    before = code_hash(("models/students",))
    (folder / "about.json").write_text('{"name": "one"}', encoding="utf-8")
    assert code_hash(("models/students",)) != before
