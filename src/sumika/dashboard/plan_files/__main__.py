"""Reads one `PlanFile` from standard input and writes what it holds, or why it cannot be read, to standard output."""

import resource
import sys

import msgspec

from sumika.dashboard.plan_files.read import PlanFile, read_plan
from sumika.dashboard.problem import RefusedError

MOST_MEMORY_BYTES = 2_000_000_000
"""Address space, of which the libraries take a half before they have done anything."""


def main() -> int:
    """Read and answer."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    try:
        answer: msgspec.Struct = read_plan(msgspec.json.decode(sys.stdin.buffer.read(), type=PlanFile))
        status = 0
    except RefusedError as error:
        answer, status = error.trouble, 1
    sys.stdout.buffer.write(msgspec.json.encode(answer))
    return status


if __name__ == "__main__":
    sys.exit(main())
