"""Array recipes end to end on small sets: what leaks nothing, what is found again, what the report says."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pytest

from sumika.distil.array_recipe import ArrayRecipe
from sumika.distil.array_works import PLAIN, STUDENT, TEACHER, ArrayWorks
from sumika.distil.ledger.ledger import Role
from sumika.distil.ledger.prices import load_prices
from sumika.distil.networks.build import build
from sumika.distil.networks.kept import keep_model, kept_model, model_of, network_of
from sumika.distil.networks.presets import Convolutional, Inputs, Recurrent, layers_of
from sumika.distil.networks.scores import ClassScores, ValueScores
from sumika.distil.recipe_file import read_recipe
from sumika.distil.records import VIEW_OF, ArraySet, Spent
from sumika.distil.stages import Stages
from sumika.distil.store import Store
from sumika.distil.tabular import BoostingSettings, boost
from sumika.schema import SumikaError, UsageError

pytestmark = pytest.mark.slow

PEOPLE = 6
BASE: dict[str, Any] = {
    "name": "trial",
    "data": {"from": "source", "name": "made"},
    "teacher": {
        "from": "networks",
        "members": 2,
        "network": {"kind": "perceptron", "width": 24, "depth": 2},
        "train": {"epochs": 12, "batch": 16, "learning_rate": 0.01},
    },
    "student": {"kind": "perceptron", "width": 6, "depth": 1},
    "train": {"epochs": 12, "batch": 16, "learning_rate": 0.02},
    "evaluate": {"folds": 3},
}
BOOSTING = {"from": "boosting", "members": 2, "trees": {"rounds": 20, "least_in_leaf": 5}}


def table(*, values: bool = False) -> ArraySet:
    random = np.random.default_rng(0)
    x = random.normal(size=(PEOPLE * 40, 5)).astype(np.float32)
    person = np.repeat(np.arange(PEOPLE), 40)
    hidden = x[:, 0] * x[:, 1] + 0.5 * x[:, 2]
    group = np.array([f"person {one}" for one in person])
    y = np.stack([10 * hidden, x[:, 3]], axis=1).astype(np.float32) if values else (hidden > 0).astype(np.int64)
    return ArraySet(x=x, y=y, group=group, domain=group, classes=() if values else ("low", "high"))


@dataclasses.dataclass
class Made:
    """A source that counts how often it is read."""

    arrays: ArraySet
    mark: str = "1"
    reads: int = 0

    def fingerprint(self) -> str:
        """Return what the test says."""
        return self.mark

    def read(self, options: Mapping[str, object]) -> ArraySet:
        """Return the set."""
        self.reads += 1
        return self.arrays


class Log:
    """Notes which stages are made and which were found."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.found: list[str] = []

    def begin(self, stage: str, *, reused: bool) -> None:
        """Note it."""
        (self.found if reused else self.made).append(stage)

    def progress(self, stage: str, done: int, total: int) -> None:
        """Nothing to note."""

    def end(self, stage: str, spent: Spent) -> None:
        """Nothing to note."""


def works(folder: Path, arrays: ArraySet | Made, **changes: Any) -> tuple[ArrayWorks, Log]:
    recipe = msgspec.convert(BASE | changes, ArrayRecipe)
    log = Log()
    stages = Stages(Store(folder), load_prices(), "run", log)
    source = arrays if isinstance(arrays, Made) else Made(arrays)
    return ArrayWorks(recipe, stages, {"made": source}), log


class Kept(NamedTuple):
    """The usual recipe, run once, and the store in which others find what it made."""

    folder: Path
    source: Made
    found: ArrayWorks
    found_first: list[str]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder, source = tmp_path_factory.mktemp("store"), Made(table())
    found, log = works(folder, source)
    assert found.report.recipe
    return Kept(folder, source, found, list(log.found))


def test_every_second_member_of_a_varied_teacher_learns_from_examples_as_they_are(tmp_path: Path) -> None:
    short: dict[str, Any] = BASE["teacher"]["train"] | {"epochs": 3}
    noisy: dict[str, Any] = short | {"augment": {"jitter": 0.5}}
    source = Made(table())
    ways = {
        name: works(tmp_path, source, teacher=BASE["teacher"] | {"from": kind, "train": train})[0].final
        for name, kind, train in (
            ("alike", "networks", short),
            ("noisy", "networks", noisy),
            ("varied", "varied-networks", noisy),
        )
    }

    def said(name: str, member: int) -> Any:
        final = ways[name]
        return final.model(final.members[member]).outputs_of(source.arrays.x, None)

    assert np.array_equal(said("varied", 0), said("alike", 0))
    assert np.array_equal(said("varied", 1), said("noisy", 1))
    assert not np.array_equal(said("noisy", 0), said("alike", 0))


