"""What never comes back is found out in a child process, and a driver asks there first."""

import faulthandler
import os
from pathlib import Path

import h5py
import pytest

from sumika.schema import SumikaError
from sumika.sensors import open_recording
from sumika.sensors._guard import outlives
from tests.synthetic_recordings import a121


def spin() -> None:
    while True:
        pass


def crash() -> None:
    """Crash as a C library does, without pytest's dump of it: that would look like a failure of ours."""
    faulthandler.disable()
    os.abort()


def fail() -> None:
    raise ValueError("an exception is an answer too")


@pytest.mark.slow
def test_what_comes_back_outlives_and_what_crashes_or_spins_does_not() -> None:
    assert outlives(lambda: 1, 2)
    assert outlives(fail, 2)
    assert not outlives(crash, 2)
    assert not outlives(spin, 1)


def test_nothing_done_in_the_child_is_seen_here() -> None:
    seen: list[int] = []
    assert outlives(lambda: seen.append(1), 2)
    assert seen == []


def test_a_file_over_which_the_library_crashes_is_an_error_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, model, _ = a121(tmp_path)
    monkeypatch.setattr(h5py, "File", lambda *_arguments, **_keywords: crash())
    with pytest.raises(SumikaError, match="crash or never finish") as error:
        open_recording(path, model)
    assert error.value.where == str(path)
