"""The figures of long runs, as they are kept: one file for each area, to which each part that was measured is added."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from sumika.evaluate.figure import Figure
from sumika.schema import SumikaError


class Results(msgspec.Struct, frozen=True):
    """What one bench call found.

    Attributes:
        area: Its area.
        commit: Commit of the code, "-dirty" if it had changes.
        figures: By key.
        code: Hash of the code behind each part.
        parts: Which part each figure comes from.
        older: Hash of the code behind a figure that its part did not yield when it was last measured.
        failed: Part -> why it was not measured; never kept.
    """

    area: str
    commit: str
    figures: dict[str, Figure]
    code: dict[str, str] = msgspec.field(default_factory=dict)
    parts: dict[str, str] = msgspec.field(default_factory=dict)
    older: dict[str, str] = msgspec.field(default_factory=dict)
    failed: dict[str, str] = msgspec.field(default_factory=dict)

    def code_of(self, key: str) -> str | None:
        """Return the hash of the code that a figure was measured with; None where none is known."""
        return self.older.get(key) or self.code.get(self.parts.get(key, ""))


def quoted(area: str, folder: Path) -> Results | None:
    """Return the kept long run of an area; None if there is none.

    Raises:
        SumikaError: if it cannot be read.
    """
    path = folder / f"{area}.json"
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Results)
    except (msgspec.DecodeError, OSError) as error:
        raise SumikaError(
            f"not a result of a bench run ({error})", where=str(path), remedy=f"Run: sumika bench {area} --full"
        ) from error


def quotable(kept: Results | None, code: Mapping[str, str]) -> dict[str, Figure]:
    """Return kept figures, each marked stale where what decides it has changed since.

    Args:
        kept: A long run.
        code: Hash of what decides each part now; of a part that is not in it, figures are stale.
    """
    if kept is None:
        return {}
    marked: dict[str, Figure] = {}
    for key, figure in kept.figures.items():
        digest = kept.code_of(key)
        stale = digest is None or digest != code.get(kept.parts.get(key, ""))
        marked[key] = msgspec.structs.replace(figure, stale=stale)
    return marked


def merged(results: Results, kept: Results | None, parts: tuple[str, ...]) -> Results:
    """Return results with the kept figures that were not measured again, dated as they were.

    Args:
        results: What was measured, of any parts.
        kept: What is kept.
        parts: All parts of the area, in order; what is kept of a part that is no more is dropped.
    """
    if kept is None:
        return results
    others = {
        key: part
        for key, part in kept.parts.items()
        if part in parts and key in kept.figures and key not in results.parts
    }
    yielded = set(results.parts.values())
    older = {
        key: kept.code_of(key) or "unknown" for key, part in others.items() if part in yielded or key in kept.older
    }
    code = {part: digest for part, digest in kept.code.items() if part in parts and part not in yielded} | {
        part: digest for part, digest in results.code.items() if part in yielded
    }
    of = others | results.parts
    figures = {key: kept.figures[key] for key in others} | results.figures
    figures = dict(sorted(figures.items(), key=lambda item: parts.index(of[item[0]])))
    return Results(results.area, results.commit, figures, code, of, older, results.failed)


def keep(results: Results, folder: Path) -> None:
    """Keep a long run.

    Args:
        results: Figures that were measured now get today's date and the commit; the others have theirs.
        folder: Where long runs are kept.

    Raises:
        OSError: if it cannot be written.
    """
    run = f"{datetime.now(UTC):%Y-%m-%d} {results.commit}"
    dated = {
        key: msgspec.structs.replace(figure, run=run) if figure.run == "now" else figure  # what is quoted keeps its day
        for key, figure in results.figures.items()
    }
    folder.mkdir(parents=True, exist_ok=True)
    shown = msgspec.to_builtins(msgspec.structs.replace(results, figures=dated))
    shown = {name: value for name, value in shown.items() if name != "failed" and (value or name != "older")}
    path = folder / f"{results.area}.json"
    new = path.with_suffix(".json.new")
    new.write_bytes(msgspec.json.format(msgspec.json.encode(shown), indent=2) + b"\n")
    new.replace(path)  # an hour's work is not lost because the disk was full halfway
