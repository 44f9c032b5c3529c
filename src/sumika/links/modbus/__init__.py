"""Modbus TCP: registers and coils of units behind one host."""

from sumika.links.modbus._client import OPTIONS, ModbusClient, ModbusRefusedError, Unit, client_of
from sumika.links.modbus._register import Register, Table, WordOrder, read_register, unit_of

__all__ = [
    "OPTIONS",
    "ModbusClient",
    "ModbusRefusedError",
    "Register",
    "Table",
    "Unit",
    "WordOrder",
    "client_of",
    "read_register",
    "unit_of",
]
