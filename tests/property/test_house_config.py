"""Whatever stands in house.yaml, the answer is a house or a ConfigError; whatever is edited, no comment is lost."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sumika.config import RECORDINGS_FILE, ConfigError, Document, parse_house
from sumika.config._comments import comments_of
from sumika.config._tree import parse_tree
from sumika.schema import UsageError
from sumika.schema.house import House

DEMO = RECORDINGS_FILE.read_text(encoding="utf-8")
ENVIRON = {"SUMIKA_DATA": "/nonexistent"}
MODELS = ("a121", "iwr6843", "bgt60tr13c")
SNIPPETS = [
    *(
        "\t",
        ":",
        " - ",
        "- ",
        "#",
        "'",
        '"',
        "[",
        "]",
        "{",
        "}",
        "&a ",
        "*a",
        "!!x ",
        "|",
        ">",
        "? ",
        "%",
        "@",
        "`",
        ",",
    ),
    *("\n", "\r", "---\n", "...\n", "<<: ", "~", "null", ".nan", "-.inf", "1e999", "0x", "0o9", "0b", "1_", "9" * 40),
    *(
        "\x00",
        "\ufeff",
        "\u2028",
        "\x85",
        "\U0001f600",
        "\\",
        "  ",
        "id: living",
        "rooms:",
        "version: 0\n",
        "house_name: x\n",
    ),
]


def is_house_or_config_error(text: str) -> None:
    try:
        loaded = parse_house(text, "house.yaml", ENVIRON, models=MODELS)
    except ConfigError as error:
        check_problems(error, text)
    else:
        assert isinstance(loaded.house, House)
        # What was accepted survives being written down: nothing half-understood got through.
        assert msgspec.convert(json.loads(msgspec.json.encode(loaded.house)), House) == loaded.house


def check_problems(error: ConfigError, text: str) -> None:
    assert any(not problem.warning for problem in error.problems)
    errors = sum(not problem.warning for problem in error.problems)
    assert len(str(error).splitlines()) == len(error.problems) + (errors > 1)
    for problem in error.problems:
        assert 0 <= problem.line <= text.count("\n") + 1
        assert problem.text
        assert str(problem).isprintable()


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_slip_of_the_keyboard_gives_a_house_or_a_config_error(data: st.DataObject) -> None:
    text = DEMO
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        length = data.draw(st.one_of(st.just(0), st.integers(0, 12), st.integers(0, 300)))
        written = data.draw(st.one_of(st.just(""), st.sampled_from(SNIPPETS), st.text(max_size=6)))
        text = text[:start] + written + text[start + length :]
    is_house_or_config_error(text)


@given(st.text(max_size=80))
@settings(max_examples=50, deadline=None)
def test_any_text_gives_a_house_or_a_config_error(text: str) -> None:
    is_house_or_config_error(text)


PLAIN: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**60), 2**60),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=8),
        st.sampled_from(["living", "port", "$SUMIKA_DATA/x", "yes", "1", "\x00"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["id", "type", "path", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, inner in items for found in _paths(inner, (*path, key)))]


PATHS = _paths(parse_tree(DEMO).data)[1:]


@pytest.mark.slow
@given(st.sampled_from(PATHS), PLAIN)
@settings(max_examples=60, deadline=None)
def test_any_value_in_any_field_gives_a_house_or_a_config_error(path: tuple[str | int, ...], value: Any) -> None:
    house = parse_tree(DEMO).data
    parent: Any = house
    for part in path[:-1]:
        parent = parent[part]
    parent[path[-1]] = value
    is_house_or_config_error(json.dumps(house))


# Edits.

COMMENTED = """\
# top
name: Home   # as on the door
residents: [{id: somebody}]
rooms:   # measured
- id: living   # large
  floor_m: [[0, 0], [4, 0],   # south
            [4, 4], [0, 4]]
  residents: [somebody]  # one
- {id: study, floor_m: [[4, 0], [8, 0], [8, 4], [4, 4]]}   # one line

# the radar
radars:
    - id: bed   # a gift
      room: living
      model: a121
      position_m:
      - 0.1   # x
      - 2
      - 1.0
      # from the box
      source:
          type: port  # usb
          device: /dev/ttyUSB0
