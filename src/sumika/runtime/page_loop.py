"""The process that serves the page: one event loop hears the bus, shows life, and answers browsers."""

import asyncio
import contextlib
import json
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

from sumika.bus import Subscriber, ask
from sumika.dashboard import (
    SHOWN,
    Consents,
    Feed,
    HouseFile,
    Parts,
    Past,
    PrivacyDesk,
    Scanning,
    Surveying,
    WhoSees,
    make_app,
)
from sumika.runtime.node import PAGE, Launch, Node
from sumika.runtime.page_access import Files, certificate_of, open_accounts
from sumika.runtime.page_aside import begins, read_plan_aside
from sumika.runtime.page_certificate import CertificateKeeper
from sumika.runtime.page_connection import (
    HANDSHAKE_WITHIN_S,
    LARGEST_HEADERS_BYTES,
    MOST_CONNECTIONS,
    PageConnection,
)
from sumika.runtime.privacy_watch import read_privacy
from sumika.runtime.process import NodeProcess
from sumika.runtime.small_file import DamagedFileError
from sumika.runtime.survey_process import SurveyProcess
from sumika.schema import PRIVACY_FILE, Event, Origin, Severity, SumikaError, Survey, SurveyLaunch
from sumika.schema.house import Page
from sumika.sensors import MODELS
from sumika.units import seconds_to_ns

TURN_S = 0.02
"""What comes over the bus waits so long at most before it is offered to viewers; together with others it costs less."""

BIG = frozenset({"points", "slow_time"})
"""Topics that are only listened to while somebody watches them: they are most of what the bus carries."""

TRY_PORT_EVERY_S = 5.0
PRIVACY_EVERY_S = 5.0
LARGEST_QUESTION_BYTES = 65_536
PING_EVERY_S, PONG_WITHIN_S = 5.0, 20.0
SCAN_WITHIN_S = 180.0
WATCHED_AGAIN_S = 0.5
FAREWELL_S = 1.5


class PageServer(uvicorn.Server):
    """Uvicorn within our own process: signals are the node's, and nobody has longer for TLS than for a request."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen where the page is to be.

        Raises:
            OSError: if another program does.
        """
        config = self.config
        listener = await asyncio.get_running_loop().create_server(
            lambda: PageConnection(config, self.server_state, {}),
            config.host,
            config.port,
            ssl=config.ssl,
            ssl_handshake_timeout=HANDSHAKE_WITHIN_S if config.ssl else None,
            backlog=config.backlog,
        )
        self.servers = [listener]
        self.started = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


def parts_of(process: NodeProcess, settings: Page, *, tls: bool) -> Parts:
    """Return what the page's server is made of in a running house.

    Args:
        process: Of the node.
        settings: Of the page.
        tls: Whether browsers speak TLS with us.
    """
    launch, clock = process.launch, process.clock
    folder = launch.data / PAGE

    def now_unix_s() -> float:
        return clock.now().wall_ns / 1e9

    def put(name: str, question: msgspec.Struct) -> msgspec.Struct:
        return ask(process.folder, name, question)

    def look(survey: Survey) -> SurveyProcess:
        folder, nodes = str(launch.folder), launch.nodes
        return SurveyProcess(SurveyLaunch(survey=survey, folder=folder, house=launch.house, nodes=nodes))

    sees = WhoSees(launch.house)
    house_file = HouseFile(launch.house_file, launch.house, MODELS, launch.data)
    return Parts(
        house=launch.house,
        settings=settings,
        accounts=open_accounts(launch.data, clock),
        consents=Consents(folder, Files, tuple(one.id for one in launch.house.residents)),
        privacy=PrivacyDesk(launch.data, Files, clock, read_privacy(launch.data / PRIVACY_FILE)),
        feed=Feed(sees.room_of),
        house_file=house_file,
        past=Past(launch.data / "history"),
        scanning=Scanning(lambda: scan(house_file.there), now_unix_s),
        ask=put,
        clock=clock,
        version=version("sumika"),
        tls=tls,
        models=launch.data / "models",
        sees=sees,
        begins=begins,
        reads_plan=read_plan_aside,
        surveying=Surveying(look),
    )


def scan(house: Path) -> list[dict[str, Any]]:
    """Look for devices in a process of its own: drivers are large, and may hang.

    Raises:
        SumikaError: if nothing could be asked.
    """
    command = [sys.executable, "-m", "sumika", "devices", "scan", "--house", str(house), "--json"]
    done = subprocess.run(command, capture_output=True, timeout=SCAN_WITHIN_S, check=False)
    try:
        told = json.loads(done.stdout)
    except ValueError as error:
        raise SumikaError(done.stderr.decode("utf-8", "replace").strip()[-400:] or "nothing was found") from error
    return [{"connection": name, **one} for name, found in told.items() for one in found if isinstance(one, dict)]


