"""`sumika evaluate vitals`: known errors are found as they are, and what cannot be trusted is left out and named."""

import csv
import gzip
import io
import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from sumika.cli.evaluate import evaluate
from sumika.evaluate.vitals_against_reference import breath_times, r_peaks, score_log
from sumika.evaluate.vitals_against_reference.beats_of_ecg import line_off_the_mains
from sumika.evaluate.vitals_against_reference.counted_rates import joined_events, rate_per_minute
from sumika.schema import Beat, Origin, Rate, Reason, ReferenceKind, SumikaError
from tests.vitals_reference_helpers import (
    NOTHING,
    breaths,
    ecg,
    every_second,
    heartbeats,
    rate,
    samples,
    vitals,
    write,
)

SECONDS = 300.0


def columns(path: Path) -> dict[str, np.ndarray]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(io.StringIO(file.read())))
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("rate_hz", [100.0, 130.0, 500.0])
def test_every_beat_is_found_where_it_is(rate_hz: float, sign: int) -> None:
    truth = heartbeats(120.0)
    found = r_peaks(sign * ecg(truth, rate_hz), rate_hz)
    assert found.size == truth.size
    assert np.sqrt(np.mean((found - truth - np.mean(found - truth)) ** 2)) < 0.003
    assert abs(np.mean(found - truth)) < 0.006


def test_a_beat_half_as_high_is_not_missed() -> None:
    truth = heartbeats(60.0)
    signal = ecg(truth, 250.0)
    low = np.abs(np.arange(signal.size) / 250 - truth[30]) < 0.1
    signal[low] *= 0.5
    assert r_peaks(signal, 250.0).size == truth.size


def test_noise_without_a_heart_has_no_regular_beats() -> None:
    noise = np.random.default_rng(0).standard_normal(60 * 130)
    intervals_s = np.diff(r_peaks(noise, 130.0))
    assert intervals_s.std() > 0.1 * intervals_s.mean()
    assert r_peaks(np.zeros(1300), 130.0).size == 0
    assert r_peaks(np.full(1300, 7.0), 130.0).size == 0


def test_an_ecg_too_slow_for_beats_is_refused() -> None:
    with pytest.raises(ValueError, match="beats need 80 Hz"):
        r_peaks(np.zeros(1000), 50.0)


@pytest.mark.parametrize("rate_bpm", [6.0, 15.0, 28.0])
def test_breaths_of_a_belt_are_counted(rate_bpm: float) -> None:
    wave = np.array(breaths(rate_bpm, 120.0)) + 0.05 * np.random.default_rng(1).standard_normal(2400)
    times_s = breath_times(wave, 20.0)
    assert 60 * (times_s.size - 1) / (times_s[-1] - times_s[0]) == pytest.approx(rate_bpm, rel=0.01)


def test_a_rate_is_the_slope_of_the_count_and_none_where_something_is_missing() -> None:
    events = joined_events([np.arange(0.0, 60.0, 1.5), np.arange(70.0, 100.0, 1.0)], 2.0)
    assert rate_per_minute(events, 40.3, 20.0) == pytest.approx(40.0)
    assert rate_per_minute(events, 95.1, 20.05) == pytest.approx(60.0)
    assert rate_per_minute(events, 75.0, 20.0) is None  # over the gap
    assert rate_per_minute(events, 10.0, 20.0) is None  # before it began
    assert rate_per_minute(events, 120.0, 20.0) is None


