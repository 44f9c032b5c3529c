"""A copy of any recipe that ships is read as what it is, and one that is wrong says where."""

from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from sumika.cli import _distil_kinds as kinds
from sumika.distil.array_recipe import ArrayRecipe
from sumika.distil.recipe import LanguageRecipe
from sumika.distil.sentence_recipe import SentenceRecipe
from sumika.schema import UsageError
from sumika.training import RECIPES
from sumika.training.recipes import SENTENCE_RECIPES

SHIPPED = {**RECIPES, **SENTENCE_RECIPES}


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_copy_is_of_the_same_kind(name: str, tmp_path: Path) -> None:
    copy = tmp_path / "own.yaml"
    copy.write_bytes(SHIPPED[name].read_bytes())
    assert kinds.load(str(copy)) == kinds.load(name)


def test_a_slip_in_who_teaches_is_told_as_that(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("name: mine\ndata: {from: files, pool: {path: x.npz, kind: arrays}}\nteacher: {from: network}\n")
    with pytest.raises(UsageError, match=r"teacher\.from: nobody teaches from 'network'\. Did you mean 'networks'\?"):
        kinds.load(str(own))


def test_teachers_are_those_that_recipes_may_name() -> None:
    for kind, recipe in (("language", LanguageRecipe), ("arrays", ArrayRecipe), ("sentences", SentenceRecipe)):
        teacher = get_type_hints(recipe)["teacher"]
        tags = {one.__struct_config__.tag for one in get_args(teacher) or (teacher,) if one is not type(None)}
        assert tags == set(kinds.KINDS[kind].TEACHERS)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [("partners: 2", "partners"), ("partnrs: [{seed: 100}]", "partnrs"), ("partners: [4]", "partners")],
)
def test_wrong_partners_are_named(wrong: str, named: str, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    text = SENTENCE_RECIPES["house-tiny"].read_text("utf-8")
    assert "partners: [{seed: 100}]" in text
    own.write_text(text.replace("partners: [{seed: 100}]", wrong), "utf-8")
    with pytest.raises(UsageError, match=named):
        kinds.load(str(own))
