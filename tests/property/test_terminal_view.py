"""Whatever arrives and whatever the size: a picture of exactly that size, and a banner over what is not live."""

from collections.abc import Callable
from datetime import UTC
from io import StringIO

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from rich.cells import cell_len
from rich.console import Console

from sumika.clock import Instant
from sumika.schema import (
    ChestMotion,
    Event,
    HeartRate,
    Message,
    NodeHealth,
    NodeState,
    Origin,
    Presence,
    Reason,
    Respiration,
    Severity,
    key_of,
)
from sumika.schema.house import House
from sumika.terminal import HouseView, Picture
from sumika.text import banner
from tests.terminal_helpers import NOON_WALL_NS, a_house, at

ROOMS = ("room_0", "room_1", "room_2", "no_such_room")
numbers = st.none() | st.floats() | st.floats(min_value=-3, max_value=80)
hostile = ["寝室", "ﾍﾞｯﾄﾞ", "e\u0301te\u0301", "\x1b[2J", "\U0001f468\u200d\U0001f469", "a\nb", "\u2764\ufe0f", "\u202ex"]
texts = st.text(max_size=20) | st.sampled_from(hostile)
stamps = st.builds(
    Instant,
    st.integers(min_value=0, max_value=2**62),
    st.integers(min_value=-(2**62), max_value=2**62),
    st.sampled_from(["boot", "other"]),
) | st.floats(min_value=-40, max_value=5).map(at)
heads: dict[str, st.SearchStrategy[object]] = {
    "stamp": stamps,
    "origin": st.sampled_from(Origin),
    "session": texts,
}
estimates: dict[str, st.SearchStrategy[object]] = {
    **heads,
    "room": st.sampled_from(ROOMS),
    "valid": st.booleans(),
    "reason": st.sampled_from(Reason),
}


def build(kind: Callable[..., Message], **fields: st.SearchStrategy[object]) -> st.SearchStrategy[Message]:
    return st.fixed_dictionaries(fields).map(lambda values: kind(**values))


messages = st.one_of(
    build(Presence, **estimates, probability=numbers, range_m=numbers, range_sigma_m=numbers),
    build(Respiration, **estimates, rate_bpm=numbers, sigma_bpm=numbers),
    build(HeartRate, **estimates, rate_bpm=numbers, sigma_bpm=numbers, candidate_bpm=numbers),
    build(ChestMotion, **estimates, displacement_mm=numbers),
    build(
        NodeHealth,
        **heads,
        node=texts,
        state=st.sampled_from(NodeState),
        restarts=st.integers(min_value=0, max_value=10**6),
        beat_age_s=numbers,
        core_share=numbers,
        memory_mb=numbers,
        fault=texts,
    ),
    build(
        Event,
        **heads,
        subject=texts,
        code=st.sampled_from(["node_died", "never_heard_of"]),
        severity=st.sampled_from(Severity),
        recovered=st.booleans(),
        detail=texts,
    ),
)
houses = st.builds(
    a_house,
    st.lists(texts, min_size=1, max_size=9),
    st.sampled_from(Origin),
    texts,
)


def view_of(house: House, taken: list[Message]) -> HouseView:
    view = HouseView(house, at(-100), UTC)
    for message in taken:
        view.take(message)
    return view


def assert_fits(picture: Picture, width: int, height: int) -> None:
    lines = picture.plain.split("\n")
    assert len(lines) <= height
    assert {cell_len(line) for line in lines} == {width}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("size", [(60, 24), (80, 24), (120, 40), (200, 50)])
@settings(max_examples=30, deadline=None)
@given(house=houses, taken=st.lists(messages, max_size=30))
def test_every_line_has_exactly_the_width_and_none_is_beyond_the_height(
    size: tuple[int, int], language: str, house: House, taken: list[Message]
) -> None:
    width, height = size
    assert_fits(view_of(house, taken).render(at(0), width, height, language), width, height)


@settings(max_examples=75, deadline=None)
@given(
    house=houses,
    taken=st.lists(messages, max_size=20),
    width=st.integers(min_value=1, max_value=260),
    height=st.integers(min_value=1, max_value=80),
    language=st.sampled_from(["ja", "en"]),
    ascii_only=st.booleans(),
)
def test_any_size_can_be_drawn(
    house: House, taken: list[Message], width: int, height: int, language: str, ascii_only: bool
) -> None:
    picture = view_of(house, taken).render(at(0), width, height, language, ascii_only=ascii_only)
    assert_fits(picture, width, height)
    assert picture.plain.isascii() or not ascii_only


@settings(max_examples=75, deadline=None)
@given(house=houses, taken=st.lists(messages, max_size=20), language=st.sampled_from(["ja", "en"]))
def test_a_banner_says_so_whenever_anything_is_not_live(house: House, taken: list[Message], language: str) -> None:
    shown = view_of(house, taken).render(at(0), 200, 24, language).plain
    # What counts is the newest word of each subject; a house whose radars play files is not live before they begin.
    origins = {(type(message), key_of(message)): message.origin for message in taken}.values()
    kinds = {"recording": Origin.RECORDED, "demo": Origin.SIMULATED, "port": Origin.LIVE}
    found = {*origins, *(kinds[str(radar.source.__struct_config__.tag)] for radar in house.radars)}
    says = [banner(origin, language) in shown for origin in (Origin.SIMULATED, Origin.RECORDED)]
    assert any(says) == (found != {Origin.LIVE})
    assert says[0] == (Origin.SIMULATED in found)


@settings(max_examples=50, deadline=None)
@given(house=houses, taken=st.lists(messages, max_size=20), no_color=st.booleans())
def test_nothing_that_a_message_says_reaches_the_terminal_as_a_command(
    house: House, taken: list[Message], no_color: bool
) -> None:
    picture = view_of(house, taken).render(at(0), 80, 24, "en")
    assert all(character == "\n" or character.isprintable() for character in picture.plain)
    environ = {"TERM": "xterm-256color", **({"NO_COLOR": "1"} if no_color else {})}
    file = StringIO()
    Console(file=file, force_terminal=True, width=80, _environ=environ).print(picture)
    assert ("\x1b[3" not in file.getvalue()) or not no_color
    assert "\x1b[2J" not in file.getvalue()


@settings(max_examples=75, deadline=None)
@given(seconds=st.floats(min_value=3.5, max_value=1e6), taken=st.lists(messages, max_size=10))
def test_after_a_silence_no_value_is_left(seconds: float, taken: list[Message]) -> None:
    # Names and events are no values: they may stay, and may say anything.
    kept = [message for message in taken if not isinstance(message, Event | NodeHealth) and "±" not in message.session]
    view = view_of(a_house(), kept)
    latest = max((m.stamp.monotonic_ns for m in taken if m.stamp.boot_id == "boot"), default=0)
    now = Instant(max(latest, at(0).monotonic_ns), NOON_WALL_NS, "boot").later(round(seconds * 1e9))
    shown = view.render(now, 200, 24, "en").plain
    assert "±" not in shown.replace("chest ±", "")
    assert "/min" not in shown
