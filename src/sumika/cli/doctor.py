"""`sumika doctor`: looks at everything a house needs and says what is wrong, why it matters and what to do."""

import importlib.util
import os
import shutil
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import click
import msgspec
import psutil

from sumika.cli import (
    _doctor_house,
    _doctor_machine,
    _doctor_model,
    _doctor_running,
    _doctor_storage,
    _doctor_students,
)
from sumika.cli._finding import Finding, Level
from sumika.cli._options import data_option, house_option
from sumika.cli._recordings import refusal
from sumika.clock import Clock, WallClock
from sumika.runtime.data_folder import data_folder
from sumika.sensors import MODELS, recordings_folder

_COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}


def _present(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def machine(clock: Clock) -> list[Finding]:
    """Look at the machine."""
    cores = len(os.sched_getaffinity(0))
    return [
        *_doctor_machine.python_version(sys.version_info[:3]),
        *_doctor_machine.extras(_present),
        *_doctor_machine.processors(cores),
        *_doctor_machine.memory(psutil.virtual_memory().available),
        *_doctor_machine.clock_sane(clock.now(), clock.now()),
        *_doctor_machine.systemd(_doctor_machine.SYSTEMD_RUNS.is_dir()),
    ]


def storage(folder: Path) -> list[Finding]:
    """Look at a house's data folder and what is in it."""
    existing = next((path for path in (folder, *folder.parents) if path.is_dir()), Path("/"))
    return [
        *_doctor_storage.data_usable(folder),
        *_doctor_storage.disk_space(shutil.disk_usage(existing).free, folder),
        *_doctor_storage.last_log(folder),
        *(
            finding
            for path in sorted(folder.glob("history/*.sqlite3"))
            for finding in _doctor_storage.database_whole(path)
        ),
        *_doctor_storage.set_aside(folder),
    ]


def checks(
    environ: Mapping[str, str], house: Path | None, *, data: Path | None = None, clock: Clock | None = None
) -> list[Finding]:
    """Look at everything.

    Args:
        environ: The environment, for SUMIKA_DATA.
        house: Description of the house; None is the demo house.
        data: Its data folder, if it is not the usual one.
        clock: Time.

    Returns:
        What was found, well or not, in the order in which a house needs it.
    """
    clock = clock or WallClock()
    findings = [
        *machine(clock),
        *_doctor_running.leftovers(),
        *_doctor_running.running_houses(clock),
        *_doctor_running.runtime_folder(),
        *_doctor_house.data_there(environ, recordings_folder(environ)),
    ]
    of_house, loaded = _doctor_house.described(house, environ, MODELS)
    findings += of_house
    if loaded is not None:
        findings += _doctor_house.world_possible(loaded)
        findings += _doctor_house.recordings_there(loaded, _present, partial(refusal, loaded))
        findings += _doctor_house.ports_described(loaded, partial(refusal, loaded))
        findings += _doctor_house.ports_usable(loaded)
        findings += _doctor_model.larger_model(loaded)
        folder = data_folder(loaded, data)
        findings += storage(folder)
        findings += _doctor_students.students_whole(folder)
    return findings


def _show(finding: Finding, color: bool | None) -> None:
    label = click.style(f"{finding.level:<4}", fg=_COLOURS[finding.level], bold=finding.level is not Level.OK)
    click.echo(f"{label}  {finding.what}", color=color)
    for line in (finding.why, finding.remedy and f"-> {finding.remedy}"):
        if line:
            click.echo(f"      {line}", color=color)


@click.command()
@house_option
@data_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array and nothing else on standard output.")
def doctor(house: Path | None, data: Path | None, as_json: bool) -> None:
    """Say what is wrong, in plain words. Ends with code 1 if anything keeps the house from running."""
    found = checks(os.environ, house, data=data)
    failed = sum(finding.level is Level.FAIL for finding in found)
    warned = sum(finding.level is Level.WARN for finding in found)
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        color = False if os.environ.get("NO_COLOR") else None
        for finding in found:
            _show(finding, color)
        click.echo(f"\n{failed} failed, {warned} to look at" if failed or warned else "\nall well")
    sys.exit(1 if failed else 0)
