"""Sensors behind a Home Assistant: any of its entities."""
