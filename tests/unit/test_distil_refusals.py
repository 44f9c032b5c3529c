"""What cannot come to a good end is refused in plain words, before it costs anything; a full disk loses nothing."""

import errno
import os
from pathlib import Path

import pytest

from sumika.distil.clean.report import CleanRefusedError
from sumika.distil.language_finish import LanguageFinish
from sumika.distil.language_quote import LanguageQuote
from sumika.distil.ledger.ledger import Status
from sumika.distil.pool.settings import PoolError
from sumika.distil.store import StoreError
from sumika.distil.teachers.base import TeacherError
from sumika.schema import SumikaError, UsageError
from tests.distil_works_helpers import ADDS, TRAINED, asked_of_program, program_recipe, sums, works_of, write_rows

WRONG = ADDS.replace("int(left) + int(right)", "int(left) - 1000")


def works_in(folder: Path, **fields: str) -> LanguageFinish:
    return works_of(program_recipe(folder, **fields), folder / "store")


# Data


@pytest.mark.parametrize("missing", ["pool", "unseen"])
def test_a_file_that_is_missing_is_told_with_the_nearest_name(tmp_path: Path, missing: str) -> None:
    works = works_in(tmp_path)
    (tmp_path / f"{missing}.jsonl").rename(tmp_path / f"{missing}s.jsonl")
    with pytest.raises(PoolError, match=rf"no such file or folder\. Did you mean .*{missing}s\.jsonl"):
        _ = works.student
    assert asked_of_program(tmp_path) == []


@pytest.mark.parametrize("empty", ["pool", "unseen"])
def test_a_file_without_rows_is_told(tmp_path: Path, empty: str) -> None:
    (tmp_path / f"{empty}.jsonl").write_bytes(b"")
    with pytest.raises(PoolError, match=rf"{empty}\.jsonl: the file is empty\. Name data with"):
        _ = works_in(tmp_path).student


def test_a_pool_of_one_problem_over_and_over_is_refused_with_the_count(tmp_path: Path) -> None:
    write_rows(tmp_path / "pool.jsonl", sums([7] * 30))
    with pytest.raises(CleanRefusedError, match=r"96\.7% of 30 examples are duplicates, more than the 50\.0%") as told:
        _ = works_in(tmp_path).student
    assert told.value.report.removed == {"exact duplicate": 29}
    assert "most_duplicate_share" in str(told.value)


def test_a_pool_that_holds_the_evaluation_is_refused_with_the_count(tmp_path: Path) -> None:
    write_rows(tmp_path / "pool.jsonl", sums([*range(100, 127), 200, 201, 202]))
    works = works_in(tmp_path)
    with pytest.raises(CleanRefusedError, match=r"10\.0% of 30 examples stand in an evaluation set") as told:
        _ = works.student
    assert told.value.report.per_evaluation == {"evaluation": 3}
    assert asked_of_program(tmp_path) == []
    failed = [entry for entry in works.stages.ledger.entries() if entry.status is Status.FAILED]
    assert [entry.stage for entry in failed] == ["clean"]


def test_a_few_problems_of_the_evaluation_are_taken_out_and_counted(tmp_path: Path) -> None:
    write_rows(tmp_path / "pool.jsonl", sums([*range(100, 139), 200]))
    works = works_in(tmp_path)
    assert works.cleaned.facts == {"rows": 40, "kept": 39, "removed": {"contaminated": 1}}
    assert not {one.prompt for one in works.candidates} & {one.prompt for one in works.evaluation}


def test_bad_rows_are_counted_or_refused(tmp_path: Path) -> None:
    write_rows(tmp_path / "pool.jsonl", [*sums(range(100, 130)), {"answer": "2"}])
    with pytest.raises(PoolError, match=r"1 of 31 rows cannot be read, more than the share of 0\.01"):
        _ = works_in(tmp_path).student
    data = (
        f"{{from: files, pool: {{path: {tmp_path}/pool.jsonl, most_bad_share: 0.1}}, "
        f"evaluation: {{path: {tmp_path}/unseen.jsonl}}}}"
    )
    facts = works_in(tmp_path, data=data).pool.facts
    assert (facts["rows"], facts["bad_rows"], len(facts["first_bad"])) == (30, 1, 1)


# Teachers


def test_a_teacher_that_is_always_wrong_teaches_nothing(tmp_path: Path) -> None:
    works = works_in(tmp_path, program=WRONG)
    with pytest.raises(SumikaError, match=r"none of the 20 traces can be learnt from.*teach\.max_tokens, or keep: all"):
        _ = works.student
    assert works.traced(works.taken()).facts["correct"] == 0


def test_a_teacher_that_writes_no_answers_is_told_with_what_it_wrote(tmp_path: Path) -> None:
    chatty = 'import sys\nfor line in sys.stdin:\n    print("Sure! Here is", flush=True)\n'
    with pytest.raises(TeacherError, match=r"adder: it wrote what is no answer.*Sure! Here is"):
        _ = works_in(tmp_path, program=chatty).student


