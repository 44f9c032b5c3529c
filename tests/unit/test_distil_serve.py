"""The served student speaks OpenAI's protocol, says what it cannot do, and gives the generator's own answers."""

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec
import pytest
import torch
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sumika.distil.language.batch import Batch
from sumika.distil.language.budget import budget_of
from sumika.distil.language.decoder import Decoder
from sumika.distil.language.dialogue import question
from sumika.distil.language.generate import LanguageStudent, Request, Sampling
from sumika.distil.language.shape import DecoderShape
from sumika.distil.language.tokenizer import CharacterTokenizer
from sumika.distil.serve import ServeLimits, application

pytestmark = pytest.mark.slow

TOKENIZER = CharacterTokenizer()
ASKED = "What is 2 + 3?"
KEY = "a-key-of-enough-signs"
HERE = "http://127.0.0.1"
SHAPE = DecoderShape(vocabulary=TOKENIZER.size, width=32, layers=2, heads=4, key_value_heads=2, hidden=64, context=256)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Small matrices gain nothing from threads, which wait for each other where other tests run beside."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def student() -> LanguageStudent:
    return LanguageStudent(Decoder(SHAPE, seed=3), TOKENIZER)


@pytest.fixture(scope="module")
def client(student: LanguageStudent) -> Iterator[TestClient]:
    with TestClient(application(student, "tiny"), base_url=HERE) as found:
        yield found


def body(**more: Any) -> dict[str, Any]:
    return {"model": "tiny", "messages": [{"role": "user", "content": ASKED}], "temperature": 0, **more}


def own(student: LanguageStudent, sampling: Sampling, *, cap: int, waits: int = 0) -> list[int]:
    """Return what the generator itself writes."""
    forced = budget_of(TOKENIZER, cap=cap, waits=waits)
    request = Request(token_ids=question(TOKENIZER, ASKED), seed=sampling.seed)
    return student.generator.run([request], sampling, budget=forced)[0].token_ids


def chunks_of(text: str) -> list[dict[str, Any]]:
    lines = text.split("\n\n")
    assert lines[-2:] == ["data: [DONE]", ""]
    return [json.loads(line.removeprefix("data: ")) for line in lines[:-2]]


@pytest.mark.parametrize(
    "asked", [{"temperature": 0}, {"temperature": 1.0, "seed": 7}, {"temperature": 0.8, "top_p": 0.7, "seed": -1}]
)
def test_an_answer_is_the_generators(client: TestClient, student: LanguageStudent, asked: dict[str, Any]) -> None:
    told = client.post("/v1/chat/completions", json=body(max_tokens=40, thinking_budget=9, **asked)).json()
    seed = asked.pop("seed", 0) % (1 << 63)
    ids = own(student, Sampling(max_tokens=40, seed=seed, **asked), cap=9)
    message = told["choices"][0]["message"]
    assert message["reasoning_content"] + "</think>" + message["content"] == TOKENIZER.decode(ids)
    assert message["reasoning"] == message["reasoning_content"]
    assert (message["role"], told["model"], told["object"]) == ("assistant", "tiny", "chat.completion")
    assert told["usage"] == {
        "prompt_tokens": len(question(TOKENIZER, ASKED)),
        "completion_tokens": len(ids),
        "total_tokens": len(question(TOKENIZER, ASKED)) + len(ids),
        "completion_tokens_details": {"reasoning_tokens": ids.index(TOKENIZER.encode("</think>")[0])},
    }


def test_a_student_of_single_lines_is_asked_the_last_question_alone(client: TestClient) -> None:
    before = [{"role": "system", "content": "Be kind, 猫."}, {"role": "user", "content": "1 + 1"}]
    turns = [*before, {"role": "assistant", "content": "2"}, {"role": "user", "content": ASKED}]
    alphabet = CharacterTokenizer(TOKENIZER.characters.replace("\n", ""))
    shape = msgspec.structs.replace(SHAPE, vocabulary=alphabet.size)
    with TestClient(application(LanguageStudent(Decoder(shape, seed=3), alphabet), "tiny"), base_url=HERE) as single:
        told = single.post("/v1/chat/completions", json=body(max_tokens=2, messages=turns)).json()
    assert told["usage"]["prompt_tokens"] == len(question(alphabet, ASKED))
    told = client.post("/v1/chat/completions", json=body(max_tokens=2, messages=turns[1:])).json()
    assert told["usage"]["prompt_tokens"] == len(question(TOKENIZER, f"1 + 1\n2\n{ASKED}"))


