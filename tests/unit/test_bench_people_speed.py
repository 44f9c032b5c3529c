"""What following people costs is processor time of the usual frame: no other program and no slow frame lengthens it."""

import itertools
from types import SimpleNamespace

import pytest

from sumika.evaluate.radar import people_speed


def test_it_is_the_median_of_processor_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_speed, "SECONDS", 0.5)
    monkeypatch.setattr(people_speed, "SETTLED_S", 0.0)
    monkeypatch.setattr(people_speed, "ROUNDS", 1)
    calls, now_ns = itertools.count(), 0

    def thread_time_ns() -> int:
        nonlocal now_ns
        now_ns += 300_000_000 if next(calls) == 7 else 1_000_000
        return now_ns

    monkeypatch.setattr(people_speed, "time", SimpleNamespace(thread_time_ns=thread_time_ns))
    figure = people_speed.measure(full=False)["track_vitals_ms"]
    assert figure.value == pytest.approx(2.0)
    assert figure.detail["tracking_ms"] == pytest.approx(1.0)
    assert float(figure.detail["mean_ms"]) > 10.0
    assert figure.detail["people"] == people_speed.PEOPLE
