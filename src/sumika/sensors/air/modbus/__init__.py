"""Sensors in registers of units over Modbus TCP."""