def test_a_varied_teacher_needs_something_to_vary() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"need a `train\.augment`"):
        msgspec.convert(BASE | {"teacher": BASE["teacher"] | {"from": "varied-networks"}}, ArrayRecipe)


def test_report_of_classes_and_everything_is_found_again(kept: Kept) -> None:
    first, source = kept.found, kept.source
    report = first.report
    assert set(report.scores) == {TEACHER, STUDENT, PLAIN}
    for score in report.scores.values():
        assert isinstance(score, ClassScores)
        assert (score.groups, score.examples) == (PEOPLE, len(source.arrays))
        assert score.accuracy.low <= score.accuracy.value <= score.accuracy.high
    teacher = report.scores[TEACHER]
    assert isinstance(teacher, ClassScores)
    assert teacher.accuracy.value > 0.75
    assert set(report.over_plain) == set(report.over_teacher) == {"accuracy", "macro_f1", "kappa"}
    assert report.student_parameters == first.model.parameters == 5 * 6 + 6 + 6 * 2 + 2
    assert report.parameter_ratio == pytest.approx(report.teacher_parameters / 50)
    assert any("few" in note for note in report.notes)
    assert report.metric == "accuracy"
    assert set(report.rated) == {TEACHER, STUDENT, PLAIN}
    assert report.kept is not None
    share = report.rated[STUDENT].score.value / report.rated[TEACHER].score.value
    assert report.kept.value == pytest.approx(share)
    assert not kept.found_first
    again, log = works(kept.folder, source)
    assert again.report == report
    assert not log.made
    assert source.reads == 1
    other = Made(source.arrays, mark="2")
    changed, log = works(kept.folder, other)
    assert changed.pool.outputs == first.pool.outputs
    assert other.reads == 1, "other data are read anew"


def test_the_score_that_is_asked_for_needs_no_new_training(kept: Kept) -> None:
    assert kept.found.report.metric == "accuracy"
    for metric in ("kappa", "macro_f1", "auc"):
        other, log = works(kept.folder, kept.source, evaluate={"folds": 3, "metric": metric})
        assert other.report.metric == metric
        assert log.made == ["evaluate"]
        assert other.report.gained is not None
        assert other.report.gained.low < other.report.gained.high


def test_no_branch_learns_from_what_it_is_scored_on(tmp_path: Path) -> None:
    arrays = table()
    found, _ = works(tmp_path, arrays, choose={"count": 60, "least_difficulty": 0.4}, references=1)
    out = [set(branch.held_out) for branch in found.branches]
    assert set.union(*out) == set(arrays.group)
    assert sum(map(len, out)) == PEOPLE, "each is left out once"
    for branch in found.branches:
        assert not set(arrays.group[branch.rows]) & set(branch.held_out)
        assert set(arrays.group[branch.test_rows]) == set(branch.held_out)
        assert len(branch.rows) == 60
    assert len(found.final.rows) == 60
    assert not found.final.held_out


def test_views_are_learnt_from_and_never_scored(tmp_path: Path) -> None:
    arrays = table()
    view = np.arange(len(arrays)) % 4 == 3
    arrays = msgspec.structs.replace(arrays, domain=np.where(view, VIEW_OF + "somebody", arrays.domain.astype("U32")))
    found, _ = works(tmp_path, arrays, evaluate={"folds": 2})
    for branch in found.branches:
        assert not view[branch.test_rows].any()
        assert view[branch.rows].any()
        assert not set(arrays.group[branch.rows]) & set(branch.held_out), "a view goes where its example goes"
    scored = np.concatenate([branch.test_rows for branch in found.branches])
    assert sorted(scored) == np.flatnonzero(~view).tolist()


def test_labels_changed_in_a_part_left_out_change_nothing_of_its_student(tmp_path: Path) -> None:
    """The strongest proof that nothing leaks: turn the truth of the people left out upside down."""
    arrays = table()
    first, _ = works(tmp_path / "one", arrays, choose={"count": 100}, references=1)
    branch = first.branches[0]
    y = arrays.y.copy()
    y[branch.test_rows] = 1 - y[branch.test_rows]
    other, _ = works(tmp_path / "other", msgspec.structs.replace(arrays, y=y), choose={"count": 100}, references=1)
    same = other.branches[0]
    assert same.held_out == branch.held_out
    assert same.student.outputs == branch.student.outputs
    np.testing.assert_array_equal(same.teacher_said, branch.teacher_said)


