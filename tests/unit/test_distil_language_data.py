"""A store gives what was cleaned by the rules of today, and not what an earlier release left in it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import pytest

from sumika.distil import language_data
from sumika.distil.clean import CleanReport, clean
from sumika.distil.language_data import LanguageData
from sumika.distil.ledger.ledger import Role
from sumika.distil.ledger.prices import load_prices
from sumika.distil.recipe import ProblemPool, load_recipe
from sumika.distil.records import Example
from sumika.distil.stages import Made, StageContext, Stages
from sumika.distil.store import Store

RECIPE = msgspec.structs.replace(load_recipe("reason-tiny"), data=ProblemPool(size=40, per_domain=2))


def data_over(folder: Path) -> LanguageData:
    return LanguageData(RECIPE, Stages(Store(folder), load_prices(), "test"))


def test_what_an_earlier_release_cleaned_is_cleaned_anew(tmp_path: Path) -> None:
    data = data_over(tmp_path)

    def work(context: StageContext) -> Made:
        return Made(outputs={"pool": context.store.put_records([])})

    # As it was kept when a whole Japanese clause was one word: by the settings alone.
    data.stages.run("clean", Role.CHOOSING, work, RECIPE.clean, data.pool.outputs)
    assert len(data.candidates) > 0


def test_other_rules_are_another_result_and_the_same_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cleanings = []

    def counted(
        examples: Sequence[Example], evaluations: Mapping[str, Sequence[Example]], *rest: object
    ) -> tuple[list[Example], CleanReport]:
        cleanings.append(len(examples))
        return clean(examples, evaluations, RECIPE.clean)

    monkeypatch.setattr(language_data, "clean", counted)
    for rules, done in ((2, 1), (2, 1), (3, 2)):
        monkeypatch.setattr(language_data, "WORD_RULES", rules)
        assert data_over(tmp_path).candidates
        assert len(cleanings) == done
