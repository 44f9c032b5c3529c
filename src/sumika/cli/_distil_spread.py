"""How a run is spread over processes or machines, as options say it."""

from typing import NamedTuple


class Spread(NamedTuple):
    """Over what.

    Attributes:
        workers: Processes at once.
        ray: Hand the parts to Ray.
        address: Of a running cluster; None starts one here.
    """

    workers: int
    ray: bool
    address: str | None