def test_a_stream_says_the_same_as_a_whole_answer(client: TestClient) -> None:
    asked = body(max_tokens=30, thinking_budget=11, temperature=1.0, seed=5, n=3)
    whole = client.post("/v1/chat/completions", json=asked).json()
    options = {"stream": True, "stream_options": {"include_usage": True}}
    response = client.post("/v1/chat/completions", json=asked | options)
    assert response.headers["content-type"].startswith("text/event-stream")
    *chunks, last = chunks_of(response.text)
    assert last["usage"] == whole["usage"]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert len({chunk["id"] for chunk in chunks}) == 1
    for choice in whole["choices"]:
        parts = [one["choices"][0] for one in chunks if one["choices"][0]["index"] == choice["index"]]
        assert parts[0]["delta"] == {"role": "assistant", "content": ""}
        for field in ("content", "reasoning_content", "reasoning"):
            assert "".join(part["delta"].get(field, "") for part in parts) == choice["message"][field]
        assert [part["finish_reason"] for part in parts if part["finish_reason"]] == [choice["finish_reason"]]
    assert len({choice["message"]["content"] for choice in whole["choices"]}) == 3


def test_thinking_is_left_out_or_prolonged(client: TestClient, student: LanguageStudent) -> None:
    told = client.post("/v1/chat/completions", json=body(max_tokens=12, thinking_budget=0)).json()
    request = Request(token_ids=TOKENIZER.encode(ASKED + "<think></think>"))
    ids = student.generator.run([request], Sampling(max_tokens=12))[0].token_ids
    assert told["choices"][0]["message"]["content"] == TOKENIZER.decode(ids)
    assert told["usage"]["completion_tokens_details"]["reasoning_tokens"] == 0
    for seed in range(40):  # until one of them ends its thinking by itself
        asked = body(max_tokens=200, thinking_budget=150, wait=2, temperature=1.4, seed=seed)
        reasoning = client.post("/v1/chat/completions", json=asked).json()["choices"][0]["message"]["reasoning"]
        ids = own(student, Sampling(max_tokens=200, temperature=1.4, seed=seed), cap=150, waits=2)
        assert reasoning == TOKENIZER.decode(ids).split("</think>")[0]
        if reasoning.count("Wait") == 2:
            return
    pytest.fail("no thinking was prolonged")


def test_stop_texts_end_the_answer_before_them(client: TestClient) -> None:
    whole = client.post("/v1/chat/completions", json=body(max_tokens=60, thinking_budget=4)).json()["choices"][0]
    answer = whole["message"]["content"]
    stop = answer[20:23]
    asked = body(max_tokens=60, thinking_budget=4, stop=["never there", stop])
    told = client.post("/v1/chat/completions", json=asked).json()["choices"][0]
    assert told["message"]["content"] == answer[: answer.index(stop)]
    assert (whole["finish_reason"], told["finish_reason"]) == ("length", "stop")
    streamed = chunks_of(client.post("/v1/chat/completions", json=asked | {"stream": True}).text)
    said = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in streamed)
    assert said == told["message"]["content"]
    pause = threading.Event()
    for _ in range(200):  # the decoding of what nobody wants any more ends between two tokens
        if not client.get("/health").json()["active"]:
            return
        pause.wait(0.05)
    pytest.fail("it still decodes after the stop text")


