"""How the broker of Home Assistant is reached, as `house.yaml` says."""

from pathlib import Path

import msgspec

from sumika.bridge.places import Places
from sumika.links.mqtt import BrokerSettings, broker_settings
from sumika.schema import UsageError
from sumika.schema.house import Bridge, Connection

NAME = "bridge"


def bridge_broker(settings: Bridge, places: Places, folder: Path) -> BrokerSettings:
    """Return how the broker is reached.

    Args:
        settings: As in `house.yaml`.
        places: Of the house: where the broker is to say that we are gone.
        folder: Where `house.yaml` lies.

    Raises:
        UsageError: if address, password file or certificates cannot be used.
    """
    version = 5.0 if settings.protocol == "5" else 3.0
    connection = Connection(
        id=NAME,
        type="mqtt",
        address=settings.broker,
        user=settings.user,
        secret_file=settings.secret_file,
        options={"version": version},
    )
    found = broker_settings(connection, folder)
    ca_file = folder / Path(settings.ca_file).expanduser() if settings.ca_file else None
    if ca_file is not None and not ca_file.is_file():
        raise UsageError(
            "there is no such file of certificates",
            where=f"{ca_file} (ca_file of bridge)",
            remedy="Copy the certificate (PEM) of the authority that signed the broker's there",
        )
    return msgspec.structs.replace(
        found,
        name=f"{NAME}-{places.installation}",
        ca_file=str(ca_file) if ca_file else "",
        status=places.status,
    )
