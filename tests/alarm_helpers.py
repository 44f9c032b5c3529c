"""What tests of alarms share: houses that watch, a web server and a mail server that take letters, or refuse them."""

import contextlib
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

from sumika.alarm import KeptAlarm, Letter
from sumika.clock import Instant
from sumika.schema import AlarmCause, AlarmStage, FallStage, Origin, Presence, Reason, SuspectedFall
from sumika.schema.alarm_settings import Alarms, Contact, Way, WebhookWay
from sumika.schema.house import House, Room
from sumika.units import ns_to_seconds, seconds_to_ns
from tests.certificate_helpers import MadeCertificate
from tests.gate_helpers import until

Told = TypeVar("Told")

DEADLINE_S = 20.0
NOON = Instant(seconds_to_ns(1000.0), 1_768_867_200 * 10**9, "boot")  # 2026-01-20T00:00 UTC


def contact(identifier: str, way: Way | None = None, **more: Any) -> Contact:
    """Return a contact; without a way one that nobody serves."""
    return Contact(id=identifier, way=way or WebhookWay(url="http://127.0.0.1:1/"), **more)


def house_with(alarms: Alarms | None, **more: Any) -> House:
    """Return a house of a bedroom and a bathroom."""
    floor = ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0))
    rooms = (Room(id="bedroom", name="Mother's room", floor_m=floor), Room(id="bath", floor_m=floor, storey=2))
    return House(rooms=rooms, alarms=alarms, **more)


def presence(room: str, at: Instant, probability: float | None, **more: Any) -> Presence:
    """Return what a room's radar says."""
    reason = more.pop("reason", Reason.MEASURED if probability is not None else Reason.NO_SIGNAL)
    origin = more.pop("origin", Origin.LIVE)
    valid = probability is not None
    return Presence(stamp=at, origin=origin, room=room, valid=valid, reason=reason, probability=probability, **more)


def fall(
    at: Instant, stage: FallStage = FallStage.SUSPECTED, *, down: Instant | None = None, **more: Any
) -> SuspectedFall:
    """Return a suspicion of a fall in the bedroom.

    Args:
        at: When it is told.
        stage: How far it has come.
        down: When the body came down; the same for all that is told of one fall.
        more: What else is told.
    """
    told: dict[str, Any] = {"origin": Origin.LIVE, "track": 3, "room": "bedroom", **more}
    since_ns = at.monotonic_ns - (down or NOON).monotonic_ns
    return SuspectedFall(
        stamp=at,
        source="house",
        stage=stage,
        probability=0.9,
        sigma=0.05,
        reason=Reason.LYING_STILL,
        position_m=(1.0, 2.0, 0.2),
        drop_m=0.9,
        drop_speed_m_s=1.8,
        middle_m=0.2,
        still_s=5.0,
        since_s=8.0 + ns_to_seconds(since_ns),
        **told,
    )


def open_alarm(at: Instant, identifier: str = "suspected_fall.bedroom.20260120T000000") -> KeptAlarm:
    """Return an alarm of which contacts are told."""
    return KeptAlarm(
        id=identifier,
        cause=AlarmCause.SUSPECTED_FALL,
        subject="bedroom",
        room="bedroom",
        origin=Origin.LIVE,
        stage=AlarmStage.CONTACTS,
        raised=at,
        seen=at,
    )


def first_heard(ask: Callable[[], Sequence[Told]]) -> list[Told]:
    """Return what is told at last; empty where nothing is in time."""
    heard: list[Told] = []

    def told() -> bool:
        heard.extend(ask())
        return bool(heard)

    until(told, DEADLINE_S)
    return heard


def letter(text: str = "a fall is suspected", *, kind: str = "alarm") -> Letter:
    """Return a letter."""
    document = {"kind": kind, "sent_unix_s": 1_768_867_200.0, "cause": AlarmCause.SUSPECTED_FALL.value, "text": text}
    return Letter(
        id="suspected_fall.bedroom.1.ken.1", title="Suspected fall", text=text, language="en", document=document
    )


