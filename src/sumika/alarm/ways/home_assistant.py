"""Home Assistant: notifications to its telephones, words from its speakers.

The services are described at https://www.home-assistant.io/integrations/notify, /tts and /media_player.
"""

import asyncio
from pathlib import Path
from typing import Any

from sumika.alarm.letter import Letter
from sumika.alarm.ways.home_assistant_buttons import APP, app_data
from sumika.alarm.ways.taken import NotTakenError
from sumika.links.home_assistant import Session, web_address
from sumika.links.secret import read_secret
from sumika.schema import SumikaError
from sumika.schema.alarm_settings import NotifyWay, Speaker
from sumika.schema.house import Connection

_DONE = "Home Assistant did it"


def send_notification(way: NotifyWay, letter: Letter, connection: Connection, folder: Path) -> str:
    """Have Home Assistant notify somebody and return the receipt: that its service was done.

    Args:
        way: By which service.
        letter: What.
        connection: The Home Assistant.
        folder: Where `house.yaml` lies.

    Raises:
        NotTakenError: if it was not done.
    """
    data: dict[str, Any] = {"title": letter.title, "message": letter.text}
    if way.service.startswith(APP):
        data["data"] = app_data(letter)
    return _called(connection, folder, way.service, way.entity, data)


def speak(speaker: Speaker, text: str, connection: Connection, folder: Path) -> str:
    """Have a speaker say something, or play its sound; return that it was done.

    Args:
        speaker: Which, and how it speaks.
        text: What.
        connection: The Home Assistant.
        folder: Where `house.yaml` lies.

    Raises:
        NotTakenError: if it was not done.
    """
    if speaker.service:
        return _called(connection, folder, speaker.service, "", {"message": text})
    if speaker.voice:
        data: dict[str, Any] = {"media_player_entity_id": speaker.player, "message": text}
        return _called(connection, folder, "tts.speak", speaker.voice, data)
    data = {"media_content_id": speaker.sound, "media_content_type": "music"}
    return _called(connection, folder, "media_player.play_media", speaker.player, data)


def _called(connection: Connection, folder: Path, service: str, entity: str, data: dict[str, Any]) -> str:
    try:
        return asyncio.run(_call(connection, folder, service, entity, data))
    except SumikaError as error:
        raise NotTakenError(error.problem) from None


async def _call(connection: Connection, folder: Path, service: str, entity: str, data: dict[str, Any]) -> str:
    session = await Session.open(web_address(connection.address), read_secret(connection, folder), follows=bool(entity))
    try:
        if entity:
            problem = await session.call_service(service, entity, data)
            if problem:
                raise NotTakenError(problem)
            return _DONE
        domain, _, name = service.partition(".")
        await session.ask("call_service", domain=domain, service=name, service_data=data)
    finally:
        await session.close()
    return _DONE
