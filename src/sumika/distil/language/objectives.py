"""What a language student is pulled towards: the traces' tokens, a teacher's stored distributions, or its judgement."""

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import linear

CHUNK_ELEMENTS = {"cpu": 1 << 22, "cuda": 1 << 28}  # of logits held at once, 4 bytes each


class _LinearCrossEntropy(torch.autograd.Function):
    """Sum of cross entropies of (hidden @ head.T), in chunks; gradients are made on the way, no logits are kept.

    The idea is that of Liger (Hsu et al. 2024, arXiv:2410.10989).
    """

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, head: Tensor, targets: Tensor, scale: float) -> Tensor:
        rows = max(1, CHUNK_ELEMENTS.get(hidden.device.type, 1 << 22) // head.shape[0])
        wants_hidden, wants_head = ctx.needs_input_grad[:2]
        to_hidden = torch.empty_like(hidden) if wants_hidden else None
        to_head: Tensor | None = None
        total = torch.zeros((), device=hidden.device)
        for start in range(0, len(hidden), rows):
            part, wanted = hidden[start : start + rows], targets[start : start + rows, None]
            logits = linear(part, head).float()
            logits -= logits.amax(1, keepdim=True)
            picked = logits.gather(1, wanted)
            sums = logits.exp_().sum(1, keepdim=True)
            total += sums.log().sub_(picked).sum()
            if not wants_hidden and not wants_head:
                continue
            logits.mul_(scale / sums)
            logits.scatter_add_(1, wanted, torch.full_like(picked, -scale))
            gradient = logits.to(head.dtype)
            if to_hidden is not None:
                torch.mm(gradient, head, out=to_hidden[start : start + rows])
            if wants_head:
                if to_head is None:
                    to_head = gradient.T @ part
                else:
                    to_head.addmm_(gradient.T, part)
        ctx.gradients = to_hidden, to_head
        return total * scale

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None, None]:
        to_hidden, to_head = ctx.gradients
        del ctx.gradients
        (outer,) = gradients
        return (
            None if to_hidden is None else to_hidden.mul_(outer),
            None if to_head is None else to_head.mul_(outer),
            None,
            None,
        )


def token_loss(hidden: Tensor, head: Tensor, targets: Tensor, scale: float) -> Tensor:
    """Return `scale` times the sum of the cross entropies (natural logarithm) of the next tokens.

    Args:
        hidden: (token, width), at the positions that carry loss alone.
        head: (vocabulary, width).
        targets: (token,).
        scale: 1 / loss tokens of the whole batch gives their mean.
    """
    result: Tensor = _LinearCrossEntropy.apply(hidden, head.to(hidden.dtype), targets, scale)  # type: ignore[no-untyped-call] # torch publishes no type for it
    return result


def top_k_loss(logits: Tensor, ids: Tensor, log_probabilities: Tensor, temperature: float) -> Tensor:
    """Return the sum over tokens of KL(teacher || student) from the teacher's k likeliest pieces.

    What the teacher gave to all other pieces together is one further class, so that the student's tail is held too.

    Args:
        logits: (token, vocabulary) of the student.
        ids: (token, k) the teacher's likeliest pieces.
        log_probabilities: (token, k) of these, at the same temperature.
        temperature: Softens the student; the sum is scaled by its square (Hinton et al. 2015, arXiv:1503.02531).
    """
    student = (logits.float() / temperature).log_softmax(1).gather(1, ids)
    teacher = log_probabilities.float()
    kept = (teacher.exp() * (teacher - student)).sum(1)
    rest = (1 - teacher.exp().sum(1)).clamp_min(0.0)
    student_rest = (1 - student.exp().sum(1)).clamp_min(1e-7)
    tail = rest * (rest.clamp_min(1e-7).log() - student_rest.log())
    return (kept + tail).sum() * temperature**2


def reverse_kl(student: Tensor, teacher: Tensor) -> Tensor:
    """Return the sum over tokens of KL(student || teacher), for tokens the student itself has written.

    On-policy distillation (Agarwal et al. 2023, arXiv:2306.13649).

    Args:
        student: (token, vocabulary) logits, with gradient.
        teacher: (token, vocabulary) logits of the same pieces.
    """
    own, other = student.float().log_softmax(1), teacher.float().log_softmax(1)
    return (own.exp() * (own - other)).sum()