@pytest.mark.recording
def test_beats_and_breaths_of_real_people(sumika_data: Path) -> None:
    rest = columns(sumika_data / "neurokit_bio" / "bio_resting_5min_100hz.csv.gz")
    beats_s = r_peaks(rest["ECG"].astype(float), 100.0)
    pulses_s = r_peaks(rest["ECG"].astype(float) * -3.0, 100.0)
    assert np.array_equal(beats_s, pulses_s)
    intervals_s = np.diff(beats_s)
    usual = np.median(intervals_s)
    assert np.mean(np.abs(intervals_s - usual) < 0.4 * usual) > 0.98
    belt = rest["RSP"].astype(float)
    breaths_found = joined_events([breath_times(belt, 100.0)], 15.0)
    counted = [rate_per_minute(breaths_found, end_s, 40.0) for end_s in range(44, 74, 3)]
    # The belt's spectrum counts nothing; where the person breathes evenly its peak stands at the same rate.
    differences = [
        abs(one - _spectral_peak_bpm(belt[(end_s - 40) * 100 : end_s * 100]))
        for one, end_s in zip(counted, range(44, 74, 3), strict=True)
        if one is not None
    ]
    assert len(differences) == 10
    assert max(differences) < 0.6


def _spectral_peak_bpm(wave: np.ndarray) -> float:
    power = np.abs(np.fft.rfft((wave - wave.mean()) * np.hanning(wave.size), 8 * wave.size)) ** 2
    bpm = 60 * np.fft.rfftfreq(8 * wave.size, 0.01)
    return float(bpm[np.where((bpm > 8) & (bpm < 40), power, 0).argmax()])


@pytest.mark.recording
def test_hand_checked_beats_score_themselves_without_error(sumika_data: Path, tmp_path: Path) -> None:
    table = columns(sumika_data / "gudb_rpeaks" / "rpeaks.csv.gz")
    person = table["subject"][0]
    chosen = (table["subject"] == person) & (table["activity"] == "sitting")
    chosen &= table["lead"] == table["lead"][chosen][0]
    truth = table["r_sample"][chosen].astype(float) / 250
    path = tmp_path / "rr.csv"
    rows = [f"{moment},{interval}\n" for moment, interval in zip(truth[1:], np.diff(truth), strict=True)]
    path.write_text("t,rr\n" + "".join(rows), encoding="utf-8")
    mean_bpm = 60 / float(np.diff(truth).mean())
    log = write(tmp_path / "log", every_second(truth[-1], lambda at_s: vitals(at_s, heart=rate(mean_bpm, 5.0, 30.0))))
    result = CliRunner().invoke(
        evaluate, ["vitals", str(log), "--with", f"csv:{path}?time=t&beat_interval=rr", "--json"]
    )
    (score,) = [one for one in json.loads(result.output)["rates"] if one["quantity"] == "heart"]
    assert abs(score["bias"]["value"]) < 1.0
    assert score["coverage"]["value"] > 0.9


@pytest.mark.recording
def test_an_ecg_whose_rate_is_not_true_is_left_out(sumika_data: Path, tmp_path: Path) -> None:
    with np.load(sumika_data / "sense2gol_cw_ecg" / "rec1.npz") as file:
        signal, time_s = file["ecg"].astype(float), file["ecg_time_s"]
    said_hz = (time_s.size - 1) / float(time_s[-1] - time_s[0])
    line_hz = line_off_the_mains(signal, said_hz)
    assert line_hz is not None
    assert line_hz / said_hz == pytest.approx(0.3124, abs=0.001)
    assert (
        line_off_the_mains(signal, 192.0) is None
    )  # with the rate that the mains gives away it is an ECG like any other
    messages = samples(ReferenceKind.ECG, signal, said_hz) + every_second(60, lambda at_s: vitals(at_s, heart=rate(90)))
    with pytest.raises(SumikaError, match="is no mains"):
        score_log("log", messages)


