"""What outside agents are offered: read-only unless allowed, with rows, and nothing for who has no token."""

import asyncio
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from mcp.client.client import Client
from starlette.testclient import TestClient

from sumika.assistant.calls import TOOLS
from sumika.assistant.mcp_door import TokenDoor, token_in
from sumika.assistant.mcp_server import http_app, make_server
from sumika.assistant.mcp_tools import ASK, Offer, Outcome
from sumika.schema import SumikaError
from sumika.schema.talk import TalkRequest
from tests.talk_helpers import NOW_S, ORDERS, TalkingHouse, write_records

TOKEN = "a-token-of-more-than-twenty-letters"
YESTERDAY = {"first_day": "2025-11-24", "last_day": "2025-11-24"}


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mcp")
    write_records(folder)
    return folder


def offer(records: Path, **allowed: bool) -> tuple[Offer, TalkingHouse]:
    house = TalkingHouse(records)
    return Offer(house.house, house.book, lambda question: house.talk.say(question, NOW_S), **allowed), house


def test_a_client_of_the_protocol_reads_answers_records_and_the_house(records: Path) -> None:
    offered, _ = offer(records)

    async def talk() -> tuple[Any, ...]:
        async with Client(make_server(offered, "1.0")) as client:
            return (
                await client.list_tools(),
                await client.call_tool("energy", {"what": "cost", "period": "yesterday"}),
                await client.call_tool(ASK, {"text": "昨日の電気代は？"}),
                await client.call_tool("records_figure", {"figure": "cost", "by_day": True, **YESTERDAY}),
                await client.read_resource("sumika://house"),
            )

    tools, cost, asked, figure, house = asyncio.run(talk())
    assert all(one.annotations.read_only_hint for one in tools.tools)
    assert cost.content[0].text == "Yesterday electricity cost 360 yen."
    rows = cost.structured_content["sentences"][0]["rows"]
    assert [one["source"] for one in rows] == ["cost", "meter.imported_kwh", "meter.price_per_kwh"]
    assert asked.content[0].text == "昨日の電気代は360円です。"
    (day,) = figure.structured_content["result"]
    assert (day["day"], round(day["value"]), day["unit"]) == ("2025-11-24", 360, "JPY")
    assert day["rows"][0]["id"].startswith("meter.imported_kwh/meter/2025-11-24")
    told = json.loads(house.contents[0].text)
    assert [one["id"] for one in told["rooms"]] == ["living", "bedroom", "hall"]
    assert "life" not in house.contents[0].text


def test_it_reads_and_does_nothing_unless_that_is_allowed(records: Path) -> None:
    offered, house = offer(records)
    acting = {name for name, tool in TOOLS.items() if tool.acts}
    assert not acting & set(offered.tools)
    assert offered.call("power", {"what": "off", "device": "bedroom light"}).is_error
    refused = offered.call(ASK, {"text": "turn off the bedroom light"})
    assert refused.is_error
    assert refused.told["refused"] == "right"
    assert house.bus.asked == []
    allowed, house = offer(records, actions=True)
    assert acting <= set(allowed.tools)
    assert allowed.call("power", {"what": "off", "device": "bedroom light"}).text == "Done: the bedroom light, off."
    assert house.wishes() == [("bedroom_light", "level", 0.0)]


