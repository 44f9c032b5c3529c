"""What tests of several rooms share: where the real recordings are, and what their absence means."""

import gc
import os
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

# A machine that does other work at the same time is slow, and nothing else: no test is about how long it takes.
settings.register_profile("sumika", deadline=None)
settings.load_profile("sumika")

# Read by torch and by the processes that tests start. Small matrices gain nothing from threads, which wait for each
# other where several tests run at once.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Ten thousand tests with all that they import are half a million objects, and to look through them again and again for
# what is garbage takes a twenty-fifth of the time: seldom while they are found, and never again afterwards.
gc.set_threshold(10_000, 20, 20)


def pytest_collection_finish() -> None:
    """Leave what was imported and found out of every later search for garbage."""
    gc.collect()
    gc.freeze()


ROOT = Path(__file__).resolve().parent.parent
RUNTIME_VARIABLE = "XDG_RUNTIME_DIR"
_numbers = count()


@pytest.fixture(scope="session")
def runtime_bases() -> Iterator[Path]:
    """Where runtime folders of all tests of a process lie; unlike pytest's own its path is short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="smk") as scratch:
        yield Path(scratch)


@pytest.fixture(autouse=True)
def no_other_house_is_found(runtime_bases: Path) -> Iterator[None]:
    """Let runtime folders lie in a place of this test alone.

    Commands look for a running house in the user's runtime folder. There they would find what another test has started
    beside this one, or the house in which the user lives.
    """
    own = runtime_bases / f"{next(_numbers):x}"
    own.mkdir(mode=0o700)
    before = os.environ.get(RUNTIME_VARIABLE)
    os.environ[RUNTIME_VARIABLE] = str(own)
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(RUNTIME_VARIABLE, None)
        else:
            os.environ[RUNTIME_VARIABLE] = before


@pytest.fixture(scope="session")
def sumika_data() -> Path:
    """Folder of the real recordings: SUMIKA_DATA, by default ../shared/data beside the project.

    Without them a test that needs one is skipped on a user's machine. CI has them, so there it fails: a check that
    silently stopped running would be worse than a red one.
    """
    folder = Path(os.environ.get("SUMIKA_DATA") or ROOT.parent / "shared" / "data")
    if folder.is_dir():
        return folder.resolve()
    problem = f"no recordings: {folder} is not a folder; set SUMIKA_DATA to where they are"
    if os.environ.get("CI") == "true":
        pytest.fail(problem, pytrace=False)
    pytest.skip(problem)
