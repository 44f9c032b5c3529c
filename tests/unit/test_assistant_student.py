"""The student that reads sentences, from its recipe to its answers: signed, always valid, refused when altered."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnxruntime
import pytest
import torch

from sumika.assistant.calls import checked
from sumika.assistant.student import FEATURES, SentenceStudent
from sumika.distil.about import ABOUT, about_json, read_about
from sumika.distil.array_recipe import SourceData
from sumika.distil.export.reader_onnx import export_reader
from sumika.distil.ledger.ledger import Role
from sumika.distil.ledger.prices import load_prices
from sumika.distil.networks.reader import Outputs, Reader, ReaderShape, build_reader, depthwise, parameters_of
from sumika.distil.recipe_file import read_recipe
from sumika.distil.sentence_asked import asked_of_readers
from sumika.distil.sentence_coding import Coder, CodingSettings
from sumika.distil.sentence_data import LEARNT, Texts, coded
from sumika.distil.sentence_finish import SentenceFinish, as_text
from sumika.distil.sentence_fit import SentenceFitSettings, fit_reader
from sumika.distil.sentence_quote import SentenceQuote
from sumika.distil.sentence_recipe import ReaderTeacher, SentenceRecipe
from sumika.distil.sentence_run import ALONE, STUDENT
from sumika.distil.sentence_works import weights_of
from sumika.distil.sign import load_or_make_key, public_key_of, sign_folder
from sumika.distil.stages import Stages
from sumika.distil.store import Store
from sumika.models import StudentRefused, load_student
from sumika.schema import UsageError
from sumika.training.house_language import HOUSE_LANGUAGE
from sumika.training.recipes import LANGUAGE_RECIPES, SENTENCE_RECIPES

TINY = ReaderShape(embed=8, width=16, inner=1, blocks=1, kernel=3, heads=2)
ONCE = SentenceFitSettings(epochs=1, batch=32)
RECIPE = SentenceRecipe(
    name="trial-reader",
    about="Reads a few sentences.",
    data=SourceData(name="trial", options={"sentences": 250, "scored": 12, "held_share": 0.1}),
    coding=CodingSettings(rare=8, pairs=200, triples=200, words=200, least=2),
    teacher=ReaderTeacher(network=TINY, members=1, train=ONCE),
    student=TINY,
    train=ONCE,
    compare={"without paraphrases": {"paraphrase": False}},
)


@dataclasses.dataclass
class Trial:
    """A few of the house's sentences."""

    licence: str = "Apache-2.0"
    cite: str = "nobody"
    evidence: str = "simulation"
    features: str = FEATURES

    def fingerprint(self) -> str:
        """Return the same for ever."""
        return "1"

    def read(self, options: Mapping[str, object]) -> Texts:
        """Return them."""
        return HOUSE_LANGUAGE.read(options)


def reads_valid_calls_once_signed(made: Path, key_file: Path) -> None:
    """Fail unless a finished student, once it is signed, reads every sentence as a valid call or as nothing."""
    key = load_or_make_key(key_file)
    sign_folder(made, key)
    student = SentenceStudent.open(made, public_key=public_key_of(key))
    for sentence in SENTENCES:
        found = student.read(sentence)
        assert found is None or checked(found[0], sentence) is found[0]


def works_in(folder: Path) -> SentenceFinish:
    folder.mkdir(exist_ok=True)
    return SentenceFinish(RECIPE, Stages(Store(folder), load_prices(), "run"), {"trial": Trial()})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, SentenceFinish]:
    """Return a finished student's folder, the key that signed it, and its works."""
    folder = tmp_path_factory.mktemp("reader")
    works = works_in(folder / "store")
    works.finish(folder / "made", command="trial")
    key = load_or_make_key(folder / "key.pem")
    sign_folder(folder / "made", key)
    return folder / "made", public_key_of(key), works


