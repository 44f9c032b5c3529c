"""A model in a folder as a teacher, and the lineage of what teachers gave."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from sumika.distil.card.records import Licensed
from sumika.distil.export.safetensors import export_safetensors
from sumika.distil.language.decoder import Decoder
from sumika.distil.language.generate import LanguageStudent, Sampling
from sumika.distil.language.shape import DecoderShape
from sumika.distil.language.tokenizer import CharacterTokenizer
from sumika.distil.records import Example, Trace
from sumika.distil.teachers.base import Teacher
from sumika.distil.teachers.endpoint import EndpointTeacher
from sumika.distil.teachers.journal import Journal
from sumika.distil.teachers.lineage import check_lineage, lineage, source_of
from sumika.distil.teachers.local import LocalSettings, LocalTeacher
from sumika.distil.teachers.presets import EndpointSettings
from sumika.distil.teachers.program import ProgramSettings, ProgramTeacher
from sumika.distil.teachers.terms import terms_of
from sumika.schema import SumikaError, UsageError

PROMPTS = tuple(Example(prompt=f"{number} + {number}?") for number in range(9))


def decoder(seed: int) -> Decoder:
    shape = DecoderShape(
        vocabulary=CharacterTokenizer().size, width=32, layers=1, heads=2, key_value_heads=1, hidden=48, context=64
    )
    return Decoder(shape, seed=seed)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return export_safetensors(decoder(1), CharacterTokenizer(), tmp_path / "model")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "journal", reserve_bytes=4096) as opened:
        yield opened


def teacher_in(folder: Path, **changed: object) -> LocalTeacher:
    given = {"folder": str(folder), "terms": "own", "max_tokens": 12, "written_every": 4} | changed
    return LocalTeacher(msgspec.convert(given, LocalSettings))


def test_a_folder_answers_as_the_model_in_it(folder: Path, journal: Journal) -> None:
    seen: list[int] = []
    traces = teacher_in(folder).answer(PROMPTS, journal, lambda done, total: seen.append(done))
    student = LanguageStudent(decoder(1), CharacterTokenizer())
    told = student.answer([one.prompt for one in PROMPTS], Sampling(max_tokens=12))
    assert [(one.reasoning, one.answer, one.finish) for one in traces] == [
        (one.reasoning, one.answer, one.finish) for one in told
    ]
    assert [one.example_id for one in traces] == [one.id for one in PROMPTS]
    assert seen == [0, 4, 8, 9]
    assert traces[0].usage.prompt_tokens == len(student.tokenizer.encode(PROMPTS[0].prompt + "<think>"))
    assert traces[0].usage.reasoning_tokens + traces[0].usage.answer_tokens == told[0].tokens


def test_a_run_that_goes_on_draws_what_an_unbroken_one_draws(folder: Path, tmp_path: Path, journal: Journal) -> None:
    drawing = teacher_in(folder, temperature=1.0, samples=2)
    with Journal(tmp_path / "unbroken") as other:
        unbroken = drawing.answer(PROMPTS, other)
    drawing.answer(PROMPTS[::2], journal)
    again = drawing.answer(PROMPTS, journal)
    assert again == unbroken
    assert len({one.reasoning for one in unbroken}) > len(PROMPTS)
    assert (drawing.report.reused, drawing.report.requests) == (10, 8)


def test_the_version_is_that_of_the_weights(folder: Path, tmp_path: Path) -> None:
    same = export_safetensors(decoder(1), CharacterTokenizer(), tmp_path / "same")
    other = export_safetensors(decoder(2), CharacterTokenizer(), tmp_path / "other")
    assert teacher_in(folder).version == teacher_in(same).version != teacher_in(other).version
    with pytest.raises(SumikaError, match="there are no weights"):
        _ = teacher_in(tmp_path / "nowhere").version


def test_a_prompt_that_does_not_fit_is_counted_and_the_others_are_answered(folder: Path, journal: Journal) -> None:
    teacher = teacher_in(folder)
    traces = teacher.answer([PROMPTS[0], Example(prompt="x" * 64), PROMPTS[1]], journal)
    assert [one.example_id for one in traces] == [PROMPTS[0].id, PROMPTS[1].id]
    assert teacher.report.faults["prompt does not fit"] == 1


def trace(teacher: str, date: str, terms: str = "mit", version: str = "v") -> Trace:
    return Trace(example_id="e", reasoning="r", answer="a", teacher=teacher, version=version, date=date, terms=terms)


def test_the_lineage_names_teachers_with_dates_and_clause_and_data_with_licences() -> None:
    traces = [trace("a", "2026-02-01"), trace("b", "2026-01-05", "own"), trace("a", "2026-01-09")]
    traces.append(trace("a", "2026-01-01", version="w"))
    examples = [Example(prompt=f"{n}", source=f"set.jsonl:{n}", licence="MIT") for n in range(3)]
    found = lineage(traces, [*examples, Example(prompt="p", source="sumika.distil.problems")])
    assert [(one.name, one.version, one.traces, one.dates) for one in found.teachers] == [
        ("a", "v", 2, ("2026-01-09", "2026-02-01")),
        ("a", "w", 1, ("2026-01-01", "2026-01-01")),
        ("b", "v", 1, ("2026-01-05", "2026-01-05")),
    ]
    assert found.teachers[0].clause == terms_of("mit").said
    assert found.data == (
        Licensed(name="set.jsonl", licence="MIT", examples=3),
        Licensed(name="sumika.distil.problems", examples=1),
    )


def test_one_teacher_or_data_set_that_does_not_allow_it_is_enough() -> None:
    closed = lineage([trace("a", "2026-01-01"), trace("b", "2026-01-01", "openai")])
    check_lineage(closed, "research")
    with pytest.raises(UsageError, match=r"teacher b: the terms 'openai' do not allow the purpose 'publish-model'"):
        check_lineage(closed, "publish-model")
    data = [Example(prompt="p", source="set:3", licence="CC-BY-NC-4.0"), Example(prompt="q", licence="ODC-By-1.0")]
    with pytest.raises(UsageError, match=r"data set: the terms 'CC-BY-NC-4.0' do not allow the purpose 'commercial'"):
        check_lineage(lineage([], data), "commercial")
    check_lineage(lineage([], data), "own-use")


def test_the_source_of_an_example_is_its_set_without_the_row() -> None:
    sources = {
        "a.jsonl:3": "a.jsonl",
        "a.parquet row 3": "a.parquet",
        "https://x/y": "https://x/y",
        "": "",
        "a b": "a b",
    }
    for source, wanted in sources.items():
        assert source_of(Example(prompt="p", source=source)) == wanted


def test_all_three_kinds_can_stand_where_a_teacher_is_wanted(folder: Path) -> None:
    settings = EndpointSettings(model="m", preset="deepseek")
    kinds: list[Teacher] = [
        teacher_in(folder),
        ProgramTeacher(ProgramSettings(command=("true",))),
        EndpointTeacher(settings),
    ]
    assert [one.terms for one in kinds] == ["own", "own", "deepseek"]
    assert all(one.version and one.name and one.report.wanted == 0 for one in kinds)