def test_known_errors_come_out_as_they_are() -> None:
    def said(at_s: float) -> Rate:
        # 2 too many in even seconds, 1 too few in odd ones; every fifth second nothing.
        if at_s % 5 == 0:
            return NOTHING
        return rate(17.0 if at_s % 2 == 0 else 14.0, sigma_bpm=0.8)

    messages = samples(ReferenceKind.RESPIRATION, breaths(15.0, SECONDS), 20.0)
    messages += every_second(SECONDS, lambda at_s: vitals(at_s, respiration=said(at_s)))
    score, compared = score_log("log", messages)
    (one,) = (each for each in score.rates if each.quantity == "respiration")
    assert one.mean_absolute_error is not None
    assert one.root_mean_square_error is not None
    assert one.bias is not None
    assert one.limit_low is not None
    assert one.limit_high is not None
    assert one.interval_coverage is not None
    assert one.mean_absolute_error.value == pytest.approx(1.5, abs=0.03)
    assert one.root_mean_square_error.value == pytest.approx(np.sqrt(2.5), abs=0.03)
    assert one.bias.value == pytest.approx(0.5, abs=0.03)
    assert (one.limit_low.value, one.limit_high.value) == pytest.approx((0.5 - 1.96 * 1.5, 0.5 + 1.96 * 1.5), abs=0.05)
    assert one.coverage.value == pytest.approx(0.8, abs=0.01)
    assert one.interval_coverage.value == pytest.approx(0.5, abs=0.02)  # 14 ± 1.6 holds 15, 17 ± 1.6 does not
    assert one.withheld == {"moving": pytest.approx(0.2, abs=0.01)}
    assert one.mean_absolute_error.low is not None
    assert one.mean_absolute_error.low <= one.mean_absolute_error.value
    assert np.nanmax(compared[0].pairs.reference_bpm) == pytest.approx(15.0, abs=0.1)


def test_a_silent_radar_costs_coverage() -> None:
    messages = samples(ReferenceKind.RESPIRATION, breaths(15.0, SECONDS), 20.0)
    messages += every_second(SECONDS / 2, lambda at_s: vitals(at_s, respiration=rate(15.0)))
    score, _ = score_log("log", messages)
    (one,) = (each for each in score.rates if each.quantity == "respiration")
    assert one.coverage.value == pytest.approx(0.47, abs=0.03)
    assert one.withheld["silent"] == pytest.approx(1 - one.coverage.value, abs=0.02)


def test_the_reference_is_taken_over_the_estimates_own_window() -> None:
    phase = np.cumsum(np.linspace(10, 25, round(SECONDS * 20)) / 60 / 20)
    messages = samples(ReferenceKind.RESPIRATION, np.sin(2 * np.pi * phase), 20.0)

    def said(at_s: float, window_s: float) -> Rate:
        here, before = (np.interp(one, np.arange(phase.size) / 20, phase) for one in (at_s, at_s - 40.0))
        return rate(60 * float(here - before) / 40, window_s=window_s)

    errors = []
    for window_s in (40.0, 10.0):
        rates = partial(said, window_s=window_s)
        every = [vitals(float(at_s), respiration=rates(float(at_s))) for at_s in range(1, round(SECONDS))]
        score, _ = score_log("log", [*messages, *every[45:]])
        error = next(one for one in score.rates if one.quantity == "respiration").mean_absolute_error
        assert error is not None
        errors.append(error.value)
    assert errors[0] < 0.05
    assert errors[1] == pytest.approx(15 * 15 / SECONDS, rel=0.1)  # half of the windows' difference late


def test_a_drifting_device_is_put_right_and_a_nominal_rate_left_out() -> None:
    said = every_second(SECONDS, lambda at_s: vitals(at_s, respiration=rate(15.0)))
    waves = breaths(15.0 * (1 + 4e-3), SECONDS)  # by a clock that is 0.4 % slow
    score, _ = score_log("log", [*samples(ReferenceKind.RESPIRATION, waves, 20.0, drift=4e-3), *said])
    (one,) = (each for each in score.rates if each.quantity == "respiration")
    assert one.bias is not None
    assert abs(one.bias.value) < 0.02
    with pytest.raises(SumikaError, match="its clock is no clock"):
        score_log("log", [*samples(ReferenceKind.RESPIRATION, waves, 20.0, drift=0.3), *said])


