"""Who is in charge: the plan while it holds, then the distilled policy, then the rules, then nobody."""

from sumika.schema import Asker, Heartbeat
from sumika.units import seconds_to_ns

FRESH_NS = seconds_to_ns(10.0)
"""Controllers beat once a second; one that missed ten beats is late or dead."""

PLAN_HOLDS_NS = seconds_to_ns(15 * 60.0)
"""No plan holds longer than this after the beat that promised it."""

SILENT_NS = seconds_to_ns(60.0)
"""So long after the last controller fell silent devices are set to their fail-safe."""

IN_ORDER = (Asker.PLAN, Asker.POLICY, Asker.RULES)
"""The controllers, the one who is obeyed first named first."""

_CONTROLLERS = {asker.value: asker for asker in IN_ORDER}


class Controllers:
    """What is heard of the controllers."""

    def __init__(self, now_ns: int) -> None:
        """Begin having heard of nobody; silence counts from now on."""
        self._beat_ns: dict[Asker, int] = {}
        self._holds_until_ns = now_ns
        self._began_ns = now_ns

    def hear(self, beat: Heartbeat, now_ns: int) -> None:
        """Take a controller's beat; those of others are none."""
        asker = _CONTROLLERS.get(beat.asker)
        if asker is None:
            return
        self._beat_ns[asker] = now_ns
        if asker is Asker.PLAN:
            self._holds_until_ns = min(beat.holds_until_ns, now_ns + PLAN_HOLDS_NS)

    def lives(self, asker: Asker, now_ns: int) -> bool:
        """Return whether a controller has beaten lately."""
        beat_ns = self._beat_ns.get(asker)
        return beat_ns is not None and now_ns < beat_ns + FRESH_NS

    def in_force(self, now_ns: int) -> Asker | None:
        """Return the controller that is obeyed now; None where all are silent.

        A plan holds until it expires, whether its planner lives or not; the others as long as they beat.
        """
        if now_ns < self._holds_until_ns:
            return Asker.PLAN
        for asker in IN_ORDER[1:]:
            if self.lives(asker, now_ns):
                return asker
        return None

    def silent(self, now_ns: int) -> bool:
        """Return whether nobody has been in force for so long that devices are set to their fail-safe."""
        if self.in_force(now_ns) is not None:
            return False
        ends = [self._beat_ns[asker] + FRESH_NS for asker in IN_ORDER[1:] if asker in self._beat_ns]
        return now_ns - max(self._began_ns, self._holds_until_ns, *ends) >= SILENT_NS
