"""The power goes, the process is killed: nothing that was acknowledged is lost, and the harness could tell."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from sumika.evaluate import Evidence
from sumika.evaluate.preloaded import NoCompilerError
from sumika.evaluate.spine import power_cut
from sumika.evaluate.spine._disk import Disk, compile_shim


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled shim; without a compiler skipped on a user's machine, failed in CI, where there is one."""
    try:
        return compile_shim(tmp_path_factory.mktemp("shim"))
    except NoCompilerError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))


@pytest.mark.slow
@pytest.mark.usefixtures("shim")
@pytest.mark.parametrize("seed", [1, 2])
def test_power_cuts_lose_nothing_acknowledged(seed: int) -> None:
    toll = power_cut.cut_power(3, seed=seed, longest_life_s=0.4)
    assert (toll.cuts, toll.lost, toll.set_aside, toll.problems) == (3, 0, 0, [])
    assert min(toll.rows, toll.records, toll.logged) > 0


@pytest.mark.slow
@pytest.mark.usefixtures("shim")
@pytest.mark.parametrize("mode", ["NORMAL", "OFF"])
def test_the_harness_notices_a_database_that_does_not_sync(mode: str) -> None:
    toll = power_cut.cut_power(2, mode=mode, longest_life_s=0.4)
    assert toll.lost > 0


@pytest.mark.slow
def test_kills_lose_nothing_acknowledged() -> None:
    toll = power_cut.kill(3, longest_life_s=0.3)
    assert (toll.kills, toll.lost, toll.set_aside, toll.problems) == (3, 0, 0, [])
    assert toll.rows > 0


def run_on(disk: Disk, program: str) -> None:
    """Run a program in the disk's folder with the shim."""
    subprocess.run([sys.executable, "-c", program], cwd=disk.folder, env=disk.environment(), check=True, timeout=60)


def outcomes(root: Path, shim: Path, program: str, cuts: int = 30) -> set[frozenset[tuple[str, bytes]]]:
    """Run a program once per cut on a fresh disk; return the different states the cuts left."""
    found = set()
    for seed in range(cuts):
        base = root / str(seed)
        base.mkdir()
        disk = Disk(base, shim, Random(seed))
        run_on(disk, program)
        disk.cut()
        files = [path for path in disk.folder.rglob("*") if path.is_file()]
        found.add(frozenset((path.name, path.read_bytes()) for path in files))
    return found


def test_what_is_synced_stays_and_what_is_not_may_be_torn(tmp_path: Path, shim: Path) -> None:
    program = (
        "import os\n"
        "fd = os.open('a', os.O_RDWR | os.O_CREAT)\n"
        "os.write(fd, b'1' * 8192)\n"
        "os.fsync(fd)\n"
        "os.pwrite(fd, b'2' * 4096, 4096)\n"
    )
    found = outcomes(tmp_path, shim, program, 12)
    contents = {content for state in found for name, content in state if name == "a"}
    assert all(content[:4096] == b"1" * 4096 for content in contents)
    assert all(len(content) == 8192 for content in contents)
    assert len({content[4096:] for content in contents}) > 1  # sometimes there, sometimes not
    assert all(state for state in found)  # a synced new file keeps its name


def test_a_rename_is_durable_only_when_its_folder_is_synced(tmp_path: Path, shim: Path) -> None:
    write = (
        "import os\n"
        "fd = os.open('new', os.O_RDWR | os.O_CREAT)\n"
        "os.write(fd, b'x')\n"
        "os.fsync(fd)\n"
        "os.rename('new', 'name')\n"
    )
    sync = "folder = os.open('.', os.O_RDONLY)\nos.fsync(folder)\n"
    (tmp_path / "without").mkdir()
    (tmp_path / "with").mkdir()
    without = outcomes(tmp_path / "without", shim, write, 10)
    assert without == {frozenset({("new", b"x")}), frozenset({("name", b"x")})}
    assert outcomes(tmp_path / "with", shim, write + sync, 10) == {frozenset({("name", b"x")})}


@pytest.mark.slow
@pytest.mark.usefixtures("shim")
def test_the_quick_bench_says_what_it_did() -> None:
    figures = power_cut.measure(full=False)
    figure = figures["power_cut_lost"]
    assert (figure.value, figure.unit, figure.evidence) == (0, "rows", Evidence.MEASURED)
    assert figure.detail["cuts"] == 2
    assert figure.detail["kills"] == 2
    assert float(figure.detail["rows_checked"]) > 0
    assert figure.detail["problems"] == ""
