"""The process that shows the house to Home Assistant: one event loop between the bus and an MQTT broker."""

import asyncio
import contextlib
import os
import random
import time
from functools import partial
from importlib.metadata import PackageNotFoundError, version

from sumika.bridge import (
    HEARD,
    OLDEST_S,
    ONLINE,
    Ask,
    HouseBridge,
    Outgoing,
    Places,
    Restart,
    TurnedAway,
    Wanted,
    bridge_broker,
)
from sumika.bus import Subscriber, ask
from sumika.ending import end_tasks
from sumika.links.again import Again
from sumika.links.base import LinkError
from sumika.links.mqtt import BrokerSession, TopicMessage
from sumika.runtime.bridge_announcer import BridgeAnnouncer
from sumika.runtime.bridge_folder import BridgeFolder
from sumika.runtime.node import BRIDGE, Launch, Node
from sumika.runtime.privacy_watch import PrivacyWatch
from sumika.runtime.process import NodeProcess
from sumika.schema import Event, Origin, RestartRequest, SavedRequest, Severity, SumikaError
from sumika.schema.house import Bridge
from sumika.text import language_of, say
from sumika.units import seconds_to_ns

TURN_S = 0.05
BIRTH_WITHIN_S = (0.3, 3.0)
"""So long after Home Assistant began it is told everything: several houses at a broker do not speak all at once."""

SAVED_EVERY_S, SAVED_AGAIN_S = 600.0, 60.0
VERSIONS_EVERY_S = 600.0
QUIET_AFTER_S = 60.0
"""What is turned away is told of once; after so long without any it is over."""

HEARS_FIRST_S = 1.0
"""After its own start the bridge listens so long before it speaks: it would say of everything that it is not known."""

MOST_WAITING = 64


