"""`sumika distil`: bring a teacher and data, leave with a small model, a card and a bill."""

from pathlib import Path
from typing import Any

import click

from sumika.cli import _distil_run as runner
from sumika.cli._distil_spread import Spread
from sumika.cli._options import data_option

_FOLDER = click.Path(path_type=Path, file_okay=False)
_store = click.option(
    "--store",
    type=_FOLDER,
    envvar="SUMIKA_STORE",
    help="Where everything is kept; by default in the user's data folder.",
)
_prices = click.option(
    "--prices", type=click.Path(path_type=Path, dir_okay=False), help="YAML file with prices of your own."
)
_seed = click.option("--seed", type=int, help="Another seed than the recipe's.")
_without = click.option(
    "--without",
    multiple=True,
    type=click.Choice(["quality", "difficulty", "diversity"]),
    help="Choose without this criterion (an ablation); may be given more than once.",
)
_into = click.option(
    "--into",
    type=_FOLDER,
    help="Folder for the finished model: new, empty, or with the model of an earlier run of the same recipe.",
)


@click.group()
def distil() -> None:
    """Squeeze a big teacher into a small student, with a card and a bill."""


@distil.command()
def recipes() -> None:
    """List the recipes that ship."""
    for name, about in runner.recipes().items():
        click.echo(f"{name:16} {about}")


@distil.command()
@_store
@_prices
@_seed
@_into
def demo(store: Path | None, prices: Path | None, seed: int | None, into: Path | None) -> None:
    """Teach a tiny student in five minutes, offline, and show what it cost."""
    runner.run("reason-demo", store=store, prices=prices, seed=seed, without=(), into=into, fresh=True)


@distil.command()
@click.argument("recipe")
@_store
@_prices
@_seed
@_without
@_into
@click.option("--workers", type=click.IntRange(min=1), help="Make independent parts at once, in so many processes.")
@click.option("--ray", is_flag=True, help="Hand the parts to Ray (extra [cluster]) instead of processes.")
@click.option("--address", help="Of a running Ray cluster; its machines must see the store under the same path.")
def run(recipe: str, workers: int | None, ray: bool, address: str | None, **options: Any) -> None:
    """Run RECIPE: one that ships, or a YAML file. What is done already is not done again."""
    spread = Spread(workers=workers or 2, ray=ray or bool(address), address=address)
    runner.run(recipe, spread=spread if workers or spread.ray else None, **options)


@distil.command()
@click.argument("recipe")
@_store
@_prices
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--gpu", type=click.Choice(["h100", "h200"]), default="h200", help="For the recipes that need one.")
@click.option(
    "--measured",
    type=click.Path(path_type=Path, dir_okay=False),
    help="JSON list of measured utilisations of GPUs, instead of those that come with the package.",
)
def quote(recipe: str, store: Path | None, prices: Path | None, as_json: bool, gpu: str, measured: Path | None) -> None:
    """Say what RECIPE will take, before it starts."""
    runner.quote(recipe, store, prices, as_json=as_json, gpu=gpu, measured=measured)


@distil.command()
@click.argument("name", default="", metavar="[RUN]")
@_store
@_prices
def resume(name: str, store: Path | None, prices: Path | None) -> None:
    """Go on with a run that was broken off (the newest, if none is named)."""
    runner.resume(name, store, prices)


