"""The kinds of recipes, behind one set of functions: students of language, and students of arrays."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from sumika.cli._distil_progress import ProgressWatcher
from sumika.distil.language.folder import read_folder
from sumika.distil.language.generate import LanguageStudent
from sumika.distil.language.tokenizer import CharacterTokenizer
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


def abouts() -> dict[str, str]:
    """Return what each shipped recipe is for, by name."""
    return {name: load_recipe(name).about for name in shipped()}


def load(name: str) -> tuple[str, LanguageRecipe]:
    """Return kind and recipe: one that ships, or a file."""
    return "language", load_recipe(name)


def changed(recipe: LanguageRecipe, *, seed: int | None, without: Iterable[str]) -> LanguageRecipe:
    """Return a recipe with what options say."""
    if seed is not None:
        recipe = msgspec.structs.replace(recipe, seed=seed)
    left_out = tuple(dict.fromkeys((*recipe.choose.without, *without)))
    if left_out == recipe.choose.without:
        return recipe
    choose = msgspec.convert(msgspec.to_builtins(recipe.choose) | {"without": left_out}, type(recipe.choose))
    return msgspec.structs.replace(recipe, choose=choose)


def open_store(folder: Path) -> Store:
    """Return a store; made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Store(folder)


def _works(run: Run, store: Store, prices: Prices, watcher: ProgressWatcher | None = None) -> LanguageFinish:
    recipe = msgspec.convert(run.recipe, LanguageRecipe)
    return LanguageFinish(recipe, Stages(store, prices, run.id, watcher))


def quote_of(run: Run, store: Store, prices: Prices, *, say: Callable[[str], None]) -> Quote:
    """Return what a run will take."""
    return LanguageQuote(_works(run, store, prices), say).quote()


def finish(run: Run, store: Store, prices: Prices, watcher: ProgressWatcher) -> str:
    """Run everything, write the model folder, and return the table."""
    works = _works(run, store, prices, watcher)
    outcome = works.finish(Path(run.folder), quote=run.quote, command=run.command, commit=run.commit)
    return as_text(outcome)


def quoted(
    name: str, folder: Path, prices: Prices, *, gpu: str, measured: Path | None, say: Callable[[str], None]
) -> tuple[list[str], Any]:
    """Return the quote of a recipe: for a person, and as data."""
    del gpu, measured
    _, recipe = load(name)
    found = LanguageQuote(LanguageFinish(recipe, Stages(open_store(folder), prices, "quote")), say).quote()
    return found.lines(), found


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
    decoder, _ = read_folder(weights)
    return LanguageStudent(decoder, CharacterTokenizer.load(weights / "alphabet.json"))


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
        case "onnx-int8":
            return export_language_onnx(decoder, target)
    raise UsageError(f"a language student has no form '{form}'", remedy="Choose safetensors, gguf or onnx-int8.")


def serve(folder: Path, *, host: str, port: int, api_key_file: Path | None) -> None:
    """Answer an OpenAI-compatible client until interrupted."""
    raise NotImplementedError
