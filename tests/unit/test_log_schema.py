"""The schemas in the log keep to what log viewers can read."""

import json
from typing import Any

import pytest

from sumika.log._format import schema_text, topics_version
from sumika.schema import TOPICS


def assert_readable(schema: dict[str, Any], path: str) -> None:
    """Fail where a viewer that knows only plain types, objects with properties and arrays of one type would."""
    kind = schema["type"]
    assert kind in {"string", "number", "integer", "boolean", "object", "array"}, path
    assert not {"$ref", "anyOf", "oneOf", "allOf", "prefixItems"} & set(schema), path
    assert schema.get("contentEncoding") in {None, "base64"}, path
    if kind == "object":
        for name, part in schema["properties"].items():
            assert_readable(part, f"{path}.{name}")
    if kind == "array":
        assert schema["items"]["type"] not in {"array"}, path
        assert_readable(schema["items"], f"{path}[]")


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_a_viewer_can_read_the_schema_of_every_topic(topic: str) -> None:
    schema = json.loads(schema_text(topic))
    assert schema["type"] == "object"
    assert_readable(schema, topic)


def test_the_numbers_that_people_plot_are_declared() -> None:
    properties = json.loads(schema_text("respiration"))["properties"]["message"]["properties"]
    assert properties["rate_bpm"] == {"type": "number"}
    assert properties["valid"] == {"type": "boolean"}
    assert json.loads(schema_text("slow_time"))["properties"]["message"]["properties"]["iq"] == {
        "type": "string",
        "contentEncoding": "base64",
    }


def test_the_version_of_the_table_of_topics_is_the_same_in_every_process() -> None:
    assert len(topics_version()) == 12
    assert topics_version() == topics_version.__wrapped__()
