"""Domain, uncertainty and disturbances: what is unlike is told, what is missing is not, people differ as they do."""

import msgspec
import numpy as np
import pytest

from sumika.distil.calibration import Calibration
from sumika.distil.disturbed import disturbances
from sumika.distil.domain import ANSWERED, Domain, Kind, distances, domain_of, reference_of, summary
from sumika.distil.own_shift import OwnShift, Part, own_shift
from sumika.distil.records import ArraySet
from sumika.distil.uncertain import Uncertainty, uncertainty_of_classes, uncertainty_of_values

SHAPES: dict[Kind, tuple[int, ...]] = {"table": (6,), "signal": (2, 40), "points": (12, 4)}


def inputs(kind: Kind, count: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return (random.normal(size=(count, *SHAPES[kind])) * 3 + 10).astype(np.float32)


def domain(kind: Kind, answered: float = ANSWERED) -> Domain:
    known, unseen = inputs(kind, 500, 0), inputs(kind, 500, 1)
    reference = reference_of(known, known.reshape(500, -1)[:, :3], None, kind)
    apart = distances(summary(unseen, None, kind), unseen.reshape(500, -1)[:, :3], reference)
    return domain_of(kind, reference, apart, answered)


@pytest.mark.parametrize("kind", ["table", "signal", "points"])
def test_what_is_unlike_in_one_thing_alone_is_told(kind: Kind) -> None:
    found, x = domain(kind), inputs(kind, 400, 2)
    hidden = x.reshape(400, -1)[:, :3]
    assert (found.unlike(x, hidden) <= 1).mean() > 0.97
    other = x.copy()
    if kind == "signal":
        other[:, 1] *= 5  # one channel is louder
    else:
        other[..., 1] += 40  # one column, one feature lies elsewhere
    assert (found.unlike(other, hidden) > 1).all()
    assert (found.unlike(x, hidden + 100) > 1).all(), "the layer before the outputs tells, too"


@pytest.mark.parametrize("kind", ["table", "signal", "points"])
def test_a_recipe_says_how_much_of_unseen_groups_is_answered(kind: Kind) -> None:
    x = inputs(kind, 2000, 2)
    hidden = x.reshape(2000, -1)[:, :3]
    shares = [float((domain(kind, answered).unlike(x, hidden) <= 1).mean()) for answered in (0.6, 0.9, 0.998)]
    assert shares == pytest.approx([0.6, 0.9, 0.998], abs=0.08)


def test_missing_values_say_nothing_and_missing_points_do() -> None:
    found, x = domain("table"), inputs("table", 300, 3)
    x[:, 2] = np.nan
    assert (found.unlike(x, x[:, :2].repeat(2, axis=1)[:, :3]) <= 1).mean() > 0.95
    found, x = domain("points"), inputs("points", 100, 4)
    mask = np.arange(12) < np.ones((100, 1))
    assert (found.unlike(x, x.reshape(100, -1)[:, :3], mask) > 1).all(), "a point alone is no person"


def test_uncertainty_is_how_people_differ() -> None:
    random = np.random.default_rng(5)
    people, each = 40, 100
    off = random.normal(0, 0.1, people)
    sure = random.uniform(0.5, 0.8, people * each)
    group = np.repeat(np.arange(people), each)
    right = random.random(people * each) < sure + off[group]
    found = uncertainty_of_classes(sure, right, group.astype(str))
    assert np.mean(found.off) == pytest.approx(0.1, abs=0.04)
    alike = uncertainty_of_classes(sure, random.random(people * each) < sure, group.astype(str))
    assert np.mean(alike.off) < 0.06
    assert found.of(0.65) == pytest.approx(np.interp(0.65, found.sure, found.off))
    values = uncertainty_of_values(np.array([[3.0, -4.0]]))
    assert values.of(None) == pytest.approx(np.sqrt(12.5))
    assert Uncertainty().of(0.9) == 0


@pytest.mark.parametrize("kind", ["table", "signal", "points"])
def test_disturbed_inputs_lose_what_is_said(kind: Kind) -> None:
    x = inputs(kind, 200, 6)
    none = np.full(200, "", np.str_)
    arrays = ArraySet(x=x, y=np.zeros(200, np.int64), group=none, domain=none)
    scale = np.full(SHAPES[kind][0 if kind == "signal" else -1], 3, np.float32)
    found = {name: one(arrays, scale, np.random.default_rng(0)) for name, one in disturbances(kind).items()}
    assert len(found) == 4
    half = next(name for name in found if name.startswith("50 %"))
    other, mask = found[half]
    if kind == "points":
        assert mask is not None
        assert mask.mean() == pytest.approx(0.5, abs=0.05)
        assert mask.any(axis=1).all()
    elif kind == "table":
        assert np.isnan(other).mean() == pytest.approx(0.5, abs=0.05)
    else:
        assert (np.diff(other, axis=2) == 0).mean() == pytest.approx(0.5, abs=0.05)
    noisy, _ = found["noise of 0.5 deviations"]
    assert (noisy - x).std() == pytest.approx(1.5, rel=0.05)


def parts(offset: float) -> list[Part]:
    """Return two folds of six people who lie off all others by so many deviations, each in their own direction."""
    weight = np.array([[1.0, 1.0], [-1.0, 1.0]])
    found = []
    for fold in range(2):
        random = np.random.default_rng(fold)
        hidden = random.normal(size=(6, 200, 2))
        y = np.array(
            [[random.choice(2, p=np.exp(one) / np.exp(one).sum()) for one in row @ weight.T] for row in hidden]
        )
        moved = hidden + offset * random.choice([-1, 1], size=(6, 1, 2))
        group = np.repeat([f"person {fold} {number}" for number in range(6)], 200)
        found.append(
            Part(
                hidden=moved.reshape(-1, 2).astype(np.float32),
                y=y.reshape(-1),
                group=group,
                weight=weight,
                bias=np.zeros(2),
                centre=np.zeros(2),
                calibration=Calibration(),
            )
        )
    return found


def test_an_offset_is_taken_away_only_where_that_has_surely_helped() -> None:
    helped = own_shift(parts(1.5))
    assert (helped.shift, helped.groups) == (0.5, 12)
    assert helped.gained is not None
    assert helped.gained.low > 0
    alike = own_shift(parts(0.0))
    assert alike.shift == 0
    assert alike.gained is not None
    assert own_shift(parts(1.5)[:1]).groups == 6
    few = own_shift([msgspec.structs.replace(parts(1.5)[0], y=np.full(1200, -1))])
    assert few == OwnShift()