@distil.command()
@click.argument("name", default="", metavar="[RUN]")
@_store
@click.option("--all", "every", is_flag=True, help="Everything that this store has ever done.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def ledger(name: str, store: Path | None, every: bool, as_json: bool) -> None:
    """Show the bill of a run: per stage, the student alone, and all-in."""
    click.echo(runner.ledger(name, store, every=every, as_json=as_json), nl=False)


@distil.command()
@click.argument("name", default="", metavar="[RUN|FOLDER]")
@_store
def card(name: str, store: Path | None) -> None:
    """Print the card of a finished model."""
    click.echo((runner.model_folder(name, store) / "README.md").read_text("utf-8"), nl=False)


@distil.command()
@click.argument("names", nargs=-1, required=True, metavar="RUN|FOLDER...")
@_store
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def compare(names: tuple[str, ...], store: Path | None, as_json: bool) -> None:
    """Compare finished runs with the first one named."""
    click.echo(runner.compare(names, store, as_json=as_json), nl=False)


@distil.command()
@click.argument("name", metavar="RUN|FOLDER")
@click.argument("form", type=click.Choice(["safetensors", "gguf", "gguf-f16", "onnx", "onnx-int8", "c"]))
@click.argument("target", type=click.Path(path_type=Path))
@_store
def export(name: str, form: str, target: Path, store: Path | None) -> None:
    """Write a finished student in another FORM to TARGET."""
    click.echo(f"Wrote {runner.export(name, form, target, store)}")


@distil.command()
@click.argument("name", default="", metavar="[RUN|FOLDER]")
@_store
@click.option("--host", default="127.0.0.1", help="Address to listen on; another than this machine's needs a key.")
@click.option("--port", default=8081, help="Port to listen on.")
@click.option(
    "--api-key-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File with the key that callers must send; readable by you alone (chmod 600). Or $SUMIKA_SERVE_KEY.",
)
def serve(name: str, store: Path | None, host: str, port: int, api_key_file: Path | None) -> None:
    """Answer an OpenAI-compatible client with a finished language student."""
    runner.serve(name, store, host=host, port=port, api_key_file=api_key_file)


@distil.command()
@click.argument("folder", type=_FOLDER)
def sign(folder: Path) -> None:
    """Sign a model FOLDER with your own key (made on first use)."""
    from sumika.distil.sign import sign_folder

    manifest = sign_folder(folder)
    click.echo(f"Signed {len(manifest.files)} files with the key {manifest.public_key}.")


@distil.command()
@click.argument("folder", type=_FOLDER)
@click.option("--key", default="", help="Public key of the signer you expect, hexadecimal; by default your own.")
def verify(folder: Path, key: str) -> None:
    """Check that FOLDER is exactly what its signer signed."""
    from sumika.distil.sign import verify_folder

    manifest = verify_folder(folder, key)
    click.echo(f"{len(manifest.files)} files are what {manifest.public_key[:16]} signed.")


@distil.command()
@data_option
@click.option(
    "--demo",
    is_flag=True,
    help="Those of the demo house. Another simulated house has a folder of its own: name it with --data.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def students(data: Path | None, demo: bool, as_json: bool) -> None:
    """List the house's students: those that ship and its own, and whether each is what its maker signed."""
    from sumika.cli import _distil_students as own
    from sumika.runtime.data_folder import data_folder_of

    click.echo(own.students(data_folder_of(demo=demo, override=data), as_json=as_json), nl=False)


@distil.command()
@click.argument("student")
@data_option
@click.option(
    "--demo",
    is_flag=True,
    help="For the demo house. Another simulated house has a folder of its own: name it with --data.",
)
@click.option(
    "--log",
    "logs",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help="A run to learn from; by default all in the house's log. May be given more than once.",
)
@click.option("--file", type=click.Path(path_type=Path, dir_okay=False), help="Inputs in a .npz file instead: x, day.")
@click.option(
    "--back", is_flag=True, help="Put the student before this one in use, for good; once more goes forth again."
)
@click.option(
    "--anew", is_flag=True, help="Also where somebody went back, or told what is right, which no night undoes."
)
def personalise(
    student: str, data: Path | None, demo: bool, logs: tuple[Path, ...], file: Path | None, back: bool, anew: bool
) -> None:
    """Make STUDENT this house's own, if days held back say that it is better so."""
    from sumika.cli._distil_personalise import make_own
    from sumika.runtime.data_folder import data_folder_of

    folder = data_folder_of(demo=demo, override=data)
    demo_data = data_folder_of(demo=True) if data is None and not demo else None
    told = make_own(student, folder, logs=logs, file=file, back=back, anew=anew, demo=demo, demo_data=demo_data)
    for line in told:
        click.echo(line)
