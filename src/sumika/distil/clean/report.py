"""What cleaning took away, and when that is too much."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from sumika.schema import SumikaError

LISTED = 10
EXACT, NEAR, CONTAMINATED, SAME_GROUP = (
    "exact duplicate",
    "near duplicate",
    "contaminated",
    "group of an evaluation set",
)


class Removal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One example that was taken away.

    Attributes:
        row: Its row in the pool, from 0.
        reason: "exact duplicate", "near duplicate", "contaminated" or "group of an evaluation set".
        hit: What it was compared with: "row 17" of the pool, or an evaluation set and its row.
        evidence: The shared words, the likeness or the distance.
        source: Where the example came from.
    """

    row: int
    reason: str
    hit: str
    evidence: str
    source: str = ""

    def __str__(self) -> str:
        """Return everything in one line."""
        place = f"row {self.row}" + (f" ({self.source})" if self.source else "")
        return f"{place}: {self.reason} of {self.hit}: {self.evidence}"


class CleanReport(msgspec.Struct, frozen=True, kw_only=True):
    """What cleaning found.

    Attributes:
        rows: Examples before.
        kept: Examples after.
        removed: Reason -> how many were taken away.
        per_evaluation: Evaluation set -> how many examples of the pool hit it.
        other_answers: Duplicates whose answer differs from that of the example that stays: one of both is wrong.
        first: The first ten removals of each reason.
    """

    rows: int
    kept: int
    removed: dict[str, int]
    per_evaluation: dict[str, int]
    other_answers: int
    first: tuple[Removal, ...]

    def share(self, *reasons: str) -> float:
        """Return which share of the pool was taken away for these reasons."""
        return sum(self.removed.get(reason, 0) for reason in reasons) / max(1, self.rows)


class CleanRefusedError(SumikaError):
    """More was soiled than the recipe allows.

    Attributes:
        report: What was found.
    """

    def __init__(self, problem: str, *, report: CleanReport, remedy: str) -> None:
        super().__init__(problem, where="pool", remedy=remedy)
        self.report = report


def reported(rows: int, removals: Sequence[Removal], evaluations: Sequence[str], other_answers: int) -> CleanReport:
    """Return the report of these removals."""
    counts = Counter(removal.reason for removal in removals)
    hits = Counter(
        removal.hit.rpartition(" row ")[0] for removal in removals if removal.reason in (CONTAMINATED, SAME_GROUP)
    )
    listed: list[Removal] = []
    for reason in sorted(counts):
        listed.extend([removal for removal in removals if removal.reason == reason][:LISTED])
    return CleanReport(
        rows=rows,
        kept=rows - len(removals),
        removed=dict(counts),
        per_evaluation={name: hits[name] for name in evaluations},
        other_answers=other_answers,
        first=tuple(listed),
    )


def refuse_if_soiled(report: CleanReport, most_contaminated_share: float, most_duplicate_share: float) -> None:
    """Refuse a pool of which too much was taken away.

    Raises:
        CleanRefusedError: with the first removals, and the setting that would allow it.
    """
    limits = (
        ((CONTAMINATED, SAME_GROUP), most_contaminated_share, "most_contaminated_share", "stand in an evaluation set"),
        ((EXACT, NEAR), most_duplicate_share, "most_duplicate_share", "are duplicates"),
    )
    for reasons, most, setting, what in limits:
        share = report.share(*reasons)
        if share > most:
            listed = "".join(f"\n  {removal}" for removal in report.first if removal.reason in reasons)
            raise CleanRefusedError(
                f"{share:.1%} of {report.rows} examples {what}, more than the {most:.1%} that are allowed:{listed}\n",
                report=report,
                remedy=f"If they may be dropped, say `{setting}: {min(1.0, int(share * 1000 + 1) / 1000)}`.",
            )
    if not report.kept:
        raise CleanRefusedError(
            "nothing is left", report=report, remedy="Bring a pool with at least one clean example."
        )
