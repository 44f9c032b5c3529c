"""Losses of array students against what they are by hand."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from sumika.distil.networks.losses import (
    LossSettings,
    Targets,
    balanced_weights,
    ensemble_logits,
    feature_hint,
    hard_cross_entropy,
    mixed_loss,
    soft_cross_entropy,
    values_loss,
)

LOGITS = torch.tensor([[2.0, 0.0, -1.0], [0.5, 0.5, 0.0]])
TEACHER = torch.tensor([[1.0, 1.0, 0.0], [0.0, 3.0, 0.0]])
Y = torch.tensor([0, 2])


def softmax(x: NDArray[np.floating]) -> NDArray[np.floating]:
    raised = np.exp(x - x.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def test_labels_count_by_class_weight_and_unlabelled_ones_not_at_all() -> None:
    logs = np.log(softmax(LOGITS.numpy()))
    assert float(hard_cross_entropy(LOGITS, Y)) == pytest.approx(-(logs[0, 0] + logs[1, 2]) / 2)
    weighted = hard_cross_entropy(LOGITS, Y, torch.tensor([1.0, 1.0, 3.0]))
    assert float(weighted) == pytest.approx(-(logs[0, 0] + 3 * logs[1, 2]) / 4)
    assert float(hard_cross_entropy(LOGITS, torch.tensor([0, -1]))) == pytest.approx(-logs[0, 0])
    assert float(hard_cross_entropy(LOGITS, torch.tensor([-1, -1]))) == 0


def test_softened_distance_is_the_divergence_times_the_square_of_the_temperature() -> None:
    p, q = softmax(TEACHER.numpy() / 4), softmax(LOGITS.numpy() / 4)
    by_hand = 16 * (p * (np.log(p) - np.log(q))).sum(axis=1).mean()
    assert float(soft_cross_entropy(LOGITS, TEACHER, 4.0)) == pytest.approx(by_hand, rel=1e-5)
    assert float(soft_cross_entropy(TEACHER, TEACHER, 4.0)) == pytest.approx(0, abs=1e-6)


def test_gradient_of_the_softened_distance_keeps_its_size_at_high_temperatures() -> None:
    """For T to infinity it is (student's - teacher's centred logits) / classes; without T² it would vanish."""
    student = LOGITS.double().requires_grad_()
    soft_cross_entropy(student, TEACHER.double(), 1000.0).backward()  # type: ignore[no-untyped-call] # untyped in torch
    centred = [one - one.mean(dim=1, keepdim=True) for one in (LOGITS.double(), TEACHER.double())]
    assert student.grad is not None
    torch.testing.assert_close(student.grad, (centred[0] - centred[1]) / 3 / len(LOGITS), atol=1e-3, rtol=1e-2)


def test_hint_compares_the_projected_layer() -> None:
    projection = torch.nn.Linear(3, 2)
    hidden, teacher = torch.randn(4, 3), torch.randn(4, 2)
    by_hand = (((hidden @ projection.weight.T + projection.bias) - teacher) ** 2).mean()
    assert float(feature_hint(hidden, teacher, projection).detach()) == pytest.approx(float(by_hand.detach()))


def test_ensemble_averages_probabilities_not_logits() -> None:
    members = [np.array([[9.0, 0.0]], np.float32), np.array([[0.0, 1.0]], np.float32)]
    mean = (softmax(members[0]) + softmax(members[1])) / 2
    np.testing.assert_allclose(softmax(ensemble_logits(members)), mean, rtol=1e-5)
    assert not np.allclose(softmax((members[0] + members[1]) / 2), mean, atol=0.05)
    with pytest.raises(ValueError, match="members"):
        ensemble_logits([])


def test_balanced_weights_make_classes_count_alike() -> None:
    y = np.array([0, 0, 0, 1, -1])
    weights = balanced_weights(y, 3)
    assert 3 * weights[0] == pytest.approx(weights[1])
    assert 3 * weights[0] + weights[1] == pytest.approx(4)
    assert weights[2] == 0


def test_values_by_squares_or_hubers() -> None:
    outputs, y = torch.tensor([[0.5], [10.0]]), torch.zeros(2, 1)
    assert float(values_loss(outputs, y, LossSettings())) == pytest.approx((0.25 + 100) / 2)
    huber = LossSettings(values="huber", huber_delta=1.0)
    assert float(values_loss(outputs, y, huber)) == pytest.approx((0.125 + 9.5) / 2)


def test_labels_and_teacher_are_mixed_by_their_share() -> None:
    settings = LossSettings(temperature=3.0, soft_weight=0.25)
    hard, soft = float(hard_cross_entropy(LOGITS, Y)), float(soft_cross_entropy(LOGITS, TEACHER, 3.0))
    both = mixed_loss(LOGITS, Targets(y=Y, teacher=TEACHER), settings)
    assert float(both) == pytest.approx(0.75 * hard + 0.25 * soft)
    assert float(mixed_loss(LOGITS, Targets(y=Y), settings)) == pytest.approx(hard)
    policy = Targets(y=torch.zeros(2, 3), teacher=TEACHER)
    by_hand = 0.75 * (LOGITS**2).mean() + 0.25 * ((LOGITS - TEACHER) ** 2).mean()
    assert float(mixed_loss(LOGITS, policy, settings)) == pytest.approx(float(by_hand))


@pytest.mark.parametrize("wrong", [{"temperature": 0.0}, {"soft_weight": 1.5}, {"hint_weight": -1.0}])
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="`"):
        LossSettings(**wrong)  # type: ignore[arg-type] # names and values come as a pair
