"""Bluetooth is an extra: whoever has no strap needs no Bluetooth stack."""

from typing import Any

from sumika.schema import SumikaError


def import_bleak() -> Any:
    """Return the package bleak.

    Raises:
        SumikaError: if it is not installed.
    """
    try:
        import bleak
        import bleak.exc
    except ImportError as error:
        raise SumikaError(
            "a Bluetooth strap needs the package bleak", remedy="Install it: pip install 'sumika[ble]'"
        ) from error
    return bleak
