"""Which students there are, as the command says it; and that a finished one can be shipped, once, by one key."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sumika.cli import _distil_students
from sumika.cli._distil_students import as_text, listed
from sumika.cli.distil import distil
from sumika.distil.sign import load_or_make_key, public_key_of, verify_folder
from sumika.models import Shelf, Verdict, Way, _make_own, lived_of, load_student, personalise
from sumika.schema import UsageError
from tests.students import inputs, make_student

TOOL = Path(__file__).resolve().parents[2] / "tools" / "ship_students.py"


@pytest.fixture
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ship_students", TOOL)
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A finished run's folder."""
    folder = tmp_path / "made"
    make_student(folder, key=Ed25519PrivateKey.generate())
    (folder / "README.md").write_text("# trial-tiny\n")
    (folder / "student.onnx").write_text("not shipped")
    return folder


def test_what_is_shipped_is_signed_by_the_release_key_and_nothing_else_goes_along(
    tool: ModuleType, made: Path, tmp_path: Path
) -> None:
    package, key = tmp_path / "package", tmp_path / "key.pem"
    assert tool.ship(made, key, package) == "trial-tiny"
    assert tool.ship(made, key, package) == "trial-tiny", "again is no harm"
    place = package / "students" / "trial-tiny"
    public = (package / "release_key.txt").read_text().strip()
    assert public == public_key_of(load_or_make_key(key))
    assert set(verify_folder(place, public).files) == {"README.md", "about.json", "student.int8.onnx"}
    with pytest.raises(UsageError, match="another key"):
        tool.ship(made, tmp_path / "other.pem", package)
    with pytest.raises(UsageError, match="repository"):
        tool.ship(made, TOOL.parent / "key.pem", package)
    with pytest.raises(UsageError, match="no finished student"):
        tool.ship(tmp_path, key, package)


def test_the_list_says_which_is_in_use_and_why_one_is_refused(
    tool: ModuleType, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "package"
    tool.ship(made, tmp_path / "key.pem", package)
    public = (package / "release_key.txt").read_text()
    monkeypatch.setattr(_distil_students, "release_key", lambda: public)
    ships = listed(None, package / "students")
    assert [(one.name, one.whose, one.in_use, one.refused) for one in ships] == [("trial-tiny", "ships", True, "")]
    shelf = Shelf(tmp_path / "shelf")
    shelf.place("trial-tiny", made)
    rows = listed(shelf, package / "students")
    assert [(one.whose, one.in_use) for one in rows] == [("ships", False), ("house", True)]
    (shelf.folders("trial-tiny")[0] / "student.int8.onnx").write_bytes(b"")
    rows = listed(shelf, package / "students")
    assert [(one.whose, one.in_use) for one in rows] == [("ships", True), ("house", False)]
    text = as_text(rows)
    assert "changed: student.int8.onnx" in text
    assert text.splitlines()[1].startswith("* trial-tiny")
    assert all(len(line) <= 80 for line in as_text(ships).splitlines())


def test_the_command(tmp_path: Path) -> None:
    done = CliRunner().invoke(distil, ["students", "--data", str(tmp_path), "--json"], catch_exceptions=False)
    assert {one["whose"] for one in json.loads(done.output)} <= {"ships"}
    assert as_text([]).startswith("No student ships")


def test_a_houses_own_shows_what_was_measured_of_it_and_not_the_score_of_the_one_that_ships(
    tool: ModuleType, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package, shelf = tmp_path / "package", Shelf(tmp_path / "shelf")
    tool.ship(made, tmp_path / "key.pem", package)
    public = (package / "release_key.txt").read_text()
    monkeypatch.setattr(_distil_students, "release_key", lambda: public)
    ships = package / "students" / "trial-tiny"
    student = load_student(ships, public.strip())
    better = Verdict(judged_by="labels", before=-0.75, after=-0.5, better=True, examples=240, labels=30)
    monkeypatch.setattr(_make_own, "judged", lambda about, lived, way: better)
    lived = lived_of(student, inputs((8, 3), 240), np.repeat(np.arange(6), 40).astype(str))
    personalise(student, ships, lived, shelf, way=Way(), today="2026-11-30")
    (shipped, own) = listed(shelf, package / "students")
    assert (shipped.score, shipped.judged_by) == (0.9, "")
    assert (own.whose, own.score, own.kept, own.metric) == ("house", None, None, "")
    assert (own.judged_by, own.before, own.after, own.made) == ("labels", -0.75, -0.5, "2026-11-30")
    text = as_text([shipped, own])
    assert max(map(len, text.splitlines())) <= 80
    (line,) = [one for one in text.splitlines() if one.startswith("* trial")]
    assert "0.900" not in line
    assert "-0.7500 -> -0.5000" in line
    card = (shelf.folders("trial-tiny")[0] / "README.md").read_text()
    assert card.startswith("# trial-tiny\n\n> Made this house's own on 2026-11-30")
    assert "the student that ships" in card
