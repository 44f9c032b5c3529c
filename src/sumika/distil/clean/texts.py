"""Duplicates and contamination among texts.

Contamination is found as s1 does it: a problem that shares any run of eight words with a problem of an evaluation set.
Where no blanks part words, a word is two signs (`clean.words`).
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.clean.near import near_duplicates
from sumika.distil.clean.report import CONTAMINATED, EXACT, NEAR, CleanReport, Removal, refuse_if_soiled, reported
from sumika.distil.clean.words import count, normalised, readable, runs, words
from sumika.distil.records import Example


class CleanSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How clean a pool of texts must be.

    Attributes:
        run_words: A shared run of so many words is contamination; a text with fewer is compared whole.
        likeness: Two texts whose word shingles have at least this Jaccard index are near duplicates; 0 looks for none.
        shingle_words: Words in a shingle.
        numbers_distinguish: Texts with other numbers or other signs between them are other problems, however
            alike their words.
        most_contaminated_share: Above this share of the pool it is refused.
        most_duplicate_share: Above this share of the pool it is refused.
    """

    run_words: int = 8
    likeness: float = 0.8
    shingle_words: int = 3
    numbers_distinguish: bool = True
    most_contaminated_share: float = 0.05
    most_duplicate_share: float = 0.5

    def __post_init__(self) -> None:
        """Check what no type can say."""
        if self.run_words < 1 or self.shingle_words < 1:
            raise ValueError("`run_words` and `shingle_words` are at least 1")
        if not 0 <= self.likeness <= 1:
            raise ValueError(f"`likeness` is {self.likeness}: a Jaccard index from 0 to 1")


def clean(
    examples: Sequence[Example],
    evaluations: Mapping[str, Sequence[Example]],
    settings: CleanSettings,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[list[Example], CleanReport]:
    """Take contaminated and duplicated problems out of a pool; of duplicates the first that has an answer stays.

    Args:
        examples: The pool.
        evaluations: Name -> problems of every evaluation set.
        settings: What counts.
        progress: Called with (examples compared, all).

    Returns:
        What stays, in its order, and what was taken away.

    Raises:
        CleanRefusedError: if more was soiled than is allowed.
    """
    removals = contaminated(examples, evaluations, settings.run_words)
    gone = {removal.row for removal in removals}
    exact, other_answers = _exact_duplicates(examples, gone)
    removals.extend(exact)
    gone.update(removal.row for removal in exact)
    left = np.array([row for row in range(len(examples)) if row not in gone], np.int64)
    if settings.likeness:
        removals.extend(_near_duplicates(examples, left, settings, progress))
    gone.update(removal.row for removal in removals)
    report = reported(len(examples), removals, list(evaluations), other_answers)
    refuse_if_soiled(report, settings.most_contaminated_share, settings.most_duplicate_share)
    return [example for row, example in enumerate(examples) if row not in gone], report


def contaminated(
    examples: Sequence[Example], evaluations: Mapping[str, Sequence[Example]], run_words: int = 8
) -> list[Removal]:
    """Return every example that shares a run of words with a problem of an evaluation set."""
    seen_runs: dict[str, str] = {}
    seen_short: dict[str, str] = {}
    for name, problems in evaluations.items():
        for row, problem in enumerate(problems):
            for key in _keys(problem.prompt, run_words, into := words(problem.prompt)):
                (seen_short if count(into) < run_words else seen_runs).setdefault(key, f"{name} row {row}")
    removals = []
    for row, example in enumerate(examples):
        into = words(example.prompt)
        seen = seen_short if count(into) < run_words else seen_runs
        shared = next((key for key in _keys(example.prompt, run_words, into) if key in seen), None)
        if shared is not None:
            removals.append(
                Removal(
                    row=row,
                    reason=CONTAMINATED,
                    hit=seen[shared],
                    evidence=f"'{readable(shared)}'",
                    source=example.source,
                )
            )
    return removals


def _keys(text: str, run_words: int, into: list[str]) -> list[str]:
    return [normalised(text)] if count(into) < run_words else list(runs(into, run_words))


def _exact_duplicates(examples: Sequence[Example], gone: set[int]) -> tuple[list[Removal], int]:
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for row, example in enumerate(examples):
        if row not in gone:
            groups[normalised(example.prompt)].append(row)
    removals = []
    other_answers = 0
    for rows in groups.values():
        stays = next((row for row in rows if examples[row].answer or examples[row].tests), rows[0])
        right = examples[stays].answer
        for row in rows:
            if row == stays:
                continue
            example = examples[row]
            differs = bool(example.answer) and normalised(example.answer) != normalised(right)
            other_answers += differs
            evidence = f"its answer is '{example.answer}', there '{right}'"[:200] if differs else "same text"
            removals.append(
                Removal(row=row, reason=EXACT, hit=f"row {stays}", evidence=evidence, source=example.source)
            )
    return sorted(removals, key=lambda removal: removal.row), other_answers


def _near_duplicates(
    examples: Sequence[Example],
    left: NDArray[np.int64],
    settings: CleanSettings,
    progress: Callable[[int, int], None],
) -> list[Removal]:
    pairs = near_duplicates(
        [examples[row].prompt for row in left],
        likeness=settings.likeness,
        shingle_words=settings.shingle_words,
        numbers_distinguish=settings.numbers_distinguish,
        progress=progress,
    )
    return [
        Removal(
            row=int(left[late]),
            reason=NEAR,
            hit=f"row {left[early]}",
            evidence=f"likeness {likeness:.2f}",
            source=examples[left[late]].source,
        )
        for late, early, likeness in pairs
    ]
