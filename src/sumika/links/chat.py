"""A model behind a web address that answers as OpenAI's chat completions do: asked once, within a time that holds.

Nobody else is ever asked: no redirection is followed and no proxy of the environment is used, for what is said is meant
for that address alone, and so is the key. A server that answers a letter at a time is given up like one that is silent.

Who refuses a field that he has named is asked in another way from then on (`chat_requests`).
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

from sumika.links.chat_requests import BROKEN, REFUSALS, put, refusal_in, refused_field
from sumika.schema import UNREADABLE, SumikaError

MOST_ANSWER_BYTES = 262_144

_TOLD_OF = (*REFUSALS, 401, 403, 404, BROKEN)
"""Statuses beside which servers say in words what is wrong."""

_MOST_TOLD_BYTES, _MOST_TOLD_LETTERS, _WORDS_WITHIN_S = 4096, 120, 1.0
_HOME_ENDINGS = (".local", ".lan", ".home", ".home.arpa", ".internal", ".localdomain")


class ChatRefusedError(SumikaError):
    """A server is there and does not take this very request; another may be taken."""


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
        self._ways: dict[str, int] = {}  # by field that it has refused: which of the `WAYS` it takes, counted from 1

    def ask(self, body: dict[str, Any], key: str = "") -> str:
        """Return what the model says; empty where its answer has no text.

        Args:
            body: Of the request.
            key: That the server asks for; empty: none.

        Raises:
            ChatRefusedError: if it is there and does not take this request.
            SumikaError: if it does not answer in time, or with anything but a chat completion.
        """
        until_s = time.monotonic() + self._timeout_s
        ways, learnt = dict(self._ways), dict(self._ways)
        while True:
            status, reason, content = self._posted(put(body, ways), key, until_s - time.monotonic())
            if status == http.client.OK:
                said = self._text(content)
                self._ways = learnt  # only now is it known that it was for these
                return said
            refusal = refusal_in(content)
            field, named = refused_field(body, ways, status, refusal)
            if not field:
                raise self._failed(status, reason, refusal.words, key)
            ways[field] = ways.get(field, 0) + 1
            if named:
                learnt[field] = ways[field]

    def _failed(self, status: int, reason: str, words: str, key: str) -> SumikaError:
        """Return the error of a status: of a request that is wrong with the server's own words, and never the key."""
        told = f"{reason}: {words}" if words and status in _TOLD_OF else reason
        plain = " ".join("".join(one if one.isprintable() else " " for one in told).split())
        shown = (plain.replace(key, "***") if key else plain)[:_MOST_TOLD_LETTERS]
        kind = (
            ChatRefusedError if status in (http.client.BAD_REQUEST, http.client.UNPROCESSABLE_ENTITY) else SumikaError
        )
        return kind(f"the model at {self.host} answers HTTP {status} {shown}")

    def _posted(self, body: dict[str, Any], key: str, left_s: float) -> tuple[int, str, bytes]:
        """Return status, reason and content of one answer; of one that is an error what can be had of its content."""
        headers = {"Content-Type": "application/json", "User-Agent": "sumika"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        try:
            with self._connected(left_s) as connection:
                connection.request("POST", f"{self._path}/chat/completions", msgspec.json.encode(body), headers)
                line = connection.sock
                answer = connection.getresponse()
                if answer.status != http.client.OK:
                    line.settimeout(min(_WORDS_WITHIN_S, left_s))
                    return answer.status, answer.reason, _words_of(answer)
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
        except (*UNREADABLE, KeyError, IndexError, TypeError):
            raise SumikaError(f"the model at {self.host} answers with something else than a chat completion") from None
        return content if isinstance(content, str) else ""


def _words_of(answer: http.client.HTTPResponse) -> bytes:
    """Return the beginning of what stands beside an error; a status is told whether or not there is any."""
    if answer.status not in _TOLD_OF:
        return b""
    try:
        return answer.read1(_MOST_TOLD_BYTES)
    except (OSError, http.client.HTTPException, ValueError):
        return b""


def at_home(host: str) -> bool:
    """Tell whether a host is this machine or in this house: a private address, or a name that only houses know."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or "." not in host or host.casefold().endswith(_HOME_ENDINGS)
    return address.is_private or address.is_loopback or address.is_link_local
