"""`sumika log`: look into logs, compare, export and repair them."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from sumika.log import FORMATS, DiffReport, LogInfo, LogReader, diff, export, recover

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

_PATH = click.Path(path_type=Path)
_TOPIC = click.option("--topic", "topics", multiple=True, metavar="TOPIC", help="Only this topic; may be repeated.")
_FORCE = click.option("--force", is_flag=True, help="Write over existing files.")
FEWEST_FOR_A_RATE = 5
"""Two commands at once have no rate."""


@click.group()
def log() -> None:
    """Look into logs: a PATH is one .mcap file or the folder of a run."""


@log.command()
@click.argument("path", type=_PATH)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def info(path: Path, as_json: bool) -> None:
    """Say what is in a log, and what is wrong with it."""
    found = LogReader(path).info
    if as_json:
        sys.stdout.write(msgspec.json.encode(found).decode() + "\n")
        return
    console = _console()
    _print_facts(console, found)
    _print_channels(console, found)
    _print_damages(console, found)


@log.command("export")
@click.argument("path", type=_PATH)
@click.option("--format", "format_name", type=click.Choice(FORMATS), required=True, help="What to write.")
@click.option("--out", type=_PATH, required=True, metavar="DIR", help="Folder for the files; made if absent.")
@_TOPIC
@_FORCE
def export_command(path: Path, format_name: str, out: Path, topics: tuple[str, ...], force: bool) -> None:
    """Write a log as CSV or Parquet (a file per topic) or HDF5 (one file, radar samples as arrays)."""
    report = export(path, format_name, out, topics or None, force=force)
    for file in report.files:
        click.echo(f"wrote {file} ({_size(file.stat().st_size)})")
    counts = ", ".join(f"{topic} {count}" for topic, count in sorted(report.rows.items()))
    click.echo(f"{sum(report.rows.values())} messages: {counts}")
    for note in report.notes:
        click.echo(note, err=True)


@log.command("diff")
@click.argument("a", type=_PATH)
@click.argument("b", type=_PATH)
@_TOPIC
@click.option("--show", type=click.IntRange(0, 1000), default=20, show_default=True, help="Differences to show.")
def diff_command(a: Path, b: Path, topics: tuple[str, ...], show: int) -> None:
    """Compare two logs message by message and field by field; ends with 1 if they differ."""
    report = diff(a, b, topics or None)
    _print_differences(_console(), report, show)
    for damaged in report.damaged:
        click.echo(f"{damaged} is damaged; see: sumika log info", err=True)
    if report.unreadable:
        click.echo(f"{report.unreadable} messages cannot be read and were not compared", err=True)
    click.echo(report.summary())
    if report.differs:
        raise SystemExit(1)


@log.command("recover")
@click.argument("path", type=_PATH)
@click.option("--out", type=_PATH, metavar="FILE", help="The clean file; without it NAME.recovered.mcap beside PATH.")
@_FORCE
def recover_command(path: Path, out: Path | None, force: bool) -> None:
    """Write all that is readable of a damaged log into a clean file; the damaged one stays as it is."""
    report = recover(path, out, force=force)
    _print_damages(_console(), report.source)
    click.echo(f"wrote {report.path} with {report.messages} messages; {path} is as it was")


def _console() -> "Console":
    from rich.console import Console

    return Console(highlight=False, soft_wrap=False)


def _text(value: object, style: str = "") -> "Text":
    """Return text in which nothing is taken for markup or for a terminal's commands, whatever a log holds."""
    from rich.text import Text

    return Text("".join(sign if sign.isprintable() else "\ufffd" for sign in str(value)), style)


def _table(*columns: str, numbers: tuple[str, ...] = ()) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in columns:
        table.add_column(name, justify="right" if name in numbers else "left", overflow="fold", no_wrap=name in numbers)
    return table


def _print_facts(console: "Console", found: LogInfo) -> None:
    from rich.table import Table

    facts = Table.grid(padding=(0, 2))
    facts.add_column(no_wrap=True)
    facts.add_column(overflow="fold")
    topics = "" if found.same_topics else f", another table of topics ({found.topics_version})"
    house = f"SHA-256 {found.run.config_sha256[:16]}" if found.config_text else "not in the log"
    count = len(found.segments)
    rows = {
        "Log": found.path,
        "Run": f"{found.run_id}, written by Sumika {found.version}, format {found.format}{topics}",
        "House": house if found.config_intact or not found.config_text else "damaged: its SHA-256 does not fit",
        "Time": _span(found),
        "Size": f"{_size(found.size_bytes)} in {count} segment{'s' if count != 1 else ''}, {found.messages} messages",
    }
    if found.segments_gone:
        rows["Beginning"] = f"not in the log: {found.segments_gone} segments before the first one here are gone"
    for name, value in rows.items():
        facts.add_row(_text(name, "bold"), _text(value))
    console.print(facts)


def _print_channels(console: "Console", found: LogInfo) -> None:
    table = _table("topic", "key", "messages", "rate", numbers=("messages", "rate"))
    for channel in found.channels:
        told = channel.rate_hz is not None and channel.messages >= FEWEST_FOR_A_RATE
        rate = f"{channel.rate_hz:.3g} Hz" if told else ""
        topic = f"{channel.topic} (unknown)" if channel.topic in found.unknown_topics else channel.topic
        table.add_row(_text(topic), _text(channel.key), str(channel.messages), rate)
    console.print()
    console.print(table)


def _print_damages(console: "Console", found: LogInfo) -> None:
    for segment in found.segments:
        if not segment.closed:
            why = "it is still being written, or writing it was interrupted"
            console.print(_text(f"{segment.name} has no end: {why}"))
    if not found.damages:
        return
    table = _table("segment", "damage", "at byte", "bytes", "messages", numbers=("at byte", "bytes", "messages"))
    for damage in found.damages:
        what = f"{damage.kind.value}: {damage.detail}" if damage.detail else damage.kind.value
        lost = "?" if damage.messages is None else str(damage.messages)
        table.add_row(_text(damage.segment), _text(what), str(damage.offset), str(damage.size_bytes), lost)
    console.print(table)


def _print_differences(console: "Console", report: DiffReport, show: int) -> None:
    names = ("identical", "tolerated", "differ", "only A", "only B")
    counts = _table("topic", *names, numbers=names)
    for topic, count in sorted(report.topics.items()):
        numbers = (count.identical, count.tolerated, count.differing, count.only_a, count.only_b)
        counts.add_row(_text(topic), *(str(number) for number in numbers))
    console.print(counts)
    shown = report.differences[:show]
    if not shown:
        return
    table = _table("message", "field", "A", "B")
    for difference in shown:
        table.add_row(_text(difference.message), _text(difference.field), _text(difference.a), _text(difference.b))
    console.print(table)
    more = report.differing_fields - len(shown)
    if more:
        console.print(f"... and {more} more")


def _size(size_bytes: float) -> str:
    for unit in ("B", "kB", "MB"):
        if size_bytes < 1000:
            return f"{size_bytes:.3g} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:.3g} GB"


def _span(found: LogInfo) -> str:
    if found.first_ns is None or found.last_ns is None:
        return "no messages"
    return f"{_time(found.first_ns)} to {_time(found.last_ns)}, {found.duration_s:.1f} s"


def _time(wall_ns: int) -> str:
    try:
        return f"{datetime.fromtimestamp(wall_ns / 1e9, UTC).astimezone():%Y-%m-%d %H:%M:%S%z}"
    except (OverflowError, ValueError, OSError):
        return f"{wall_ns} ns"
