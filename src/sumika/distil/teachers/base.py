"""What every teacher of language has in common, and what is told about a round of asking."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from sumika.distil.records import Example, Trace
from sumika.distil.teachers.journal import Journal
from sumika.schema import SumikaError

Progress = Callable[[int, int], None]
LISTED = 20  # examples named per fault; the count tells the rest


def unwatched(done: int, total: int) -> None:
    """Show nothing."""


class TeacherError(SumikaError):
    """A teacher cannot go on; what it has answered so far stands in the journal."""


class Teacher(Protocol):
    """Whoever answers examples."""

    @property
    def name(self) -> str:
        """For people and for the lineage."""
        ...

    @property
    def version(self) -> str:
        """What exactly answers, as far as it is known before it was asked."""
        ...

    @property
    def terms(self) -> str:
        """Identifier of the terms under which its answers may be used (`teachers.terms`)."""
        ...

    @property
    def report(self) -> "TeachReport":
        """On the last call of `answer`."""
        ...

    def answer(self, examples: Sequence[Example], journal: Journal, progress: Progress = unwatched) -> list[Trace]:
        """Return the traces of the examples, in their order; one that cannot be answered has none.

        Args:
            examples: What is asked.
            journal: What stands in it is not asked again; every new answer is in it before it is used.
            progress: Called with (answers there are, answers wanted).

        Raises:
            TeacherError: if the teacher cannot go on, or left out what it may answer another time. The journal keeps
                what was answered.
        """
        ...


class Faults:
    """Counts what went wrong, by kind, and names the first examples of each.

    Attributes:
        counts: By kind.
        examples: Identifiers of the first of each kind.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.examples: dict[str, list[str]] = {}

    def add(self, kind: str, example_id: str) -> None:
        """Count one."""
        self.counts[kind] += 1
        named = self.examples.setdefault(kind, [])
        if len(named) < LISTED and example_id not in named:
            named.append(example_id)


class TeachReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of a round of asking.

    Attributes:
        teacher: Its name.
        version: What answered.
        wanted: Answers wanted.
        answered: Answers there are now, earlier ones among them.
        reused: Of them, how many stood in the journal before.
        requests: Requests sent now, repeated ones counted.
        faults: How often each went wrong: "rambles" (cut off at the limit of tokens), "empty", "filtered", "no
            reasoning", "hidden reasoning", "broken JSON", "cut", "time-out", "rate limit", "server error" ...
        examples: Identifiers of the first examples of each fault.
        dropped_reasoning: The first answer showed its reasoning, but fewer than half of all do.
        paid_usd: At the stated prices, for the answers that were asked now.
        perhaps_usd: At most this may have been billed besides, for requests that broke off, earlier ones among them.
        lost_in_flight: Requests of earlier runs that were killed before their answer was written; perhaps billed.
    """

    teacher: str
    version: str = ""
    wanted: int = 0
    answered: int = 0
    reused: int = 0
    requests: int = 0
    faults: dict[str, int] = {}
    examples: dict[str, tuple[str, ...]] = {}
    dropped_reasoning: bool = False
    paid_usd: float = 0.0
    perhaps_usd: float = 0.0
    lost_in_flight: int = 0

    def lines(self) -> list[str]:
        """Return it in words, one finding a line."""
        told = [f"{self.answered} of {self.wanted} answers ({self.reused} kept from before) by {self.version or '?'}"]
        for kind, count in sorted(self.faults.items(), key=lambda item: -item[1]):
            named = ", ".join(self.examples.get(kind, ())[:3])
            told.append(f"{kind}: {count} ({named}{', ...' if count > 3 else ''})")
        if self.dropped_reasoning:
            told.append("the teacher dropped its reasoning: fewer than half of the answers show any")
        if self.lost_in_flight:
            told.append(f"{self.lost_in_flight} requests were killed in flight; the provider may have billed them")
        if self.paid_usd or self.perhaps_usd:
            told.append(f"paid ${self.paid_usd:.4f}, perhaps up to ${self.perhaps_usd:.4f} more for what broke off")
        return told


def today() -> str:
    """Return the day, ISO 8601, UTC."""
    return f"{datetime.now(UTC):%Y-%m-%d}"


def finish_of(finish: str, answer: str) -> str:
    """Return how a trace ended: an answer of nothing is no proper end."""
    return "empty" if finish == "stop" and not answer.strip() else finish


def report_of(
    teacher: str, version: str, wanted: int, traces: Sequence[Trace], faults: Faults, journal: Journal, **counts: int
) -> TeachReport:
    """Return the report on some traces.

    Args:
        teacher: Its name.
        version: What answered.
        wanted: Answers wanted.
        traces: Those there are, in the order of the examples.
        faults: What went wrong while asking; what the traces show is counted here.
        journal: Where they stand.
        counts: `reused` and `requests`.
    """
    for trace in traces:
        for kind, found in (
            ("rambles", trace.finish in {"length", "context"}),
            ("empty", trace.finish == "empty"),
            ("filtered", trace.finish == "filtered"),
            ("no reasoning", not trace.reasoning and not trace.usage.reasoning_tokens),
            ("hidden reasoning", not trace.reasoning and trace.usage.reasoning_tokens > 0),
        ):
            if found:
                faults.add(kind, trace.example_id)
    shown = sum(bool(trace.reasoning) for trace in traces)
    return TeachReport(
        teacher=teacher,
        version=version,
        wanted=wanted,
        answered=len(traces),
        faults=dict(faults.counts),
        examples={kind: tuple(named) for kind, named in faults.examples.items()},
        dropped_reasoning=journal.first_reasoned and shown * 2 < len(traces),
        paid_usd=journal.paid_usd - journal.paid_before_usd,
        perhaps_usd=journal.perhaps_usd,
        lost_in_flight=journal.lost_in_flight,
        **counts,
    )
