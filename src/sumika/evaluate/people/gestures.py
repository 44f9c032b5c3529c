"""What the student of gestures tells of people whom it has not met; a part of its own, since it trains longest."""

import sys

from sumika.evaluate.figure import Figure
from sumika.evaluate.people.points_figures import shares_right
from sumika.schema import SumikaError

NAME = "gesture-tiny"


def measure(full: bool) -> dict[str, Figure]:
    """Return the share of gestures of unseen people that is right; nothing, said on stderr, without its recordings.

    Args:
        full: The recipe is run to its end, or what was run before is taken up; without it nothing is measured.
    """
    if not full:
        return {}
    try:
        return {"gesture_acc": shares_right(NAME, forest=False)}
    except SumikaError as problem:
        sys.stderr.write(f"people.gestures: left out: {problem}\n")
        return {}
