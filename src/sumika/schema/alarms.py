"""Alarms: what is suspected, how far it has come, who was told, and the questions that can be asked about them.

A fall is never said to be one: it is suspected, no more.
"""

from enum import StrEnum

import msgspec

from sumika.schema._message import Message
from sumika.schema.points import PointCloud
from sumika.schema.posture import Posture
from sumika.schema.requests import Answered
from sumika.schema.tracks import Tracks


class AlarmCause(StrEnum):
    """What an alarm is about."""

    SUSPECTED_FALL = "suspected_fall"
    NOT_BACK_IN_BED = "not_back_in_bed"
    LONG_IN_BATHROOM = "long_in_bathroom"
    NO_MOVEMENT = "no_movement"
    SMOKE_OR_CO = "smoke_or_co"
    RADAR_BLIND = "radar_blind"
    NODE_DEGRADED = "node_degraded"


class AlarmStage(StrEnum):
    """How far an alarm has come."""

    PROMPT = "prompt"  # light and sound at home; whoever is there can cancel
    CONTACTS = "contacts"  # contacts are told, one after the other
    UNANSWERED = "unanswered"  # all were told, as often as described, and nobody answered
    ACKNOWLEDGED = "acknowledged"  # somebody takes care of it
    CANCELLED = "cancelled"  # somebody said that all is well
    OVER = "over"  # it ended by itself: up again, back in bed, the radar sees again


CLOSED_STAGES = frozenset({AlarmStage.ACKNOWLEDGED, AlarmStage.CANCELLED, AlarmStage.OVER})
"""Stages in which nobody is told any more, but those who were told already: that it is over."""


class DeliveryState(StrEnum):
    """What became of telling one contact."""

    SENDING = "sending"  # handed over; no answer yet
    SENT = "sent"  # the service took it, and said so
    FAILED = "failed"  # it was refused or not reached, and is tried again
    GIVEN_UP = "given_up"  # so often that it is not tried any more
    UNKNOWN = "unknown"  # this computer stopped while it was on its way; it is sent once more, and says so
    PASSED_OVER = "passed_over"  # it is not this contact's hour, and nothing grave; they hear of it when it is
    WITHHELD = "withheld"  # simulated or recorded: it does not leave the house


class AlarmDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """That one contact was told, or not.

    Attributes:
        contact: The contact's id.
        how: home_assistant, mqtt, email or webhook.
        state: What became of it.
        at_unix_s: When it came to that.
        tries: How often it was handed over.
        round: The how-manieth time all contacts are told.
        problem: Why not, in one line; empty where it was.
        receipt: What the service answered when it took it.
        closing: Whether it says that the alarm is over.
    """

    contact: str
    how: str
    state: DeliveryState
    at_unix_s: float
    tries: int = 1
    round: int = 1
    problem: str = ""
    receipt: str = ""
    closing: bool = False


class AlarmState(Message, frozen=True, kw_only=True):
    """An alarm as it stands; told at every change, and again now and then while it is open.

    Attributes:
        id: Its name.
        cause: What it is about.
        subject: The room, radar or node it is about; empty: the whole house.
        room: The room, where there is one.
        stage: How far it has come.
        since_unix_s: When it was raised.
        test: Whether somebody asked for it to try the way.
        cancel_left_s: So long it can still be cancelled before anybody else is told; None: that time is over.
        deliveries: Who was told, and what became of it; the oldest first.
        acknowledged_by: Who acknowledged or cancelled it.
        closed_unix_s: When it was closed; None: it is open.
        words: What people read, in English.
        words_ja: The same in Japanese.
        detail: What a person needs beyond that, in one line.
        has_before: Whether the half minute before it was kept.
    """

    id: str
    cause: AlarmCause
    subject: str = ""
    room: str = ""
    stage: AlarmStage
    since_unix_s: float
    test: bool = False
    cancel_left_s: float | None = None
    deliveries: tuple[AlarmDelivery, ...] = ()
    acknowledged_by: str = ""
    closed_unix_s: float | None = None
    words: str = ""
    words_ja: str = ""
    detail: str = ""
    has_before: bool = False

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to look after it."""
        return self.stage not in CLOSED_STAGES


class AlarmsRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ask which alarms there are.

    Attributes:
        closed: Whether those are wanted too that are closed.
    """

    closed: bool = False


class AlarmsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The alarms, the newest first.

    Attributes:
        alarms: Open ones, and closed ones where these are wanted.
        watched: Which causes are watched, as the house is described.
        resting: Whether nothing of people is watched now, because residents paused sensing or have guests.
        contacts: (id, name, how) of everybody who would be told, in order.
        dead_man: What became of the newest sign of life outward, in one line; empty: there is none.
        language: The house's; empty: as the reader's terminal has it.
    """

    alarms: tuple[AlarmState, ...] = ()
    watched: tuple[str, ...] = ()
    resting: bool = False
    contacts: tuple[tuple[str, str, str], ...] = ()
    dead_man: str = ""
    language: str = ""


class AcknowledgeAlarmRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Say that one takes care of an alarm: nobody else is told any more.

    Attributes:
        alarm: Its id.
        by: Who says so; empty where that is nobody's business.
    """

    alarm: str
    by: str = ""


class CancelAlarmRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Say that all is well: nobody is told any more.

    Attributes:
        alarm: Its id.
        by: Who says so; empty where that is nobody's business.
    """

    alarm: str
    by: str = ""


class AlarmAnswer(Answered, frozen=True, kw_only=True):
    """Whether it was taken, and kept past a power cut.

    Attributes:
        alarm: The alarm as it stands now; None where there is none of that id.
    """

    alarm: AlarmState | None = None


class TryAlarmRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ask for an alarm that is none: it goes all the way, and says everywhere that it is a test.

    Attributes:
        cause: As which it goes.
        room: As of which room; empty: of none.
        by: Who asks; empty where that is nobody's business.
    """

    cause: str = "suspected_fall"
    room: str = ""
    by: str = ""


class AlarmBeforeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Ask for the half minute before an alarm.

    Attributes:
        alarm: Its id.
    """

    alarm: str


class AlarmBeforeAnswer(Answered, frozen=True, kw_only=True):
    """The half minute before an alarm: who was where, and how they held themselves.

    Attributes:
        alarm: Its id.
        from_unix_s: When it begins; the log holds points and everything else of that time.
        to_unix_s: When it ends.
        tracks: People on their tracks, a few times a second, the oldest first.
        postures: How they held themselves, the oldest first.
        points: The strongest points of what the room's radars saw, a few times a second, the oldest first.
    """

    alarm: str = ""
    from_unix_s: float = 0.0
    to_unix_s: float = 0.0
    tracks: tuple[Tracks, ...] = ()
    postures: tuple[Posture, ...] = ()
    points: tuple[PointCloud, ...] = ()