class BridgeLoop:
    """The work of the bridge, in one event loop."""

    def __init__(self, process: NodeProcess) -> None:
        """Open its ears.

        Args:
            process: Of the node.
        """
        launch = process.launch
        self.process = process
        self.settings = launch.house.bridge or Bridge(enabled=False)
        self.language = launch.house.language or language_of(os.environ)
        self.folder = BridgeFolder(launch.data)
        self.places = Places(self.settings, self.folder.installation)
        self._version = version("sumika")
        self.bridge = HouseBridge(
            launch.house, self.places, self.folder.kept, version=self._version, language=self.language
        )
        self._subscriber = Subscriber(
            process.folder,
            nodes=[name for name in launch.nodes if name != BRIDGE],
            topics=HEARD,
            clock=process.clock,
            high_water_mark=2000,
        )
        self._privacy = PrivacyWatch(launch.data, BRIDGE)
        self._questions: asyncio.Queue[tuple[Ask, int]] = asyncio.Queue(MOST_WAITING)
        self._lying: set[str] = set()
        self._session: BrokerSession | None = None
        self._announcer = BridgeAnnouncer(self.bridge, self.folder)
        self._speaks_ns = process.clock.now().monotonic_ns + seconds_to_ns(HEARS_FIRST_S)
        self._told = {"broker_unreachable": "", "broker_refused": "", "topics_refused": ""}
        self._refused_ns = 0
        self._saved_ns = self._versions_ns = 0

    async def run(self) -> None:
        """Bridge until told to stop."""
        tasks = [asyncio.create_task(work) for work in (self._connect_again_and_again(), self._put_questions())]
        try:
            self.process.beat()
            while not self.process.stopping:
                self.turn()
                await self._publish()
                for task in tasks:
                    if task.done():
                        task.result()  # a slip in the program ends the node, which is started again
                await asyncio.sleep(TURN_S)
        finally:
            await self._leave()
            await end_tasks(tasks)
            self._subscriber.close()

    def turn(self) -> None:
        """Hear the bus, and show a sign of life."""
        began_ns = time.perf_counter_ns()
        now = self.process.clock.now()
        arrived = self._subscriber.receive(0.0)
        for received in arrived:
            if self.bridge.hear(received.message, received.received_ns):
                self._announcer.something_new(now.monotonic_ns)
        self.bridge.hidden = self._privacy.hides_bodies(now)
        self._ask_now_and_then(now.monotonic_ns)
        if self._told["broker_refused"] and now.monotonic_ns - self._refused_ns > seconds_to_ns(QUIET_AFTER_S):
            self._tell("broker_refused", "")
        self.process.taken += len(arrived)
        self.process.worked(time.perf_counter_ns() - began_ns, len(arrived))
        self.process.beat()
        self.process.tell(self._subscriber.lost)

    def _ask_now_and_then(self, now_ns: int) -> None:
        """Ask what was saved; look whether another version lies there for the next start."""
        if now_ns >= self._versions_ns:
            self._versions_ns = now_ns + seconds_to_ns(VERSIONS_EVERY_S)
            with contextlib.suppress(PackageNotFoundError):  # it is being exchanged at this moment
                self.bridge.ecu.versions = (self._version, version("sumika"))
        if now_ns >= self._saved_ns and self.process.launch.house.control is not None:
            self._saved_ns = now_ns + seconds_to_ns(SAVED_AGAIN_S)
            self._enqueue(Ask(name="saved", question=SavedRequest(), topic=""))

    async def _publish(self) -> None:
        """Publish what is due, where the broker is there."""
        session, now_ns = self._session, self.process.clock.now().monotonic_ns
        if session is None or now_ns < self._speaks_ns:
            return
        if not await self._announcer.turn(partial(self._send, session), now_ns):
            return
        while self._lying:
            if not await self._send(session, Outgoing(self._lying.pop(), "", retain=True)):
                return
        sends = True
        for message in self.bridge.due(now_ns):
            sends = sends and await self._send(session, message)
            if not sends:
                self.bridge.not_sent(message)

    async def _send(self, session: BrokerSession, message: Outgoing) -> bool:
        problem = await session.publish(message.topic, message.payload, retain=message.retain)
        if problem and message.topic in session.denied:
            # What its access list forbids it forbids again: it is told, and all else goes on.
            self._turn_away(f"{message.topic}: {problem}", self.process.clock.now().monotonic_ns)
            return True
        if problem and self._session is session:
            self._session = None
            await session.close()
        return not problem

    async def _connect_again_and_again(self) -> None:
        """Keep a connection to the broker; wait longer and longer while there is none."""
        again = Again()
        while True:
            try:
                await self._connected(again)
            except SumikaError as error:
                self._session = None
                self._tell("broker_unreachable", str(error))
            await asyncio.sleep(again.next_s() * random.uniform(0.8, 1.2))

    async def _connected(self, again: Again) -> None:
        """Speak with the broker until the connection breaks.

        Raises:
            SumikaError: when it breaks, or cannot be made.
        """
        settings = bridge_broker(self.settings, self.places, self.process.launch.house_file.parent)
        session = BrokerSession(settings)
        # Where it may not hear what Home Assistant wishes, it still shows the house there.
        await session.open((self.places.birth,), as_published=(self.places.commands,), may_be_deaf=True)
        try:
            again.held()
            self._tell("broker_unreachable", "")
            self._tell("topics_refused", ", ".join(session.refused))
            self._announcer.all_anew(0)
            self._session = session
            async for message in session.messages():
                self._take(message)
            raise LinkError("the connection to the MQTT broker ended", where=settings.where)
        finally:
            self._session = None
            await session.close()

    def _take(self, message: TopicMessage) -> None:
        """Take what came over the broker; nothing of it is trusted."""
        now = self.process.clock.now()
        if message.topic == self.places.birth:
            if message.payload == ONLINE.encode() and not message.retained:
                self._announcer.all_anew(now.monotonic_ns + seconds_to_ns(random.uniform(*BIRTH_WITHIN_S)))
            return
        wanted: Wanted = self.bridge.read(message.topic, message.payload, now, retained=message.retained)
        if isinstance(wanted, TurnedAway):
            if wanted.lies_at:
                self._lying.add(wanted.lies_at)
            self._turn_away(say_why(wanted, self.language), now.monotonic_ns)
        elif isinstance(wanted, Restart):
            self._enqueue(Ask(name="restart", question=RestartRequest(), topic=wanted.topic))
        else:
            for one in wanted:
                self._enqueue(one)

    def _enqueue(self, one: Ask) -> None:
        try:
            self._questions.put_nowait((one, self.process.clock.now().monotonic_ns))
        except asyncio.QueueFull:
            self._turn_away(say("bridge.refused.many", self.language, topic=one.topic), self._refused_ns)

    async def _put_questions(self) -> None:
        """Put one question after the other on the bus; each waits for its answer in a thread."""
        while True:
            one, asked_ns = await self._questions.get()
            if one.topic and self.process.clock.now().monotonic_ns - asked_ns > seconds_to_ns(OLDEST_S):
                self._turn_away(say("bridge.refused.old", self.language, topic=one.topic), asked_ns)
                continue
            try:
                answer = await asyncio.to_thread(ask, self.process.folder, one.name, one.question)
            except SumikaError as error:
                if one.topic:
                    self._not_done(one, str(error))
                continue
            if one.name == "saved":
                self._saved_ns = self.process.clock.now().monotonic_ns + seconds_to_ns(SAVED_EVERY_S)
            self.bridge.answered(one, answer)
            if not getattr(answer, "accepted", True) and one.topic:
                problem = getattr(answer, "problem_ja" if self.language == "ja" else "problem", "")
                self._not_done(one, problem)

    def _not_done(self, one: Ask, why: str) -> None:
        now_ns = self.process.clock.now().monotonic_ns
        self._turn_away(say("bridge.refused.house", self.language, topic=one.topic, why=why), now_ns)

    def _turn_away(self, why: str, now_ns: int) -> None:
        self.process.refuse("broker_refused")
        self._refused_ns = now_ns
        if not self._told["broker_refused"]:
            self._tell("broker_refused", why)

    def _tell(self, code: str, problem: str) -> None:
        """Say once what is wrong, and once that it is over."""
        if bool(problem) == bool(self._told[code]) or self.process.publisher is None:
            self._told[code] = problem
            return
        self._told[code] = problem
        self.process.publisher.publish(
            Event(
                stamp=self.process.clock.now(),
                origin=Origin.LIVE,
                subject=BRIDGE,
                code=code,
                severity=Severity.WARNING if problem else Severity.INFO,
                recovered=not problem,
                detail=problem,
            )
        )

    async def _leave(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()


def say_why(turned_away: TurnedAway, language: str) -> str:
    """Return why something is not obeyed.

    Args:
        turned_away: What.
        language: Of the reader.
    """
    return say(turned_away.why, language, topic=turned_away.topic, bytes=turned_away.size)


def run_bridge(node: Node, launch: Launch) -> None:
    """Bridge until told to stop."""
    with NodeProcess(node, launch) as process:
        asyncio.run(BridgeLoop(process).run())