sensors:   # air
# flush left
- id: co2   # in the corner
  room: living
  # between
  kind: co2
- {id: noise, room: study, kind: noise}   # flow
devices: [{id: heater, room: living, kind: heater},   # first
          {id: fan, room: study, kind: fan}]   # second
# the end"""

IDS = st.sampled_from(["somebody", "one", "two", "three"])
NAMES = st.one_of(
    st.sampled_from(["Home", "yes", "#1", "a: b", "'", "12", "- x", "山田の家", "~", "null"]), st.text(max_size=12)
)
NUMBERS = st.one_of(st.integers(-100, 100), st.floats(-100, 100))
ENTRIES = st.fixed_dictionaries({"id": IDS, "room": st.sampled_from(["living", "study"]), "kind": NAMES})
PORTS = st.fixed_dictionaries({"type": st.just("port"), "device": NAMES})


def edits(verb: str, places: list[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, str, Any]]:
    return st.tuples(st.just(verb), st.sampled_from(places), values)


EDITS = st.lists(
    st.one_of(
        edits("set", ["name", "rooms[0].name", "rooms[study].name", "language"], NAMES),
        edits("set", ["rooms[1].height_m", "radars[0].yaw_deg", "radars[bed].position_m[1]"], NUMBERS),
        edits("set", ["rooms[0].floor_m", "radars[0].position_m", "rooms[1].residents"], st.lists(NUMBERS, max_size=4)),
        edits("set", ["radars[0].source", "radars[bed].source"], PORTS),
        edits("add", ["sensors", "devices", "residents"], ENTRIES),
        edits("add", ["rooms[living].residents", "rooms[study].residents"], IDS),
        edits(
            "remove", ["sensors[0]", "sensors[1]", "devices[0]", "devices[1]", "radars[0]", "residents[0]"], st.none()
        ),
        edits("remove", ["rooms[1]", "rooms[0]", "rooms[0].residents", "sensors", "devices", "name"], st.none()),
        edits(
            "remove", ["radars[0].source.type", "radars[0].position_m[0]", "sensors[0].id", "sensors[1].id"], st.none()
        ),
    ),
    max_size=8,
)


def apply(document: Document, verb: str, where: str, value: Any) -> None:
    """Edit; a path that is no longer there is refused, which must leave all as it is and never be for the layout."""
    before = document.text
    try:
        if verb == "remove":
            document.remove(where)
        else:
            getattr(document, verb)(where, value)
    except UsageError as error:
        if "laid out" in str(error) or document.text != before:
            raise AssertionError(f"{verb} {where} {value!r} on\n{before}") from error


@pytest.mark.slow
@given(EDITS, st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_sequence_of_edits_keeps_every_comment_and_says_what_was_asked(
    edits: list[tuple[str, str, Any]], newline: str
) -> None:
    document = Document(COMMENTED.replace("\n", newline))
    comments = sorted(comments_of(parse_tree(document.text)))
    for verb, where, value in edits:
        before = document.text
        apply(document, verb, where, value)
        if verb == "set" and document.text != before:
            assert document.get(where) == value
    after = parse_tree(document.text)
    assert after.problems == []
    assert after.data == document.data
    assert sorted(comments_of(after)) == comments
    assert document.text.count("\r\n") in {0, document.text.count("\n")}
    # And it can be loaded, or is refused with problems only: nothing breaks on an edited text.
    is_house_or_config_error(document.text)


@given(
    st.lists(
        st.tuples(st.sampled_from(["name", "rooms[0].id", "radars[0].position_m[1]"]), st.integers(0, 90)), max_size=4
    )
)
@settings(max_examples=20, deadline=None)
def test_edits_of_values_leave_every_other_line_as_it_was(edits: list[tuple[str, int]]) -> None:
    document = Document(COMMENTED)
    for where, value in edits:
        document.set(where, value if where.startswith("radars") else f"n{value}")
    before, after = COMMENTED.split("\n"), document.text.split("\n")
    differing = [old for old, new in zip(before, after, strict=True) if old != new]
    assert all(old.startswith(("name: Home", "- id: living", "      - 2")) for old in differing)
    assert len(differing) <= len({where for where, _ in edits})
