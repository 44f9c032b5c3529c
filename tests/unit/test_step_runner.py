"""The book of consumption: what went into each output, in order, runs of consecutive messages as one entry."""

from hypothesis import given
from hypothesis import strategies as st

from sumika.runtime.replay import references
from sumika.runtime.step_runner import ConsumptionBook
from sumika.schema import Consumed

REFERENCES = st.lists(
    st.tuples(
        st.sampled_from(["tick", "slow_time"]), st.sampled_from(["a", "b"]), st.integers(0, 2), st.integers(0, 40)
    )
)


@given(REFERENCES)
def test_every_input_comes_back_in_order(inputs: list[tuple[str, str, int, int]]) -> None:
    book = ConsumptionBook()
    for reference in inputs:
        book.note(*reference)
    assert list(references(book.take())) == inputs
    assert book.take() == ()


def test_consecutive_messages_are_one_run() -> None:
    book = ConsumptionBook()
    for sequence in range(20):
        book.note("slow_time", "a", 0, sequence)
    book.note("tick", "supervisor", 0, 7)
    assert book.take() == (Consumed("slow_time", "a", 0, 0, 19), Consumed("tick", "supervisor", 0, 7, 7))


def test_another_incarnation_is_another_run() -> None:
    book = ConsumptionBook()
    book.note("slow_time", "a", 0, 3)
    book.note("slow_time", "a", 1, 4)
    assert len(book.take()) == 2
