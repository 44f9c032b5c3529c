"""A student that begins as a Hugging Face folder ends as one: weights, settings and tokenizer."""

from pathlib import Path

import pytest

from sumika.cli._distil_language import student_of
from sumika.distil.export.safetensors import export_safetensors
from sumika.distil.language.decoder import Decoder
from sumika.distil.language.folder import read_folder
from sumika.distil.language.generate import LanguageStudent, Sampling
from sumika.distil.language.shape import DecoderShape
from sumika.distil.language.tokenizer import SPECIAL, CharacterTokenizer, FolderTokenizer
from sumika.distil.works import ALPHABET
from tests.distil_works_helpers import program_recipe, works_of


def begin_as(folder: Path) -> Path:
    """Write a small model as a folder of another's making: transformers' tokenizer, no alphabet of ours."""
    tokenizer = CharacterTokenizer(ALPHABET, SPECIAL)
    shape = DecoderShape(
        vocabulary=tokenizer.size,
        width=32,
        layers=1,
        heads=2,
        key_value_heads=2,
        hidden=64,
        context=512,
        query_bias=True,
    )
    export_safetensors(Decoder(shape, seed=1), tokenizer, folder)
    (folder / "alphabet.json").unlink()
    return folder


@pytest.mark.slow
def test_a_student_begun_as_a_folder_is_exported_with_its_tokenizer(tmp_path: Path) -> None:
    start = begin_as(tmp_path / "start")
    text = program_recipe(
        tmp_path, student="", model=f"{{folder: {start}, licence: mit}}", export="[safetensors, gguf, onnx-int8]"
    )
    text += 'ask: "<user>{prompt}</user>"\n'
    works = works_of(text, tmp_path / "store")
    folder = tmp_path / "model"
    works.finish(folder)

    exported = folder / "safetensors"
    assert (exported / "tokenizer.json").read_bytes() == (start / "tokenizer.json").read_bytes()
    assert (exported / "generation_config.json").is_file()
    assert (folder / "student.q8_0.gguf").stat().st_size > 10_000
    assert not list(folder.rglob("*.new"))
    again = LanguageStudent(read_folder(exported), FolderTokenizer(exported))
    ours = works.student_of(works.student)
    asked = [works.asked(one) for one in works.evaluation[:3]]
    greedy = Sampling(max_tokens=8)
    assert [one.answer for one in again.answer(asked, greedy)] == [one.answer for one in ours.answer(asked, greedy)]
    served, prompt = student_of(folder), works.evaluation[0].prompt
    assert served.question(prompt) == ours.question(works.asked(works.evaluation[0]))  # as it was trained