class PageLoop:
    """The work of the page, in one event loop."""

    def __init__(self, process: NodeProcess) -> None:
        """Open its ears.

        Args:
            process: Of the node.
        """
        launch = process.launch
        self.process = process
        self.settings = launch.house.page or Page()
        self.certificates = CertificateKeeper(
            lambda: certificate_of(self.settings, launch.house_file, launch.data, process.clock), process.clock.now()
        )
        self.parts = parts_of(process, self.settings, tls=self.certificates.current is not None)
        self._config: uvicorn.Config | None = None
        self._server: PageServer | None = None
        self._heard = [name for name in launch.nodes if name != PAGE]
        self._small = self._listen(SHOWN - BIG)
        self._big: dict[str, Subscriber] = {}
        self._privacy_ns = self._watched_ns = 0
        self._told_problem = ""

    def _listen(self, topics: frozenset[str]) -> Subscriber:
        return Subscriber(
            self.process.folder,
            nodes=self._heard,
            topics=sorted(topics),
            clock=self.process.clock,
            high_water_mark=2000,
        )

    async def run(self) -> None:
        """Serve until told to stop."""
        serving = asyncio.create_task(self._serve())
        try:
            self.process.beat()
            while not self.process.stopping:
                self.turn()
                await asyncio.sleep(TURN_S)
        finally:
            await self._stop(serving)
            self.close()

    async def _stop(self, serving: asyncio.Task[None]) -> None:
        """Tell viewers that we go, so that they look for us again; who does not let go is let go."""
        if self._server is not None:
            self._server.should_exit = True
            await asyncio.wait({serving}, timeout=FAREWELL_S)
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving

    def turn(self) -> None:
        """Hear, offer to viewers, and show a sign of life; waits for nobody."""
        began_ns = time.perf_counter_ns()
        count = self._hear(self._small) + sum(self._hear(one) for one in self._big.values())
        now_ns = self.process.clock.now().monotonic_ns
        if now_ns >= self._watched_ns:
            self._watched_ns = now_ns + seconds_to_ns(WATCHED_AGAIN_S)
            self._listen_to_big()
            self._refresh_accounts()
            self._renew_certificate()
        if now_ns >= self._privacy_ns or self.parts.privacy.changed:
            self._privacy_ns = now_ns + seconds_to_ns(PRIVACY_EVERY_S)
            self._tell_privacy()
        self.process.taken += count
        self.process.worked(time.perf_counter_ns() - began_ns, count)
        self.process.beat()
        self.process.tell(self._small.lost)

    def _hear(self, subscriber: Subscriber) -> int:
        arrived = subscriber.receive(0.0)
        for received in arrived:
            envelope = received.envelope
            self.parts.feed.take(envelope.topic, envelope.key, received.message, envelope.message)
        return len(arrived)

    def _listen_to_big(self) -> None:
        watched = self.parts.feed.watched()
        wanted = BIG if "*" in watched else BIG & watched
        for topic in wanted - self._big.keys():
            self._big[topic] = self._listen(frozenset({topic}))
        for topic in self._big.keys() - wanted:
            self._big.pop(topic).close()

    def _refresh_accounts(self) -> None:
        try:
            self.parts.accounts.refresh()
        except DamagedFileError as error:
            self._tell_problem(str(error))

    def _renew_certificate(self) -> None:
        context = self._config.ssl if self._config is not None else None
        for event in self.certificates.turn(self.process.clock.now(), context):
            self._publish(event)

    def _tell_privacy(self) -> None:
        self.parts.privacy.changed = False
        told = self.parts.privacy.now()
        if told.hides_bodies != self.parts.feed.hidden:
            self.parts.feed.hide(hidden=told.hides_bodies)
        if self.process.publisher is not None:
            envelope = self.process.publisher.publish(told)
            self.parts.feed.take(envelope.topic, envelope.key, told, envelope.message)

    async def _serve(self) -> None:
        """Serve browsers; a port that another program has is asked for again and again."""
        while not self.process.stopping:
            try:
                self._config = self._listening()
                self._server = PageServer(self._config)
                await self._server.serve()
            except ssl.SSLError as error:
                self._tell_problem(f"the certificate cannot be used ({error})")
            except OSError:
                self._tell_problem(f"{self.settings.listen}:{self.settings.port} is taken by another program")
            if not self.process.stopping:
                await asyncio.sleep(TRY_PORT_EVERY_S)

    def _listening(self) -> uvicorn.Config:
        certificate = self.certificates.current
        config = uvicorn.Config(
            make_app(self.parts),
            host=self.settings.listen,
            port=self.settings.port,
            loop="asyncio",
            http=PageConnection,
            h11_max_incomplete_event_size=LARGEST_HEADERS_BYTES,
            ws="websockets-sansio",
            ws_max_size=LARGEST_QUESTION_BYTES,
            ws_ping_interval=PING_EVERY_S,
            ws_ping_timeout=PONG_WITHIN_S,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=20,
            limit_concurrency=2 * MOST_CONNECTIONS,  # never reached: connections make room for each other before
            ssl_certfile=certificate.certificate if certificate else None,
            ssl_keyfile=certificate.private_key if certificate else None,
            backlog=128,
        )
        config.load()
        return config

    def _tell_problem(self, problem: str) -> None:
        """Say once why nobody can see the page, and once that it can be seen again."""
        if problem == self._told_problem or self.process.publisher is None:
            return
        self._told_problem = problem
        self._publish(
            Event(
                stamp=self.process.clock.now(),
                origin=Origin.LIVE,
                subject=PAGE,
                code="page_unreachable",
                severity=Severity.WARNING if problem else Severity.INFO,
                recovered=not problem,
                detail=problem,
            )
        )

    def _publish(self, event: Event) -> None:
        if self.process.publisher is not None:
            self.process.publisher.publish(event)

    def close(self) -> None:
        """Stop listening."""
        for subscriber in (self._small, *self._big.values()):
            subscriber.close()
        self.parts.surveying.close()
        self.parts.past.close()


def run_page(node: Node, launch: Launch) -> None:
    """Serve the page until told to stop."""
    with NodeProcess(node, launch) as process:
        asyncio.run(PageLoop(process).run())
