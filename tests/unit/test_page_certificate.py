"""Beyond this machine the page speaks TLS, with the owner's certificate or one made here."""

import datetime as dt
import hashlib
import ssl
import stat
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from sumika.clock import Instant, SimulatedClock, WallClock
from sumika.config import ConfigError, host_name, parse_house
from sumika.dashboard import Certificate, made_certificate, needs_tls, own_certificate
from sumika.runtime.page_access import certificate_of, open_accounts, page_address, setup_link, welcome_lines
from sumika.runtime.page_certificate import LOOKS_EVERY_S, CertificateKeeper
from sumika.schema import SumikaError
from sumika.schema.house import Page

NOW = dt.datetime(2026, 1, 20, tzinfo=dt.UTC)
HOUSE = "version: 1\nrooms: [{{ id: hall, floor_m: [[0, 0], [2, 0], [2, 2]] }}]\npage: {page}\n"


@pytest.mark.parametrize(
    ("listen", "needed"),
    [
        ("127.0.0.1", False),
        ("::1", False),
        ("localhost", False),
        ("0.0.0.0", True),
        ("192.168.1.5", True),
        ("::", True),
    ],
)
def test_only_this_machine_may_speak_plainly(listen: str, needed: bool) -> None:
    assert needs_tls(Page(listen=listen)) is needed
    assert page_address(Page(listen=listen)).startswith("https" if needed else "http:")


def test_one_is_made_kept_and_renewed_before_it_expires(tmp_path: Path) -> None:
    made = made_certificate(tmp_path, ["house.example"], "0.0.0.0", NOW)
    assert stat.S_IMODE(made.private_key.stat().st_mode) == 0o600
    certificate = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {"localhost", "house.example"} <= set(names.get_values_for_type(x509.DNSName))
    assert len(made.fingerprint.split(":")) == 32
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc <= dt.timedelta(days=398)
    soon, late = NOW + dt.timedelta(days=300), NOW + dt.timedelta(days=380)
    assert made_certificate(tmp_path, [], "0.0.0.0", soon).fingerprint == made.fingerprint
    assert made_certificate(tmp_path, [], "0.0.0.0", late).fingerprint != made.fingerprint


def test_a_name_in_any_script_is_one_by_which_browsers_come(tmp_path: Path) -> None:
    made = made_certificate(tmp_path, ["我が家.local", "my house"], "0.0.0.0", NOW)
    certificate = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    told = names.get_values_for_type(x509.DNSName)
    assert host_name("我が家.local") in told
    assert "my house" not in told
    assert page_address(Page(listen="0.0.0.0", names=("my house", "我が家.local"))) == "https://我が家.local:8160/"


class Renewing:
    """A certificate, and whether it can be had."""

    def __init__(self, certificate: Certificate) -> None:
        self.certificate, self.fails = certificate, False

    def __call__(self) -> Certificate:
        if self.fails:
            raise SumikaError("the page's certificate cannot be used (no such file)")
        return self.certificate


def test_one_that_was_renewed_is_shown_without_a_restart_and_told_of(tmp_path: Path) -> None:
    clock = SimulatedClock(Instant(1, 1, "boot"))
    old, new = (made_certificate(tmp_path / name, [], "0.0.0.0", NOW) for name in ("old", "new"))
    renewing = Renewing(old)
    keeper = CertificateKeeper(renewing, clock.now())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(old.certificate, old.private_key)

    def told() -> list[tuple[str, str, bool]]:
        clock.move_to(clock.now().later(round(LOOKS_EVERY_S * 1e9)))
        found = [(event.code, event.severity.value, event.recovered) for event in keeper.turn(clock.now(), context)]
        assert list(keeper.turn(clock.now(), context)) == []
        return found

    assert told() == []
    renewing.fails = True
    assert told() == [("page_certificate", "warning", False)]
    assert told() == []
    assert shown(context) == plain(old)
    renewing.fails, renewing.certificate = False, new
    assert told() == [("page_certificate_changed", "warning", False), ("page_certificate", "info", True)]
    assert shown(context) == plain(new)
    new.private_key.write_text("damaged", encoding="ascii")
    renewing.certificate = old
    assert told() == [("page_certificate_changed", "warning", False)]
    assert keeper.current == old


