"""A quote says beforehand what a run will take, shows how it got there, and is held against what happened."""

import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from sumika.distil.language.shape import DecoderShape
from sumika.distil.ledger.calibrate import (
    ASSUMED_MFU,
    Accelerator,
    MeasuredUtilisation,
    Rate,
    accelerator,
    measure_rate,
)
from sumika.distil.ledger.ledger import Ledger, Role
from sumika.distil.ledger.memory import micro_tokens_that_fit, training_memory_gb
from sumika.distil.ledger.prices import load_prices
from sumika.distil.ledger.quote import (
    PredictedActual,
    Quote,
    counted_work,
    endpoint_teacher,
    generation,
    language_training,
    predicted_and_actual,
    quote_error,
    quote_errors,
    sampled_lengths,
)
from sumika.distil.ledger.s1 import QWEN_7B, QWEN_32B, S1Quote, s1_7b, s1_32b_lora, s1_quote
from sumika.distil.recipe import load_recipe
from sumika.distil.records import Spent
from sumika.schema import SumikaError

PRICES = load_prices()
SHAPE = DecoderShape(vocabulary=100, width=64, layers=2, heads=2, key_value_heads=1, hidden=128, context=256)


def test_the_shapes_have_the_published_numbers_of_parameters() -> None:
    assert QWEN_7B.parameters() == pytest.approx(7.616e9, rel=1e-3)
    assert QWEN_32B.parameters() == pytest.approx(32.76e9, rel=1e-3)


def test_a_prediction_from_a_few_steps_meets_the_run(tmp_path: Path) -> None:
    def step() -> float:
        sum(range(100_000))
        return 10.0

    rate = measure_rate(step, seconds=0.1)
    estimate = counted_work(
        "train", units=2000, unit="steps", flops_per_unit=1e6, speed=rate, prices=PRICES, role=Role.STUDENT
    )
    ledger = Ledger(tmp_path / "ledger.jsonl")
    start_s = time.thread_time()
    with ledger.stage(run_id="r", stage="train", key="k", role=Role.STUDENT, prices=PRICES):
        for _ in range(200):
            step()
    used_s = time.thread_time() - start_s
    compared = predicted_and_actual(Quote(name="q", stages=(estimate,), prices=PRICES.values()), ledger.entries())
    assert compared[0].predicted.flops == 2e9
    # Beside others a core does the same in up to twice the time; the bench holds it to 20 %.
    assert used_s / 3 < compared[0].predicted.cpu_s < 3 * used_s
    assert quote_error(compared) >= 0


def test_a_step_that_does_nothing_gives_no_rate() -> None:
    with pytest.raises(ValueError, match="did nothing"):
        measure_rate(lambda: 0.0, seconds=0)


def test_a_longer_spread_of_lengths_costs_more_attention_at_equal_tokens() -> None:
    even, uneven = sampled_lengths([100, 100], "even"), sampled_lengths([10, 190], "uneven")
    assert even.mean == uneven.mean
    assert uneven.weighted == pytest.approx(181)
    speed = Accelerator(gpu="h200", mfu=0.4)
    times = [
        language_training("t", SHAPE, samples=2, lengths=one, epochs=1, speed=speed, prices=PRICES).spent.wall_s
        for one in (even, uneven)
    ]
    assert times[1] > times[0]


def test_an_endpoint_above_its_cap_says_how_much_fits() -> None:
    estimate = endpoint_teacher(
        "teach",
        calls=1000,
        prompt_tokens=200,
        output_tokens=4000,
        usd_per_million_prompt=1.0,
        usd_per_million_output=10.0,
        seconds_per_call=60,
        concurrency=20,
        money_cap_usd=21.1,
        retries=1.0,
    )
    assert estimate.spent.money_usd == pytest.approx(40.2)
    assert estimate.spent.wall_s == 3000
    assert "about 525 calls fit" in estimate.arithmetic[-1]


def test_generation_counts_what_is_read_and_written() -> None:
    rate = Rate(units_per_s=100.0, cpu_s_per_unit=0.01, repeats=3, spread=0.0)
    estimate = generation(
        "teach", SHAPE, answers=10, prompt_tokens=20, output_tokens=50, speed=rate, prices=PRICES, role=Role.TRACING
    )
    assert (estimate.spent.prompt_tokens, estimate.spent.output_tokens, estimate.spent.wall_s) == (200, 500, 5.0)
    assert estimate.spent.flops == pytest.approx(700 * SHAPE.flops_per_token(45, train=False))


