"""The figures of the distillation bench, drawn from a tiny run: each is what the run itself says, or is left out."""

from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from sumika.distil import language_finish
from sumika.distil.grade.sandbox import Grade
from sumika.distil.language_finish import LanguageFinish
from sumika.distil.ledger.s1 import S1
from sumika.evaluate.distil import budget_forcing, curation, reason, s1_quotes
from sumika.evaluate.figure import Evidence, Figure
from tests.distil_works_helpers import TRAINED, works_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(500)]
OWN = "own_tries: {tries: 2, most_problems: 4, train: {epochs: 1, batch_tokens: 400, soft_weight: 0.0}}\n"
Measured = Callable[[ModuleType], dict[str, Figure]]


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageFinish]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(language_finish, "TIMED_ANSWERS", 2)
        yield works_of(TRAINED + OWN, tmp_path_factory.mktemp("bench"))


@pytest.fixture
def measured(works: LanguageFinish, monkeypatch: pytest.MonkeyPatch) -> Measured:
    """Measure an area over the tiny run."""

    def call(area: ModuleType) -> dict[str, Figure]:
        monkeypatch.setattr(area, "works_of", lambda recipe: works)
        found: dict[str, Figure] = area.measure(full=True)
        return found

    return call


def test_what_takes_long_is_measured_only_when_asked_for() -> None:
    assert [area.measure(full=False) for area in (reason, curation, budget_forcing)] == [{}, {}, {}]


def test_parity_bills_and_ratios_are_those_of_the_run(
    measured: Measured, works: LanguageFinish, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So small a student solves nothing: its tries are called right, so that there is something to go on from.
    monkeypatch.setattr(
        "sumika.distil.own_tries.grade_all", lambda examples, answers: [Grade(correct=True, reason="") for _ in answers]
    )
    figures = measured(reason)
    outcome = works.outcome
    expected = {"parity_maths", "parity_coding", "trace_gain", "all_in_eur", "int8_loss_language", "beyond_teacher"}
    assert expected <= set(figures)
    assert figures["student_minutes"].value == pytest.approx(outcome.bill.student.spent.cpu_s / 60)
    assert 0 < figures["student_eur"].value < figures["all_in_eur"].value
    assert figures["ratio_parameters"].value == pytest.approx(outcome.ratios()["parameters"])
    maths = figures["parity_maths"]
    assert maths.detail["problems"] == 4
    assert maths.detail["student"] == outcome.score("student", "maths").value
    assert {figure.evidence for figure in figures.values()} == {Evidence.SIMULATION, Evidence.MEASURED}
    beyond = figures["beyond_teacher"].detail
    assert float(beyond["solved"]) == float(beyond["problems"]) > 0


def test_the_gain_of_choosing_is_a_mean_over_problems_and_every_criterion_is_left_out(measured: Measured) -> None:
    figure = measured(curation)["curation_gain"]
    assert float(figure.detail["low"]) <= figure.value <= float(figure.detail["high"])
    assert figure.value == pytest.approx(float(figure.detail["chosen"]) - float(figure.detail["random"]))
    assert {"without quality", "without difficulty", "without diversity", "base", "seeds"} <= set(figure.detail)


def test_the_curve_of_budget_forcing_has_every_point(measured: Measured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget_forcing, "PROBLEMS", 2)
    monkeypatch.setattr(budget_forcing, "CAPS", (4, 16))
    figure = measured(budget_forcing)["budget_forcing"]
    assert {"cap 4", "cap 16", "free", "waits 1", "waits 2"} <= set(figure.detail)
    assert (figure.detail["samples"], figure.detail["problems"]) == (16.0, 2.0)
    assert 0 <= figure.value <= 1
    assert 0 < float(figure.detail["control"]) <= 1


def test_the_quotes_of_the_large_recipes_are_predictions_with_their_arithmetic() -> None:
    figures = s1_quotes.measure(full=False)
    for name in S1:
        key = name.replace("-", "_")
        minutes = figures[f"{key}_minutes"]
        assert minutes.evidence is Evidence.SIMULATION
        assert float(minutes.detail["minutes_at_5_epochs"]) > minutes.value > 0
        assert minutes.detail["arithmetic"]
        assert figures[f"{key}_eur"].value > 0
    assert figures["mfu_7b"].evidence is Evidence.MEASURED
    assert 0 < figures["mfu_7b"].value < 1
