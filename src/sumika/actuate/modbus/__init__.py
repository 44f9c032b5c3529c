"""Devices that are driven by registers over Modbus TCP."""
