"""The essay's numbers stand beside ours, each with what it rests on; a missing long run is said."""

from pathlib import Path

import msgspec
import pytest

from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.kept_figures import Results
from sumika.evaluate.seed.essay import beside, hardware, measure, rows


def test_every_number_of_the_essay_is_there_as_claimed_with_its_source(tmp_path: Path) -> None:
    figures = measure(full=False, folder=tmp_path)
    assert {figure.evidence for figure in figures.values()} == {Evidence.CLAIMED}
    assert all(figure.detail["source"] for figure in figures.values())
    assert figures["essay_price"].value * 153.68 == pytest.approx(float(figures["essay_price"].detail["yen"]))
    s1 = figures["essay_minutes"].detail
    assert float(s1["s1_minutes"]) / 60 * float(s1["s1_chips"]) == pytest.approx(float(s1["s1_gpu_hours"]), abs=0.05)
    assert [figures[f"essay_{name}"].value for name in ("aime24", "math500", "gpqa")] == [0.567, 0.93, 0.596]
    assert "pre-training" in str(figures["essay_one_two_millionth"].detail["note"])
    assert figures["essay_hardware"].detail["ours"] == hardware()


def test_without_a_long_run_it_is_said_what_to_call(tmp_path: Path) -> None:
    figures = measure(full=False, folder=tmp_path)
    assert "sumika bench distil --full" in str(figures["essay_price"].detail["ours"])
    assert not any(key.startswith("our_") for key in figures)
    assert "student_minutes" in beside(figures)[1]["missing"]


def test_ours_are_quoted_with_their_run_and_said_to_be_stale(tmp_path: Path) -> None:
    ours = Figure(value=7.5, unit="min", evidence=Evidence.MEASURED, run="2026-01-02 abc")
    kept = Results("distil", "abc", {"student_minutes": ours}, {"distil.gone": "0"}, {"student_minutes": "distil.gone"})
    (tmp_path / "distil.json").write_bytes(msgspec.json.encode(kept))
    figures = measure(full=False, folder=tmp_path)
    assert figures["our_student_minutes"].value == 7.5
    assert figures["our_student_minutes"].stale is True
    assert "student_minutes" not in str(figures["essay_minutes"].detail["ours"])
    (row,) = [one for one in beside(figures) if one["says"] == "30 minutes"]
    assert row["ours"][0]["evidence"] == "quoted, 2026-01-02 abc: measured"
    assert row["claimed"]["evidence"] == "claimed by others"


def test_keys_are_unique() -> None:
    keys = [row.key for row in rows()]
    assert len(set(keys)) == len(keys)
