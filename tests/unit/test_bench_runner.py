"""The bench runner: quick figures now, long ones quoted with their date, and stale where the code has changed."""

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from sumika.cli.bench import bench as command
from sumika.evaluate import bench
from sumika.evaluate.figure import Evidence, Figure
from sumika.schema import SumikaError, UsageError


def measure(full: bool) -> dict[str, Figure]:
    quick = {"quick": Figure(value=1.0, unit="s", evidence=Evidence.MEASURED)}
    return quick | ({"long": Figure(value=2.0, unit="h", evidence=Evidence.SIMULATION)} if full else {})


@pytest.fixture
def area(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An area of one made-up part, over a package of one file."""
    part = ModuleType("sumika.evaluate.made.up")
    vars(part)["measure"] = measure
    monkeypatch.setitem(sys.modules, "sumika.evaluate.made.up", part)
    monkeypatch.setattr(bench, "AREAS", {"made": {"made.up": ("pkg",)}})
    monkeypatch.setattr(bench, "PACKAGE", tmp_path)
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "code.py").write_text("a = 1\n", encoding="utf-8")
    (tmp_path / "evaluate" / "made").mkdir(parents=True)
    (tmp_path / "evaluate" / "made" / "up.py").write_text("b = 1\n", encoding="utf-8")
    return tmp_path


def run(area: Path, *, full: bool = False) -> bench.Results:
    return bench.run_area("made", full=full, folder=area / "results")


def test_a_quick_run_alone_has_quick_figures(area: Path) -> None:
    assert set(run(area).figures) == {"quick"}


def test_a_long_run_is_kept_and_quoted_with_its_day(area: Path) -> None:
    assert run(area, full=True).figures["long"].run == "now"
    quoted = run(area).figures
    assert quoted["quick"].run == "now"
    assert quoted["quick"].stale is None
    assert quoted["long"].value == 2.0
    assert quoted["long"].run.split()[0].count("-") == 2
    assert quoted["long"].stale is False


@pytest.mark.parametrize("changed", ["pkg/code.py", "evaluate/made/up.py"])
def test_a_quoted_figure_is_stale_once_its_code_has_changed(area: Path, changed: str) -> None:
    run(area, full=True)
    (area / changed).write_text("c = 2\n", encoding="utf-8")
    assert run(area).figures["long"].stale is True


def test_a_broken_file_of_results_is_told_before_anything_is_measured(
    area: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(area, full=True)
    (area / "results" / "made.json").write_text('{"area": "made", ', encoding="utf-8")
    monkeypatch.setitem(sys.modules, "sumika.evaluate.made.up", None)  # importing it would raise
    with pytest.raises(SumikaError, match=r"made\.json"):
        run(area)


def test_a_long_run_replaces_a_broken_file(area: Path) -> None:
    (area / "results").mkdir()
    (area / "results" / "made.json").write_bytes(b"\x00")
    run(area, full=True)
    assert "long" in run(area).figures
    assert [path.name for path in (area / "results").iterdir()] == ["made.json"]


def test_an_unknown_area_names_those_that_are(area: Path) -> None:
    with pytest.raises(UsageError, match="made"):
        bench.run_area("mode", full=False)


def test_json_is_one_object_of_the_agreed_shape(area: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(area, full=True)
    monkeypatch.setattr(bench, "results_folder", lambda: area / "results")
    answer = CliRunner().invoke(command, ["made", "--json"])
    assert answer.exit_code == 0, answer.output
    printed = json.loads(answer.stdout)
    assert set(printed) == {"area", "commit", "figures"}
    assert printed["figures"]["quick"] == {"value": 1.0, "unit": "s", "evidence": "measured", "run": "now"}
    assert set(printed["figures"]["long"]) == {"value", "unit", "evidence", "run", "stale"}


def test_one_part_is_measured_again_and_the_others_stay_as_they_were_kept(
    area: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = ModuleType("sumika.evaluate.made.other")
    vars(other)["measure"] = lambda full: {"slow": Figure(value=3.0, unit="d", evidence=Evidence.MEASURED)}
    monkeypatch.setitem(sys.modules, "sumika.evaluate.made.other", other)
    monkeypatch.setattr(bench, "AREAS", {"made": {"made.up": ("pkg",), "made.other": ("pkg",)}})
    first = run(area, full=True)
    vars(other)["measure"] = None  # whoever calls it fails
    again = bench.run_area("made", full=True, only=("made.up",), folder=area / "results")
    assert list(again.figures) == list(first.figures)
    assert again.figures["slow"].run != "now"
    assert again.figures["long"].run == "now"
    assert again.parts == first.parts
    assert run_quick(area)["slow"].stale is False
    with pytest.raises(UsageError, match=r"no part 'made\.down'"):
        bench.run_area("made", full=True, only=("made.down",), folder=area / "results")


def run_quick(area: Path) -> dict[str, Figure]:
    return bench.run_area("made", full=False, only=("made.up",), folder=area / "results").figures


def test_what_is_kept_of_another_part_meanwhile_stays(area: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = ModuleType("sumika.evaluate.made.other")
    values = iter((3.0, 4.0))
    vars(other)["measure"] = lambda full: {"slow": Figure(value=next(values), unit="d", evidence=Evidence.MEASURED)}
    monkeypatch.setitem(sys.modules, "sumika.evaluate.made.other", other)
    monkeypatch.setattr(bench, "AREAS", {"made": {"made.up": ("pkg",), "made.other": ("pkg",)}})
    run(area, full=True)

    def takes_long(full: bool) -> dict[str, Figure]:
        bench.run_area("made", full=True, only=("made.other",), folder=area / "results")
        return measure(full)

    vars(sys.modules["sumika.evaluate.made.up"])["measure"] = takes_long
    bench.run_area("made", full=True, only=("made.up",), folder=area / "results")
    vars(sys.modules["sumika.evaluate.made.up"])["measure"] = measure
    assert run_quick(area)["slow"].value == 4.0
