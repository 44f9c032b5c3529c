"""Which students there are, as the command says it; and that a finished one can be shipped, once, by one key."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sumika.cli import _distil_students
from sumika.cli._distil_students import as_text, listed
from sumika.cli.distil import distil
from sumika.distil.sign import load_or_make_key, public_key_of, verify_folder
from sumika.models import Shelf
from sumika.schema import UsageError
from tests.students import make_student

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
