"""What the words of a register say."""

import pytest

from sumika.links.modbus import read_register


@pytest.mark.parametrize(
    ("line", "words", "value"),
    [
        ("input:30775:int32", [0x8000, 0x0000], None),
        ("input:30775:int32", [0xFFFF, 0xFFFF], -1.0),
        ("input:30529:uint32:0.001", [0xFFFF, 0xFFFF], None),
        ("input:30529:uint32:0.001", [0x0000, 0xFFFF], 65.535),
        ("input:30513:uint64", [0xFFFF] * 4, None),
        ("input:30513:int64", [0x8000, 0, 0, 0], None),
        ("input:30001:int16:0.1", [0x8000], None),
        ("input:30001:int16:0.1", [0xFFFF], -0.1),
        ("input:30001:uint16:0.1", [0xFFFF], None),
        ("input:30001:uint16:0.1", [0xFFFE], 6553.4),
        ("holding:40001:uint16:1.5259e-05", [0xFFFF], 1.0),
        ("holding:40001:uint16 | 0, 65535", [0xFFFF], 1.0),
        ("holding:40001:float32", [0x7FC0, 0], None),
        ("coil:1", [1], 1.0),
        ("coil:1 | 1, 0", [1], 0.0),
        ("discrete:1 | 1, 0", [0], 1.0),
    ],
)
def test_codes_for_what_is_absent_are_no_numbers(line: str, words: list[int], value: float | None) -> None:
    said = read_register(line, "here").ours(words, "big")
    assert said == (None if value is None else pytest.approx(value, rel=1e-4))


def test_a_coil_that_is_turned_round_holds_what_it_was_told() -> None:
    coil = read_register("coil:3 | 1, 0", "here")
    for value, word in ((0.0, 1), (1.0, 0)):
        assert coil.theirs(value, "big") == [word]
        assert coil.ours([word], "big") == value