@pytest.mark.parametrize(("terms", "purpose"), [("openai", "publish-model"), ("anthropic", "research")])
def test_terms_that_forbid_the_purpose_are_told_by_their_clause_before_anything_is_done(
    tmp_path: Path, terms: str, purpose: str
) -> None:
    text = program_recipe(tmp_path, purpose=purpose).replace("name: adder,", f"name: adder, terms: {terms},")
    works = works_of(text, tmp_path / "store")
    with pytest.raises(UsageError, match=rf"'{terms}' do not allow the purpose '{purpose}'. They say: .*as read on"):
        works.finish(tmp_path / "model")
    assert works.stages.ledger.entries() == []
    with pytest.raises(UsageError, match="do not allow the purpose"):
        _ = works.student
    assert asked_of_program(tmp_path) == [], "whoever calls the stages one by one is refused too"
    with pytest.raises(UsageError, match="do not allow the purpose"):
        LanguageQuote(works).quote()


def test_a_licence_of_data_that_forbids_the_purpose_is_told_before_anything_is_done(tmp_path: Path) -> None:
    text = program_recipe(tmp_path, purpose="commercial").replace("licence: mit", "licence: CC-BY-NC-4.0")
    (tmp_path / "pool.jsonl").unlink()  # before the pool is read, too: it may be large
    works = works_of(text, tmp_path / "store")
    with pytest.raises(UsageError, match=r"data pool\.jsonl: the terms 'CC-BY-NC-4\.0' do not allow"):
        works.finish(tmp_path / "model")
    assert works.stages.ledger.entries() == []


def test_difficulty_without_anybody_to_judge_it_says_what_to_state(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nobody is there to judge difficulty by.*without: \[difficulty\]"):
        _ = works_in(tmp_path, choose="{count: 5}").student


def test_without_quality_faulty_candidates_are_judged_too(tmp_path: Path) -> None:
    faulty = [{"id": "x", "prompt": "\ufffd\ufffd <p>12 + \ufffd</p> http://x", "answer": "7", "domain": "sum"}]
    write_rows(tmp_path / "pool.jsonl", [*sums(range(100, 110)), *faulty])
    strict, all_of_them = (
        works_in(tmp_path, choose=f"{{count: 5, least_quality: 0.999, without: {without}}}")
        for without in ("[]", "[quality]")
    )
    assert len(all_of_them.judged) > len(strict.judged)


# Memory


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("train: {epochs: 2, batch_tokens: 400, learning_rate: 1", "train: {batch_tokens: 200000, learning_rate: 1"),
        ("train: {epochs: 2, batch_tokens: 400, learning_rate: 5", "train: {batch_tokens: 200000, learning_rate: 5"),
        ("train: {epochs: 1, batch_tokens: 400", "train: {epochs: 1, batch_tokens: 200000"),
    ],
)
def test_what_would_not_fit_into_memory_is_told_before_anything_is_done(
    tmp_path: Path, was: str, becomes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert was in TRAINED
    works = works_of(TRAINED.replace(was, becomes), tmp_path)
    monkeypatch.setattr("sumika.distil.language.memory.memory_free_bytes", lambda device: 600 << 20)
    with pytest.raises(
        SumikaError, match=r"training needs about .* 0\.6 GB are free\. These would fit: micro_tokens: 25000"
    ):
        works.finish(tmp_path / "model")
    assert works.stages.ledger.entries() == []
    monkeypatch.setattr("sumika.distil.language.memory.memory_free_bytes", lambda device: 1 << 20)
    with pytest.raises(SumikaError, match="Nothing of this size fits: choose a smaller student"):
        works.finish(tmp_path / "model")


def test_a_stage_that_would_not_fit_is_refused_by_itself_and_billed_as_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = works_in(tmp_path)
    monkeypatch.setattr("sumika.distil.language.memory.memory_free_bytes", lambda device: 1 << 20)
    with pytest.raises(SumikaError, match="training needs about"):
        _ = works.student
    last = works.stages.ledger.entries()[-1]
    assert (last.stage, last.status) == ("student", Status.FAILED)
    monkeypatch.undo()
    assert works.student.facts["steps"] > 0


# Disk


@pytest.mark.slow
def test_a_disk_that_fills_at_every_moment_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = program_recipe(tmp_path)
    expected = works_of(text, tmp_path / "undisturbed").student
    (tmp_path / "teacher.py.asked").unlink()
    really, failures = os.fsync, list[str]()
    for limit in range(1, 60):
        calls = 0

        def counted(handle: int, limit: int = limit) -> None:
            nonlocal calls
            calls += 1
            if calls == limit:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            really(handle)

        monkeypatch.setattr(os, "fsync", counted)
        try:
            found = works_of(text, tmp_path / "store").student
        except StoreError as error:
            failures.append(str(error))
        else:
            break
    assert len(failures) > 5
    assert all("Free some space and call the same command again" in failure for failure in failures)
    assert found.outputs == expected.outputs, "the run is what nobody disturbed"
    asked = asked_of_program(tmp_path)
    assert len(asked) - len(set(asked)) <= len(failures)
    assert len(set(asked)) == 20
