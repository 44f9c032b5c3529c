"""Problems whose answers a program can check: arithmetic, dates, units, stories, and small Python programs.

They stand in for the question collections of the s1 recipe where nothing may be downloaded: a pool of any size,
skewed and soiled as real pools are, and evaluation sets that share no problem with it.
"""

from sumika.distil.problems.pool import CODING, HARDNESS, MATHS, evaluation, even, pool

__all__ = ["CODING", "HARDNESS", "MATHS", "evaluation", "even", "pool"]
