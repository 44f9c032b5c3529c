"""Sends letters beside the work of the node, each in a thread of its own: a mail server may take its time, or hang."""

import queue
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from sumika.alarm.kept import Order, Outcome
from sumika.alarm.letter import Letter
from sumika.alarm.ways.taken import NotTakenError
from sumika.links.secret import read_secret_file
from sumika.schema import SumikaError
from sumika.schema.alarm_settings import EmailWay, MqttWay, Speaker, Way, WebhookWay
from sumika.schema.house import Connection, House

Sends = Callable[[Way, Letter], str]
"""Sends a letter by a way, and returns the receipt.

Raises:
    NotTakenError: if it was not taken.
"""


class PostOffice:
    """Knows every way out of a house."""

    def __init__(self, house: House, folder: Path) -> None:
        """Know a house's connections.

        Args:
            house: As described.
            folder: Where `house.yaml` lies.
        """
        self._connections = {connection.id: connection for connection in house.connections}
        self._folder = folder

    def send(self, way: Way, letter: Letter) -> str:
        """Send a letter and return the receipt.

        Args:
            way: How.
            letter: What.

        Raises:
            NotTakenError: if it was not taken.
        """
        # Clients are imported where they are needed: most houses need one of them, and need it rarely.
        try:
            if isinstance(way, WebhookWay):
                from sumika.alarm.ways.webhook import send_webhook

                return send_webhook(way, letter, self._secret(way))
            if isinstance(way, EmailWay):
                from sumika.alarm.ways.mail import send_mail

                return send_mail(way, letter, self._secret(way))
            if isinstance(way, MqttWay):
                from sumika.alarm.ways.broker import send_to_broker

                return send_to_broker(way, letter, self._connection(way.connection), self._folder)
            from sumika.alarm.ways.home_assistant import send_notification

            return send_notification(way, letter, self._connection(way.connection), self._folder)
        except SumikaError as error:
            raise NotTakenError(error.problem) from None

    def speak(self, speaker: Speaker, text: str) -> str:
        """Have a speaker say something; raises as `send`."""
        try:
            from sumika.alarm.ways.home_assistant import speak

            return speak(speaker, text, self._connection(speaker.connection), self._folder)
        except SumikaError as error:
            raise NotTakenError(error.problem) from None

    def _secret(self, way: WebhookWay | EmailWay) -> str:
        return read_secret_file(way.secret_file, "alarms", self._folder)

    def _connection(self, name: str) -> Connection:
        if name not in self._connections:
            raise NotTakenError(f"there is no connection {name!r}", for_good=True)
        return self._connections[name]


class Outbox:
    """Does one thing after the other of what is handed to it, each beside the others.

    What is on its way when the process ends is lost here, and known as unknown in what is kept.
    """

    def __init__(self, begins: Callable[[Callable[[], None]], None] | None = None) -> None:
        """Begin empty.

        Args:
            begins: Has work done beside all else; None: in a thread of its own, which ends with the process.
        """
        self._begins = begins or _in_a_thread
        self._outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self.under_way = 0

    def post(self, order: Order, work: Callable[[], str]) -> None:
        """Begin something.

        Args:
            order: What it is for.
            work: Does it and returns the receipt; raises NotTakenError.
        """
        self.under_way += 1
        self._begins(partial(self._do, order, work))

    def outcomes(self) -> tuple[Outcome, ...]:
        """Return what has ended since it was asked last."""
        found: list[Outcome] = []
        while not self._outcomes.empty():
            found.append(self._outcomes.get())
        self.under_way -= len(found)
        return tuple(found)

    def _do(self, order: Order, work: Callable[[], str]) -> None:
        try:
            outcome = Outcome(order, receipt=work()[:200])
        except NotTakenError as error:
            outcome = Outcome(order, problem=error.problem, for_good=error.for_good)
        except Exception as error:  # whatever a client of somebody else's protocol does, the alarm goes on
            outcome = Outcome(order, problem=f"{type(error).__name__}: {error}"[:300])
        self._outcomes.put(outcome)


def _in_a_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="post", daemon=True).start()
