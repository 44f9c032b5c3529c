"""What one answer of a language model costs: asked alone, on one core."""

import time
from collections.abc import Callable, Sequence

import numpy as np

from sumika.distil.language.generate import LanguageStudent, Sampling
from sumika.distil.outcome import AnswerCost


def answer_cost(
    student: LanguageStudent,
    prompts: Sequence[str],
    *,
    max_tokens: int,
    core_w: float,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> AnswerCost:
    """Ask a model one problem after the other and return what an answer takes.

    Args:
        student: The model.
        prompts: Problems; the first one warms up and is not counted.
        max_tokens: Most tokens of an answer.
        core_w: Stated watts of a busy core.
        progress: Told (done, total).
    """
    shape, sampling = student.generator.decoder.shape, Sampling(max_tokens=max_tokens)
    latencies, tokens, flops = list[float](), list[int](), list[float]()
    for index, prompt in enumerate(prompts):
        begun_s = time.perf_counter()
        told = student.answer([prompt], sampling)[0]
        latencies.append(time.perf_counter() - begun_s)
        asked = len(student.question(prompt))
        tokens.append(told.tokens)
        per_token = shape.flops_per_token(asked + told.tokens // 2, train=False)
        flops.append(per_token * (asked + told.tokens))
        progress(index + 1, len(prompts))
    latency_s = float(np.median(latencies[1:] or latencies))
    return AnswerCost(
        parameters=shape.parameters(),
        tokens=float(np.mean(tokens)),
        flops=float(np.mean(flops)),
        latency_s=latency_s,
        energy_j=latency_s * core_w,
    )
