"""The bench of history runs, and says what it measured and how."""

import pytest

from sumika.evaluate import Evidence
from sumika.evaluate.spine import history


@pytest.mark.slow
def test_the_quick_bench_returns_the_four_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    # Three hours are as good as a day to see that each figure is made, and 365 of them as a year.
    monkeypatch.setattr(history, "_DAY_S", 3 * 3600)
    figures = history.measure(full=False)
    assert {key: figure.unit for key, figure in figures.items()} == {
        "history_rows_per_s": "samples/s",
        "history_mb_per_room_day": "MB",
        "history_day_plot_ms": "ms",
        "history_year_plot_ms": "ms",
    }
    assert all(figure.evidence is Evidence.MEASURED for figure in figures.values())
    assert figures["history_mb_per_room_day"].detail["samples"] == 20 * 3 * 3600 * 5
    assert 0 < figures["history_mb_per_room_day"].value < 1.5  # a size, not a speed: the same on every machine
    assert str(figures["history_day_plot_ms"].detail["tier"]).startswith("1 min")
    assert str(figures["history_year_plot_ms"].detail["tier"]).startswith("1 h")
    assert 1000 < float(figures["history_year_plot_ms"].detail["points"]) <= 2000
    assert all(figure.value > 0 for figure in figures.values())


def test_the_samples_of_the_bench_are_no_constants() -> None:
    stamps_ns, values = history.samples(60)
    assert len(stamps_ns) == 60 * 20
    assert len(set((stamps_ns[1:] - stamps_ns[:-1]).tolist())) > 2
    assert set(values) == set(history.SIGNALS)
    for column in values.values():
        assert len(set(column.round(2).tolist())) > 10
