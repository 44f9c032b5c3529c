"""A chat endpoint with faults on demand, in a process of its own: measurements and tests ask it as a real one.

`python -m sumika.evaluate.distil.faulty_endpoint SOCKET LOG` listens on a Unix socket and appends to LOG one line for
each request that came ("asked"), one for each answer of which everything was sent ("served"). What it does is decided
by the request alone: `model` says how it shows its reasoning ("reasoning_content", "reasoning", "think", "gemini",
"hidden", "none"); words in the prompt say what goes wrong, such as `@cut` always or `@cut*2` the first two times: a
status (`REFUSED`), "cut", "stall", "json" (broken), "error" (within the stream), "empty", "length", "other" (model),
"mute" (no reasoning) or "plain" (no stream).
"""

import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec

FAULT = re.compile(r"@(?P<kind>[a-z0-9]+)(?:\*(?P<times>\d+))?")
REFUSED = {
    "429": "slow down",
    "500": "overloaded",
    "401": "bad key",
    "400": "prompt too long",
    "402": "insufficient balance",
    "404": "no such model",
}
RETRY_AFTER_S = "7"


class Line(msgspec.Struct, frozen=True):
    """One line of the log.

    Attributes:
        what: "asked" or "served".
        prompt: Which.
    """

    what: str
    prompt: str


def read_log(path: Path) -> list[Line]:
    """Return what the endpoint has written so far."""
    content = path.read_bytes() if path.exists() else b""
    return msgspec.json.Decoder(Line).decode_lines(content[: content.rfind(b"\n") + 1])


def answer_to(prompt: str) -> tuple[str, str]:
    """Return (reasoning, answer): words that are those of this prompt and of no other."""
    return f"I read {prompt!r}\u2028and count its letters.", f"{len(prompt)} letters in {prompt!r}"


class Endpoint:
    """Answers requests.

    Attributes:
        log: Takes each line.
    """

    def __init__(self, log: Callable[[Line], None]) -> None:
        self.log = log
        self._asked: Counter[str] = Counter()

    def fault_of(self, prompt: str) -> str:
        """Return what goes wrong this time, "" for nothing."""
        seen = 0
        for found in FAULT.finditer(prompt):
            if found["times"] is None:
                return found["kind"]
            seen += int(found["times"])
            if self._asked[prompt] <= seen:
                return found["kind"]
        return ""

    async def complete(self, request: Any) -> Any:
        """Answer one request for a chat completion."""
        from starlette.responses import JSONResponse, StreamingResponse

        body = msgspec.json.decode(await request.body())
        prompt = body["messages"][-1]["content"]
        self._asked[prompt] += 1
        self.log(Line("asked", prompt))
        fault = self.fault_of(prompt)
        if fault in REFUSED:
            headers = {"retry-after": RETRY_AFTER_S} if fault == "429" else {}
            key = request.headers.get("authorization", "").removeprefix("Bearer ")
            said = f"{REFUSED[fault]} {key}".strip()
            return JSONResponse({"error": {"message": said}}, status_code=int(fault), headers=headers)
        if fault == "stall":
            while (await request.receive())["type"] != "http.disconnect":
                pass
        if fault == "plain":
            self.log(Line("served", prompt))
            return JSONResponse(_whole(body, prompt))
        return StreamingResponse(self._stream(body, prompt, fault), media_type="text/event-stream")

    async def _stream(self, body: dict[str, Any], prompt: str, fault: str) -> AsyncIterator[bytes]:
        yield b": keep-alive\n\n"
        for place, chunk in enumerate(_chunks(body, prompt, fault)):
            if fault == "cut" and place == 2:
                raise ConnectionAbortedError("cut on demand")
            if fault == "error" and place == 2:
                yield b'data: {"error":{"message":"lost a worker"}}\n\n'
                return
            broken = fault == "json" and place == 2
            yield b"data: {broken\n\n" if broken else b"data: " + msgspec.json.encode(chunk) + b"\r\n\r\n"
        yield b"data: [DONE]\n\n"
        self.log(Line("served", prompt))


def _deltas(style: str, reasoning: str, answer: str) -> list[dict[str, Any]]:
    half = len(reasoning) // 2
    pieces = (reasoning[:half], reasoning[half:])
    match style:
        case "reasoning_content" | "reasoning":
            return [{style: pieces[0]}, {style: pieces[1]}, {"content": answer}]
        case "think":
            return [{"content": f"<think>{pieces[0]}"}, {"content": f"{pieces[1]}</think>\n\n"}, {"content": answer}]
        case "gemini":
            mark = {"extra_content": {"google": {"thought": True}}}
            thoughts = [{"content": f"<thought>{pieces[0]}", **mark}, {"content": pieces[1], **mark}]
            return [*thoughts, {"content": f"</thought>{answer}"}]
    return [{"role": "assistant"}, {"content": answer[:3]}, {"content": answer[3:]}]


def _usage(style: str, reasoning: str, answer: str, prompt: str) -> dict[str, Any]:
    thought = 0 if style == "none" else len(reasoning)
    return {
        "prompt_tokens": len(prompt),
        "completion_tokens": thought + len(answer),
        "completion_tokens_details": {"reasoning_tokens": thought},
    }


def _chunks(body: dict[str, Any], prompt: str, fault: str) -> list[dict[str, Any]]:
    style = "none" if fault == "mute" else body["model"]
    reasoning, answer = answer_to(prompt)
    answer = "" if fault == "empty" else answer
    model = "another-model" if fault == "other" else f"{body['model']}-2026"
    chunks = [{"model": model, "choices": [{"delta": delta}]} for delta in _deltas(style, reasoning, answer)]
    finish = "length" if fault == "length" else "stop"
    chunks.append({"model": model, "choices": [{"delta": {}, "finish_reason": finish}]})
    if body.get("stream_options", {}).get("include_usage"):
        last: dict[str, Any] = {"model": model, "choices": []}
        chunks.append(last | {"usage": _usage(style, reasoning, answer, prompt)})
    return chunks


def _whole(body: dict[str, Any], prompt: str) -> dict[str, Any]:
    reasoning, answer = answer_to(prompt)
    message = {"role": "assistant", "content": answer, "reasoning_content": reasoning}
    whole: dict[str, Any] = {"model": f"{body['model']}-2026"}
    whole["choices"] = [{"message": message, "finish_reason": "stop"}]
    return whole | {"usage": _usage(body["model"], reasoning, answer, prompt)}


def serve(socket: str, log: Path) -> None:
    """Serve until the process is ended."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.routing import Route

    with log.open("ab", buffering=0) as file:

        def write(line: Line) -> None:
            file.write(msgspec.json.encode(line) + b"\n")

        app = Starlette(routes=[Route("/v1/chat/completions", Endpoint(write).complete, methods=["POST"])])
        uvicorn.run(app, uds=socket, log_level="critical", ws="none", lifespan="off")


if __name__ == "__main__":
    serve(sys.argv[1], Path(sys.argv[2]))
