"""The house as an entity of conversations, since Home Assistant 2024.5."""

from homeassistant.components import conversation
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddEntitiesCallback

from .agent import converse
from .const import DOMAIN, LANGUAGES


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry, add: AddEntitiesCallback) -> None:
    """Add the house."""
    add([HouseEntity(entry)])


class HouseEntity(conversation.ConversationEntity):
    """One house."""

    _attr_has_entity_name = True
    _attr_name = None

    def __init__(self, entry: ConfigEntry) -> None:
        """Be called as the house is."""
        self._entry = entry
        self._attr_unique_id = entry.entry_id
        self._attr_device_info = {
            "identifiers": {(DOMAIN, entry.entry_id)},
            "name": entry.title,
            "manufacturer": "Sumika",
        }

    @property
    def supported_languages(self) -> list[str]:
        """What the house speaks."""
        return list(LANGUAGES)

    async def async_process(self, user_input: conversation.ConversationInput) -> conversation.ConversationResult:
        """Answer."""
        return await converse(self.hass, self.hass.data[DOMAIN][self._entry.entry_id], user_input)
