"""An alarm from the fall to the last word, by real servers, in a process that is killed at the worst moments."""

import asyncio
import json
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeVar

import aiomqtt
import pytest

from sumika.alarm import KeptDelivery
from sumika.bus import Board, Publisher, RuntimeFolder, Subscriber, ask
from sumika.clock import WallClock
from sumika.runtime.alarm_loop import run_alarm
from sumika.runtime.alarm_store import AlarmStore
from sumika.runtime.node import Launch, Node
from sumika.schema import (
    AlarmsAnswer,
    AlarmsRequest,
    AlarmStage,
    AlarmState,
    ConfigChange,
    DeliveryState,
    Message,
    Origin,
    ResidentWish,
)
from sumika.schema.alarm_settings import Alarms, Contact, EmailWay, MqttWay, Prompt, WatchFalls, WebhookWay
from sumika.schema.house import Connection, House
from tests.alarm_helpers import DEADLINE_S, MailServer, WebServer, fall, house_with, mail_server, web_server
from tests.bus_helpers import runtime_folder
from tests.certificate_helpers import certificate_for
from tests.gate_helpers import until
from tests.mqtt_helpers import USER, Broker, broker_in
from tests.wire.loopback_links import loopback

__all__ = ["loopback"]
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("loopback"), pytest.mark.timeout(120)]

SECRET = "a-shared-secret"
ANSWER_S = 5.0
EAR = "ear"
CLOCK = WallClock()
Told = TypeVar("Told", bound=Message)


class KilledHome:
    """A house in which somebody falls, and the process of its alarms."""

    def __init__(self, folder: RuntimeFolder, data: Path, house: House) -> None:
        self._folder, self._data, self._house = folder, data, house
        self._board = Board.create(folder.board, ["alarm"])
        self._fall = Publisher(folder, "fall", 0)
        # Whatever the process says first is not said before this one listens.
        self._ear = Subscriber(folder, ["alarm"], ["alarm", "resident_wish"], CLOCK, name=EAR)
        self._process: BaseProcess | None = None
        self._starts = 0
        self._said: list[Message] = []

    def start(self) -> None:
        """Start the process."""
        config = ConfigChange(stamp=CLOCK.now(), origin=Origin.LIVE, file="", hash="", text="")
        house_file = self._data / "house.yaml"
        launch = Launch(
            self._folder.path, self._data, "run", self._house, house_file, config, ("fall", "alarm"), self._starts
        )
        self._starts += 1
        spawn = multiprocessing.get_context("spawn")
        self._process = spawn.Process(target=run_alarm, args=(Node("alarm", run_alarm, heard_by=(EAR,)), launch))
        self._process.start()

    def kill(self) -> None:
        """Let it die without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.join(DEADLINE_S)
            self._process.close()
            self._process = None

    def alarms(self) -> tuple[AlarmState, ...]:
        """Return the open alarms."""
        found = ask(self._folder, "alarms", AlarmsRequest(), timeout_s=DEADLINE_S)
        assert isinstance(found, AlarmsAnswer)
        return found.alarms

    def is_open(self) -> bool:
        """Return whether an alarm is open."""
        return bool(self.alarms())

    def kept(self) -> tuple[KeptDelivery, ...]:
        """Return who was told, as it lies on the disk."""
        return AlarmStore(self._data / "alarm").load()[0].deliveries

    def falls(self) -> str:
        """Let somebody fall, until it is known; return the alarm's id."""

        def known() -> bool:
            self._fall.publish(fall(CLOCK.now()))
            return bool(self.alarms())

        assert until(known, DEADLINE_S)
        return self.alarms()[0].id

    def asked_at_home_first(self) -> bool:
        """Return whether a lamp went on, and whoever is at home had time, before anybody else was told."""
        stages = [each.stage for each in self._heard(AlarmState)]
        return stages[0] is AlarmStage.PROMPT and self._heard(ResidentWish)[0].device == "lamp"

    def _heard(self, kind: type[Told]) -> list[Told]:
        self._said += [received.message for received in self._ear.receive(0.05)]
        return [message for message in self._said if isinstance(message, kind)]

    def close(self) -> None:
        """End everything."""
        self.kill()
        self._fall.close(deliver=False)
        self._ear.close()


