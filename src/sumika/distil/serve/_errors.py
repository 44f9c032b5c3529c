"""Errors in the shape that OpenAI's clients understand."""

from typing import Any

from starlette.responses import Response

from sumika.distil.serve._json import JsonResponse

INVALID, KEY, LOAD, SERVER = "invalid_request_error", "authentication_error", "rate_limit_error", "server_error"


class ApiError(Exception):
    """A request that is refused.

    Attributes:
        status: Of HTTP.
        code: What programs look at.
        kind: Which sort of error.
        field: Field of the request at fault; "" for none.
        headers: Of the response.
    """

    def __init__(
        self,
        status: int,
        message: str,
        code: str,
        *,
        kind: str = INVALID,
        field: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.kind, self.field = status, code, kind, field
        self.headers = headers or {}

    def told(self) -> dict[str, Any]:
        """Return what the client reads."""
        return {"error": {"message": str(self), "type": self.kind, "param": self.field or None, "code": self.code}}

    def response(self) -> Response:
        """Return it as a response."""
        return JsonResponse(self.told(), self.status, headers=self.headers)


def refused(message: str, code: str = "invalid_value", *, field: str = "") -> ApiError:
    """Return the error of a request that asks for what cannot be."""
    return ApiError(400, message, code, field=field)
