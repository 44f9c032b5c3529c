"""`sumika world`: named nights and days of the simulated house, and variants of a floor plan side by side."""

import os
import sys
from pathlib import Path

import click

from sumika.schema import Origin, UsageError
from sumika.text import banner, language_of, say

_OUT = click.Path(path_type=Path, dir_okay=False)


@click.group()
def world() -> None:
    """Simulated houses with people living in them. Nothing of it is sensing."""


@world.command(name="list")
def list_scenarios() -> None:
    """List the named nights and days."""
    from sumika.world.scenarios import load_scenario, names

    language = language_of(os.environ)
    for name in names():
        scenario, _ = load_scenario(name)
        title = scenario.title_ja if language == "ja" and scenario.title_ja else scenario.title
        click.echo(f"{name:<21}{scenario.hours:4.0f} h  {title}")


@world.command()
@click.argument("name")
@click.option(
    "--speed", type=click.FloatRange(min=0.01), help="So many times real time; without it as fast as it goes."
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Another course of chance than the scenario's.")
@click.option("--hours", type=click.FloatRange(min=0.02, max=9000.0), help="Another length than the scenario's.")
@click.option("--plot", type=_OUT, help="Draw a page of plots: FILE.png or FILE.html.")
@click.option("--csv", "table", type=_OUT, help="Write the course, a line per step, as CSV.")
@click.option("--radar", is_flag=True, help="With every radar's samples, and perception behind them (slow).")
@click.option(
    "--log",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep a log of all that is said; without --radar presence and posture are the error model's.",
)
def run(
    name: str,
    speed: float | None,
    seed: int | None,
    hours: float | None,
    plot: Path | None,
    table: Path | None,
    radar: bool,
    log: Path | None,
) -> None:
    """Run the scenario NAME (or a .yaml file) and say whether it is what its name says.

    Ends with 1 if a check of the scenario does not hold.
    """
    from sumika.cli._world_run import Wanted, run_scenario

    if log is not None and log.exists():
        raise UsageError("it is there already", where=f"--log {log}", remedy="Name a folder that is not there yet")
    wanted = Wanted(name=name, speed=speed, seed=seed, hours=hours, plot=plot, table=table, radar=radar, log=log)
    click.echo(banner(Origin.SIMULATED, language_of(os.environ)), err=True)
    if not run_scenario(wanted, click.echo):
        sys.exit(1)


@world.command()
@click.option(
    "--house", type=click.Path(path_type=Path), envvar="SUMIKA_HOUSE", help="house.yaml; else the demo house."
)
@click.option("--grade", "grades", multiple=True, help="Grade of insulation; may be given often.")
@click.option("--ventilation", "classes", multiple=True, help="class_1, class_3 or natural; may be given often.")
@click.option("--climate", help="Another climate than the house's site has.")
@click.option(
    "--radar",
    "radars",
    multiple=True,
    help="Another place of a radar, as living_radar=2.7,0.05,1.7,90,-8 (x,y,z,yaw,pitch); may be given often.",
)
@click.option("--days", type=click.IntRange(1, 366), default=365, show_default=True, help="How long each is simulated.")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=1,
    show_default=True,
    help="Of people and weather, the same for all variants.",
)
@click.option("--plot", type=_OUT, help="Draw what the radars see: FILE.png or FILE.html.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else on standard output.")
def compare(
    house: Path | None,
    grades: tuple[str, ...],
    classes: tuple[str, ...],
    climate: str | None,
    radars: tuple[str, ...],
    days: int,
    seed: int,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Set variants of one floor plan side by side before anything is built.

    Energy and money per year, comfort, cold spots, and what each radar would see. Without --grade and --ventilation
    the grades of Japan's standards are compared.
    """
    from sumika.cli._world_compare import Comparison, compare_variants

    wanted = Comparison(
        house=house,
        grades=grades,
        classes=classes,
        climate=climate,
        radars=radars,
        days=days,
        seed=seed,
        plot=plot,
        as_json=as_json,
    )
    click.echo(say("banner.simulated", language_of(os.environ)), err=True)
    compare_variants(wanted, click.echo)
