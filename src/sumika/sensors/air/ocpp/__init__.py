"""Meters of charge points."""
