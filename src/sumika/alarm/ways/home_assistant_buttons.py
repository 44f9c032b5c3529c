"""Buttons on notifications by Home Assistant's app on a telephone, and who presses them.

The app fires `mobile_app_notification_action` with the button's name at the Home Assistant that it belongs to:
https://companion.home-assistant.io/docs/notifications/actionable-notifications.
"""

from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from sumika.alarm.answers import pressed_button
from sumika.alarm.ear import Holds, Take
from sumika.alarm.letter import Letter
from sumika.links.home_assistant import Session, web_address
from sumika.links.secret import read_secret
from sumika.schema.house import Connection

APP = "notify.mobile_app_"
"""Services of telephones begin so; others know neither buttons nor how urgent something is."""

PRESSED = "mobile_app_notification_action"


class _Data(msgspec.Struct, frozen=True):
    action: str


class _Pressed(msgspec.Struct, frozen=True):
    data: _Data


def app_data(letter: Letter) -> dict[str, Any]:
    """Return what a telephone is told besides the words: buttons, and how urgent it is.

    A letter on the same alarm takes the place of the one before, so that what is over does not lie beside what was.
    What is urgent comes at once and is heard where the telephone is silent, as far as its owner allows that
    (https://companion.home-assistant.io/docs/notifications/critical-notifications).

    Args:
        letter: What is sent.
    """
    data: dict[str, Any] = {"tag": letter.about, "group": "sumika"}
    if letter.buttons:
        data["actions"] = [{"action": name, "title": words} for name, words in letter.buttons]
    if letter.urgent:
        data |= {"ttl": 0, "priority": "high", "channel": "alarm_stream"}
        data["push"] = {
            "interruption-level": "critical",
            "sound": {"name": "default", "critical": 1, "volume": 1.0},
        }
    return data


async def hear_buttons(connection: Connection, folder: Path, take: Take, holds: Holds) -> None:
    """Hand on every press of one of our buttons, until cancelled.

    Args:
        connection: The Home Assistant.
        folder: Where `house.yaml` lies.
        take: Takes an answer.
        holds: Told when the connection is there.

    Raises:
        SumikaError: when it cannot be made, or breaks.
    """
    session = await Session.open(web_address(connection.address), read_secret(connection, folder), follows=False)
    try:
        await session.hear(PRESSED, partial(_pressed, take))
        holds("")
        await session.until_ended()
    finally:
        await session.close()


def _pressed(take: Take, event: msgspec.Raw) -> None:
    answer = pressed_button(msgspec.json.decode(event, type=_Pressed).data.action)
    if answer is not None:
        take(answer)
