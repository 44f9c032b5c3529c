"""How a request is put to servers that do not take all of its fields.

Some want a schema in another form or know none, some know no temperature, some call the most tokens of an answer
otherwise. Whoever refuses such a field is asked again in the next way, at last without it.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from sumika.schema import UNREADABLE


def _loose_schema(body: dict[str, Any]) -> dict[str, Any]:
    """Return a request whose schema stands where llama.cpp's servers have long had it."""
    given = body["response_format"]
    schema = given.get("json_schema", {}).get("schema") if isinstance(given, dict) else None
    found = {name: value for name, value in body.items() if name != "response_format"}
    return found if schema is None else found | {"response_format": {"type": "json_object", "schema": schema}}


def _without(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda body: {key: value for key, value in body.items() if key != name}


def _renamed(body: dict[str, Any]) -> dict[str, Any]:
    """Return a request with the bound of its answer as OpenAI's newer models have it: there always is one."""
    return {"max_completion_tokens" if key == "max_tokens" else key: value for key, value in body.items()}


WAYS: Mapping[str, tuple[Callable[[dict[str, Any]], dict[str, Any]], ...]] = {
    "response_format": (_loose_schema, _without("response_format")),
    "temperature": (_without("temperature"),),
    "max_tokens": (_renamed,),
}
"""Fields that servers refuse, and what a request without them is tried as, one way after the other."""

REFUSALS, BROKEN = (400, 422), 500
"""Statuses of a request that is not taken. Some servers call it their own failure, and name the field all the same."""


class Refusal(msgspec.Struct, frozen=True):
    """Why a server does not take a request.

    Attributes:
        words: Its own.
        fields: That it names apart from its words: OpenAI's `param`, FastAPI's `loc`.
    """

    words: str = ""
    fields: tuple[str, ...] = ()


def refusal_in(content: bytes) -> Refusal:
    """Return why a request is refused, as OpenAI's servers say it, FastAPI's, or others; of a web page nothing."""
    try:
        told: Any = msgspec.json.decode(content)
    except UNREADABLE:
        plain = content.decode("utf-8", "replace").strip()
        return Refusal(words="" if plain.startswith("<") else plain)
    error = told.get("error", told.get("detail", told)) if isinstance(told, dict) else told
    errors = [one for one in error if isinstance(one, dict)] if isinstance(error, list) else [error]
    words, fields = list[str](), list[str]()
    for one in errors:
        said = (one.get("message") or one.get("msg")) if isinstance(one, dict) else one
        words += [said] if isinstance(said, str) else []
        if isinstance(one, dict):
            places = one["loc"] if isinstance(one.get("loc"), list) else [one.get("param")]
            fields += [place.partition(".")[0] for place in places if isinstance(place, str)]
    return Refusal(words="; ".join(words), fields=tuple(fields))


def put(body: dict[str, Any], ways: Mapping[str, int]) -> dict[str, Any]:
    """Return a request in other ways.

    Args:
        body: In the first one.
        ways: By field, which of its `WAYS`, counted from 1.
    """
    for name, way in ways.items():
        body = WAYS[name][way - 1](body) if name in body else body
    return body


def refused_field(body: Mapping[str, Any], ways: Mapping[str, int], status: int, refusal: Refusal) -> tuple[str, bool]:
    """Return the field that may be put in another way, empty for none, and whether the server has named it."""
    at_hand = [name for name, tries in WAYS.items() if name in body and ways.get(name, 0) < len(tries)]
    for name in at_hand:
        if name in refusal.fields or (not refusal.fields and name in refusal.words):
            is_bound = name != "max_tokens" or "max_completion_tokens" in refusal.words
            return (name, True) if is_bound and status in (*REFUSALS, BROKEN) else ("", False)
    # Whoever names no field may not know the schema: few servers do. Or this one answer did not come to fit it.
    unnamed = not refusal.fields and "response_format" in at_hand and status in REFUSALS
    return ("response_format" if unnamed else ""), False
