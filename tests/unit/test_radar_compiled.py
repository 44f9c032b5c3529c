"""Machine code that is kept on disk belongs to the source as it is now, also where that calls another file."""

import subprocess
import sys
from pathlib import Path

import pytest

INNER = """
from sumika.compiled import compiled

@compiled
def inner(x: float) -> float:
    return x + {added}
"""

OUTER = """
from inner_part import inner
from sumika.compiled import compiled

@compiled
def outer(x: float) -> float:
    return inner(x) * 10.0

print(outer(1.0), len(list(outer.stats.cache_hits)))
"""


def _run(folder: Path, added: float) -> tuple[float, int]:
    """Return what the outer function says, and whether its machine code was found on disk.

    Python keeps no bytecode: it would take a source of the same length, of the same second, for the old one.
    """
    (folder / "inner_part.py").write_text(INNER.format(added=added))
    command = [sys.executable, "-B", "outer_part.py"]
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    value, found = answer.stdout.split()
    return float(value), int(found)


@pytest.mark.slow
def test_code_on_disk_is_used_again_and_forgotten_when_a_called_file_changes(tmp_path: Path) -> None:
    (tmp_path / "outer_part.py").write_text(OUTER)
    assert _run(tmp_path, 1.0) == (20.0, 0)
    assert _run(tmp_path, 1.0) == (20.0, 1)
    assert _run(tmp_path, 2.0) == (30.0, 0)


@pytest.mark.slow
def test_without_a_folder_to_write_to_it_is_compiled_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "outer_part.py").write_text(OUTER)
    (tmp_path / "__pycache__").write_text("a file where the folder should be")
    assert _run(tmp_path, 1.0)[0] == 20.0
