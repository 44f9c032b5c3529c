"""How an alarm goes from a prompt at home to one contact after the other, until somebody answers.

Pure: time comes as an argument, orders come out, and what became of them goes in again. What is in the alarm is all
there is to know, so it can go on after a power cut at any point:

- a contact is asked when the one before has not answered within `answer_s`, or could not be reached;
- who could not be reached is tried again, after pauses that double;
- after the last contact it begins anew with the first, `rounds` times;
- what was on its way when this computer stopped has an unknown fate, and is sent once more, saying so;
- once somebody has answered nobody is told any more, but those who were told before: that it is over.
"""

from collections.abc import Iterable, Sequence

import msgspec

from sumika.alarm.kept import TECHNICAL, KeptAlarm, KeptDelivery, Order, Outcome
from sumika.alarm.moments import elapsed_s
from sumika.alarm.passed_over import is_told_late, may_be_told, noted, without
from sumika.clock import Instant
from sumika.schema import AlarmCause, AlarmStage, DeliveryState
from sumika.schema.alarm_settings import Contact

FIRST_PAUSE_S, MOST_TRIES = 10.0, 6
"""10, 20, 40, 80, 160 s between tries: a telephone network that fails for five minutes is outlasted."""

_UNDONE = (DeliveryState.FAILED, DeliveryState.UNKNOWN)
_TOLD = (DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.UNKNOWN)


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """How contacts are told, as the house is described.

    Attributes:
        contacts: In order.
        answer_s: A contact has so long to answer before the next one is told.
        rounds: So often all contacts are told.
    """

    contacts: tuple[Contact, ...] = ()
    answer_s: float = 300.0
    rounds: int = 3

    def told_of(self, cause: AlarmCause) -> tuple[Contact, ...]:
        """Return who is told of a cause, in order."""
        return tuple(contact for contact in self.contacts if not contact.of or cause.value in contact.of)


def turned(alarm: KeptAlarm, rules: Rules, now: Instant, hour: float) -> tuple[KeptAlarm, tuple[Order, ...]]:
    """Return an alarm one look later, and what is to be sent now.

    Args:
        alarm: As it was.
        rules: How contacts are told.
        now: The present moment.
        hour: Of the day, in the house, 0 to 24.
    """
    if not alarm.is_open:
        return _closing(alarm, rules, now, hour)
    if alarm.stage is AlarmStage.PROMPT:
        if elapsed_s(alarm.raised, now) < alarm.cancel_s:
            return alarm, ()
        alarm = msgspec.structs.replace(alarm, stage=AlarmStage.CONTACTS)
    alarm, orders = _again(alarm, now)
    alarm, further = _next(alarm, rules, now, hour)
    return alarm, (*orders, *further)


def settled(alarm: KeptAlarm, outcome: Outcome, now: Instant) -> KeptAlarm:
    """Return an alarm that knows what became of an order.

    Args:
        alarm: As it was.
        outcome: What became of it.
        now: The present moment.
    """
    order = outcome.order

    def change(delivery: KeptDelivery) -> KeptDelivery:
        place = (delivery.contact, delivery.closing, delivery.round)
        if place != (order.contact, order.closing, order.round) or delivery.state is not DeliveryState.SENDING:
            return delivery
        state = DeliveryState.SENT
        if outcome.problem:
            lost = outcome.for_good or delivery.tries >= MOST_TRIES
            state = DeliveryState.GIVEN_UP if lost else DeliveryState.FAILED
        return msgspec.structs.replace(
            delivery, state=state, at=now, problem=outcome.problem, receipt=outcome.receipt or delivery.receipt
        )

    return _with(alarm, map(change, alarm.deliveries))


def closed(alarm: KeptAlarm, stage: AlarmStage, by: str, now: Instant) -> KeptAlarm:
    """Return an alarm that somebody answered, or that ended by itself; one that is closed stays as it is.

    Args:
        alarm: As it was.
        stage: ACKNOWLEDGED, CANCELLED or OVER.
        by: Who answered.
        now: The present moment.
    """
    if not alarm.is_open:
        return alarm
    return msgspec.structs.replace(alarm, stage=stage, answered_by=by, closed=now)


def woken(alarm: KeptAlarm, now: Instant) -> KeptAlarm:
    """Return an alarm after a restart: nobody knows what became of what was on its way.

    Args:
        alarm: As it was kept.
        now: The present moment.
    """

    def change(delivery: KeptDelivery) -> KeptDelivery:
        if delivery.state is not DeliveryState.SENDING:
            return delivery
        return msgspec.structs.replace(delivery, state=DeliveryState.UNKNOWN, at=now)

    return _with(alarm, map(change, alarm.deliveries))


def pause_s(tries: int) -> float:
    """Return how long to wait after so many tries."""
    return FIRST_PAUSE_S * 2.0 ** max(0, tries - 1)


