"""A teacher that has learnt something else first: once for all parts, nothing else changed, told on card and quote."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pytest

from sumika.distil.array_finish import ArrayFinish
from sumika.distil.array_outcome import Provenance
from sumika.distil.array_quote import ArrayQuote
from sumika.distil.array_recipe import ArrayRecipe
from sumika.distil.ledger.ledger import Ledger
from sumika.distil.ledger.prices import load_prices
from sumika.distil.networks.build import build
from sumika.distil.networks.kept import kept_model, model_of, start_from
from sumika.distil.networks.presets import Inputs, Perceptron, layers_of
from sumika.distil.records import ArraySet
from sumika.distil.stages import Stages
from sumika.distil.store import Store
from sumika.schema import SumikaError, UsageError

pytestmark = pytest.mark.slow

PEOPLE, EACH, WORLD = 4, 30, 200
RECORDED = Provenance(licence="CC-BY-4.0", cite="Somebody et al.", evidence="real recording")
SIMULATED = Provenance(licence="Apache-2.0", cite="A world", evidence="simulation")
PRETRAIN = {"data": {"from": "source", "name": "world"}, "train": {"epochs": 8, "batch": 16, "learning_rate": 0.01}}
BASE: dict[str, Any] = {
    "name": "trial",
    "data": {"from": "source", "name": "made"},
    "teacher": {
        "from": "networks",
        "members": 2,
        "network": {"kind": "perceptron", "width": 24, "depth": 2},
        "train": {"epochs": 4, "batch": 16, "learning_rate": 0.01},
    },
    "student": {"kind": "perceptron", "width": 6, "depth": 1},
    "train": {"epochs": 4, "batch": 16, "learning_rate": 0.02},
    "evaluate": {"folds": 2},
    "export": ["onnx-int8"],
}


@dataclasses.dataclass
class Made:
    """A source that counts how often it is read."""

    arrays: ArraySet
    reads: int = 0

    def fingerprint(self) -> str:
        """Return the same for ever."""
        return "1"

    def read(self, options: Mapping[str, object]) -> ArraySet:
        """Return the set."""
        self.reads += 1
        return self.arrays


def product(seed: int, classes: tuple[str, ...], *, columns: int = 5, each: int = EACH) -> ArraySet:
    """Return two classes, or four that are finer, by the signs of two columns."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(PEOPLE * each, columns)).astype(np.float32)
    group = np.repeat([f"person {one}" for one in range(PEOPLE)], each)
    signs = (x[:, 0] > 0).astype(np.int64), (x[:, 1] > 0).astype(np.int64)
    y = signs[0] ^ signs[1] if len(classes) == 2 else 2 * signs[0] + signs[1]
    return ArraySet(x=x, y=y, group=group, domain=group, classes=classes)


def works(folder: Path, world: Made | None = None, licence: Provenance = SIMULATED, **changes: Any) -> ArrayFinish:
    recipe = msgspec.convert(BASE | changes, ArrayRecipe)
    found = {"made": Made(product(0, ("apart", "alike"))), "world": world or Made(quarters())}
    stages = Stages(Store(folder), load_prices(), "run")
    return ArrayFinish(recipe, stages, found, {"made": RECORDED, "world": licence})


def quarters() -> ArraySet:
    return product(7, ("a", "b", "c", "d"), each=WORLD)


class Taught(NamedTuple):
    """A recipe without and with something learnt first, both run in one store, and what stood there afterwards."""

    folder: Path
    world: Made
    alone: ArrayFinish
    first: ArrayFinish
    run: list[str]
    reads: int


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Taught:
    """The store in which others find what was trained once."""
    folder, world = tmp_path_factory.mktemp("store"), Made(quarters())
    alone, first = works(folder), works(folder, world, pretrain=PRETRAIN)
    for one in (alone, first):
        right(one)
    return Taught(folder, world, alone, first, stages_of(folder), world.reads)


@pytest.fixture(autouse=True)
def own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def right(found: ArrayFinish) -> float:
    """Return how often the teacher is right about people it has not met."""
    told = [(one.teacher_said.argmax(axis=1), found.arrays.y[one.test_rows]) for one in found.branches]
    return float(np.concatenate([said == true for said, true in told]).mean())


def stages_of(folder: Path) -> list[str]:
    return [entry.stage for entry in Ledger(folder / "ledger.jsonl").entries()]


def test_what_is_learnt_first_is_read_and_taught_once_and_helps(taught: Taught) -> None:
    assert right(taught.first) > right(taught.alone) + 0.05, "four epochs are too few for who knows nothing"
    run = taught.run
    assert taught.reads == 1
    assert [run.count(f"pretraining {number}") for number in (1, 2)] == [1, 1], "every part begins at the same"
    assert run.count("fold 1 of 2: teacher 1") == 2
    before = stages_of(taught.folder)
    again = works(taught.folder, taught.world, pretrain=PRETRAIN)
    assert right(again) == right(taught.first)
    assert stages_of(taught.folder) == before
    assert taught.world.reads == 1


def test_a_recipe_that_learns_nothing_first_finds_what_it_did(taught: Taught) -> None:
    before = works(taught.folder).branches[0].members[0]
    assert works(taught.folder, pretrain=PRETRAIN).branches[0].members[0].key != before.key
    assert works(taught.folder).branches[0].members[0].key == before.key == taught.alone.branches[0].members[0].key


