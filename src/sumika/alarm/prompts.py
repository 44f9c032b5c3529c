"""When something is said aloud at home, and which lamps are switched on."""

from collections.abc import Iterable

import msgspec

from sumika.alarm.kept import TECHNICAL, KeptAlarm
from sumika.alarm.moments import elapsed_s
from sumika.clock import Instant
from sumika.schema import AlarmStage
from sumika.schema.alarm_settings import Prompt, Speaker

PROMPTS_FOR_S = 120.0
"""It is said for so long from the beginning, also while others are being told already."""


class Prompted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done at home now.

    Attributes:
        alarm: About which.
        speakers: That say it; each with its place in the description.
        lamps: That are switched on.
    """

    alarm: KeptAlarm
    speakers: tuple[tuple[int, Speaker], ...] = ()
    lamps: tuple[str, ...] = ()


class Prompts:
    """Remembers when what was said last."""

    def __init__(self, settings: Prompt | None) -> None:
        """Know what there is at home; nothing where nothing is described."""
        self._settings = settings or Prompt()
        self._said: dict[str, Instant] = {}

    def turn(self, alarms: Iterable[KeptAlarm], now: Instant) -> tuple[Prompted, ...]:
        """Return what is to be done now.

        Args:
            alarms: All of them.
            now: The present moment.
        """
        return tuple(self._prompt(alarm, now) for alarm in alarms if self._is_due(alarm, now))

    def _is_due(self, alarm: KeptAlarm, now: Instant) -> bool:
        if alarm.cause in TECHNICAL or alarm.stage not in (AlarmStage.PROMPT, AlarmStage.CONTACTS):
            self._said.pop(alarm.id, None)
            return False
        if alarm.stage is AlarmStage.CONTACTS and elapsed_s(alarm.raised, now) >= PROMPTS_FOR_S:
            return False
        said = self._said.get(alarm.id)
        return said is None or elapsed_s(said, now) >= self._settings.again_s

    def _prompt(self, alarm: KeptAlarm, now: Instant) -> Prompted:
        first = alarm.id not in self._said
        self._said[alarm.id] = now
        here = [
            (place, speaker)
            for place, speaker in enumerate(self._settings.speakers)
            if not speaker.room or not alarm.room or speaker.room == alarm.room
        ]
        return Prompted(
            alarm=alarm,
            # A speaker is no part of a house that is played: nobody is to be woken by a simulation.
            speakers=() if alarm.stays_home else tuple(here),
            lamps=self._settings.lamps if first else (),
        )
