"""Who competes: the simple controllers, tuned for each week, and whoever is entered besides."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sumika.evaluate.control.arena import Arena, Controller
from sumika.evaluate.control.baselines import FAMILIES, tuned_settings
from sumika.evaluate.control.baselines.families import Family
from sumika.evaluate.control.presence import PresenceSource
from sumika.evaluate.control.weeks import Week
from sumika.schema import UsageError

Makes = Callable[[Arena, Week], Controller]
"""Makes a controller for a week in an arena. Only one that is meant to know the truth may look into the world there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A controller that competes.

    Attributes:
        name: For people; at most eleven letters fit a column.
        make: Makes it.
        simple: Whether it is one of those that a planner has to beat.
        presence: What it is told of where people are.
        perfect_forecast: Whether its forecasts come true.
    """

    name: str
    make: Makes
    simple: bool = False
    presence: PresenceSource = PresenceSource.TRUTH
    perfect_forecast: bool = False


def _simple(family: Family) -> Contender:
    def make(arena: Arena, week: Week) -> Controller:
        return family.make(arena.house, tuned_settings(week.name, family.name))

    return Contender(name=family.name, make=make, simple=True)


CONTENDERS: dict[str, Contender] = {name: _simple(family) for name, family in FAMILIES.items()}
"""By name. Whoever brings a controller of their own enters it here: `enter(Contender(...))`."""


def enter(contender: Contender) -> None:
    """Enter a contender.

    Raises:
        UsageError: if there is one of that name.
    """
    if contender.name in CONTENDERS:
        raise UsageError(
            f"there is a controller {contender.name!r} already", where="contenders", remedy="Give it another name"
        )
    CONTENDERS[contender.name] = contender


def contenders_of(names: tuple[str, ...], among: Mapping[str, Contender] | None = None) -> tuple[Contender, ...]:
    """Return contenders by their names; all of them where none is named.

    Raises:
        UsageError: if there is none of that name.
    """
    known = CONTENDERS if among is None else among
    for name in names:
        if name not in known:
            raise UsageError(
                f"there is no controller {name!r}", where="--controller", remedy=f"There are: {', '.join(known)}"
            )
    return tuple(known[name] for name in names or known)
