"""The house's description as the page edits it: previewed, checked, backed up, undone, never over another's."""

import difflib
import re
import threading
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from sumika.config import (
    DEMO_FILE,
    RECORDINGS_FILE,
    ConfigError,
    Document,
    LoadedHouse,
    Problem,
    edit_house,
    edited_copy,
    load_house,
    parse_house,
    with_stand_ins,
    write_new_house,
)
from sumika.dashboard.house_words import in_japanese
from sumika.dashboard.problem import RefusedError, Trouble, refused
from sumika.schema import SumikaError
from sumika.schema.house import House
from sumika.text import say

MOST_EDITS = 500
TOLD_AT_ONCE = 5
SECRET_FILES = frozenset({"secret_file", "private_key"})
"""What names a file that is read, and whose content goes to an address: a browser neither sees nor sets it."""


class Edit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One change.

    Attributes:
        op: Set a value or a new key, add to the end of a list, or take away.
        path: As in error messages: rooms[living].floor_m.
        value: What to set or add.
    """

    op: Literal["set", "add", "remove"]
    path: str
    value: Any = None


class Edits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes that belong together.

    Attributes:
        edits: In this order.
        base_hash: Of the version they were thought out for; empty: of whatever is there.
    """

    edits: tuple[Edit, ...]
    base_hash: str = ""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Something wrong with a description.

    Attributes:
        path: The field.
        line: Of the file.
        problem: What is wrong.
        problem_ja: The same in Japanese.
        remedy: What may stand there.
        remedy_ja: The same in Japanese.
        warning: Whether the house can be used all the same.
    """

    path: str
    line: int
    problem: str
    problem_ja: str = ""
    remedy: str = ""
    remedy_ja: str = ""
    warning: bool = False


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What changes would do.

    Attributes:
        problems: Of the house as it would be.
        diff: Of the file's text.
        hash: Of the version that they were held against.
        usable: Whether they can be applied.
    """

    problems: list[Fault]
    diff: str
    hash: str
    usable: bool


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What was written.

    Attributes:
        hash: Of the file now.
        problems: Warnings.
        restart_needed: Whether the house runs by another description until it is started again.
        file: Which.
    """

    hash: str
    problems: list[Fault]
    restart_needed: bool
    file: str


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier version.

    Attributes:
        name: Of the file.
        unix_s: When it was replaced.
        bytes: Its size.
    """

    name: str
    unix_s: float
    bytes: int


