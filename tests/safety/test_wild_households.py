"""Wild households against the independent checker: by a plain fuzzer, and by hypothesis, which shrinks its finds."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sumika.evaluate.control.gate import gate_us, gate_violations
from sumika.evaluate.control.gate_fuzzer import WildHousehold
from tests.examples import examples


def test_wild_households_get_nothing_wrong_through() -> None:
    trial = gate_violations(400, seed=11)
    assert trial.violations == 0, trial.examples
    assert trial.decisions > 1000
    assert trial.writes > 200


@pytest.mark.slow
def test_many_wild_households_get_nothing_wrong_through() -> None:
    trial = gate_violations(4000, seed=12)
    assert trial.violations == 0, trial.examples


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32 - 1), sequences=st.integers(1, 25))
def test_any_seed_gets_nothing_wrong_through(seed: int, sequences: int) -> None:
    household = WildHousehold(seed)
    for _ in range(sequences):
        household.sequence()
    assert not household.wrong


def test_a_decision_takes_microseconds() -> None:
    assert 0.0 < gate_us(500) < 5000.0  # what it takes is measured by the bench, not here
