"""Small C libraries that are preloaded into processes under test: they stand between a process and its C library."""

import shutil
import subprocess
import sys
from pathlib import Path

from sumika.schema import SumikaError


class NoCompilerError(SumikaError):
    """There is no C compiler, so nothing can be preloaded."""


def compile_preloaded(source: Path, folder: Path) -> Path:
    """Compile a library and return where it is.

    Args:
        source: A C file.
        folder: Where the library is put.

    Raises:
        NoCompilerError: if there is no C compiler, or no Linux.
        SumikaError: if it cannot be compiled.
    """
    compiler = shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        raise NoCompilerError(
            f"no C compiler `cc` on Linux to build {source.name}", remedy="Debian: apt-get install gcc libc6-dev"
        )
    library = folder / f"{source.stem}.so"
    command = [compiler, "-O2", "-shared", "-fPIC", "-Wall", "-Wextra", "-o", str(library), str(source), "-ldl"]
    made = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if made.returncode:
        raise SumikaError(f"it does not compile: {made.stderr.strip()[-300:]}", where=str(source))
    return library
