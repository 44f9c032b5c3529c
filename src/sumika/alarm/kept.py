"""An alarm as it is kept: all that must outlive a restart, and nothing that can be worked out of it."""

import msgspec

from sumika.clock import Instant
from sumika.schema import CLOSED_STAGES, AlarmCause, AlarmStage, DeliveryState, Origin

TECHNICAL = frozenset({AlarmCause.RADAR_BLIND, AlarmCause.NODE_DEGRADED})
"""Causes of the house's own; contacts have hours for them, they are told once, and nothing prompts at home."""


class KeptDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """That one contact is told, or was.

    Attributes:
        contact: The contact's id.
        how: By which kind of way.
        state: What became of it.
        asked: When it was first handed over.
        at: When it came to its state.
        tries: How often it was handed over.
        round: The how-manieth time all contacts are told.
        problem: Why it failed.
        receipt: What the service answered when it took it.
        closing: Whether it says that the alarm is over.
        settled: Of who was passed over: whether they need not hear of it, because a later letter tells of it too.
        stands_for: Of who was passed over: of how many more such alarms their letter tells.
    """

    contact: str
    how: str
    state: DeliveryState
    asked: Instant
    at: Instant
    tries: int = 1
    round: int = 1
    problem: str = ""
    receipt: str = ""
    closing: bool = False
    settled: bool = False
    stands_for: int = 0


class KeptAlarm(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm.

    Attributes:
        id: Its name.
        cause: What it is about.
        subject: The room, radar or node it is about.
        room: The room, where there is one.
        origin: Of what raised it.
        test: Whether somebody asked for it to try the way.
        stage: How far it has come.
        raised: When.
        seen: When its cause was last seen to go on.
        goes_on: Whether its cause goes on; while it does, it is no new alarm.
        cancel_s: So long it can be cancelled before anybody else is told.
        deliveries: Who is told, the oldest first.
        round: The how-manieth time all contacts are told.
        answered_by: Who acknowledged or cancelled it.
        closed: When it was closed.
        detail: What a person needs beyond its words.
        has_before: Whether the half minute before it was kept.
        suspicions: Of whom it was told and who is not up again, by the names of the suspicions.
    """

    id: str
    cause: AlarmCause
    subject: str = ""
    room: str = ""
    origin: Origin
    test: bool = False
    stage: AlarmStage = AlarmStage.PROMPT
    raised: Instant
    seen: Instant
    goes_on: bool = True
    cancel_s: float = 0.0
    deliveries: tuple[KeptDelivery, ...] = ()
    round: int = 1
    answered_by: str = ""
    closed: Instant | None = None
    detail: str = ""
    has_before: bool = False
    suspicions: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to look after it."""
        return self.stage not in CLOSED_STAGES

    @property
    def key(self) -> tuple[AlarmCause, str, bool]:
        """What makes two alarms the same."""
        return self.cause, self.subject, self.test

    @property
    def stays_home(self) -> bool:
        """Whether it must not leave the house: it is simulated or recorded, and nobody asked to try the way."""
        return self.origin is not Origin.LIVE and not self.test


class Order(msgspec.Struct, frozen=True):
    """Something that is to be sent now; it is on the disk as being sent before it goes.

    Attributes:
        alarm: The alarm's id.
        contact: To whom.
        closing: Whether it says that the alarm is over.
        again: Whether it may have been sent before: this computer stopped while it was on its way.
        round: The how-manieth time all contacts are told.
    """

    alarm: str
    contact: str
    closing: bool = False
    again: bool = False
    round: int = 1


class Outcome(msgspec.Struct, frozen=True):
    """What became of an order.

    Attributes:
        order: Which.
        receipt: What the service answered; it was taken where there is no problem.
        problem: Why it was not taken, in one line.
        for_good: Whether it is of no use to try again.
    """

    order: Order
    receipt: str = ""
    problem: str = ""
    for_good: bool = False
