"""Which connections are listened to for contacts' answers, and whose answers count."""

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

from sumika.alarm import AnswerEar, ContactAnswer, KeptAlarm, Listens
from sumika.schema.alarm_settings import Contact, MqttWay, NotifyWay
from sumika.schema.house import Connection, House


class AlarmEars:
    """Listens while an alarm is open that left the house, or may."""

    def __init__(self, house: House, folder: Path) -> None:
        """Know whose answers can come.

        Args:
            house: As described.
            folder: Where `house.yaml` lies.
        """
        connections = {connection.id: connection for connection in house.connections}
        contacts = house.alarms.contacts if house.alarms is not None else ()
        self._contacts = {contact.id: contact for contact in contacts}
        self._by_connection: dict[str, set[str]] = {}
        for contact in contacts:
            if isinstance(contact.way, NotifyWay | MqttWay) and contact.way.connection in connections:
                self._by_connection.setdefault(contact.way.connection, set()).add(contact.id)
        self._ears = {
            name: AnswerEar(_listening(connections[name], [self._contacts[one] for one in whose], folder))
            for name, whose in self._by_connection.items()
        }

    @property
    def problems(self) -> Mapping[str, str]:
        """Why nothing, or not all, was heard over a connection when it was last listened; empty where it was."""
        return {name: ear.problem for name, ear in self._ears.items()}

    @property
    def hear(self) -> bool:
        """Whether every connection holds."""
        return all(ear.hears for ear in self._ears.values())

    def turn(self, alarms: Iterable[KeptAlarm]) -> tuple[tuple[Contact, ContactAnswer], ...]:
        """Return who has answered what since it was asked last.

        An answer counts that came over the connection by which its contact is told.

        Args:
            alarms: All of them.
        """
        wanted = any(alarm.is_open and not alarm.stays_home for alarm in alarms)
        found: list[tuple[Contact, ContactAnswer]] = []
        for name, ear in self._ears.items():
            ear.want(wanted)
            whose = self._by_connection[name]
            found += [(self._contacts[one.contact], one) for one in ear.answers() if one.contact in whose]
        return tuple(found)

    def close(self) -> None:
        """Stop listening."""
        for ear in self._ears.values():
            ear.want(False)


def _listening(connection: Connection, contacts: Iterable[Contact], folder: Path) -> Listens:
    # Clients are imported where they are needed, as by the post office.
    topics = {contact.way.topic: contact.id for contact in contacts if isinstance(contact.way, MqttWay)}
    if topics:
        from sumika.alarm.ways.broker_answers import hear_broker

        return partial(hear_broker, topics, connection, folder)
    from sumika.alarm.ways.home_assistant_buttons import hear_buttons

    return partial(hear_buttons, connection, folder)
