"""What a conversation with the house is for Home Assistant, whichever version it is."""

import hashlib
import re
from typing import Any

from homeassistant.components import conversation
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry, device_registry, intent

from .const import LANGUAGES
from .house import House, HouseError

_NAME = re.compile(r"[A-Za-z0-9_-]{0,32}")


async def converse(
    hass: HomeAssistant, house: House, said: conversation.ConversationInput
) -> conversation.ConversationResult:
    """Return what the house answers."""
    language = said.language.replace("_", "-").split("-")[0].lower()
    response = intent.IntentResponse(language=said.language)
    name = said.conversation_id or ""
    if not _NAME.fullmatch(name):  # the house takes short names only; any other makes one
        name = hashlib.sha256(name.encode()).hexdigest()[:24]
    try:
        told = await house.say(
            said.text, language if language in LANGUAGES else "", name, room_of(hass, said.device_id)
        )
    except HouseError as error:
        response.async_set_error(intent.IntentResponseErrorCode.UNKNOWN, str(error))
        return conversation.ConversationResult(response=response, conversation_id=said.conversation_id)
    speech = text_of(told)
    if told.get("refused") == "not_understood":
        response.async_set_error(intent.IntentResponseErrorCode.NO_INTENT_MATCH, speech)
    else:
        response.async_set_speech(speech)
    return _result(response, said.conversation_id or told.get("conversation"), asks=bool(told.get("ask_back")))


def _result(response: intent.IntentResponse, name: str | None, *, asks: bool) -> conversation.ConversationResult:
    result = conversation.ConversationResult(response=response, conversation_id=name)
    if asks and hasattr(result, "continue_conversation"):  # since 2025.4: the microphone stays open for the answer
        result.continue_conversation = True
    return result


def text_of(told: dict[str, Any]) -> str:
    """Return an answer as it is spoken."""
    parts = [str(one.get("text", "")) for one in told.get("sentences", ())]
    return ("" if told.get("language") == "ja" else " ").join(part for part in parts if part)


def room_of(hass: HomeAssistant, device_id: str | None) -> str:
    """Return the name of the area where somebody speaks; empty where nobody knows."""
    device = device_registry.async_get(hass).async_get(device_id) if device_id else None
    area_id = device.area_id if device is not None else None
    area = area_registry.async_get(hass).async_get_area(area_id) if area_id else None
    return area.name if area is not None else ""
