"""Whether a house description has the right shape: every key, type and range, all problems at once."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import jsonschema
from jsonschema.exceptions import ValidationError

from sumika.config._json_schema import house_schema
from sumika.config._problem import FieldPath, Problem, described, field_name, listed, nearest, shortened
from sumika.config._tree import Plain, Tree

_TYPES = {
    "object": "a group of keys",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "nothing",
}
_SAID_AS_TRUTH = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
_NUMBER = re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)$")


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(house_schema())


def structure_problems(tree: Tree) -> list[Problem]:
    """Return everything in which a tree departs from the JSON Schema."""
    if not isinstance(tree.data, dict):
        return [_not_a_house(tree)]
    problems: dict[tuple[str, str], Problem] = {}
    for error in _departures(_validator().iter_errors(tree.data)):
        if any(error.path[: len(bad)] == bad for bad in tree.bad):
            continue
        for problem in _problems_of(error, error.path, tree):
            problems.setdefault((problem.field, problem.text), problem)
    return list(problems.values())


def _not_a_house(tree: Tree) -> Problem:
    allowed = "a house description; 'sumika house new FILE' writes one"
    if tree.data is None:
        return Problem(line=1, text="the file is empty", allowed=allowed)
    return Problem(line=1, text="this is no house description", found=described(tree.data), allowed=allowed)


@dataclass(frozen=True, slots=True)
class _Departure:
    """One error of jsonschema: at `path` stands `value`, which breaks `rule: bound` of `schema`."""

    rule: str
    bound: Any
    value: Any
    schema: dict[str, Any]
    path: FieldPath


def _departures(errors: Iterable[ValidationError]) -> Iterator[_Departure]:
    """Yield errors; of a choice between kinds (the source of a radar), those of the kind that the file names.

    What may be absent (a building, a number of its own) is a choice between that and nothing: its own errors count.
    """
    for error in errors:
        schema: Any = error.schema
        found = _Departure(
            str(error.validator), error.validator_value, error.instance, schema, tuple(error.absolute_path)
        )
        if found.rule == "anyOf" and "discriminator" not in schema:
            yield from _departures(inner for inner in error.context or () if not _is_nothing(found, inner))
            continue
        kind = found.value.get("type") if found.rule == "anyOf" and isinstance(found.value, dict) else None
        if isinstance(kind, str) and kind in _kinds(found):
            branch = _kinds(found).index(kind)
            yield from _departures(inner for inner in error.context or () if inner.schema_path[0] == branch)
        else:
            yield found


def _is_nothing(error: _Departure, inner: ValidationError) -> bool:
    """Return whether an error says only that a value, which may also be absent, is not absent."""
    return bool(error.bound[inner.schema_path[0]] == {"type": "null"})


def _kinds(error: _Departure) -> list[str]:
    return list(error.schema["discriminator"]["mapping"])


def _problems_of(error: _Departure, path: FieldPath, tree: Tree) -> Iterator[Problem]:
    match error.rule:
        case "additionalProperties":
            yield from _unknown_keys(error, path, tree)
        case "required":
            yield from _missing_keys(error, path, tree)
        case "type":
            yield _wrong_type(error, path, tree)
        case "anyOf":
            yield _wrong_kind(error, path, tree)
        case "enum" | "const":
            yield _wrong_word(error, path, tree)
        case "pattern":
            yield _wrong_spelling(error, path, tree)
        case _:
            yield _wrong_size(error, path, tree)


def _unknown_keys(error: _Departure, path: FieldPath, tree: Tree) -> Iterator[Problem]:
    valid = list(error.schema["properties"])
    absent = [key for key in valid if key not in error.value]
    for key in error.value:
        if key not in valid:
            inner = (*path, key)
            yield Problem(
                line=tree.line(inner),
                field=field_name(inner),
                text="this key is not known",
                found=f"'{shortened(key)}'",
                allowed=listed(valid),
                nearest=nearest(key, absent) or nearest(key, valid),
            )


def _missing_keys(error: _Departure, path: FieldPath, tree: Tree) -> Iterator[Problem]:
    valid = error.schema["properties"]
    misspelt = {nearest(key, valid) for key in error.value if key not in valid}
    for key in error.bound:
        # A key that stands there misspelt is reported once, by its misspelling.
        if key not in error.value and key not in misspelt:
            inner = (*path, key)
            allowed = valid[key].get("description", "").rstrip(".")
            yield Problem(line=tree.line(path), field=field_name(inner), text="this key is missing", allowed=allowed)


def _wrong_type(error: _Departure, path: FieldPath, tree: Tree) -> Problem:
    value: Plain = error.value
    kind = error.bound
    allowed = _TYPES.get(kind, str(kind))
    text, near = f"not {allowed}", ""
    if isinstance(value, str) and kind in {"number", "integer"} and _NUMBER.match(value):
        text, near = "a number in quotes is a text", value
        allowed += " without quotes"
    elif isinstance(value, str) and kind == "boolean":
        near = _SAID_AS_TRUTH.get(value.casefold(), "") or nearest(value, ("true", "false"))
    elif kind == "string" and isinstance(value, bool | int | float):
        text, near = "text that looks like something else needs quotes", f"'{_written(tree, path)}'"
    elif value is None:
        text = "nothing stands behind the colon"
    return _problem(tree, path, text, described(value), allowed, near)


def _written(tree: Tree, path: FieldPath) -> str:
    node = tree.nodes[path]
    return shortened(tree.text[node.start : node.end])


def _wrong_kind(error: _Departure, path: FieldPath, tree: Tree) -> Problem:
    kinds = _kinds(error)
    allowed = "type: " + " | ".join(kinds)
    if not isinstance(error.value, dict):
        near = nearest(error.value, kinds) if isinstance(error.value, str) else ""
        suggestion = f"{{type: {near}}}" if near else ""
        return _problem(tree, path, "not a group of keys", described(error.value), allowed, suggestion)
    if "type" not in error.value:
        meant = next((key for key in error.value if nearest(key, ("type",))), None)
        if meant is not None:
            return _problem(tree, (*path, meant), "this key is not known", f"'{shortened(meant)}'", allowed, "type")
        return _problem(tree, (*path, "type"), "this key is missing", "", allowed)
    kind = error.value["type"]
    near = nearest(kind, kinds) if isinstance(kind, str) else ""
    return _problem(tree, (*path, "type"), "this kind is not known", described(kind), allowed, near)


def _wrong_word(error: _Departure, path: FieldPath, tree: Tree) -> Problem:
    valid = [str(word) for word in error.schema.get("enum", [error.schema.get("const")])]
    near = nearest(error.value, valid) if isinstance(error.value, str) else ""
    shown = " | ".join(word or "''" for word in valid)
    return _problem(tree, path, "this word is not known", described(error.value), shown, near)


def _wrong_spelling(error: _Departure, path: FieldPath, tree: Tree) -> Problem:
    allowed = error.schema.get("description", "")
    match = re.search(r"\(([^()]*)\)$", allowed)
    near = re.sub(r"[^a-z0-9]+", "_", str(error.value).lower()).strip("_0123456789")[:32]
    return _problem(
        tree, path, "cannot be used as a name", described(error.value), match[1] if match else allowed, near
    )


def _wrong_size(error: _Departure, path: FieldPath, tree: Tree) -> Problem:
    found, bound = described(error.value), error.bound
    match error.rule:
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum":
            return _problem(tree, path, "out of range", found, _range(error.schema))
        case "minItems" | "maxItems" | "items":
            low, high = error.schema.get("minItems"), error.schema.get("maxItems")
            allowed = f"exactly {low}" if low == high else f"{low} to {high}" if high else f"at least {low}"
            return _problem(tree, path, "not the right number of entries", found, allowed)
        case "minLength" | "maxLength":
            return _problem(tree, path, "not of the right length", f"{len(error.value)} characters", f"at most {bound}")
    return _problem(tree, path, f"against the rule {error.rule}", found, str(bound))


def _range(schema: dict[str, Any]) -> str:
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    parts = [
        f"at least {low:g}" if low is not None else f"above {above:g}" if above is not None else "",
        f"at most {high:g}" if high is not None else f"below {below:g}" if below is not None else "",
    ]
    return ", ".join(part for part in parts if part)


def _problem(tree: Tree, path: FieldPath, text: str, found: str, allowed: str, near: str = "") -> Problem:
    line, name = tree.line(path), field_name(path)
    return Problem(line=line, field=name, text=text, found=found, allowed=allowed, nearest=near)
