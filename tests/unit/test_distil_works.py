"""A whole tiny run: every stage once, the table, the signed folder, the card, the bill; and what is found again."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch

from sumika.distil import language_finish
from sumika.distil.card.records import Card
from sumika.distil.card.render import read_card
from sumika.distil.compare import as_table, compare, load_result
from sumika.distil.export.language_onnx import OnnxLanguageStudent
from sumika.distil.forecast import Forecast
from sumika.distil.language.dialogue import question
from sumika.distil.language.generate import Request, Sampling
from sumika.distil.language_finish import LanguageFinish
from sumika.distil.ledger.ledger import Role
from sumika.distil.ledger.prices import load_prices
from sumika.distil.ledger.quote import Quote, StageEstimate
from sumika.distil.outcome import Outcome, as_text
from sumika.distil.own_tries import SelfTaught
from sumika.distil.recipe import OwnTries
from sumika.distil.records import Example, Spent, Trace
from sumika.distil.sign import verify_folder
from sumika.schema import SumikaError
from tests.distil_works_helpers import TRAINED, program_recipe, works_of, write_rows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
PREDICTED_S = {"pool": 0.1, "clean": 0.1, "teacher": 4.0, "base": 1.0, "teach 24": 0.5, "student": 0.5, "export": 0.2}
"""Of a quote; that one is measured is shown by the tests of the command line."""


def quote_of() -> Quote:
    stages = [
        StageEstimate(stage=stage, role=Role.STUDENT, spent=Spent(wall_s=wall_s, cpu_s=wall_s))
        for stage, wall_s in PREDICTED_S.items()
    ]
    return Quote(name="tiny", stages=tuple(stages), prices=load_prices().values())


class Watched:
    """Writes down what is left at every step, and which stages were reused."""

    def __init__(self, quote: Quote) -> None:
        self.forecast = Forecast(quote)
        self.shares: list[float] = []
        self.made: list[str] = []
        self.reused: list[str] = []

    def begin(self, stage: str, *, reused: bool) -> None:
        self.forecast.begin(stage, reused=reused)
        (self.reused if reused else self.made).append(stage)

    def progress(self, stage: str, done: int, total: int) -> None:
        self.forecast.progress(done, total)
        self.shares.append(self.forecast.left().share)

    def end(self, stage: str, spent: Spent) -> None:
        self.forecast.end()


class Finished(msgspec.Struct, frozen=True):
    """The run that all tests here look at."""

    works: LanguageFinish
    quote: Quote
    watched: Watched
    folder: Path
    outcome: Outcome
    made: tuple[str, ...]  # by the run itself; tests that go on from it make more

    @property
    def card(self) -> Card:
        return read_card(self.folder)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finished]:
    base = tmp_path_factory.mktemp("works")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(language_finish, "TIMED_ANSWERS", 2)
        patched.setattr("sumika.distil.sign.default_key_path", lambda: base / "key")
        quote = quote_of()
        watched = Watched(quote)
        works = works_of(TRAINED, base / "store", "first", watched)
        folder = base / "model"
        outcome = works.finish(folder, quote=quote, command="sumika distil run tiny", commit="abc1234")
        yield Finished(works, quote, watched, folder, outcome, tuple(watched.made))


# The run itself


def test_every_stage_is_run_once(finished: Finished) -> None:
    made = finished.made
    assert finished.watched.reused == []
    twice = [stage for stage in set(made) if made.count(stage) > 1]
    assert set(twice) <= {"choose 24", "teach 24"}, "the choice and the random choice of as many bear one name"
    assert set(PREDICTED_S) <= set(made)
    assert {"reference", "judge difficulty", "evaluate teacher", "evaluate int8", "time answers of student"} <= set(
        made
    )


def test_the_forecast_counts_down_to_nothing(finished: Finished) -> None:
    shares = finished.watched.shares
    assert len(shares) > 10
    assert all(after >= before - 1e-9 for before, after in itertools.pairwise(shares))
    assert finished.watched.forecast.left().share > 0.95


def test_the_models_have_the_sizes_of_the_recipe_and_learn(finished: Finished) -> None:
    works = finished.works
    assert works.teacher is not None
    assert works.base is not None
    assert works.teacher.facts["parameters"] > 2 * works.student.facts["parameters"]
    assert works.student.facts["parameters"] == works.base.facts["parameters"]
    uniform = np.log(works.tokenizer.size)
    for model in (works.teacher, works.student, works.base):
        assert model.facts["final_loss"] < 0.75 * uniform
    student, base = (works.student_of(one).generator.decoder.state_dict() for one in (works.student, works.base))
    assert any(not torch.equal(student[name], base[name]) for name in student), "it is more than its base"


def test_the_student_learns_from_whole_traces_of_chosen_examples_that_are_not_scored(finished: Finished) -> None:
    works = finished.works
    taken = works.taken()
    traces = works.stages.store.get_records(works.traced(taken).outputs["traces"], Trace)
    chosen = {one.id: one for one in works.examples(taken)}
    assert {one.example_id for one in traces} == set(chosen)
    assert not {one.prompt for one in chosen.values()} & {one.prompt for one in works.evaluation}
    whole = [one for one in traces if one.finish == "stop"]
    samples = works.samples_of(taken, works.traced(taken)).make()
    assert len(samples) == len(whole) > 0
    bare = works.samples_of(taken, works.traced(taken), reasoning=False).make()
    assert sum(len(one.token_ids) for one in bare) < sum(len(one.token_ids) for one in samples)


def test_right_answers_alone_are_kept_where_the_recipe_says_so(finished: Finished) -> None:
    works = works_of(TRAINED.replace("keep: all", "keep: correct"), finished.works.stages.store.folder)
    taken = works.taken()
    traces = works.stages.store.get_records(works.traced(taken).outputs["traces"], Trace)
    right = sum(bool(one.correct) and one.finish == "stop" for one in traces)
    samples = works.samples_of(taken, works.traced(taken))
    if right:
        assert len(samples.make()) == right
    else:
        with pytest.raises(SumikaError, match="none of the 24 traces can be learnt from"):
            samples.make()


# What a person takes home


def test_the_table_shows_everybody_in_80_columns(finished: Finished) -> None:
    text = as_text(finished.outcome)
    assert max(map(len, text.splitlines())) <= 80
    names = [one.name for one in finished.outcome.models]
    assert names == ["teacher", "student", "student, int8", "without distillation", "random 24"]
    assert all(f"\n{name} " in text for name in names)
    assert "maths (n=4)" in text
    assert "coding (n=4)" in text
    assert "Simulated problems" in text


def test_the_folder_is_signed_and_a_changed_byte_is_seen(finished: Finished, tmp_path: Path) -> None:
    manifest = verify_folder(finished.folder)
    expected = {"result.json", "outcome.json", "student.int8.onnx", "safetensors/model.safetensors", "README.md"}
    assert expected <= set(manifest.files)
    path = finished.folder / "student.int8.onnx"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    try:
        with pytest.raises(SumikaError, match=r"student\.int8\.onnx"):
            verify_folder(finished.folder)
    finally:
        path.write_bytes(whole)
    assert msgspec.json.decode((finished.folder / "outcome.json").read_bytes(), type=Outcome) == finished.outcome


def test_the_card_tells_teacher_terms_data_and_predicted_against_actual(finished: Finished) -> None:
    card = finished.card
    (teacher,) = card.teachers
    assert (teacher.terms, teacher.traces) == ("own", 24)
    assert teacher.clause
    assert [(one.name, one.licence) for one in card.data] == [("sumika.distil.problems", "Apache-2.0")]
    assert {one.stage for one in card.predicted} >= {"teacher", "student", "pool"}
    assert all(one.actual.wall_s > 0 for one in card.predicted)
    assert (card.command, card.commit, card.seed) == ("sumika distil run tiny", "abc1234", 2)
    assert {one.name for one in card.evaluations} == {"maths", "coding"}
    assert {one.format for one in card.exports} == {"safetensors", "int8.onnx"}
    text = (finished.folder / "README.md").read_text("utf-8")
    for part in ("trained here", "sumika distil run tiny", "Simulated problems", teacher.clause):
        assert part in text


def test_the_bill_counts_every_stage_and_the_student_alone_is_less(finished: Finished) -> None:
    bill = finished.outcome.bill
    made = finished.made
    assert {one.name for one in bill.stages} == set(made)
    assert 0 < bill.student.bill.total_usd < bill.all_in.bill.total_usd
    assert bill.all_in.unfinished == 0
    teacher, student = finished.outcome.model("teacher"), finished.outcome.model("student")
    assert teacher.trained_usd > 0
    assert student.trained_usd > 0
    assert finished.outcome.ratios()["parameters"] > 2


def test_eight_bits_lose_what_the_card_says_and_little(finished: Finished) -> None:
    own, rounded = (finished.outcome.model(name).correct for name in ("student", "student, int8"))
    lost = 100 * (sum(own.values()) - sum(rounded.values())) / len(own)
    (export,) = [one for one in finished.card.exports if one.format == "int8.onnx"]
    assert export.loss_points == pytest.approx(lost)
    assert abs(lost) <= 100 * 2 / len(own)
    assert export.size_bytes == (finished.folder / "student.int8.onnx").stat().st_size
    works = finished.works
    student, onnx = works.student_of(works.student), OnnxLanguageStudent(finished.folder / "student.int8.onnx")
    asked = [question(works.tokenizer, works.asked(one)) for one in works.evaluation]
    written = student.generator.run([Request(token_ids=one, seed=0) for one in asked], Sampling(max_tokens=4))
    same = [
        first == second
        for one, ours in zip(asked, written, strict=True)
        for first, second in zip(onnx.generate(one, [works.tokenizer.end_id], 4), ours.token_ids, strict=False)
    ]
    assert len(same) > 2 * len(asked)
    assert np.mean(same) >= 0.5, "they begin their answers alike"


# Again


def test_a_run_that_is_taken_up_again_does_nothing_twice(finished: Finished, tmp_path: Path) -> None:
    watched = Watched(finished.quote)
    again = works_of(TRAINED, finished.works.stages.store.folder, "again", watched)
    outcome = again.finish(tmp_path / "model")
    assert watched.made == []
    assert {one.name: one.correct for one in outcome.models} == {
        one.name: one.correct for one in finished.outcome.models
    }
    # No less: what another test has made anew in this store has been paid for too.
    assert outcome.bill.all_in.bill.total_usd >= finished.outcome.bill.all_in.bill.total_usd * (1 - 1e-9)
    for name in ("safetensors/model.safetensors", "student.int8.onnx"):
        assert (tmp_path / "model" / name).read_bytes() == (finished.folder / name).read_bytes()


def test_a_damaged_student_is_trained_again_and_is_the_same(finished: Finished, tmp_path: Path) -> None:
    store = finished.works.stages.store
    path = store.path_of(finished.works.student.outputs["model"])
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    watched = Watched(finished.quote)
    again = works_of(TRAINED, store.folder, "repair", watched)
    assert again.student.outputs == finished.works.student.outputs
    assert watched.made == ["student"]
    assert path.read_bytes() == whole


def test_two_runs_are_compared_problem_by_problem(finished: Finished, tmp_path: Path) -> None:
    watched = Watched(finished.quote)
    text = TRAINED.replace("{count: 24}", "{count: 24, without: [difficulty, diversity]}")
    other = works_of(
        text.replace("compare: [without, random]", "compare: []"), finished.works.stages.store.folder, "other", watched
    )
    other.finish(tmp_path / "model")
    assert {"pool", "clean", "teacher", "judge quality"} <= set(watched.reused)
    assert "student" in watched.made
    found = compare([load_result(folder / "result.json") for folder in (finished.folder, tmp_path / "model")])
    text = as_table(found)
    assert max(map(len, text.splitlines())) <= 80
    assert "tiny first" in text.replace("\n", " ")
    assert "maths" in text
    assert "coding" in text


def test_own_tries_keep_only_what_the_grader_finds_right(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    works = finished.works
    settings = OwnTries(tries=2, most_problems=4, train=works.recipe.train)
    taught = SelfTaught(works, settings)
    failed = taught.failed()
    traces = works.stages.store.get_records(works.traced(works.taken()).outputs["traces"], Trace)
    solved = {one.example_id for one in traces if one.correct}
    assert 0 < len(failed) <= 4
    assert not solved & {one.id for one in failed}
    answered = iter([failed[0].answer])

    def answers(model: object, examples: list[Example], **named: object) -> list[object]:
        told = LanguageFinish.answers(works, works.student, examples, samples=2)
        first = msgspec.structs.replace(told[0], answer=next(answered), finish="stop")
        return [first, *told[1:]]

    monkeypatch.setattr(works, "answers", answers)
    tries = taught.tries()
    right = works.stages.store.get_records(tries.outputs["traces"], Trace)[0]
    assert (right.example_id, right.teacher, right.correct) == (failed[0].id, "the student itself", True)
    before, after = (len(taught.samples(own=own).make()) for own in (False, True))
    assert after == before + tries.facts["solved"]
    assert taught.student().outputs != works.student.outputs


def test_a_student_from_scratch_reads_the_language_of_its_pool(tmp_path: Path) -> None:
    """Else it would learn from sentences of unknown signs, and nobody would see why it learns nothing."""
    write_rows(tmp_path / "pool.jsonl", [{"prompt": "寝室の灯り、つけて", "answer": '{"tool":"power"}'}])
    works = works_of(program_recipe(tmp_path), tmp_path / "store")
    assert works.tokenizer.lacks("寝灯{つ}") == []
    assert works.tokenizer.lacks("室外") == ["外"]
    assert "A" in works.tokenizer.decode(works.tokenizer.encode("A"))  # what every student reads
