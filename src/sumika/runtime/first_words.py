"""What the planner has never heard of yet: the first word of it is worth a new plan at once.

Sensors, and whoever foretells the weather, may begin to speak later than the planner begins to plan: the next plan may
be a quarter of an hour away, and the first one supposes a mild day and a room of usual warmth.
"""

from sumika.schema import AirSample, Message, WeatherForecast, WeatherSample

PLANS_REST_ON = (AirSample, WeatherSample, WeatherForecast)


class FirstWords:
    """Notices what was not there yet when the plan in force was made."""

    def __init__(self) -> None:
        """Begin with nothing heard, and nothing planned."""
        self._unheard: set[type[Message]] = set(PLANS_REST_ON)
        self._planned_without: frozenset[type[Message]] = frozenset()

    def hear(self, message: Message) -> bool:
        """Take a message; return whether the plan in force was made without any of its kind."""
        kind = type(message)
        self._unheard.discard(kind)
        missed = kind in self._planned_without
        self._planned_without -= {kind}
        return missed

    @property
    def no_air_yet(self) -> bool:
        """Whether no sensor of air has said a word, without which there is no plan."""
        return AirSample in self._unheard

    def planned(self) -> None:
        """Note that a plan was made of what has been heard by now."""
        self._planned_without = frozenset(self._unheard)
