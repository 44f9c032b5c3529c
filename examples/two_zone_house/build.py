"""Compiles the two-zone house into an FMU: `python -m examples.two_zone_house.build two_zone_house.fmu`."""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PLATFORM = {"linux": ("linux64", ".so"), "darwin": ("darwin64", ".dylib")}


def build(fmu: Path, compiler: str = "gcc") -> Path:
    """Compile and pack the house; return the FMU.

    Args:
        fmu: Where it is to lie.
        compiler: Any C compiler that takes gcc's options.

    Raises:
        SystemExit: if there is no compiler, no FMPy (the standard's headers come with it), or it cannot be compiled.
    """
    try:
        import fmpy
    except ImportError as error:
        raise SystemExit("FMPy is missing: pip install 'sumika[fmu]'") from error
    if shutil.which(compiler) is None:
        raise SystemExit(f"there is no C compiler {compiler!r}: apt install gcc")
    folder, ending = PLATFORM.get(sys.platform, PLATFORM["linux"])
    headers = Path(str(fmpy.__file__)).parent / "c-code"
    with tempfile.TemporaryDirectory(prefix="two-zone-house-") as scratch:
        library = Path(scratch) / f"two_zone_house{ending}"
        options = ["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-std=c11", f"-I{headers}"]
        done = subprocess.run(
            [compiler, *options, "-o", str(library), str(HERE / "two_zone_house.c"), "-lm"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"it does not compile:\n{done.stderr}")
        with zipfile.ZipFile(fmu, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.write(HERE / "modelDescription.xml", "modelDescription.xml")
            packed.write(library, f"binaries/{folder}/{library.name}")
    return fmu


if __name__ == "__main__":
    print(build(Path(sys.argv[1] if len(sys.argv) > 1 else "two_zone_house.fmu")))
