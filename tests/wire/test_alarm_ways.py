"""Letters by real ways: a web server, a mail server, mosquitto; taken with a receipt, or refused."""

import asyncio
import hmac
import json
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from sumika.alarm import ContactAnswer, NotTakenError, PostOffice
from sumika.evaluate.free_port import free_port
from sumika.runtime.alarm_ears import AlarmEars
from sumika.schema import AlarmStage
from sumika.schema.alarm_settings import Alarms, EmailWay, MqttWay, WebhookWay
from sumika.schema.house import Connection
from tests.alarm_helpers import (
    DEADLINE_S,
    NOON,
    contact,
    first_heard,
    house_with,
    letter,
    mail_server,
    open_alarm,
    web_server,
)
from tests.certificate_helpers import certificate_for
from tests.gate_helpers import until
from tests.mqtt_helpers import USER, broker_in, strict_broker
from tests.wire.loopback_links import loopback

__all__ = ["loopback"]
pytestmark = pytest.mark.usefixtures("loopback")

SECRET = "a-shared-secret"


def post_office(folder: Path, *connections: Connection) -> PostOffice:
    secret = folder / "secret"
    secret.write_text(SECRET, encoding="ascii")
    secret.chmod(0o600)
    return PostOffice(house_with(None, connections=connections), folder)


def test_a_webhook_gets_json_that_is_signed(tmp_path: Path) -> None:
    with web_server() as server:
        way = WebhookWay(url=server.url, secret_file="secret")
        assert post_office(tmp_path).send(way, letter()) == "HTTP 200"
    (got,) = server.got
    assert got.path == "/alarm?house=1"
    signed = f"{got.headers['X-Sumika-Timestamp']}.".encode() + got.body
    expected = hmac.new(SECRET.encode(), signed, sha256).hexdigest()
    assert got.headers["X-Sumika-Signature"] == f"sha256={expected}"
    assert got.headers["Idempotency-Key"] == letter().id
    assert json.loads(got.body) == letter().document


@pytest.mark.parametrize(("status", "for_good"), [(500, False), (503, False), (429, False), (404, True), (302, True)])
def test_a_webhook_that_refuses_says_whether_it_is_worth_another_try(
    tmp_path: Path, status: int, for_good: bool
) -> None:
    with web_server() as server:
        server.answers.append(status)
        with pytest.raises(NotTakenError, match=str(status)) as refused:
            post_office(tmp_path).send(WebhookWay(url=server.url), letter())
    assert refused.value.for_good is for_good
    assert len(server.got) == 1, "it is not followed elsewhere"


def test_where_nobody_listens_nothing_is_taken(tmp_path: Path) -> None:
    port = free_port()
    ways = (WebhookWay(url=f"http://127.0.0.1:{port}/"), EmailWay(host="127.0.0.1", to=("a@b.c",), port=port))
    for way in ways:
        with pytest.raises(NotTakenError) as refused:
            post_office(tmp_path).send(way, letter())
        assert not refused.value.for_good


def test_a_secret_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    office = post_office(tmp_path)
    (tmp_path / "secret").chmod(0o644)
    with web_server() as server, pytest.raises(NotTakenError, match="others can read"):
        office.send(WebhookWay(url=server.url, secret_file="secret"), letter())
    assert server.got == []


def mail_way(port: int) -> EmailWay:
    return EmailWay(
        host="127.0.0.1",
        port=port,
        security="none",
        to=("ken@example.org", "mari@example.org"),
        sender="home@example.org",
        user="home",
        secret_file="secret",
    )


def test_an_e_mail_is_taken_with_the_servers_own_receipt(tmp_path: Path) -> None:
    with mail_server() as server:
        said = "寝室で転倒の疑いがあります。\n.\nend"
        assert "queued as 4F1" in post_office(tmp_path).send(mail_way(server.port), letter(said))
    (mail,) = server.mails
    assert mail["To"] == "ken@example.org, mari@example.org"
    assert mail["From"] == "home@example.org"
    assert mail["Message-ID"] == "<suspected_fall.bedroom.1.ken.1@sumika.invalid>"
    assert mail["Importance"] == "high"
    assert mail.get_content().strip().splitlines() == said.splitlines()
    assert any(command.startswith("AUTH") for command in server.said)


@pytest.mark.parametrize(
    ("command", "answer", "for_good"),
    [
        ("AUTH", "535 5.7.8 no", True),
        ("MAIL", "451 4.3.0 later", False),
        ("RCPT", "550 5.1.1 unknown", True),
        ("RCPT", "450 4.2.1 busy", False),
        ("CONTENT", "452 4.3.1 full", False),
        ("CONTENT", "554 5.7.1 spam", True),
    ],
)
def test_a_mail_server_that_refuses_is_understood(tmp_path: Path, command: str, answer: str, for_good: bool) -> None:
    with mail_server() as server:
        server.refuses[command] = answer
        with pytest.raises(NotTakenError) as refused:
            post_office(tmp_path).send(mail_way(server.port), letter())
    assert refused.value.for_good is for_good
    assert SECRET not in refused.value.problem


def test_a_mail_server_without_encryption_gets_no_password(tmp_path: Path) -> None:
    with mail_server() as server:
        way = EmailWay(host="127.0.0.1", port=server.port, to=("a@b.c",), user="home", secret_file="secret")
        with pytest.raises(NotTakenError):
            post_office(tmp_path).send(way, letter())
    assert not any(command.startswith(("AUTH", "MAIL")) for command in server.said)


def safe_way(port: int, at_once: bool) -> EmailWay:
    """Return the way to a mail server that encrypts."""
    return msgspec.structs.replace(mail_way(port), security="tls" if at_once else "starttls")


