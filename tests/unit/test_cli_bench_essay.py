"""`sumika bench seed`: the essay's numbers beside ours, as a table that a person reads and as one JSON object."""

import json
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from sumika.cli.bench import bench
from sumika.evaluate import bench as runner
from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.kept_figures import Results
from sumika.evaluate.seed.essay import measure, rows


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Results:
    ours = Figure(value=7.5, unit="min", evidence=Evidence.MEASURED, run="2026-01-02 abc")
    kept = Results("distil", "abc", {"student_minutes": ours}, {"distil.gone": "0"}, {"student_minutes": "distil.gone"})
    (tmp_path / "distil.json").write_bytes(msgspec.json.encode(kept))
    found = Results("seed", "abc1234", measure(full=False, folder=tmp_path))
    monkeypatch.setattr(runner, "run_area", lambda area, **named: found)
    return found


def test_every_claim_stands_beside_ours_with_what_it_rests_on(results: Results) -> None:
    said = CliRunner(env={"COLUMNS": "160"}).invoke(bench, ["seed"])
    assert said.exit_code == 0, said.output
    lines = said.output.splitlines()
    assert max(map(len, lines)) <= 160
    assert "the essay says" in said.output
    assert "claimed by" in said.output
    line = next(line for line in lines if "30 minutes" in line)
    assert "student_minutes" in line
    assert "7.5 min" in said.output
    assert "(stale)" in said.output
    says = {row.says.split()[0] for row in rows()}
    assert all(word in said.output for word in says)


def test_in_80_columns_it_is_folded_and_nothing_is_cut(results: Results) -> None:
    said = CliRunner(env={"COLUMNS": "80"}).invoke(bench, ["seed"])
    assert said.exit_code == 0
    assert max(map(len, said.output.splitlines())) <= 80
    assert "…" not in said.output


def test_as_json_it_is_one_object(results: Results) -> None:
    said = CliRunner().invoke(bench, ["seed", "--json"])
    assert said.exit_code == 0
    found = json.loads(said.output)
    assert found["area"] == "seed"
    assert found["figures"]["our_student_minutes"]["value"] == 7.5
