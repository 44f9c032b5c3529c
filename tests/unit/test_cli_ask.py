"""`sumika ask` and `sumika mcp`: a running house answers, or records alone; in those nothing is done."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from sumika.cli import ask as module
from sumika.cli import mcp as mcp_module
from sumika.schema.talk import ALL_RIGHTS, EVERYBODY, TalkAnswer, TalkRequest, TalkRow, TalkSentence
from tests.talk_helpers import write_records

HOUSE = """\
version: 1
name: Test house
rooms:
  - { id: living, name: Living room, floor_m: [[0, 0], [4, 0], [4, 4], [0, 4]], called: [居間] }
devices:
  - { id: living_light, room: living, kind: light }
sensors:
  - { id: living_air, room: living, kind: air }
building:
  site: { timezone: Asia/Tokyo }
control: { mode: shadow }
"""
AT = "2025-11-25T08:00"


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[TalkRequest]:
    """Let a house answer; return what was said to it."""
    heard: list[TalkRequest] = []
    row = TalkRow(
        id="air.x/living/2025", source="air.x", subject="living", begin_unix_s=0.0, end_unix_s=0.0, value=21.3
    )

    def answer(folder: object, name: str, question: Any) -> TalkAnswer:
        heard.append(question)
        long = "The temperature in the living room is 21.3 °C, and that is a sentence of more than eighty letters."
        refused = "not_understood" if question.text == "nonsense" else ""
        sentences = (TalkSentence(text=long, rows=(row,), more_rows=2),)
        return TalkAnswer(
            sentences=sentences, language="en", refused=refused, ask_back=question.text == "which?", choices=("a", "b")
        )

    monkeypatch.setattr(module, "running_house", lambda where, data: where)
    monkeypatch.setattr(module, "put", answer)
    return heard


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ask")
    (folder / "house.yaml").write_text(HOUSE, encoding="utf-8")
    write_records(folder / "data")
    return folder


def test_what_is_said_goes_to_the_running_house_with_all_rights(answers: list[TalkRequest]) -> None:
    result = CliRunner().invoke(module.ask, ["how", "warm", "is", "it", "--room", "living", "--resident", "ken"])
    assert result.exit_code == 0, result.output
    assert all(len(line) <= 80 for line in result.output.splitlines())
    (question,) = answers
    assert (question.text, question.room, question.resident) == ("how warm is it", "living", "ken")
    assert question.may == ALL_RIGHTS
    assert question.sees == (EVERYBODY,)


def test_rows_are_printed_when_they_are_wanted(answers: list[TalkRequest]) -> None:
    assert "air.x" not in CliRunner().invoke(module.ask, ["x"]).output
    output = CliRunner().invoke(module.ask, ["x", "--rows"]).output
    assert "  - air.x/living/2025 = 21.3" in output
    assert "and 2 more" in output


@pytest.mark.parametrize(("words", "code"), [("x", 0), ("nonsense", 1), ("which?", 1)])
def test_it_ends_with_1_where_nothing_was_answered(answers: list[TalkRequest], words: str, code: int) -> None:
    assert CliRunner().invoke(module.ask, [words]).exit_code == code


def test_json_is_one_object_and_nothing_else(answers: list[TalkRequest]) -> None:
    told = json.loads(CliRunner().invoke(module.ask, ["x", "--json"]).output)
    assert told["sentences"][0]["rows"][0]["value"] == 21.3


def test_without_words_it_talks_line_by_line_in_one_conversation(answers: list[TalkRequest]) -> None:
    result = CliRunner().invoke(module.ask, ["--language", "en"], input="turn on the light\n\nthe hall one\n")
    assert result.exit_code == 0
    assert result.output.startswith("Say or ask something; end with Ctrl-D.")
    assert [one.text for one in answers] == ["turn on the light", "the hall one"]
    assert len({one.conversation for one in answers}) == 1


@pytest.mark.slow
def test_records_are_asked_without_a_house_that_runs_and_nothing_is_done(recorded: Path) -> None:
    where = ["--house", str(recorded / "house.yaml"), "--data", str(recorded / "data"), "--at", AT, "--json"]
    words = ("what did electricity cost yesterday?", "昨日の電気代は？", "turn on the light")
    result = CliRunner().invoke(module.ask, where, input="\n".join(words))
    answers = [msgspec.json.decode(line, type=TalkAnswer) for line in result.output.splitlines()]
    assert [one.text for one in answers] == [
        "Yesterday electricity cost 360 yen.",
        "昨日の電気代は360円です。",
        "For that the house has to be running.",
    ]
    assert [one.refused for one in answers] == ["", "", "no_house"]
    assert answers[0].by == "sentences"


@pytest.mark.parametrize("arguments", [["x", "--at", AT], ["x", "--data", "."], ["x", "--house", "/nowhere.yaml"]])
def test_what_cannot_be_is_told(arguments: list[str]) -> None:
    result = CliRunner().invoke(module.ask, arguments)
    assert result.exit_code != 0
    assert str(result.exception)


@pytest.mark.slow
def test_an_agent_speaks_with_it_over_standard_input_and_output(recorded: Path) -> None:
    where = ["--house", str(recorded / "house.yaml"), "--data", str(recorded / "data")]
    server = StdioServerParameters(command=sys.executable, args=["-m", "sumika", "mcp", *where])

    async def talk() -> tuple[Any, ...]:
        async with Client(stdio_client(server)) as client:
            days = {"first_day": "2025-11-24", "last_day": "2025-11-24"}
            figure = {"figure": "energy_kwh", **days}
            return await client.list_tools(), await client.call_tool("records_figure", figure)

    tools, figure = asyncio.run(talk())
    assert "energy" in {one.name for one in tools.tools}
    assert "power" not in {one.name for one in tools.tools}
    assert round(figure.structured_content["result"]["value"]) == 12


def test_actions_need_a_house_that_runs(recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp_module, "running", lambda data: None)
    monkeypatch.setattr(mcp_module, "offline", lambda *about: None)
    where = ["--house", str(recorded / "house.yaml"), "--data", str(recorded / "data"), "--allow-actions"]
    result = CliRunner().invoke(mcp_module.mcp, where)
    assert result.exit_code != 0
    assert "no house is running" in str(result.exception)
