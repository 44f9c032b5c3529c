"""A copy of any recipe that ships is read as what it is, and one that is wrong says where."""

from pathlib import Path

import pytest

from sumika.cli import _distil_kinds as kinds
from sumika.schema import UsageError
from sumika.training import RECIPES
from sumika.training.recipes import SENTENCE_RECIPES

SHIPPED = {**RECIPES, **SENTENCE_RECIPES}


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_copy_is_of_the_same_kind(name: str, tmp_path: Path) -> None:
    copy = tmp_path / "own.yaml"
    copy.write_bytes(SHIPPED[name].read_bytes())
    assert kinds.load(str(copy)) == kinds.load(name)


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
