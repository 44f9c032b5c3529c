"""The notebook of docs/radar runs from its first cell to its last, and is what its source says."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TOOL = ROOT / "tools" / "notebook.py"


@pytest.mark.slow
@pytest.mark.timeout(400)  # seconds; where nothing is compiled yet, that takes a minute or two on a busy machine
def test_every_cell_runs_with_shorter_scenes(tmp_path: Path) -> None:
    """A process of its own: the kernel's sockets are files, but pytest's fence would not know that."""
    folder = tmp_path / "docs" / "radar"
    run = subprocess.run(
        [sys.executable, str(TOOL), "--quick", str(folder)], capture_output=True, text=True, timeout=380, check=False
    )
    assert run.returncode == 0, run.stderr[-3000:]
    page = (folder / "people-in-ten-lines.md").read_text(encoding="utf-8")
    assert "(64, 12, 128) complex64 100 frames" in page  # 5 s at 20 frames per second
    assert page.count(".png)") >= 4
    assert all((folder / line.split("](")[1].rstrip(")")).is_file() for line in page.splitlines() if line[:2] == "![")


def test_the_published_notebook_is_up_to_date() -> None:
    """Executes nothing: compares cells, outputs, page and pictures with each other."""
    run = subprocess.run(
        [sys.executable, str(TOOL), "--check"], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
