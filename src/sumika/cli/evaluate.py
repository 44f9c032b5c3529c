"""`sumika evaluate`: what a log says against the contact sensors in it, and controllers against each other."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from sumika.log import LogReader
from sumika.schema import Message, Origin
from sumika.text import LANGUAGES, banner, language_of, say

if TYPE_CHECKING:
    from rich.table import Table

    from sumika.evaluate.vitals_against_reference import BeatScore, Number, RateScore, VitalsScore


_QUANTITY = {"heart": "score.heart", "respiration": "score.respiration"}
_RATE_COLUMNS = ("score.coverage", "score.mae", "score.rmse", "score.bias", "score.limits", "score.interval_coverage")
_BEAT_COLUMNS = ("score.beats", "score.coverage", "score.median_ms", "score.p95_ms", "score.lag_ms")


@click.group()
def evaluate() -> None:
    """Score what a log says against the references in it, and controllers against each other."""


@evaluate.command()
@click.argument("log", type=click.Path(path_type=Path))
@click.option("--room", default="", help="Only this room; without it every room is scored.")
@click.option("--with", "references", multiple=True, metavar="SOURCE", help="A table beside the log: csv:FILE?...")
@click.option("--again", is_flag=True, help="Work the estimates out again from what the log holds, then score those.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Write plots (PNG) and score.json here.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def vitals(log: Path, room: str, references: tuple[str, ...], again: bool, out: Path | None, as_json: bool) -> None:
    """Score breath and heart rates against a chest strap or belt.

    LOG is a folder that `sumika record --with` wrote. A table that another program recorded meanwhile is laid
    beside it: --with csv:FILE?time=COLUMN&ecg=COLUMN&offset_s=SECONDS; its time 0 is so long after the log's first
    message.
    """
    from sumika.evaluate.vitals_against_reference import score_log

    with tempfile.TemporaryDirectory(prefix="sumika-") as scratch:
        messages = _messages(_worked_out_again(log, Path(scratch)) if again else log, log, references)
        score, compared = score_log(str(log), messages, room)
    language = language_of(os.environ)
    files: list[Path] = []
    if out is not None:
        from sumika.evaluate.vitals_against_reference.pictures import draw_scores

        files = draw_scores(score, compared, out, banner(score.origin, language))
        out.mkdir(parents=True, exist_ok=True)
        (out / "score.json").write_bytes(msgspec.json.format(msgspec.json.encode(score)) + b"\n")
        files.append(out / "score.json")
    if as_json:
        sys.stdout.write(msgspec.json.encode(score).decode() + "\n")
        return
    _print(score, language)
    for file in files:
        click.echo(say("score.wrote", language, file=file))


@evaluate.command()
@click.option("--week", "weeks", multiple=True, metavar="NAME", help="A scenario week; without it a quick choice.")
@click.option("--all", "every", is_flag=True, help="All scenario weeks.")
@click.option(
    "--controller",
    "controllers",
    multiple=True,
    metavar="NAME",
    help="Without it all simple ones; name=file.py:function is one of your own.",
)
@click.option("--seeds", default=1, show_default=True, help="So many weathers, households and markets.")
@click.option("--days", default=7.0, show_default=True, help="So many are scored.")
@click.option("--warm-up", "warm_up_days", default=7, show_default=True, help="Days of looking on before.")
@click.option(
    "--presence",
    type=click.Choice(["as entered", "truth", "none", "pir", "perception"]),
    default="as entered",
    help="What controllers are told of where people are.",
)
@click.option("--processes", default=1, show_default=True, help="So many at once.")
@click.option("--plot", type=click.Path(path_type=Path), metavar="FOLDER", help="Draw a picture of each week (PNG).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
@click.option("--grid", is_flag=True, help="Print what tuning of the simple controllers tried, and run nothing.")
@click.option("--tune", is_flag=True, help="Tune the simple controllers for these weeks anew (hours).")
@click.option("--keep", type=click.Path(path_type=Path), metavar="FILE", help="Where --tune keeps what it found.")
def control(
    weeks: tuple[str, ...],
    every: bool,
    controllers: tuple[str, ...],
    seeds: int,
    days: float,
    warm_up_days: int,
    presence: str,
    processes: int,
    plot: Path | None,
    as_json: bool,
    grid: bool,
    tune: bool,
    keep: Path | None,
) -> None:
    """Let controllers run simulated houses for a week each, and score them: energy, discomfort and air in money.

    The simple controllers were tuned for a week on other weathers and households than they are scored on; where they
    were not (rainy_tokyo), it is said. The best of them has a star.
    """
    from sumika.cli._control import Wanted, compare_controllers, print_grids, tune_controllers
    from sumika.evaluate.control.weeks import QUICK, WEEKS

    chosen = tuple(WEEKS) if every else weeks or QUICK
    if tune:
        tune_controllers(chosen, keep, click.echo)
    elif grid:
        print_grids(chosen, click.echo)
    else:
        wanted = Wanted(
            weeks=chosen,
            controllers=controllers,
            seeds=seeds,
            days=days,
            warm_up_days=warm_up_days,
            presence="" if presence == "as entered" else presence,
            processes=processes,
            plot=plot,
            as_json=as_json,
        )
        compare_controllers(wanted, click.echo)


@evaluate.command()
@click.option(
    "--policy", "file", type=click.Path(path_type=Path), metavar="FILE", help="Without it the one that ships."
)
@click.option("--week", "weeks", multiple=True, metavar="NAME", help="Without it weeks that it was not taught in.")
@click.option("--seeds", default=1, show_default=True, help="So many weathers, households and markets.")
@click.option("--days", default=7.0, show_default=True, help="So many are scored.")
@click.option("--teach", type=click.Path(path_type=Path), metavar="FILE", help="Teach one in half an hour and keep it.")
@click.option("--lessons", type=click.Path(path_type=Path), metavar="FOLDER", help="Where --teach keeps its lessons.")
@click.option("--rounds", default=0, show_default=True, help="So often it drives while the planner teaches.")
@click.option("--c", "c_file", type=click.Path(path_type=Path), metavar="FILE", help="Write it as one C file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def policy(
    file: Path | None,
    weeks: tuple[str, ...],
    seeds: int,
    days: float,
    teach: Path | None,
    lessons: Path | None,
    rounds: int,
    c_file: Path | None,
    as_json: bool,
) -> None:
    """Score the distilled planner against the planner that taught it, in simulated weeks and houses new to it."""
    from sumika.cli import _policy
    from sumika.plan.policy import load_policy

    if teach is not None:
        _policy.teach(teach, lessons, rounds)
    elif c_file is not None:
        _policy.write_c(load_policy(file), c_file)
    else:
        _policy.judge(file, weeks, seeds, days, as_json=as_json)


def _messages(source: Path, log: Path, references: tuple[str, ...]) -> Iterator[Message]:
    """Yield the log's messages, then those of the tables that are laid beside it."""
    from sumika.evaluate.vitals_against_reference import TOPICS
    from sumika.evaluate.vitals_against_reference.tables_beside import messages_of_tables

    first = next((logged.message.stamp for logged in LogReader(log)), None)
    for logged in LogReader(source, TOPICS):
        yield logged.message
    if first is not None:
        yield from messages_of_tables(references, first)


