"""Where problems come from: JSON lines, Parquet, folders of Hugging Face data sets, and arrays."""

from sumika.distil.pool._rows import digests_of
from sumika.distil.pool.arrays import read_arrays
from sumika.distil.pool.examples import read_examples
from sumika.distil.pool.settings import BadRow, PoolError, PoolReport, PoolSettings

__all__ = ["BadRow", "PoolError", "PoolReport", "PoolSettings", "digests_of", "read_arrays", "read_examples"]
