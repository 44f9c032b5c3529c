"""What a run says for itself: intervals that hold, ratios against the teacher, sums that agree, in 80 columns."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from sumika.distil.ledger.ledger import Entry, Ledger, Role, Status, Summary
from sumika.distil.ledger.prices import load_prices, money
from sumika.distil.outcome import AnswerCost, Outcome, Scored, as_text, ratio_of
from sumika.distil.records import Spent


def summary_of(folder: Path, **times_s: float) -> Summary:
    """Return the bill of one try of each role named."""
    ledger, prices = Ledger(folder / "ledger.jsonl"), load_prices().values()
    for name, cpu_s in times_s.items():
        entry = Entry(
            id=name,
            run_id="run",
            stage=name,
            key=name,
            role=Role(name),
            status=Status.FINISHED,
            started="2026-01-01T00:00:00+00:00",
            spent=Spent(wall_s=cpu_s, cpu_s=cpu_s),
            prices=prices,
        )
        ledger.append(entry)
    return ledger.summary("run")


def cost_of(parameters: int, latency_s: float) -> AnswerCost:
    return AnswerCost(
        parameters=parameters, tokens=40.5, flops=parameters * 81.0, latency_s=latency_s, energy_j=latency_s * 5
    )


def marks_of(prefix: str, right: int, count: int = 100) -> dict[str, int]:
    return {f"{prefix}{number:03}": int(number < right) for number in range(count)}


@pytest.fixture
def outcome(tmp_path: Path) -> Outcome:
    def scored(name: str, maths: int, coding: int, **more: Any) -> Scored:
        return Scored(name=name, correct=marks_of("m", maths) | marks_of("c", coding, 50), **more)

    return Outcome(
        name="mine",
        run_id="run",
        models=(
            scored("teacher", 90, 50, cost=cost_of(2_000_000, 0.2), trained_usd=0.4),
            scored("student", 88, 45, cost=cost_of(200_000, 0.05), trained_usd=0.1),
            scored("student, int8", 87, 45),
            scored("without distillation", 20, 0, cost=cost_of(200_000, 0.05)),
        ),
        groups={"maths": tuple(marks_of("m", 0)), "coding": tuple(marks_of("c", 0, 50))},
        bill=summary_of(tmp_path, student=600.0, teacher=3600.0),
        notes=("Simulated problems: drawn by a program, not by people. Everything was measured in this run.",),
    )


def test_scores_are_shares_with_an_interval_that_holds_them(outcome: Outcome) -> None:
    score = outcome.score("student", "maths")
    assert score.value == 0.88
    assert 0.80 < score.low < 0.88 < score.high < 0.95
    sure = outcome.score("teacher", "coding")
    assert (sure.value, sure.high) == (1.0, 1.0)


def test_a_gain_is_paired_over_the_same_problems(outcome: Outcome) -> None:
    gain = outcome.gain("without distillation", "student", "maths")
    assert gain is not None
    assert gain.value == pytest.approx(0.68)
    assert gain.low < 0.68 < gain.high
    same = outcome.gain("student", "student", "maths")
    assert same is not None
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)


def test_ratios_are_teacher_over_student(outcome: Outcome) -> None:
    expected = {"parameters": 10.0, "flops": 10.0, "latency_s": 4.0, "energy_j": 4.0, "training cost": 4.0}
    assert outcome.ratios() == pytest.approx(expected)


def test_without_a_teacher_there_is_no_ratio_and_none_is_told(outcome: Outcome) -> None:
    alone = msgspec.structs.replace(outcome, models=outcome.models[1:])
    assert alone.ratios() == {}
    assert "against teacher" not in as_text(alone)
    bare = msgspec.structs.replace(outcome.models[0], cost=None, trained_usd=0.0)
    assert msgspec.structs.replace(outcome, models=(bare, *outcome.models[1:])).ratios() == {}


def test_a_model_that_was_not_scored_is_an_error(outcome: Outcome) -> None:
    with pytest.raises(KeyError, match="random"):
        outcome.model("random")


def test_the_table_says_everything_in_80_columns(outcome: Outcome) -> None:
    text = as_text(outcome)
    assert max(map(len, text.splitlines())) <= 80
    assert "maths (n=100)" in text
    assert "coding (n=50)" in text
    assert "88.0 [" in text
    assert "2,000,000" in text
    assert "FLOPs per answer 1/10.0, latency 1/4.0" in " ".join(text.split())
    assert "Student alone: 10:00 wall, 10:00 CPU" in " ".join(text.split())
    assert "All-in (teacher, data, failed tries): 1:10:00 wall" in " ".join(text.split())
    paid = money(outcome.bill.all_in.bill.total_usd, outcome.bill.prices)
    assert f"¥{paid.jpy:.2f} = ${paid.usd:.4f} = €{paid.eur:.4f}." in " ".join(text.split())
    assert outcome.notes[0] in " ".join(text.split())


def test_large_models_many_subjects_and_long_names_stay_within_80_columns(outcome: Outcome) -> None:
    large = Scored(
        name="a student with a long name of its own",
        correct=outcome.models[0].correct,
        cost=cost_of(32_763_876_352, 98.7654),
        trained_usd=123.4567,
    )
    groups = {**outcome.groups, "answers": tuple(marks_of("m", 0))}
    text = as_text(msgspec.structs.replace(outcome, models=(*outcome.models, large), groups=groups))
    assert max(map(len, text.splitlines())) <= 80
    for part in ("32,763,876,352", "98765.4", "123.4567", "answers (n=100)"):
        assert part in text


def test_an_outcome_survives_its_file(outcome: Outcome) -> None:
    found = msgspec.json.decode(msgspec.json.encode(outcome), type=Outcome)
    assert found == outcome
    assert as_text(found) == as_text(outcome)


def test_the_ratio_of_two_shares_is_resampled_over_the_same_problems() -> None:
    random = np.random.default_rng(0)
    difficulty = random.random(400)
    first, second = (difficulty < 0.72).astype(int).tolist(), (difficulty < 0.80).astype(int).tolist()
    paired = ratio_of(first, second)
    assert paired.value == pytest.approx(sum(first) / sum(second))
    assert paired.low < paired.value < paired.high
    unpaired = ratio_of(first, random.permutation(second).tolist())
    assert paired.high - paired.low < 0.6 * (unpaired.high - unpaired.low), "pairing takes the common luck out"
    assert ratio_of(first, first).high == 1.0
    assert ratio_of([0, 0], [0, 0]).value == 0.0
    assert ratio_of(first, second) == paired
