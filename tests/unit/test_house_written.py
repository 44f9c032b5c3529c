"""The sentences as a writing student learns them: files that the shipped recipes for such students can use."""

from pathlib import Path

import msgspec
import pytest

from sumika.assistant.calls import Call, checked
from sumika.distil.language_finish import LanguageFinish
from sumika.distil.ledger.prices import load_prices
from sumika.distil.recipe import LanguageRecipe
from sumika.distil.recipe_teachers import Shape
from sumika.distil.stages import Stages
from sumika.distil.store import Store
from sumika.settings_file import read_settings
from sumika.training.house_language.written import Example, main
from sumika.training.recipes import LANGUAGE_RECIPES

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written")
    assert main([str(folder), "--sentences", "40"]) == 0
    return folder


def test_every_answer_is_a_call_of_the_table_or_nothing(files: Path) -> None:
    lines = msgspec.json.Decoder(Example).decode_lines((files / "house-sentences.jsonl").read_bytes())
    calls = [(one.prompt, msgspec.json.decode(one.answer, type=Call)) for one in lines if one.answer != "{}"]
    assert all(checked(call, sentence) == call for sentence, call in calls)
    assert len(lines) > len(calls) > 40


@pytest.mark.parametrize("name", ["house-0.6b", "house-writer"])
def test_the_shipped_recipes_of_writing_students_learn_from_the_files(
    name: str, files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As they ship, but for a few sentences, and a small network instead of a model of somebody else's."""
    monkeypatch.chdir(files)
    shipped = read_settings(LANGUAGE_RECIPES[name], LanguageRecipe)
    recipe = msgspec.structs.replace(
        shipped,
        choose=msgspec.structs.replace(shipped.choose, count=30),
        model=None,
        student=Shape(width=16, layers=1, head_width=16),
    )
    works = LanguageFinish(recipe, Stages(Store(tmp_path / "store"), load_prices(), "run"))
    chosen = works.chosen(works.recipe.choose)
    learnt = works.samples_of(chosen, works.traced(chosen)).make()
    assert len(learnt) == 30
    said = works.tokenizer.decode(learnt[0].token_ids)
    (example,) = (one for one in works.examples(chosen) if works.asked(one) + "<think>" in said)
    assert said == f"{works.asked(example)}<think></think>{example.answer}<end>"
