"""How many examples a property is tried on: a fifth in the quick part of ./check, all of them everywhere else."""

import os

QUICK_SHARE = 5
FEWEST = 8


def examples(thorough: int) -> int:
    """Return how many examples to try where `thorough` are tried in CI: `@settings(max_examples=examples(100))`."""
    return max(FEWEST, thorough // QUICK_SHARE) if os.environ.get("SUMIKA_QUICK") == "1" else thorough
