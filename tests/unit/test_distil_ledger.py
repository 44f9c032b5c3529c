"""The ledger counts everything once, whatever happens to the process that spends it."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from sumika.distil.ledger.flops import peak_of, utilisation
from sumika.distil.ledger.ledger import Ledger, Role, Status
from sumika.distil.ledger.meter import Meter, Rapl, cpu_time_s
from sumika.distil.ledger.prices import PriceError, bill_of, load_prices, money
from sumika.distil.ledger.show import COLUMNS, as_json, as_table, duration
from sumika.distil.records import Spent
from sumika.distil.store import StoreError

PRICES = load_prices()


def burn(cpu_s: float) -> None:
    end_s = cpu_time_s() + cpu_s
    while cpu_time_s() < end_s:
        sum(range(10_000))


def test_fifty_dollars_are_the_essays_yen() -> None:
    assert money(50.0, PRICES.values()).jpy == pytest.approx(7684)


def test_s1s_bill_lies_in_its_published_range() -> None:
    bill = bill_of(Spent(gpu_s=6.9 * 3600), PRICES.values(), "h100")
    assert 14 <= bill.total_usd <= 24


def test_every_price_names_its_date_and_source() -> None:
    for price in msgspec.to_builtins(PRICES).values():
        assert price["value"] > 0
        assert price["source"]
        assert price["date"].startswith("20")


def test_a_recipes_price_wins_over_the_file_and_the_file_over_the_stated_one(tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text("usd_jpy: 150\neur_usd: {value: 1.1, date: 2026-01-02, source: bank}\n", encoding="utf-8")
    prices = load_prices({"usd_jpy": 140.0}, file)
    assert (prices.usd_jpy.value, prices.eur_usd.value, prices.eur_usd.source) == (140.0, 1.1, "bank")
    assert prices.kwh_eur == PRICES.kwh_eur


@pytest.mark.parametrize("changes", [{"usd_yen": 1.0}, {"usd_jpy": 0}, {"usd_jpy": "many"}, {"usd_jpy": {"worth": 1}}])
def test_what_is_no_price_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(PriceError):
        load_prices(changes)


def test_electricity_is_shown_but_not_added_to_the_rent() -> None:
    bill = bill_of(Spent(cpu_s=3600, energy_kwh=1, money_usd=2), PRICES.values())
    assert bill.electricity_usd > 0
    assert bill.total_usd == pytest.approx(2 + PRICES.cpu_core_hour_eur.value * PRICES.eur_usd.value)


def test_an_accelerator_without_a_price_is_not_billed_as_nothing() -> None:
    with pytest.raises(ValueError, match="no price"):
        bill_of(Spent(gpu_s=1), PRICES.values(), "abacus")


def test_nested_meters_count_every_second_once() -> None:
    before_s = cpu_time_s()
    with Meter(PRICES) as outer:
        burn(0.05)
        with Meter(PRICES) as inner:
            burn(0.15)
            inner.add(Spent(flops=7))
        burn(0.05)
        outer.add(Spent(flops=1))
    spent_s = cpu_time_s() - before_s
    assert inner.spent().cpu_s >= 0.14
    assert outer.spent().cpu_s < 0.14
    assert outer.spent().cpu_s + inner.spent().cpu_s == pytest.approx(spent_s, abs=0.04)
    assert (outer.spent().flops, inner.spent().flops) == (1, 7)


def test_work_of_a_child_process_counts() -> None:
    with Meter(PRICES) as meter:
        code = "import time\nwhile time.process_time() < 0.2: sum(range(10000))"
        subprocess.run([sys.executable, "-c", code], check=True)
    assert meter.spent().cpu_s >= 0.15
    assert meter.energy_source in ("stated watts", "measured (RAPL)")


def test_energy_counters_that_wrap_go_on(tmp_path: Path) -> None:
    package = tmp_path / "intel-rapl:0"
    package.mkdir()
    (tmp_path / "intel-rapl:0:0").mkdir()  # a part of the package: counted in it already
    (package / "max_energy_range_uj").write_text("10000000\n", encoding="ascii")
    (package / "energy_uj").write_text("9000000\n", encoding="ascii")
    rapl = Rapl(tmp_path)
    (package / "energy_uj").write_text("2000000\n", encoding="ascii")
    assert rapl.joules() == pytest.approx(3.0)
    with Meter(PRICES, powercap=tmp_path) as meter:
        (package / "energy_uj").write_text("5600000\n", encoding="ascii")
    assert meter.energy_source == "measured (RAPL)"
    assert meter.spent().energy_kwh == pytest.approx(3.6 / 3.6e6)


def test_failed_tries_are_in_the_all_in_bill_and_the_student_is_not_billed_for_the_teacher(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    with ledger.stage(run_id="r", stage="teacher", key="t", role=Role.TEACHER, prices=PRICES) as meter:
        meter.add(Spent(money_usd=3))

    def broken_try() -> None:
        with ledger.stage(run_id="r", stage="train", key="s", role=Role.STUDENT, prices=PRICES) as meter:
            meter.add(Spent(money_usd=1))
            raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        broken_try()
    with ledger.stage(run_id="r", stage="train", key="s", role=Role.STUDENT, prices=PRICES) as meter:
        meter.add(Spent(money_usd=2))
    summary = ledger.summary("r")
    assert [entry.status for entry in ledger.entries()] == [Status.FINISHED, Status.FAILED, Status.FINISHED]
    assert ledger.entries()[1].problem == "RuntimeError: out of memory"
    assert (summary.student.bill.bought_usd, summary.all_in.bill.bought_usd) == (3, 6)
    assert summary.failed.bill.bought_usd == 1
    assert [(one.name, one.tries, one.unfinished) for one in summary.stages] == [("teacher", 1, 0), ("train", 2, 1)]


def test_a_teacher_of_an_earlier_run_is_in_the_bill_of_the_run_that_uses_it(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    for run, stage, key in (("old", "teacher", "t"), ("old", "train", "x"), ("new", "train", "s")):
        with ledger.stage(run_id=run, stage=stage, key=key, role=Role.OTHER, prices=PRICES) as meter:
            meter.add(Spent(money_usd=1))
    assert ledger.summary("new", keys={"t", "s"}).all_in.bill.bought_usd == 2


def test_half_a_line_is_passed_over_and_the_next_one_kept(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    with ledger.stage(run_id="r", stage="a", key="a", role=Role.OTHER, prices=PRICES):
        pass
    with ledger.path.open("ab") as file:
        file.write(b'{"id":"half')
    with ledger.stage(run_id="r", stage="b", key="b", role=Role.OTHER, prices=PRICES):
        pass
    assert [entry.stage for entry in ledger.entries()] == ["a", "b"]


def test_a_disk_that_runs_full_in_a_line_is_told_and_leaves_no_half_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, real = Ledger(tmp_path / "ledger.jsonl"), os.write

    def some(handle: int, data: bytes) -> int:
        """Take a part, as a disk with some room left does, and then nothing more."""
        if len(data) < 100:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(handle, data[:100])

    with ledger.stage(run_id="r", stage="a", key="a", role=Role.OTHER, prices=PRICES):
        pass
    whole, (entry,) = ledger.path.read_bytes(), ledger.entries()
    monkeypatch.setattr(os, "write", some)
    with pytest.raises(StoreError, match="the ledger cannot be written"):
        ledger.append(entry)
    assert ledger.path.read_bytes() == whole
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, data[:100]))
    ledger.append(entry)
    assert ledger.path.read_bytes() == whole + whole.splitlines(keepends=True)[-1], "in parts, to its end"


def test_what_a_killed_process_spent_stays_in_the_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    code = (
        "from pathlib import Path\n"
        "from sumika.distil.ledger.ledger import *\nfrom sumika.distil.ledger.prices import load_prices\n"
        f"ledger = Ledger(Path({str(path)!r}))\n"
        "with ledger.stage(run_id='r', stage='train', key='s', role=Role.STUDENT, prices=load_prices(),"
        " interval_s=0.02) as meter:\n"
        "    meter.add(Spent(money_usd=5))\n"
        "    while True: sum(range(10000))\n"
    )
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        ledger = Ledger(path)
        while not any(entry.spent.cpu_s > 0.1 for entry in ledger.entries()):
            assert process.poll() is None
        assert ledger.entries()[0].status is Status.RUNNING
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    (entry,) = ledger.entries()
    assert entry.status is Status.KILLED
    assert entry.spent.money_usd == 5
    assert ledger.summary().all_in.unfinished == 1


def test_the_table_fits_eighty_columns_and_shows_rates_and_all_three_currencies(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    assert "Nothing" in as_table(ledger.summary())
    for stage, role in (("teach the whole chosen pool", Role.TRACING), ("train", Role.STUDENT)):
        with ledger.stage(run_id="r", stage=stage, key=stage, role=role, prices=PRICES) as meter:
            meter.add(Spent(cpu_s=4000, wall_s=5000, flops=3e15, money_usd=12.3456))
    text = as_table(ledger.summary())
    assert max(map(len, text.splitlines())) <= COLUMNS
    for word in ("¥", "$", "€", "153.68", "all-in", "student alone", "12.40", "1:06:40"):
        assert word in text
    shown = msgspec.json.decode(as_json(ledger.summary()))
    assert shown["all_in"]["money"]["jpy"] == pytest.approx(shown["all_in"]["money"]["usd"] * 153.68)


def test_utilisation_is_s1s_published_run() -> None:
    flops = 6 * 32.5e9 * 4.7e6 * 5  # parameters x tokens x epochs
    assert utilisation(flops, 26 * 60, peak_of("h100", 16)).mfu == pytest.approx(0.19, abs=0.02)
    with pytest.raises(ValueError, match="no stated peak"):
        peak_of("abacus")


@pytest.mark.parametrize(("seconds", "text"), [(0, "-"), (4.21, "4.2 s"), (185, "3:05"), (7800, "2:10:00")])
def test_durations_read_well(seconds: float, text: str) -> None:
    assert duration(seconds) == text