def test_single_beats_are_compared_with_the_same_beats() -> None:
    truth = heartbeats(SECONDS)
    random = np.random.default_rng(3)
    seen = truth + 0.18 + 0.01 * random.standard_normal(truth.size)
    messages = samples(ReferenceKind.ECG, ecg(truth, 130.0), 130.0)

    def said(at_s: float) -> tuple[Beat, ...]:
        found = []
        for number in range(1, truth.size):
            if at_s - 1 < seen[number] <= at_s and number % 4:
                interval_s = float(seen[number] - seen[number - 1])
                found.append(Beat(time_s=float(seen[number] - at_s), interval_s=interval_s, sigma_s=0.01))
        return tuple(found)

    messages += every_second(SECONDS, lambda at_s: vitals(at_s, heart=rate(66.0, 3.0), beats=said(at_s)))
    score, _ = score_log("log", messages)
    (beat,) = score.beats
    assert beat.coverage == pytest.approx(0.75, abs=0.02)
    assert beat.lag_ms == pytest.approx(180, abs=8)
    # The median magnitude of a normal difference of two beats of 10 ms each.
    assert beat.median_error_ms == pytest.approx(0.6745 * np.sqrt(2) * 10, rel=0.25)


def test_without_a_reference_or_an_estimate_it_says_so() -> None:
    said = every_second(60, lambda at_s: vitals(at_s, respiration=rate(15.0)))
    with pytest.raises(SumikaError, match="no reference in it that can be used"):
        score_log("log", said)
    with pytest.raises(SumikaError, match="nothing was estimated"):
        score_log("log", samples(ReferenceKind.RESPIRATION, breaths(15.0, 60), 20.0))
    belt = samples(ReferenceKind.RESPIRATION, breaths(15.0, 60), 20.0)
    with pytest.raises(SumikaError, match="in attic"):
        score_log("log", belt + said, room="attic")


def call(*arguments: object, language: str = "en") -> Result:
    locale = {"en": "C.UTF-8", "ja": "ja_JP.UTF-8"}[language]
    environ = {"LC_ALL": locale, "COLUMNS": "80"}
    return CliRunner().invoke(evaluate, ["vitals", *(str(one) for one in arguments)], env=environ)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    truth = heartbeats(SECONDS)
    messages = samples(ReferenceKind.RESPIRATION, breaths(15.0, SECONDS), 20.0)
    messages += samples(ReferenceKind.ECG, ecg(truth, 130.0), 130.0)
    messages += every_second(
        SECONDS,
        lambda at_s: vitals(
            at_s,
            respiration=rate(15.2),
            heart=rate(66.0, 2.0) if at_s % 3 else Rate(valid=False, reason=Reason.TOO_WEAK),
            origin=Origin.SIMULATED,
        ),
    )
    return write(tmp_path / "night", messages)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_table_fits_80_columns_and_says_what_is_simulated(log: Path, language: str) -> None:
    result = call(log, language=language)
    assert result.exit_code == 0, result.output
    from rich.cells import cell_len

    assert max(cell_len(line) for line in result.output.splitlines()) <= 80
    banner = {"en": "SIMULATED", "ja": "シミュレーション"}[language]
    assert result.output.startswith(banner)
    assert "bedroom #1" in result.output


def test_json_is_one_object_and_plots_are_drawn(log: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = call(log, "--json", "--out", out)
    score = json.loads(result.stdout)
    assert score["origin"] == "simulated"
    assert {one["quantity"] for one in score["rates"]} == {"heart", "respiration"}
    assert json.loads((out / "score.json").read_text(encoding="utf-8")) == score
    pictures = sorted(path.name for path in out.glob("*.png"))
    assert pictures == ["heart-bedroom--1.png", "respiration-bedroom--1.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in out.glob("*.png"))


def test_what_is_no_table_cannot_be_laid_beside_a_log(log: Path) -> None:
    result = call(log, "--with", "polar-h10")
    assert isinstance(result.exception, SumikaError)
    assert "only a table" in str(result.exception)
