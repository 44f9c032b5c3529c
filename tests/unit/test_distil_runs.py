"""What a store remembers of runs: found by name, by its start, by the recipe; what is broken is passed over."""

from pathlib import Path

import msgspec
import pytest

from sumika.distil.recipe import LanguageRecipe, load_recipe
from sumika.distil.runs import Run, all_runs, begin_run, find_run, keep_run, unkept_run
from sumika.distil.store import Store
from sumika.schema import UsageError


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def begun(store: Store, identifier: str, recipe_name: str = "mine", *, finished: bool = False) -> Run:
    recipe = msgspec.structs.replace(load_recipe("reason-demo"), name=recipe_name)
    run = unkept_run(store, "language", recipe, command="sumika distil run", commit="abc", folder=None)
    run = msgspec.structs.replace(run, id=identifier, finished=finished)
    keep_run(store, run)
    return msgspec.json.decode(msgspec.json.encode(run), type=Run)


def test_a_run_remembers_the_whole_recipe_as_it_was(store: Store, tmp_path: Path) -> None:
    recipe = msgspec.structs.replace(load_recipe("reason-demo"), seed=7)
    run = begin_run(store, "language", recipe, command="sumika distil run x", commit="abc", folder=tmp_path / "into")
    (found,) = all_runs(Store(store.folder))
    assert msgspec.json.encode(found) == msgspec.json.encode(run)
    assert msgspec.convert(found.recipe, LanguageRecipe) == recipe
    assert (found.folder, found.finished, found.quote) == (str(tmp_path / "into"), False, None)
    assert found.command == "sumika distil run x"


def test_a_run_that_is_not_kept_is_not_there_and_its_model_would_lie_in_the_store(store: Store) -> None:
    run = unkept_run(store, "language", load_recipe("reason-demo"), command="", commit="", folder=None)
    assert all_runs(store) == []
    assert run.folder == str(store.folder.resolve() / "models" / f"reason-demo-{run.id}")


def test_two_runs_in_one_second_have_two_names(store: Store) -> None:
    runs = [begin_run(store, "language", load_recipe("reason-demo"), command="", commit="", folder=None) for _ in "12"]
    assert len({run.id for run in runs} | {run.folder for run in runs}) == 4


def test_runs_are_found_by_name_start_recipe_and_state(store: Store) -> None:
    old = begun(store, "20260101-000000-aaaaaa", finished=True)
    begun(store, "20260102-000000-bbbbbb", "other")
    new = begun(store, "20260103-000000-cccccc")
    assert [run.id for run in all_runs(store)] == sorted(run.id for run in all_runs(store))
    assert find_run(store) == new
    assert find_run(store, finished=True) == old
    assert find_run(store, "mine", finished=True) == old
    assert find_run(store, "mine") == new
    assert find_run(store, "20260101") == old
    assert find_run(store, "other").recipe_name == "other"
    keep_run(store, msgspec.structs.replace(new, finished=True))
    assert find_run(store, finished=True).id == new.id
    assert len(all_runs(store)) == 3


def test_a_run_that_there_is_not_is_told_with_those_that_there_are(store: Store) -> None:
    with pytest.raises(UsageError, match=r"no run yet\. Start one: sumika distil demo"):
        find_run(store)
    begun(store, "20260101-000000-aaaaaa", finished=True)
    with pytest.raises(UsageError, match=r"no run 'yours'\. There are: 20260101-000000-aaaaaa \(mine\)\."):
        find_run(store, "yours")
    with pytest.raises(UsageError, match="no unfinished run yet"):
        find_run(store, finished=False)
    begun(store, "20260102-000000-bbbbbb")
    with pytest.raises(UsageError, match=r"no finished run '20260102'\. There are: 20260101"):
        find_run(store, "20260102", finished=True)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"id": 1}', b"\xff", b'{"id": "\xff"}'])
def test_a_file_that_is_no_run_hides_none(store: Store, content: bytes) -> None:
    run = begun(store, "20260101-000000-aaaaaa")
    (store.folder / "runs" / "20260102-000000-bbbbbb.json").write_bytes(content)
    (store.folder / "runs" / "20260103-000000-cccccc.json").mkdir()
    assert all_runs(store) == [run]
