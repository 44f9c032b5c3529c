"""Bland-Altman plots, and both rates over time."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sumika.evaluate.plots import Lines, Panel, Series, draw
from sumika.evaluate.vitals_against_reference.agreement import RateScore
from sumika.evaluate.vitals_against_reference.scored_log import Compared, VitalsScore


def draw_scores(score: VitalsScore, compared: Sequence[Compared], folder: Path, banner: str) -> list[Path]:
    """Draw a PNG per person or room and quantity.

    Args:
        score: The numbers.
        compared: What they rest on, in the same order as `score.rates`.
        folder: Made if it is not there.
        banner: What must stand above what is not live.

    Raises:
        SumikaError: if matplotlib is not installed, or a file cannot be written.
    """
    files = []
    for rate, one in zip(score.rates, compared, strict=True):
        if rate.compared == 0:
            continue
        name = "".join(sign if sign.isalnum() else "-" for sign in rate.who)
        path = folder / f"{rate.quantity}-{name}.png"
        title = f"{rate.who}: {rate.quantity}, against {rate.reference}"
        files.append(draw([bland_altman(rate, one), over_time(one)], path, title=title, banner=banner))
    return files


def bland_altman(rate: RateScore, one: Compared) -> Panel:
    """Return differences over means, with bias and limits of agreement.

    Args:
        rate: Its score.
        one: At least one pair.
    """
    pairs = one.pairs
    given = np.isfinite(pairs.estimate_bpm)
    mean = (pairs.estimate_bpm + pairs.reference_bpm)[given] / 2
    difference = (pairs.estimate_bpm - pairs.reference_bpm)[given]
    across = np.array([mean.min(), mean.max()]) + np.array([-0.5, 0.5])
    levels = (("bias", rate.bias), ("limit of agreement", rate.limit_low), ("limit of agreement", rate.limit_high))
    return Lines(
        title="Bland-Altman",
        x_label="mean of both, /min",
        y_label="radar - reference, /min",
        series=(
            Series(name="seconds", x=mean, y=difference, marks=True),
            *(
                Series(name=f"{name} {level.value:+.2f}", x=across, y=np.full(2, level.value))
                for name, level in levels
                if level is not None
            ),
        ),
    )


def over_time(one: Compared) -> Panel:
    """Return both rates over time.

    Args:
        one: At least one pair.
    """
    since_s = one.pairs.time_s - one.pairs.time_s[0]
    return Lines(
        title="over time",
        x_label="time, s",
        y_label="rate, /min",
        series=(
            Series(name=one.reference.source, x=since_s, y=one.pairs.reference_bpm),
            Series(name="radar", x=since_s, y=one.pairs.estimate_bpm, marks=True),
        ),
    )
