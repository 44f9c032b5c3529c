#!/usr/bin/env python3
"""Ask the page inside this container whether it is there; ends with 1 where it is not.

It speaks TLS as soon as it listens beyond this machine, with a certificate that it may have made itself: of our own
loopback nothing has to be proved.
"""

import os
import ssl
import sys
import urllib.request

PORT = os.environ.get("SUMIKA_PAGE_PORT", "8160")


def is_healthy() -> bool:
    """Return whether the page answers by either way."""
    anyone = ssl.create_default_context()
    anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
    for scheme in ("http", "https"):
        try:
            with urllib.request.urlopen(
                f"{scheme}://127.0.0.1:{PORT}/api/health", timeout=2.0, context=anyone
            ) as answer:
                return bool(answer.status == 200)
        except OSError:
            continue
    return False


if __name__ == "__main__":
    sys.exit(0 if is_healthy() else 1)