def test_only_who_is_told_to_starts_there(taught: Taught) -> None:
    folder = taught.folder
    plain = works(folder).branches[0].plain
    assert works(folder, pretrain=PRETRAIN).branches[0].plain.key == plain.key, "the student starts anew"
    both = works(folder, pretrain=PRETRAIN | {"student": True})
    assert both.branches[0].plain.key != plain.key
    assert both.branches[0].student.key != works(folder, pretrain=PRETRAIN).branches[0].student.key
    assert stages_of(folder).count("pretraining of the student") == 1


def test_every_layer_but_the_last_is_taken_over() -> None:
    preset = Perceptron(width=6, depth=2)
    inputs = Inputs(mean=(0.0,) * 3, scale=(1.0,) * 3)
    learnt = model_of(build(layers_of(preset, 4), (3,), 4, seed=1), (3,), inputs, ())
    network = build(layers_of(preset, 2), (3,), 2, seed=2)
    last = network.weights()[-1]
    start_from(network, learnt)
    with pytest.raises(SumikaError, match="the same layers"):
        start_from(build(layers_of(preset, 2), (4,), 2, seed=2), learnt)
    for own, theirs in zip(network.weights()[:-1], learnt.weights[:-1], strict=True):
        assert all(np.array_equal(own[name], theirs[name]) for name in theirs)
    assert all(np.array_equal(network.weights()[-1][name], last[name]) for name in last)


def test_card_and_quote_tell_of_it(tmp_path: Path) -> None:
    quote = ArrayQuote(works(tmp_path / "store", pretrain=PRETRAIN | {"student": True}), seconds=0.05).quote()
    made = works(tmp_path / "store", pretrain=PRETRAIN | {"student": True})
    outcome = made.finish(tmp_path / "model", quote=quote)
    names = {one.stage for one in quote.stages}
    assert {"pretraining 1", "pretraining 2", "pretraining of the student"} <= names
    assert {one.stage for one in outcome.predicted} == names
    for one in outcome.predicted:
        assert one.predicted.flops == pytest.approx(one.actual.flops)
    recorded, world = made.lineage().data
    assert (recorded.name, world.name, world.licence) == ("made", "world", "Apache-2.0")
    assert world.examples == PEOPLE * WORLD
    assert any("800 examples of world" in note for note in made.report.notes)
    assert "world" in (tmp_path / "model" / "README.md").read_text(encoding="utf-8")


def test_its_licence_counts_too(tmp_path: Path) -> None:
    made = works(tmp_path, licence=Provenance(licence="openai"), purpose="compete", pretrain=PRETRAIN)
    with pytest.raises(UsageError, match="openai"):
        made.finish(tmp_path / "model")
    assert stages_of(tmp_path) == []


def test_what_does_not_fit_is_told(tmp_path: Path) -> None:
    narrow = works(tmp_path, Made(product(7, ("a", "b", "c", "d"), columns=4)), pretrain=PRETRAIN)
    with pytest.raises(UsageError, match=r"inputs of 'world' are \(4,\), the recipe's own are \(5,\)") as other:
        right(narrow)
    assert other.value.where == "pretrain.data"
    unknown = works(tmp_path, pretrain={"data": {"from": "source", "name": "elsewhere"}})
    with pytest.raises(UsageError, match="elsewhere") as told:
        right(unknown)
    assert told.value.where == "pretrain.data.name"


def test_trees_learn_nothing_first() -> None:
    trees = {"teacher": {"from": "boosting", "members": 2}, "pretrain": PRETRAIN}
    with pytest.raises(msgspec.ValidationError, match="only networks learn something"):
        msgspec.convert(BASE | trees, ArrayRecipe)


def test_what_was_learnt_first_lies_in_the_store(taught: Taught) -> None:
    made = works(taught.folder, pretrain=PRETRAIN)
    assert made.pretrained is not None
    model = kept_model(made.stages.store, made.pretrained.member(0).outputs["model"])
    assert model.classes == ("a", "b", "c", "d")
    world = quarters()
    assert (model.outputs_of(world.x).argmax(axis=1) == world.y).mean() > 0.8


@dataclasses.dataclass
class SlowlyMade(Made):
    """A source that takes as long as it says."""

    seconds: float = 0.0

    def takes_s(self, options: Mapping[str, object]) -> float:
        """Return how long reading takes."""
        return self.seconds


@pytest.mark.parametrize(
    ("seconds", "said"), [(20.0, "reading the data ..."), (600.0, "making the data: some 10 core-")]
)
def test_whoever_waits_for_long_for_the_data_is_told_before(tmp_path: Path, seconds: float, said: str) -> None:
    made = works(tmp_path / "store")
    arrays = product(0, ("apart", "alike"))
    slow = ArrayFinish(made.recipe, made.stages, {"made": SlowlyMade(arrays, seconds=seconds)}, {"made": RECORDED})

    class SaidError(Exception):
        """Ends the quote at the first line."""

    def say(line: str) -> None:
        raise SaidError(line)

    with pytest.raises(SaidError) as first:
        ArrayQuote(slow, say, seconds=0.05).quote()
    assert str(first.value).startswith(said)
    assert made.reading_takes_s == 0.0
