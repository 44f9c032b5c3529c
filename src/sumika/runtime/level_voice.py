"""The gate's word on the level of control, for when no planner is left to say it: nobody controls, and who does again.

A planner says its own level as long as it lives. That nobody controls only the gate can know.
"""

from sumika.clock import Instant
from sumika.safety import Gate
from sumika.schema import Asker, ControlLevel, Origin, PlanReport
from sumika.text import say

NOBODY = "nobody_controls"
"""Condition of the gate under which devices are in their fail-safe."""

_LEVELS = {Asker.POLICY: ControlLevel.POLICY, Asker.RULES: ControlLevel.RULES}
"""A plan says its own level."""


class LevelVoice:
    """Says once that nobody controls, and once who does again."""

    def __init__(self, node: str, origin: Origin) -> None:
        """Begin while somebody may control.

        Args:
            node: Who says it.
            origin: Of what it says.
        """
        self._node, self._origin = node, origin
        self._nobody = False

    def report(self, gate: Gate, nobody: bool, now: Instant, local_time: str) -> PlanReport | None:
        """Return what is new of the level; None where nothing is.

        Args:
            gate: Who decides who is obeyed.
            nobody: Whether the gate has set devices to their fail-safe because nobody controls.
            now: The present.
            local_time: The same on the house's own clock, as ISO 8601.
        """
        if nobody is self._nobody:
            return None
        self._nobody = nobody
        in_force = gate.in_force(now.monotonic_ns)
        level = ControlLevel.FAIL_SAFE if nobody else _LEVELS.get(in_force) if in_force is not None else None
        if level is None:
            return None
        return PlanReport(
            stamp=now,
            origin=self._origin,
            planner=self._node,
            mode=gate.mode,
            local_time=local_time,
            follows=level,
            note=say(f"level.{level}", "en"),
            note_ja=say(f"level.{level}", "ja"),
            level=level,
        )
