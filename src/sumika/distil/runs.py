"""Runs of recipes that a store remembers: what was asked, so that it can go on, and where the model went."""

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from sumika.distil.ledger.quote import Quote
from sumika.distil.store import Store, write_whole
from sumika.schema import UNREADABLE, UsageError

IDENTIFIER_BYTES = 3


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run.

    Attributes:
        id: Its name in ledger and store.
        kind: "language", "arrays" or "sentences".
        recipe_name: For people.
        recipe: The whole recipe as it was, with what options changed: a file edited since changes no run.
        started: ISO 8601, UTC.
        command: That was given.
        commit: Of the code.
        folder: Where the model goes.
        quote: Made before it started.
        finished: Whether the model is there.
        keys: What decided its stages, earlier runs' too whose results it uses: their cost is on its bill.
    """

    id: str
    kind: str
    recipe_name: str
    recipe: dict[str, Any]
    started: str
    command: str
    commit: str
    folder: str
    quote: Quote | None = None
    finished: bool = False
    keys: tuple[str, ...] = ()


def begin_run(
    store: Store, kind: str, recipe: msgspec.Struct, *, command: str, commit: str, folder: Path | None
) -> Run:
    """Return a new run, remembered; arguments as `unkept_run`."""
    run = unkept_run(store, kind, recipe, command=command, commit=commit, folder=folder)
    keep_run(store, run)
    return run


def unkept_run(
    store: Store, kind: str, recipe: msgspec.Struct, *, command: str, commit: str, folder: Path | None
) -> Run:
    """Return a new run that nobody remembers.

    Args:
        store: Where.
        kind: Of the recipe.
        recipe: As it will be run.
        command: That was given.
        commit: Of the code.
        folder: Where the model goes; by default a folder of the store.
    """
    stated = msgspec.to_builtins(recipe)
    identifier = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(IDENTIFIER_BYTES)}"
    return Run(
        id=identifier,
        kind=kind,
        recipe_name=stated["name"],
        recipe=stated,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        command=command,
        commit=commit,
        folder=str((folder or store.folder / "models" / f"{stated['name']}-{identifier}").resolve()),
    )


def keep_run(store: Store, run: Run) -> None:
    """Remember a run as it stands now.

    Raises:
        StoreError: if it cannot be written.
    """
    folder = store.folder / "runs"
    folder.mkdir(mode=0o700, exist_ok=True)
    write_whole(folder / f"{run.id}.json", msgspec.json.encode(run))


def all_runs(store: Store) -> list[Run]:
    """Return every run, the oldest first; files that are none are passed over."""
    found = []
    for path in sorted((store.folder / "runs").glob("*.json")):
        try:
            found.append(msgspec.json.decode(path.read_bytes(), type=Run))
        except (OSError, *UNREADABLE):
            continue
    return found


def find_run(store: Store, name: str = "", *, finished: bool | None = None) -> Run:
    """Return a run: by its name or the start of it, by its recipe, or the newest of all.

    Args:
        store: Where.
        name: Start of the run's name, or the recipe's; "" for the newest.
        finished: Only those that are finished, or are not; None for any.

    Raises:
        UsageError: if there is none; names those that there are.
    """
    runs = [run for run in all_runs(store) if finished is None or run.finished is finished]
    fitting = [run for run in runs if not name or run.id.startswith(name) or run.recipe_name == name]
    if fitting:
        return fitting[-1]
    state = {None: "run", True: "finished run", False: "unfinished run"}[finished]
    known = ", ".join(f"{run.id} ({run.recipe_name})" for run in runs[-5:])
    what = f"no {state} '{name}'" if name else f"no {state} yet"
    raise UsageError(
        what, where=str(store.folder), remedy=f"There are: {known}." if known else "Start one: sumika distil demo"
    )
