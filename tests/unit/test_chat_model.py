"""A model that answers badly: slowly, with errors, elsewhere, too much, in orders. Nothing is done, and it is told."""

import http.server
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sumika.assistant.calls import Call
from sumika.assistant.names import Names
from sumika.assistant.understanding import Understander
from sumika.assistant.understanding_model import ChatModel
from sumika.cli._doctor_model import larger_model
from sumika.cli._finding import Level
from sumika.config import LoadedHouse, demo_house
from sumika.desk.prose import ModelProse
from sumika.links.chat import MOST_ANSWER_BYTES, ChatLink, ChatRefusedError
from sumika.schema import SumikaError
from sumika.schema.talking import Talking
from tests.certificate_helpers import certificate_for
from tests.http_helpers import serving, sockets_of_this_machine

UNHEARD = "mumble the quux of the living room light sideways"
"""Neither sentences nor a student make anything of it."""

NEVER = threading.Event()
"""What a server waits for that is slow."""


class Asked(http.server.BaseHTTPRequestHandler):
    """One request.

    Attributes:
        body: What was asked.
    """

    body: Any


Answers = Callable[[Asked], None]


def completion(content: object) -> bytes:
    return msgspec.json.encode({"choices": [{"message": {"role": "assistant", "content": content}}]})


