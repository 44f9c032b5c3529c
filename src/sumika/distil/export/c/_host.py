"""Compiles an export for this computer and runs it, to compare it with the other forms."""

import shutil
import subprocess
import tempfile
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sumika.distil.export.c._source import CExport
from sumika.schema import SumikaError

FLAGS = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O2", "-ffp-contract=off")
DEADLINE_S = 600.0


def run_c(
    export: CExport, x: NDArray[np.float32], mask: NDArray[np.bool_] | None = None, *, flags: tuple[str, ...] = ()
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the logits (example, output) of the compiled C, and its answers.

    Args:
        export: From `export_c`.
        x: Inputs (example, *shape).
        mask: Real points (example, point), for a network that takes a mask; None passes NULL: all are.
        flags: For the compiler, after `FLAGS`.

    Raises:
        SumikaError: if there is no compiler, or it finds fault, or the program fails.
    """
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise SumikaError("there is no C compiler", where="export", remedy="Install gcc.")
    name = export.header.stem
    upper = name.upper()
    masked = f"#define {upper}_POINTS" in export.header.read_text(encoding="utf-8")
    defined = {"PREDICT": f"{name}_predict", "INPUTS": f"{upper}_INPUTS", "OUTPUTS": f"{upper}_OUTPUTS"}
    if masked:
        defined |= {"ALL_REAL": "1"} if mask is None else {"POINTS": f"{upper}_POINTS"}
    parts = [np.ascontiguousarray(x, "<f4").reshape(len(x), -1).view(np.uint8)]
    if masked and mask is not None:
        parts.append(mask.astype(np.uint8))
    with tempfile.TemporaryDirectory(prefix="sumika-c-") as folder:
        host, program = Path(folder) / "host.c", Path(folder) / "program"
        host.write_bytes(resources.files(__package__).joinpath("host.c").read_bytes())
        options = [f"-D{key}={value}" for key, value in defined.items()]
        files = ["-include", str(export.header), str(host), str(export.source), "-o", str(program)]
        _call([compiler, *FLAGS, *flags, *options, *files])
        made = _call([str(program)], np.concatenate(parts, axis=1).tobytes())
    table = np.frombuffer(made, "<f4").reshape(len(x), -1)
    return table[:, :-1], table[:, -1].astype(np.int64)


def _call(command: list[str], given: bytes = b"") -> bytes:
    done = subprocess.run(command, input=given, capture_output=True, check=False, timeout=DEADLINE_S)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise SumikaError(
            f"{Path(command[0]).name} failed ({done.returncode}): {said[-1000:]}",
            where="export",
            remedy="Report it together with the exported files.",
        )
    return done.stdout
