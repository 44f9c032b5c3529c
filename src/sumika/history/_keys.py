"""The keys under which personal signals lie: one file per resident (or set of residents); deleting it is forgetting.

Every signal of every room is sealed with AES-256-GCM under a key of its own, derived from the resident's key
(HKDF-SHA256), so that random nonces stay far from repeating however many years are kept.
"""

import base64
import binascii
import os
import re
import secrets
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sumika.history._database import make_folder, sync_folder
from sumika.schema import UsageError

KEYS_FOLDER = "keys"

HOUSEHOLD = "household"
"""Whose key a room without residents uses."""

_NONCE_BYTES = 12
_KEY_BYTES = 32
_LONGEST_NAME = 200
_OWNER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SUFFIX = ".key"


class KeyMissingError(Exception):
    """The key is gone, so this can never be read again."""


class SealBrokenError(ValueError):
    """The bytes were changed, moved to another place, or sealed under another key."""


class _KeyFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: int = 1
    id: str
    owners: tuple[str, ...]
    key: str


class Key(msgspec.Struct, frozen=True):
    """One key in memory: its id (8 bytes), whose it is, and its secret."""

    id: bytes
    owners: tuple[str, ...]
    secret: bytes

    def __repr__(self) -> str:
        """Show everything but the secret."""
        return f"Key({self.id.hex()}, {'+'.join(self.owners)})"


def owners_of(residents: Iterable[str]) -> tuple[str, ...]:
    """Return whose key a room with these residents uses.

    Raises:
        UsageError: if a name could not be part of a file name.
    """
    owners = tuple(sorted(set(residents))) or (HOUSEHOLD,)
    for owner in owners:
        if not _OWNER.fullmatch(owner):
            raise UsageError(f"resident '{owner}' cannot name a key", remedy="Use letters, digits and _.")
    return owners


def _file_name(owners: tuple[str, ...]) -> str:
    name = "+".join(owners)
    if len(name) > _LONGEST_NAME:
        name = f"group-{sha256(name.encode()).hexdigest()[:24]}"
    return name + _SUFFIX


class KeyRing:
    """The keys of one house. Not for use by several threads.

    Attributes:
        problems: What was wrong with key files, one line each; whoever reads them clears them.
    """

    def __init__(self, folder: Path) -> None:
        """Open the folder of keys, made with mode 0700 if there is none."""
        self._folder = folder
        self._keys: dict[bytes, Key] = {}
        self._ciphers: dict[tuple[bytes, str], AESGCM] = {}
        self._seen: tuple[tuple[str, int], ...] | None = None
        self.problems: list[str] = []
        make_folder(folder)
        self.refresh()

    def refresh(self) -> None:
        """Notice keys that another process made or deleted: a deleted one is out of memory at once."""
        try:
            with os.scandir(self._folder) as entries:
                seen = tuple(sorted((entry.name, entry.inode()) for entry in entries))
        except FileNotFoundError:
            seen = ()
        if seen == self._seen:
            return
        self._seen = seen
        found = [key for path in sorted(self._folder.glob(f"*{_SUFFIX}")) if (key := self._load(path))]
        self._keys = {key.id: key for key in found}
        self._ciphers = {place: cipher for place, cipher in self._ciphers.items() if place[0] in self._keys}

    def _load(self, path: Path) -> Key | None:
        try:
            if path.stat().st_mode & 0o077:
                path.chmod(0o600)
                self.problems.append(f"{path}: others could read this key; now they cannot")
            stored = msgspec.json.decode(path.read_bytes(), type=_KeyFile)
            key = Key(bytes.fromhex(stored.id), stored.owners, base64.b64decode(stored.key, validate=True))
        except FileNotFoundError:
            return None
        except (msgspec.DecodeError, ValueError, binascii.Error, OSError) as error:
            self.problems.append(f"{path}: not a readable key ({error})")
            return None
        if len(key.secret) != _KEY_BYTES or not key.id:
            self.problems.append(f"{path}: not a key of {_KEY_BYTES} bytes")
            return None
        return key

    def key_of(self, owners: tuple[str, ...]) -> Key:
        """Return the key of these owners; a new one if they have none. It is on the disk before it is used."""
        for key in self._keys.values():
            if key.owners == owners:
                return key
        key = Key(secrets.token_bytes(8), owners, secrets.token_bytes(_KEY_BYTES))
        self._write(key)
        self._keys[key.id] = key
        self._seen = None
        return key

    def _write(self, key: Key) -> None:
        path = self._folder / _file_name(key.owners)
        if path.exists():  # Unreadable, or it would have been found: it may still be mended, so it is kept.
            path.rename(path.with_name(f"{path.name}.corrupt.{secrets.token_hex(4)}"))
        part = path.with_name(f".{path.name}.part")
        part.unlink(missing_ok=True)
        stored = _KeyFile(id=key.id.hex(), owners=key.owners, key=base64.b64encode(key.secret).decode())
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(stored))
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
        sync_folder(self._folder)

    def ids_of(self, resident: str) -> tuple[bytes, ...]:
        """Return the ids of all keys that belong to a resident, alone or with others."""
        return tuple(key.id for key in self._keys.values() if resident in key.owners)

    def owners(self, resident: str | None = None) -> tuple[str, ...]:
        """Return all owners of all keys, or of those keys that belong to a resident; sorted."""
        sets = (key.owners for key in self._keys.values() if resident is None or resident in key.owners)
        return tuple(sorted({owner for owners in sets for owner in owners}))

    def destroy(self, key_id: bytes) -> None:
        """Overwrite and remove a key; when this returns it is gone from the disk and from memory."""
        for path in self._folder.glob(f"*{_SUFFIX}"):
            key = self._load(path)
            if key is not None and key.id == key_id:
                with path.open("r+b") as file:
                    file.write(secrets.token_bytes(path.stat().st_size))
                    file.flush()
                    os.fsync(file.fileno())
                path.unlink()
        sync_folder(self._folder)
        self._keys.pop(key_id, None)
        self._ciphers = {place: cipher for place, cipher in self._ciphers.items() if place[0] != key_id}

    def has(self, key_id: bytes) -> bool:
        """Tell whether a key is there."""
        return key_id in self._keys

    def _cipher(self, key_id: bytes, context: str) -> AESGCM:
        cipher = self._ciphers.get((key_id, context))
        if cipher is None:
            key = self._keys.get(key_id)
            if key is None:
                raise KeyMissingError(key_id.hex())
            derived = HKDF(SHA256(), _KEY_BYTES, salt=key.id, info=context.encode()).derive(key.secret)
            cipher = self._ciphers[key_id, context] = AESGCM(derived)
        return cipher

    def seal(self, key_id: bytes, context: str, place: bytes, plain: bytes) -> bytes:
        """Encrypt.

        Args:
            key_id: Whose key.
            context: What the derived key is for: room and signal.
            place: Where the result belongs; it opens nowhere else.
            plain: The bytes.

        Raises:
            KeyMissingError: if the key is gone.
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher(key_id, context).encrypt(nonce, plain, place)

    def open(self, key_id: bytes, context: str, place: bytes, sealed: bytes) -> bytes:
        """Decrypt what `seal` returned.

        Raises:
            KeyMissingError: if the key is gone.
            SealBrokenError: if anything differs from what was sealed.
        """
        cipher = self._cipher(key_id, context)
        try:
            return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place)
        except (InvalidTag, ValueError) as error:
            raise SealBrokenError("sealed bytes do not fit their key and place") from error