@pytest.mark.parametrize("at_once", [False, True])
def test_a_mail_server_is_told_nothing_but_encrypted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    made = certificate_for(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    office = post_office(tmp_path)
    with mail_server(made, at_once=at_once) as server:
        assert "queued as 4F1" in office.send(safe_way(server.port, at_once), letter())
        server.refuses["AUTH"] = "535 5.7.8 no"
        with pytest.raises(NotTakenError, match="refuses user or password") as refused:
            office.send(safe_way(server.port, at_once), letter())
    assert refused.value.for_good
    assert SECRET not in refused.value.problem
    assert len(server.mails) == 1
    open_words = {"EHLO", "STARTTLS"} if not at_once else set()
    assert {said.split(" ")[0].upper() for said in server.open} <= open_words
    assert any(said.startswith("AUTH") for said in server.said)


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize(
    ("address", "days", "trusted", "said"),
    [
        ("10.1.2.3", 1, True, "certificate of another host"),
        ("127.0.0.1", -1, True, "has expired"),
        ("127.0.0.1", 1, False, "nobody whom this computer trusts"),
    ],
)
def test_a_mail_server_that_is_another_one_gets_neither_letter_nor_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool, address: str, days: int, trusted: bool, said: str
) -> None:
    made = certificate_for(tmp_path, address, days=days)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    with mail_server(made, at_once=at_once) as server, pytest.raises(NotTakenError, match=said) as refused:
        post_office(tmp_path).send(safe_way(server.port, at_once), letter())
    assert not refused.value.for_good, "a clock is put right, a certificate renewed"
    assert not any(command.startswith(("AUTH", "MAIL")) for command in server.said)


@pytest.mark.parametrize(("address", "said"), [("127.0.0.1", ""), ("10.1.2.3", "certificate of another host")])
def test_a_webhook_is_sent_only_to_who_it_is_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, said: str
) -> None:
    made = certificate_for(tmp_path, address)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    with web_server(made) as server:
        way = WebhookWay(url=server.url.replace("http:", "https:"))
        if not said:
            assert post_office(tmp_path).send(way, letter()) == "HTTP 200"
            return
        with pytest.raises(NotTakenError, match=said):
            post_office(tmp_path).send(way, letter())
    assert server.got == []


def test_a_broker_gets_json_that_is_not_retained(tmp_path: Path) -> None:
    async def story() -> None:
        async with broker_in(tmp_path, SECRET) as broker:
            connection = Connection(
                id="mqtt", type="mqtt", address=f"127.0.0.1:{broker.port}", user=USER, secret_file="secret"
            )
            office = post_office(tmp_path, connection)
            way = MqttWay(connection="mqtt", topic="family/alarm")
            async with broker.client("reader") as reader, asyncio.timeout(DEADLINE_S):
                await reader.subscribe("family/#", qos=1)
                assert await asyncio.to_thread(office.send, way, letter()) == "the broker has it"
                got = await anext(aiter(reader.messages))
            assert got.topic.value == "family/alarm"
            assert not got.retain
            assert isinstance(got.payload, bytes)
            assert json.loads(got.payload) == letter().document
            broker.kill()
            with pytest.raises(NotTakenError, match="broker"):
                await asyncio.to_thread(office.send, way, letter())

    asyncio.run(story())


def test_who_is_told_by_a_broker_answers_there(tmp_path: Path) -> None:
    async def story() -> None:
        async with broker_in(tmp_path, SECRET) as broker:
            connection = Connection(
                id="mqtt", type="mqtt", address=f"127.0.0.1:{broker.port}", user=USER, secret_file="secret"
            )
            post_office(tmp_path)
            ken = contact("ken", MqttWay(connection="mqtt", topic="family/alarm"), name="Ken")
            ears = AlarmEars(house_with(Alarms(contacts=(ken,)), connections=(connection,)), tmp_path)
            alarm = open_alarm(NOON)
            said = json.dumps({"id": alarm.id, "answer": "acknowledge"})
            async with broker.client("reader") as reader:
                await reader.publish("family/alarm/answer", said.replace("acknowledge", "cancel"), qos=1, retain=True)
                ears.turn((alarm,))
                assert await asyncio.to_thread(until, lambda: ears.hear, DEADLINE_S), ears.problems
                await reader.publish("family/alarm/answer", b"\xff", qos=1)
                await reader.publish("family/alarm/answer", said, qos=1)
                heard = await asyncio.to_thread(first_heard, lambda: ears.turn((alarm,)))
            broker.kill()
            assert await asyncio.to_thread(until, lambda: ears.problems["mqtt"] != "", DEADLINE_S)
            ears.close()
            assert heard == [(ken, ContactAnswer(alarm.id, "ken", AlarmStage.ACKNOWLEDGED))]

    asyncio.run(story())


def test_one_contact_that_a_broker_forbids_costs_no_other_its_answers(tmp_path: Path) -> None:
    async def story() -> None:
        async with strict_broker(b"alarm/mother/answer") as port:
            connection = Connection(id="mqtt", type="mqtt", address=f"127.0.0.1:{port}")
            mother, son = (
                contact(name, MqttWay(connection="mqtt", topic=f"alarm/{name}"), name=name)
                for name in ("mother", "son")
            )
            ears = AlarmEars(house_with(Alarms(contacts=(mother, son)), connections=(connection,)), tmp_path)
            ears.turn((open_alarm(NOON),))
            heard = await asyncio.to_thread(until, lambda: ears.hear, DEADLINE_S)
            assert (heard, ears.problems["mqtt"]) == (True, "the MQTT broker does not let us hear alarm/son/answer")
            ears.close()

    asyncio.run(story())


def test_a_connection_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotTakenError, match="'gone'") as refused:
        post_office(tmp_path).send(MqttWay(connection="gone", topic="x"), letter())
    assert refused.value.for_good
