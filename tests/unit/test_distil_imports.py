"""What every process of a distillation run loads: torch, and nothing heavy that it does not use."""

import subprocess
import sys

HEAVY = ("torch._dynamo", "sklearn", "numba", "pandas", "pvlib", "pythermalcomfort", "sumika.world")
"""Each takes a second of a processor or more; a run over several workers would pay it in each."""


def test_to_read_a_recipe_and_to_make_a_part_of_a_run_load_no_more_than_torch() -> None:
    script = f"import sys, sumika.cli._distil_kinds; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=250, check=True)
    assert done.stdout.strip() == "[]"