def test_a_run_leaves_a_student_that_the_house_can_ask(made: tuple[Path, str, SentenceFinish]) -> None:
    folder, key, works = made
    about = read_about(folder)
    assert about.reading is not None
    assert about.model.parameters == parameters_of(build_reader(TINY, works.coding.size, works.outputs, 0))
    assert about.shown.metric == "exact"
    assert {name.rpartition(", ")[2] for name in about.shown.disturbed} == {"ja", "en"}
    assert works.outcome.valid == 1.0
    assert "without paraphrases" in works.outcome.over_others
    text = as_text(works.outcome, about)
    assert "new devices, ja" in text
    assert "core-minutes" in text
    card = (folder / "README.md").read_text("utf-8")
    assert "thrown away" in card or "sentences drawn" in card
    assert asked_of_readers(about)["parameters, at most 5,000,000"][1]
    student = load_student(folder, key)
    x = np.zeros((1, *about.model.shape), np.float32)
    assert len(student.answers(x)) == 1


def test_what_was_done_is_not_done_again(made: tuple[Path, str, SentenceFinish], tmp_path: Path) -> None:
    works = made[2]
    before = len(works.stages.ledger.entries("run", works.stages.keys))
    again = SentenceFinish(RECIPE, Stages(works.stages.store, load_prices(), "run"), {"trial": Trial()})
    again.finish(tmp_path / "again")
    assert len(again.stages.ledger.entries("run", again.stages.keys)) == before
    quote = SentenceQuote(again, seconds=0.01, few=60).quote()
    names = [stage.stage for stage in quote.stages]
    assert names[:2] == ["teacher 1", "teacher answers"]
    assert "student without paraphrases" in names
    assert quote.spent(Role.STUDENT).cpu_s > 0


SENTENCES = (
    "寝室の電気つけて",
    "turn off the kitchen light in ten minutes",
    "エアコンを26度にして",
    "…",
    "a",
    "おばあちゃんは昨夜何時に寝た？",
    "'\"; drop table",
    "\u0000\u202e逆さま",
    "set the blinds to 50%",
)


def test_every_answer_is_in_the_table(made: tuple[Path, str, SentenceFinish]) -> None:
    student = SentenceStudent.open(made[0], public_key=made[1])
    for sentence in (*SENTENCES, *(line.text for line in made[2].scored)):
        found = student.read(sentence)
        if found is not None:
            call, probability = found
            assert checked(call, sentence) is call
            assert 0 <= probability <= 1
    assert student.read("") is None
    assert student.read("   ") is None
    assert student.read("電気" * 100) is None


def test_altered_and_other_students_are_refused(made: tuple[Path, str, SentenceFinish], tmp_path: Path) -> None:
    folder, key, _ = made
    with pytest.raises(StudentRefused):
        SentenceStudent.open(folder, public_key="00" * 32)
    other = tmp_path / "other"
    other.mkdir()
    for path in folder.iterdir():
        (other / path.name).write_bytes(path.read_bytes())
    (other / "student.int8.onnx").write_bytes(b"?")
    with pytest.raises(StudentRefused, match="changed"):
        SentenceStudent.open(other, public_key=key)
    about = read_about(folder)
    assert about.reading is not None
    for reading, problem in (
        (None, "reads no sentences"),
        (msgspec.structs.replace(about.reading, intents=("", *("fly up",) * (len(about.classes) - 1))), "fly up"),
        (msgspec.structs.replace(about.reading, statistics=("often",)), "statistics"),
    ):
        (other / "student.int8.onnx").write_bytes((folder / "student.int8.onnx").read_bytes())
        (other / ABOUT).write_bytes(about_json(msgspec.structs.replace(about, reading=reading)))
        signer = load_or_make_key(tmp_path / "key.pem")
        sign_folder(other, signer)
        with pytest.raises(StudentRefused, match=problem):
            SentenceStudent.open(other, public_key=public_key_of(signer))


@pytest.mark.parametrize("int8", [False, True])
def test_exports_say_what_the_network_says_whatever_stands_beside(tmp_path: Path, int8: bool) -> None:
    outputs = Outputs(intents=5, statistics=4, marks=7)
    network = build_reader(TINY, 300, outputs, 3)
    network.eval()
    path = export_reader([weights_of(network)], TINY, outputs, tmp_path / "reader.onnx", int8=int8)
    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    codes = np.random.default_rng(0).integers(1, 300, (1, 9, 4))
    padded = np.zeros((1, 20, 4), np.int64)
    padded[:, :9] = codes
    with torch.no_grad():
        wanted = [one.numpy() for one in network(torch.from_numpy(codes))]
    for asked in (codes, padded):
        found = session.run(None, {"x": asked.astype(np.float32)})
        for one, value in zip(found, wanted, strict=True):
            clipped = one[:, :9] if one.ndim == 3 else one
            np.testing.assert_allclose(clipped, value, atol=0.05 if int8 else 1e-4)


