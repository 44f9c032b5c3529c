"""Pools, evaluation sets and the text of single steps, drawn by seed."""

import re
from collections.abc import Callable
from random import Random

import sumika.distil.problems._maths as _maths
import sumika.distil.problems._programs as _programs
from sumika.distil.records import Example, Grading
from sumika.schema import UsageError

MATHS: dict[str, Callable[[Random, int], _maths.Worked]] = {
    "arithmetic": _maths.arithmetic,
    "dates": _maths.dates,
    "weekdays": _maths.weekdays,
    "units": _maths.units,
    "stories": _maths.stories,
}
"""Domain -> generator of worked problems."""

CODING: dict[str, Callable[[Random, int], _programs.Described]] = {
    "compose": _programs.compose,
    "branches": _programs.branches,
    "repeats": _programs.repeats,
    "lists": _programs.lists,
}
"""Domain -> generator of described programs."""

HARDNESS = (1, 2, 3)
POOL_SHARES = {
    "arithmetic": 0.24,
    "dates": 0.09,
    "weekdays": 0.09,
    "units": 0.08,
    "stories": 0.12,
    "compose": 0.16,
    "branches": 0.09,
    "repeats": 0.04,
    "lists": 0.09,
}
"""What a pool is made of: plentiful domains and rare ones, as collections from the web are."""
POOL_HARDNESS = (0.60, 0.28, 0.12)
"""Share of each hardness in a pool: most of what one finds is easy."""
SOILED_SHARES = {"cut": 0.02, "garbled": 0.02, "repeated": 0.03}
"""Share of a pool whose solution is cut short or garbled, and of exact repetitions."""


MISSES = 5_000
"""Draws without a new problem, after which a domain counts as used up at that hardness."""
NUMBER = re.compile(r"(?<![a-z] )\d+")  # years stand behind their month and stay as they are


def ones_first(working: str) -> str:
    """Return a working with the digits of every number turned round: 47+8=55 -> 74+8=55, 38*7=266 -> 83*7=662.

    Carries run from the ones to the hundreds, and so does writing then; small networks learn sums so with a fraction
    of the examples (Lee et al. 2023, arXiv:2307.03381; measured here: docs/explanation/experiments.md). Problems and
    answers keep the usual order.
    """
    return NUMBER.sub(lambda match: match[0][::-1], working)


def draw(domain: str, hardness: int, random: Random) -> Example:
    """Return one problem with its worked solution, numbers of the working ones first."""
    if domain in MATHS:
        worked = MATHS[domain](random, hardness)
        return Example(
            prompt=worked.prompt,
            answer=worked.answer,
            domain=domain,
            grading=Grading.TEXT,
            reasoning=ones_first(";".join(worked.steps)),
            source="sumika.distil.problems",
            licence="Apache-2.0",
        )
    described = CODING[domain](random, hardness)
    return Example(
        prompt=described.prompt,
        answer=described.program,
        domain=domain,
        grading=Grading.CODE,
        tests=described.tests,
        reasoning=ones_first(";".join(described.steps)),
        source="sumika.distil.problems",
        licence="Apache-2.0",
    )


def known(domains: tuple[str, ...]) -> tuple[str, ...]:
    """Return the domains, or all if none is named.

    Raises:
        UsageError: if there is no such domain.
    """
    every = (*MATHS, *CODING)
    for name in domains:
        if name not in every:
            raise UsageError(f"no domain '{name}' of problems", remedy=f"There are: {', '.join(every)}.")
    return domains or every


def pool(size: int, seed: int, domains: tuple[str, ...] = ()) -> list[Example]:
    """Return `size` problems as one would find them: skewed, mostly easy, some soiled, some repeated.

    The share of each domain, of each hardness and of each fault are `POOL_SHARES`, `POOL_HARDNESS`, `SOILED_SHARES`.

    Args:
        size: How many.
        seed: Another one draws others.
        domains: Of these alone; all if empty.
    """
    random = Random(f"pool {seed}")
    domains = tuple(POOL_SHARES) if not domains else known(domains)
    shares = [POOL_SHARES[domain] for domain in domains]
    found: list[Example] = []
    for _ in range(size):
        if found and random.random() < SOILED_SHARES["repeated"]:
            found.append(random.choice(found))
            continue
        domain = random.choices(domains, shares)[0]
        example = draw(domain, random.choices(HARDNESS, POOL_HARDNESS)[0], random)
        found.append(_soiled(example, random))
    return found


def _soiled(example: Example, random: Random) -> Example:
    chance = random.random()
    if chance < SOILED_SHARES["cut"]:
        return _with(example, reasoning=example.reasoning[: len(example.reasoning) // 2] + "...", answer="")
    if chance < SOILED_SHARES["cut"] + SOILED_SHARES["garbled"]:
        letters = list(example.reasoning)
        random.shuffle(letters)
        return _with(example, reasoning="[image]" + "".join(letters))
    return example


def _with(example: Example, **changes: str) -> Example:
    fields = {name: getattr(example, name) for name in example.__struct_fields__}
    return Example(**{**fields, **changes})


def evaluation(count_per_domain: int, seed: int, *, without: set[str], domains: tuple[str, ...] = ()) -> list[Example]:
    """Return unseen problems: as many of each domain, each hardness alike, none whose prompt is in `without`.

    Where a domain has no easy problem left that the pool does not hold, a harder one stands in for it.

    Raises:
        UsageError: if there is no such domain, or it has not so many problems.
    """
    random = Random(f"evaluation {seed}")
    seen = set(without)
    found: list[Example] = []
    for domain in known(domains):
        missing, misses, harder = count_per_domain, 0, 0
        while missing:
            example = draw(domain, HARDNESS[min(missing % len(HARDNESS) + harder, len(HARDNESS) - 1)], random)
            misses += 1
            if example.prompt not in seen:
                seen.add(example.prompt)
                found.append(example)
                missing, misses, harder = missing - 1, 0, 0
            elif misses % MISSES == 0:
                harder += 1
                if harder == len(HARDNESS):
                    raise UsageError(
                        f"domain {domain} has no {count_per_domain} problems that are not in the pool",
                        remedy="Make `size` or `per_domain` smaller.",
                    )
    return found


def even(
    size: int, seed: int, *, hardness: tuple[int, ...] = HARDNESS, without: set[str], domains: tuple[str, ...] = ()
) -> list[Example]:
    """Return `size` clean problems, every domain and hardness alike, none whose prompt is in `without`."""
    random = Random(f"even {seed}")
    domains = known(domains)
    found: list[Example] = []
    while len(found) < size:
        example = draw(random.choice(domains), random.choice(hardness), random)
        if example.prompt not in without:
            found.append(example)
    return found
