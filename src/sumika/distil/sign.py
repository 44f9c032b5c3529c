"""Signs a whole model folder: a manifest of SHA-256 digests under one Ed25519 signature (RFC 8032)."""

import hashlib
import os
from pathlib import Path, PurePosixPath

import msgspec
import platformdirs
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sumika.distil.store import write_whole
from sumika.schema import SumikaError

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
FORMAT = "sumika-model-1"


class SignatureError(SumikaError):
    """The folder is not what was signed, or nobody it should be signed it."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a signature covers.

    Attributes:
        format: `FORMAT`.
        files: SHA-256, hexadecimal, by path below the folder ("/" between parts).
        public_key: Of the signer, hexadecimal.
    """

    format: str
    files: dict[str, str]
    public_key: str


def default_key_path() -> Path:
    """Return where the user's own signing key lies."""
    return platformdirs.user_config_path("sumika") / "signing_key.pem"


def load_or_make_key(path: Path | None = None) -> Ed25519PrivateKey:
    """Return the signing key; made on first use, readable by its owner alone.

    Raises:
        SignatureError: if it is no Ed25519 key, others may read it, or it cannot be written.
    """
    path = path or default_key_path()
    try:
        if not path.exists():
            _make_key(path)
        if path.stat().st_mode & 0o077:
            raise SignatureError("others may read the signing key", where=str(path), remedy=f"Run: chmod 600 {path}")
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise SignatureError(f"no signing key can be had ({error.strerror})", where=str(path)) from error
    except (ValueError, TypeError) as error:
        raise SignatureError(
            "this is no private key", where=str(path), remedy="Move it away; a new one is made."
        ) from (error)
    if not isinstance(key, Ed25519PrivateKey):
        raise SignatureError("this is no Ed25519 key", where=str(path), remedy="Move it away; a new one is made.")
    return key


def _make_key(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(new)  # two first uses at once: one key wins, both read it
    except FileExistsError:
        return
    finally:
        new.unlink(missing_ok=True)


def public_key_of(key: Ed25519PrivateKey) -> str:
    """Return the public key, hexadecimal: what others are given to verify with."""
    return key.public_key().public_bytes_raw().hex()


def sign_folder(folder: Path, key: Ed25519PrivateKey | None = None) -> Manifest:
    """Write manifest and signature into the folder.

    Args:
        folder: A finished model: every regular file in it is covered.
        key: The signer's; by default the user's own.

    Raises:
        SignatureError: if the folder is missing, empty, or holds a link or another thing that is no file.
    """
    key = key or load_or_make_key()
    files = digests_of(folder)
    if not files:
        raise SignatureError("there is nothing to sign", where=str(folder))
    manifest = Manifest(format=FORMAT, files=files, public_key=public_key_of(key))
    content = msgspec.json.format(msgspec.json.encode(manifest, order="deterministic"), indent=1) + b"\n"
    (folder / SIGNATURE).unlink(missing_ok=True)  # an old signature never stands beside a new manifest
    write_whole(folder / MANIFEST, content)
    write_whole(folder / SIGNATURE, key.sign(content).hex().encode() + b"\n")
    return manifest


def verify_folder(folder: Path, public_key: str = "") -> Manifest:
    """Return the manifest if the folder is exactly what was signed.

    Args:
        folder: A signed model.
        public_key: Of the signer that is expected, hexadecimal; by default the user's own key.

    Raises:
        SignatureError: if there is no such folder, it is unsigned, signed by another key, or a file is changed, missing
            or extra; or there is no key to verify with.
    """
    if not folder.is_dir():
        raise SignatureError("there is no such folder", where=str(folder), remedy="Name the folder of a model.")
    expected = public_key.strip().lower()
    if not expected:
        if not default_key_path().exists():
            raise SignatureError("nobody's key to verify with", remedy="Give the maker's public key with --key.")
        expected = public_key_of(load_or_make_key())
    try:
        content = (folder / MANIFEST).read_bytes()
        signature = bytes.fromhex((folder / SIGNATURE).read_text(encoding="ascii"))
        manifest = msgspec.json.decode(content, type=Manifest)
    except FileNotFoundError as error:
        raise SignatureError("the folder is not signed", where=str(folder), remedy="Run: sumika distil sign") from error
    except (OSError, ValueError, msgspec.DecodeError) as error:
        raise SignatureError(f"the signature cannot be read ({error})", where=str(folder)) from error
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(expected)).verify(signature, content)
    except ValueError as error:
        raise SignatureError("the expected key is no Ed25519 public key (64 hexadecimal digits)") from error
    except InvalidSignature as error:
        raise SignatureError(
            f"not signed by the expected key {expected[:16]}... (it names {manifest.public_key[:16]}...)",
            where=str(folder),
            remedy="Trust it only if its maker tells you that key, and give it with --key.",
        ) from error
    if manifest.format != FORMAT:
        raise SignatureError(f"unknown format '{manifest.format}'", where=str(folder / MANIFEST))
    _compare(manifest.files, digests_of(folder), folder)
    return manifest


def _compare(signed: dict[str, str], present: dict[str, str], folder: Path) -> None:
    changed = [name for name in signed if name in present and present[name] != signed[name]]
    found = {
        "changed": changed,
        "missing": [name for name in signed if name not in present],
        "not signed": [name for name in present if name not in signed],
    }
    problems = [f"{what}: {', '.join(sorted(names)[:5])}" for what, names in found.items() if names]
    if problems:
        raise SignatureError("; ".join(problems), where=str(folder), remedy="Take the model from its maker again.")


def digests_of(folder: Path) -> dict[str, str]:
    """Return SHA-256 by path of every file below `folder`, without manifest and signature.

    Raises:
        SignatureError: if the folder is missing, or something in it is neither file nor folder (a link could point
            anywhere tomorrow).
    """
    if not folder.is_dir():
        raise SignatureError("no such folder", where=str(folder))
    digests: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = PurePosixPath(path.relative_to(folder)).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise SignatureError(f"'{name}' is a link or no plain file", where=str(folder))
        if path.is_file() and name not in (MANIFEST, SIGNATURE):
            with path.open("rb") as file:
                digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return digests
