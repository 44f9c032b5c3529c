"""The book of consumption: what went into each output, in order, runs of consecutive messages as one entry."""

from hypothesis import given
from hypothesis import strategies as st

from sumika.runtime.replay import references
from sumika.runtime.step_runner import ConsumptionBook
from sumika.schema import Consumed
from sumika.units import seconds_to_ns

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


def test_what_a_step_has_forgotten_is_not_in_its_book() -> None:
    book = ConsumptionBook({"points": 3.0})
    for number in range(100):
        book.note("points", "a", 0, number, seconds_to_ns(number))
        book.note("tracks", "house", 0, number, seconds_to_ns(number))
    assert book.take() == (
        Consumed("tracks", "house", 0, 0, 95),
        *(Consumed(*run) for n in (96, 97, 98, 99) for run in (("points", "a", 0, n, n), ("tracks", "house", 0, n, n))),
    )
    assert book.take() == ()


@given(st.lists(st.tuples(st.booleans(), st.floats(0.0, 5.0)), max_size=60))
def test_a_replay_that_is_given_what_a_book_tells_makes_the_same_book(inputs: list[tuple[bool, float]]) -> None:
    stamps: dict[tuple[str, str, int, int], int] = {}
    counts = {"points": 0, "tracks": 0}
    now_ns = 0
    for is_points, later_s in inputs:
        topic = "points" if is_points else "tracks"
        now_ns += seconds_to_ns(later_s)
        stamps[topic, "a", 0, counts[topic]] = now_ns
        counts[topic] += 1
    live, again = ConsumptionBook({"points": 3.0}), ConsumptionBook({"points": 3.0})
    for reference, stamp_ns in stamps.items():
        live.note(*reference, stamp_ns)
    told = live.take()
    for reference in references(told):
        again.note(*reference, stamps[reference])
    assert again.take() == told
    assert [one for one in references(told) if one[0] == "tracks"] == [one for one in stamps if one[0] == "tracks"]


def test_a_book_of_days_is_as_short_as_one_of_minutes() -> None:
    book = ConsumptionBook({"points": 90.0})
    for number in range(100_000):
        book.note("points", "a", 0, number, seconds_to_ns(number / 20))
        book.note("tracks", "house", 0, number, seconds_to_ns(number / 20))
    assert len(book) < 10_000
    assert len(book.take()) < 4_000