def test_example_copied_from_a_part_left_out_is_not_learnt_from(tmp_path: Path) -> None:
    arrays = table()
    x = arrays.x.copy()
    x[0] = x[100] + 1e-4  # of person 0 and of person 2
    found, _ = works(tmp_path, msgspec.structs.replace(arrays, x=x))
    apart = [one for one in found.branches if ("person 0" in one.held_out) != ("person 2" in one.held_out)]
    assert apart
    for branch in apart:
        learnt = 100 if "person 0" in branch.held_out else 0
        assert learnt not in branch.rows
        assert branch.cleaned.facts["removed"] == {"contaminated": 1}


LONG = BASE["teacher"] | {"train": {"epochs": 40, "batch": 16, "learning_rate": 0.01}}


@pytest.mark.parametrize("teacher", [BOOSTING, LONG])
def test_out_of_fold_labels_come_from_members_that_have_not_learnt_them(
    tmp_path: Path, teacher: dict[str, Any]
) -> None:
    random = np.random.default_rng(1)
    arrays = msgspec.structs.replace(table(), y=random.integers(0, 2, PEOPLE * 40))
    apart, _ = works(tmp_path, arrays, teacher=teacher | {"labels": "out-of-fold"})
    final = apart.final
    y = arrays.y[final.rows]
    assert (final.labels.argmax(axis=1) == y).mean() < 0.62, "labels at random cannot be known out of fold"
    own, _ = works(tmp_path, arrays, teacher=teacher | {"labels": "in-sample"})
    assert (own.final.labels.argmax(axis=1) == y).mean() > 0.7, "in sample they are learnt by heart"


@pytest.mark.parametrize("labels", ["in-sample", "out-of-fold"])
def test_teacher_labels_each_view_as_the_student_sees_it(tmp_path: Path, labels: str) -> None:
    train = BASE["train"] | {"augment": {"jitter": 0.5}}
    found, _ = works(tmp_path, table(), train=train, teacher=BASE["teacher"] | {"views": 4, "labels": labels})
    branch = found.final
    size = len(branch.rows)
    assert len(branch.taught) == len(branch.labels) == 4 * size
    np.testing.assert_array_equal(branch.taught.x[:size], found.arrays.x[branch.rows])
    noise = branch.taught.x[size:].reshape(3, size, -1) - branch.taught.x[:size]
    assert 0.4 < noise.std() < 0.6
    models = [branch.model(member) for member in branch.members]
    last = branch.taught.x[-1:]
    said = [model.outputs_of(last)[0] for model in models]
    if labels == "out-of-fold":
        assert min(float(np.abs(one - branch.labels[-1]).max()) for one in said) < 1e-4
    else:
        mean = np.mean([np.exp(one) / np.exp(one).sum() for one in said], axis=0)
        np.testing.assert_allclose(np.exp(branch.labels[-1]), mean, atol=1e-4)
    steps = [branch.student.facts["steps"], branch.plain.facts["steps"]]
    assert steps == [180, 180], "views cost no more steps"


def test_values_and_policies_are_distilled_by_regression(tmp_path: Path) -> None:
    found, _ = works(tmp_path, table(values=True), teacher=BOOSTING | {"trees": {"rounds": 60, "least_in_leaf": 5}})
    report = found.report
    assert not report.over_plain
    errors = {name: score for name, score in report.scores.items() if isinstance(score, ValueScores)}
    assert set(errors) == {TEACHER, STUDENT, PLAIN}
    naive = float(np.abs(table(values=True).y - table(values=True).y.mean(axis=0)).mean())
    assert errors[TEACHER].mean_absolute_error.value < 0.8 * naive
    assert any("nodes" in note for note in report.notes)


def test_hints_reach_the_student(kept: Kept) -> None:
    plain = kept.found
    hinted, _ = works(kept.folder, kept.source, train=BASE["train"] | {"loss": {"hint_weight": 1.0}})
    assert plain.final.student.outputs != hinted.final.student.outputs
    assert plain.final.members[0].outputs == hinted.final.members[0].outputs
    assert plain.branches[0].plain.outputs == hinted.branches[0].plain.outputs, "without a teacher there are no hints"


