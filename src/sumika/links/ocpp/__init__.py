"""OCPP 1.6 and 2.0.1: charge points that connect to us, the central system, over a WebSocket."""

from sumika.links.ocpp._endpoint import PointRefusedError, PointSaidNoError
from sumika.links.ocpp._point import ChargePoint
from sumika.links.ocpp._server import OPTIONS, OcppServer, server_of

__all__ = ["OPTIONS", "ChargePoint", "OcppServer", "PointRefusedError", "PointSaidNoError", "server_of"]
