"""Problems whose answers a program can check: arithmetic, dates, units, stories, and small Python programs.

They stand in for the question collections of the s1 recipe where nothing may be downloaded: a pool of any size,
skewed and soiled as real pools are, evaluation sets that share no problem with it, and the plain text of single steps
from which a student without any knowledge learns what the steps are.
"""

from sumika.distil.problems.pool import CODING, MATHS, evaluation, pool, single_steps

__all__ = ["CODING", "MATHS", "evaluation", "pool", "single_steps"]
