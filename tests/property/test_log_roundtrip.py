"""Whatever a message holds, the log gives it back exactly, or refuses it and says so."""

import math
import tempfile
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sumika.clock import Instant, SimulatedClock
from sumika.log import LogReader, LogWriter
from sumika.schema import TOPICS
from tests.log_helpers import RUN, START, envelope

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
INSTANT = st.builds(Instant, st.integers(0, 2**62), st.integers(0, 2**62), TEXT)
KNOWN: dict[Any, st.SearchStrategy[Any]] = {
    NoneType: st.none(),
    bool: st.booleans(),
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False, allow_infinity=False),
    str: TEXT,
    bytes: st.binary(max_size=64),
    Instant: INSTANT,
}


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type as messages use them."""
    if kind in KNOWN:
        return KNOWN[kind]
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return st.one_of([values_of(part) for part in parts])
    if origin is dict:
        return st.dictionaries(values_of(parts[0]), values_of(parts[1]), max_size=3)
    if origin is tuple and parts[-1] is Ellipsis:
        return st.lists(values_of(parts[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*(values_of(part) for part in parts))
    return st.sampled_from(kind) if issubclass(kind, Enum) else messages_of(kind)


def messages_of(kind: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    """Every field drawn, none left at its default."""
    return st.builds(kind, **{field.name: values_of(field.type) for field in msgspec.structs.fields(kind)})


@pytest.mark.parametrize("topic", sorted(TOPICS))
@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_every_message_type_comes_back_as_it_was(topic: str, data: st.DataObject) -> None:
    messages = data.draw(st.lists(messages_of(TOPICS[topic].message), min_size=1, max_size=5))
    with tempfile.TemporaryDirectory() as folder:
        wrapped = [envelope(message, number) for number, message in enumerate(messages)]
        with LogWriter(Path(folder), RUN, SimulatedClock(START), min_free_bytes=0, durable=False) as writer:
            taken = [writer.write(*entry) for entry in zip(wrapped, messages, strict=True)]
        assert all(taken), writer.refused
        assert writer.written == len(messages)
        logged = list(LogReader(Path(folder)))
        assert [entry.message for entry in logged] == messages
        assert [entry.envelope for entry in logged] == wrapped
        assert [repr(entry.message) for entry in logged] == [repr(message) for message in messages]  # -0.0 is not 0.0


@given(value=st.sampled_from([math.nan, math.inf, -math.inf]), data=st.data())
@settings(max_examples=30, deadline=None)
def test_a_number_that_json_cannot_carry_is_refused_and_never_becomes_a_missing_value(
    value: float, data: st.DataObject
) -> None:
    topic = data.draw(st.sampled_from(sorted(name for name, topic in TOPICS.items() if topic.json)))
    kind = TOPICS[topic].message
    good = data.draw(messages_of(kind))
    numbers = [field.name for field in msgspec.structs.fields(kind) if field.type in (float, float | None)]
    if not numbers:
        return
    changed: dict[str, Any] = {data.draw(st.sampled_from(numbers)): value}
    bad = msgspec.structs.replace(good, **changed)
    with tempfile.TemporaryDirectory() as folder:
        with LogWriter(Path(folder), RUN, SimulatedClock(START), min_free_bytes=0, durable=False) as writer:
            assert not writer.write(envelope(good, 0), bad)
            assert writer.write(envelope(good, 1), good)
        assert writer.refused == {topic: 1}
        assert [entry.envelope.sequence for entry in LogReader(Path(folder))] == [1]
