"""A student served by a process of its own: streams, crowds, cut connections, signals, and OpenAI's own client."""

import asyncio
import json
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_socket

from sumika.distil.language.budget import budget_of
from sumika.distil.language.dialogue import question
from sumika.distil.language.generate import Request, Sampling
from sumika.distil.records import Example
from sumika.distil.serve import serve
from sumika.distil.teachers.endpoint import EndpointTeacher
from sumika.distil.teachers.journal import Journal
from sumika.distil.teachers.presets import EndpointSettings
from sumika.schema import SumikaError
from tests.distil_serve_helpers import CONTEXT, NAME, Served, serving, tiny_student

pytestmark = pytest.mark.slow
DEADLINE_S = 20.0
KEY = "a-key-of-enough-signs"


@pytest.fixture(autouse=True)
def this_machine_alone() -> None:
    """Let these tests connect to this machine and to no other; pytest-socket blocks all again before the next test."""
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("student")) as found:
        yield found
        assert found.end(signal.SIGINT) == 0


def body(**more: Any) -> dict[str, Any]:
    return {"model": NAME, "messages": [{"role": "user", "content": "What is 2 + 3?"}], "temperature": 0, **more}


def until_idle(served: Served) -> None:
    """Wait until nothing is decoded, far sooner than a whole answer would take."""
    pause = threading.Event()
    for _ in range(round(DEADLINE_S / 0.05)):
        if not served.active():
            return
        pause.wait(0.05)
    pytest.fail("it still decodes for somebody who has left")


def test_a_crowd_gets_the_generators_answers(served: Served) -> None:
    student = tiny_student()
    asked = [body(max_tokens=20 + place, temperature=place % 2, seed=place, thinking_budget=5) for place in range(24)]

    async def ask() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=served.url, timeout=DEADLINE_S, trust_env=False) as client:
            return await asyncio.gather(*(client.post("/v1/chat/completions", json=one) for one in asked))

    ids = question(student.tokenizer, "What is 2 + 3?")
    budget = budget_of(student.tokenizer, cap=5)
    for one, response in zip(asked, asyncio.run(ask()), strict=True):
        sampling = Sampling(max_tokens=one["max_tokens"], temperature=one["temperature"])
        own = student.generator.run([Request(token_ids=ids, seed=one["seed"])], sampling, budget=budget)[0]
        message = response.json()["choices"][0]["message"]
        assert message["reasoning"] + "</think>" + message["content"] == student.tokenizer.decode(own.token_ids)


def test_a_stream_comes_piece_by_piece(served: Served) -> None:
    asked = body(max_tokens=50, thinking_budget=10, stream=True)
    with served.client.stream("POST", "/v1/chat/completions", json=asked) as response:
        lines = [line for line in response.iter_lines() if line]
    deltas = [json.loads(line.removeprefix("data: "))["choices"][0]["delta"] for line in lines[:-1]]
    whole = served.client.post("/v1/chat/completions", json=asked | {"stream": False}).json()
    assert lines[-1] == "data: [DONE]"
    assert sum("reasoning" in delta for delta in deltas) > 5
    assert "".join(delta.get("content", "") for delta in deltas) == whole["choices"][0]["message"]["content"]


@pytest.mark.parametrize("streamed", [True, False])
def test_nothing_is_decoded_for_a_cut_connection(served: Served, streamed: bool) -> None:
    # Thinking is not ended by the end of everything, and here hardly ever by its own mark.
    asked = body(max_tokens=CONTEXT, stream=streamed, n=2, thinking_budget=CONTEXT, wait=100)
    content = json.dumps(asked).encode()
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=DEADLINE_S) as connection:
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        if streamed:
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        while not served.active():
            assert served.process.poll() is None
    until_idle(served)


