"""What decides a stage is what its files hold, not what they are called."""

import shutil
from pathlib import Path

import msgspec
import pytest

from sumika.distil.ledger.prices import load_prices
from sumika.distil.many_machines import make_part
from sumika.distil.pool import PoolError
from sumika.distil.store import key_of
from tests.distil_works_helpers import ADDS, TRAINED, program_recipe, sums, works_of, write_rows

pytestmark = pytest.mark.slow  # torch is loaded


def test_an_edited_file_is_another_pool_and_the_same_one_elsewhere_is_found(tmp_path: Path) -> None:
    recipe, store = program_recipe(tmp_path), tmp_path / "store"
    first = works_of(recipe, store)
    again = works_of(recipe, store)
    assert again.pool == first.pool
    assert len(again.stages.ledger.entries()) == 1
    write_rows(tmp_path / "pool.jsonl", sums(range(300, 360)))
    edited = works_of(recipe, store)
    assert (first.pool.facts["rows"], edited.pool.facts["rows"]) == (40, 60)
    write_rows(tmp_path / "unseen.jsonl", sums(range(900, 930)))
    assert len(works_of(recipe, store).evaluation) == 30
    (tmp_path / "pool.jsonl").unlink()
    with pytest.raises(PoolError, match="no such file"):
        _ = works_of(recipe, store).pool


def test_what_the_machine_that_spreads_a_run_has_read_need_not_lie_on_the_others(tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    works = works_of(program_recipe(here), tmp_path / "store")
    _ = works.pool, works.quality
    traced = works.traced(works.taken())
    shutil.move(here / "pool.jsonl", tmp_path / "elsewhere")
    made = make_part(
        works.stages.store,
        tmp_path,
        recipe=msgspec.to_builtins(works.recipe),
        content=works.content,
        run_id="run",
        prices=load_prices().values(),
        part="traces",
    )
    assert made == traced.key


def test_problems_that_are_written_here_are_found_as_ever(tmp_path: Path) -> None:
    works = works_of(TRAINED, tmp_path)
    assert works.pool.key == key_of("pool", works.recipe.data, works.recipe.seed)


def test_a_program_that_was_mended_is_asked_again(tmp_path: Path) -> None:
    wrong = ADDS.replace("int(right))", "int(right) + 1)")
    shares = []
    for program in (wrong, ADDS, ADDS):
        works = works_of(program_recipe(tmp_path, program=program), tmp_path / "store")
        shares.append(works.traced(works.taken()).facts["correct"])
    assert shares == [0, 20, 20]
