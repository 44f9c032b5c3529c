"""The bench runner: quick figures now, long ones quoted with their date, and stale where the code has changed."""

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from sumika.cli.bench import bench as command
from sumika.evaluate import bench, code_behind
from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.kept_figures import Results
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
    monkeypatch.setattr(code_behind, "PACKAGE", tmp_path)
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "code.py").write_text("a = 1\n", encoding="utf-8")
    (tmp_path / "evaluate" / "made").mkdir(parents=True)
    (tmp_path / "evaluate" / "made" / "up.py").write_text("b = 1\n", encoding="utf-8")
    return tmp_path


def run(area: Path, *, full: bool = False) -> Results:
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


BEHIND = {
    "pkg/code.py": "a = 1\n",
    "pkg/learned.json": "{}",
    "evaluate/made/up.py": 'from sumika.evaluate.made.scored import score\nRUN = "sumika.evaluate.made.started"\n',
    "evaluate/made/scored.py": 'HELD, STUDENT = "held_questions.yaml", "fall-tiny"\n',
    "evaluate/made/started.py": "import sumika.evaluate.shared.clock\n",
    "evaluate/shared/clock.py": "c = 1\n",
    "evaluate/made/held_questions.yaml": "- ?\n",
    "models/students/fall-tiny/about.json": "{}",
}
BESIDE = (
    "evaluate/made/stranger.py",
    "evaluate/made/other.json",
    "models/students/pose-tiny/about.json",
    "pkg/__pycache__/compiled-1/code.call-1.py311.1.nbc",
    "units.py",
)


def lay_out(area: Path) -> None:
    for path, text in (BEHIND | dict.fromkeys(BESIDE, "")).items():
        (area / path).parent.mkdir(parents=True, exist_ok=True)
        (area / path).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("changed", BEHIND)
def test_a_quoted_figure_is_stale_once_what_decides_it_has_changed(area: Path, changed: str) -> None:
    lay_out(area)
    run(area, full=True)
    assert run(area).figures["long"].stale is False
    (area / changed).write_text("c = 2\n", encoding="utf-8")
    assert run(area).figures["long"].stale is True


def test_a_quoted_figure_is_not_stale_when_another_thing_has_changed(area: Path) -> None:
    lay_out(area)
    run(area, full=True)
    for path in BESIDE:
        (area / path).write_text("c = 2\n", encoding="utf-8")
    assert run(area).figures["long"].stale is False


