"""Speaks with the page of a house: one question, one answer."""

import asyncio
import hashlib
import ssl
from typing import Any

import aiohttp

from .const import ANSWERS_WITHIN_S


class HouseError(Exception):
    """The house did not answer; says why in one word."""

    def __init__(self, why: str, told: str = "") -> None:
        """Keep why, and what the house said about it."""
        super().__init__(told or why)
        self.why = why


class House:
    """The page of a house, and the token by which we are known there."""

    def __init__(self, session: aiohttp.ClientSession, address: str, token: str, fingerprint: str = "") -> None:
        """Know where it is.

        Args:
            session: Home Assistant's own.
            address: Of the page: http://127.0.0.1:8160
            token: Of a machine; made on the page under "Account".
            fingerprint: SHA-256 of the page's certificate, where the house made that itself; empty: as usual.
        """
        self._session, self._address, self._token = session, address.rstrip("/"), token
        self._proof: aiohttp.Fingerprint | bool = True
        digits = fingerprint.replace(":", "").replace(" ", "")
        if digits:
            self._proof = aiohttp.Fingerprint(bytes.fromhex(digits))

    async def ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the answer to a question; without a body it only looks.

        Raises:
            HouseError: if there is none.
        """
        headers = {"Authorization": f"Bearer {self._token}"}
        method = "GET" if body is None else "POST"
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                async with self._session.request(
                    method, f"{self._address}{path}", json=body, headers=headers, ssl=self._proof
                ) as answer:
                    told = await answer.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError, ssl.SSLError) as error:
            raise HouseError("cannot_connect", str(error)) from error
        if answer.status in (401, 403):
            raise HouseError("invalid_auth", _problem(told))
        if answer.status != 200 or not isinstance(told, dict):
            raise HouseError("refused", _problem(told))
        return told

    async def name(self) -> tuple[str, str]:
        """Return (what tells this house from others, its name)."""
        told = await self.ask("/api/house")
        name = str(told.get("house", {}).get("name") or "Sumika")
        return hashlib.sha256(f"{self._address} {name}".encode()).hexdigest()[:16], name

    async def say(self, text: str, language: str, conversation: str, room: str) -> dict[str, Any]:
        """Say something; return the answer as the page gives it."""
        body = {"text": text, "language": language, "conversation": conversation, "room": room[:64]}
        return await self.ask("/api/talk", body)


def _problem(told: Any) -> str:
    return str(told.get("problem", "")) if isinstance(told, dict) else ""
