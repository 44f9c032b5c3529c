"""What array students learn from: labels, a teacher's softened answers, its hidden layer, values and actions.

A policy (the teacher is a controller, its answers are actions) is learnt as a regression on the teacher's actions,
which is behavioural cloning: `values_loss`.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

Array = NDArray[np.float32]
UNLABELLED = -1


class LossSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the losses are mixed.

    Attributes:
        temperature: Softens the teacher's and the student's answers alike.
        soft_weight: Share of the loss that is the distance to the teacher's answers; the rest is the labels'.
        hint_weight: Weight of the distance to the teacher's hidden layer, beside the rest; 0 for none.
        class_weights: "balanced" makes each class count alike, "none" each example.
        values: Loss of a regression or a policy.
        huber_delta: Where the Huber loss turns from square to straight, in deviations of the output.
    """

    temperature: float = 2.0
    soft_weight: float = 0.7
    hint_weight: float = 0.0
    class_weights: Literal["none", "balanced"] = "none"
    values: Literal["squared", "huber"] = "squared"
    huber_delta: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what no type can."""
        if not self.temperature > 0 or not self.huber_delta > 0:
            raise ValueError("`temperature` and `huber_delta` are above 0")
        if not 0 <= self.soft_weight <= 1 or not self.hint_weight >= 0:
            raise ValueError("`soft_weight` is a share, 0 to 1; `hint_weight` at least 0")


def hard_cross_entropy(logits: Tensor, y: Tensor, weights: Tensor | None = None) -> Tensor:
    """Return the cross-entropy of the labels, nats: the weighted mean over the examples that have one.

    Args:
        logits: (example, class).
        y: Class per example; `UNLABELLED` ones do not count.
        weights: Of each class; None for alike.
    """
    if not bool((y != UNLABELLED).any()):
        return logits.sum() * 0.0
    return functional.cross_entropy(logits, y, weight=weights, ignore_index=UNLABELLED)


def soft_cross_entropy(logits: Tensor, teacher_logits: Tensor, temperature: float) -> Tensor:
    """Return T² KL(teacher || student), both softened by T (Hinton, Vinyals, Dean 2015, arXiv:1503.02531).

    The gradient of the softened answers shrinks with T²; multiplied by it, the share of labels and teacher stays the
    same whatever the temperature. The teacher's own entropy is taken off: it changes no gradient, and 0 is then best.

    Args:
        logits: (example, class) of the student.
        teacher_logits: The same of the teacher; logarithms of probabilities will do.
        temperature: Above 0.
    """
    target = functional.log_softmax(teacher_logits / temperature, dim=1)
    found = functional.log_softmax(logits / temperature, dim=1)
    distance = functional.kl_div(found, target, reduction="batchmean", log_target=True)
    return distance * temperature**2


def feature_hint(hidden: Tensor, teacher_hidden: Tensor, projection: torch.nn.Linear) -> Tensor:
    """Return the mean square between the teacher's hidden layer and the student's, projected to its width (FitNets).

    Romero et al. 2015, arXiv:1412.6550. The projection learns along and is thrown away.

    Args:
        hidden: (example, width) of the student.
        teacher_hidden: (example, teacher's width).
        projection: From the one width to the other.
    """
    return functional.mse_loss(projection(hidden), teacher_hidden)


def values_loss(outputs: Tensor, y: Tensor, settings: LossSettings) -> Tensor:
    """Return the loss of a regression or a policy: mean square, or Huber's (Huber 1964) for wild values.

    Args:
        outputs: (example, output).
        y: The same, from the labels or the teacher's actions.
        settings: Which loss.
    """
    if settings.values == "huber":
        return functional.huber_loss(outputs, y, delta=settings.huber_delta)
    return functional.mse_loss(outputs, y)


def ensemble_logits(members: Sequence[Array]) -> Array:
    """Return the logarithm of the mean of the members' probabilities: an ensemble's answer as logits.

    Probabilities are averaged, not logits: one member that is sure and wrong cannot outvote the others
    (Lakshminarayanan, Pritzel, Blundell 2017, arXiv:1612.01474).

    Args:
        members: Logits (example, class) of each.

    Raises:
        ValueError: if there is none.
    """
    if not members:
        raise ValueError("an ensemble has members")
    logs = torch.stack([functional.log_softmax(torch.from_numpy(one).double(), dim=1) for one in members])
    mean = torch.logsumexp(logs, dim=0) - np.log(len(members))
    return np.asarray(mean.numpy(), np.float32)


def balanced_weights(y: NDArray[np.int64], classes: int) -> Array:
    """Return a weight per class so that each counts alike: examples / (classes x examples of the class).

    Args:
        y: Class per example; negative ones do not count.
        classes: How many there are; one that never occurs weighs 0.
    """
    counts = np.bincount(y[y >= 0], minlength=classes)
    present = max(1, int((counts > 0).sum()))
    weights = np.where(counts > 0, counts.sum() / (present * np.maximum(counts, 1)), 0.0)
    return np.asarray(weights, np.float32)


class Targets(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch is compared with.

    Attributes:
        y: Class per example, or (example, output) of a regression.
        teacher: (example, class) logits or (example, output) values of the teacher; None without one.
        hidden: (example, width) of the teacher's hidden layer; None without hints.
        class_weights: Of each class; None for alike.
    """

    y: Tensor
    teacher: Tensor | None = None
    hidden: Tensor | None = None
    class_weights: Tensor | None = None


def mixed_loss(outputs: Tensor, targets: Targets, settings: LossSettings) -> Tensor:
    """Return labels' and teacher's loss, mixed by `soft_weight`; without a teacher the labels' alone."""
    is_classes = not targets.y.is_floating_point()
    share = settings.soft_weight if targets.teacher is not None else 0.0
    loss = outputs.new_zeros(())
    if share < 1.0:
        own = (
            hard_cross_entropy(outputs, targets.y, targets.class_weights)
            if is_classes
            else values_loss(outputs, targets.y, settings)
        )
        loss = loss + (1.0 - share) * own
    if targets.teacher is not None and share > 0.0:
        soft = (
            soft_cross_entropy(outputs, targets.teacher, settings.temperature)
            if is_classes
            else values_loss(outputs, targets.teacher, settings)
        )
        loss = loss + share * soft
    return loss
