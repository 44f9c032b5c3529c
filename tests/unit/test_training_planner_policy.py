"""Distilling a planner: what a simple one says is learned from few lessons, and kept to where it knows nothing."""

import numpy as np
import pytest

from sumika.plan.policy import Card, policy_of
from sumika.training.planner_policy import LEAST_LESSONS, SkillLessons, distil_policy

NAMES = ("cold_k", "price", "idle", "of_nothing")


def lessons_of(count: int, seed: int) -> SkillLessons:
    """Return what somebody says who heats where it is cold, and warmer while energy is cheap."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(count, len(NAMES))).astype(np.float32) * np.array([2.0, 0.5, 1.0, 0.0], np.float32)
    wanted = np.clip(2.0 * x[:, 0], -1.0, 1.0)
    target = np.where(x[:, 1] < 0.0, 1.0, 0.25) + 0.1 * x[:, 0]
    return SkillLessons(
        outputs=("wanted", "target"),
        features=x,
        said=np.stack([wanted, target], axis=1).astype(np.float32),
        side=np.zeros(count, np.int8),
        group=np.array([f"day {place // 20}" for place in range(count)]),
    )


@pytest.mark.slow
def test_a_simple_planner_is_learned() -> None:
    lessons = {"climate": lessons_of(300, 0), "seldom": lessons_of(LEAST_LESSONS - 1, 1)}
    said: list[str] = []
    policy = distil_policy(NAMES, lessons, Card(lessons=300), epochs=25, say=said.append)
    assert set(policy.skills) == {"climate"}
    assert any("seldom" in line and "too few" in line for line in said)
    fresh = lessons_of(400, 2)
    skill = policy_of(policy.packed()).skills["climate"]
    found = np.array([skill.says(row) for row in fresh.features])
    error = np.sqrt(np.mean((found - fresh.said) ** 2, axis=0))
    # Who always said the mean would be off by 0.87 and 0.42.
    assert (error < np.array([0.45, 0.3])).all()
    assert np.mean((found[:, 0] > 0) == (fresh.said[:, 0] > 0)) > 0.9
    # The error that the card names was found on days that were not learned from: it foretells the one here.
    here = float(np.sqrt(np.mean(((found - fresh.said) / lessons["climate"].said.std(axis=0)) ** 2)))
    assert policy.card.errors["climate"] == pytest.approx(here, rel=0.6)
    assert policy.card.lessons == 300


@pytest.mark.slow
def test_the_same_lessons_give_the_same_policy() -> None:
    lessons = {"climate": lessons_of(120, 3)}
    first, second = (distil_policy(NAMES, lessons, Card(), epochs=3) for _ in range(2))
    assert first.packed() == second.packed()
    assert distil_policy(NAMES, lessons, Card(), epochs=3, seed=2).packed() != first.packed()


@pytest.mark.slow
def test_what_is_only_known_to_lie_on_one_side_is_no_error_there() -> None:
    random = np.random.default_rng(4)
    x = random.normal(size=(600, len(NAMES))).astype(np.float32)
    truth = 1.5 * x[:, 0]
    # Half of what is said is an edge that lies at random beyond the truth; taken at its word it would pull by 1.
    side = np.where(np.arange(600) % 2 == 0, -1, 0).astype(np.int8)
    said = np.where(side < 0, truth + np.abs(random.normal(0.0, 2.5, 600)), truth)

    def learned(given: np.ndarray) -> float:
        lessons = SkillLessons(
            outputs=("target",),
            features=x,
            said=said[:, None].astype(np.float32),
            side=given,
            group=np.array([f"day {place // 20}" for place in range(600)]),
        )
        skill = distil_policy(NAMES, {"target": lessons}, Card(), epochs=20).skills["target"]
        return float(np.mean([skill.says(row)[0] for row in x]) - truth.mean())

    assert abs(learned(side)) < 0.25
    assert learned(np.zeros(600, np.int8)) > 0.5