def _worked_out_again(log: Path, scratch: Path) -> Path:
    from sumika.runtime.replay_log import replay_log

    out = scratch / "again"
    replay_log(log, out, start="auto")
    return out


def _print(score: "VitalsScore", language: str) -> None:
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=False)
    if score.origin is not Origin.LIVE:
        console.print(banner(score.origin, language), style="bold red", markup=False)
    console.print(_rate_table(score.rates, language))
    for rate in score.rates:
        if rate.withheld:
            console.print(_withheld(rate, language), markup=False)
    if score.beats:
        console.print(_beat_table(score.beats, language))
    for source, sigma_ms in score.clock_sigma_ms.items():
        console.print(say("score.clock", language, source=source, sigma_ms=sigma_ms), markup=False)
    console.print(say("score.intervals", language), markup=False)
    for note in score.notes:
        click.echo(note, err=True)


def _table(names: tuple[str, ...], language: str, left: int) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for number, name in enumerate(names):
        table.add_column(say(name, language), justify="left" if number < left else "right", overflow="fold")
    return table


def _rate_table(rates: "tuple[RateScore, ...]", language: str) -> "Table":
    names = ("score.who", "score.quantity", *_RATE_COLUMNS)
    table = _table(names, language, 2)
    for rate in rates:
        limits = say("no_value", language)
        if rate.limit_low is not None and rate.limit_high is not None:
            limits = f"{rate.limit_low.value:+.1f} .. {rate.limit_high.value:+.1f}"
        table.add_row(
            rate.who,
            say(_QUANTITY[rate.quantity], language),
            _number(rate.coverage, "{:.0%}", language),
            _number(rate.mean_absolute_error, "{:.2f}", language),
            _number(rate.root_mean_square_error, "{:.2f}", language, interval=False),
            _number(rate.bias, "{:+.2f}", language, interval=False),
            limits,
            _number(rate.interval_coverage, "{:.0%}", language, interval=False),
        )
    return table


def _beat_table(beats: "tuple[BeatScore, ...]", language: str) -> "Table":
    table = _table(("score.who", *_BEAT_COLUMNS), language, 1)
    nothing = say("no_value", language)
    for beat in beats:
        numbers = (beat.median_error_ms, beat.percentile_95_ms, beat.lag_ms)
        table.add_row(
            beat.who,
            f"{beat.matched}/{beat.reference_beats}",
            f"{beat.coverage:.0%}",
            *(nothing if number is None else f"{number:.0f}" for number in numbers),
        )
    return table


def _number(number: "Number | None", form: str, language: str, *, interval: bool = True) -> str:
    if number is None:
        return say("no_value", language)
    text = form.format(number.value)
    if interval and number.low is not None and number.high is not None:
        text += f"\n{form.format(number.low)}-{form.format(number.high)}"
    return text


def _withheld(rate: "RateScore", language: str) -> str:
    parts = []
    for reason, share in sorted(rate.withheld.items(), key=lambda item: -item[1])[:3]:
        key = "score.silent" if reason == "silent" else f"reason.{reason}"
        words = say(key, language) if key in LANGUAGES[language] else reason
        parts.append(f"{words} {share:.0%}")
    quantity = say(_QUANTITY[rate.quantity], language)
    return say("score.withheld", language, who=rate.who, quantity=quantity, why=", ".join(parts))
