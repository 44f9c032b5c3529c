"""`sumika devices`: what there is to drive, what the house has, and one device tried by hand."""

import os
import sys
from pathlib import Path

import click

from sumika.cli._options import house_option, running_option
from sumika.schema import UsageError

_TYPES = ("home_assistant", "mqtt", "echonet_lite", "esphome", "modbus", "ocpp")
_json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object and nothing else on standard output."
)


@click.group()
def devices() -> None:
    """Real devices: find them, list them, try one by hand."""


@devices.command()
@house_option
@click.option("--connection", "connection_id", help="Only this connection of the house.")
@click.option("--type", "kind", type=click.Choice(_TYPES), help="Without house.yaml: which protocol to speak ...")
@click.option("--address", help="... and where: host, host:port, network or URL.")
@click.option("--user", default="", help="Name to log in with, where it wants one.")
@click.option(
    "--secret-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File (mode 0600) with the token or password.",
)
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(min=0.0, max=600.0),
    default=30.0,
    show_default=True,
    help="Seconds to wait for charge points, which come by themselves.",
)
@_json_option
def scan(
    house: Path | None,
    connection_id: str | None,
    kind: str | None,
    address: str | None,
    user: str,
    secret_file: Path | None,
    wait_s: float,
    as_json: bool,
) -> None:
    """Find what there is and what each can do.

    Prints the lines to write into house.yaml. Ends with 1 if a connection could not be asked.
    """
    from sumika.cli._devices_scan import Wanted, scan_all

    if (kind is None) != (address is None):
        raise UsageError(
            "--type and --address belong together", remedy="Give both, or neither to scan the house's own connections"
        )
    wanted = Wanted(
        house=house,
        connection=connection_id,
        kind=kind,
        address=address or "",
        user=user,
        secret_file=secret_file,
        wait_s=wait_s,
        as_json=as_json,
    )
    if not scan_all(wanted, click.echo):
        sys.exit(1)


@devices.command(name="list")
@house_option
@_json_option
def list_devices(house: Path | None, as_json: bool) -> None:
    """List what the house has, with limits and fail-safe."""
    from sumika.cli._devices_list import list_all

    list_all(house, click.echo, as_json=as_json)


@devices.command(name="try")
@click.argument("device")
@click.argument("setting", metavar="SETTING=VALUE")
@house_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--hold",
    "hold_s",
    type=click.FloatRange(min=0.0, max=3600.0),
    default=0.0,
    show_default=True,
    help="Seconds to keep it so before it is put back.",
)
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(min=0.1, max=600.0),
    default=15.0,
    show_default=True,
    help="Seconds that the device may take to say that it is so.",
)
@_json_option
def try_device(
    device: str, setting: str, house: Path | None, yes: bool, hold_s: float, wait_s: float, as_json: bool
) -> None:
    """Set one device by hand, and put it back.

    It goes through the safety gate's limits. Says what the gate made of it, whether the device took it, and whether it
    says so itself. Ends with 1 if it was refused, not done, or not put back.

    Ctrl-C ends it early, and puts the device back before it ends.
    """
    from sumika.cli._devices_try import Trial, try_one

    if as_json and not yes:
        raise UsageError("--json does not ask", remedy="Add --yes")
    trial = Trial(device=device, text=setting, hold_s=hold_s, wait_s=wait_s, yes=yes, as_json=as_json)
    if not try_one(house, trial, os.environ, click.echo):
        sys.exit(1)


@devices.command()
@click.argument("device")
@click.option("--done-by", "done_by", metavar="HOUR", help="Hour by which it is to be done: 7, 7.5 or 07:30.")
@click.option("--not", "not_any_more", is_flag=True, help="It is not loaded any more.")
@click.option("--resident", default="", help="Who says so.")
@running_option
def load(device: str, done_by: str | None, not_any_more: bool, resident: str, data: Path | None) -> None:
    """Say that a machine is loaded: the running house starts it when that costs least.

    For washing machines, dishwashers and the like that cannot say so themselves. Without --done-by it is done by the
    hour that the machine tells, or by that of its ratings in house.yaml.
    """
    from sumika.cli._devices_load import hour_of, tell_loaded
    from sumika.schema import LoadMachineRequest

    by_h = None if done_by is None else hour_of(done_by)
    question = LoadMachineRequest(device=device, waiting=not not_any_more, done_by_h=by_h, resident=resident)
    click.echo(tell_loaded(question, data))
