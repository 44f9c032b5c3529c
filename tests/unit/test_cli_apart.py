"""A look in a process apart: what it finds and what it raises comes back, what it makes does not."""

import os
import signal
import sys
from functools import partial

import pytest

from sumika.cli import _apart
from sumika.cli._apart import apart
from sumika.schema import UsageError

made: list[int] = []


def look(*, fatal: int = 0) -> list[int]:
    made.append(os.getpid())
    if fatal and len(made) == 1 and os.getpid() != ours:
        os.kill(os.getpid(), fatal)
    return list(made)


ours = os.getpid()


@pytest.fixture(autouse=True)
def nothing_made() -> None:
    made.clear()


@pytest.mark.skipif(sys.platform != "linux", reason="looked at in our own process elsewhere")
def test_what_is_found_comes_back_and_nothing_else_stays() -> None:
    (found,) = apart(look)
    assert found != os.getpid()
    assert made == []


def test_what_is_raised_comes_back_with_its_place_and_remedy() -> None:
    def refuses() -> None:
        raise UsageError("no such world", where="house.yaml:4", remedy="Mend it")

    with pytest.raises(UsageError) as caught:
        apart(refuses)
    assert (caught.value.where, caught.value.remedy) == ("house.yaml:4", "Mend it")


def test_a_look_that_dies_or_hangs_or_cannot_be_sent_is_taken_here(monkeypatch: pytest.MonkeyPatch) -> None:
    assert apart(partial(look, fatal=signal.SIGKILL)) == [os.getpid()]
    made.clear()
    monkeypatch.setattr(_apart, "LONGEST_LOOK_S", 0.1)
    assert apart(partial(look, fatal=signal.SIGSTOP)) == [os.getpid()]
    monkeypatch.undo()
    assert apart(lambda: lambda: 3)() == 3


def test_where_no_process_can_be_had_it_is_looked_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left() -> int:
        raise OSError("no process left")

    monkeypatch.setattr(os, "fork", none_left)
    assert apart(look) == [os.getpid()]
