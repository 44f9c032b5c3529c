"""A message to an MQTT broker. Its receipt is the broker's own (QoS 1): that it has it, not that anybody read it."""

import asyncio
from pathlib import Path

import msgspec

from sumika.alarm.letter import Letter
from sumika.alarm.ways.taken import NotTakenError
from sumika.links.mqtt import BrokerSession, broker_settings
from sumika.schema import SumikaError
from sumika.schema.alarm_settings import MqttWay
from sumika.schema.house import Connection


def send_to_broker(way: MqttWay, letter: Letter, connection: Connection, folder: Path) -> str:
    """Publish a letter and return the receipt.

    Args:
        way: Where to.
        letter: What.
        connection: The broker.
        folder: Where `house.yaml` lies.

    Raises:
        NotTakenError: if it was not taken.
    """
    try:
        return asyncio.run(_publish(way, letter, connection, folder))
    except SumikaError as error:
        raise NotTakenError(error.problem) from None


async def _publish(way: MqttWay, letter: Letter, connection: Connection, folder: Path) -> str:
    # Whether the whole of Sumika runs is told by those who own the connection.
    session = BrokerSession(broker_settings(connection, folder), announced=False)
    await session.open(())
    try:
        problem = await session.publish(way.topic, msgspec.json.encode(letter.document).decode())
    finally:
        await session.close()
    if problem:
        raise NotTakenError(problem)
    return "the broker has it"
