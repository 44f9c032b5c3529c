"""Grade answers, one or tens of thousands."""

import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from sumika.distil.grade.maths import equal_maths
from sumika.distil.grade.sandbox import DEFAULT_LIMITS, Grade, Limits, Sandbox
from sumika.distil.records import Example, Grading


def _nothing(done: int, total: int) -> None:
    """Show no progress."""


def program_of(answer: str) -> str:
    """Return the program in an answer: its last fenced block, or all of it."""
    parts = answer.split("```")
    if len(parts) < 3:
        return answer
    block = parts[-2] if len(parts) % 2 else parts[-1]
    first, _, rest = block.partition("\n")
    return rest if first.strip().lower() in ("python", "py", "python3", "") else block


def fold(text: str) -> str:
    """Return a text with white space folded."""
    return " ".join(text.split())


def _grade_text(example: Example, answer: str) -> Grade:
    if example.grading is Grading.MATHS:
        return Grade(*equal_maths(example.answer, answer))
    same = bool(fold(answer)) and fold(answer) == fold(example.answer)
    return Grade(same, "same text" if same else f"{fold(answer)[:40]!r} is not {fold(example.answer)[:40]!r}")


def grade(example: Example, answer: str, *, limits: Limits = DEFAULT_LIMITS) -> Grade:
    """Grade one answer.

    Raises:
        SumikaError: if a program cannot be confined on this machine.
    """
    return grade_all([example], [answer], limits=limits)[0]


def grade_all(
    examples: Sequence[Example],
    answers: Sequence[str],
    *,
    processes: int = 1,
    limits: Limits = DEFAULT_LIMITS,
    progress: Callable[[int, int], None] = _nothing,
) -> list[Grade]:
    """Grade many answers, in order.

    Args:
        examples: The problems.
        answers: One to each.
        processes: Fork servers that run programs side by side.
        limits: Of each program.
        progress: Called after each share of the programs.

    Raises:
        SumikaError: if programs cannot be confined on this machine.
    """
    pairs = list(zip(examples, answers, strict=True))
    grades = {row: _grade_text(*pair) for row, pair in enumerate(pairs) if pair[0].grading is not Grading.CODE}
    programs = [row for row in range(len(pairs)) if row not in grades]
    progress(len(grades), len(pairs))
    done = itertools.count(len(grades) + 1)

    def work(share: list[int]) -> list[tuple[int, Grade]]:
        graded = []
        with Sandbox(limits) as sandbox:
            for row in share:
                example, answer = pairs[row]
                graded.append((row, sandbox.run(program_of(answer), example.tests)))
                progress(next(done), len(pairs))
        return graded

    if programs:
        shares = [programs[start::processes] for start in range(min(processes, len(programs)))]
        with ThreadPoolExecutor(len(shares)) as pool:
            for graded in pool.map(work, shares):
                grades.update(graded)
    return [grades[row] for row in range(len(pairs))]
