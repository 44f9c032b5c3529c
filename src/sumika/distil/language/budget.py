"""Budget forcing (s1, Muennighoff et al. 2025, arXiv:2501.19393, section 3): cap thinking, or make it go on."""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.language.tokenizer import END_THINK, Tokenizer


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """A budget of thinking, in tokens of one tokenizer; `budget_of` makes it from text.

    Attributes:
        cap: Thinking ends after this many tokens; 0 for no cap.
        waits: How many times the end of thinking is suppressed.
        end_ids: The end of thinking; its first token marks it.
        wait_ids: Put where an end was suppressed.
        final_ids: Put after a forced end, before the answer.
        stop_ids: Tokens that would end everything while thinking is to go on.
    """

    end_ids: tuple[int, ...]
    cap: int = 0
    waits: int = 0
    wait_ids: tuple[int, ...] = ()
    final_ids: tuple[int, ...] = ()
    stop_ids: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a budget that cannot be kept."""
        if not self.end_ids or self.cap < 0 or self.waits < 0 or (self.waits and not self.wait_ids):
            raise ValueError("a budget has an end of thinking, no negative numbers, and a text to wait with")

    def begin(self) -> "Thinking":
        """Return the state of one sequence that begins to think."""
        return Thinking(self)


def budget_of(
    tokenizer: Tokenizer, *, cap: int = 0, waits: int = 0, wait: str = "Wait", final: str = "", end: str = END_THINK
) -> Budget:
    """Return a budget with its texts as tokens.

    Args:
        tokenizer: Of the student.
        cap: Tokens of thinking at most; 0 for no cap.
        waits: Ends of thinking that are suppressed.
        wait: Appended instead of each; a text or special piece of the recipe's choice.
        final: Put after a forced end ("Final Answer:" in s1); "" for students whose answer follows at once.
        end: The end of thinking.
    """
    return Budget(
        cap=cap,
        waits=waits,
        end_ids=tuple(tokenizer.encode(end)),
        wait_ids=tuple(tokenizer.encode(wait)) if waits else (),
        final_ids=tuple(tokenizer.encode(final)),
        stop_ids=(tokenizer.end_id,),
    )


class Thinking:
    """Where one sequence stands in its budget.

    Attributes:
        tokens: Thought so far, waits counted.
        ended: Whether thinking is over.
    """

    def __init__(self, budget: Budget) -> None:
        self.budget, self.tokens, self.ended = budget, 0, False
        self._waits = budget.waits
        self._forced: list[int] = []

    def banned(self) -> list[int]:
        """Return the tokens that may not come next: thinking ends by its own mark, not by the end of everything."""
        return [] if self.ended or self._forced else list(self.budget.stop_ids)

    def put(self, drawn: int) -> int:
        """Return the token that is written where `drawn` was drawn."""
        if not self.ended and not self._forced:
            self._decide(drawn)
        token = self._forced.pop(0) if self._forced else drawn
        if not self.ended:
            self.tokens += 1
        return token

    def _decide(self, drawn: int) -> None:
        budget = self.budget
        if budget.cap and self.tokens >= budget.cap:
            self._forced, self.ended = [*budget.end_ids, *budget.final_ids], True
        elif drawn == budget.end_ids[0]:
            if self._waits:
                self._waits -= 1
                room = budget.cap - self.tokens if budget.cap else len(budget.wait_ids)
                self._forced = list(budget.wait_ids[:room])
            else:
                self._forced, self.ended = list(budget.end_ids), True


class CurvePoint(msgspec.Struct, frozen=True, kw_only=True):
    """Accuracy at one budget.

    Attributes:
        cap: Tokens of thinking at most; 0 for none.
        waits: Suppressed ends.
        accuracy: Mean over problems and samples, 0 to 1.
        low: Lower end of its 95 % interval.
        high: Upper end.
        thinking_tokens: Mean.
        within: Share of samples whose thinking kept the cap.
    """

    cap: int
    waits: int
    accuracy: float
    low: float
    high: float
    thinking_tokens: float
    within: float


class ScalingCurve(msgspec.Struct, frozen=True, kw_only=True):
    """What s1 calls Control, Scaling and Performance (section 3.2, equations 1 to 3).

    Attributes:
        points: By budget.
        samples: Of each problem.
        control: Share of samples that kept their budget, over all points.
        scaling: Mean slope over all pairs of points: accuracy per thinking token.
        performance: Best accuracy.
    """

    points: list[CurvePoint]
    samples: int
    control: float
    scaling: float
    performance: float


def interval(per_problem: NDArray[np.float64], *, seed: int = 0, rounds: int = 2_000) -> tuple[float, float]:
    """Return the 95 % interval of a mean: percentile bootstrap over problems, (low, high).

    Args:
        per_problem: (problem,) mean over the samples of each.
        seed: Of the resampling.
        rounds: Resamples.
    """
    count = len(per_problem)
    if not count:
        raise ValueError("an interval needs at least one problem")
    generator = np.random.default_rng(seed)
    means = [per_problem[generator.integers(count, size=count)].mean() for _ in range(rounds)]
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def scaling_slope(points: Sequence[CurvePoint]) -> float:
    """Return the mean slope of accuracy over thinking tokens, over all pairs (s1, equation 2); 0 for one point."""
    ordered = sorted(points, key=lambda point: point.thinking_tokens)
    slopes = [
        (later.accuracy - earlier.accuracy) / (later.thinking_tokens - earlier.thinking_tokens)
        for place, earlier in enumerate(ordered)
        for later in ordered[place + 1 :]
        if later.thinking_tokens > earlier.thinking_tokens
    ]
    return float(np.mean(slopes)) if slopes else 0.0


Measured = tuple[NDArray[np.bool_], NDArray[np.int64]]


def scaling_curve(
    measure: Callable[[Budget, int], Measured], budgets: Sequence[Budget], *, samples: int = 16, seed: int = 0
) -> ScalingCurve:
    """Measure accuracy over budgets.

    Args:
        measure: Given a budget and the samples of each problem: correct and thinking tokens, (problem, sample) each.
        budgets: To measure.
        samples: Of each problem at a temperature above 0; at least 16, or the intervals say little.
        seed: Of the bootstrap.

    Raises:
        ValueError: if there are fewer than 16 samples or no budget.
    """
    if samples < 16 or not budgets:
        raise ValueError(f"{samples} samples of {len(budgets)} budgets: at least 16 of one are needed")
    points = []
    for budget in budgets:
        correct, tokens = measure(budget, samples)
        low, high = interval(correct.mean(1), seed=seed)
        point = CurvePoint(
            cap=budget.cap,
            waits=budget.waits,
            accuracy=float(correct.mean()),
            low=low,
            high=high,
            thinking_tokens=float(tokens.mean()),
            within=float((tokens <= budget.cap).mean()) if budget.cap else 1.0,
        )
        points.append(point)
    return ScalingCurve(
        points=points,
        samples=samples,
        control=float(np.mean([point.within for point in points])),
        scaling=scaling_slope(points),
        performance=max(point.accuracy for point in points),
    )
