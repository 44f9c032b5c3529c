"""`sumika replay`: run a log's steps again and prove that the outputs are the same."""

import time
from pathlib import Path

import click

from sumika import __version__
from sumika.log import LogReader, diff
from sumika.runtime.replay import ReplayReport
from sumika.runtime.replay_log import replay_log


@click.command()
@click.argument("log", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the replayed log; without it LOG.replay.")
@click.option(
    "--start",
    type=click.Choice(["auto", "frames", "slow-time"]),
    default="auto",
    show_default=True,
    help="Where it starts: at whole radar frames, where they were recorded, or at the slow-time signal.",
)
@click.option("--force", is_flag=True, help="Overwrite an existing folder of an earlier replay.")
def replay(log: Path, out: Path | None, start: str, force: bool) -> None:
    """Run the steps of LOG again, in the order in which its outputs consumed their inputs, and compare.

    Where the log begins in the middle of a run, or lacks messages, the steps did not start where they had: outputs that
    come out otherwise for that reason are told apart and are no difference. Ends with 1 if any output differs.

    Outputs are the same where the same Sumika replays; a log of another version, or with another table of topics, is
    told as one before it begins.
    """
    out = out or log.resolve().with_name(log.resolve().name + ".replay")
    _tell_whose(LogReader(log))
    began_s = time.perf_counter()
    report = replay_log(log, out, start=start, force=force)
    took_s = time.perf_counter() - began_s
    origin = "whole radar frames" if report.from_frames else "the slow-time signal"
    made = ", ".join(f"{topic} {count}" for topic, count in sorted(report.replayed.items())) or "nothing"
    click.echo(
        f"replayed {report.duration_s:.1f} s in {took_s:.2f} s ({report.duration_s / took_s:.0f} x), from {origin}"
    )
    click.echo(f"made again: {made}")
    _tell_what_is_missing(report)
    difference = diff(log, out, topics=sorted({*report.replayed, *report.unsure}), unsure_from=report.unsure_from)
    click.echo(difference.summary())
    if difference.differs:
        raise SystemExit(1)


def _tell_whose(log: LogReader) -> None:
    """Say on stderr where another Sumika wrote the log: its outputs may differ though nothing is wrong."""
    if log.run.version != __version__:
        click.echo(
            f"Sumika {log.run.version} wrote this log, and this is {__version__}: outputs may differ for that alone",
            err=True,
        )
    if not log.same_topics:
        click.echo(
            "the log has another table of topics than this Sumika: messages have other fields since, and outputs may "
            "differ for that alone",
            err=True,
        )


def _tell_what_is_missing(report: ReplayReport) -> None:
    """Say on stderr what the log lacks, and what that means for the comparison."""
    if report.begins_in_the_middle:
        click.echo("the log begins in the middle of a run: what the steps had taken in before is not in it", err=True)
    for topic, count in sorted(report.missing.items()):
        click.echo(f"missing in the log: {count} of {topic}, which outputs in it had consumed", err=True)
    for topic, count in sorted(report.unsure.items()):
        click.echo(f"{topic}: {count} rest on what is not in the log; they count where they are the same", err=True)
