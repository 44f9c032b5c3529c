"""Tasks of a link and the queue they fill; options of a connection; waiting with a limit."""

import asyncio

import pytest

from sumika.actuate.watching import Watching, silent, state_of, wait_or
from sumika.clock import Instant
from sumika.links.options import Options
from sumika.schema import DeviceState, UsageError
from sumika.schema.house import Connection

NOW = Instant(1, 1, "test")


def said(number: int) -> DeviceState:
    return state_of("x", NOW, {"level": float(number)})


async def taken(watching: Watching) -> list[float]:
    return [one.values["level"] async for one in watching.reports() if isinstance(one, DeviceState)]


def test_messages_come_in_order_and_end_with_the_link() -> None:
    async def live() -> list[float]:
        watching = Watching()
        watching.put(said(1), said(2))
        await watching.end()
        await watching.end()
        watching.put(said(3))
        return await taken(watching)

    assert asyncio.run(live()) == [1, 2]


def test_where_nobody_takes_the_oldest_goes_and_is_counted() -> None:
    async def live() -> tuple[list[float], int]:
        watching = Watching(most_waiting=3)
        watching.put(*(said(number) for number in range(10)))
        await watching.end()
        return await taken(watching), watching.lost

    assert asyncio.run(live()) == ([7, 8, 9], 7)


def test_a_task_that_fails_ends_the_reports_with_its_error() -> None:
    async def fails() -> None:
        raise ZeroDivisionError

    async def live() -> None:
        watching = Watching()
        watching.start(fails(), "fails")
        with pytest.raises(ZeroDivisionError):
            await taken(watching)
        await watching.end()
        # Whoever asks again is told again, and waits for nothing.
        with pytest.raises(ZeroDivisionError):
            await taken(watching)

    asyncio.run(live())


def test_tasks_are_ended_and_none_is_left() -> None:
    async def live() -> None:
        before = asyncio.all_tasks()
        watching = Watching()
        for number in range(3):
            watching.start(forever(), f"{number}")
        await watching.end()
        assert asyncio.all_tasks() == before

    async def forever() -> None:
        await asyncio.Event().wait()

    asyncio.run(live())


def test_waiting_ends_with_the_event_or_the_time() -> None:
    async def live() -> None:
        event = asyncio.Event()
        await wait_or(event, 0.001)
        event.set()
        await wait_or(event, 1000.0)
        assert not event.is_set()

    asyncio.run(live())


def test_a_silent_device_says_no_value() -> None:
    state = silent("x", NOW, "gone")
    assert (state.available, state.values, state.why) == (False, {}, "gone")


@pytest.mark.parametrize(
    ("options", "problem"),
    [({"speed": 1.0}, "no option 'speed'"), ({"poll_s": "often"}, "poll_s is 'often'"), ({"tag": 5.0}, "tag is 5.0")],
)
def test_options_are_known_and_of_their_type(options: dict[str, str | float], problem: str) -> None:
    connection = Connection(id="x", type="modbus", address="host", options=options)
    with pytest.raises(UsageError, match=problem) as raised:
        Options(connection, {"poll_s": float, "tag": str})
    assert raised.value.remedy


def test_a_number_out_of_range_is_refused() -> None:
    connection = Connection(id="x", type="modbus", address="host", options={"poll_s": -1.0})
    options = Options(connection, {"poll_s": float, "tag": str})
    with pytest.raises(UsageError, match="poll_s is -1"):
        options.number("poll_s", 1.0)
    assert options.text("tag", "sumika") == "sumika"
