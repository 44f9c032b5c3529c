"""A recipe spread over workers gives what one process gives."""

from pathlib import Path

import pytest

from sumika.distil.language_run import LanguageRun
from sumika.distil.ledger.prices import load_prices
from sumika.distil.many_machines import rounds, spread
from sumika.distil.recipe import LanguageRecipe
from sumika.distil.stages import Stages
from sumika.distil.store import Store
from sumika.schema import SumikaError
from sumika.settings_file import parse_settings

RECIPE = """
name: spread
seed: 5
data: {from: problems, size: 2500, per_domain: 5, domains: [units, lists]}
choose: {count: 100, without: [difficulty]}
compare: [random]
top_k: 4
teacher:
  from: trained
  examples: 400
  shape: {width: 32, layers: 1, head_width: 16}
  train: {epochs: 1, batch_tokens: 800, learning_rate: 4.0e-3}
teach: {keep: all, max_tokens: 24}
student: {width: 16, layers: 1, head_width: 16}
base: {examples: 300, train: {epochs: 1, batch_tokens: 800, learning_rate: 4.0e-3}}
train: {epochs: 1, batch_tokens: 800, learning_rate: 4.0e-3, soft_weight: 0.5}
"""


def run_in(folder: Path) -> LanguageRun:
    """Return the recipe over a store of its own, with one student: every part more is a process that loads torch."""
    recipe = parse_settings(RECIPE.replace("compare: [random]\n", ""), LanguageRecipe, where="test")
    return LanguageRun(recipe, Stages(Store(folder), load_prices(), "test"))


@pytest.fixture(scope="module")
def by_one_process(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What one process makes of every part."""
    return {name: model.outputs for name, model in run_in(tmp_path_factory.mktemp("alone")).models.items()}


@pytest.mark.slow
@pytest.mark.timeout(300)  # every part is a process of its own, and each imports torch
def test_two_workers_make_the_students_of_one_process(tmp_path: Path, by_one_process: dict[str, object]) -> None:
    """Workers of this machine; that Ray's give the same, `test_distil_cluster.py` shows."""
    spread(run_in(tmp_path), workers=2)
    run = run_in(tmp_path)
    before = len(run.stages.ledger.entries())
    assert {name: model.outputs for name, model in run.models.items()} == by_one_process
    remade = [entry.stage for entry in run.stages.ledger.entries()[before:]]
    assert remade == []


def test_a_recipe_without_difficulty_needs_no_references() -> None:
    recipe = parse_settings(RECIPE, LanguageRecipe, where="test")
    assert rounds(recipe) == [["teacher", "base"], ["traces", "random traces"], ["student", "random"]]
    judging = parse_settings(RECIPE.replace(", without: [difficulty]", ""), LanguageRecipe, where="test")
    assert rounds(judging)[0] == ["teacher", "base", "reference"]


def test_no_workers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SumikaError, match="0 workers"):
        spread(run_in(tmp_path), workers=0)
