"""Simulated hours of hearts and breaths: strain raises both, and the same seed is the same hour."""

import numpy as np
import pytest
from scipy.stats import rankdata

from sumika.models.features.strain import CLASSES, columns
from sumika.schema import UsageError
from sumika.training.sources import SOURCES
from sumika.training.strain_world import STRAIN_WORLD


def area(
    values: np.ndarray[tuple[int, ...], np.dtype[np.float32]], y: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
) -> float:
    """Return the area under the curve."""
    ones = int(y.sum())
    return float((rankdata(values)[y == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(y) - ones)))


def test_strain_raises_heart_and_breath_and_is_not_the_only_thing_that_does() -> None:
    found = STRAIN_WORLD.read({"people": 12})
    assert found.x.shape[1] == len(columns())
    assert found.classes == CLASSES
    assert len(np.unique(found.group)) == 12
    y = np.asarray(found.y, np.int64)
    assert 0.1 < y.mean() < 0.4
    by_name = dict(zip(columns(), found.x.T, strict=True))
    assert 0.65 < area(by_name["heart_mean_30s_among_all"], y) < 0.9
    assert 0.55 < area(by_name["breath_mean_30s_among_all"], y) < 0.9


def test_the_same_seed_is_the_same_hour() -> None:
    one, same = STRAIN_WORLD.read({"people": 2}), STRAIN_WORLD.read({"people": 2})
    other = STRAIN_WORLD.read({"people": 2, "first_seed": 1})
    assert np.array_equal(one.x, same.x)
    assert one.x.shape != other.x.shape or not np.array_equal(one.x, other.x)


def test_the_source_is_known_and_refuses_what_it_does_not_know() -> None:
    assert SOURCES["strain-world"] is STRAIN_WORLD
    assert len(STRAIN_WORLD.fingerprint()) == 64
    wrong: tuple[dict[str, object], ...] = ({"rooms": 3}, {"people": 1}, {"step_s": 0.0})
    for options in wrong:
        with pytest.raises(UsageError, match="options of 'strain-world'"):
            STRAIN_WORLD.read(options)
