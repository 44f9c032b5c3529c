"""Sumika in Home Assistant's conversations: what is said to an assistant goes to the house, its answer comes back."""

from homeassistant.components import conversation
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryNotReady
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .agent import converse
from .const import DOMAIN, LANGUAGES
from .house import House, HouseError

HAS_ENTITIES = hasattr(conversation, "ConversationEntity")
"""Since 2024.5 an agent is an entity."""


class Agent(conversation.AbstractConversationAgent):
    """The house as an agent, for a Home Assistant that does not know entities of this kind."""

    def __init__(self, hass: HomeAssistant, house: House) -> None:
        """Speak with a house."""
        self._hass, self._house = hass, house

    @property
    def supported_languages(self) -> list[str]:
        """What the house speaks."""
        return list(LANGUAGES)

    async def async_process(self, user_input: conversation.ConversationInput) -> conversation.ConversationResult:
        """Answer."""
        return await converse(self._hass, self._house, user_input)


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Begin to talk with a house."""
    data = entry.data
    house = House(async_get_clientsession(hass), data["address"], data["token"], data.get("fingerprint", ""))
    try:
        await house.name()
    except HouseError as error:
        if error.why == "invalid_auth":
            raise ConfigEntryAuthFailed(str(error)) from error
        raise ConfigEntryNotReady(str(error)) from error
    hass.data.setdefault(DOMAIN, {})[entry.entry_id] = house
    if HAS_ENTITIES:
        await hass.config_entries.async_forward_entry_setups(entry, ["conversation"])
    else:
        conversation.async_set_agent(hass, entry, Agent(hass, house))
    return True


async def async_unload_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """End talking with it."""
    if HAS_ENTITIES:
        if not await hass.config_entries.async_unload_platforms(entry, ["conversation"]):
            return False
    else:
        conversation.async_unset_agent(hass, entry)
    hass.data[DOMAIN].pop(entry.entry_id, None)
    return True
