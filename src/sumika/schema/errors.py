"""Errors that a person is meant to read: what is wrong, where, and what to do. Never a traceback."""


class SumikaError(Exception):
    """Something failed in a way that a person can understand and mend.

    Attributes:
        problem: What is wrong, with what was found and what would have been right.
        where: File and line, port, folder, node ...; empty where there is no such place.
        remedy: What to do about it.
        exit_code: What the process ends with: 1 for a failure.
    """

    exit_code = 1

    def __init__(self, problem: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(problem, where, remedy)
        self.problem = problem
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        """Return everything in one line."""
        line = f"{self.where}: {self.problem}" if self.where else self.problem
        return f"{line.rstrip('.')}. {self.remedy}" if self.remedy else line


class UsageError(SumikaError):
    """The command or the description of the house asks for something that cannot be; exit code 2."""

    exit_code = 2
