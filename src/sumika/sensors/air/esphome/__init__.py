"""Sensors of nodes of ESPHome."""
