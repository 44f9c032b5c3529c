"""What the distilled policy that ships costs beyond the planner, how small it is, and how fast it says what it says."""

from sumika.evaluate.control.policy import mean_regret, policy_regret, policy_us
from sumika.evaluate.control.policy_lessons import HELD_OUT_WEEKS
from sumika.evaluate.figure import Evidence, Figure
from sumika.plan.policy import load_policy

KNOWN_HOUSE_WEEKS = ("winter_tokyo", "summer_tokyo")
DAYS = 1.0
"""More take longer than all other figures together: a day of plans takes a minute and a half."""


def measure(full: bool) -> dict[str, Figure]:
    """Return the policy's time and size, and only when `full`, for it takes minutes, its regret."""
    policy = load_policy()
    found = {
        "policy_us": Figure(value=policy_us(policy), unit="µs", evidence=Evidence.MEASURED),
        "policy_kb": Figure(value=len(policy.packed()) / 1000.0, unit="kB", evidence=Evidence.MEASURED),
    }
    if full:
        regrets = policy_regret(policy, weeks=(*HELD_OUT_WEEKS, *KNOWN_HOUSE_WEEKS), days=DAYS)
        parts = {
            name: mean_regret([one for one in regrets if one.new_house is new])
            for name, new in (("new houses", True), ("known houses", False))
        }
        detail: dict[str, float | str] = {f"{one.week}, {one.seed}": round(one.share, 4) for one in regrets}
        found["policy_regret"] = Figure(
            value=max(parts.values()), unit="1", evidence=Evidence.SIMULATION, detail={**parts, **detail}
        )
    return found