def plain(certificate: Certificate) -> str:
    """Return a fingerprint without its colons."""
    return certificate.fingerprint.replace(":", "")


def shown(context: ssl.SSLContext) -> str:
    """Return the fingerprint that a listener with this context shows; the handshake goes through memory."""
    to_server, to_browser = ssl.MemoryBIO(), ssl.MemoryBIO()
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    browser = trusting.wrap_bio(to_browser, to_server)
    server = context.wrap_bio(to_server, to_browser, server_side=True)
    for side in (browser, server, browser, server):
        with suppress(ssl.SSLWantReadError):
            side.do_handshake()
    found = browser.getpeercert(binary_form=True)
    assert found is not None
    return hashlib.sha256(found).hexdigest().upper()


def test_a_damaged_key_is_replaced(tmp_path: Path) -> None:
    made = made_certificate(tmp_path, [], "192.168.1.5", NOW)
    made.private_key.write_text("damaged", encoding="ascii")
    again = made_certificate(tmp_path, [], "192.168.1.5", NOW)
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(again.certificate, again.private_key)


def test_an_owners_certificate_that_does_not_fit_keeps_the_page_shut(tmp_path: Path) -> None:
    one, other = (made_certificate(tmp_path / name, [], "0.0.0.0", NOW) for name in ("one", "other"))
    assert own_certificate(one.certificate, one.private_key).fingerprint == one.fingerprint
    with pytest.raises(SumikaError, match="cannot be used"):
        own_certificate(one.certificate, other.private_key)
    lacking = Page(listen="0.0.0.0", certificate="nowhere.crt", private_key="nowhere.key")
    with pytest.raises(SumikaError, match="cannot be used"):
        certificate_of(lacking, tmp_path / "house.yaml", tmp_path, WallClock())


def test_a_key_with_a_passphrase_is_refused_and_nobody_is_asked_for_it(tmp_path: Path) -> None:
    made = made_certificate(tmp_path, [], "0.0.0.0", NOW)
    key = serialization.load_pem_private_key(made.private_key.read_bytes(), None)
    locked = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"sesame"),
    )
    made.private_key.write_bytes(locked)
    with pytest.raises(SumikaError, match="passphrase"):
        own_certificate(made.certificate, made.private_key)


def test_accounts_that_cannot_be_begun_are_told_as_what_anybody_catches(tmp_path: Path) -> None:
    (tmp_path / "page").write_text("a file where a folder should be", encoding="utf-8")
    with pytest.raises(SumikaError, match="page"):
        open_accounts(tmp_path, WallClock())


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("{ listen: house.example }", "an address of this machine"),
        ("{ certificate: house.crt }", "private_key"),
        ("{ private_key: house.key }", "certificate"),
        ("{ port: 0 }", "page.port"),
        ("{ lisen: 0.0.0.0 }", "listen"),
    ],
)
def test_a_description_that_cannot_be_is_told(page: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        parse_house(HOUSE.format(page=page))


def test_the_start_tells_address_link_and_fingerprint(tmp_path: Path) -> None:
    def told(page: str) -> dict[str, str]:
        house = parse_house(HOUSE.format(page=page)).house
        return dict(welcome_lines(house, tmp_path / "house.yaml", tmp_path, WallClock()))

    plain = told("{}")
    assert plain["page.at"] == "http://127.0.0.1:8160/"
    assert plain["page.setup_link"].startswith("http://127.0.0.1:8160/#/?token=")
    assert "page.fingerprint" not in plain
    beyond = told("{ listen: 0.0.0.0, names: [house.example] }")
    assert beyond["page.at"] == "https://house.example:8160/"
    assert len(beyond["page.fingerprint"].split(":")) == 32
    assert told("{ enabled: false }") == {}
    assert setup_link(Page(listen="::1"), "x") == "http://[::1]:8160/#/?token=x"
