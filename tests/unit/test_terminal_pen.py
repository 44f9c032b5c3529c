"""A reader that stops or goes away holds up nobody."""

import os
import selectors
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import TextIO

from sumika.terminal import reader_gone
from sumika.terminal._pen import WAITING_CHARACTERS, Pen

DEADLINE_S = 20.0


@contextmanager
def a_pipe() -> Iterator[tuple[int, TextIO]]:
    """Yield the reading end of a pipe, to be closed by the caller or not, and the writing end."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w", encoding="utf-8") as output:
        yield reading, output


def read_all(descriptor: int, characters: int) -> str:
    data = b""
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while len(data) < characters and selector.select(DEADLINE_S):
            data += os.read(descriptor, 65536)
    return data.decode()


def test_text_arrives_in_order() -> None:
    with a_pipe() as (reading, output):
        pen = Pen(output)
        assert all(pen.write(f"{index}\n") for index in range(100))
        pen.close(DEADLINE_S)
        assert read_all(reading, 290) == "".join(f"{index}\n" for index in range(100))
        os.close(reading)


def test_a_reader_that_stops_reading_does_not_hold_up_the_writer_and_loses_only_the_excess() -> None:
    with a_pipe() as (reading, output):
        pen = Pen(output)
        chunk = "x" * 100_000
        taken = sum(pen.write(chunk) for _ in range(50))
        assert 0 < taken < 50
        assert taken * len(chunk) <= 2 * len(chunk) + WAITING_CHARACTERS
        assert not pen.idle()
        assert len(read_all(reading, taken * len(chunk))) == taken * len(chunk)
        pen.close(DEADLINE_S)
        assert pen.idle()
        os.close(reading)


def test_closing_does_not_wait_for_a_reader_that_never_reads() -> None:
    with a_pipe() as (reading, output):
        pen = Pen(output)
        pen.write("x" * 1_000_000)
        pen.close(0.05)
        assert not pen.idle()
        os.close(reading)  # now the write ends too: the pipe is broken
        pen.close(DEADLINE_S)
        assert pen.gone


def test_a_reader_that_goes_away_ends_the_writing_quietly() -> None:
    with a_pipe() as (reading, output):
        pen = Pen(output)
        assert not reader_gone(output)
        os.close(reading)
        assert reader_gone(output)
        pen.write("nobody reads this\n")
        pen.close(DEADLINE_S)
        assert pen.gone
        assert pen.write("nor this\n")


def test_an_output_without_a_descriptor_is_written_too() -> None:
    output = StringIO()
    pen = Pen(output)
    pen.write("told\n")
    pen.close(DEADLINE_S)
    assert output.getvalue() == "told\n"
    assert not reader_gone(output)


def test_an_output_that_was_closed_under_us_is_a_reader_that_has_gone() -> None:
    output = StringIO()
    pen = Pen(output)
    output.close()
    pen.write("told\n")
    pen.close(DEADLINE_S)
    assert pen.gone
