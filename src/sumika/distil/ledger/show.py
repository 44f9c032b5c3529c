"""The bill as a table of 80 columns and as JSON."""

import io
import re
from collections.abc import Sequence
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from sumika.distil.ledger.ledger import Summary, Total
from sumika.distil.ledger.prices import money, rate_line

COLUMNS = 80
FOLD = re.compile(r"fold \d+ of (?P<folds>\d+): (?P<stage>.+)")


def as_table(summary: Summary, width: int = COLUMNS) -> str:
    """Return the bill as text: per stage, the student alone, all-in; the rates below."""
    if not summary.stages:
        return "Nothing was run yet.\n"
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    table.add_column("stage", min_width=16)
    gpu = summary.all_in.spent.gpu_s > 0
    for heading in ("tries", "wall", "CPU", *(["GPU"] if gpu else []), "Wh", "FLOPs", "¥", "$", "€"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in folded(summary.stages):
        table.add_row(*_row(one, summary.prices, gpu=gpu))
    table.add_section()
    for one in (summary.student, summary.failed, summary.all_in):
        table.add_row(*_row(one, summary.prices, gpu=gpu), style="bold" if one is summary.all_in else "")
    output = io.StringIO()
    console = Console(file=output, width=width, color_system=None, legacy_windows=False)
    console.print(table)
    console.print(f"{rate_line(summary.prices)}; energy: {', '.join(summary.energy_sources)}", highlight=False)
    electricity = money(summary.all_in.bill.electricity_usd, summary.prices)
    line = f"Rent includes electricity; on your own machine it alone would be {electricity.eur:.4f} €."
    console.print(line, highlight=False)
    return output.getvalue()


def folded(stages: Sequence[Total]) -> list[Total]:
    """Return the same with one line for what a recipe does once for each part of the groups it leaves out."""
    found: dict[str, Total] = {}
    for one in stages:
        match = FOLD.fullmatch(one.name)
        name = f"{match['folds']} folds: {match['stage']}" if match else one.name
        before = found.get(name)
        if before is None:
            found[name] = msgspec.structs.replace(one, name=name)
            continue
        sums = {part: getattr(before, part) + getattr(one, part) for part in ("tries", "unfinished", "spent", "bill")}
        found[name] = msgspec.structs.replace(before, **sums)
    return list(found.values())


def _row(one: Total, values: dict[str, float], *, gpu: bool) -> list[str]:
    cost, spent = money(one.bill.total_usd, values), one.spent
    tries = f"{one.tries}" if not one.unfinished else f"{one.tries} ({one.unfinished}✗)"
    times = [spent.wall_s, spent.cpu_s, *([spent.gpu_s] if gpu else [])]
    energy = f"{spent.energy_kwh * 1000:.1f}"
    sums = [_sum(cost.jpy, 2), _sum(cost.usd, 4), _sum(cost.eur, 4)]
    return [one.name, tries, *map(duration, times), energy, _count(spent.flops), *sums]


def _sum(value: float, places: int) -> str:
    """Return a sum with the places that its size deserves."""
    return f"{value:.{places}f}" if value < 1 else f"{value:,.2f}" if value < 100 else f"{value:,.0f}"


def duration(seconds: float) -> str:
    """Return a time as a person reads it: 4.2 s, 3:05, 2:10:00."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds else "-"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _count(number: float) -> str:
    return f"{number:.0e}".replace("e+", "e") if number else "-"


def as_json(summary: Summary) -> bytes:
    """Return the bill as one JSON object; every total also in three currencies."""
    shown: dict[str, Any] = msgspec.to_builtins(summary)
    for one, stated in (
        *zip(summary.stages, shown["stages"], strict=True),
        *((getattr(summary, name), shown[name]) for name in ("student", "all_in", "failed")),
    ):
        if summary.prices:
            stated["money"] = msgspec.to_builtins(money(one.bill.total_usd, summary.prices))
    return msgspec.json.format(msgspec.json.encode(shown), indent=2)
