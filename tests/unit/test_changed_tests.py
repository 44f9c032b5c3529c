"""Which tests `./check` runs: those that look at what has changed, the nearest first."""

import importlib.util
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT

FILES = {
    "src/sumika/plan/__init__.py": "",
    "src/sumika/plan/solver.py": "",
    "src/sumika/plan/sheet.py": "",
    "src/sumika/clock.py": "",
    "tests/unit/test_solver.py": "import numpy",
    "tests/unit/test_plans.py": "from sumika.plan import solver",
    "tests/unit/test_package.py": "import sumika.plan",
    "tests/unit/test_other.py": "from sumika.clock import Instant",
    "docs/page.md": "",
}


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The tool, looking at a small project of which everything is committed."""
    spec = importlib.util.spec_from_file_location("changed_tests", ROOT / "tools" / "changed_tests.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return module


def commit(folder: Path) -> None:
    """Commit everything, in a repository that knows nothing of the user's settings."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("needs git")
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "--quiet"], ["add", "."], [*who, "commit", "--quiet", "--message", "x"]):
        subprocess.run([git, *words], cwd=folder, check=True)


def told(tool: ModuleType, capsys: pytest.CaptureFixture[str]) -> list[str]:
    tool.main()
    return capsys.readouterr().out.split()


def test_what_is_not_committed_is_looked_at_the_nearest_first(
    tool: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(tmp_path)
    (tmp_path / "docs" / "page.md").write_text("new", encoding="utf-8")
    commit(tmp_path)
    assert told(tool, capsys) == []
    (tmp_path / "src/sumika/plan/solver.py").write_text("new = 1", encoding="utf-8")
    (tmp_path / "tests/unit/test_new.py").write_text("", encoding="utf-8")
    new, *named, package = told(tool, capsys)
    assert new == "tests/unit/test_new.py"
    assert set(named) == {"tests/unit/test_solver.py", "tests/unit/test_plans.py"}
    assert package == "tests/unit/test_package.py"


def test_what_the_newest_commit_changed_is_looked_at_too(
    tool: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(tmp_path)
    (tmp_path / "src/sumika/clock.py").write_text("new = 1", encoding="utf-8")
    commit(tmp_path)
    assert told(tool, capsys) == ["tests/unit/test_other.py"]


def test_there_are_never_more_than_run_in_half_a_minute_and_that_is_said(
    tool: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(tool.MOST + 5):
        (tmp_path / f"tests/unit/test_{number}.py").write_text("", encoding="utf-8")
    commit(tmp_path)
    tool.main()
    captured = capsys.readouterr()
    assert len(captured.out.split()) == tool.MOST
    assert f"the nearest {tool.MOST} of {tool.MOST + 9} files" in captured.err


def test_where_there_is_no_repository_nothing_has_changed(
    tool: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert told(tool, capsys) == []


@pytest.mark.parametrize("name", ["tests/unit/test_家.py", "tests/unit/test_a b.py"])
def test_a_name_that_git_would_put_in_quotes_is_found(tool: ModuleType, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("", encoding="utf-8")
    commit(tmp_path)
    assert Path(name) in tool.changed_files()
    (tmp_path / name).write_text("new", encoding="utf-8")
    assert tool.changed_files()[0] == Path(name)