def test_log_probabilities_are_told(client: TestClient, student: LanguageStudent) -> None:
    told = client.post("/v1/chat/completions", json=body(max_tokens=6, logprobs=True, top_logprobs=3)).json()
    request = Request(token_ids=question(TOKENIZER, ASKED))
    done = student.generator.run([request], Sampling(max_tokens=6))[0]
    content = told["choices"][0]["logprobs"]["content"]
    assert [one["token"] for one in content] == [TOKENIZER.decode([token]) for token in done.token_ids]
    assert [one["logprob"] for one in content] == pytest.approx(done.log_probabilities)
    assert all(len(one["top_logprobs"]) == 3 and one["top_logprobs"][0]["token"] == one["token"] for one in content)
    legacy = {"model": "tiny", "prompt": ASKED + "<think>", "temperature": 0, "max_tokens": 6, "logprobs": 2}
    found = client.post("/v1/completions", json=legacy).json()["choices"][0]
    assert found["text"] == TOKENIZER.decode(done.token_ids)
    assert found["logprobs"]["token_logprobs"] == pytest.approx(done.log_probabilities)
    assert found["logprobs"]["tokens"] == [TOKENIZER.decode([token]) for token in done.token_ids]
    assert [len(top) for top in found["logprobs"]["top_logprobs"]] == [2] * 6
    parts = [
        one["choices"][0] for one in chunks_of(client.post("/v1/completions", json=legacy | {"stream": True}).text)
    ]
    offsets = [offset for part in parts if part["logprobs"] for offset in part["logprobs"]["text_offset"]]
    assert offsets == found["logprobs"]["text_offset"]


