"""A name that is checked is checked to its very end: Python's `$` also fits before a last line break."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from sumika.config import ConfigError, house_schema, parse_house
from sumika.dashboard.entry_routes import Language, Name
from sumika.schema._plan import Identifier
from sumika.schema.alarm_settings import MailAddress


@pytest.mark.parametrize(
    ("kind", "good"), [(Identifier, "living"), (Name, "花子"), (Language, "ja"), (MailAddress, "a@b.example")]
)
def test_a_line_break_at_the_end_is_no_part_of_a_name(kind: Any, good: str) -> None:
    assert msgspec.convert(good, kind) == good
    for bad in (f"{good}\n", f"{good}\n\n", f"\n{good}"):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(bad, kind)


def test_a_description_with_such_a_name_is_refused() -> None:
    house = 'version: 1\nrooms: [{{ id: "{name}", floor_m: [[0, 0], [2, 0], [2, 2]] }}]\n'
    assert parse_house(house.format(name="hall")).house.rooms[0].id == "hall"
    with pytest.raises(ConfigError):
        parse_house(house.format(name="hall\\n"))


def test_no_pattern_of_the_description_ends_before_the_end() -> None:
    found = set(_patterns(house_schema()))
    assert len(found) > 5
    # `\Z` would say the same to Python, and something else to browsers and editors that read the published schema.
    assert [one for one in found if not one.endswith(r"$(?!\n)")] == []


def _patterns(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        for part in schema.values():
            yield from _patterns(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _patterns(part)