@dataclass
class Posted:
    """One request that a web server got."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class WebServer:
    """A web server that takes what is posted, or refuses it.

    Attributes:
        port: Where.
        answers: With which status each request is answered, the first first; afterwards 200.
        got: What was posted.
        answered: While it is not set, nobody is answered.
    """

    port: int = 0
    answers: list[int] = field(default_factory=list)
    got: list[Posted] = field(default_factory=list)
    answered: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """Where it takes letters."""
        return f"http://127.0.0.1:{self.port}/alarm?house=1"


@contextmanager
def web_server(certificate: MadeCertificate | None = None) -> Iterator[WebServer]:
    """Run a web server until the block ends.

    Args:
        certificate: With which it encrypts; None: not at all.
    """
    held = WebServer()
    held.answered.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            held.got.append(Posted(self.path, dict(self.headers.items()), body))
            held.answered.wait(DEADLINE_S)
            with contextlib.suppress(OSError):  # who asked may be dead by now
                self.send_response_only(held.answers.pop(0) if held.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate is not None:
        server.socket = _showing(certificate).wrap_socket(server.socket, server_side=True)
    with _serving(server) as port:
        held.port = port
        yield held


@dataclass
class MailServer:
    """A mail server of the plainest kind (RFC 5321), with an own mind about readers and contents.

    Attributes:
        port: Where.
        refuses: Command -> what it is answered with instead.
        mails: What it took.
        said: Every command that it was told.
        open: Which of them everybody on the way could read.
        encrypts: With which certificate; None: not at all.
        at_once: Whether it encrypts from the start, and not when asked to (STARTTLS, RFC 3207).
    """

    port: int = 0
    refuses: dict[str, str] = field(default_factory=dict)
    mails: list[EmailMessage] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    encrypts: ssl.SSLContext | None = None
    at_once: bool = False


_MAIL_ANSWERS = {
    "EHLO": ("250-mail.test", "250 AUTH PLAIN LOGIN"),
    "AUTH": ("235 2.7.0 welcome",),
    "DATA": ("354 go on",),
    "QUIT": ("221 bye",),
}


class _MailHandler(socketserver.StreamRequestHandler):
    held: MailServer

    def handle(self) -> None:
        """Talk with one client until it goes, or does not trust the certificate."""
        with contextlib.suppress(ssl.SSLError):
            if self.held.at_once:
                self._encrypt()
            self._talk()

    def finish(self) -> None:
        """Close what was put around the connection, too."""
        super().finish()
        if isinstance(self.request, ssl.SSLSocket):
            self.request.close()

    def _talk(self) -> None:
        self._answer("220 mail.test")
        while line := self.rfile.readline():
            command = line.decode().strip()
            self.held.said.append(command)
            if not isinstance(self.request, ssl.SSLSocket):
                self.held.open.append(command)
            word = command.split(" ")[0].upper()
            if word in self.held.refuses:
                self._answer(self.held.refuses[word])
                continue
            if word == "STARTTLS":
                self._answer("220 go on")
                self._encrypt()
                continue
            for answer in self._answers(word):
                self._answer(answer)
            if word == "DATA":
                self._take()

    def _answers(self, word: str) -> tuple[str, ...]:
        answers = _MAIL_ANSWERS.get(word, ("250 2.0.0 Ok",))
        offers = word == "EHLO" and self.held.encrypts is not None and not isinstance(self.request, ssl.SSLSocket)
        return (answers[0], "250-STARTTLS", *answers[1:]) if offers else answers

    def _encrypt(self) -> None:
        assert self.held.encrypts is not None
        self.request = self.connection = self.held.encrypts.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", buffering=0)

    def _answer(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        if not line:
            return  # whoever wrote was killed in the middle of a letter: no mail server delivers half of one
        self.held.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))
        self._answer(self.held.refuses.get("CONTENT", "250 2.0.0 Ok: queued as 4F1"))


@contextmanager
def mail_server(certificate: MadeCertificate | None = None, *, at_once: bool = False) -> Iterator[MailServer]:
    """Run a mail server until the block ends.

    Args:
        certificate: With which it encrypts; None: not at all.
        at_once: Whether it encrypts from the start.
    """
    server = MailServer(at_once=at_once)
    if certificate is not None:
        server.encrypts = _showing(certificate)

    class Handler(_MailHandler):
        held = server

    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
        server.port = port
        yield server


def _showing(certificate: MadeCertificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.private_key)
    return context


@contextmanager
def _serving(server: socketserver.ThreadingTCPServer | ThreadingHTTPServer) -> Iterator[int]:
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join(DEADLINE_S)
