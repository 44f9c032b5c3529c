"""Who is not disturbed for a fault of the house's own, and hears of it later.

A contact whose hours it is not is passed over, and that is noted. If the fault is still there when their hours begin
they are told of it then; if it is over by itself they are told that it was. What came and went again and again is one
letter, which says how often.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from sumika.alarm.kept import TECHNICAL, KeptAlarm, KeptDelivery
from sumika.alarm.moments import within_hours
from sumika.clock import Instant
from sumika.schema import AlarmCause, AlarmStage, DeliveryState
from sumika.schema.alarm_settings import Contact


def may_be_told(contact: Contact, cause: AlarmCause, hour: float) -> bool:
    """Return whether a contact is disturbed for a cause at an hour of the day; what is grave knows no hours."""
    return cause not in TECHNICAL or within_hours(hour, contact.from_h, contact.to_h)


def noted(alarm: KeptAlarm, contacts: Iterable[tuple[Contact, str]], now: Instant) -> KeptAlarm:
    """Return an alarm in which it stands who is passed over.

    Args:
        alarm: As it was.
        contacts: Who is, and by which kind of way they would have been told.
        now: The present moment.
    """
    known = {each.contact for each in alarm.deliveries if each.state is DeliveryState.PASSED_OVER}
    new = tuple(
        KeptDelivery(
            contact=contact.id, how=how, state=DeliveryState.PASSED_OVER, asked=now, at=now, tries=0, round=alarm.round
        )
        for contact, how in contacts
        if contact.id not in known
    )
    return msgspec.structs.replace(alarm, deliveries=(*alarm.deliveries, *new)) if new else alarm


def without(alarm: KeptAlarm, contact: str) -> KeptAlarm:
    """Return an alarm in which somebody is passed over no more: they are told now."""
    left = tuple(
        each for each in alarm.deliveries if (each.contact, each.state) != (contact, DeliveryState.PASSED_OVER)
    )
    return msgspec.structs.replace(alarm, deliveries=left)


def is_told_late(alarm: KeptAlarm, delivery: KeptDelivery, contacts: Mapping[str, Contact], hour: float) -> bool:
    """Return whether somebody who was passed over is told now that it was, and is over.

    Args:
        alarm: That is closed.
        delivery: One of its.
        contacts: By id.
        hour: Of the day, in the house, 0 to 24.
    """
    contact = contacts.get(delivery.contact)
    return contact is not None and _waits(alarm, delivery) and within_hours(hour, contact.from_h, contact.to_h)


def gathered(alarms: Iterable[KeptAlarm]) -> tuple[KeptAlarm, ...]:
    """Return the alarms that change so that only the newest of a kind is told of, and says for how many it stands.

    Args:
        alarms: All of them, the oldest first.
    """
    newest: dict[tuple[object, str], str] = {}
    changed: dict[str, KeptAlarm] = {}
    for alarm, delivery in _waiting(alarms):
        contact, here = delivery.contact, changed.get(alarm.id, alarm)
        key = (alarm.key, contact)
        if key in newest:
            older = changed[newest[key]]
            so_far = next(each.stands_for for each in older.deliveries if _is_of(each, contact))
            changed[older.id] = _with(older, contact, settled=True)
            here = _with(here, contact, stands_for=delivery.stands_for + so_far + 1)
        newest[key], changed[alarm.id] = alarm.id, here
    return tuple(changed.values())


def _waiting(alarms: Iterable[KeptAlarm]) -> Iterator[tuple[KeptAlarm, KeptDelivery]]:
    """Yield everybody who was passed over and has not heard of it yet."""
    for alarm in alarms:
        if alarm.cause in TECHNICAL:
            yield from ((alarm, each) for each in alarm.deliveries if _waits(alarm, each))


def _waits(alarm: KeptAlarm, delivery: KeptDelivery) -> bool:
    told_late = alarm.stage is AlarmStage.OVER and delivery.state is DeliveryState.PASSED_OVER
    return told_late and not delivery.settled and not _was_told(alarm, delivery.contact)


def _was_told(alarm: KeptAlarm, contact: str) -> bool:
    return any(each.closing and each.contact == contact for each in alarm.deliveries)


def _is_of(delivery: KeptDelivery, contact: str) -> bool:
    return (delivery.contact, delivery.state) == (contact, DeliveryState.PASSED_OVER)


def _with(alarm: KeptAlarm, contact: str, *, settled: bool = False, stands_for: int = 0) -> KeptAlarm:
    def change(each: KeptDelivery) -> KeptDelivery:
        if not _is_of(each, contact):
            return each
        return msgspec.structs.replace(each, settled=settled, stands_for=stands_for)

    return msgspec.structs.replace(alarm, deliveries=tuple(map(change, alarm.deliveries)))