def test_nights_are_told_to_nobody_unless_that_is_allowed(records: Path) -> None:
    offered, _ = offer(records)
    assert not {"known", "sleep", "vitals", "changes", "records_nights"} & set(offered.tools)
    assert offered.call(ASK, {"text": "did grandmother get up?"}).told["refused"] == "right"
    allowed, _ = offer(records, personal=True)
    assert allowed.call("sleep", {"what": "got_up"}).text == "Hanako got up at 6:30."
    nights = allowed.call("records_nights", {"room": "bedroom", "first_day": "2025-11-25", "last_day": "2025-11-25"})
    assert nights.told["result"][0]["ups"]["value"] == 2.0


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("energy", {}),
        ("energy", {"what": "explode"}),
        ("energy", {"what": "cost", "command": "rm -rf"}),
        ("energy", {"what": "cost", "period": "y" * 201}),
        ("energy", {"what": "cost", "period": 5}),
        ("energy", {"what": "cost", "conversation": "../x"}),
        (ASK, {"text": "x" * 501}),
        (ASK, {"text": "x", "may": ["control"]}),
        ("records_figure", {"figure": "__class__", **YESTERDAY}),
        ("records_figure", {"figure": "cost", "first_day": "2025-11-24", "last_day": "2025-11-23"}),
        ("records_figure", {"figure": "cost", "first_day": "2025-02-30", "last_day": "2025-03-01"}),
        ("records_figure", {"figure": "cost", "first_day": "1990-01-01", "last_day": "2025-11-24"}),
        ("records_figure", {"figure": "device_kwh", "device": "stove", **YESTERDAY}),
        ("records_climate", {"room": "attic", "quantity": "co2_ppm", "statistic": "mean", **YESTERDAY}),
        ("nothing", {}),
        ("records_", {}),
    ],
)
def test_arguments_that_do_not_fit_are_refused_in_words(records: Path, name: str, arguments: dict[str, Any]) -> None:
    offered, house = offer(records)
    outcome = offered.call(name, arguments)
    assert outcome.is_error
    assert 5 < len(outcome.text) < 400
    assert house.bus.asked == []


def test_every_query_tells_rows_and_orders_within_them_stay_data(records: Path) -> None:
    offered, house = offer(records)
    days = {"first_day": "2025-11-24", "last_day": "2025-11-25"}
    faults = offered.call("records_faults", days)
    assert faults.told["result"][0]["detail"] == ORDERS
    orders = offered.call("records_orders", {"device": "living_aircon", **days})
    assert [one["written"] for one in orders.told["result"]["verdicts"]] == [None, 21.0]
    for name, more in (
        ("records_happenings", {"kind": "cooking"}),
        ("records_incidents", {}),
        ("records_climate", {"room": "living", "quantity": "temperature_c", "statistic": "mean"}),
        ("records_climate", {"room": "outside", "quantity": "temperature_c", "statistic": "mean"}),
        ("records_figure", {"figure": "device_kwh", "device": "living_light"}),
    ):
        outcome = offered.call(name, {**more, **days})
        assert not outcome.is_error, outcome.text
    assert house.bus.asked == []


def test_a_house_that_does_not_answer_is_an_error_in_words(records: Path) -> None:
    def silent(question: TalkRequest) -> Any:
        raise SumikaError("'talk' was not answered within 45 s")

    house = TalkingHouse(records)
    outcome = Offer(house.house, house.book, silent).call("clock", {"what": "time"})
    assert outcome == Outcome(text=outcome.text, told={"error": outcome.text}, is_error=True)
    assert "not answered" in outcome.text


def test_the_token_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "mcp" / "token"
    token = token_in(path)
    assert len(token) >= 40
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert token_in(path) == token
    path.chmod(0o644)
    with pytest.raises(SumikaError, match="read by others"):
        token_in(path)
    path.chmod(0o600)
    path.write_text("\n", encoding="ascii")
    with pytest.raises(SumikaError, match="no token"):
        token_in(path)


INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}
HEADERS = {"Accept": "application/json, text/event-stream"}


def test_over_http_nobody_is_answered_without_the_token(records: Path) -> None:
    offered, _ = offer(records)
    app = http_app(make_server(offered, "1.0"), TOKEN)
    assert isinstance(app, TokenDoor)
    with TestClient(app, base_url="http://127.0.0.1:8161") as client:
        for shown in (
            "",
            f"Bearer {TOKEN}x",
            f"Bearer {TOKEN[:-1]}",
            f"Basic {TOKEN}",
            "Bearer ",
            f"Bearer {TOKEN}\u00e9",
        ):
            headers: dict[str, Any] = {**HEADERS, **({"Authorization": shown.encode()} if shown else {})}
            answer = client.post("/mcp", json=INITIALIZE, headers=headers)
            assert answer.status_code == 401
            assert answer.text == "a token is needed\n"
        headers = {**HEADERS, "Authorization": f"Bearer {TOKEN}"}
        assert client.post("/mcp", json=INITIALIZE, headers=headers).json()["result"]["serverInfo"]["name"] == "sumika"
        # Another site's page that a browser was lured to speak with us.
        lured = {**headers, "Origin": "http://evil.example"}
        assert client.post("/mcp", json=INITIALIZE, headers=lured).status_code == 403
        assert client.post("/mcp", content=b"x" * 100_000, headers=headers).status_code in (400, 413)
