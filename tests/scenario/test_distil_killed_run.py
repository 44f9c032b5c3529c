"""A whole run of a recipe, killed in the middle and taken up again, is the run that nobody disturbed."""

import sys
from pathlib import Path

import pytest

from sumika.distil.ledger.ledger import Ledger, Status
from sumika.evaluate.distil import killed_run
from sumika.schema import SumikaError
from tests.distil_works_helpers import TRAINED

pytestmark = [pytest.mark.slow, pytest.mark.timeout(500)]
SMALL = TRAINED.replace("soft_weight: 0.0", "soft_weight: 0.0, checkpoint_s: 0.05")


def test_a_run_killed_twice_comes_to_the_same_weights_and_bills_its_dead(tmp_path: Path) -> None:
    undisturbed = killed_run.run(tmp_path / "undisturbed", SMALL)
    found, kills = killed_run.killed_run(tmp_path / "killed", 2, recipe=SMALL)
    assert kills in (1, 2), "a loaded machine may end the run before its second kill falls"
    assert found == undisturbed
    assert found.loss > 0
    entries = Ledger(tmp_path / "killed" / "ledger.jsonl").entries()
    killed = [entry for entry in entries if entry.status is Status.KILLED]
    assert 1 <= len(killed) <= kills
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
