"""Where a finished model goes: nobody's own files are overwritten or signed, and nothing of an earlier model stays."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sumika.cli import _distil_run as runner
from sumika.distil import array_files, array_finish, language_finish, sentence_finish, sentence_run
from sumika.distil.about import ABOUT
from sumika.distil.card import render
from sumika.distil.model_folder import check_free, is_written_by_runs, make_room
from sumika.distil.sign import sign_folder
from sumika.schema import UsageError


def model_at(folder: Path) -> str:
    """Write a signed model with a file in a folder of its own, and return its name."""
    (folder / "safetensors").mkdir(parents=True)
    (folder / "safetensors" / "config.json").write_text("{}")
    (folder / "card.json").write_text('{"name": "reason-tiny"}')
    (folder / "README.md").write_text("# reason-tiny")
    sign_folder(folder, Ed25519PrivateKey.generate())
    return "reason-tiny"


def test_a_new_an_empty_and_an_earlier_models_folder_are_free(tmp_path: Path) -> None:
    check_free(tmp_path / "new", "any")
    check_free(tmp_path, "any")
    check_free(tmp_path, model_at(tmp_path))


def test_what_a_person_keeps_in_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("notes of two years")
    with pytest.raises(UsageError, match=r"something else is there \(README.md\).*new or empty folder"):
        check_free(tmp_path, "any")
    (tmp_path / "manifest.json").write_text('{"name": "a web page"}')
    with pytest.raises(UsageError, match="something else is there"):
        check_free(tmp_path, "any")
    make_room(tmp_path)
    assert (tmp_path / "README.md").read_text() == "notes of two years"


def test_what_stands_beside_a_model_or_was_changed_in_it_is_told_and_so_is_another_model(tmp_path: Path) -> None:
    name = model_at(tmp_path)
    with pytest.raises(UsageError, match=f"the model '{name}' is there, not 'other'"):
        check_free(tmp_path, "other")
    (tmp_path / "keys.txt").write_text("wifi")
    with pytest.raises(UsageError, match=r"beside it or changed since it was signed: keys\.txt\."):
        check_free(tmp_path, name)
    (tmp_path / "README.md").write_text("my own words")
    with pytest.raises(UsageError, match=r"README\.md, keys\.txt"):
        check_free(tmp_path, name)


def test_what_a_person_signed_along_with_a_model_is_told_and_stays(tmp_path: Path) -> None:
    name = model_at(tmp_path)
    (tmp_path / "NOTES.md").write_text("mine")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "result.json").write_text("mine too")
    sign_folder(tmp_path, Ed25519PrivateKey.generate())  # as `sumika distil sign` does
    with pytest.raises(UsageError, match=r"beside it.*: NOTES\.md, photos/result\.json\."):
        check_free(tmp_path, name)
    make_room(tmp_path)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"NOTES.md", "photos/result.json"}


def test_every_name_that_a_run_writes_is_known(tmp_path: Path) -> None:
    told = {array_finish.RESULT, array_finish.REPORT, language_finish.RESULT, language_finish.OUTCOME}
    told |= {sentence_finish.RESULT, sentence_finish.REPORT, ABOUT, render.MARKDOWN, render.JSON}
    forms = {array_files.STUDENT, array_files.WHOLE, *array_files.NAMES.values(), *sentence_run.NAMES.values()}
    # As `language_finish` names them, and the header beside C.
    forms |= {"student.h", "student.q8_0.gguf", "student.int8.onnx", "safetensors/model.safetensors"}
    assert {file for file in told | forms if not is_written_by_runs(file)} == set()
    assert not any(map(is_written_by_runs, ("student.notes.txt", "notes/card.json", "safetensors.txt", "keys.txt")))


def test_room_is_made_by_deleting_what_was_signed_and_nothing_else(tmp_path: Path) -> None:
    model_at(tmp_path)
    (tmp_path / "keys.txt").write_text("wifi")
    make_room(tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["keys.txt"]
    make_room(tmp_path / "deep" / "new")
    assert (tmp_path / "deep" / "new").is_dir()


def test_a_run_into_a_persons_folder_ends_before_it_begins(tmp_path: Path) -> None:
    into, store = tmp_path / "notes", tmp_path / "store"
    into.mkdir()
    (into / "README.md").touch()
    with pytest.raises(UsageError, match="something else is there"):
        runner.run("reason-demo", store=store, prices=None, seed=None, without=(), into=into)
    assert not store.exists()
