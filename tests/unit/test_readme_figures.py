"""Published tables say when each figure was measured and mark what is stale; a later change of code fails no check."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from sumika.evaluate import bench
from sumika.evaluate.figure import Evidence, Figure

TOOL = Path(__file__).parents[2] / "tools" / "readme_figures.py"
BLOCK = "<!-- figures -->\n<!-- /figures -->\n"


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The tool over a folder with two figures, one of which is stale."""
    spec = importlib.util.spec_from_file_location("readme_figures", TOOL)
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    figures = {
        key: Figure(value=1.5, unit="s", evidence=Evidence.MEASURED, run="2026-01-02 abc1234")
        for key in ("replay_diff", "power_cut_lost")
    }
    now = {"replay_diff": Figure(value=1.5, unit="s", evidence=Evidence.MEASURED, stale=False)}
    monkeypatch.setattr(bench, "quoted_now", lambda area, folder: now)
    (tmp_path / "spine.json").write_text(
        json.dumps({"area": "spine", "figures": {key: one_of(figure) for key, figure in figures.items()}}), "utf-8"
    )
    for name in (*tool.READMES, tool.EVERY):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(BLOCK, "utf-8")
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    monkeypatch.setattr(tool, "RESULTS", tmp_path)
    return tool


def one_of(figure: Figure) -> dict[str, str | float]:
    return {"value": figure.value, "unit": figure.unit, "evidence": figure.evidence.value, "run": figure.run}


def called(tool: ModuleType, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["readme_figures.py", *arguments])
    tool.main()


@pytest.mark.parametrize(
    ("name", "above"),
    [("README.md", "1 of 2"), ("README.ja.md", "2 件のうち 1 件"), ("docs/reference/figures.md", "1 of 2")],
)
def test_what_is_stale_is_marked_and_counted(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, above: str
) -> None:
    called(tool, monkeypatch)
    lines = (tmp_path / name).read_text("utf-8").splitlines()
    (note,) = [line for line in lines if line.startswith("†")]
    assert above in note
    (marked,) = [line for line in lines if line.startswith("|") and "†" in line]
    (fresh,) = [line for line in lines if "2026-01-02" in line and "†" not in line]
    assert marked.count("2026-01-02") == 1
    assert marked != fresh


def test_a_mark_more_or_less_fails_no_check_and_another_value_does(
    tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called(tool, monkeypatch)
    called(tool, monkeypatch, "--check")
    monkeypatch.setattr(bench, "quoted_now", lambda area, folder: {})
    called(tool, monkeypatch, "--check")
    called(tool, monkeypatch)
    readme = (tmp_path / "README.md").read_text("utf-8")
    assert "All of these were measured before" in readme
    assert "†" not in readme, "a mark that all have tells nothing apart"
    called(tool, monkeypatch, "--check")
    (tmp_path / "spine.json").write_text((tmp_path / "spine.json").read_text("utf-8").replace("1.5", "1.6"), "utf-8")
    with pytest.raises(SystemExit, match=r"README\.md"):
        called(tool, monkeypatch, "--check")
