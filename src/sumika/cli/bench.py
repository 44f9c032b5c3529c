"""`sumika bench`: every figure the project claims, with the command that reproduces it."""

import json

import click
from rich.console import Console
from rich.table import Table

from sumika.evaluate import bench as runner
from sumika.evaluate.figure import Figure
from sumika.evaluate.kept_figures import Results
from sumika.schema import UsageError


@click.command()
@click.argument("area", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else on standard output.")
@click.option("--full", is_flag=True, help="Measure the long figures too and keep them (up to an hour).")
@click.option("--part", "only", multiple=True, help="Only this part of the area (distil.sft); may be given often.")
def bench(area: str | None, as_json: bool, full: bool, only: tuple[str, ...]) -> None:
    """Measure the published figures of AREA (without one: of the area of --part, else list the areas)."""
    if area is None and only:
        area = runner.area_of(only)
    if area is None and full:
        raise UsageError("which area?", remedy=f"There are: {', '.join(runner.AREAS)}.")
    if area is None:
        areas = {name: list(parts) for name, parts in runner.AREAS.items()}
        click.echo(json.dumps({"areas": areas}, indent=2) if as_json else "areas: " + ", ".join(areas))
        return
    results = runner.run_area(area, full=full, only=only, say=runner.say_on_stderr)
    if as_json:
        click.echo(runner.as_json(results))
    else:
        Console().print(_essay(results.figures) if area == "seed" else _table(results))
    if results.failed:
        for part, reason in results.failed.items():
            runner.say_on_stderr(f"{part} was not measured: {reason}")
        raise SystemExit(1)


def _table(results: Results) -> Table:
    """Return the figures of an area, each with what it rests on and when it was measured."""
    table = Table(title=f"sumika bench {results.area} ({results.commit})", padding=(0, 0), collapse_padding=True)
    # So wide that no word of theirs is broken in a terminal of 80 columns.
    for column, least in (("figure", 0), ("value", 0), ("unit", 0), ("evidence", 10), ("run", 10)):
        table.add_column(
            column,
            justify="right" if column == "value" else "left",
            overflow="fold",
            no_wrap=column == "figure",
            min_width=least or None,
        )
    for key, figure in results.figures.items():
        run = figure.run + (" (stale)" if figure.stale else "")
        table.add_row(key, f"{figure.value:.4g}", figure.unit, str(figure.evidence), run)
    return table


def _essay(figures: dict[str, Figure]) -> Table:
    """Return the essay's numbers beside ours, each with what it rests on."""
    from sumika.evaluate.seed.essay import beside

    table = Table(title="The essay's numbers, as claimed by others, and ours", show_lines=True)
    for column in ("the essay says", "claimed by", "ours", "evidence"):
        table.add_column(column, overflow="fold")
    for row in beside(figures):
        ours = "\n".join(f"{one['key']} {one['value']:.4g} {one['unit']}" for one in row["ours"])
        evidence = "\n".join(f"{one['evidence']}{' (stale)' if one['stale'] else ''}" for one in row["ours"])
        claimed = f"{row['claimed']['value']:,.4g} {row['claimed']['unit']}: {row['claimed']['source']}"
        note = f"\n{row['note']}" if row["note"] else ""
        table.add_row(row["says"], claimed + note, ours or row["missing"] or "-", evidence or "-")
    return table
