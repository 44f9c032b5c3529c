"""`sumika evaluate control`: tables in eighty columns, one JSON object, pictures, the kept grid, errors for people."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from sumika.cli._control import runs_as_json
from sumika.cli.evaluate import evaluate
from sumika.evaluate.control.arena import Arena
from sumika.evaluate.control.baselines import FAMILIES, Settings
from sumika.evaluate.control.baselines.tuned import FILE, tuned_book
from sumika.evaluate.control.compare import Run
from sumika.evaluate.control.cost import cost_of
from sumika.evaluate.control.indicators import indicators_of
from sumika.evaluate.control.weeks import WEEKS
from sumika.schema.worth import worth_of

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


def test_json_says_for_which_weeks_a_simple_controller_was_tuned() -> None:
    arena = Arena(WEEKS["winter_tokyo"].house(11, warm_up_days=0))
    diary = arena.run(FAMILIES["rules"].make(arena.house, Settings()), 0.01)
    worth = worth_of(arena.house.control, diary.currency)
    lived = Run(
        week="winter_tokyo",
        controller="rules",
        seed=11,
        simple=True,
        currency=diary.currency,
        cost=cost_of(diary, worth),
        indicators=indicators_of(diary, worth),
    )
    runs = (lived, replace(lived, week="rainy_tokyo"), replace(lived, controller="ours", simple=False))
    assert [one["tuned"] for one in msgspec.json.decode(runs_as_json(runs))["runs"]] == [True, False, None]


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
