"""A model behind a web address that answers as OpenAI's chat completions do: asked once, within a time that holds.

Nobody else is ever asked: no redirection is followed and no proxy of the environment is used, for what is said is meant
for that address alone, and so is the key. A server that answers a letter at a time is given up like one that is silent.

Servers do not take all fields of a request: many know no schema, some no temperature. Who refuses a field that a
request can do without is asked again without it, and never with it after that.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec

from sumika.schema import SumikaError

MOST_ANSWER_BYTES = 262_144
DISPENSABLE = ("response_format", "temperature", "max_tokens")
"""Fields that a request can do without, those first that servers refuse most."""

_BAD_REQUEST, _UNPROCESSABLE = 400, 422
_MOST_TOLD_LETTERS = 120
"""Of what a server says of an error."""
_HOME_ENDINGS = (".local", ".lan", ".home", ".home.arpa", ".internal", ".localdomain")


class ChatLink:
    """The way to one model.

    Args:
        address: As http://127.0.0.1:8080/v1.
        leaves_the_house: Whether it may be outside of the house.
        timeout_s: So long an answer may take, all of it.
        where: Of the address, for messages: `house.yaml: assistant.model_address`.

    Raises:
        SumikaError: if the address is none, or leaves the house and that is not allowed.
    """

    def __init__(self, address: str, *, leaves_the_house: bool, timeout_s: float, where: str) -> None:
        try:
            parts = urlsplit(address)
            host, self._port = parts.hostname or "", parts.port
        except ValueError:  # brackets that do not close, a port that is no number
            parts, host = urlsplit(""), ""
        if parts.scheme not in ("http", "https") or not host:
            raise SumikaError(
                f"{address!r} is no address of a model", where=where, remedy="Write it as http://127.0.0.1:8080/v1"
            )
        if not leaves_the_house and not at_home(host):
            raise SumikaError(
                f"{host} is outside the house, and what is said may not leave it",
                where=where,
                remedy="Run a model at home, or set assistant.leaves_the_house: true",
            )
        self.host, self._scheme, self._path, self._timeout_s = host, parts.scheme, parts.path.rstrip("/"), timeout_s
        self._refused: frozenset[str] = frozenset()

    def ask(self, body: dict[str, Any], key: str = "") -> str:
        """Return what the model says; empty where its answer has no text.

        Args:
            body: Of the request.
            key: That the server asks for; empty: none.

        Raises:
            SumikaError: if it does not answer in time, or with anything but a chat completion.
        """
        until_s = time.monotonic() + self._timeout_s
        refused = self._refused
        while True:
            asked = {name: value for name, value in body.items() if name not in refused}
            status, reason, content = self._posted(asked, key, until_s - time.monotonic())
            if status == http.client.OK:
                self._refused = refused  # only now is it known that it was for these
                return self._text(content)
            told = _message_in(content)
            unwanted = _refused_in(asked, status, told)
            if not unwanted:
                raise SumikaError(f"the model at {self.host} answers HTTP {status} {_in_short(reason, told, key)}")
            refused |= {unwanted}

    def _posted(self, body: dict[str, Any], key: str, left_s: float) -> tuple[int, str, bytes]:
        """Return status, reason and content of one answer."""
        headers = {"Content-Type": "application/json", "User-Agent": "sumika"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        try:
            with self._connected(left_s) as connection:
                connection.request("POST", f"{self._path}/chat/completions", msgspec.json.encode(body), headers)
                answer = connection.getresponse()
                content = answer.read(MOST_ANSWER_BYTES + 1)
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = str(error) or type(error).__name__
            raise SumikaError(f"the model at {self.host} does not answer: {why}") from None
        if len(content) > MOST_ANSWER_BYTES:
            raise SumikaError(f"the model at {self.host} answers more than {MOST_ANSWER_BYTES} bytes")
        return answer.status, answer.reason, content

    @contextlib.contextmanager
    def _connected(self, left_s: float) -> Iterator[http.client.HTTPConnection]:
        """Give a connection that is cut off when the time is over, whatever it is at."""
        if left_s <= 0:
            raise TimeoutError(f"not within {self._timeout_s:g} s")
        port = self._port or (443 if self._scheme == "https" else 80)
        bare = socket.create_connection((self.host, port), left_s)
        over = threading.Event()

        def cut() -> None:
            over.set()
            with contextlib.suppress(OSError):
                bare.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(left_s, cut)
        timer.daemon = True
        timer.start()
        connection = http.client.HTTPConnection(self.host, port, timeout=left_s)
        try:
            connection.sock = bare
            if self._scheme == "https":
                # A socket of its own behind the same connection: what is cut off above ends this one, too.
                connection.sock = ssl.create_default_context().wrap_socket(bare.dup(), server_hostname=self.host)
            yield connection
            if over.is_set():
                raise TimeoutError(f"not within {self._timeout_s:g} s")
        except (OSError, http.client.HTTPException) as error:
            if over.is_set():
                raise TimeoutError(f"not within {self._timeout_s:g} s") from error
            raise
        finally:
            timer.cancel()
            connection.close()
            bare.close()

    def _text(self, answer: bytes) -> str:
        try:
            told: Any = msgspec.json.decode(answer)
            content = told["choices"][0]["message"]["content"]
        except (msgspec.DecodeError, KeyError, IndexError, TypeError, RecursionError):
            raise SumikaError(f"the model at {self.host} answers with something else than a chat completion") from None
        return content if isinstance(content, str) else ""


def _message_in(content: bytes) -> str:
    """Return what a server says of an error, as OpenAI's do or in its own way; of a web page nothing."""
    plain = content.decode("utf-8", "replace")
    try:
        told: Any = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError):
        return "" if plain.lstrip().startswith("<") else plain
    error = told.get("error", told.get("detail", told)) if isinstance(told, dict) else told
    said = error.get("message") if isinstance(error, dict) else error
    return said if isinstance(said, str) else "" if plain in ("{}", "[]", "null") else plain


def _refused_in(asked: dict[str, Any], status: int, told: str) -> str:
    """Return the field without which a request may be taken; empty where it is not for such a field."""
    if status not in (_BAD_REQUEST, _UNPROCESSABLE):
        return ""
    at_hand = [name for name in DISPENSABLE if name in asked]
    # Whoever names no field refuses most likely the schema: few servers know it.
    return next((name for name in at_hand if name in told), "response_format" if "response_format" in at_hand else "")


def _in_short(reason: str, told: str, key: str) -> str:
    """Return what is to be told of an error: of a request that is wrong the server's own words, and never the key."""
    shown = " ".join("".join(one if one.isprintable() else " " for one in told).split())
    if key:
        shown = shown.replace(key, "***")
    return f"{reason[:60]}: {shown[:_MOST_TOLD_LETTERS]}" if shown else reason[:60]


def at_home(host: str) -> bool:
    """Tell whether a host is this machine or in this house: a private address, or a name that only houses know."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or "." not in host or host.casefold().endswith(_HOME_ENDINGS)
    return address.is_private or address.is_loopback or address.is_link_local