def test_a_training_that_was_killed_goes_on_to_the_same_end(tmp_path: Path) -> None:
    texts = HOUSE_LANGUAGE.read({"sentences": 40, "scored": 2, "held_share": 0.0})
    lines = [line for line in texts.lines if line.part == LEARNT]
    works = works_in(tmp_path / "store")
    lessons = coded(lines, texts.table, works.coding)
    assert (lessons.codes[: lessons.starts[1]] == Coder(works.coding).codes_of(lines[0].text)).all()
    settings = SentenceFitSettings(epochs=2, batch=16, checkpoint_s=0.0)

    def fresh() -> Reader:
        return build_reader(TINY, works.coding.size, works.outputs, 1)

    whole = fresh()
    fit_reader(whole, lessons, settings, seed=4)

    def kill(done: int, total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit_reader(fresh(), lessons, settings, tmp_path / "work", kill, seed=4)
    resumed = fresh()
    fit_reader(resumed, lessons, settings, tmp_path / "work", seed=4)
    for name, value in weights_of(whole).items():
        np.testing.assert_allclose(weights_of(resumed)[name], value, atol=1e-6)


def test_labels_alone_may_teach_and_then_the_student_is_measured_by_what_they_come_with(tmp_path: Path) -> None:
    coding = msgspec.structs.replace(RECIPE.coding, units="words")
    recipe = msgspec.structs.replace(RECIPE, teacher=None, coding=coding)
    works = SentenceFinish(recipe, Stages(Store(tmp_path / "store"), load_prices(), "run"), {"trial": Trial()})
    about = works.finish(tmp_path / "made", command="trial")
    shown = about.shown
    assert (shown.teacher_parameters, shown.teacher.value) == (0, 1.0)
    assert shown.plain == works.outcome.overall["without paraphrases"]
    assert shown.gained.value == pytest.approx(shown.student.value - shown.plain.value)
    stages = {entry.stage for entry in works.stages.ledger.entries("run", works.stages.keys)}
    assert not {name for name in stages if "teacher" in name}
    assert "than without paraphrases" in as_text(works.outcome, about)
    card = (tmp_path / "made" / "README.md").read_text("utf-8")
    assert "own labels" in card
    names = [stage.stage for stage in SentenceQuote(works, seconds=0.01, few=60).quote().stages]
    assert names[:2] == ["student", "student without paraphrases"]
    reads_valid_calls_once_signed(tmp_path / "made", tmp_path / "key.pem")
    with pytest.raises(ValueError, match="compare"):
        msgspec.structs.replace(recipe, compare={})


@pytest.mark.parametrize("int8", [False, True])
def test_several_networks_are_one_file_that_says_the_mean_of_what_they_hold_likely(tmp_path: Path, int8: bool) -> None:
    outputs = Outputs(intents=5, statistics=4, marks=7)
    networks = [build_reader(TINY, 300, outputs, seed).eval() for seed in (3, 4)]
    path = export_reader([weights_of(one) for one in networks], TINY, outputs, tmp_path / "two.onnx", int8=int8)
    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    codes = np.random.default_rng(0).integers(1, 300, (1, 9, 4))
    intents, hidden, statistics, marks = session.run(None, {"x": codes.astype(np.float32)})
    with torch.no_grad():
        said = [one(torch.from_numpy(codes)) for one in networks]
    for found, place in ((intents, 0), (statistics, 2), (marks, 3)):
        wanted = torch.stack([torch.log_softmax(one[place], dim=-1) for one in said]).mean(dim=0).numpy()
        np.testing.assert_allclose(found, wanted, atol=0.05 if int8 else 1e-4)
    assert hidden.shape == (1, 2 * TINY.width)


def test_a_student_with_a_partner_is_measured_whole_and_what_teaches_it_on_one_network(tmp_path: Path) -> None:
    recipe = msgspec.structs.replace(RECIPE, teacher=None, partners=({"seed": 7},))
    works = SentenceFinish(recipe, Stages(Store(tmp_path / "store"), load_prices(), "run"), {"trial": Trial()})
    about = works.finish(tmp_path / "made", command="trial")
    alone = msgspec.structs.replace(recipe, partners=())
    single = SentenceFinish(alone, Stages(works.stages.store, load_prices(), "run"), {"trial": Trial()})
    assert works.student.key == single.student.key
    assert about.model.parameters == 2 * single.parameters
    data = msgspec.structs.replace(RECIPE.data, options={**RECIPE.data.options, "seed": 7})
    other = SentenceFinish(
        msgspec.structs.replace(alone, data=data), Stages(works.stages.store, load_prices(), "run"), {"trial": Trial()}
    )
    learnt = works.learnt_of(other.sentences)
    assert len(learnt) > 400
    assert not {line.text for line in works.scored} & {line.text for line in learnt}
    overall = works.outcome.overall
    assert about.shown.gained.value == pytest.approx(overall[ALONE].value - about.shown.plain.value)
    assert about.shown.student == overall[STUDENT]
    spent = {entry.stage for entry in works.stages.ledger.entries("run", works.stages.keys)}
    assert {"student", "student 2", "sentences 2"} <= spent
    assert "2 networks answer together" in (tmp_path / "made" / "README.md").read_text("utf-8")
    assert "of one network" in as_text(works.outcome, about)
    names = [stage.stage for stage in SentenceQuote(works, seconds=0.01, few=60).quote().stages]
    assert names[:3] == ["student", "student 2", "student without paraphrases"]
    reads_valid_calls_once_signed(tmp_path / "made", tmp_path / "key.pem")
    with pytest.raises(ValueError, match="partners"):
        msgspec.structs.replace(RECIPE, partners=({"seed": 7},))
    assert msgspec.structs.replace(RECIPE, partners=({},)).partners  # of the same sentences, which the teacher answered


@pytest.mark.parametrize("where", [{"partners": ({"sed": 7},)}, {"compare": {"other": {"paraphrases": False}}}])
def test_wrong_options_of_other_sentences_are_refused_before_anything_learns(
    tmp_path: Path, where: dict[str, Any]
) -> None:
    recipe = msgspec.structs.replace(RECIPE, teacher=None, **where)
    works = SentenceFinish(recipe, Stages(Store(tmp_path / "store"), load_prices(), "run"), {"trial": Trial()})
    with pytest.raises(UsageError, match=r"sed|paraphrases"):
        works.finish(tmp_path / "made", command="trial")
    spent = {entry.stage for entry in works.stages.ledger.entries("run", works.stages.keys)}
    assert not {stage for stage in spent if stage.startswith("student")}


def test_places_are_convolved_as_the_library_does() -> None:
    near = torch.nn.Conv1d(6, 6, 5, padding=2, groups=6)
    x = torch.randn(3, 7, 6, generator=torch.Generator().manual_seed(1), requires_grad=True)
    found, wanted = depthwise(x, near), near(x.transpose(1, 2)).transpose(1, 2)
    torch.testing.assert_close(found, wanted)
    assert near.bias is not None
    parts = (x, near.weight, near.bias)
    weighted = torch.linspace(-1, 1, found.numel()).view(found.shape)
    mine = torch.autograd.grad((found * weighted).sum(), parts)
    theirs = torch.autograd.grad((wanted * weighted).sum(), parts)
    for one, other in zip(mine, theirs, strict=True):
        torch.testing.assert_close(one, other)


def test_shipped_recipes_are_whole() -> None:
    recipe = read_recipe("house-tiny", SENTENCE_RECIPES, SentenceRecipe)
    assert recipe.name == "house-tiny"
    assert set(recipe.compare) == {"without paraphrases"}
    assert "house-0.6b" in LANGUAGE_RECIPES
    with pytest.raises(UsageError, match="house-tiny"):
        read_recipe("nothing", SENTENCE_RECIPES, SentenceRecipe)
