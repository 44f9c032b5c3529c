"""Whether the bridge to Home Assistant can work as described: where its broker is, and how it is logged in."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from sumika.config._building import Told
from sumika.config._tree import Plain

_SCHEMES = ("mqtt", "mqtts")


def bridge_problems(data: dict[str, Plain]) -> Iterator[Told]:
    """Yield what cannot be about the bridge.

    Args:
        data: The whole description.
    """
    bridge = data.get("bridge")
    if not isinstance(bridge, dict):
        return
    broker = bridge.get("broker")
    if isinstance(broker, str) and not _is_broker(broker):
        yield Told(
            path=("bridge", "broker"),
            text="this is no address of an MQTT broker",
            found=f"'{broker}'",
            allowed="host, host:port, or mqtts://host:port with encryption; user and secret_file stand beside it",
        )
    if bridge.get("ca_file") and isinstance(broker, str) and not broker.startswith("mqtts://"):
        yield Told(
            path=("bridge", "ca_file"),
            text="certificates are of no use without encryption",
            found=f"broker: '{broker}'",
            allowed="broker: mqtts://host:port",
        )
    if bridge.get("secret_file") and not bridge.get("user"):
        yield Told(
            path=("bridge", "secret_file"), text="a password needs a user too", found="", allowed="both, or neither"
        )


def _is_broker(text: str) -> bool:
    try:
        parts = urlsplit(text if "://" in text else f"mqtt://{text}")
        port = parts.port
    except ValueError:
        return False
    plain = not (parts.username or parts.path or parts.query or parts.fragment)
    return parts.scheme in _SCHEMES and bool(parts.hostname) and port != 0 and plain
