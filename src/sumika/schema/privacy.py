"""What residents want nobody to see or keep: pauses of all sensing, guests in the house, and being forgotten."""

import msgspec

from sumika.clock import Instant
from sumika.schema._message import Message
from sumika.schema._origin import Origin
from sumika.schema.requests import Answered
from sumika.units import NANOSECONDS_PER_SECOND

PRIVACY_FILE = "privacy.json"
"""In the house's data folder."""

PERSONAL_TOPICS = frozenset(
    {
        "respiration",
        "heart_rate",
        "chest_motion",
        "person_vitals",
        "posture",
        "sleep",
        "suspected_fall",
        "slow_time",
        "claim",
        "activity",
        "exercise",
        "gesture",
        "pose",
        "sleep_stages",
        "sleep_night",
        "strain",
        "thermal_comfort",
        "day_measures",
        "well_being",
        "mood",
        "mood_table",
    }
)
"""Topics that say something of a body: what pauses and guests are kept from."""


class Privacy(Message, frozen=True, kw_only=True):
    """What may be sensed, shown and kept now; told at every change and every few seconds.

    Attributes:
        source: The node that keeps it.
        paused: No radar is read; nothing personal is shown, logged or kept.
        guests: Somebody is here who was not asked: nothing personal is shown, logged or kept.
        pause_left_s: So long the pause still lasts; None: there is none.
        guests_left_s: So long the guests stay, as far as somebody said so; None: there are none.
    """

    source: str
    paused: bool = False
    guests: bool = False
    pause_left_s: float | None = None
    guests_left_s: float | None = None

    @property
    def hides_bodies(self) -> bool:
        """Whether nothing personal may be shown, logged or kept now."""
        return self.paused or self.guests


class ForgetRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Make what history keeps of a resident's body unreadable for ever, and delete the half minutes before alarms.

    Attributes:
        resident: Name in `house.yaml`.
    """

    resident: str


class ForgetAnswer(Answered, frozen=True, kw_only=True):
    """Whether it was done.

    Attributes:
        keys: How many keys were destroyed.
        shared_with: Residents whose rooms' past went with it, because it lay under one key.
        half_minutes: How many half minutes before alarms were deleted: all, since nobody can tell who is in them.
        log_files: Files of the log, which hold everybody and are not encrypted; they are still there.
        log_bytes: Their size.
    """

    keys: int = 0
    shared_with: tuple[str, ...] = ()
    half_minutes: int = 0
    log_files: int = 0
    log_bytes: int = 0


class DeleteLogsRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Delete what the log holds of a time, whoever it is about.

    Attributes:
        from_unix_s: None: from the beginning.
        to_unix_s: None: until now.
    """

    from_unix_s: float | None = None
    to_unix_s: float | None = None


class DeleteLogsAnswer(Answered, frozen=True, kw_only=True):
    """What was deleted.

    Attributes:
        files: How many, of an hour at most each.
        size_bytes: Of them all.
        left: That could not be deleted.
    """

    files: int = 0
    size_bytes: int = 0
    left: int = 0


class PrivacyKept(msgspec.Struct, frozen=True, kw_only=True):
    """The same on the disk, where it outlives restarts.

    Attributes:
        paused_until_unix_s: Sensing rests until then; None: it does not.
        guests_until_unix_s: Guests stay until then; None: there are none.
    """

    paused_until_unix_s: float | None = None
    guests_until_unix_s: float | None = None

    def told(self, stamp: Instant, source: str) -> Privacy:
        """Return what holds at a moment.

        Args:
            stamp: The moment.
            source: Who tells it.
        """
        now_s = stamp.wall_ns / NANOSECONDS_PER_SECOND
        pause_s, guests_s = (
            None if until_s is None or until_s <= now_s else until_s - now_s
            for until_s in (self.paused_until_unix_s, self.guests_until_unix_s)
        )
        return Privacy(
            stamp=stamp,
            origin=Origin.LIVE,
            source=source,
            paused=pause_s is not None,
            guests=guests_s is not None,
            pause_left_s=pause_s,
            guests_left_s=guests_s,
        )
