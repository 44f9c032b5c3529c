"""Array recipes to their end: the signed folder, what 8 bits lose, C held to ONNX, the quote, the table."""

import dataclasses
import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from sumika.distil import array_finish
from sumika.distil.about import read_about
from sumika.distil.array_about import asked_lines, asked_of_students
from sumika.distil.array_described import Asked
from sumika.distil.array_files import export_form, read_student, read_whole
from sumika.distil.array_finish import ArrayFinish, c_mismatches, one_thread
from sumika.distil.array_outcome import INT8, ArrayOutcome, Provenance, as_text
from sumika.distil.array_quote import ArrayQuote
from sumika.distil.array_recipe import ArrayRecipe
from sumika.distil.array_works import PLAIN, STUDENT, TEACHER
from sumika.distil.card.render import read_card
from sumika.distil.compare import load_result
from sumika.distil.disturbed import disturbances
from sumika.distil.export.c import CExport, export_c
from sumika.distil.export.integer import IntegerNetwork, forward_int8
from sumika.distil.ledger.ledger import Ledger, Role
from sumika.distil.ledger.prices import load_prices
from sumika.distil.networks.scores import ClassScores
from sumika.distil.records import ArraySet
from sumika.distil.sign import SignatureError, verify_folder
from sumika.distil.stages import Stages
from sumika.distil.store import Store
from sumika.distil.teachers.arrays import OnnxTeacher
from sumika.schema import SumikaError, UsageError

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
PEOPLE, EACH, POINTS = 4, 30, 8
RECORDED = Provenance(licence="CC-BY-4.0", cite="Somebody et al.", evidence="real recording")
FILES = {
    "README.md",
    "about.json",
    "card.json",
    "manifest.json",
    "manifest.sig",
    "report.json",
    "result.json",
    "student.c",
    "student.h",
    "student.int8.json",
    "student.int8.onnx",
    "student.json",
    "student.onnx",
}
needs_compiler = pytest.mark.skipif(
    shutil.which("gcc") is None and "CI" not in os.environ, reason="needs gcc, which this computer lacks"
)


@dataclasses.dataclass
class Made:
    """A source of one set."""

    arrays: ArraySet

    def fingerprint(self) -> str:
        """Return the same for ever."""
        return "1"

    def read(self, options: Mapping[str, object]) -> ArraySet:
        """Return the set."""
        return self.arrays


def clouds() -> ArraySet:
    """Points high or low, of several people, some of them absent; in centimetres, far from zero."""
    random = np.random.default_rng(0)
    count = PEOPLE * EACH
    y = random.integers(0, 2, count)
    x = random.normal(size=(count, POINTS, 3)).astype(np.float32)
    x[:, :, 2] += np.where(y == 1, 1.5, -1.5)[:, None]
    mask = np.arange(POINTS) < random.integers(2, POINTS + 1, count)[:, None]
    x = np.where(mask[:, :, None], 100 * x + 300, 0).astype(np.float32)
    group = np.repeat([f"person {one}" for one in range(PEOPLE)], EACH)
    return ArraySet(x=x, y=y, group=group, domain=group, classes=("low", "high"), mask=mask)


def table(*, values: bool) -> ArraySet:
    random = np.random.default_rng(1)
    x = random.normal(size=(PEOPLE * EACH, 4)).astype(np.float32)
    group = np.repeat([f"person {one}" for one in range(PEOPLE)], EACH)
    y = (20 * x[:, :1] + 5).astype(np.float32) if values else (x[:, 0] > 0).astype(np.int64)
    return ArraySet(x=x, y=y, group=group, domain=group, classes=() if values else ("no", "yes"))


