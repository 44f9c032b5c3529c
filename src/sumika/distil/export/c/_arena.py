"""Where each tensor lies in one small memory: tensors that are never needed together share their place."""

from math import prod

from sumika.distil.export.integer import AddStep, DenseStep, IntegerNetwork


def place(network: IntegerNetwork) -> tuple[dict[int, int], int]:
    """Return the offset in bytes of every tensor that is kept, and the bytes that they need together.

    The largest tensors are placed first, each as low as those that live at the same time allow.
    """
    lives = _lives(network)
    offsets: dict[int, int] = {}
    size = {number: prod(network.shapes[number]) for number in lives}
    for number in sorted(lives, key=lambda one: (-size[one], one)):
        born, died = lives[number]
        taken = sorted(
            (offsets[other], offsets[other] + size[other])
            for other in offsets
            if lives[other][0] <= died and born <= lives[other][1]
        )
        offset = 0
        for start, end in taken:
            if start - offset >= size[number]:
                break
            offset = max(offset, end)
        offsets[number] = offset
    return offsets, max(offsets[number] + size[number] for number in lives)


def _lives(network: IntegerNetwork) -> dict[int, tuple[int, int]]:
    """Return for each tensor the first and the last step that touch it; step -1 rounds the input."""
    lives = {0: (-1, -1)}
    for now, step in enumerate(network.steps):
        used = (step.source, step.other) if isinstance(step, AddStep) else (step.source,)
        for number in used:
            lives[number] = (lives[number][0], now)
        lives[step.target] = (now, now)
    last = network.steps[-1]
    if isinstance(last, DenseStep) and last.linear.rescale is None:
        del lives[network.output]  # its sums become logits one by one
    return lives
