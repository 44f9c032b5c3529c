"""A whole run of a recipe, killed in the middle and taken up again, is the run that nobody disturbed."""

import sys
from pathlib import Path

import pytest

from sumika.distil.ledger.ledger import Ledger, Status
from sumika.evaluate.distil import killed_run
from sumika.schema import SumikaError
from tests.distil_works_helpers import TRAINED

pytestmark = [pytest.mark.slow, pytest.mark.timeout(500)]
SMALL = TRAINED.replace("soft_weight: 0.0", "soft_weight: 0.0, checkpoint_s: 0.05").replace(
    "choose: {count: 24}", "choose: {count: 24, without: [difficulty]}"
)
MOMENT = 9
"""Seed of a moment 0.6 s after the run's begin: its teacher is trained from the first tenth of a second to the 15th."""


def test_a_run_that_is_killed_comes_to_the_same_weights_and_bills_its_dead(tmp_path: Path) -> None:
    """Killed once: each time more is a process more that loads torch, and the bench kills one ten times."""
    undisturbed = killed_run.run(tmp_path / "undisturbed", SMALL)
    found, kills = killed_run.killed_run(tmp_path / "killed", 1, seed=MOMENT, recipe=SMALL)
    assert kills == 1
    assert found == undisturbed
    assert found.loss > 0
    entries = Ledger(tmp_path / "killed" / "ledger.jsonl").entries()
    assert [entry.status for entry in entries].count(Status.KILLED) == 1
    assert {entry.status for entry in entries} == {Status.KILLED, Status.FINISHED}
    assert killed_run.run(tmp_path / "killed", SMALL) == undisturbed, "and it is all in the store"


def test_a_run_that_fails_by_itself_is_told_and_not_taken_up_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\necho no such module >&2\nexit 1\n")
    script.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(script))
    with pytest.raises(SumikaError, match="the run failed: no such module"):
        killed_run.killed_run(tmp_path / "store", 2)


def test_without_the_long_run_nothing_is_claimed() -> None:
    assert killed_run.measure(full=False) == {}