POINTS_TEACHER = {
    "from": "networks",
    "members": 2,
    "network": {"kind": "points", "width": 8, "depth": 2, "head": 8},
    "train": {"epochs": 6, "batch": 16, "learning_rate": 0.01},
}
BASE: dict[str, Any] = {
    "name": "trial",
    "about": "Tells high from low.",
    "data": {"from": "source", "name": "made"},
    "teacher": POINTS_TEACHER,
    "student": {"kind": "points", "width": 4, "depth": 1, "head": 4},
    "train": {"epochs": 6, "batch": 16, "learning_rate": 0.02},
    "evaluate": {"folds": 2},
}
TREES: dict[str, Any] = {
    "teacher": {"from": "boosting", "members": 2, "trees": {"rounds": 12, "leaves": 4, "least_in_leaf": 5}},
    "student": {"kind": "perceptron", "width": 4, "depth": 1},
}


def works(folder: Path, arrays: ArraySet, provenance: Provenance = RECORDED, **changes: Any) -> ArrayFinish:
    recipe = msgspec.convert(BASE | changes, ArrayRecipe)
    stages = Stages(Store(folder), load_prices(), "run")
    return ArrayFinish(recipe, stages, {"made": Made(arrays)}, {"made": provenance})


@pytest.fixture(autouse=True)
def own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@dataclasses.dataclass
class Finished:
    """A run that is over."""

    works: ArrayFinish
    outcome: ArrayOutcome
    folder: Path


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    base = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(base / "config"))
        made = works(base / "store", clouds())
        quote = ArrayQuote(works(base / "store", clouds()), seconds=0.05).quote()
        outcome = made.finish(base / "model", quote=quote, command="sumika distil run trial", commit="abc")
        verify_folder(base / "model")
    return Finished(made, outcome, base / "model")


def test_the_folder_holds_every_form_and_is_signed(finished: Finished, tmp_path: Path) -> None:
    assert {path.name for path in finished.folder.iterdir()} == FILES
    copy = shutil.copytree(finished.folder, tmp_path / "copy")
    (copy / "student.c").write_text("int main;")
    with pytest.raises(SignatureError):
        verify_folder(copy, (Path(copy) / "manifest.json").read_text().split('"public_key": "')[1][:64])


def test_scores_costs_and_bill(finished: Finished) -> None:
    outcome = finished.outcome
    assert set(outcome.everybody) == {TEACHER, STUDENT, INT8, PLAIN}
    student = outcome.scores[STUDENT]
    assert isinstance(student, ClassScores)
    assert student.accuracy.value > 0.8
    assert (student.groups, student.examples) == (PEOPLE, PEOPLE * EACH)
    assert outcome.costs[TEACHER].parameters == outcome.teacher_parameters
    assert outcome.costs[STUDENT].flops == outcome.student_flops
    ratios = outcome.ratios()
    assert ratios["parameters"] == pytest.approx(outcome.parameter_ratio)
    assert ratios["latency_s"] == pytest.approx(outcome.costs[TEACHER].latency_s / outcome.costs[STUDENT].latency_s)
    watts = load_prices().values()["cpu_core_w"]
    for cost in outcome.costs.values():
        assert cost.energy_j == pytest.approx(cost.latency_s * watts)
    entries = Ledger(finished.works.stages.store.folder / "ledger.jsonl").entries()
    assert outcome.bill.all_in.bill.total_usd == pytest.approx(sum(one.bill.total_usd for one in entries))
    alone = [one.bill.total_usd for one in entries if one.role is Role.STUDENT]
    assert outcome.bill.student.bill.total_usd == pytest.approx(sum(alone))
    assert {one.stage for one in entries if one.role is Role.STUDENT} == {"student", "export"}
    teachers = [one.bill.total_usd for one in entries if one.stage in ("teacher 1", "teacher 2")]
    assert outcome.trained_usd[TEACHER] == pytest.approx(sum(teachers))