@contextmanager
def home_with(folder: Path, web: WebServer, mail: MailServer, broker: Broker) -> Iterator[KilledHome]:
    """Yield a house that tells Mari by mail, then Ken by a webhook, then a service at the broker."""
    secret = folder / "secret"
    secret.write_text(SECRET, encoding="ascii")
    secret.chmod(0o600)
    by_mail = EmailWay(
        host="127.0.0.1", port=mail.port, to=("mari@example.org",), user="home", sender="h@x.org", secret_file="secret"
    )
    alarms = Alarms(
        suspected_fall=WatchFalls(cancel_s=2.0),
        prompt=Prompt(lamps=("lamp",)),
        answer_min=ANSWER_S / 60.0,
        contacts=(
            Contact(id="mari", name="Mari", way=by_mail),
            Contact(id="ken", name="Ken", way=WebhookWay(url=web.url, secret_file="secret")),
            Contact(id="service", name="Service", way=MqttWay(connection="broker", topic="house/alarm")),
        ),
    )
    connection = Connection(
        id="broker", type="mqtt", address=f"127.0.0.1:{broker.port}", user=USER, secret_file="secret"
    )
    house = house_with(alarms, connections=(connection,))
    with runtime_folder() as runtime, closing(KilledHome(runtime, folder, house)) as home:
        yield home


def test_an_alarm_goes_on_where_its_process_was_killed_until_somebody_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = certificate_for(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))

    async def story() -> None:
        async with broker_in(tmp_path, SECRET) as broker, broker.client("service") as service:
            await service.subscribe("house/alarm", qos=1)
            with mail_server(made) as mail, web_server() as web, home_with(tmp_path, web, mail, broker) as home:
                web.answered.clear()
                home.start()
                name = await asyncio.to_thread(home.falls)
                await holds(lambda: len(web.got) == 1 and home.kept()[0].state is DeliveryState.SENT)
                home.kill()  # Mari has it, Ken's web server has not answered yet
                before = home.kept()
                web.answered.set()
                home.start()
                told = await letter_at(service)
                assert [each.asked for each in home.kept()][:2] == [each.asked for each in before]
                await answered(service, home, name)
                home.kill()  # the answer is taken, but who was told may not know it yet
                home.start()
                over = await letter_at(service)
                first = home.asked_at_home_first()
                await holds(lambda: "Service takes care" in str(mail.mails[-1]) and posted(web)[-1]["kind"] == "over")
        assert [each.state for each in before] == [DeliveryState.SENT, DeliveryState.SENDING]
        assert (told["id"], told["kind"], told["perhaps_twice"]) == (name, "alarm", False)
        assert (over["id"], over["kind"], over["answered_by"]) == (name, "over", "Service")
        assert_told_once(name, mail, web)
        assert first, "whoever is at home is asked before anybody else is told"

    asyncio.run(story())


def assert_told_once(name: str, mail: MailServer, web: WebServer) -> None:
    """Nobody was told anything twice without a word that it may be so, and with a mark by which to see it."""
    first, *closing = mail.mails
    assert first["Message-ID"].strip() == f"<{name}.mari.1@sumika.invalid>"
    assert {each["Message-ID"].strip() for each in closing} == {f"<{name}.mari.1.over@sumika.invalid>"}
    assert [each["perhaps_twice"] for each in posted(web) if each["kind"] == "alarm"] == [False, True]
    assert {each["id"] for each in posted(web)} == {name}
    assert [got.headers["Idempotency-Key"] for got in web.got][:2] == [f"{name}.ken.1"] * 2
    over = [each["perhaps_twice"] for each in posted(web) if each["kind"] == "over"]
    assert over in ([False], [True], [False, True])


def posted(web: WebServer) -> list[dict[str, Any]]:
    """Return what Ken's web server got."""
    return [json.loads(got.body) for got in web.got]


async def holds(what: Callable[[], bool]) -> None:
    """Wait until something holds."""
    assert await asyncio.to_thread(until, what, DEADLINE_S)


async def letter_at(client: aiomqtt.Client) -> dict[str, Any]:
    """Return the next letter at the broker."""
    async with asyncio.timeout(DEADLINE_S):
        found: dict[str, Any] = json.loads(bytes((await anext(aiter(client.messages))).payload))
    return found


async def answered(client: aiomqtt.Client, home: KilledHome, name: str) -> None:
    """Answer at the broker until it is taken: whoever does so at once may be faster than those who listen."""
    payload = json.dumps({"id": name, "answer": "acknowledge"})
    async with asyncio.timeout(DEADLINE_S):
        while await asyncio.to_thread(home.is_open):
            await client.publish("house/alarm/answer", payload, qos=1)