def test_roles_tell_the_kept_student_from_its_evaluation(kept: Kept) -> None:
    roles = {entry.stage: entry.role for entry in kept.found.stages.ledger.entries()}
    assert roles["student"] is Role.STUDENT
    assert roles["teacher 1"] is Role.TEACHER
    assert {role for stage, role in roles.items() if stage.startswith("fold")} == {Role.EVALUATION}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"evaluate": {"folds": 7}}, "7 parts"),
        ({"data": {"from": "source", "name": "elsewhere"}}, "There are: made"),
        ({"teacher": BOOSTING | {"members": 5}}, "divided"),
        ({"evaluate": {"folds": 3, "metric": "error"}}, "no score of 2 classes"),
    ],
)
def test_what_cannot_be_is_told(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    found, _ = works(tmp_path, table(), **changes)
    with pytest.raises(SumikaError, match=message):
        assert found.report.recipe


@pytest.mark.parametrize(
    "changes",
    [
        {"teacher": BOOSTING | {"members": 1}},
        {"evaluate": {"folds": 1}},
        {"teacher": BOOSTING | {"views": 99}},
        {"teacher": BOOSTING, "train": {"loss": {"hint_weight": 1.0}}},
    ],
)
def test_recipes_that_contradict_themselves_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError, match="`"):
        msgspec.convert(BASE | changes, ArrayRecipe)


def test_difficulty_of_values_is_refused_with_the_way_out(tmp_path: Path) -> None:
    found, _ = works(tmp_path, table(values=True), choose={"count": 50})
    with pytest.raises(SumikaError, match="without"):
        assert found.final.rows.size


def test_arrays_from_a_file(tmp_path: Path) -> None:
    arrays = table()
    path = tmp_path / "own.npz"
    np.savez(path, x=arrays.x, y=arrays.y, group=arrays.group, classes=np.array(arrays.classes))
    data = {"from": "files", "pool": {"path": str(path), "kind": "arrays"}}
    found, _ = works(tmp_path / "store", arrays, data=data)
    assert len(found.arrays) == len(arrays)
    assert found.arrays.classes == arrays.classes
    np.savez(path, x=arrays.x[:50], y=arrays.y[:50], group=arrays.group[:50], classes=np.array(arrays.classes))
    fewer, _ = works(tmp_path / "store", arrays, data=data)
    assert len(fewer.arrays) == 50, "a changed file is another pool"


def test_an_array_file_without_any_label_is_refused_before_anything_is_trained(tmp_path: Path) -> None:
    np.savez(tmp_path / "pool.npz", x=table().x)
    data = {"from": "files", "pool": {"path": str(tmp_path / "pool.npz"), "kind": "arrays"}}
    with pytest.raises(SumikaError, match=r"no row has a label.*Add `y`"):
        assert len(works(tmp_path / "store", table(), data=data)[0].arrays)


def test_recipe_file_with_a_slip_says_where(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\ndata: {from: source, name: made}\nteachr: {}\n")
    with pytest.raises(UsageError, match="teacher"):
        read_recipe(str(path), {}, ArrayRecipe)


@pytest.mark.parametrize("preset", [Convolutional(width=4, depth=2, stride=1), Recurrent(width=4, depth=2)])
def test_kept_model_is_the_same_in_numpy_and_torch(tmp_path: Path, preset: Convolutional | Recurrent) -> None:
    store = Store(tmp_path)
    network = build(layers_of(preset, 3), (2, 9), 3, seed=5)
    inputs = Inputs(mean=(1.0, -2.0), scale=(3.0, 0.5))
    model = model_of(network, (2, 9), inputs, ("a", "b", "c"))
    outputs = keep_model(store, model)
    found = kept_model(store, outputs["model"])
    assert (found.layers, found.shape, found.inputs, found.classes) == (model.layers, (2, 9), inputs, ("a", "b", "c"))
    x = np.random.default_rng(0).normal(size=(7, 2, 9)).astype(np.float32)
    np.testing.assert_array_equal(found.outputs_of(x), model.outputs_of(x))
    restored = network_of(found)
    for one, other in zip(network.parameters(), restored.parameters(), strict=True):
        assert one.equal(other)


def test_trees_read_tables_and_tell_what_they_cannot() -> None:
    arrays = table()
    settings = BoostingSettings(rounds=20, least_in_leaf=5)
    trees = boost(arrays, settings, 3, seed=0)
    said = trees.outputs_of(arrays.x)
    assert said.shape == (len(arrays), 3), "a class that never occurs has its column"
    np.testing.assert_allclose(np.exp(said).sum(axis=1), 1, rtol=1e-4)
    assert (said.argmax(axis=1) == arrays.y).mean() > 0.8
    assert np.exp(said[:, 2]).max() < 1e-3
    with pytest.raises(SumikaError, match="tables"):
        boost(msgspec.structs.replace(arrays, x=arrays.x[:, :, None]), settings, 2, seed=0)
    with pytest.raises(SumikaError, match="two classes"):
        boost(arrays.take(np.flatnonzero(arrays.y == 1)), settings, 2, seed=0)
