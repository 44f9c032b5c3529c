"""Devices behind a Home Assistant: each setting is a service of one of its entities."""
