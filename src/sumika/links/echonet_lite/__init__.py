"""ECHONET Lite, the appliance standard of Japan (ISO/IEC 14543-4-3): asking and telling objects over UDP."""

from sumika.links.echonet_lite._client import OPTIONS, Answer, EchonetClient, Notice, PropertyMaps, client_of
from sumika.links.echonet_lite._objects import NODE_PROFILE, EchonetAddress, Eoj, class_name, property_name

__all__ = [
    "NODE_PROFILE",
    "OPTIONS",
    "Answer",
    "EchonetAddress",
    "EchonetClient",
    "Eoj",
    "Notice",
    "PropertyMaps",
    "class_name",
    "client_of",
    "property_name",
]