@pytest.mark.parametrize("make", [s1_7b, s1_32b_lora])
def test_the_s1_quotes_show_their_arithmetic_and_name_the_assumed_utilisation(
    make: Callable[..., S1Quote],
) -> None:
    quoted = make(PRICES, epochs=5, measured=None)
    text = "\n".join(quoted.lines())
    assert "23,500,000 tokens" in text
    assert "[assumed]" in text
    assert "not counted" in text
    assert quoted.quote.stages[0].fits
    again = make(PRICES, epochs=quoted.epochs_that_fit, measured=None)
    assert again.within


@pytest.mark.parametrize("name", ["s1-7b", "s1-32b-lora"])
def test_the_shipped_s1_recipes_keep_their_promise_at_the_measured_utilisation(name: str) -> None:
    quoted = s1_quote(name, PRICES)
    assert "measured on h200" in "\n".join(quoted.lines())
    assert quoted.within
    assert load_recipe(name).train.epochs == quoted.epochs


def test_a_measured_utilisation_recalibrates_the_quote(tmp_path: Path) -> None:
    file = tmp_path / "mfu.json"
    one = MeasuredUtilisation(gpu="h100", method="full", mfu=0.5, measured="2026-01-01, 8 k packed")
    file.write_bytes(msgspec.json.encode([one]))
    before, after = s1_7b(PRICES, measured=None), s1_7b(PRICES, measured=file)
    assert after.minutes == pytest.approx(before.minutes * ASSUMED_MFU["full"] / 0.5)
    assert "measured on h100" in "\n".join(after.lines())
    assert accelerator("h200", "lora", file).evidence == "assumed"
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(SumikaError, match="utilisations"):
        s1_7b(PRICES, measured=file)


def test_full_fine_tuning_of_seven_billion_does_not_fit_eighty_gigabytes_and_it_is_said() -> None:
    quoted = s1_7b(PRICES, gpu="h100")
    assert not quoted.within
    assert "NOT ENOUGH MEMORY" in "\n".join(quoted.lines())


def test_recomputing_activations_saves_memory_and_costs_work() -> None:
    kept = training_memory_gb(QWEN_32B, trained=10**8, micro_tokens=8192)
    assert training_memory_gb(QWEN_32B, trained=10**8, micro_tokens=8192, recomputed=1.0) < 90 < 141 < kept


def test_what_would_fit_fits_and_one_token_more_does_not() -> None:
    trained = QWEN_7B.parameters()
    most = micro_tokens_that_fit(QWEN_7B, trained=trained, available_gb=141.0)
    assert training_memory_gb(QWEN_7B, trained=trained, micro_tokens=most) <= 141.0
    assert training_memory_gb(QWEN_7B, trained=trained, micro_tokens=most + 1) > 141.0
    assert micro_tokens_that_fit(QWEN_7B, trained=trained, available_gb=70.0) == 0


def test_the_error_of_a_quote_is_that_of_its_worst_sum() -> None:
    one = PredictedActual(
        stage="a",
        predicted=Spent(wall_s=90, cpu_s=50),
        actual=Spent(wall_s=60, cpu_s=60),
        predicted_usd=3,
        actual_usd=3,
    )
    other = msgspec.structs.replace(one, predicted=Spent(wall_s=10, cpu_s=50), actual=Spent(wall_s=40, cpu_s=60))
    assert quote_errors([one, other]) == pytest.approx({"wall": 0, "cpu": 1 / 6, "money": 0})
    assert quote_error([one, other]) == pytest.approx(1 / 6)
    with pytest.raises(ValueError, match="no stage"):
        quote_error([])


def test_a_quote_sums_by_account() -> None:
    rate = Rate(units_per_s=1.0, cpu_s_per_unit=1.2, repeats=1, spread=0.0)
    stages = tuple(
        counted_work(role, units=units, unit="steps", flops_per_unit=1, speed=rate, prices=PRICES, role=role)
        for role, units in ((Role.TEACHER, 30), (Role.STUDENT, 10))
    )
    quote = Quote(name="q", stages=stages, prices=PRICES.values())
    assert quote.spent(Role.TRACING) == Spent()
    assert quote.bill().total_usd == pytest.approx(4 * quote.bill(Role.STUDENT).total_usd)
    assert predicted_and_actual(quote, []) == []