def _again(alarm: KeptAlarm, now: Instant, *, closing: bool = False) -> tuple[KeptAlarm, tuple[Order, ...]]:
    """Try again what failed long enough ago, and at once what has an unknown fate."""
    orders: list[Order] = []
    deliveries: list[KeptDelivery] = []
    for delivery in alarm.deliveries:
        unknown = delivery.state is DeliveryState.UNKNOWN
        ready = unknown or elapsed_s(delivery.at, now) >= pause_s(delivery.tries)
        if delivery.closing is closing and delivery.state in _UNDONE and ready:
            orders.append(Order(alarm.id, delivery.contact, closing, unknown, delivery.round))
            deliveries.append(_handed_over(delivery, now))
        else:
            deliveries.append(delivery)
    return _with(alarm, deliveries), tuple(orders)


def _handed_over(delivery: KeptDelivery, now: Instant) -> KeptDelivery:
    return msgspec.structs.replace(delivery, state=DeliveryState.SENDING, at=now, tries=delivery.tries + 1)


def _next(alarm: KeptAlarm, rules: Rules, now: Instant, hour: float) -> tuple[KeptAlarm, tuple[Order, ...]]:
    """Ask the next contact, when it is time."""
    if alarm.stage is not AlarmStage.CONTACTS:
        return alarm, ()
    asked = [each for each in alarm.deliveries if each.round == alarm.round and _is_asked(each)]
    left = [each for each in rules.told_of(alarm.cause) if each.id not in {one.contact for one in asked}]
    waits = bool(asked) and not _is_lost(asked[-1]) and elapsed_s(asked[-1].asked, now) < rules.answer_s
    if waits:
        return alarm, ()
    if left:
        ready = [each for each in left if may_be_told(each, alarm.cause, hour)]
        alarm = noted(alarm, ((each, way_name(each)) for each in left if each not in ready), now)
        return _ask(alarm, ready[0], now) if ready else (alarm, ())
    return _all_asked(alarm, asked, rules, now), ()


def _is_asked(delivery: KeptDelivery) -> bool:
    return not delivery.closing and delivery.state is not DeliveryState.PASSED_OVER


def _all_asked(alarm: KeptAlarm, asked: Sequence[KeptDelivery], rules: Rules, now: Instant) -> KeptAlarm:
    """Begin anew with the first contact, or leave it at that."""
    if asked and elapsed_s(asked[-1].asked, now) < rules.answer_s:
        return alarm  # nobody is left to be told; who could not be reached is tried again meanwhile
    if not asked or alarm.cause in TECHNICAL or alarm.round >= rules.rounds:
        return msgspec.structs.replace(alarm, stage=AlarmStage.UNANSWERED)
    return msgspec.structs.replace(_with(alarm, map(_given_up, alarm.deliveries)), round=alarm.round + 1)


def _given_up(delivery: KeptDelivery) -> KeptDelivery:
    """Leave what could not be sent in a round that is over: its contact is asked anew."""
    if delivery.state is not DeliveryState.FAILED:
        return delivery
    return msgspec.structs.replace(delivery, state=DeliveryState.GIVEN_UP)


def _is_lost(delivery: KeptDelivery) -> bool:
    """Return whether a contact is not reached, or was not at first, so that the next one is told at once."""
    return bool(delivery.problem)


def _ask(alarm: KeptAlarm, contact: Contact, now: Instant) -> tuple[KeptAlarm, tuple[Order, ...]]:
    withheld = alarm.stays_home
    delivery = KeptDelivery(
        contact=contact.id,
        how=way_name(contact),
        state=DeliveryState.WITHHELD if withheld else DeliveryState.SENDING,
        asked=now,
        at=now,
        round=alarm.round,
    )
    alarm = without(alarm, contact.id)
    alarm = _with(alarm, (*alarm.deliveries, delivery))
    return alarm, () if withheld else (Order(alarm.id, contact.id, round=alarm.round),)


def _closing(alarm: KeptAlarm, rules: Rules, now: Instant, hour: float) -> tuple[KeptAlarm, tuple[Order, ...]]:
    """Tell those who were told, or passed over, that it is over, each once."""
    contacts = {each.id: each for each in rules.contacts}
    alarm, orders = _again(alarm, now, closing=True)
    done = {each.contact for each in alarm.deliveries if each.closing}
    under_way = {each.contact for each in alarm.deliveries if each.state is DeliveryState.SENDING and not each.closing}
    deliveries = list(alarm.deliveries)
    further: list[Order] = []
    for delivery in alarm.deliveries:
        name = delivery.contact
        concerned = delivery.state in _TOLD or is_told_late(alarm, delivery, contacts, hour)
        if delivery.closing or not concerned or name in done or name in under_way:
            continue
        done.add(name)
        further.append(Order(alarm.id, name, closing=True, round=alarm.round))
        deliveries.append(
            KeptDelivery(
                contact=name,
                how=delivery.how,
                state=DeliveryState.SENDING,
                asked=now,
                at=now,
                round=alarm.round,
                closing=True,
            )
        )
    return _with(alarm, deliveries), (*orders, *further)


def _with(alarm: KeptAlarm, deliveries: Iterable[KeptDelivery]) -> KeptAlarm:
    return msgspec.structs.replace(alarm, deliveries=tuple(deliveries))


def way_name(contact: Contact) -> str:
    """Return by which kind of way a contact is reached, as `house.yaml` has it."""
    return str(contact.way.__struct_config__.tag)
