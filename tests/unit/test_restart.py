"""A failed node is started again soon, then later, then once a minute; old failures are forgiven."""

from sumika.runtime.restart import FAILURE_WINDOW_S, FAILURES_TO_DEGRADE, LONGEST_DELAY_S, RestartPolicy
from sumika.units import seconds_to_ns


def test_delay_doubles_from_one_second() -> None:
    policy = RestartPolicy()
    delays = []
    for second in range(4):
        policy.failed(seconds_to_ns(second))
        delays.append(policy.delay_s(seconds_to_ns(second)))
    assert delays == [1.0, 2.0, 4.0, 8.0]


def test_five_failures_in_five_minutes_degrade() -> None:
    policy = RestartPolicy()
    for second in range(FAILURES_TO_DEGRADE):
        assert not policy.degraded(seconds_to_ns(second))
        policy.failed(seconds_to_ns(second))
    assert policy.degraded(seconds_to_ns(FAILURES_TO_DEGRADE))
    assert policy.delay_s(seconds_to_ns(FAILURES_TO_DEGRADE)) == LONGEST_DELAY_S


def test_failures_are_forgiven_after_the_window() -> None:
    policy = RestartPolicy()
    for second in range(FAILURES_TO_DEGRADE):
        policy.failed(seconds_to_ns(second))
    later_ns = seconds_to_ns(FAILURE_WINDOW_S + FAILURES_TO_DEGRADE)
    assert not policy.degraded(later_ns)
    assert policy.delay_s(later_ns) == 0.0
