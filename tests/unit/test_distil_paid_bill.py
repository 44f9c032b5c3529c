"""What a paid teacher got stands on the bill once: of whoever asked, when it was asked, also where that broke off."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from sumika.distil import teaching
from sumika.distil.records import Example, Spent, Trace, Usage
from sumika.distil.teachers.base import Faults, Progress, TeacherError, TeachReport, report_of, unwatched
from sumika.distil.teachers.journal import Journal
from sumika.distil.teaching import ask
from tests.distil_works_helpers import program_recipe, works_of
from tests.unit.test_distil_teaching import program

EACH_USD = 0.25


class Paid:
    """A teacher that takes a quarter for each answer, and may leave in the middle."""

    name, version, terms = "adder", "1", "own"

    def __init__(self, leaves_after: int = 10_000) -> None:
        self.report = TeachReport(teacher=self.name)
        self.left = leaves_after

    def answer(self, examples: Sequence[Example], journal: Journal, progress: Progress = unwatched) -> list[Trace]:
        for done, example in enumerate(examples):
            if journal.get(example.prompt) is None:
                if not self.left:
                    raise TeacherError("it has left")
                self.left -= 1
                journal.put(example.prompt, self._trace(example))
            progress(done + 1, len(examples))
        traces = [self._trace(example) for example in examples]
        self.report = report_of(self.name, "1", len(examples), traces, Faults(), journal, reused=0, requests=0)
        return traces

    def _trace(self, example: Example) -> Trace:
        left, _, right = example.prompt.partition("+")
        return Trace(
            example_id=example.id,
            reasoning="added",
            answer=str(int(left) + int(right)),
            teacher=self.name,
            version="1",
            date="2026-01-01",
            terms="own",
            usage=Usage(money_usd=EACH_USD),
        )


def sums(numbers: range) -> list[Example]:
    return [Example(prompt=f"{number}+1", answer=str(number + 1)) for number in numbers]


def test_only_what_is_asked_now_is_billed_and_as_it_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teaching, "asked_of", lambda teacher: Paid())
    bills: list[list[Spent]] = []
    for numbers in (range(4), range(2, 8), range(8)):
        bills.append([])
        _, report = ask(program(tmp_path), sums(numbers), tmp_path / "journals", unwatched, bills[-1].append)
        assert report.paid_usd == sum(one.money_usd for one in bills[-1])
    paid = [[one.money_usd for one in bill] for bill in bills]
    assert [sum(bill) for bill in paid] == [4 * EACH_USD, 4 * EACH_USD, 0.0]
    assert max(map(max, paid)) == EACH_USD, "a process that is killed in between has kept what it had paid"


def test_a_round_that_breaks_off_is_billed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spent = Spent()

    def bill(more: Spent) -> None:
        nonlocal spent
        spent = spent + more

    monkeypatch.setattr(teaching, "asked_of", lambda teacher: Paid(leaves_after=3))
    with pytest.raises(TeacherError, match="has left"):
        ask(program(tmp_path), sums(range(8)), tmp_path / "journals", unwatched, bill)
    assert spent.money_usd == 3 * EACH_USD


@pytest.mark.slow
def test_all_runs_of_a_store_together_are_billed_what_the_journal_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teaching, "asked_of", lambda teacher: Paid())
    for name, seed in (("one", 1), ("two", 2)):
        choose = f"{{count: 20, without: [quality, difficulty, diversity], seed: {seed}}}"
        works = works_of(program_recipe(tmp_path, choose=choose), tmp_path / "store", name)
        works.traced(works.taken())
        works.traced(works.random(seed=9))
    (journal,) = (tmp_path / "store" / "journals").iterdir()
    with Journal(journal) as kept:
        assert works.stages.ledger.summary().all_in.bill.bought_usd == pytest.approx(kept.paid_usd)
        assert kept.paid_usd > 20 * EACH_USD
