"""What the commands of `sumika distil` do; everything heavy is imported when it is needed."""

import importlib.util
import os
import shlex
import sys
from pathlib import Path

import click
import msgspec
import platformdirs

from sumika.cli._distil_spread import Spread
from sumika.evaluate.bench import commit
from sumika.schema import UsageError

NEEDED = ("torch", "onnx", "onnxruntime", "safetensors", "transformers", "datasketch")


def recipes() -> dict[str, str]:
    """Return what each shipped recipe is for, by name."""
    _require()
    from sumika.cli import _distil_kinds as kinds

    return kinds.abouts()


def run(
    name: str,
    *,
    store: Path | None,
    prices: Path | None,
    seed: int | None,
    without: tuple[str, ...],
    into: Path | None,
    fresh: bool = False,
    spread: Spread | None = None,
) -> None:
    """Run a recipe and print its table.

    Args:
        name: Of the recipe.
        store: Folder.
        prices: File.
        seed: Instead of the recipe's.
        without: Criteria of choice to leave out.
        into: Folder for the model; what a person keeps there is not touched.
        spread: Over processes or machines; None for this process alone.
        fresh: In a store of its own that holds nothing yet: everything is measured in this run.
    """
    _require()
    from sumika.cli import _distil_kinds as kinds
    from sumika.distil.ledger.prices import load_prices
    from sumika.distil.model_folder import check_free
    from sumika.distil.runs import begin_run

    kind, recipe = kinds.load(name)
    recipe = kinds.changed(kind, recipe, seed=seed, without=without)
    priced = load_prices(file=prices)  # a slip in it is told before a run is remembered
    if into is not None:
        check_free(into, recipe.name)
    folder = store_folder(store)
    if fresh:
        folder = folder / "demo" / f"{os.getpid()}"
    opened = kinds.open_store(folder)
    stated = begin_run(opened, kind, recipe, command=_command(), commit=commit(), folder=into)
    if spread is not None:
        kinds.spread_out(stated, opened, priced, spread, say=_say)
    _go(stated.id, folder, prices)
    if fresh:
        click.echo(f"To look further (ledger, card, serve, compare): export SUMIKA_STORE={shlex.quote(str(folder))}")


def resume(name: str, store: Path | None, prices: Path | None) -> None:
    """Go on with a run that was broken off."""
    _require()
    from sumika.cli import _distil_kinds as kinds
    from sumika.distil.runs import find_run

    folder = store_folder(store)
    found = find_run(kinds.open_store(folder), name, finished=False)
    click.echo(f"Going on with {found.id} ({found.recipe_name}).", err=True)
    _go(found.id, folder, prices)


def _go(run_id: str, folder: Path, prices: Path | None) -> None:
    from sumika.cli import _distil_kinds as kinds
    from sumika.cli._distil_progress import ProgressWatcher
    from sumika.distil.forecast import Forecast
    from sumika.distil.ledger.prices import load_prices
    from sumika.distil.runs import find_run, keep_run

    opened = kinds.open_store(folder)
    stated, priced = find_run(opened, run_id), load_prices(file=prices)
    quoted = stated.quote or kinds.quote_of(stated, opened, priced, say=_say)
    stated = msgspec.structs.replace(stated, quote=quoted)
    keep_run(opened, stated)
    _say(quoted.lines()[-2])
    with ProgressWatcher(Forecast(quoted)) as watcher:
        text, keys = kinds.finish(stated, opened, priced, watcher)
    keep_run(opened, msgspec.structs.replace(stated, finished=True, keys=tuple(sorted(keys))))
    click.echo(text, nl=False)
    click.echo(f"The model, its card and its bill: {stated.folder}")


def quote(
    name: str, store: Path | None, prices: Path | None, *, as_json: bool, gpu: str, measured: Path | None
) -> None:
    """Print what a recipe will take."""
    _require()
    from sumika.cli import _distil_kinds as kinds
    from sumika.distil.ledger.prices import load_prices
    from sumika.distil.ledger.s1 import S1, s1_quote
    from sumika.distil.runs import unkept_run
    from sumika.training.house_language import large

    priced = load_prices(file=prices)
    if name in S1:
        promised = s1_quote(name, priced, gpu=gpu, measured=measured)
        lines, found = promised.lines(), promised.quote
    elif name == large.NAME:
        found = large.large_quote(priced, gpu=gpu, measured=measured)
        lines = found.lines()
    else:
        opened, (kind, recipe) = kinds.open_store(store_folder(store)), kinds.load(name)
        stated = unkept_run(opened, kind, recipe, command=_command(), commit=commit(), folder=None)
        found = kinds.quote_of(stated, opened, priced, say=_say)
        lines = found.lines()
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))
        return
    for line in lines:
        click.echo(line)


def ledger(name: str, store: Path | None, *, every: bool, as_json: bool) -> str:
    """Return the bill of a run, or of everything."""
    from sumika.distil.ledger.ledger import Ledger
    from sumika.distil.ledger.show import as_json as json_of
    from sumika.distil.ledger.show import as_table
    from sumika.distil.runs import find_run
    from sumika.distil.store import Store

    opened = Store(store_folder(store))
    ledger = Ledger(opened.folder / "ledger.jsonl")
    found = None if every else find_run(opened, name)
    summary = ledger.summary(found.id, found.keys) if found else ledger.summary()
    return json_of(summary).decode() + "\n" if as_json else as_table(summary)


def model_folder(name: str, store: Path | None) -> Path:
    """Return the folder of a finished model: named itself, or by its run.

    Raises:
        UsageError: if there is none.
    """
    from sumika.distil.runs import find_run
    from sumika.distil.store import Store

    if name and Path(name).is_dir():
        folder = Path(name)
    else:
        folder = Path(find_run(Store(store_folder(store)), name, finished=True).folder)
    if not (folder / "README.md").is_file():
        raise UsageError("this is no finished model: it has no card", where=str(folder))
    return folder


def compare(names: tuple[str, ...], store: Path | None, *, as_json: bool) -> str:
    """Return the comparison of finished runs."""
    from sumika.distil import compare as comparing

    runs = [comparing.load_result(model_folder(name, store) / "result.json") for name in names]
    found = comparing.compare(runs)
    return comparing.as_json(found).decode() + "\n" if as_json else comparing.as_table(found)


def export(name: str, form: str, target: Path, store: Path | None) -> Path:
    """Write a finished student in another form and return where."""
    _require()
    from sumika.cli import _distil_kinds as kinds

    return kinds.export(model_folder(name, store), form, target)


def serve(name: str, store: Path | None, *, host: str, port: int, api_key_file: Path | None) -> None:
    """Answer an OpenAI-compatible client until interrupted."""
    _require()
    from sumika.cli import _distil_language as language

    language.serve(model_folder(name, store), host=host, port=port, api_key_file=api_key_file)


def store_folder(named: Path | None) -> Path:
    """Return where runs are kept."""
    if named is not None:
        return named
    base = Path(os.environ.get("SUMIKA_HOME") or platformdirs.user_data_path("sumika"))
    return base / "distil"


def _require() -> None:
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(
            f"this needs {', '.join(missing)}, which are not installed",
            remedy=f'Run: {sys.executable} -m pip install "sumika[distil]"',
        )


def _command() -> str:
    return shlex.join(["sumika", *sys.argv[1:]])


def _say(line: str) -> None:
    click.echo(line, err=True)
