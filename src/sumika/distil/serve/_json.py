"""JSON as msgspec writes it."""

from typing import Any

import msgspec
from starlette.responses import JSONResponse

encode = msgspec.json.Encoder().encode


class JsonResponse(JSONResponse):
    """A response of JSON."""

    def render(self, content: Any) -> bytes:
        """Return the bytes of the body."""
        return encode(content)


def event(content: Any) -> bytes:
    """Return one server-sent event."""
    return b"data: " + encode(content) + b"\n\n"
