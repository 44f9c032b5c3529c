"""The interface told to machines: OpenAPI 3.1, made from the rows and the structs that serve it."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from sumika.dashboard.cookies import COOKIE
from sumika.dashboard.entry_routes import CSRF_HEADER
from sumika.dashboard.operations import Operation
from sumika.dashboard.problem import Trouble

_REF = "#/components/schemas/{name}"


def openapi(operations: Sequence[Operation], version: str) -> dict[str, Any]:
    """Return the whole description.

    Args:
        operations: All rows.
        version: Of Sumika.
    """
    kinds = [kind for operation in operations for kind in (operation.answers, operation.body) if kind is not None]
    refs, schemas = msgspec.json.schema_components([*kinds, Trouble], ref_template=_REF)
    reference = dict(zip(map(_name, [*kinds, Trouble]), refs, strict=True))
    paths: dict[str, Any] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _row(operation, reference)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sumika",
            "version": version,
            "description": "What the page of the home does, for machines too.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": "With _ and the port behind it where the address has one: sumika_session_8080.",
                },
                "csrf": {"type": "apiKey", "in": "header", "name": CSRF_HEADER},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _name(kind: Any) -> str:
    return str(kind)


def _row(operation: Operation, reference: dict[str, Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {"type": "string"} if operation.answers is None else reference[_name(operation.answers)]
    row: dict[str, Any] = {
        "summary": operation.summary,
        "operationId": _identifier(operation),
        "parameters": [*_path_parameters(operation), *_query_parameters(operation)],
        "responses": {
            "200": {"description": "Done.", "content": {operation.media: {"schema": answers}}},
            **{
                status: {"description": words, "content": {"application/json": {"schema": reference[_name(Trouble)]}}}
                for status, words in _troubles(operation)
            },
        },
        "security": [] if operation.is_open else _security(operation),
    }
    if operation.body is not None:
        row["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": reference[_name(operation.body)]}},
        }
    return row


def _identifier(operation: Operation) -> str:
    words = operation.path.removeprefix("/api").replace("{", "").replace("}", "").replace("-", "/").split("/")
    return "_".join([operation.method.lower(), *(word for word in words if word)])


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    session: dict[str, list[str]] = {"session": []}
    if operation.method != "GET":
        session["csrf"] = []
    return [session, {"token": []}]


def _troubles(operation: Operation) -> Iterator[tuple[str, str]]:
    yield "400", "The question is not understood."
    if not operation.is_open or operation.path == "/api/login":
        yield "401", "Nobody is logged in."
    yield "403", "This may not be done, or not from here."
    yield "404", "There is no such thing."
    if operation.method != "GET":
        yield "409", "Something stands in the way: a name is taken, or somebody else was faster."
        yield "408", "Too slow in coming."
        yield "413", "Too large."
        yield "507", "The disk takes nothing."
    if operation.method != "GET" or 429 in operation.statuses:
        yield "429", "Too often; Retry-After says when to come again."
    yield "421", "This house does not go by that name."
    yield "422", "Understood, and refused."
    yield "503", "The node that should answer does not."


def _path_parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    for part in operation.path.split("/"):
        if part.startswith("{"):
            schema = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[^/]+$"}
            yield {"name": part.strip("{}"), "in": "path", "required": True, "schema": schema}


def _query_parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    if operation.query is None:
        return
    schemas, components = msgspec.json.schema_components([operation.query], ref_template=_REF)
    described = components[schemas[0]["$ref"].rpartition("/")[2]]
    for name, schema in described["properties"].items():
        yield {"name": name, "in": "query", "required": name in described.get("required", ()), "schema": _told(schema)}


def _told(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter: an address cannot say null, it leaves out."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"]
    if len(kinds) == 1:
        return dict(kinds[0])
    return {name: value for name, value in schema.items() if not (name == "default" and value is None)}
