"""JSON Schema as log viewers understand it."""

from typing import Any

_Schema = dict[str, Any]


def viewer_schema(schema: _Schema) -> _Schema:
    """Return a schema without references, alternatives and mixed arrays.

    Foxglove reads a small subset of JSON Schema and refuses the whole channel for one property beyond it. So an
    optional number is declared as a number, and what has no counterpart (mixed tuples, dictionaries) is left
    undeclared, which a schema may do; the data still has it.

    Args:
        schema: A JSON Schema of an object, with "$defs".
    """
    plain = _plain(schema, schema.get("$defs", {}))
    if plain is None or plain.get("type") != "object":
        raise ValueError(f"not the schema of an object: {schema}")
    return plain


def _plain(schema: _Schema, definitions: dict[str, _Schema]) -> _Schema | None:
    """Return `schema` in the subset, or None where the subset has nothing for it."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        some = [option for option in schema["anyOf"] if option.get("type") != "null"]
        return _plain(some[0], definitions) if len(some) == 1 else None
    kind = schema.get("type")
    if kind == "object":
        return _plain_object(schema, definitions)
    if kind == "array":
        return _plain_array(schema, definitions)
    if kind == "string" or "enum" in schema:
        encoding = schema.get("contentEncoding")
        return {"type": "string", "contentEncoding": encoding} if encoding else {"type": "string"}
    return {"type": kind} if kind in ("number", "integer", "boolean") else None


def _plain_object(schema: _Schema, definitions: dict[str, _Schema]) -> _Schema | None:
    if "properties" not in schema:
        return None
    found = {name: _plain(part, definitions) for name, part in schema["properties"].items()}
    kept = {name: part for name, part in found.items() if part is not None}
    title = {"title": schema["title"]} if "title" in schema else {}
    return {**title, "type": "object", "properties": kept}


def _plain_array(schema: _Schema, definitions: dict[str, _Schema]) -> _Schema | None:
    items = schema.get("items")
    if not isinstance(items, dict):
        return None
    plain = _plain(items, definitions)
    if plain is None or plain["type"] == "array" or "contentEncoding" in plain:
        return None
    return {"type": "array", "items": plain}
