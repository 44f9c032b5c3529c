"""Numbers come back as numbers and arrays as arrays."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def like(given: object, result: NDArray[np.float64]) -> Any:
    """Return a result as an array where an array was given, else as a number."""
    return result if isinstance(given, np.ndarray) else float(result)
