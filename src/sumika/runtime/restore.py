"""Brings a house back from a backup: everything is checked first, and what was there before is kept aside."""

import os
import secrets
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from sumika.clock import Clock
from sumika.config import parse_house
from sumika.runtime.backup_file import (
    LARGEST_SEALED_BYTES,
    SEALED,
    Manifest,
    cannot_unpack,
    opened_part,
    read_manifest,
    safe_name,
    unpacked,
    whole,
)
from sumika.runtime.data_folder import is_for_show, owned_data_folder
from sumika.schema import SumikaError, UsageError

MEGA = 1_000_000
LARGEST_HOUSE_BYTES = MEGA
"""No description is larger: none is loaded that is."""

_ANEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What was brought back.

    Attributes:
        manifest: What the backup says of itself.
        house_file: Where the description lies now.
        data: Where the data lies now.
        aside: Where what was there before lies now.
        with_secrets: Whether secrets came back too.
    """

    manifest: Manifest
    house_file: Path
    data: Path
    aside: tuple[Path, ...] = ()
    with_secrets: bool = False


def restore(
    source: Path, house_file: Path, data: Path, version: str, clock: Clock, *, passphrase: str | None = None
) -> Restored:
    """Bring a house back.

    Nothing of what is there is touched before all of the backup was read and checked.

    Args:
        source: The backup.
        house_file: Where the description goes; files with secrets go beside it.
        data: Where the data goes.
        version: Of this Sumika.
        clock: Tells the time.
        passphrase: Opens the secrets; None: they are left out.

    Raises:
        UsageError: if the passphrase is another one, or there is one and nothing that it could open.
        SumikaError: if the backup is damaged, was changed or is of a newer Sumika, a house runs on that data, or there
            is no room.
    """
    staging = data.with_name(f".{data.name}.restoring-{secrets.token_hex(4)}")
    try:
        with _opened(source) as archive:
            manifest = read_manifest(archive, source)
            _not_newer(manifest, version, source)
            _prepare(staging, sum(packed.length for packed in manifest.files))
            for _ in unpacked(archive, manifest, staging):
                pass
            with_secrets = _unseal(archive, manifest, staging, passphrase)
        stamp = datetime.fromtimestamp(clock.now().wall_ns / 1e9, UTC).strftime("%Y%m%dT%H%M%SZ")
        aside = _put_in_place(staging, manifest, house_file, data, stamp)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return Restored(manifest=manifest, house_file=house_file, data=data, aside=aside, with_secrets=with_secrets)


def _prepare(staging: Path, needed_bytes: int) -> None:
    """Make the folder where a backup is unpacked, if there is room for it."""
    try:
        staging.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        free_bytes = shutil.disk_usage(staging.parent).free
        if needed_bytes < free_bytes:
            staging.mkdir(mode=0o700)
            (staging / "data").mkdir(mode=0o700)
            return
    except OSError as error:
        raise cannot_unpack(error, staging.parent) from None
    raise SumikaError(
        f"there is no room for this backup: {needed_bytes / MEGA:.0f} MB are needed, {free_bytes / MEGA:.0f} MB free",
        where=str(staging.parent),
        remedy="Nothing was changed. What is there is kept aside, so both must fit; or give another place with --data.",
    )


def manifest_of(source: Path) -> Manifest:
    """Return what a backup says of itself.

    Raises:
        UsageError: if there is no such file.
        SumikaError: if it is none.
    """
    with _opened(source) as archive:
        return read_manifest(archive, source)


def comes_for_show(source: Path, house_file: Path) -> bool:
    """Return whether nothing of a backed-up house's data is measured: it lies where `run` looks for such a house.

    Its description is asked, as `run` will ask it: backups of earlier releases call a house of stand-ins a real one.

    Args:
        source: The backup.
        house_file: Where the description goes; relative paths in it start from there.

    Raises:
        UsageError: if there is no such file.
        SumikaError: if it is no backup.
    """
    with _opened(source) as archive:
        manifest = read_manifest(archive, source)
        try:
            content = whole(archive, f"house/{manifest.house_file}", LARGEST_HOUSE_BYTES)
            return is_for_show(parse_house(content.decode("utf-8-sig"), house_file).house)
        except (SumikaError, UnicodeDecodeError):  # of an older or a broken house; damage is told when it is unpacked
            return manifest.demo


def _opened(source: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(source)
    except FileNotFoundError:
        raise UsageError("there is no such file", where=str(source), remedy="Name a backup.") from None
    except (OSError, zipfile.BadZipFile) as error:
        raise SumikaError(f"this is no backup of Sumika ({error})", where=str(source)) from None


def _not_newer(manifest: Manifest, version: str, source: Path) -> None:
    if _numbers(manifest.version) > _numbers(version):
        raise SumikaError(
            f"this backup was made by Sumika {manifest.version}, which is newer than this one ({version})",
            where=str(source),
            remedy=f"Install Sumika {manifest.version} or newer, then restore it.",
        )


def _numbers(version: str) -> tuple[int, ...]:
    parts = version.split("+", maxsplit=1)[0].split(".")
    return tuple(int("".join(filter(str.isdigit, part)) or "0") for part in parts[:3])


def _unseal(archive: zipfile.ZipFile, manifest: Manifest, staging: Path, passphrase: str | None) -> bool:
    """Put secrets to where they belong; return whether there were any that could be."""
    if passphrase is None:
        return False
    if manifest.sealing is None:
        raise UsageError(
            "there is a passphrase, and nothing in this backup that is sealed",
            remedy="If it was made with --secrets somebody has taken them out: do not trust it. If not, give none.",
        )
    sealed = whole(archive, SEALED, LARGEST_SEALED_BYTES)
    for name, content in opened_part(manifest, manifest.sealing, sealed, passphrase).items():
        path = staging / safe_name(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
    return True


def _put_in_place(staging: Path, manifest: Manifest, house_file: Path, data: Path, stamp: str) -> tuple[Path, ...]:
    """Exchange what is there for what was unpacked, and keep it aside."""
    aside: list[Path] = []
    try:
        # Whoever runs on this data holds its lock, and is told of.
        with owned_data_folder(data):
            old = data.with_name(f"{data.name}.before-{stamp}")
            data.rename(old)
            (staging / "data").rename(data)
            aside.append(old)
        for path in sorted((staging / "house").rglob("*")):
            if path.is_file():
                name = path.relative_to(staging / "house").as_posix()
                target = house_file if name == manifest.house_file else house_file.parent / name
                aside += _exchange(path, target, stamp)
        _sync(data.parent)
        _sync(house_file.parent)
    except OSError as error:
        raise SumikaError(
            f"the backup cannot be put in place ({error})",
            where=str(data),
            remedy="What was there before lies beside it, under a name with .before-.",
        ) from error
    return tuple(aside)


def _exchange(path: Path, target: Path, stamp: str) -> list[Path]:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = []
    if target.exists():
        if target.is_symlink() or not target.is_file():
            raise UsageError("this is no plain file", where=str(target), remedy="Give another place with --house.")
        old = target.with_name(f"{target.name}.before-{stamp}")
        target.rename(old)
        aside.append(old)
    beside = target.with_name(f".{target.name}.new")
    with path.open("rb") as source, os.fdopen(os.open(beside, _ANEW, 0o600), "wb") as copy:
        shutil.copyfileobj(source, copy)
        copy.flush()
        os.fsync(copy.fileno())
    beside.replace(target)
    return aside


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