def test_the_scores_in_8_bits_are_those_of_the_students_that_had_not_seen_the_group(finished: Finished) -> None:
    made, arrays = finished.works, finished.works.arrays
    right = 0
    for branch in made.branches:
        tests = arrays.take(branch.test_rows)
        logits = forward_int8(made.whole_of(branch).network, tests.x, tests.mask)
        right += int((logits.argmax(axis=1) == tests.y).sum())
    scores = finished.outcome.eight_bits.scores
    assert isinstance(scores, ClassScores)
    assert scores.accuracy.value == pytest.approx(right / len(arrays))
    student = finished.outcome.scores[STUDENT]
    assert isinstance(student, ClassScores)
    lost = finished.outcome.eight_bits.lost["accuracy"].value
    assert lost == pytest.approx(student.accuracy.value - scores.accuracy.value)


@needs_compiler
def test_c_and_onnx_answer_alike_and_a_difference_is_seen(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    eight = finished.outcome.eight_bits
    assert (eight.compared, eight.mismatches) == (PEOPLE * EACH, 0)
    arrays, whole = finished.works.arrays, finished.works.whole_of(finished.works.final)
    assert c_mismatches(whole, arrays) == 0

    def another(network: IntegerNetwork, name: str, folder: Path) -> CExport:
        return export_c(msgspec.structs.replace(network, output_scale=network.output_scale * 2), name, folder)

    monkeypatch.setattr(array_finish, "export_c", another)
    assert c_mismatches(whole, arrays) == len(arrays)


def test_exports_take_inputs_in_their_own_units(finished: Finished) -> None:
    arrays = finished.works.arrays
    own = finished.works.model.outputs_of(arrays.x, arrays.mask)
    for name, near in (("student.onnx", 1e-3), ("student.int8.onnx", 1.0)):
        found = OnnxTeacher(finished.folder / name, terms="own").logits(arrays.x, arrays.mask)
        assert np.abs(found - own).max() < near


def test_a_finished_student_takes_any_form_without_its_data(finished: Finished, tmp_path: Path) -> None:
    for form, name in (("onnx", "student.onnx"), ("onnx-int8", "student.int8.onnx")):
        written = export_form(finished.folder, form, tmp_path / "deep" / f"net.{form}")
        assert written.read_bytes() == (finished.folder / name).read_bytes()
    source = export_form(finished.folder, "c", tmp_path / "watch.c")
    assert source == tmp_path / "watch.c"
    assert "watch_predict" in source.read_text()
    assert (tmp_path / "watch.h").exists()
    arrays = finished.works.arrays
    model, whole = read_student(finished.folder), read_whole(finished.folder)
    assert np.array_equal(
        model.outputs_of(arrays.x, arrays.mask), finished.works.model.outputs_of(arrays.x, arrays.mask)
    )
    before = forward_int8(finished.works.whole_of(finished.works.final).network, arrays.x, arrays.mask)
    assert np.array_equal(forward_int8(whole.network, arrays.x, arrays.mask), before)
    assert whole.classes == ("low", "high")


def test_what_is_no_student_is_told(finished: Finished, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="gguf"):
        export_form(finished.folder, "gguf", tmp_path / "x")
    with pytest.raises(UsageError, match="no array student"):
        export_form(tmp_path, "onnx", tmp_path / "x")
    copy = shutil.copytree(finished.folder, tmp_path / "copy")
    for name, damaged in (("student.json", b'{"layers": 3}'), ("student.int8.json", b'{"network": {}, "steps": []}')):
        kept = (copy / name).read_bytes()
        (copy / name).write_bytes(damaged)
        with pytest.raises(SumikaError, match="describes no array student"):
            export_form(copy, "c", tmp_path / "x.c")
        (copy / name).write_bytes(kept)
    (tmp_path / "file").write_text("")
    with pytest.raises(SumikaError, match="cannot be written"):
        export_form(copy, "onnx", tmp_path / "file" / "x.onnx")


def test_card_result_and_report_say_the_same(finished: Finished) -> None:
    card, result = read_card(finished.folder), load_result(finished.folder / "result.json")
    report = msgspec.json.decode((finished.folder / "report.json").read_bytes(), type=ArrayOutcome)
    assert report == finished.outcome
    accuracy = report.scores[STUDENT]
    assert isinstance(accuracy, ClassScores)
    assert card.evaluations[0].scores[STUDENT] == accuracy.accuracy
    assert (card.data[0].licence, card.data[0].examples) == ("CC-BY-4.0", PEOPLE * EACH)
    assert card.teachers[0].traces == PEOPLE * EACH
    assert {one.format for one in card.exports} == {"onnx", "onnx-int8", "c"}
    assert result.parameters == card.parameters == report.student_parameters
    groups = result.scores["accuracy by group"]
    assert set(groups) == {f"person {one}" for one in range(PEOPLE)}
    assert np.mean(list(groups.values())) == pytest.approx(accuracy.accuracy.value)  # all groups are of one size


def test_about_says_what_the_house_must_know(finished: Finished) -> None:
    about = read_about(finished.folder)
    onnx = (finished.folder / about.model.file).read_bytes()
    assert about.model.sha256 == hashlib.sha256(onnx).hexdigest()
    assert (about.features, about.classes, about.model.shape, about.model.masked) == (
        "made",
        ("low", "high"),
        (POINTS, 3),
        True,
    )
    shown, outcome = about.shown, finished.outcome
    assert outcome.eight_bits.rated is not None
    assert (shown.int8, shown.kept) == (outcome.eight_bits.rated.score, outcome.kept)
    assert shown.disturbed["noise of 0.5 deviations"].value <= shown.disturbed["nothing"].value + 0.05
    assert set(shown.disturbed) == {"nothing", *disturbances("points")}
    assert about.paid.all_in_core_minutes > about.paid.student_core_minutes > 0
    assert about.paid.student_eur == pytest.approx(about.paid.student_core_minutes / 60 * 0.1)
    card = " ".join((finished.folder / "README.md").read_text().split())
    assert "50 % of the points lost: accuracy of the student in 8 bits" in card
    assert "expected calibration error" in card
    answered = [line for line in asked_lines(about) if line.startswith(("  yes", "  NO "))]  # long ones take two lines
    assert len(answered) == len(asked_of_students(about))
    assert asked_of_students(about)["kB, at most 100"][1]


def test_the_hidden_layer_and_the_head_of_about_are_the_network(finished: Finished) -> None:
    arrays, about = finished.works.arrays, read_about(finished.folder)
    asked = Asked(finished.works.whole_of(finished.works.final))
    logits, hidden = asked(arrays.x, arrays.mask)
    head = about.model.head
    assert head is not None
    again = hidden @ np.array(head.weight).T + np.array(head.bias)
    np.testing.assert_allclose(again, logits, rtol=1e-5, atol=1e-5)
    unlike = about.domain.unlike(arrays.x, hidden, arrays.mask)
    assert (unlike <= 1).mean() > 0.95
    far = arrays.x + np.float32(2000)
    assert (
        about.domain.unlike(far, Asked(finished.works.whole_of(finished.works.final))(far, arrays.mask)[1]) > 1
    ).all()


def test_caveats_reach_the_card(tmp_path: Path) -> None:
    made = works(tmp_path / "store", table(values=False), caveats=["The door was open."], export=["onnx"], **TREES)
    made.finish(tmp_path / "model")
    assert "The door was open." in (tmp_path / "model" / "README.md").read_text()
    assert not (tmp_path / "model" / "about.json").exists(), "the house asks students in 8 bits only"


def test_the_quote_knows_every_stage_that_is_run(finished: Finished) -> None:
    folder = finished.works.stages.store.folder
    run = {entry.stage for entry in Ledger(folder / "ledger.jsonl").entries()}
    assert {one.stage for one in finished.outcome.predicted} == run - {"pool", "clean and judge"}
    for one in finished.outcome.predicted:
        assert one.predicted.wall_s > 0
        assert one.predicted.flops == pytest.approx(one.actual.flops)


def test_the_table_fits_80_columns_and_says_what_the_evidence_is(finished: Finished) -> None:
    text = as_text(finished.outcome)
    assert max(len(line) for line in text.splitlines()) <= 80
    for part in ("teacher", STUDENT, INT8, "without teacher", "¥", "$", "real recording", "Quoted", "flash"):
        assert part in text
    made_up = msgspec.structs.replace(finished.outcome, provenance=Provenance(evidence="simulation"))
    assert "Evidence: simulation" in as_text(made_up)
    assert "not stated" in as_text(msgspec.structs.replace(finished.outcome, provenance=Provenance()))


def test_trees_as_teacher_and_all_is_found_again(tmp_path: Path) -> None:
    first = works(tmp_path / "store", table(values=False), **TREES)
    outcome = first.finish(tmp_path / "model")
    assert outcome.costs[TEACHER].how.startswith("scikit-learn")
    assert outcome.costs[TEACHER].parameters == outcome.teacher_parameters
    again = works(tmp_path / "store", table(values=False), **TREES).finish(tmp_path / "again")
    assert again == outcome
    assert "boosted trees" in (tmp_path / "again" / "README.md").read_text()


def test_values_have_errors_and_no_shares(tmp_path: Path) -> None:
    changes: dict[str, Any] = TREES | {"export": ["onnx"], "train": {"epochs": 40, "batch": 16, "learning_rate": 0.02}}
    made = works(tmp_path / "store", table(values=True), **changes)
    quote = ArrayQuote(made, seconds=0.05).quote()
    outcome = made.finish(tmp_path / "model", quote=quote)
    assert not outcome.eight_bits.lost
    text = as_text(outcome)
    assert "mean absolute error" in text
    assert "points" not in text
    card = read_card(tmp_path / "model")
    assert not card.evaluations
    assert any("mean absolute error of the student" in line for line in card.limits)
    explained = load_result(tmp_path / "model" / "result.json").scores["deviation explained by group"]
    assert all(0.3 < score <= 1 for score in explained.values())
    assert not (tmp_path / "model" / "student.c").exists()
    export_form(tmp_path / "model", "c", tmp_path / "student.c")


def test_without_a_compiler_nothing_is_claimed_of_c(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    outcome = works(tmp_path / "store", table(values=False), **TREES).finish(tmp_path / "model")
    assert outcome.eight_bits.compared == 0
    assert "no C compiler" in as_text(outcome)


def test_a_licence_that_forbids_the_purpose_stops_before_anything_is_read(tmp_path: Path) -> None:
    forbidden = Provenance(licence="openai")
    made = works(tmp_path / "store", table(values=False), forbidden, purpose="compete", **TREES)
    with pytest.raises(UsageError, match="openai"):
        made.finish(tmp_path / "model")
    with pytest.raises(UsageError, match="openai"):
        ArrayQuote(made, seconds=0.05).quote()
    assert Ledger(tmp_path / "store" / "ledger.jsonl").entries() == []


def test_a_choice_is_quoted_too(tmp_path: Path) -> None:
    changes: dict[str, Any] = TREES | {"choose": {"count": 40, "least_difficulty": 0.5}, "references": 1, "export": []}
    quote = ArrayQuote(works(tmp_path / "store", table(values=False), **changes), seconds=0.05).quote()
    names = [one.stage for one in quote.stages]
    for stage in (
        "judge difficulty",
        "choose",
        "fold 2 of 2: choose",
        "student",
        "fold 1 of 2: student without teacher",
    ):
        assert stage in names
    made = works(tmp_path / "store", table(values=False), **changes)
    predicted = {one.stage: one for one in made.finish(tmp_path / "model", quote=quote).predicted}
    assert set(predicted) == set(names)


def test_one_thread_is_given_back() -> None:
    import torch

    before = torch.get_num_threads()

    def fail() -> None:
        with one_thread():
            assert torch.get_num_threads() == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert torch.get_num_threads() == before
