"""`sumika evaluate control`: tables in eighty columns, one JSON object, pictures, the kept grid, errors for people."""

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from sumika.cli.evaluate import evaluate
from sumika.evaluate.control.baselines.tuned import FILE, tuned_book
from sumika.evaluate.control.weeks import WEEKS

SHORT = ("--days", "0.125", "--warm-up", "0")


def run(*arguments: str) -> tuple[int, str, str]:
    answer = CliRunner(env={"COLUMNS": "80", "LANG": "C"}).invoke(evaluate, ["control", *arguments])
    return answer.exit_code, answer.stdout, answer.stderr or str(answer.exception)


@pytest.mark.slow
def test_json_is_one_object_with_every_part_of_every_cost() -> None:
    code, out, err = run("--week", "winter_tokyo", "--controller", "rules", "--seeds", "2", "--json", *SHORT)
    assert code == 0, err
    found = msgspec.json.decode(out)
    assert found["simulated"] is True
    assert [one["seed"] for one in found["runs"]] == [11, 12]
    for one in found["runs"]:
        cost = one["cost"]
        assert cost["total"] == pytest.approx(cost["money"] + cost["discomfort"] + cost["air"])
        assert one["indicators"]["energy_kwh"] >= 0.0
    assert "2/2 winter_tokyo rules 12" in err


@pytest.mark.slow
def test_tables_fit_eighty_columns_and_pictures_are_drawn(tmp_path: Path) -> None:
    arguments = ("--week", "summer_tokyo", "--controller", "thermostat", "--controller", "PI + demand")
    code, out, err = run(*arguments, "--plot", str(tmp_path), *SHORT)
    assert code == 0, err
    assert out.startswith("SIMULATED")
    assert max(len(line) for line in out.splitlines()) <= 80
    assert sum(line.startswith(("thermostat *", "PI + demand *")) for line in out.splitlines()) == 1
    picture = tmp_path / "control-summer_tokyo.png"
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_grid_that_was_searched_is_printed() -> None:
    tuned = tuned_book(FILE)
    week = next(iter(tuned))
    code, out, _ = run("--week", week, "--grid")
    assert code == 0
    assert f"{week}, rules: {tuned[week]['rules'].cost:.0f}" in out
    assert set(tuned) <= set(WEEKS)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--week", "autumn_osaka"), "no scenario week"),
        (("--controller", "psychic"), "no controller"),
        (("--seeds", "99"), "no 99 seeds"),
        (("--days", "0"), "nothing would be lived"),
        (("--days", "nan"), "nothing would be lived"),
    ],
)
def test_what_cannot_be_is_said(arguments: tuple[str, ...], says: str) -> None:
    code, out, err = run(*arguments)
    assert code != 0
    assert says in out + err
