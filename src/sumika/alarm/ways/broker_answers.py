"""Answers at a broker: as JSON, at the contact's own topic with `/answer` behind it."""

from collections.abc import Mapping
from pathlib import Path

from sumika.alarm.answers import written_answer
from sumika.alarm.ear import Holds, Take
from sumika.links.mqtt import BrokerSession, broker_settings
from sumika.schema.house import Connection

ANSWER = "/answer"


async def hear_broker(
    contacts: Mapping[str, str], connection: Connection, folder: Path, take: Take, holds: Holds
) -> None:
    """Hand on every answer, until cancelled.

    What the broker kept from before is nobody's answer: nobody knows how old it is. Where it lets us hear some contacts
    and others not, those are heard.

    Args:
        contacts: Topic of the letters -> contact.
        connection: The broker.
        folder: Where `house.yaml` lies.
        take: Takes an answer.
        holds: Told when the connection is there, and which topics may not be heard.

    Raises:
        SumikaError: when it cannot be made, or breaks, or no contact may be heard.
    """
    session = BrokerSession(broker_settings(connection, folder), announced=False)
    whose = {topic + ANSWER: contact for topic, contact in contacts.items()}
    await session.open(whose)
    try:
        holds(session.refusal)
        async for message in session.messages():
            contact = whose.get(message.topic)
            answer = None if contact is None or message.retained else written_answer(message.payload, contact)
            if answer is not None:
                take(answer)
    finally:
        await session.close()
