"""Asks where the house is, and for the token by which Home Assistant is known there."""

from collections.abc import Mapping
from typing import Any

import voluptuous as vol
from homeassistant import config_entries
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from .const import DOMAIN
from .house import House, HouseError

ADDRESS = "http://127.0.0.1:8160"


class SumikaFlow(config_entries.ConfigFlow, domain=DOMAIN):
    """Asks."""

    VERSION = 1

    def __init__(self) -> None:
        """Begin."""
        self._renews: config_entries.ConfigEntry | None = None

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> Any:
        """Ask for address and token, until the house answers."""
        errors: dict[str, str] = {}
        given = dict(user_input or {})
        if user_input is not None:
            try:
                session = async_get_clientsession(self.hass)
                name, title = await House(
                    session, given["address"], given["token"], given.get("fingerprint", "")
                ).name()
            except HouseError as error:
                errors["base"] = error.why
            except ValueError:
                errors["fingerprint"] = "fingerprint"
            else:
                return await self._known(name, title, given)
        before = given or (dict(self._renews.data) if self._renews is not None else {})
        schema = vol.Schema(
            {
                vol.Required("address", default=before.get("address", ADDRESS)): str,
                vol.Required("token"): str,
                vol.Optional("fingerprint", default=before.get("fingerprint", "")): str,
            }
        )
        return self.async_show_form(step_id="user", data_schema=schema, errors=errors)

    async def _known(self, name: str, title: str, given: dict[str, Any]) -> Any:
        """Keep what was given."""
        if self._renews is not None:
            self.hass.config_entries.async_update_entry(self._renews, data=given)
            await self.hass.config_entries.async_reload(self._renews.entry_id)
            return self.async_abort(reason="reauth_successful")
        await self.async_set_unique_id(name)
        self._abort_if_unique_id_configured()
        return self.async_create_entry(title=title, data=given)

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> Any:
        """Ask again: the token is no longer taken."""
        self._renews = self.hass.config_entries.async_get_entry(self.context["entry_id"])
        return await self.async_step_user()