def test_garbage_leaves_it_standing(served: Served) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    for sent in (b"\x00" * 5000, b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n{", b"GET"):
        with socket.create_connection((host, int(port)), timeout=DEADLINE_S) as connection:
            connection.sendall(sent)
    assert served.client.get("/health").json()["status"] == "ok"


def test_our_own_server_is_a_teacher_whose_answers_are_the_students(served: Served, tmp_path: Path) -> None:
    examples = [Example(prompt=f"What is {number} + 1?", answer=str(number + 1)) for number in range(4)]
    with Journal(tmp_path / "journal") as journal:
        settings = EndpointSettings(
            model=NAME, base_url=f"{served.url}/v1", key_env="", terms="own", max_tokens=30, temperature=0.0
        )
        teacher = EndpointTeacher(settings)
        traces = teacher.answer(examples, journal)
        again = EndpointTeacher(settings)
        assert again.answer(examples, journal) == traces
    assert again.report.requests == 0
    assert teacher.report.faults["rambles"] == len(examples)
    student = tiny_student()
    for example, trace in zip(examples, traces, strict=True):
        ids = question(student.tokenizer, example.prompt)
        own = student.read(student.generator.run([Request(token_ids=ids)], Sampling(max_tokens=30))[0])
        assert (trace.reasoning, trace.answer, trace.finish) == (own.reasoning, own.answer, "length")


def test_openais_own_client_is_served_until_a_signal_ends_it_after_the_answers_on_their_way(tmp_path: Path) -> None:
    openai = pytest.importorskip("openai")
    with serving(tmp_path, {**os.environ, "SUMIKA_SERVE_KEY": KEY}) as served:
        messages = [{"role": "user", "content": "What is 2 + 3?"}]
        asked = {"model": NAME, "messages": messages, "max_completion_tokens": 30, "seed": 4}
        extra = {"thinking_budget": 6, "wait": 0}
        with openai.OpenAI(base_url=f"{served.url}/v1", api_key=KEY, max_retries=0) as client:
            whole = client.chat.completions.create(**asked, extra_body=extra)
            options = {"include_usage": True}
            chunks = list(
                client.chat.completions.create(**asked, extra_body=extra, stream=True, stream_options=options)
            )
            assert [model.id for model in client.models.list()] == [NAME]
            text = client.completions.create(model=NAME, prompt="2+3=", max_tokens=4, seed=4)
            with pytest.raises(openai.NotFoundError, match="no model"):
                client.chat.completions.create(**asked | {"model": "other"})
            with pytest.raises(openai.BadRequestError, match="unknown role"):
                client.chat.completions.create(**asked | {"messages": [{"role": "tool", "content": "1"}]})
        with (
            openai.OpenAI(base_url=f"{served.url}/v1", api_key="wrong", max_retries=0) as client,
            pytest.raises(openai.AuthenticationError),
        ):
            client.models.list()
        assert whole.usage.completion_tokens_details.reasoning_tokens == 6
        # Four tokens; one of them may be a whole tag, for nobody has taught this student.
        assert text.usage.completion_tokens == 4
        assert text.choices[0].text
        assert chunks[-1].usage == whole.usage
        said = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
        assert "".join(one.content or "" for one in said) == whole.choices[0].message.content
        reasoning = "".join(getattr(one, "reasoning_content", "") for one in said)
        assert reasoning == whole.choices[0].message.reasoning_content
        asked = body(max_tokens=400, stream=True, n=2, temperature=1.0)
        shown = {"Authorization": f"Bearer {KEY}"}
        with served.client.stream("POST", "/v1/chat/completions", json=asked, headers=shown) as response:
            lines = response.iter_lines()
            assert next(lines)
            served.process.send_signal(signal.SIGTERM)
            assert list(lines)[-2] == "data: [DONE]"
        assert served.process.wait(DEADLINE_S) == 0
        assert served.process.stderr is not None
        assert served.process.stderr.read() == ""


def test_a_taken_port_is_said(served: Served) -> None:
    port = int(served.url.rsplit(":", 1)[1])
    with pytest.raises(SumikaError, match="nothing can listen there"):
        serve(tiny_student(), NAME, port=port)
