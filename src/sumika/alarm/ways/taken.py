"""How a way says that a letter was not taken."""


class NotTakenError(Exception):
    """A letter was not taken.

    Attributes:
        problem: Why, in one line, without secrets.
        for_good: Whether it is of no use to try again.
    """

    def __init__(self, problem: str, *, for_good: bool = False) -> None:
        """Say why."""
        super().__init__(problem)
        self.problem = " ".join(problem.split())[:300]
        self.for_good = for_good
