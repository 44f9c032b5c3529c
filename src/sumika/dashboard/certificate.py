"""Certificates: the owner's own, or one made here; its fingerprint is told, to compare with the browser's warning."""

import datetime as dt
import ipaddress
import os
import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sumika.config import host_name
from sumika.schema import SumikaError
from sumika.schema.house import Page

VALID_DAYS = 397
"""Some browsers refuse longer ones: a limit of the CA/Browser Forum (Baseline Requirements 6.3.2, of 2020)."""

RENEWED_DAYS_BEFORE = 30
CERTIFICATE_FILE, KEY_FILE = "page.crt", "page.key"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What browsers are shown.

    Attributes:
        certificate: File, PEM.
        private_key: File, PEM.
        fingerprint: SHA-256 of the certificate, as browsers show it: AB:CD:...
        made_here: Whether nobody but us vouches for it.
    """

    certificate: Path
    private_key: Path
    fingerprint: str
    made_here: bool


def is_beyond(listen: str) -> bool:
    """Return whether other machines can reach an address to listen at."""
    try:
        return not ipaddress.ip_address(listen).is_loopback
    except ValueError:
        return listen != "localhost"


def needs_tls(settings: Page) -> bool:
    """Return whether browsers have to speak TLS: always beyond this machine, and where the owner has a certificate."""
    return is_beyond(settings.listen) or bool(settings.certificate)


def own_certificate(certificate: Path, private_key: Path) -> Certificate:
    """Return the owner's certificate.

    Raises:
        SumikaError: if the files cannot be read or do not belong together.
    """
    try:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, private_key, password=_no_passphrase)
        fingerprint = _fingerprint(x509.load_pem_x509_certificate(certificate.read_bytes()))
    except (OSError, ssl.SSLError, ValueError) as error:
        raise SumikaError(
            f"the page's certificate cannot be used ({error})",
            where=f"{certificate}, {private_key}",
            remedy="Name a certificate and its key without passphrase, both PEM; without `page: certificate:` one is "
            "made.",
        ) from error
    return Certificate(certificate, private_key, fingerprint, made_here=False)


def _no_passphrase() -> str:
    """Answer OpenSSL, which would ask whoever sits at the terminal, and wait: a house starts while nobody looks."""
    return ""


def made_certificate(folder: Path, names: Iterable[str], listen: str, now: dt.datetime) -> Certificate:
    """Return the certificate made here; a new one where there is none, or it is about to expire.

    Args:
        folder: Where it lies; only the house may read the key.
        names: By which browsers reach the page.
        listen: The address that it listens at.
        now: The time of the wall.

    Raises:
        SumikaError: if it cannot be written.
    """
    certificate, private_key = folder / CERTIFICATE_FILE, folder / KEY_FILE
    kept = _kept(certificate, private_key, now)
    if kept is None:
        kept = _write(certificate, private_key, _host_names([*_own_names(listen), *names]), now)
    return Certificate(certificate, private_key, _fingerprint(kept), made_here=True)


def _kept(certificate: Path, private_key: Path, now: dt.datetime) -> x509.Certificate | None:
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, private_key)
        kept = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ssl.SSLError, ValueError):
        return None
    left = kept.not_valid_after_utc - now
    return kept if left > dt.timedelta(days=RENEWED_DAYS_BEFORE) else None


def _own_names(listen: str) -> list[str]:
    host = socket.gethostname()
    names = ["localhost", host, f"{host}.local", "127.0.0.1", "::1"]
    address = ipaddress.ip_address(listen) if listen != "localhost" else None
    return names if address is None or address.is_unspecified else [*names, str(address)]


def _host_names(names: Iterable[str]) -> list[str]:
    """Return each name once as certificates hold it; what can be no name is left out."""
    return [name for name in dict.fromkeys(map(host_name, names)) if name]


def _write(certificate: Path, private_key: Path, names: list[str], now: dt.datetime) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sumika")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=VALID_DAYS - 1))
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    try:
        certificate.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _put(private_key, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        _put(certificate, made.public_bytes(Encoding.PEM))
    except OSError as error:
        raise SumikaError(
            f"the page's certificate cannot be written ({error.strerror})",
            where=str(certificate),
            remedy="Mend the data folder's rights, or free some space.",
        ) from error
    return made


def _put(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()
