"""How far perception without samples is from perception through them, on houses that it was not fitted to.

The same truth is told twice: by the whole chain behind the converter's samples of all radars, and by the error model.
What is compared are shares that a user would notice. `python -m sumika.evaluate.world.perception_level --write` counts
the model anew, on other seeds than those compared here.
"""

import sys
from collections.abc import Sequence

import msgspec

from sumika.evaluate.figure import Evidence, Figure
from sumika.evaluate.world.perception_count import fit, shares_of
from sumika.evaluate.world.perception_runs import Run, house_at, run_of, told_by_model
from sumika.world.perception_level import FILE, ErrorModel, fitted_model

FITTED = (
    (1, "2026-01-20T06:44", 5.0),
    (1, "2026-01-20T18:40", 6.0),
    (2, "2026-01-20T20:07", 5.0),
    (2, "2026-01-21T02:00", 3.0),
    (3, "2026-01-20T21:30", 5.0),
    (3, "2026-01-20T23:02", 5.0),
)
HELD_OUT = (
    (11, "2026-01-20T06:50", 3.0),
    (11, "2026-01-20T18:50", 3.0),
    (12, "2026-01-20T21:20", 3.0),
    (12, "2026-01-20T23:10", 3.0),
    (13, "2026-01-21T03:00", 2.0),
)
"""Seed, start and minutes: lively hours of winter days, and nights."""

MODEL_SEEDS = range(20)


def measure(full: bool) -> dict[str, Figure]:
    """Return the largest difference of a share between the error model and the chain; nothing unless `full`."""
    if not full:
        return {}
    return {"perception_level_gap": gap(runs(HELD_OUT), fitted_model())}


def runs(planned: Sequence[tuple[int, str, float]]) -> list[Run]:
    """Return runs through the samples.

    Args:
        planned: Seed, start and minutes of each.
    """
    return [run_of(house_at(seed, start), minutes) for seed, start, minutes in planned]


def gap(held_out: Sequence[Run], model: ErrorModel, seeds: Sequence[int] = MODEL_SEEDS) -> Figure:
    """Return how far a model's shares are from those of runs through the samples.

    Args:
        held_out: Of seeds that the model was not fitted to.
        model: It tells the same truths, with several seeds of its own.
        seeds: Those.
    """
    chain = shares_of(held_out)
    houses = [house_at(run.seed, run.start) for run in held_out]
    told = [
        told_by_model(run, house, model, seed) for seed in seeds for run, house in zip(held_out, houses, strict=True)
    ]
    by_model = shares_of(told)
    shares = [name for name in chain if not name.endswith("_m")]
    detail: dict[str, float | str] = {}
    for name in chain:
        detail |= {f"{name}_chain": round(chain[name], 4), f"{name}_model": round(by_model[name], 4)}
    minutes = sum(len(run.seconds) for run in held_out) / 60.0
    return Figure(
        value=round(max(abs(chain[name] - by_model[name]) for name in shares), 4),
        unit="share",
        evidence=Evidence.SIMULATION,
        detail=detail | {"minutes": round(minutes, 1), "fitted_minutes": _fitted_minutes(model)},
    )


def write() -> ErrorModel:
    """Count the model anew and keep it beside the code that uses it."""
    model = fit(runs(FITTED))
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode(model), indent=2) + b"\n")
    return model


def _fitted_minutes(model: ErrorModel) -> float:
    return model.fitted_on.minutes if model.fitted_on is not None else 0.0


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python -m sumika.evaluate.world.perception_level --write")
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(write()), indent=2).decode() + "\n")
