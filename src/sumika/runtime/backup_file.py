"""The one file of a backup: a ZIP with a table of what is in it, and a sealed part for what must stay secret.

The sealed part is itself such a ZIP, encrypted with AES-256-GCM under a key that scrypt (RFC 7914) makes of a
passphrase; who has the file without the passphrase has none of it.

The checksums of the open part find damage, and nobody who changes a file together with its checksum. So what is open is
hashed into the sealed part: where a backup has one, and the passphrase opens it, a change of anything is found.
"""

import hashlib
import io
import os
import secrets
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from sumika.schema import SumikaError, UsageError

FORMAT = 2
"""1 had nothing of the open part in the sealed one."""

MANIFEST, SEALED = "manifest.json", "secrets.sealed"
SECRET_FOLDERS = ("history/keys", "page")
"""Below data/: keys of residents' past, and accounts and certificate of the page."""

SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**17, 8, 1
"""OWASP's password storage cheat sheet: 128 MiB and about half a second on a small computer."""

LARGEST_MANIFEST_BYTES = 200_000_000
"""A year of archived days of a large house is 100 000 files, of about 200 bytes each in the table."""

LARGEST_SECRETS_BYTES = 1_000_000_000
"""Before it is packed: sealing and opening hold it in memory."""

LARGEST_SEALED_BYTES = LARGEST_SECRETS_BYTES + LARGEST_MANIFEST_BYTES
LARGEST_BYTES = 200_000_000_000
_CHUNK_BYTES = 1 << 20
DAMAGED = (KeyError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What Python's zipfile raises for a ZIP that was changed, cut or encrypted by somebody else."""


class Packed(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a backup.

    Attributes:
        name: Its place in the backup: house/... or data/...
        sha256: Of its content, in hex.
        length: In bytes.
    """

    name: str
    sha256: str
    length: int


class Sealing(msgspec.Struct, frozen=True, kw_only=True):
    """How the sealed part is sealed.

    Attributes:
        salt: Of scrypt, in hex.
        nonce: Of AES-GCM, in hex.
        n: Scrypt's cost.
        r: Its block size.
        p: Its parallelism.
    """

    salt: str
    nonce: str
    n: int
    r: int
    p: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a backup.

    Attributes:
        format: Of the file.
        version: Of the Sumika that made it.
        made_unix_s: When.
        house: The house's name.
        demo: Whether its data lies in the folder of the demo house, where that of every simulated house does.
        house_file: Name of the description within house/.
        files: Everything in it that is not sealed.
        sealing: How the sealed part is sealed; None: there is none.
        left_out: What is not in it, one line each.
    """

    format: int = FORMAT
    version: str
    made_unix_s: float
    house: str
    demo: bool = False
    house_file: str = "house.yaml"
    files: tuple[Packed, ...] = ()
    sealing: Sealing | None = None
    left_out: tuple[str, ...] = ()


class _SealedTable(msgspec.Struct, frozen=True, kw_only=True):
    """What is in the sealed part.

    Attributes:
        files: All of them.
        plain: `plain_digest` of the open part that it belongs to.
    """

    files: tuple[Packed, ...]
    plain: str


def plain_digest(manifest: Manifest) -> str:
    """Return a hash of everything in a backup that is not sealed, whatever fields a manifest may have one day.

    Args:
        manifest: What is in it.
    """
    said = (manifest.version, manifest.made_unix_s, manifest.house, manifest.demo, manifest.house_file)
    files = sorted((packed.name, packed.sha256, packed.length) for packed in manifest.files)
    return hashlib.sha256(msgspec.json.encode((said, files, manifest.left_out))).hexdigest()


class Packer:
    """Puts files into a ZIP and notes what they are."""

    def __init__(self, archive: zipfile.ZipFile, scratch: Path | None = None) -> None:
        """Begin an empty table.

        Args:
            archive: Where files go.
            scratch: A folder with as much space as the backup itself; None: the system's.
        """
        self._archive, self.scratch = archive, scratch
        self.files: list[Packed] = []

    def add(self, name: str, data: bytes) -> None:
        """Put bytes in."""
        self._archive.writestr(name, data)
        self.files.append(Packed(name=name, sha256=hashlib.sha256(data).hexdigest(), length=len(data)))

    def add_file(self, name: str, path: Path) -> None:
        """Put a file in, piece by piece: a history may be larger than the memory."""
        digest, length = hashlib.sha256(), 0
        with path.open("rb") as source, self._archive.open(name, "w", force_zip64=True) as target:
            while piece := source.read(_CHUNK_BYTES):
                digest.update(piece)
                length += len(piece)
                target.write(piece)
        self.files.append(Packed(name=name, sha256=digest.hexdigest(), length=length))


def sealed_part(files: Mapping[str, Path], passphrase: str, plain: str) -> tuple[Sealing, bytes]:
    """Return files as a sealed part, and how it is sealed.

    Args:
        files: By their names in the backup.
        passphrase: That opens it again.
        plain: `plain_digest` of the open part.

    Raises:
        SumikaError: if they are more than can be opened again.
    """
    size_bytes = sum(path.stat().st_size for path in files.values())
    if size_bytes > LARGEST_SECRETS_BYTES:
        largest = max(files, key=lambda name: files[name].stat().st_size)
        raise SumikaError(
            f"{size_bytes / 1e6:.0f} MB are to be sealed, and {LARGEST_SECRETS_BYTES / 1e6:.0f} MB can be opened again",
            where=largest,
            remedy="The largest file is named: move what need not be here elsewhere. Or leave --secrets out.",
        )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        packer = Packer(archive)
        for name, path in files.items():
            packer.add(name, path.read_bytes())
        table = _SealedTable(files=tuple(packer.files), plain=plain)
        archive.writestr(MANIFEST, msgspec.json.encode(table))
    sealing = Sealing(salt=secrets.token_hex(16), nonce=secrets.token_hex(12), n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P)
    return sealing, _cipher(sealing, passphrase).encrypt(bytes.fromhex(sealing.nonce), content.getvalue(), b"sumika-1")


def opened_part(manifest: Manifest, sealing: Sealing, sealed: bytes, passphrase: str) -> dict[str, bytes]:
    """Return the files of a sealed part.

    Args:
        manifest: Of the open part.
        sealing: How it is sealed.
        sealed: The part.
        passphrase: That opens it.

    Raises:
        UsageError: if the passphrase is another one, or the part was changed.
        SumikaError: if the open part is not the one that it was sealed with, or the part is damaged.
    """
    if (sealing.n, sealing.r, sealing.p) != (SCRYPT_N, SCRYPT_R, SCRYPT_P):
        raise SumikaError("this backup is sealed in a way that is not known", where=SEALED)
    try:
        content = _cipher(sealing, passphrase).decrypt(bytes.fromhex(sealing.nonce), sealed, b"sumika-1")
    except (InvalidTag, ValueError):
        raise UsageError(
            "the passphrase does not open the secrets of this backup",
            remedy="Try again; or leave the secrets out with --no-secrets, and write tokens and passwords anew.",
        ) from None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        told = whole(archive, MANIFEST, LARGEST_MANIFEST_BYTES)
        table = msgspec.json.decode(told, type=_SealedTable | tuple[Packed, ...])
        if isinstance(table, _SealedTable) and not secrets.compare_digest(table.plain, plain_digest(manifest)):
            raise SumikaError(
                "what lies open in this backup is not what its secrets were sealed with: somebody has changed it",
                remedy="Nothing was changed here. Do not trust this file; take another backup.",
            )
        files = table.files if isinstance(table, _SealedTable) else table  # of format 1
        return {packed.name: _checked(archive, packed) for packed in files}


def _cipher(sealing: Sealing, passphrase: str) -> AESGCM:
    kdf = Scrypt(salt=bytes.fromhex(sealing.salt), length=32, n=sealing.n, r=sealing.r, p=sealing.p)
    return AESGCM(kdf.derive(passphrase.encode()))


def read_manifest(archive: zipfile.ZipFile, where: Path) -> Manifest:
    """Return what is in a backup.

    Args:
        archive: The backup.
        where: For messages.

    Raises:
        SumikaError: if it is none, or of a newer format.
    """
    try:
        manifest = msgspec.json.decode(whole(archive, MANIFEST, LARGEST_MANIFEST_BYTES), type=Manifest)
    except (SumikaError, msgspec.DecodeError, OSError) as error:
        raise SumikaError(f"this is no backup of Sumika ({error})", where=str(where)) from None
    if manifest.format > FORMAT:
        raise SumikaError(
            f"this backup is of a newer kind ({manifest.format}; known: {FORMAT})",
            where=str(where),
            remedy=f"Install Sumika {manifest.version} or newer.",
        )
    return manifest


def unpacked(archive: zipfile.ZipFile, manifest: Manifest, folder: Path) -> Iterator[tuple[Packed, Path]]:
    """Write the files of a backup into an empty folder, each checked, and yield where they are.

    Args:
        archive: The backup.
        manifest: What is in it.
        folder: Where to.

    Raises:
        SumikaError: if a file is not what the table says, its name leads out of the folder, or it should be sealed.
    """
    if sum(packed.length for packed in manifest.files) > LARGEST_BYTES:
        raise SumikaError("this backup is too large", where=str(folder))
    for packed in manifest.files:
        path = folder / safe_name(packed.name)
        if is_sealed(packed.name, manifest.house_file):
            raise SumikaError(
                f"a file in this backup lies open that belongs among its sealed ones: {packed.name[:80]!r}",
                remedy="Do not trust this file.",
            )
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_out(archive, packed, path)
        yield packed, path


def safe_name(name: str) -> str:
    """Return the name of a file in a backup.

    Raises:
        SumikaError: if it leads elsewhere.
    """
    parts = name.split("/")
    if parts[0] not in ("house", "data") or len(parts) < 2 or any(part in ("", ".", "..") for part in parts):
        raise SumikaError(f"a name in this backup leads elsewhere: {name[:80]!r}", remedy="Do not trust this file.")
    if "\\" in name or "\0" in name:
        raise SumikaError(f"a name in this backup leads elsewhere: {name[:80]!r}", remedy="Do not trust this file.")
    return name


def is_sealed(name: str, house_file: str) -> bool:
    """Return whether a file is only ever in the sealed part: whoever may write to where backups lie cannot put it in.

    Beside the description lie tokens, and perhaps the rest of somebody's home; in the page's folder is who may come in.

    Args:
        name: Its place in the backup.
        house_file: Name of the description within house/.
    """
    if name.startswith("house/"):
        return name != f"house/{house_file}" or "/" in house_file
    return any(name.startswith(f"data/{folder}/") for folder in SECRET_FOLDERS)


def _write_out(archive: zipfile.ZipFile, packed: Packed, path: Path) -> None:
    digest, length = hashlib.sha256(), 0
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as target, archive.open(packed.name) as source:
            while length <= packed.length and (piece := source.read(_CHUNK_BYTES)):
                digest.update(piece)
                length += len(piece)
                target.write(piece)
            target.flush()
            os.fsync(target.fileno())
    except DAMAGED as error:
        raise _damaged(packed.name, str(error)) from None
    except OSError as error:
        raise cannot_unpack(error, path) from None
    if length != packed.length or digest.hexdigest() != packed.sha256:
        raise _damaged(packed.name, "its checksum does not fit")


def cannot_unpack(error: OSError, path: Path) -> SumikaError:
    """Return what is said where a backup is whole, but the disk does not take it.

    Args:
        error: Why.
        path: Where to.
    """
    return SumikaError(
        f"the backup cannot be unpacked ({error.strerror or error})",
        where=str(path),
        remedy="Nothing was changed. Check the free space, and that the folder belongs to you.",
    )


def _checked(archive: zipfile.ZipFile, packed: Packed) -> bytes:
    data = whole(archive, packed.name, LARGEST_SECRETS_BYTES)
    if len(data) != packed.length or hashlib.sha256(data).hexdigest() != packed.sha256:
        raise _damaged(packed.name, "its checksum does not fit")
    return data


def whole(archive: zipfile.ZipFile, name: str, most_bytes: int) -> bytes:
    """Return all of one part of a backup, or nothing: half of it would be taken for something else.

    Args:
        archive: The backup.
        name: Of the part.
        most_bytes: What the memory may be filled with by whoever made the file.

    Raises:
        SumikaError: if it is damaged, not there, or larger.
    """
    try:
        if archive.getinfo(name).file_size > most_bytes:
            raise _damaged(name, f"larger than {most_bytes / 1e6:.0f} MB")
        return archive.read(name)
    except DAMAGED as error:
        raise _damaged(name, str(error)) from None


def _damaged(name: str, why: str) -> SumikaError:
    return SumikaError(f"this backup is damaged: {name} ({why})", remedy="Nothing was changed. Try another backup.")
