"""`sumika radar`: look at what a radar saw."""

from pathlib import Path

import click

from sumika.cli._learn import learned_from_log
from sumika.cli._plot import plot_file


@click.group()
def radar() -> None:
    """Look at what a radar saw."""


@radar.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", "outs", type=click.Path(path_type=Path), multiple=True, help="A .png or .html; may be repeated.")
@click.option("--model", default="", help="Radar model, where the recording does not say it.")
@click.option("--chirp", default="", help="Chirp description: a .yaml or .cfg, or builtin:NAME (TI captures need one).")
@click.option("--radar", "radar_id", default="", help="Which radar of a log with several.")
@click.option("--at", "at_s", type=click.FloatRange(min=0), help="Second to look into; without it the liveliest.")
@click.option("--seconds", type=click.FloatRange(min=0.1, max=3600), default=60.0, show_default=True, help="How much.")
def plot(
    file: Path, outs: tuple[Path, ...], model: str, chirp: str, radar_id: str, at_s: float | None, seconds: float
) -> None:
    """Draw what FILE shows: range-Doppler, range-azimuth, points, tracks, and the breath with its beats.

    FILE is a maker's recording, or a log with whole frames (sumika record). Without --out, FILE.png and FILE.html are
    written into the present folder; the page needs no network.
    """
    named = file.resolve().name
    wanted = outs or (Path(f"{named}.png"), Path(f"{named}.html"))
    for line in plot_file(file, wanted, model=model, chirp=chirp, radar=radar_id, at_s=at_s, seconds=seconds):
        click.echo(line)


@radar.command()
@click.argument("log", type=click.Path(path_type=Path))
@click.option(
    "--skip", "skip_s", type=click.FloatRange(min=0), default=10.0, show_default=True, help="Seconds left out."
)
@click.option("--seconds", type=click.FloatRange(min=10), default=600.0, show_default=True, help="How much of it.")
def learn(log: Path, skip_s: float, seconds: float) -> None:
    """Learn from LOG what moves where nobody is: fans, curtains. Let it run for some minutes while nobody is at home.

    Prints the lines for house.yaml. With them a fan is told as a known mover and no longer competes with people;
    somebody who stands beside it is still found.
    """
    click.echo(learned_from_log(log, skip_s=skip_s, seconds=seconds), nl=False)
