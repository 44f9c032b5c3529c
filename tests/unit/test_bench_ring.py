"""The bench of the ring runs and says what it measured; how fast it is, is for the bench to tell."""

import pytest

from sumika.evaluate.figure import Evidence
from sumika.evaluate.spine import ring


@pytest.mark.slow
def test_the_share_of_a_core_is_that_of_both_processes() -> None:
    figure = ring.core_share(0.5)
    detail = figure.detail
    both_ms = float(detail["producer_ms_per_frame"]) + float(detail["consumer_ms_per_frame"])
    assert detail["frames"] == 40
    assert 0 < figure.value < 10
    assert abs(figure.value - both_ms / 1e3 * float(detail["frames_per_s"])) < 1e-6
    assert figure.evidence is Evidence.MEASURED


@pytest.mark.slow
def test_the_quick_call_gives_both_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring, "QUICK_S", 0.5)
    monkeypatch.setattr(ring, "TORN_FRAMES", 1_500)
    figures = ring.measure(full=False)
    assert set(figures) == {"ring_core_share", "ring_torn"}
    assert figures["ring_torn"].value == 0
    assert figures["ring_torn"].detail["frames_checked"] == ring.TORN_FRAMES
