"""The distilled planner on the command line: it is taught, judged against the planner, and written as C."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from sumika.evaluate.control.policy import (
    SHOWN_WEEKS,
    Regret,
    judged,
    mean_regret,
    policy_regret,
    policy_us,
)
from sumika.evaluate.control.weeks import SCORED_SEEDS, WARM_UP_DAYS
from sumika.plan.policy import Policy, load_policy
from sumika.plan.policy_c import policy_c
from sumika.schema import Origin, UsageError
from sumika.text import banner, language_of

_JUDGED_DAYS = 2.0


def _progress(line: str) -> None:
    click.echo(line, err=True)


def teach(file: Path, lessons: Path | None, rounds: int) -> None:
    """Teach a policy, keep it, judge it, and keep what came of that on its card.

    Args:
        file: Where.
        lessons: Folder in which lessons are kept, and looked for; None: beside the file.
        rounds: How often the policy drives while the planner says what it would have done.

    Raises:
        UsageError: if it could not be written there.
        SumikaError: if it cannot be taught.
    """
    # Whoever only judges needs no torch.
    from sumika.evaluate.control.policy_teaching import teach_policy

    if not file.parent.is_dir():
        raise UsageError(f"there is no folder {file.parent}", where="--teach", remedy="Make it, or name another")
    policy = teach_policy(lessons or file.with_suffix(".lessons"), rounds=rounds, say=_progress)
    policy.keep(file)
    policy = judged(policy, policy_regret(policy, days=_JUDGED_DAYS, say=_progress))
    policy.keep(file)
    click.echo(f"{file}: {len(policy.packed())} bytes, {policy.card.lessons} plans, {len(policy.skills)} skills")


def write_c(policy: Policy, file: Path) -> None:
    """Write a policy as C.

    Args:
        policy: Which.
        file: Where.
    """
    file.write_text(policy_c(policy), encoding="utf-8")
    click.echo(str(file))


def judge(file: Path | None, weeks: Sequence[str], seeds: int, days: float, *, as_json: bool) -> None:
    """Let the policy and the planner live the same weeks, and say what the policy costs more.

    Args:
        file: Of the policy; None: the one that ships.
        weeks: Names; none: the held-out ones.
        seeds: How many.
        days: How many are scored.
        as_json: One JSON object and nothing else.

    Raises:
        UsageError: if there is no such week, or nothing would be lived through.
        SumikaError: if the policy cannot be read.
    """
    if not 1 <= seeds <= len(SCORED_SEEDS) or not days > 0.0:
        raise UsageError("nothing would be lived through", where="--seeds, --days", remedy="Take at least one of each")
    policy = load_policy(file)
    found = policy_regret(
        policy,
        weeks=tuple(weeks) or SHOWN_WEEKS,
        seeds=SCORED_SEEDS[:seeds],
        days=days,
        warm_up_days=WARM_UP_DAYS,
        say=_progress,
    )
    if as_json:
        sys.stdout.write(msgspec.json.encode(_told(policy, found)).decode() + "\n")
        return
    click.echo(banner(Origin.SIMULATED, language_of(os.environ)))
    for one in found:
        house = "new house" if one.new_house else "known house"
        click.echo(
            f"{one.week:16} {one.seed:3} {house:11} planner {one.planner.total:8.0f} "
            f"policy {one.policy.total:8.0f} {one.share:+7.1%}"
        )
    kept = "kept" if judged(policy, found).card.is_kept else "not kept: the rules stand in for a late plan"
    click.echo(f"regret {mean_regret(found):+.1%}, {policy_us(policy):.0f} us, {len(policy.packed())} bytes: {kept}")


def _told(policy: Policy, found: Sequence[Regret]) -> dict[str, object]:
    return {
        "simulated": True,
        "regret": mean_regret(found),
        "kept": judged(policy, found).card.is_kept,
        "us": policy_us(policy),
        "bytes": len(policy.packed()),
        "card": policy.card,
        "runs": [
            {
                "week": one.week,
                "seed": one.seed,
                "new_house": one.new_house,
                "planner": one.planner.total,
                "policy": one.policy.total,
                "regret": one.share,
            }
            for one in found
        ],
    }
