"""The choice by quality, difficulty and diversity, each of which one flag takes out."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from sumika.distil.choose.diversity import diverse
from sumika.distil.choose.domains import DomainsOf, array_domains, lengths_of, text_domains
from sumika.distil.records import ArraySet, Example

Criterion = Literal["quality", "difficulty", "diversity"]
Scores = NDArray[np.float64]


class ChooseSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is chosen.

    Attributes:
        count: How many.
        by: The criteria.
        without: Criteria left out, for ablation; without all three it is a random choice.
        least_quality: A lower score is never chosen while `quality` counts.
        least_difficulty: Hard is what has at least this score: 1 is what every reference student fails (texts),
            0.5 what they get wrong on the whole (arrays).
        fill: Where too few are hard, take the hardest of the rest; False leaves the choice smaller.
        prefer: Which traces are preferred within one domain. Very small students learn more from shorter ones.
        domains: Where the domains of arrays come from.
        clusters: How many clusters where the data state no domain (for arrays: per class).
        seed: Same seed, same choice.
    """

    count: int = 1000
    by: tuple[Criterion, ...] = ("quality", "difficulty", "diversity")
    without: tuple[Criterion, ...] = ()
    least_quality: float = 0.5
    least_difficulty: float = 1.0
    fill: bool = True
    prefer: Literal["longer", "shorter", "none"] = "longer"
    domains: DomainsOf = "auto"
    clusters: int = 16
    seed: int = 0

    def __post_init__(self) -> None:
        """Check what no type can say."""
        if self.count < 1:
            raise ValueError(f"`count` is {self.count}: at least one example is chosen")
        for name in self.without:
            if name not in self.by:
                raise ValueError(f"`without` names '{name}', which is not among `by`: {', '.join(self.by) or 'none'}")

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Those that count."""
        return tuple(name for name in self.by if name not in self.without)


class ChooseReport(msgspec.Struct, frozen=True, kw_only=True):
    """How the choice came about.

    Attributes:
        pool: Examples there were.
        good: Those of sufficient quality (all, where quality does not count).
        hard: Those of them that are hard (all, where difficulty does not count).
        chosen: How many were chosen.
        filled: How many of them are not hard, taken because too few are.
        per_domain: Domain -> how many were chosen.
        criteria: What counted.
        notes: What fell short, and what stood in for what.
    """

    pool: int
    good: int
    hard: int
    chosen: int
    filled: int
    per_domain: dict[str, int]
    criteria: tuple[str, ...]
    notes: tuple[str, ...]


def choose(
    examples: Sequence[Example],
    quality: Scores | None,
    difficulty: Scores | None,
    lengths: Scores | None,
    settings: ChooseSettings,
) -> tuple[NDArray[np.int64], ChooseReport]:
    """Choose problems.

    Args:
        examples: The pool.
        quality: `Quality.score`; needed while that criterion counts.
        difficulty: `Difficulty.score`; needed while that criterion counts.
        lengths: Length of each trace, any unit; None takes what the data offer (see `lengths_of`).
        settings: What is chosen.

    Returns:
        Rows in the order they were drawn, and how the choice came about.

    Raises:
        ValueError: if a criterion has no scores, or their number is another than that of the examples.
    """
    notes = []
    if "diversity" in settings.criteria:
        if lengths is None and settings.prefer != "none":
            lengths, proxy = lengths_of(examples)
            notes.append(f"nothing is traced yet; stands in for the length of the trace: {proxy}")
        domains, origin = text_domains(examples, settings.clusters, settings.seed)
        notes.append(origin)
    else:
        domains = [example.domain for example in examples]
    return choose_rows(np.array(domains, np.str_), quality, difficulty, lengths, settings, tuple(notes))


def choose_arrays(
    arrays: ArraySet, quality: Scores | None, difficulty: Scores | None, settings: ChooseSettings
) -> tuple[NDArray[np.int64], ChooseReport]:
    """Choose examples of a set of arrays; within one domain the harder one is preferred, as signals have no trace.

    Raises:
        SumikaError: if there are no domains of the kind that the settings ask for.
        ValueError: if a criterion has no scores, or their number is another than that of the examples.
    """
    notes: tuple[str, ...] = ()
    if "diversity" in settings.criteria:
        domains, origin = array_domains(arrays, settings.domains, settings.clusters, settings.seed)
        notes = (f"domains: {origin}",)
    else:
        domains = arrays.domain
    preference = difficulty if "difficulty" in settings.criteria else None
    return choose_rows(domains, quality, difficulty, preference, settings, notes)


def choose_rows(
    domains: NDArray[np.str_],
    quality: Scores | None,
    difficulty: Scores | None,
    preference: Scores | None,
    settings: ChooseSettings,
    notes: tuple[str, ...] = (),
) -> tuple[NDArray[np.int64], ChooseReport]:
    """Choose rows of anything; see `choose`, whose `lengths` are `preference` here."""
    said = list(notes)
    good = np.arange(len(domains))
    if "quality" in settings.criteria:
        good = good[_checked("quality", quality, len(domains))[good] >= settings.least_quality]
    hard, rest = good, good[:0]
    if "difficulty" in settings.criteria:
        scores = _checked("difficulty", difficulty, len(domains))
        hard = good[scores[good] >= settings.least_difficulty]
        rest = _hardest_first(np.setdiff1d(good, hard), scores, settings.seed)
    drawn = _drawn(hard, domains, preference, settings)
    missing = settings.count - len(drawn)
    added = rest[:missing] if settings.fill and missing > 0 else rest[:0]
    chosen = np.concatenate([drawn, added])
    said.extend(_shortfall(len(hard), len(added), len(chosen), len(rest), settings))
    report = ChooseReport(
        pool=len(domains),
        good=len(good),
        hard=len(hard),
        chosen=len(chosen),
        filled=len(added),
        per_domain=dict(sorted(Counter(domains[chosen].tolist()).items())),
        criteria=settings.criteria,
        notes=tuple(said),
    )
    return chosen, report


def _checked(name: str, scores: Scores | None, rows: int) -> Scores:
    if scores is None:
        raise ValueError(f"{name} counts, but there are no scores of it; judge it, or say `without: [{name}]`")
    if len(scores) != rows:
        raise ValueError(f"{len(scores)} scores of {name} for {rows} examples")
    return scores


def _hardest_first(rows: NDArray[np.int64], difficulty: Scores, seed: int) -> NDArray[np.int64]:
    shuffled = np.random.default_rng(seed).permutation(rows)
    return shuffled[np.argsort(-difficulty[shuffled], kind="stable")]


def _drawn(
    rows: NDArray[np.int64], domains: NDArray[np.str_], preference: Scores | None, settings: ChooseSettings
) -> NDArray[np.int64]:
    if "diversity" not in settings.criteria:
        return np.random.default_rng(settings.seed).permutation(rows)[: settings.count]
    liked = None
    if preference is not None and settings.prefer != "none":
        liked = (preference if settings.prefer == "longer" else -preference)[rows]
    return rows[diverse(domains[rows], liked, settings.count, settings.seed)]


def _shortfall(hard: int, added: int, chosen: int, rest: int, settings: ChooseSettings) -> list[str]:
    notes = []
    if "difficulty" in settings.criteria and not hard:
        notes.append("nothing is hard for the reference students: difficulty falls back to the hardest there are")
    if added:
        notes.append(f"{hard} are hard; {added} of the hardest others fill the choice")
    if chosen < settings.count:
        left = f", {rest} that are not hard were left out (`fill: false`)" if rest > added else ""
        notes.append(f"{settings.count} were asked for, {chosen} could be chosen{left}")
    return notes
