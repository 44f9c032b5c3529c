"""What the tracker wants to know of a point that modules leave untold which tell one ready-made target a person."""

import math

_AT_1_M_DB = 50.0
_NEAREST_M = 0.1


def loudness_untold_db(range_m: float) -> float:
    """Return a signal-to-noise ratio, in dB, for a target of whose loudness its module says nothing.

    It falls with the square of the distance, by half as many dB as the radar equation's fourth power has it. Were all
    targets equally strong, who stands near would be far too faint for that distance beside somebody far away, and be
    dropped. Were all of them equally loud for their distance, whoever is farther away than another would be as weak as
    that one's image in a wall. Halfway, from 0.5 to 6 m, targets differ less than people do in either respect.

    A body begins with a single point only where that is strong, as one is that a module has found and followed itself:
    at 12 m, twice as far as any of them promises, this is 28 dB.

    Args:
        range_m: How far away it is.
    """
    return _AT_1_M_DB - 20.0 * math.log10(max(range_m, _NEAREST_M))
