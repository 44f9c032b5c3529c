"""Diversity: uniform over domains, and within one domain the longer trace preferred.

The method of s1 (Muennighoff et al. 2025, section 2.2): draw a domain, draw one of its problems with probability
2^-rank, the longest having rank 1, without replacement. Where s1 draws the domain anew each time, here every domain has
its turn once a round, in random order: the counts of domains that are not exhausted differ by one at most.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def diverse(
    domains: Sequence[str] | NDArray[np.str_], preference: NDArray[np.float64] | None, count: int, seed: int
) -> NDArray[np.int64]:
    """Return `count` different rows, uniform over domains, in the order they were drawn.

    Args:
        domains: Domain per row.
        preference: Length per row, or whatever is preferred when large; None prefers nothing within a domain.
        count: How many; all rows if there are fewer.
        seed: Same seed, same choice.
    """
    generator = np.random.default_rng(seed)
    # Ties are broken at random, not by the order of the file.
    shuffled = generator.permutation(len(domains))
    waiting: defaultdict[str, list[int]] = defaultdict(list)
    ranked = shuffled if preference is None else shuffled[np.argsort(-preference[shuffled], kind="stable")]
    for row in ranked:
        waiting[str(domains[row])].append(int(row))
    chosen: list[int] = []
    while waiting and len(chosen) < count:
        names = sorted(waiting)
        for position in generator.permutation(len(names)):
            rows = waiting[names[position]]
            chosen.append(rows.pop(0 if preference is None else _rank(len(rows), generator)))
            if not rows:
                del waiting[names[position]]
    return np.array(chosen[:count], np.int64)


def _rank(length: int, generator: np.random.Generator) -> int:
    """Return 0, 1, 2 ... with probability 1/2, 1/4, 1/8 ..., below `length`."""
    while (rank := int(generator.geometric(0.5)) - 1) >= length:
        pass
    return rank
