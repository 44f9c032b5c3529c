"""The page's certificate while the house runs for years: renewed in time, taken up without a restart, and told of."""

import ssl
from collections.abc import Callable, Iterator
from datetime import timedelta

from sumika.clock import Instant
from sumika.dashboard import Certificate
from sumika.runtime.node import PAGE
from sumika.schema import Event, Origin, Severity, SumikaError
from sumika.units import seconds_to_ns

LOOKS_EVERY_S = timedelta(hours=1).total_seconds()
"""One made here is renewed a month before its end; the owner's is renewed by whatever program made it, at any hour."""


class CertificateKeeper:
    """Looks now and then whether there is a newer certificate, and has new connections get it.

    Attributes:
        current: What browsers are shown; None where they speak plainly.
    """

    def __init__(self, find: Callable[[], Certificate | None], now: Instant) -> None:
        """Find the first one.

        Args:
            find: Returns the certificate as it is to be now; makes or renews it where that is ours to do.
            now: The present moment.

        Raises:
            SumikaError: if there is none that can be used: then the page is not served at all.
        """
        self._find = find
        self.current = find()
        self._due_ns = now.monotonic_ns + seconds_to_ns(LOOKS_EVERY_S)
        self._problem = ""

    def turn(self, now: Instant, context: ssl.SSLContext | None) -> Iterator[Event]:
        """Look, if it is time, and yield what there is to tell.

        Args:
            now: The present moment.
            context: Of the listener; connections that are open keep what they have. None: it does not listen yet.
        """
        if self.current is None or context is None or now.monotonic_ns < self._due_ns:
            return
        self._due_ns = now.monotonic_ns + seconds_to_ns(LOOKS_EVERY_S)
        try:
            found = self._find()
            if found is not None and found.fingerprint != self.current.fingerprint:
                # On the context in use: OpenSSL copies certificate and key into each connection when it begins.
                context.load_cert_chain(found.certificate, found.private_key)
                self.current = found
                yield _changed(found, now)
        except (SumikaError, OSError) as error:  # ssl.SSLError is an OSError
            yield from self._told(str(error), now)
        else:
            yield from self._told("", now)

    def _told(self, problem: str, now: Instant) -> Iterator[Event]:
        """Tell once that it cannot be renewed, and once that it can again; the old one is shown meanwhile."""
        if bool(problem) is bool(self._problem):
            return
        self._problem = problem
        yield Event(
            stamp=now,
            origin=Origin.LIVE,
            subject=PAGE,
            code="page_certificate",
            severity=Severity.WARNING if problem else Severity.INFO,
            recovered=not problem,
            detail=problem[:200],
        )


def _changed(found: Certificate, now: Instant) -> Event:
    # Browsers ask about one that nobody vouches for: whoever is asked compares the fingerprint.
    severity = Severity.WARNING if found.made_here else Severity.INFO
    return Event(
        stamp=now,
        origin=Origin.LIVE,
        subject=PAGE,
        code="page_certificate_changed",
        severity=severity,
        detail=f"SHA-256 {found.fingerprint}",
    )