class HouseFile:
    """The file of one house. May be called from several threads; edits come one after the other.

    Attributes:
        path: The file that is edited. A house that comes with Sumika is copied to the data folder first.
    """

    def __init__(self, path: Path, running: House, models: Collection[str], data: Path) -> None:
        """Know a house's file.

        Args:
            path: The file that the house runs by.
            running: The house as it runs.
            models: The radar models there are.
            data: Folder that a house that comes with Sumika is copied to before it is edited.
        """
        self._source = path
        self.built_in = path.resolve() in (DEMO_FILE.resolve(), RECORDINGS_FILE.resolve())
        self.path = edited_copy(path.resolve(), data) if self.built_in else path
        self._running, self._models = running, models
        self._lock = threading.Lock()
        self._changed_by: dict[str, str] = {}
        self._kept: tuple[tuple[object, ...], LoadedHouse] | None = None
        self._runs: tuple[str, bool] = ("", True)

    def load(self) -> LoadedHouse:
        """Return the house as it stands in the file now.

        Raises:
            ConfigError: if it cannot be used.
        """
        path = self.there
        try:
            found = path.stat()
        except OSError:
            return load_house(path, models=self._models)
        # Parsing YAML takes a small computer a second, and every page asks for the house first.
        seen = (path, found.st_mtime_ns, found.st_ino, found.st_size)
        kept = self._kept
        if kept is None or kept[0] != seen:
            kept = self._kept = (seen, load_house(path, models=self._models))
        return kept[1]

    @property
    def there(self) -> Path:
        """The file that is there now: the one that comes with Sumika until it is edited."""
        return self.path if self.path.exists() else self._source

    def restart_needed(self, loaded: LoadedHouse) -> bool:
        """Return whether the house runs by another description than this one; comments and layout make no other."""
        digest, runs = self._runs
        if digest != loaded.hash:
            if self.path.name == RECORDINGS_FILE.name:  # it runs with stand-ins for recordings that are not there
                loaded_as_run = with_stand_ins(loaded, models=self._models).house
            else:
                loaded_as_run = loaded.house
            runs = loaded_as_run == self._running
            self._runs = loaded.hash, runs
        return not runs

    def preview(self, edits: Edits) -> Preview:
        """Return what changes would do, and write nothing.

        Raises:
            RefusedError: if they were thought out for another version, or say where secrets lie.
        """
        before = self.load()
        self._check_base(edits, before.hash)
        document = Document(before.text, before.path)
        _make(document, edits)
        self._check_secrets(before, document.text)
        try:
            problems: tuple[Problem, ...] = parse_house(document.text, before.path, models=self._models).warnings
        except ConfigError as error:
            problems = error.problems
        return Preview(
            problems=[fault(problem) for problem in problems],
            diff=_diff(before.text, document.text),
            hash=before.hash,
            usable=all(problem.warning for problem in problems),
        )

    def apply(self, edits: Edits, who: str) -> Applied:
        """Write changes, with a backup of what was.

        Raises:
            RefusedError: if they were thought out for another version (409), or the house could not be used.
            SumikaError: if the file cannot be written.
        """
        with self._lock:
            self._copy_built_in()
            before = self.load()
            self._check_base(edits, before.hash)
            made = Document(before.text, before.path)
            _make(made, edits)
            self._check_secrets(before, made.text)
            try:
                after = edit_house(
                    self.path, lambda house: _make(house, edits), expected_hash=before.hash, models=self._models
                )
            except ConfigError as error:
                raise _unusable(error) from error
            self._changed_by[after.hash] = who
            return self._applied(after)

    def _copy_built_in(self) -> None:
        if self.built_in and not self.path.exists():
            write_new_house(self.path, self._source.read_text(encoding="utf-8"))

    def _applied(self, after: LoadedHouse) -> Applied:
        return Applied(
            hash=after.hash,
            problems=[fault(problem) for problem in after.warnings],
            restart_needed=self.restart_needed(after),
            file=str(self.path),
        )

    def _check_base(self, edits: Edits, digest: str) -> None:
        if len(edits.edits) > MOST_EDITS:
            raise refused(413, "too_many_edits", most=MOST_EDITS)
        if edits.base_hash and edits.base_hash != digest:
            who = self._changed_by.get(digest, "")
            raise refused(409, "stale", where=digest, who=f" ({who})" if who else "")

    def _check_secrets(self, before: LoadedHouse, text: str) -> None:
        """Refuse to send a secret that lies here to where it was not sent before."""
        try:
            after = parse_house(text, before.path, models=self._models).house
        except ConfigError:
            return  # what cannot be used is refused by others, and sends nothing
        known = _sent(msgspec.to_builtins(before.house))
        if any(each not in known for each in _sent(msgspec.to_builtins(after))):
            raise refused(403, "secret_file")

    @property
    def _written(self) -> Path:
        """Where edits and their backups lie: a link is followed, as `sumika.config` does."""
        return self.path.resolve()

    def backups(self) -> list[Backup]:
        """Return earlier versions, the newest first."""
        written = self._written
        pattern = re.compile(re.escape(written.name) + r"\.(\d{8}T\d{6}\.\d{6})Z\.bak")
        found = []
        for entry in written.parent.iterdir() if written.parent.is_dir() else ():
            match = pattern.fullmatch(entry.name)
            if match:
                moment = datetime.strptime(match[1], "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
                found.append(Backup(name=entry.name, unix_s=moment.timestamp(), bytes=entry.stat().st_size))
        return sorted(found, key=lambda backup: backup.name, reverse=True)

    def undo(self, name: str, who: str) -> Applied:
        """Bring an earlier version back; what is there now becomes a backup, so that an undo can be undone.

        Args:
            name: Of a backup; empty: the newest.
            who: Does it.

        Raises:
            RefusedError: if there is none, or it cannot be used any more.
        """
        with self._lock:
            known = [backup.name for backup in self.backups()]
            chosen = name or (known[0] if known else "")
            if chosen not in known:
                raise refused(404, "no_backup", where=name[:100])
            backup = self._written.with_name(chosen)
            try:
                text = backup.read_text(encoding="utf-8")
                parse_house(text, self.path, models=self._models)
                write_new_house(self.path, text, force=True)
            except ConfigError as error:
                raise _unusable(error) from error
            except (OSError, UnicodeDecodeError) as error:
                raise SumikaError(f"the backup cannot be read ({error})", where=str(backup)) from error
            if not name:
                backup.unlink(missing_ok=True)  # so that the next undo goes on from here, or takes this one back
            after = self.load()
            self._changed_by[after.hash] = who
            return self._applied(after)


def fault(problem: Problem) -> Fault:
    """Return a problem as the page shows it."""
    text, found, allowed, near = problem.text, problem.found, problem.allowed, problem.nearest
    return Fault(
        path=problem.field,
        line=problem.line,
        problem=_said("en", "", text, found=found),
        problem_ja=_said("ja", "", in_japanese(text, "house.wrong."), found=in_japanese(found, "house.found.")),
        remedy=_said("en", "; ", allowed=allowed, nearest=near),
        remedy_ja=_said("ja", "。", allowed=in_japanese(allowed, "house.may."), nearest=near),
        warning=problem.warning,
    )


def _unusable(error: ConfigError) -> RefusedError:
    told = [fault(problem) for problem in error.problems if not problem.warning]
    english = "; ".join(f"{one.path}: {one.problem}" for one in told[:TOLD_AT_ONCE])
    japanese = "。".join(f"{one.path}：{one.problem_ja}" for one in told[:TOLD_AT_ONCE])
    trouble = Trouble(
        problem=say("page.refused.house", "en", why=english),
        problem_ja=say("page.refused.house", "ja", why=japanese),
        where=error.where,
        remedy=told[0].remedy if told else "",
        remedy_ja=told[0].remedy_ja if told else "",
    )
    return RefusedError(422, trouble)


def _said(language: str, between: str, *first: str, **parts: str) -> str:
    """Return what is said of parts that are there, one after the other."""
    told = [say(f"house.{key}", language, **{key: value}) for key, value in parts.items() if value]
    return between.join([*first, *told])


def _make(document: Document, edits: Edits) -> None:
    for edit in edits.edits:
        if edit.op != "remove" and (any(name in edit.path for name in SECRET_FILES) or _names_secret(edit.value)):
            raise refused(403, "secret_file", where=edit.path[:100])
        if edit.op == "set":
            document.set(edit.path, edit.value)
        elif edit.op == "add":
            document.add(edit.path, edit.value)
        else:
            document.remove(edit.path)


def _names_secret(value: Any) -> bool:
    """Return whether a value says, however deep, where a secret lies."""
    if isinstance(value, dict):
        return not SECRET_FILES.isdisjoint(value) or any(map(_names_secret, value.values()))
    return isinstance(value, list) and any(map(_names_secret, value))


def _sent(value: Any) -> list[dict[str, Any]]:
    """Return all that names a secret and says where it goes, however deep."""
    if isinstance(value, dict):
        inside = [one for each in value.values() for one in _sent(each)]
        return [value, *inside] if value.get("secret_file") else inside
    return [one for each in value for one in _sent(each)] if isinstance(value, list | tuple) else []


def _diff(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "now", "then", lineterm="")
    return "\n".join(lines)
