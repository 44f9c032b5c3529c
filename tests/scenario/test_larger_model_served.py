"""A model that an owner has trained and serves himself reads what the house does not: every part is the real one."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from click.testing import CliRunner

from sumika.assistant.calls import Call
from sumika.assistant.names import Names
from sumika.assistant.understanding import Understander
from sumika.assistant.understanding_model import ChatModel
from sumika.assistant.understanding_networks import Understood
from sumika.cli.distil import distil
from sumika.config import demo_house
from sumika.links.chat import ChatLink, ChatRefusedError
from sumika.schema.talking import Talking
from sumika.training.house_language.written import Example
from tests.distil_works_helpers import write_rows
from tests.http_helpers import sockets_of_this_machine

pytestmark = pytest.mark.slow
DEADLINE_S = 120.0
NAME = "own-writer"

WISHES = (
    ("could the lamp in the {} possibly begin to shine", "power", "on", "lamp"),
    ("let the fan in the {} have its peace", "power", "off", "fan"),
    ("{}の灯りに元気を出してもらって", "power", "on", "灯り"),
)
"""Said as neither the sentences of the house nor its student know them."""

ROOMS = ("bedroom", "kitchen", "bathroom", "study", "living room", "寝室", "台所", "居間", "書斎")

RECIPE = """
name: own-writer
data:
  from: files
  pool: {path: pool.jsonl, licence: Apache-2.0}
  evaluation: {path: evaluation.jsonl}
pieces: ['{"tool":"', '","what":"', '","spans":{', '"},"statistic":"now"}', '"device":"', '","room":"', power]
clean: {most_duplicate_share: 1.0}
choose: {count: 24, without: [quality, difficulty, diversity]}
teacher: {from: data, name: these sentences, terms: own, answers_alone: true}
teach: {keep: all, max_tokens: 60}
student: {width: 64, layers: 2, head_width: 16}
train: {epochs: 40, batch_tokens: 400, learning_rate: 5.0e-3, weight_decay: 0.0}
compare: []
export: [safetensors]
"""


def wish(said: str, tool: str, what: str, device: str, room: str) -> tuple[str, Call]:
    """Return a sentence, and what it asks for."""
    return said.format(room), Call(tool=tool, what=what, spans={"device": device, "room": room})


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "SUMIKA_HOME": str(folder / "home")}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a model on sentences in a file, as anybody would, and return its folder."""
    folder = tmp_path_factory.mktemp("writer")
    every = [wish(*one, room) for one in WISHES for room in ROOMS]
    rows = [msgspec.to_builtins(Example(said, msgspec.json.encode(call).decode())) for said, call in every]
    unlearnt = rows[:: len(ROOMS)]  # of the bedroom, of which each wish is learnt for other rooms
    write_rows(folder / "pool.jsonl", [row for row in rows if row not in unlearnt])
    write_rows(folder / "evaluation.jsonl", unlearnt)
    (folder / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        # In this process: another would load torch again.
        made = CliRunner().invoke(distil, ["run", "recipe.yaml", "--into", NAME], env=environment(folder))
    assert made.exit_code == 0, made.stderr
    return folder / NAME


@contextmanager
def served(model: Path) -> Iterator[str]:
    """Serve a model with the command for that; yields its address."""
    command = [sys.executable, "-m", "sumika", "distil", "serve", str(model), "--port", "0"]
    with subprocess.Popen(command, env=environment(model.parent), stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None  # a pipe was asked for
            lines = iter(process.stderr.readline, "")  # it ends with the process
            found = next(filter(None, (re.search(r"http://\S+/v1", line) for line in lines)), None)
            assert found, "the server has not started"
            yield found[0]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(DEADLINE_S)


@pytest.fixture(scope="module")
def address(trained: Path) -> Iterator[str]:
    with served(trained) as found:
        yield found


@pytest.fixture(autouse=True)
def this_machine_alone() -> Iterator[None]:
    with sockets_of_this_machine():
        yield


def model(address: str, tmp_path: Path, told: Literal["table", "sentence"]) -> ChatModel:
    return ChatModel(Talking(model_address=address, model=NAME, model_told=told, timeout_s=60), tmp_path)


def assistant(address: str, tmp_path: Path, told: Literal["table", "sentence"]) -> Understander:
    return Understander(Names(demo_house().house), None, model(address, tmp_path, told))


@pytest.mark.parametrize("one", WISHES, ids=[one[3] for one in WISHES])
def test_what_the_house_does_not_understand_its_owners_model_does(
    one: tuple[str, str, str, str], address: str, tmp_path: Path
) -> None:
    said, call = wish(*one, "kitchen" if one[0].isascii() else "台所")
    understood = assistant(address, tmp_path, "sentence").understand(said)
    assert (understood.calls, understood.by) == ((call,), "model")


def test_a_sentence_that_the_model_cannot_read_is_not_understood_and_nothing_is_done(
    address: str, tmp_path: Path
) -> None:
    """The server is there, and is not said to be silent."""
    house, said = assistant(address, tmp_path, "sentence"), "let the ☂ in the kitchen have its peace"
    assert house.understand(said) == Understood()
    with pytest.raises(ChatRefusedError, match="cannot read"):
        model(address, tmp_path, "sentence").call(said)


def test_a_server_that_knows_no_schema_is_asked_without(address: str) -> None:
    """This one refuses a schema, as many do, rather than passing it over."""
    said, call = wish(*WISHES[0], "kitchen")
    asked = {
        "model": NAME,
        "temperature": 0,
        "max_tokens": 60,
        "messages": [{"role": "user", "content": said}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "call", "schema": {}}},
    }
    link = ChatLink(address, leaves_the_house=False, timeout_s=60, where="here")
    assert msgspec.json.decode(link.ask(asked), type=Call) == call


def test_a_model_that_is_too_small_for_the_table_does_nothing_without_a_yes(address: str, tmp_path: Path) -> None:
    """It was trained on sentences alone, and its owner has not said so: it hears the sentence and not the table."""
    said, call = wish(*WISHES[0], "kitchen")
    understood = assistant(address, tmp_path, "table").understand(said)
    assert understood.calls == (call,)
    assert understood.ask_back, "a model of which its owner says nothing is asked back"
