"""Devices behind nodes of ESPHome: climates, fans, lights, covers, switches, numbers, selects."""