def says(body: bytes, status: int = 200, **headers: str) -> Answers:
    """Return what answers with these bytes."""

    def answer(handler: Asked) -> None:
        handler.send_response_only(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def drips(handler: Asked) -> None:
    """Answer a letter at a time, each in time, for half a minute."""
    body = completion('{"tool": "none"}').ljust(300)
    handler.send_response_only(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    for letter in body:
        handler.wfile.write(bytes([letter]))
        handler.wfile.flush()
        NEVER.wait(0.1)


def streams(handler: Asked) -> None:
    """Answer with server-sent events, which nobody asked for."""
    delta = msgspec.json.encode({"choices": [{"delta": {"content": '{"tool": "power"'}}]})
    says(b"data: " + delta + b"\n\ndata: [DONE]\n\n")(handler)


def hangs_up(handler: Asked) -> None:
    handler.close_connection = True
    handler.connection.close()


def silent() -> None:
    NEVER.wait(3.0)


@contextmanager
def served(answer: Answers, context: ssl.SSLContext | None = None) -> Iterator[tuple[str, list[Any]]]:
    """Run an endpoint; yields its address and what it was asked: (path, headers, body)."""
    asked: list[Any] = []

    class Handler(Asked):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.body = msgspec.json.decode(body)
            asked.append((self.path, dict(self.headers.items()), self.body))
            try:
                answer(self)
            except OSError:
                self.close_connection = True  # who asked has gone

        def do_GET(self) -> None:
            asked.append((self.path, dict(self.headers.items()), None))
            says(completion("it went elsewhere"))(self)

        def log_request(self, *values: object) -> None:
            """Say nothing."""

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing."""

    with sockets_of_this_machine():
        server = Server(("127.0.0.1", 0), Handler)
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        with serving(server) as port:
            yield f"{'https' if context else 'http'}://127.0.0.1:{port}/v1", asked


def link(address: str, timeout_s: float = 5.0) -> ChatLink:
    return ChatLink(address, leaves_the_house=False, timeout_s=timeout_s, where="here")


FAILS: list[tuple[str, Answers, str]] = [
    ("an error", says(b"{}", 500), "HTTP 500"),
    ("too many asked", says(b"{}", 429), "HTTP 429"),
    ("elsewhere", says(b"", 302, Location="http://127.0.0.1:9/v1"), "HTTP 302"),
    ("elsewhere, asked again", says(b"", 307, Location="http://127.0.0.1:9/v1"), "HTTP 307"),
    ("no JSON", says(b"<html>busy</html>"), "something else than a chat completion"),
    ("half of it", says(completion("x")[:-7]), "something else than a chat completion"),
    ("nothing", says(b""), "something else than a chat completion"),
    ("JSON of another kind", says(b'{"error": "no such model"}'), "something else than a chat completion"),
    ("a list", says(b"[1, 2]"), "something else than a chat completion"),
    ("too deep", says(b"[" * 50_000), "something else than a chat completion"),
    ("a stream", streams, "something else than a chat completion"),
    ("too much", says(completion("x" * MOST_ANSWER_BYTES)), f"more than {MOST_ANSWER_BYTES} bytes"),
    ("hangs up", hangs_up, "does not answer"),
]


@pytest.mark.parametrize(("answer", "why"), [one[1:] for one in FAILS], ids=[one[0] for one in FAILS])
def test_what_is_no_answer_is_told_of(answer: Answers, why: str) -> None:
    with served(answer) as (address, asked), pytest.raises(SumikaError, match=why):
        link(address).ask({"messages": []})
    assert len(asked) == 1


EVERY_FIELD = {"messages": [], "temperature": 0, "max_tokens": 9, "response_format": {"type": "json_schema"}}


def error(**told: object) -> bytes:
    return msgspec.json.encode({"error": told})


def picky(unknown: dict[str, bytes], status: int = 400) -> tuple[Answers, list[dict[str, Any]]]:
    """Return what refuses fields, each in its words, and the list of every body that it was asked."""
    bodies: list[dict[str, Any]] = []

    def answer(handler: Asked) -> None:
        bodies.append(handler.body)
        why = next((words for name, words in unknown.items() if name in bodies[-1]), None)
        (says(completion("yes")) if why is None else says(why, status))(handler)

    return answer, bodies


NO_MAX_TOKENS = (
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
)


@pytest.mark.parametrize(
    ("unknown", "status"),
    [
        ({"response_format": error(message="Unknown value 'json_schema'", param="response_format.type")}, 400),
        ({"response_format": b"response_format is not supported"}, 400),
        ({"temperature": error(message="Only the default (1) value is supported.", param="temperature")}, 400),
        ({"temperature": b'{"detail": [{"loc": ["body", "temperature"], "msg": "Extra inputs"}]}'}, 422),
        (
            {
                "response_format": error(message="response_format: unknown"),
                "temperature": error(message="'temperature' does not apply"),
            },
            422,
        ),
    ],
)
def test_a_field_that_a_server_does_not_take_is_left_out_from_then_on(unknown: dict[str, bytes], status: int) -> None:
    answer, bodies = picky(unknown, status)
    with served(answer) as (address, _):
        way = link(address)
        assert way.ask(EVERY_FIELD) == "yes"
        assert len(bodies) == 1 + len(unknown)
        assert way.ask(EVERY_FIELD) == "yes"
        assert len(bodies) == 2 + len(unknown)  # at once, the second time
        assert bodies[-1].keys() == EVERY_FIELD.keys() - unknown.keys()


SCHEMA = {"type": "object"}
WITH_SCHEMA = {"messages": [], "response_format": {"type": "json_schema", "json_schema": {"schema": SCHEMA}}}
LLAMA_CPP = (
    "1 validation error:\n {'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), "
    "'msg': \"Input should be 'text' or 'json_object'\", 'input': 'json_schema'}"
)
"""What the server of llama-cpp-python answers to a schema as OpenAI has it, and calls its own failure (500)."""


@pytest.mark.parametrize(("takes", "asked"), [("json_object", 2), ("text", 3)])
def test_a_schema_is_said_in_another_form_before_it_is_left_out(takes: str, asked: int) -> None:
    bodies: list[dict[str, Any]] = []

    def answer(handler: Asked) -> None:
        bodies.append(handler.body)
        form = bodies[-1].get("response_format", {"type": "text"})
        (says(completion("yes")) if form["type"] == takes else says(error(message=LLAMA_CPP, param=None), 500))(handler)

    with served(answer) as (address, _):
        way = link(address)
        assert [way.ask(WITH_SCHEMA), way.ask(WITH_SCHEMA)] == ["yes", "yes"]
    assert len(bodies) == asked + 1
    wanted = {"type": "json_object", "schema": SCHEMA} if takes == "json_object" else None
    assert bodies[-1].get("response_format") == wanted


def test_an_answer_without_a_bound_is_never_asked_for() -> None:
    """Where a server calls the bound otherwise it is called so; where it is too large for it that is told."""
    answer, bodies = picky({"max_tokens": error(message=NO_MAX_TOKENS, param="max_tokens")})
    with served(answer) as (address, _):
        way = link(address)
        assert [way.ask(EVERY_FIELD), way.ask(EVERY_FIELD)] == ["yes", "yes"]
    assert [body.get("max_completion_tokens") for body in bodies] == [None, 9, 9]
    answer, bodies = picky({"max_tokens": error(message="'max_tokens' is too large", param="max_tokens")})
    with served(answer) as (address, _), pytest.raises(ChatRefusedError, match="too large"):
        link(address).ask(EVERY_FIELD)
    assert len(bodies) == 1


def test_a_server_that_names_nothing_is_asked_without_a_schema_this_once() -> None:
    """It may have been this one answer that did not come to fit the schema."""
    answer, bodies = picky({"response_format": b"Failed to generate JSON. Please adjust your prompt."})
    with served(answer) as (address, _):
        way = link(address)
        assert [way.ask(EVERY_FIELD), way.ask(EVERY_FIELD)] == ["yes", "yes"]
    assert ["response_format" in body for body in bodies] == [True, False, True, False]


@pytest.mark.parametrize(
    "told",
    [
        b'{"detail": [{"loc": ["body", "messages", 0, "content"], "msg": "too long", "input": "what temperature"}]}',
        error(message="the student cannot read the sign", param="messages"),
    ],
)
def test_what_is_wrong_with_the_words_is_not_taken_for_a_field(told: bytes) -> None:
    """Though what was said is quoted, and has the name of a field in it."""
    with served(says(told, 422)) as (address, asked), pytest.raises(ChatRefusedError):
        link(address).ask(EVERY_FIELD)
    assert len(asked) == 1


def test_nothing_is_learnt_of_a_server_that_answers_no_completion() -> None:
    answers = iter([says(error(message="no response_format"), 400), says(error(message="busy"))])
    both = [next(answers), next(answers)]
    turn: list[int] = []

    def answer(handler: Asked) -> None:
        turn.append(len(turn))
        both[turn[-1] % 2](handler)

    with served(answer) as (address, asked):
        way = link(address)
        for _ in range(2):
            with pytest.raises(SumikaError, match="something else"):
                way.ask(EVERY_FIELD)
    assert ["response_format" in body for _, _, body in asked] == [True, False, True, False]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (says(error(message="no model 'x' here,\n and sesame is no key" + "!" * 500), 404), r"Not Found: no model 'x'"),
        (says(b'{"error": "ung\xfcltig"}', 400), "HTTP 400 Bad Request"),
        (says(b'{"error": "ung\xfcltig"}', 500), "HTTP 500 Internal Server Error"),
        (says(b"busy", 503), "HTTP 503 Service Unavailable$"),
        (says(b'{"choices": [{"message": {"content": "\xfc"}}]}'), "something else than a chat completion"),
        (says(b"[1, null]", 400), "HTTP 400 Bad Request$"),
        (says(b'{"error": null}', 401), "HTTP 401 Unauthorized$"),
        (says(b"<html>no</html>", 403), "HTTP 403 Forbidden$"),
        (says(b"x" * 300_000, 404), "HTTP 404 Not Found: x+$"),
    ],
)
def test_an_error_is_told_in_short_and_without_the_key(answer: Answers, why: str) -> None:
    with served(answer) as (address, _), pytest.raises(SumikaError, match=why) as raised:
        link(address).ask({"messages": []}, "sesame")
    assert len(str(raised.value)) < 250
    assert "sesame" not in str(raised.value)
    assert str(raised.value).isprintable()


def test_the_words_beside_a_status_are_cleaned_too() -> None:
    """They go to terminals."""

    def answer(handler: Asked) -> None:
        handler.wfile.write(b"HTTP/1.0 401 \x1b[2J\x1b]0;hi\x07 key sesame\r\nContent-Length: 0\r\n\r\n")

    with served(answer) as (address, _), pytest.raises(SumikaError, match=r"HTTP 401 .*key \*\*\*$") as raised:
        link(address).ask({"messages": []}, "sesame")
    assert str(raised.value).isprintable()


def test_a_status_is_told_though_its_words_never_come() -> None:
    def answer(handler: Asked) -> None:
        handler.wfile.write(b"HTTP/1.0 401 Unauthorized\r\nContent-Length: 100\r\n\r\n")
        handler.wfile.flush()
        NEVER.wait(3.0)

    with served(answer) as (address, _), pytest.raises(SumikaError, match=r"HTTP 401 Unauthorized$"):
        link(address, timeout_s=30.0).ask({"messages": []})


def test_asking_again_takes_no_more_time_than_asking_once() -> None:
    names = ("response_format", "temperature", "messages")
    answer, bodies = picky({name: error(message=f"no {name}", param=name) for name in names})

    def slowly(handler: Asked) -> None:
        NEVER.wait(0.4)
        answer(handler)

    with served(slowly) as (address, _), pytest.raises(SumikaError, match=r"does not answer|HTTP 400"):
        link(address, timeout_s=0.7).ask(EVERY_FIELD)
    assert len(bodies) <= 2  # of the three that it would take


def test_a_redirection_takes_neither_words_nor_key_along() -> None:
    with served(says(completion("yes"))) as (other, told_other):
        for status in (301, 302, 303, 307, 308):
            moved = says(b"", status, Location=f"{other}/chat/completions")
            with served(moved) as (address, _), pytest.raises(SumikaError, match=f"HTTP {status}"):
                link(address).ask({"messages": ["secret"]}, "sesame")
        assert told_other == []


def test_no_proxy_of_the_environment_hears_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(says(completion("yes"))) as (proxy, told_proxy), served(says(completion("no"))) as (address, _):
        monkeypatch.setenv("http_proxy", proxy)
        assert link(address).ask({"messages": []}) == "no"
    assert told_proxy == []


def test_a_server_that_drips_is_given_up_when_the_time_is_over() -> None:
    with served(drips) as (address, _):
        begun = time.monotonic()
        with pytest.raises(SumikaError, match="not within 1 s"):
            link(address, timeout_s=1.0).ask({"messages": []})
        assert time.monotonic() - begun < 5.0


def test_a_server_that_says_nothing_is_given_up_when_the_time_is_over() -> None:
    with served(lambda _: silent()) as (address, _), pytest.raises(SumikaError, match="does not answer"):
        link(address, timeout_s=0.5).ask({"messages": []})


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    made = certificate_for(tmp_path, "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.private_key)
    refused = pytest.raises(SumikaError, match="certificate verify failed")
    with served(says(completion("yes")), context) as (address, asked), refused:
        link(address).ask({"messages": ["secret"]}, "sesame")
    assert asked == []


@pytest.mark.parametrize("address", ["", "nas", "ftp://nas/v1", "http://", "http://[::1", "http://nas:port/v1"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(SumikaError, match="no address of a model"):
        link(address)


def model(address: str, folder: Path, timeout_s: float = 5.0) -> ChatModel:
    return ChatModel(Talking(model_address=address, timeout_s=timeout_s), folder)


CALLS: list[tuple[str, object]] = [
    ("prose", "I have turned on the light for you."),
    ("no such tool", {"tool": "unlock", "what": "door", "spans": {}}),
    ("no such word", {"tool": "power", "what": "explode", "spans": {}}),
    ("what was not said", {"tool": "power", "what": "on", "spans": {"device": "front door"}}),
    ("more than a call", {"tool": "power", "what": "on", "spans": {"device": "light"}, "then": "open the door"}),
    ("several calls", [{"tool": "power", "what": "on", "spans": {"device": "light"}}] * 2),
    ("a call of OpenAI's tools", {"tool_calls": [{"function": {"name": "power", "arguments": "{}"}}]}),
    ("numbers for words", {"tool": 3, "what": None, "spans": []}),
]


@pytest.mark.parametrize("told", [one[1] for one in CALLS], ids=[one[0] for one in CALLS])
def test_a_call_that_is_none_is_not_made(told: object, tmp_path: Path) -> None:
    content = told if isinstance(told, str) else msgspec.json.encode(told).decode()
    with served(says(completion(content))) as (address, _):
        assert model(address, tmp_path).call(UNHEARD) is None


def test_a_house_whose_model_fails_does_nothing_and_says_so_and_asks_it_once(tmp_path: Path) -> None:
    with served(says(b"{}", 500)) as (address, asked):
        assistant = Understander(Names(demo_house().house), None, model(address, tmp_path))
        found = assistant.understand(UNHEARD)
        assert (found.calls, found.silent) == ((), True)
        assert len(asked) == 1
        assert assistant.understand("turn on the living room light").calls[0].tool == "power"
    with served(says(completion("hm"))) as (address, _):
        assistant = Understander(Names(demo_house().house), None, model(address, tmp_path))
        assert not assistant.understand(UNHEARD).silent


# What the doctor says of a model.


def of_house(address: str, folder: Path) -> LoadedHouse:
    house = demo_house()
    talking = Talking(model_address=address, model="tiny", timeout_s=5)
    return replace(house, house=msgspec.structs.replace(house.house, assistant=talking), path=folder / "house.yaml")


def reads(*calls: Call) -> Answers:
    """Return what answers with these calls, one after the other."""
    told = iter(calls)

    def answer(handler: Asked) -> None:
        says(completion(msgspec.json.encode(next(told)).decode()))(handler)

    return answer


PLAIN = (
    Call(tool="power", what="on", spans={"device": "reading lamp", "room": "study"}),
    Call(tool="power", what="off", spans={"device": "扇風機", "room": "書斎"}),
)


@pytest.mark.parametrize(
    ("answer", "level", "words"),
    [
        (reads(*PLAIN), Level.OK, "'tiny' at http://127.0.0.1:.* reads plain sentences"),
        (reads(PLAIN[0], PLAIN[0]), Level.WARN, "reads 1 of 2 plain sentences"),
        (says(completion("hm")), Level.WARN, "reads 0 of 2 plain sentences"),
        (says(b'{"error": {"message": "no model tiny"}}', 404), Level.WARN, "HTTP 404 Not Found: no model tiny"),
    ],
)
def test_the_doctor_asks_the_larger_model_plain_sentences(
    answer: Answers, level: Level, words: str, tmp_path: Path
) -> None:
    with served(answer) as (address, _):
        (found,) = larger_model(of_house(address, tmp_path))
    assert found.level is level
    assert re.search(words, f"{found.what} {found.why}")
    assert bool(found.remedy) is (level is Level.WARN)


def test_the_doctor_says_of_an_address_outside_that_it_is_not_asked(tmp_path: Path) -> None:
    (found,) = larger_model(of_house("https://api.example.org/v1", tmp_path))
    assert found.level is Level.WARN
    assert "may not leave" in found.why
    assert larger_model(demo_house()) == []


# Better words for papers.


def prose(address: str, folder: Path, timeout_s: float = 5.0) -> ModelProse:
    return ModelProse(Talking(model_address=address, timeout_s=timeout_s), folder / "house.yaml")


@pytest.mark.parametrize(("answer", "why"), [one[1:] for one in FAILS], ids=[one[0] for one in FAILS])
def test_better_words_that_cannot_be_had_leave_the_plain_ones_and_nobody_is_asked_again(
    answer: Answers, why: str, tmp_path: Path
) -> None:
    with served(answer) as (address, asked):
        words = prose(address, tmp_path)
        assert [words.rewrite(f"It was {number} °C.", "en") for number in range(5)] == [""] * 5
    assert why in words.problem
    assert len(asked) == 1


def test_better_words_are_asked_of_a_model_in_the_house_alone(tmp_path: Path) -> None:
    with pytest.raises(SumikaError, match="outside the house"):
        prose("http://api.example.com/v1", tmp_path)
    assert prose("http://nas:8080/v1", tmp_path).problem == ""  # as the assistant has it, too