def test_code_that_changes_while_it_is_measured_is_not_what_was_measured(
    area: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def edited_meanwhile(full: bool) -> dict[str, Figure]:
        (area / "pkg" / "code.py").write_text("a = 2\n", encoding="utf-8")
        return measure(full)

    monkeypatch.setattr(sys.modules["sumika.evaluate.made.up"], "measure", edited_meanwhile)
    run(area, full=True)
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


@pytest.fixture
def other(area: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A second part of the area, before the first."""
    part = ModuleType("sumika.evaluate.made.other")
    vars(part)["measure"] = lambda full: {
        "slow": Figure(value=3.0, unit="d", evidence=Evidence.MEASURED),
        "heard": Figure(value=4.0, unit="1", evidence=Evidence.REAL_RECORDING),
    }
    monkeypatch.setitem(sys.modules, "sumika.evaluate.made.other", part)
    monkeypatch.setattr(bench, "AREAS", {"made": {"made.other": ("pkg",), "made.up": ("pkg",)}})
    return part


def fails(full: bool) -> dict[str, Figure]:
    raise EOFError


def test_a_part_that_fails_costs_no_other_its_figures_and_keeps_its_own_of_before(
    area: Path, other: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(area, full=True)
    vars(other)["measure"] = fails
    lines: list[str] = []
    found = bench.run_area("made", full=True, folder=area / "results", say=lines.append)
    assert found.failed == {"made.other": "EOFError: "}
    assert found.figures["long"].run == "now"
    assert found.figures["slow"].run != "now"
    assert found.figures["slow"].stale is False
    assert any("made.other: not measured: EOFError" in line for line in lines)
    assert run(area).figures["slow"].stale is False
    assert "failed" not in json.loads((area / "results" / "made.json").read_text("utf-8"))
    monkeypatch.setattr(bench, "results_folder", lambda: area / "results")
    answer = CliRunner().invoke(command, ["made", "--json"])
    assert answer.exit_code == 1
    assert json.loads(answer.stdout)["failed"] == {"made.other": "EOFError: "}
    assert "made.other was not measured: EOFError" in answer.stderr


def test_a_package_that_is_not_installed_is_named_with_what_brings_it(area: Path, other: ModuleType) -> None:
    def lacks(full: bool) -> dict[str, Figure]:
        raise ModuleNotFoundError("No module named 'datasketch.lsh'", name="datasketch.lsh")

    vars(other)["measure"] = lacks
    failed = run(area).failed["made.other"]
    assert "package 'datasketch', which is not installed" in failed
    assert "make for-distil" in failed

    def slips(full: bool) -> dict[str, Figure]:
        raise ModuleNotFoundError("No module named 'sumika.gone'", name="sumika.gone")

    vars(other)["measure"] = slips
    assert run(area).failed["made.other"] == "ModuleNotFoundError: No module named 'sumika.gone'"


def test_a_long_run_that_is_broken_off_has_kept_the_parts_before(area: Path, other: ModuleType) -> None:
    def broken_off(full: bool) -> dict[str, Figure]:
        raise KeyboardInterrupt

    vars(sys.modules["sumika.evaluate.made.up"])["measure"] = broken_off
    with pytest.raises(KeyboardInterrupt):
        run(area, full=True)
    assert set(json.loads((area / "results" / "made.json").read_text("utf-8"))["figures"]) == {"slow", "heard"}


def test_a_figure_whose_recording_is_gone_stays_with_its_day_and_its_code(area: Path, other: ModuleType) -> None:
    run(area, full=True)
    (area / "pkg" / "code.py").write_text("a = 2\n", encoding="utf-8")
    vars(other)["measure"] = lambda full: {"slow": Figure(value=5.0, unit="d", evidence=Evidence.MEASURED)}
    lines: list[str] = []
    found = bench.run_area("made", full=True, folder=area / "results", say=lines.append)
    assert (found.figures["heard"].value, found.figures["slow"].value) == (4.0, 5.0)
    assert any(line.startswith("heard: made.other did not tell it this time") for line in lines)
    assert (found.figures["heard"].stale, found.figures["slow"].stale) == (True, None)
    vars(other)["measure"] = lambda full: {}
    quoted = run(area).figures
    assert (quoted["heard"].stale, quoted["slow"].stale) == (True, False)


def test_what_is_no_number_is_kept_in_words_and_a_figure_without_a_value_not_at_all(
    area: Path, other: ModuleType
) -> None:
    detail: dict[str, float | str] = {"first_s": float("inf"), "mean_s": float("nan"), "held": 3, "worst": "a"}
    vars(other)["measure"] = lambda full: {
        "slow": Figure(value=3.0, unit="d", evidence=Evidence.MEASURED, detail=detail),
        "heard": Figure(value=float("nan"), unit="1", evidence=Evidence.MEASURED),
    }
    lines: list[str] = []
    bench.run_area("made", full=True, folder=area / "results", say=lines.append)
    assert "heard: left out: its value is nan" in lines
    vars(other)["measure"] = lambda full: {}
    figures = run(area).figures
    assert "heard" not in figures
    assert figures["slow"].detail == {"first_s": "never", "mean_s": "none", "held": 3, "worst": "a"}


def test_without_an_area_it_is_that_of_the_parts_and_the_areas_are_listed_as_asked(
    area: Path, other: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "results_folder", lambda: area / "results")
    listed = CliRunner().invoke(command, ["--json"])
    assert json.loads(listed.stdout) == {"areas": {"made": ["made.other", "made.up"]}}
    assert CliRunner().invoke(command, []).stdout == "areas: made\n"
    measured = CliRunner().invoke(command, ["--part", "made.other", "--json"])
    assert set(json.loads(measured.stdout)["figures"]) == {"slow", "heard"}
    for arguments, says in ((["--part", "made.down"], r"made\.down"), (["--full"], "which area")):
        with pytest.raises(UsageError, match=says):
            CliRunner().invoke(command, arguments, catch_exceptions=False)


def test_parts_of_several_areas_are_refused(area: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "AREAS", {"made": {"made.up": ("pkg",)}, "found": {"found.there": ("pkg",)}})
    assert bench.area_of(["found.there"]) == "found"
    with pytest.raises(UsageError, match="made, found"):
        bench.area_of(["made.up", "found.there"])


def test_of_an_area_that_only_quotes_nothing_is_kept(area: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "QUOTES", frozenset({"made"}))
    assert set(run(area, full=True).figures) == {"quick", "long"}
    assert not (area / "results").exists()
