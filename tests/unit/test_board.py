"""The heartbeat board: every node's last sign of life, across processes, without a message."""

import os
from pathlib import Path

import pytest

from sumika.bus import Board
from sumika.schema import SumikaError
from tests.bus_helpers import Child

NAMES = ["log", "sensor.寝室", "presence"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "board"


def test_each_node_has_its_own_line(path: Path) -> None:
    board = Board.create(path, NAMES)
    assert [board.read(name) for name in NAMES] == [None, None, None]
    nodes = [Board.open(path, name) for name in NAMES]
    for number, node in enumerate(nodes):
        node.beat(number * 10**18, number)
    assert [board.read(name) for name in NAMES] == [0, 10**18, 2 * 10**18]
    assert [board.outputs(name) for name in NAMES] == [0, 1, 2]
    nodes[1].beat(7, 3)
    assert [board.read(name) for name in NAMES] == [0, 7, 2 * 10**18]
    for each in (board, *nodes):
        each.close()


def test_a_beat_of_another_process_is_seen_and_outlives_it(path: Path) -> None:
    board = Board.create(path, NAMES)
    with Child(BEAT, path) as child:
        child.line()
        assert (board.read("log"), board.outputs("log")) == (123, 4)
        child.kill()
    assert board.read("log") == 123
    board.close()


BEAT = """
    import signal, sys
    from pathlib import Path
    from sumika.bus import Board
    Board.open(Path(sys.argv[1]), "log").beat(123, 4)
    print("beaten", flush=True)
    signal.pause()
"""


def test_it_can_be_opened_only_to_read(path: Path) -> None:
    Board.create(path, NAMES).close()
    reader = Board.open(path)
    assert reader.names == tuple(NAMES)
    with pytest.raises(ValueError, match="to read"):
        reader.beat(1, 1)
    with pytest.raises(KeyError):
        reader.read("nobody")
    reader.close()


def test_a_board_of_no_nodes_is_possible(path: Path) -> None:
    Board.create(path, []).close()
    assert Board.open(path).names == ()


def test_a_node_that_is_not_on_it_is_told_who_is(path: Path) -> None:
    Board.create(path, NAMES).close()
    with pytest.raises(SumikaError, match=r"no line for node 'gate'.*It has: log, sensor"):
        Board.open(path, "gate")


def test_two_nodes_of_one_name_are_refused(path: Path) -> None:
    with pytest.raises(ValueError, match="same name"):
        Board.create(path, ["log", "log"])


@pytest.mark.parametrize("content", [b"", b"SumikaB1", b"x" * 500, b"SumikaB1" + b"\xff" * 100])
def test_a_file_that_is_no_board_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(SumikaError, match="not a heartbeat board"):
        Board.open(path, "log")


@pytest.mark.parametrize("damage", ["cut", "names"])
def test_a_damaged_board_is_refused_before_it_is_mapped(path: Path, damage: str) -> None:
    Board.create(path, NAMES).close()
    if damage == "cut":
        os.truncate(path, path.stat().st_size - 64)
    else:
        path.write_bytes(path.read_bytes().replace(b"presence", b"presenc\xff"))
    with pytest.raises(SumikaError, match="board is damaged"):
        Board.open(path, "log")


def test_no_board_is_one_clear_line(path: Path) -> None:
    with pytest.raises(SumikaError, match=r"cannot open.*sumika doctor"):
        Board.open(path, "log")