def test_several_prompts_are_completed_in_order(client: TestClient) -> None:
    asked = {"model": "tiny", "prompt": ["1+1=", "2+2="], "n": 2, "max_tokens": 5, "seed": 1}
    told = client.post("/v1/completions", json=asked).json()
    assert [choice["index"] for choice in told["choices"]] == [0, 1, 2, 3]
    assert told["usage"]["prompt_tokens"] == 8
    alone = client.post("/v1/completions", json=asked | {"prompt": "2+2=", "n": 1, "seed": 3}).json()
    assert alone["choices"][0]["text"] == told["choices"][2]["text"]


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "unknown role": ({"messages": [{"role": "wizard", "content": "hi"}]}, "role 'wizard'"),
    "no user last": ({"messages": [{"role": "assistant", "content": "hi"}]}, "last message"),
    "empty": ({"messages": [{"role": "user", "content": " "}]}, "empty"),
    "no message": ({"messages": []}, "messages"),
    "picture": ({"messages": [{"role": "user", "content": [{"type": "image_url", "text": ""}]}]}, "type"),
    "too long": ({"messages": [{"role": "user", "content": "a" * 300}]}, "301 tokens"),
    "characters": ({"messages": [{"role": "user", "content": "2 × 3 は?"}]}, r"U\+00D7.*U\+306F"),
    "marks": ({"messages": [{"role": "user", "content": "1</think>2"}]}, "</think>"),
    "temperature": ({"temperature": -1}, "temperature"),
    "top_p": ({"top_p": 0}, "top_p"),
    "tokens": ({"max_tokens": 0}, "max_tokens"),
    "choices": ({"n": 17}, "n"),
    "penalty": ({"presence_penalty": 1}, "presence_penalty"),
    "tools": ({"tools": []}, "tools"),
    "type": ({"stream": "yes"}, "stream"),
    "stops": ({"stop": ["a"] * 5}, "stop"),
    "wait": ({"thinking_budget": 0, "wait": 1}, "wait"),
    "tops": ({"top_logprobs": 2}, "logprobs"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_asked_is_refused_with_the_reason(client: TestClient, name: str) -> None:
    changed, reason = BAD[name]
    response = client.post("/v1/chat/completions", json=body(**changed))
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert set(error) == {"message", "type", "param", "code"}
    assert re.search(reason, error["message"])


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[" * 100_000, b'{"model": "\xff"}', b'{"model": "tiny", "messages": NaN}', b"null"]
)
def test_what_is_no_request_is_refused(client: TestClient, content: bytes) -> None:
    for path in ("/v1/chat/completions", "/v1/completions"):
        response = client.post(path, content=content, headers={"Content-Type": "application/json"})
        assert response.status_code == 400
        assert response.json()["error"]["message"]


def test_other_errors_have_openais_shape(client: TestClient) -> None:
    found = {
        404: client.post("/v1/chat/completions", json=body(model="gpt-4")),
        405: client.get("/v1/chat/completions"),
        413: client.post(
            "/v1/chat/completions", content=b" " * ((1 << 20) + 1), headers={"Content-Type": "application/json"}
        ),
        415: client.post("/v1/chat/completions", content=b"{}", headers={"Content-Type": "text/plain"}),
        403: client.get("/v1/models", headers={"Host": "evil.example"}),
    }
    for status, response in found.items():
        assert (response.status_code, set(response.json())) == (status, {"error"})
    chunked = client.post(
        "/v1/completions", content=iter([b" " * 700_000] * 2), headers={"Content-Type": "application/json"}
    )
    assert chunked.status_code == 413
    assert client.get("/v2").json()["error"]["code"] == "not_found"
    assert client.get("/v1/models/other").status_code == 404
    assert client.get("/v1/models/tiny").json()["id"] == "tiny"
    assert client.get("/v1/models").json()["data"] == [client.get("/v1/models/tiny").json()]
    assert client.get("/health").json() == {"status": "ok", "active": 0, "waiting": 0}


def test_a_key_is_asked_for_everywhere_but_health(student: LanguageStudent) -> None:
    with TestClient(application(student, "tiny", api_key=KEY), base_url="http://house.example") as client:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {KEY}"}):
            response = client.get("/v1/models", headers=headers)
            assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
            assert response.json()["error"]["code"] == "invalid_api_key"
            assert client.post("/v1/chat/completions", json=body(), headers=headers).status_code == 401
        assert client.get("/v1/models", headers={"Authorization": f"Bearer {KEY}"}).status_code == 200
        assert client.get("/health").status_code == 200


@contextmanager
def running(app: Starlette) -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        context = app.router.lifespan_context(app)
        runner.run(context.__aenter__())
        try:
            yield runner
        finally:
            runner.run(context.__aexit__(None, None, None))


def test_requests_at_the_same_time_share_steps_and_change_no_answer(
    student: LanguageStudent, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = application(student, "tiny")
    sizes: list[int] = []
    step = Batch.step

    def counted(batch: Batch) -> Any:
        sizes.append(len(batch.rows))
        return step(batch)

    asked = [
        body(max_tokens=30, temperature=place % 3 / 2, seed=place, thinking_budget=place + 1) for place in range(12)
    ]

    async def ask(*bodies: dict[str, Any]) -> list[Any]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HERE) as client:
            found = await asyncio.gather(*(client.post("/v1/chat/completions", json=one) for one in bodies))
        return [one.json()["choices"] for one in found]

    with running(app) as runner:
        alone = [runner.run(ask(one))[0] for one in asked]
        monkeypatch.setattr(Batch, "step", counted)
        together = runner.run(ask(*asked))
    assert together == alone
    assert max(sizes) > 6


def test_a_full_queue_is_said_and_empties(student: LanguageStudent) -> None:
    app = application(student, "tiny", limits=ServeLimits(batch=1, waiting=3))

    async def ask() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HERE) as client:
            first = await asyncio.gather(
                *(client.post("/v1/chat/completions", json=body(max_tokens=50)) for _ in range(12))
            )
            return [*first, await client.post("/v1/chat/completions", json=body(max_tokens=5, n=3))]

    with running(app) as runner:
        *first, later = runner.run(ask())
    refused = [one for one in first if one.status_code == 429]
    assert 0 < len(refused) < 12
    assert {one.status_code for one in first} == {200, 429}
    assert refused[0].json()["error"]["type"] == "rate_limit_error"
    assert refused[0].headers["retry-after"] == "1"
    assert later.status_code == 200


def test_a_fault_while_decoding_is_told_and_the_next_request_served(
    student: LanguageStudent, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(batch: Batch) -> Any:
        raise MemoryError("no room")

    with TestClient(application(student, "tiny"), base_url=HERE) as client:
        for method in ("step", "admit"):
            with monkeypatch.context() as patched:
                patched.setattr(Batch, method, fail if method == "step" else lambda batch, rows: fail(batch))
                response = client.post("/v1/chat/completions", json=body())
                assert (response.status_code, response.json()["error"]["type"]) == (500, "server_error")
                streamed = client.post("/v1/chat/completions", json=body(stream=True)).text
                assert json.loads(streamed.strip().split("\n\n")[-1].removeprefix("data: "))["error"]["code"]
            assert client.post("/v1/chat/completions", json=body(max_tokens=3)).status_code == 200
    assert "no room" in caplog.text
