"""What tests of several rooms share: where the real recordings are, and what their absence means."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.bus_helpers import runtime_base

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


@pytest.fixture(autouse=True)
def no_other_house_is_found() -> Iterator[None]:
    """Let runtime folders lie in a place of this test alone.

    Commands look for a running house in the user's runtime folder. There they would find what another test has started
    beside this one, or the house in which the user lives.
    """
    with runtime_base():
        yield


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
