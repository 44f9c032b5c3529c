"""Recipes of language students, as the commands of `sumika distil` need them."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

import click
import msgspec

from sumika.cli._distil_progress import ProgressWatcher
from sumika.cli._distil_spread import Spread
from sumika.distil.language.dialogue import read_ask
from sumika.distil.language.folder import read_folder
from sumika.distil.language.generate import LanguageStudent
from sumika.distil.language.tokenizer import CharacterTokenizer, FolderTokenizer
from sumika.distil.language_finish import LanguageFinish
from sumika.distil.language_quote import LanguageQuote
from sumika.distil.ledger.prices import Prices
from sumika.distil.ledger.quote import Quote
from sumika.distil.outcome import as_text
from sumika.distil.recipe import LanguageRecipe, load_recipe, shipped
from sumika.distil.runs import Run
from sumika.distil.stages import Stages
from sumika.distil.store import Store
from sumika.schema import UsageError
from sumika.training.recipes import LANGUAGE_RECIPES

TEACHERS = ("trained", "folder", "program", "endpoint", "data")


def names() -> tuple[str, ...]:
    """Return the names of the recipes that ship."""
    return (*shipped(), *LANGUAGE_RECIPES)


def abouts() -> dict[str, str]:
    """Return what each shipped recipe is for, by name."""
    return {name: load(name).about for name in names()}


def load(name: str) -> LanguageRecipe:
    """Return a recipe: one that ships, or a file."""
    return load_recipe(str(LANGUAGE_RECIPES.get(name, name)))


def changed(recipe: LanguageRecipe, *, without: Iterable[str]) -> LanguageRecipe:
    """Return a recipe that chooses without some criteria."""
    left_out = tuple(dict.fromkeys((*recipe.choose.without, *without)))
    if left_out == recipe.choose.without:
        return recipe
    choose = msgspec.convert(msgspec.to_builtins(recipe.choose) | {"without": left_out}, type(recipe.choose))
    return msgspec.structs.replace(recipe, choose=choose)


def _works(run: Run, store: Store, prices: Prices, watcher: ProgressWatcher | None = None) -> LanguageFinish:
    recipe = msgspec.convert(run.recipe, LanguageRecipe)
    return LanguageFinish(recipe, Stages(store, prices, run.id, watcher))


def quote_of(run: Run, store: Store, prices: Prices, *, say: Callable[[str], None]) -> Quote:
    """Return what a run will take."""
    return LanguageQuote(_works(run, store, prices), say).quote()


def spread_out(run: Run, store: Store, prices: Prices, spread: Spread, *, say: Callable[[str], None]) -> None:
    """Make what can be made apart, several parts at once."""
    from sumika.distil.many_machines import spread as over

    executor: Literal["local", "ray"] = "ray" if spread.ray else "local"
    works = _works(run, store, prices)
    over(works, workers=spread.workers, executor=executor, address=spread.address, say=say)


def finish(run: Run, store: Store, prices: Prices, watcher: ProgressWatcher) -> tuple[str, set[str]]:
    """Run everything, write the model folder, and return the table and the keys of the stages."""
    works = _works(run, store, prices, watcher)
    outcome = works.finish(Path(run.folder), quote=run.quote, command=run.command, commit=run.commit)
    return as_text(outcome), works.stages.keys


def student_of(folder: Path) -> LanguageStudent:
    """Return the language student of a finished model.

    Raises:
        UsageError: if the folder has none.
    """
    weights = folder / "safetensors" if (folder / "safetensors").is_dir() else folder
    if not (weights / "config.json").is_file():
        raise UsageError(
            "no language student in safetensors here",
            where=str(folder),
            remedy="Name a run whose recipe exports safetensors.",
        )
    alphabet = weights / "alphabet.json"
    decoder = read_folder(weights)
    decoder.eval()
    tokenizer = CharacterTokenizer.load(alphabet) if alphabet.exists() else FolderTokenizer(weights)
    return LanguageStudent(decoder, tokenizer, ask=read_ask(weights))


def export(folder: Path, form: str, target: Path) -> Path:
    """Write a finished student in another form."""
    from sumika.distil.export.gguf import export_gguf
    from sumika.distil.export.language_onnx import export_language_onnx
    from sumika.distil.export.safetensors import export_safetensors

    student = student_of(folder)
    decoder = student.generator.decoder
    match form:
        case "safetensors":
            return export_safetensors(decoder, student.tokenizer, target)
        case "gguf":
            return export_gguf(decoder, student.tokenizer, target)
        case "gguf-f16":
            return export_gguf(decoder, student.tokenizer, target, kind="f16")
        case "onnx-int8":
            return export_language_onnx(decoder, target)
    raise UsageError(
        f"a language student has no form '{form}'", remedy="Choose safetensors, gguf, gguf-f16 or onnx-int8."
    )


def serve(folder: Path, *, host: str, port: int, api_key_file: Path | None) -> None:
    """Answer an OpenAI-compatible client until interrupted."""
    from sumika.distil.serve import serve as answer
    from sumika.distil.serve import stated_key

    def ready(url: str) -> None:
        click.echo(f"{folder.name} answers at {url}/v1 (Ctrl-C ends it)", err=True)

    key = stated_key(os.environ, api_key_file)
    answer(student_of(folder), folder.name, host, port, api_key=key, on_ready=ready)
